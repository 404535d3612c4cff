"""No penalty."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.ops import GradientOps, Tensor
from gan_core.penalties import PENALTIES, Penalty
from gan_core.text import N_


def measure(
    discriminator: Callable[[Tensor], Tensor],
    x_real: Tensor,
    x_fake: Tensor,
    seed: Tensor,
    ops: GradientOps,
) -> float:
    """Zero."""
    return 0.0


PENALTIES.register(
    Penalty(
        name="none",
        title=N_("None"),
        help=N_("D may become as steep as it likes, as in the first GAN."),
        measure=measure,
        formula="",
        reference="Goodfellow et al. 2014, arXiv:1406.2661",
        options=(),
        order=10,
    )
)
