"""R₁ and R₂ together, as in R3GAN, arXiv:2501.05441."""

from __future__ import annotations

from collections.abc import Callable

from gan_core.ops import GradientOps, Tensor
from gan_core.penalties import PENALTIES, Penalty, r1, r2
from gan_core.text import N_


def measure(
    discriminator: Callable[[Tensor], Tensor],
    x_real: Tensor,
    x_fake: Tensor,
    seed: Tensor,
    ops: GradientOps,
) -> Tensor:
    """½ E ‖∇ D(x)‖² + ½ E ‖∇ D(G(z))‖²."""
    on_real = r1.measure(discriminator, x_real, x_fake, seed, ops)
    return on_real + r2.measure(discriminator, x_real, x_fake, seed, ops)


PENALTIES.register(
    Penalty(
        name="r1_r2",
        title=N_("R₁ + R₂ (flat at both)"),
        help=N_(
            "R3GAN uses both, with a relativistic loss that compares pairs (arXiv:2501.05441)."
        ),
        measure=measure,
        formula=r"\tfrac{\lambda}{2}\,\mathbb{E}_x\left[\lVert\nabla D(x)\rVert^2\right]"
        r" + \tfrac{\lambda}{2}\,\mathbb{E}_z\left[\lVert\nabla D(G(z))\rVert^2\right]",
        reference="Huang et al. 2025, arXiv:2501.05441",
        order=50,
    )
)
