"""The critic's loss of the Wasserstein GAN, arXiv:1701.07875, equations 2 and 3."""

from __future__ import annotations

import math

from gan_core.losses import LOSSES, Equilibrium, Loss, score
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """−(E D(x) − E D(G(z))): minus the estimate of W₁, if D is 1-Lipschitz."""
    return ops.mean(fake_logits) - ops.mean(real_logits)


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """−E D(G(z))."""
    return -ops.mean(fake_logits)


LOSSES.register(
    Loss(
        name="wasserstein",
        title=N_("Wasserstein"),
        help=N_(
            "D becomes a critic without bound. It must be kept from growing steep: add a gradient "
            "penalty, or clip its weights."
        ),
        discriminator=discriminator,
        generator=generator,
        discriminator_formula=r"L_D = \mathbb{E}_z\left[D(G(z))\right]"
        r" - \mathbb{E}_x\left[D(x)\right]",
        generator_formula=r"L_G = -\,\mathbb{E}_z\left[D(G(z))\right]",
        equilibrium=Equilibrium(0.0, d_loss=0.0, g_loss=None, constants=(-math.inf, math.inf)),
        reference="Arjovsky, Chintala, Bottou 2017, arXiv:1701.07875",
        decision=score,
        order=40,
    )
)
