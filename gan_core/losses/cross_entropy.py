"""What the discriminator minimises in both of the original games, arXiv:1406.2661.

One-sided label smoothing (arXiv:1606.03498, section 3.4) tells it that real samples are real with
probability 1 − s only; the targets of generated samples stay at 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from gan_core.losses import Equilibrium
from gan_core.ops import Ops, Tensor


def discriminator(label_smoothing: float) -> Callable[[Tensor, Tensor, Ops], Tensor]:
    """Return the cross-entropy of calling real 1 − s and fake 0 (arXiv:1406.2661, eq. 1).

    −ln σ(a) = softplus(−a) and −ln(1 − σ(a)) = softplus(a): exact where σ rounds to 0 or 1. A soft
    target has both terms.
    """
    s = label_smoothing

    def d_loss(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
        on_real = (1 - s) * ops.softplus(-real_logits) + s * ops.softplus(real_logits)
        return ops.mean(on_real) + ops.mean(ops.softplus(fake_logits))

    return d_loss


def formula(label_smoothing: float) -> str:
    """The discriminator's loss in LaTeX."""
    on_fake = r" - \mathbb{E}_z\left[\ln\left(1 - D(G(z))\right)\right]"
    if not label_smoothing:
        return r"L_D = -\,\mathbb{E}_x\left[\ln D(x)\right]" + on_fake
    return (
        rf"L_D = -\,\mathbb{{E}}_x\left[{1 - label_smoothing:g} \ln D(x)"
        rf" + {label_smoothing:g} \ln\left(1 - D(x)\right)\right]"
    ) + on_fake


def equilibrium(label_smoothing: float, g_loss: Callable[[float], float]) -> Equilibrium:
    """Where p = q, the best D is (1 − s) / 2 everywhere; `g_loss` is G's loss as a function of D.

    It minimises −(1 − s) ln D − (1 + s) ln(1 − D), the loss per unit of density.
    """
    s = label_smoothing
    d = (1 - s) / 2
    return Equilibrium(
        logit=math.log(d / (1 - d)),
        d_loss=-(1 - s) * math.log(d) - (1 + s) * math.log(1 - d),
        g_loss=g_loss(d),
    )
