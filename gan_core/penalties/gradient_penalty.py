"""The gradient penalty of WGAN-GP, arXiv:1704.00028, equation 3 and algorithm 1."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.ops import GradientOps, Tensor
from gan_core.penalties import PENALTIES, Penalty, squared_slope
from gan_core.text import N_

# Keeps √ from having an infinite slope where D is flat; inside the root, or it would not help.
EPSILON = 1e-12


def measure(
    discriminator: Callable[[Tensor], Tensor],
    x_real: Tensor,
    x_fake: Tensor,
    seed: Tensor,
    ops: GradientOps,
) -> Tensor:
    """E (‖∇ D(x̂)‖ − 1)², with x̂ anywhere between a real and a generated sample.

    One α ~ Uniform(0, 1) for each pair of samples, not one for the batch.
    """
    alpha = ops.uniform_per_sample(x_real, seed)  # (batch, 1, …)
    between = alpha * x_real + (1 - alpha) * x_fake  # (batch, *shape)
    slope = ops.sqrt(squared_slope(discriminator, between, ops) + EPSILON)  # (batch,)
    return ops.mean(ops.square(slope - 1))


PENALTIES.register(
    Penalty(
        name="gradient_penalty",
        title=N_("Gradient penalty (WGAN-GP)"),
        help=N_("D's slope between real and generated samples should be 1."),
        measure=measure,
        formula=r"\lambda\,\mathbb{E}_{\hat x}\left["
        r"\left(\lVert\nabla D(\hat x)\rVert - 1\right)^2\right]",
        reference="Gulrajani et al. 2017, arXiv:1704.00028",
        order=20,
    )
)
