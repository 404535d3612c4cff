"""The zero-sum game, arXiv:1406.2661, equation 1."""

from __future__ import annotations

import math

from gan_core.losses import LOSSES, Loss, cross_entropy
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """E ln(1 − D(G(z))): flat, that is saturated, where D is sure that a sample is fake."""
    return -ops.mean(ops.softplus(fake_logits))


def minimax(label_smoothing: float = 0.0) -> Loss:
    """Return the minimax loss; `label_smoothing` is the s of `cross_entropy`."""
    return Loss(
        name="minimax",
        title=N_("Minimax (saturating)"),
        help=N_("One player's gain is the other's loss; the generator stalls when it is losing."),
        discriminator=cross_entropy.discriminator(label_smoothing),
        generator=generator,
        discriminator_formula=cross_entropy.formula(label_smoothing),
        generator_formula=r"L_G = \mathbb{E}_z\left[\ln\left(1 - D(G(z))\right)\right]",
        equilibrium=cross_entropy.equilibrium(label_smoothing, lambda d: math.log(1 - d)),
        reference="Goodfellow et al. 2014, arXiv:1406.2661",
        options=("label_smoothing",),
        configure=minimax,
        order=20,
    )


LOSSES.register(minimax())
