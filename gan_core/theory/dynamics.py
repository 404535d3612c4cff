"""How a game is played: the paths of gradient descent, and the eigenvalues that rule them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np

from gan_core.text import N_, GanError
from gan_core.theory import checks
from gan_core.theory.games import EQUILIBRIUM, Game

Kind = Literal["simultaneous", "alternating", "extragradient", "optimistic"]
Point = tuple[float, float]

TOO_FAR = 1e100  # a path beyond this has diverged; going on would overflow


class Mover(NamedTuple):
    """Which of the players move at once."""

    g: bool = False
    d: bool = False


@dataclass(frozen=True)
class Updates:
    """Who steps when, and how far; w is (θ, ψ), h is `step` and v the field of the game.

    - "simultaneous": both players step from the same point, w + h v(w).
    - "alternating": the generator steps first, then the discriminator `d_steps` times, each from
      where the step before ended.
    - "extragradient": w + h v(w + h v(w)), arXiv:1802.10551.
    - "optimistic": w + 2h v(w) − h v(w of the step before), arXiv:1711.00141.

    With `momentum` β, each player of the first two keeps part of its last movement m, as in
    Polyak's heavy ball: m ← β m + h v(w), w ← w + m, arXiv:1807.04740. They begin at rest, m = 0.

    Clipping comes after each step of the discriminator, and leaves m as it is; the look-ahead of
    "extragradient" is not clipped. Raises `GanError` for a step that is not above 0, for `d_steps`
    that is below 1, or other than 1 where updates do not alternate, and for momentum that is not
    between −1 and 1, or other than 0 where updates look ahead or back.
    """

    kind: Kind = "simultaneous"
    step: float = 0.2
    d_steps: int = 1
    momentum: float = 0.0

    def __post_init__(self) -> None:
        checks.above_zero("step", self.step)
        checks.at_least("d_steps", self.d_steps, 1)
        if not -1 < self.momentum < 1:
            raise GanError(
                N_("momentum is {value}; it must be between −1 and 1, such as 0.9 or −0.5."),
                value=self.momentum,
            )
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
        if self.momentum and not self.movers:
            raise GanError(
                N_("momentum is {value}, but with {kind} updates it must be 0; alternate instead."),
                value=self.momentum,
                kind=self.kind,
            )

    @property
    def movers(self) -> tuple[Mover, ...]:
        """Who moves, for each of the moves of which a step is made; none where it looks around."""
        g, d, both = Mover(g=True), Mover(d=True), Mover(g=True, d=True)
        moves = {"simultaneous": (both,), "alternating": (g, *(d,) * self.d_steps)}
        return moves.get(self.kind, ())


def trajectory(game: Game, start: Point, n_steps: int, updates: Updates) -> np.ndarray:
    """The path (n_steps + 1, 2) of (θ, ψ) from `start`, which is its first row.

    From where the path leaves ±1e100 its rows are NaN: it has diverged. Raises `GanError` for a
    start that is not finite or beyond that, and for `n_steps` below 0.
    """
    checks.at_least("n_steps", n_steps, 0)
    if not all(abs(value) <= TOO_FAR for value in start):
        raise GanError(
            N_("start is {start}; both numbers must be finite and no larger than 1e100."),
            start=tuple(start),
        )
    path = np.full((n_steps + 1, 2), np.nan)
    path[0] = start
    memory = _first_memory(game, start, updates)
    with np.errstate(over="ignore", invalid="ignore"):  # a last step may leave the floats' range
        for i in range(n_steps):
            point, memory = _advance(game, (path[i, 0], path[i, 1]), memory, updates)
            if not all(abs(value) <= TOO_FAR for value in point):
                break
            path[i + 1] = point
    return path


def _first_memory(game: Game, start: Point, updates: Updates) -> Point:
    """What players know who have not moved yet: the field is as it was, or they are at rest."""
    return game.velocity(*start) if updates.kind == "optimistic" else (0.0, 0.0)


def _advance(game: Game, point: Point, memory: Point, updates: Updates) -> tuple[Point, Point]:
    """One step of both players.

    `memory` is the last movement of each, and for "optimistic" the field at the point before.
    """
    if updates.movers:
        for mover in updates.movers:
            (theta, psi), memory = _move(game, point, memory, mover, updates)
            point = theta, game.clipped(psi) if mover.d else psi
        return point, memory
    theta, psi = point
    h = updates.step
    v = here = game.velocity(theta, psi)
    if updates.kind == "extragradient":
        v = game.velocity(theta + h * v[0], psi + h * v[1])
    elif updates.kind == "optimistic":
        v = 2 * v[0] - memory[0], 2 * v[1] - memory[1]
    return (theta + h * v[0], game.clipped(psi + h * v[1])), here


def _move(
    game: Game, point: Point, memory: Point, mover: Mover, updates: Updates
) -> tuple[Point, Point]:
    """Where those who move get to, before any clipping, and the last movement of each."""
    theta, psi = point
    m_theta, m_psi = memory
    v = game.velocity(theta, psi)
    if mover.g:
        m_theta = updates.momentum * m_theta + updates.step * v[0]
        theta += m_theta
    if mover.d:
        m_psi = updates.momentum * m_psi + updates.step * v[1]
        psi += m_psi
    return (theta, psi), (m_theta, m_psi)


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
    circle. As many as `update_jacobian` has rows. Raises `GanError` where the field jumps.
    """
    return np.linalg.eigvals(update_jacobian(game, updates, point))


def update_jacobian(game: Game, updates: Updates, point: Point = EQUILIBRIUM) -> np.ndarray:
    """The Jacobian of the map from one point to the next, by the chain rule over its steps.

    (2, 2). (4, 4) for "optimistic", whose map takes the point and the point before (both at
    `point`) one step on, and with momentum, where it takes point and last movement (none). Clipping
    counts: where it cuts, the next ψ depends on nothing. Raises `GanError` where the field jumps.
    """
    if updates.movers:
        return _jacobian_of_moves(game, updates, point)
    h = updates.step
    here = h * game.jacobian(*point)
    memory = _first_memory(game, point, updates)
    (_, psi), _ = _advance(dataclasses.replace(game, clip=None), point, memory, updates)
    cut = _clip_jacobian(game, psi)
    eye = np.eye(2)
    if updates.kind == "optimistic":
        return np.block([[cut @ (eye + 2 * here), cut @ -here], [eye, np.zeros((2, 2))]])
    v = game.velocity(*point)
    ahead = h * game.jacobian(point[0] + h * v[0], point[1] + h * v[1])
    return cut @ (eye + ahead @ (eye + here))


def _jacobian_of_moves(game: Game, updates: Updates, point: Point) -> np.ndarray:
    """The product of the Jacobians of all moves, each with respect to (θ, ψ, m_θ, m_ψ).

    Without momentum, what comes next does not depend on m: the part for (θ, ψ) is all there is.
    """
    total, memory = np.eye(4), (0.0, 0.0)
    for mover in updates.movers:
        who = np.diag(np.array(mover, dtype=float))
        slope = updates.step * who @ game.jacobian(*point)
        keep = np.eye(2) + (updates.momentum - 1) * who  # who does not move keeps all of it
        move = np.block([[np.eye(2) + slope, updates.momentum * who], [slope, keep]])
        (theta, psi), memory = _move(game, point, memory, mover, updates)
        if mover.d:
            move[:2] = _clip_jacobian(game, psi) @ move[:2]
            psi = game.clipped(psi)
        point, total = (theta, psi), move @ total
    return total if updates.momentum else total[:2, :2]


def _clip_jacobian(game: Game, psi: float) -> np.ndarray:
    """What clipping `psi` does to small changes: nothing, or it takes away those of ψ."""
    return np.diag([1.0, 1.0 if game.clipped(psi) == psi else 0.0])
