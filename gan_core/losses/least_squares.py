"""Least squares, arXiv:1611.04076, with targets 0 and 1 and without the factor ½."""

from __future__ import annotations

from gan_core.losses import LOSSES, Loss, score
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """E (D(x) − 1)² + E D(G(z))² (arXiv:1611.04076, eq. 9, doubled)."""
    return ops.mean(ops.square(real_logits - 1)) + ops.mean(ops.square(fake_logits))


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """E (D(G(z)) − 1)² (arXiv:1611.04076, eq. 9, doubled)."""
    return ops.mean(ops.square(fake_logits - 1))


LOSSES.register(
    Loss(
        name="least_squares",
        title=N_("Least squares"),
        help=N_("D gives a score instead of a probability: 1 for real, 0 for fake."),
        discriminator=discriminator,
        generator=generator,
        discriminator_formula=r"L_D = \mathbb{E}_x\left[(D(x) - 1)^2\right]"
        r" + \mathbb{E}_z\left[D(G(z))^2\right]",
        generator_formula=r"L_G = \mathbb{E}_z\left[(D(G(z)) - 1)^2\right]",
        equilibrium=(0.5, 0.25),
        reference="Mao et al. 2017, arXiv:1611.04076",
        decision=score,
        order=30,
    )
)
