"""The relativistic average GAN, arXiv:1807.00734, equations 16 and 17 with f₁ of the GAN."""

from __future__ import annotations

import math

from gan_core.losses import LOSSES, Equilibrium, Loss, score
from gan_core.ops import Ops, Tensor
from gan_core.text import N_


def _more_real(logits: Tensor, than: Tensor, ops: Ops) -> Tensor:
    """How much more real than the other batch's average each sample looks, as a logit."""
    return logits - ops.mean(than)[..., None]


def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """Cross-entropy of calling real more real than the average fake, and fake less so."""
    real = _more_real(real_logits, fake_logits, ops)
    fake = _more_real(fake_logits, real_logits, ops)
    return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """The same with the roles of real and fake exchanged: G gains from real looking less real."""
    return discriminator(fake_logits, real_logits, ops)


_REAL = r"\sigma\left(C(x) - \mathbb{E}_z[C(G(z))]\right)"
_FAKE = r"\sigma\left(C(G(z)) - \mathbb{E}_x[C(x)]\right)"

LOSSES.register(
    Loss(
        name="relativistic",
        title=N_("Relativistic average"),
        help=N_("D says how much more real a sample is than the other kind on average."),
        discriminator=discriminator,
        generator=generator,
        discriminator_formula=rf"L_D = -\,\mathbb{{E}}_x\left[\ln {_REAL}\right]"
        rf" - \mathbb{{E}}_z\left[\ln\left(1 - {_FAKE}\right)\right]",
        generator_formula=rf"L_G = -\,\mathbb{{E}}_z\left[\ln {_FAKE}\right]"
        rf" - \mathbb{{E}}_x\left[\ln\left(1 - {_REAL}\right)\right]",
        equilibrium=Equilibrium(
            0.0, d_loss=2 * math.log(2), g_loss=2 * math.log(2), constants=(-math.inf, math.inf)
        ),
        reference="Jolicoeur-Martineau 2018, arXiv:1807.00734",
        decision=score,
        order=60,
    )
)
