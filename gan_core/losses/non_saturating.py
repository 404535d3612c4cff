"""The loss that Goodfellow et al. trained with, arXiv:1406.2661, section 3."""

from __future__ import annotations

import math

from gan_core.losses import LOSSES, Loss, cross_entropy
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """−E ln D(G(z)): steepest where the discriminator is sure that a sample is fake."""
    return ops.mean(ops.softplus(-fake_logits))


LOSSES.register(
    Loss(
        name="non_saturating",
        title=N_("Non-saturating"),
        help=N_("The generator maximises ln D(G(z)); it learns fastest when it is losing."),
        discriminator=cross_entropy.discriminator,
        generator=generator,
        discriminator_formula=cross_entropy.FORMULA,
        generator_formula=r"L_G = -\,\mathbb{E}_z\left[\ln D(G(z))\right]",
        equilibrium=(2 * math.log(2), math.log(2)),
        reference="Goodfellow et al. 2014, arXiv:1406.2661",
        order=10,
    )
)
