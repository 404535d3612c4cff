"""How a game is played: the paths of gradient descent, and the eigenvalues that rule them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gan_core.text import N_, GanError
from gan_core.theory import checks
from gan_core.theory.games import EQUILIBRIUM, Game

Kind = Literal["simultaneous", "alternating", "extragradient", "optimistic"]
Point = tuple[float, float]

TOO_FAR = 1e100  # a path beyond this has diverged; going on would overflow


@dataclass(frozen=True)
class Updates:
    """Who steps when, and how far; w is (θ, ψ), h is `step` and v the field of the game.

    - "simultaneous": both players step from the same point, w + h v(w).
    - "alternating": the generator steps first, then the discriminator `d_steps` times, each from
      where the step before ended.
    - "extragradient": w + h v(w + h v(w)), arXiv:1802.10551.
    - "optimistic": w + 2h v(w) − h v(w of the step before), arXiv:1711.00141.

    Clipping comes after each step of the discriminator; the look-ahead of "extragradient" is not
    clipped. Raises `GanError` for a step that is not above 0, and for `d_steps` that is below 1,
    or other than 1 where updates do not alternate.
    """

    kind: Kind = "simultaneous"
    step: float = 0.2
    d_steps: int = 1

    def __post_init__(self) -> None:
        checks.above_zero("step", self.step)
        checks.at_least("d_steps", self.d_steps, 1)
        if self.kind not in get_args(Kind):
            raise GanError(
                N_("There are no updates called {name!r}. Choose one of: {names}."),
                name=self.kind,
                names=", ".join(get_args(Kind)),
            )
        if self.d_steps > 1 and self.kind != "alternating":
            raise GanError(
                N_("d_steps is {value}, but with {kind} updates it must be 1; alternate instead."),
                value=self.d_steps,
                kind=self.kind,
            )


def trajectory(game: Game, start: Point, n_steps: int, updates: Updates) -> np.ndarray:
    """The path (n_steps + 1, 2) of (θ, ψ) from `start`, which is its first row.

    From where the path leaves ±1e100 its rows are NaN: it has diverged. Raises `GanError` for a
    start that is not finite or beyond that, and for `n_steps` below 1.
    """
    checks.at_least("n_steps", n_steps, 1)
    if not all(abs(value) <= TOO_FAR for value in start):
        raise GanError(
            N_("start is {start}; both numbers must be finite and no larger than 1e100."),
            start=tuple(start),
        )
    path = np.full((n_steps + 1, 2), np.nan)
    path[0] = start
    with np.errstate(over="ignore", invalid="ignore"):  # a last step may leave the floats' range
        for i in range(n_steps):
            previous = path[i - 1] if i else path[0]
            point = _advance(game, (path[i, 0], path[i, 1]), (previous[0], previous[1]), updates)
            if not all(abs(value) <= TOO_FAR for value in point):
                break
            path[i + 1] = point
    return path


def _advance(game: Game, point: Point, previous: Point, updates: Updates) -> Point:
    """One step of both players; only "optimistic" looks at the `previous` point."""
    theta, psi = point
    h = updates.step
    if updates.kind == "alternating":
        theta += h * game.velocity(theta, psi)[0]
        for _ in range(updates.d_steps):
            psi = game.clipped(psi + h * game.velocity(theta, psi)[1])
        return theta, psi
    v = game.velocity(theta, psi)
    if updates.kind == "extragradient":
        v = game.velocity(theta + h * v[0], psi + h * v[1])
    elif updates.kind == "optimistic":
        before = game.velocity(*previous)
        v = 2 * v[0] - before[0], 2 * v[1] - before[1]
    return theta + h * v[0], game.clipped(psi + h * v[1])


def vector_field(game: Game, thetas: np.ndarray, psis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """v_θ and v_ψ, each (m, n), at every pair of `thetas` (n,) and `psis` (m,), clipping aside."""
    theta, psi = np.meshgrid(np.asarray(thetas, dtype=float), np.asarray(psis, dtype=float))
    return game.velocity(theta, psi)


def flow_eigenvalues(game: Game, point: Point = EQUILIBRIUM) -> np.ndarray:
    """Eigenvalues (2,) of the field's Jacobian: infinitely small steps converge where all real
    parts are below 0. Raises `GanError` where the field jumps.
    """
    return np.linalg.eigvals(game.jacobian(*point))


def update_eigenvalues(game: Game, updates: Updates, point: Point = EQUILIBRIUM) -> np.ndarray:
    """Eigenvalues of one step: near the equilibrium, steps converge where all are inside the unit
    circle. (2,), or (4,) for "optimistic". Raises `GanError` where the field jumps.
    """
    return np.linalg.eigvals(update_jacobian(game, updates, point))


def update_jacobian(game: Game, updates: Updates, point: Point = EQUILIBRIUM) -> np.ndarray:
    """The Jacobian of the map from one point to the next, by the chain rule over its steps.

    (2, 2); (4, 4) for "optimistic", whose map takes the point and the point before (both at
    `point`) one step on. Clipping counts: where it cuts, the next ψ depends on nothing. Raises
    `GanError` where the field jumps.
    """
    h = updates.step
    if updates.kind == "alternating":
        return _alternating_jacobian(game, updates, point)
    here = h * game.jacobian(*point)
    _, psi = _advance(dataclasses.replace(game, clip=None), point, point, updates)
    cut = _clip_jacobian(game, psi)
    eye = np.eye(2)
    if updates.kind == "optimistic":
        return np.block([[cut @ (eye + 2 * here), cut @ -here], [eye, np.zeros((2, 2))]])
    if updates.kind == "extragradient":
        v = game.velocity(*point)
        ahead = h * game.jacobian(point[0] + h * v[0], point[1] + h * v[1])
        return cut @ (eye + ahead @ (eye + here))
    return cut @ (eye + here)


def _alternating_jacobian(game: Game, updates: Updates, point: Point) -> np.ndarray:
    """The product of the Jacobians of the generator's step and of each of the discriminator's."""
    h = updates.step
    theta, psi = point
    only_theta, only_psi = np.diag([1.0, 0.0]), np.diag([0.0, 1.0])
    total = np.eye(2) + h * only_theta @ game.jacobian(theta, psi)
    theta += h * game.velocity(theta, psi)[0]
    for _ in range(updates.d_steps):
        own = np.eye(2) + h * only_psi @ game.jacobian(theta, psi)
        psi += h * game.velocity(theta, psi)[1]
        total = _clip_jacobian(game, psi) @ own @ total
        psi = game.clipped(psi)
    return total


def _clip_jacobian(game: Game, psi: float) -> np.ndarray:
    """What clipping `psi` does to small changes: nothing, or it takes away those of ψ."""
    return np.diag([1.0, 1.0 if game.clipped(psi) == psi else 0.0])
