"""R₁, arXiv:1801.04406, equation 9: D should be flat at the data. The paper's γ is the weight."""

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
    """½ E ‖∇ D(x)‖² at real samples."""
    return ops.mean(squared_slope(discriminator, x_real, ops)) / 2


PENALTIES.register(
    Penalty(
        name="r1",
        title=N_("R₁ (flat at real data)"),
        help=N_("D should have no slope at the data, so that the game can come to rest there."),
        measure=measure,
        formula=r"\tfrac{\lambda}{2}\,\mathbb{E}_x\left[\lVert\nabla D(x)\rVert^2\right]",
        reference="Mescheder, Geiger, Nowozin 2018, arXiv:1801.04406",
        order=30,
    )
)
