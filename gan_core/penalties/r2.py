"""R₂, arXiv:1801.04406, equation 10: D should be flat at the generated samples."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.ops import GradientOps, Tensor
from gan_core.penalties import PENALTIES, Penalty, squared_slope
from gan_core.text import N_


def measure(
    discriminator: Callable[[Tensor], Tensor],
    x_real: Tensor,
    x_fake: Tensor,
    seed: Tensor,
    ops: GradientOps,
) -> Tensor:
    """½ E ‖∇ D(G(z))‖² at generated samples."""
    return ops.mean(squared_slope(discriminator, x_fake, ops)) / 2


PENALTIES.register(
    Penalty(
        name="r2",
        title=N_("R₂ (flat at generated data)"),
        help=N_("As R₁, at the generated samples."),
        measure=measure,
        formula=r"\tfrac{\lambda}{2}\,\mathbb{E}_z\left[\lVert\nabla D(G(z))\rVert^2\right]",
        reference="Mescheder, Geiger, Nowozin 2018, arXiv:1801.04406",
        order=40,
    )
)
