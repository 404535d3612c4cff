"""The loss that Goodfellow et al. trained with, arXiv:1406.2661, section 3."""

from __future__ import annotations

import math

from gan_core.losses import LOSSES, Loss, cross_entropy
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """−E ln D(G(z)): steepest where the discriminator is sure that a sample is fake."""
    return ops.mean(ops.softplus(-fake_logits))


def non_saturating(label_smoothing: float = 0.0) -> Loss:
    """Return the non-saturating loss; `label_smoothing` is the s of `cross_entropy`."""
    return Loss(
        name="non_saturating",
        title=N_("Non-saturating"),
        help=N_("The generator maximises ln D(G(z)); it learns fastest when it is losing."),
        discriminator=cross_entropy.discriminator(label_smoothing),
        generator=generator,
        discriminator_formula=cross_entropy.formula(label_smoothing),
        generator_formula=r"L_G = -\,\mathbb{E}_z\left[\ln D(G(z))\right]",
        equilibrium=cross_entropy.equilibrium(label_smoothing, lambda d: -math.log(d)),
        reference="Goodfellow et al. 2014, arXiv:1406.2661",
        options=("label_smoothing",),
        configure=non_saturating,
        order=10,
    )


LOSSES.register(non_saturating())
