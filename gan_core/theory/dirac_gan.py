"""The Dirac-GAN: the smallest GAN, on which one sees which ways of training converge.

Mescheder, Geiger and Nowozin 2018, arXiv:1801.04406, definition 2.1. The data is the point 0, the
generator makes the point θ, the discriminator is D(x) = ψ·x, and their game is
min over θ, max over ψ of f(ψθ) + f(0) with f(t) = −ln(1 + e⁻ᵗ), so that f′(t) = σ(−t).

In this paper D is high where it takes a point for *fake*. Real = 1, the convention elsewhere here,
is the mirror image: ψ ↦ −ψ turns one into the other, with all norms and eigenvalues unchanged.

At the equilibrium f′(0) = ½, which sets the speed of the rotation.
"""

from __future__ import annotations

import cmath
import dataclasses

import numpy as np

from gan_core.ops import NUMPY
from gan_core.text import N_
from gan_core.theory import checks
from gan_core.theory.games import Game, Number

REFERENCE = "Mescheder, Geiger, Nowozin 2018, arXiv:1801.04406"

CRITICAL_R1 = 1.0  # the γ from which on the eigenvalues are real: no more rotation


def _slope(t: Number) -> Number:
    """f′(t) = σ(−t)."""
    return NUMPY.sigmoid(-t)


def _curvature(t: Number) -> Number:
    """f″(t) = −σ(t) σ(−t)."""
    return -NUMPY.sigmoid(t) * NUMPY.sigmoid(-t)


def minimax() -> Game:
    """Both players on f(ψθ), the original game. Infinitely small steps go round in a circle."""

    def velocity(theta: Number, psi: Number) -> tuple[Number, Number]:
        slope = _slope(theta * psi)
        return -psi * slope, theta * slope

    def derivative(theta: float, psi: float) -> np.ndarray:
        t = theta * psi
        across = _slope(t) + t * _curvature(t)
        return np.array([[-(psi**2) * _curvature(t), -across], [across, theta**2 * _curvature(t)]])

    return Game(
        name="minimax",
        title=N_("GAN (minimax)"),
        formula=r"v = (-\psi\,\sigma(-\theta\psi),\; \theta\,\sigma(-\theta\psi))",
        velocity=velocity,
        derivative=derivative,
        reference=REFERENCE,
    )


def non_saturating() -> Game:
    """The generator minimises −f(−ψθ) instead. Infinitely small steps come nearer, ever slower.

    Simultaneous steps of length h do not arrive: they end on a circle of radius about √(2h).
    """

    def velocity(theta: Number, psi: Number) -> tuple[Number, Number]:
        return -psi * _slope(-theta * psi), theta * _slope(theta * psi)

    def derivative(theta: float, psi: float) -> np.ndarray:
        t = theta * psi
        bend = _curvature(t)  # the same at −t
        return np.array(
            [
                [psi**2 * bend, t * bend - _slope(-t)],
                [_slope(t) + t * bend, theta**2 * bend],
            ]
        )

    return Game(
        name="non_saturating",
        title=N_("Non-saturating GAN"),
        formula=r"v = (-\psi\,\sigma(\theta\psi),\; \theta\,\sigma(-\theta\psi))",
        velocity=velocity,
        derivative=derivative,
        reference=REFERENCE,
    )


def wgan(clip: float = 1.0) -> Game:
    """f(t) = t, and ψ is clipped to [−clip, clip] after each step of the discriminator."""
    checks.above_zero("clip", clip)
    return Game(
        name="wgan",
        title=N_("WGAN with clipping"),
        formula=r"v = (-\psi,\; \theta), \quad |\psi| \le c",
        velocity=lambda theta, psi: (-psi, theta),
        derivative=lambda theta, psi: np.array([[0.0, -1.0], [1.0, 0.0]]),
        reference=REFERENCE,
        parameters={"clip": clip},
        clip=clip,
    )


def wgan_gp(penalty: float = 0.7, target: float = 1.0) -> Game:
    """f(t) = t, and the discriminator pays λ/2 · (|ψ| − g₀)²: λ is `penalty`, g₀ is `target`.

    The penalty pushes |ψ| towards g₀, so ψ jumps across 0 and never rests there.
    """
    checks.zero_or_more("penalty", penalty)
    checks.zero_or_more("target", target)
    return Game(
        name="wgan_gp",
        title=N_("WGAN-GP"),
        formula=r"v = (-\psi,\; \theta - \lambda\,\mathrm{sign}(\psi)\,(|\psi| - g_0))",
        velocity=lambda theta, psi: (
            -psi,
            theta - penalty * np.sign(psi) * (np.abs(psi) - target),
        ),
        derivative=lambda theta, psi: np.array([[0.0, -1.0], [1.0, -penalty]]),
        reference=REFERENCE,
        parameters={"penalty": penalty, "target": target},
        jumps=penalty * target > 0,
    )


def r1(gamma: float = 0.3) -> Game:
    """Minimax, and the discriminator pays γ/2 · ψ²: the square of its gradient at the data.

    R2, the same at the generated point, is the same game, because D has one gradient everywhere.
    """
    return _with_r1(minimax(), gamma, "r1", N_("GAN with R₁"))


def non_saturating_r1(gamma: float = 0.3) -> Game:
    """The non-saturating game with the same penalty, γ/2 · ψ²."""
    return _with_r1(non_saturating(), gamma, "non_saturating_r1", N_("Non-saturating GAN with R₁"))


def _with_r1(game: Game, gamma: float, name: str, title: str) -> Game:
    checks.zero_or_more("gamma", gamma)

    def velocity(theta: Number, psi: Number) -> tuple[Number, Number]:
        v_theta, v_psi = game.velocity(theta, psi)
        return v_theta, v_psi - gamma * psi

    return dataclasses.replace(
        game,
        name=name,
        title=title,
        formula=game.formula.removesuffix(")") + r" - \gamma\psi)",
        velocity=velocity,
        derivative=lambda theta, psi: game.derivative(theta, psi) - np.diag([0.0, gamma]),
        reference=f"{REFERENCE}, equation 9",
        parameters={"gamma": gamma},
    )


def r1_eigenvalues(gamma: float) -> tuple[complex, complex]:
    """−γ/2 ± √(γ²/4 − ¼): those of the minimax game with R1 at its equilibrium.

    Below `CRITICAL_R1` they are complex, and the path spirals in; from there on it does not turn.
    """
    checks.zero_or_more("gamma", gamma)
    root = cmath.sqrt(gamma**2 / 4 - 1 / 4)
    return -gamma / 2 + root, -gamma / 2 - root


def consensus(weight: float = 1.0) -> Game:
    """Minimax, and both players pay weight/2 · ‖v‖², with v the field of the minimax game.

    With t = θψ and r² = θ² + ψ², ½‖v‖² = ½ r² f′(t)², whose gradient is θ f′² + ψ r² f′ f″ for θ,
    and with θ and ψ exchanged for ψ. (The code of arXiv:1801.04406 halves the second term. After
    the 500 steps of `dirac_table` that gives 2.1e-10 and 1.3e-11, for 2.6e-10 and 1.7e-11 here.)
    """
    checks.zero_or_more("weight", weight)
    game = minimax()

    def velocity(theta: Number, psi: Number) -> tuple[Number, Number]:
        t = theta * psi
        v_theta, v_psi = game.velocity(theta, psi)
        square = _slope(t) ** 2
        pull = (theta**2 + psi**2) * _slope(t) * _curvature(t)
        return (
            v_theta - weight * (theta * square + psi * pull),
            v_psi - weight * (psi * square + theta * pull),
        )

    def derivative(theta: float, psi: float) -> np.ndarray:
        t, radius2 = theta * psi, theta**2 + psi**2
        slope, bend = _slope(t), _curvature(t)
        third = bend * (2 * slope - 1)  # f‴
        # The derivatives of A(t) = f′(t)², of which ½ r² A(t) is the penalty.
        a, a1, a2 = slope**2, 2 * slope * bend, 2 * (bend**2 + slope * third)
        across = 1.5 * radius2 * a1 + 0.5 * radius2 * t * a2
        along = a + 2 * t * a1
        hessian = np.array(
            [
                [along + 0.5 * radius2 * psi**2 * a2, across],
                [across, along + 0.5 * radius2 * theta**2 * a2],
            ]
        )
        return game.derivative(theta, psi) - weight * hessian

    return Game(
        name="consensus",
        title=N_("Consensus optimisation"),
        formula=r"v = w - \tfrac{\eta}{2} \nabla \|w\|^2, \quad"
        r" w = (-\psi\,\sigma(-\theta\psi),\; \theta\,\sigma(-\theta\psi))",
        velocity=velocity,
        derivative=derivative,
        reference="Mescheder, Nowozin, Geiger 2017, arXiv:1705.10461",
        parameters={"weight": weight},
    )


METHODS = {
    "minimax": minimax,
    "non_saturating": non_saturating,
    "wgan": wgan,
    "wgan_gp": wgan_gp,
    "r1": r1,
    "non_saturating_r1": non_saturating_r1,
    "consensus": consensus,
}
