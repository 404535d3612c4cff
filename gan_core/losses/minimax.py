"""The zero-sum game, arXiv:1406.2661, equation 1."""

from __future__ import annotations

import math

from gan_core.losses import LOSSES, Loss, cross_entropy
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """E ln(1 − D(G(z))): flat, that is saturated, where D is sure that a sample is fake."""
    return -ops.mean(ops.softplus(fake_logits))


LOSSES.register(
    Loss(
        name="minimax",
        title=N_("Minimax (saturating)"),
        help=N_("One player's gain is the other's loss; the generator stalls when it is losing."),
        discriminator=cross_entropy.discriminator,
        generator=generator,
        discriminator_formula=cross_entropy.FORMULA,
        generator_formula=r"L_G = \mathbb{E}_z\left[\ln\left(1 - D(G(z))\right)\right]",
        equilibrium=(2 * math.log(2), -math.log(2)),
        reference="Goodfellow et al. 2014, arXiv:1406.2661",
        order=20,
    )
)
