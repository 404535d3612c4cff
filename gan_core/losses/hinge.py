"""The hinge loss, arXiv:1705.02894, as in arXiv:1802.05957, equations 16 and 17."""

from __future__ import annotations

from gan_core.losses import LOSSES, Equilibrium, Loss, score
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))): D need not be surer than ±1."""
    on_real = ops.mean(ops.maximum(1 - real_logits, 0.0))
    return on_real + ops.mean(ops.maximum(1 + fake_logits, 0.0))


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """−E D(G(z)): the same slope everywhere."""
    return -ops.mean(fake_logits)


LOSSES.register(
    Loss(
        name="hinge",
        title=N_("Hinge"),
        help=N_(
            "D stops learning from real samples that it scores above +1, and from generated ones "
            "below −1."
        ),
        discriminator=discriminator,
        generator=generator,
        discriminator_formula=r"L_D = \mathbb{E}_x\left[\max(0, 1 - D(x))\right]"
        r" + \mathbb{E}_z\left[\max(0, 1 + D(G(z)))\right]",
        generator_formula=r"L_G = -\,\mathbb{E}_z\left[D(G(z))\right]",
        equilibrium=Equilibrium(0.0, d_loss=2.0, g_loss=None, constants=(-1.0, 1.0)),
        reference="Lim & Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957",
        decision=score,
        order=50,
    )
)
