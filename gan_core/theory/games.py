"""Games of two players with one number each: θ for the generator, ψ for the discriminator.

A game is given by its vector field v(θ, ψ): the direction in which gradient descent moves each
player on its own loss. All the games here have their equilibrium at (0, 0).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gan_core.text import N_, GanError

Number = Any  # a float, or an array of any shape, the same on both sides of a call

EQUILIBRIUM = (0.0, 0.0)


@dataclass(frozen=True)
class Game:
    """One game, for path, vector field, eigenvalues and formula at once.

    `velocity(theta, psi)` returns (v_θ, v_ψ) for numbers or arrays. `derivative(theta, psi)`
    returns its Jacobian (2, 2) as rows v_θ, v_ψ and columns θ, ψ. `formula` is LaTeX for v.

    With `clip`, ψ is moved to the nearest point of [−clip, clip] after each step of the
    discriminator. With `jumps`, the field jumps where ψ = 0, and has no Jacobian there.
    """

    name: str
    title: str
    formula: str
    velocity: Callable[[Number, Number], tuple[Number, Number]]
    derivative: Callable[[float, float], np.ndarray]
    reference: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    clip: float | None = None
    jumps: bool = False

    def jacobian(self, theta: float, psi: float) -> np.ndarray:
        """The Jacobian (2, 2) of the field, clipping aside; raises `GanError` where it jumps."""
        if self.jumps and psi == 0:
            raise GanError(
                N_("{name} has no Jacobian at ψ = 0, where its gradient jumps; take another ψ."),
                name=self.name,
            )
        return self.derivative(theta, psi)

    def clipped(self, psi: float) -> float:
        """ψ after clipping, if this game clips."""
        return psi if self.clip is None else min(max(psi, -self.clip), self.clip)


def bilinear() -> Game:
    """min over x, max over y of x·y: the plainest game in which gradient descent circles.

    θ is x and ψ is y. Each simultaneous step multiplies the radius by √(1 + h²).
    """
    return Game(
        name="bilinear",
        title=N_("Bilinear game"),
        formula=r"v(x, y) = (-y,\; x)",
        velocity=lambda theta, psi: (-psi, theta),
        derivative=lambda theta, psi: np.array([[0.0, -1.0], [1.0, 0.0]]),
        reference="Gidel et al. 2018, arXiv:1802.10551",
    )
