"""What the discriminator minimises in both of the original games, arXiv:1406.2661."""

from __future__ import annotations

from gan_core.ops import Ops, Tensor

FORMULA = (
    r"L_D = -\,\mathbb{E}_x\left[\ln D(x)\right]"
    r" - \mathbb{E}_z\left[\ln\left(1 - D(G(z))\right)\right]"
)


def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """Cross-entropy of calling real 1 and fake 0, the sum of both terms (arXiv:1406.2661, eq. 1).

    −ln σ(a) = softplus(−a) and −ln(1 − σ(a)) = softplus(a): exact where σ rounds to 0 or 1.
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
