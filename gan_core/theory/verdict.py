"""What became of a path, and why: the eigenvalues near the equilibrium and the path's distance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gan_core.text import N_, Text
from gan_core.theory.dynamics import Updates, update_eigenvalues
from gan_core.theory.games import Game

ON_CIRCLE = 1e-9  # a spectral radius this close to 1 counts as 1; rounding makes 1e-15
SAME_DISTANCE = 0.02  # relative; a path in steps does not meet the farthest point of its orbit
NEAR = 0.5  # of the first distance: so near has come what the equilibrium draws in
ARRIVED = np.finfo(float).tiny  # a distance below it has too few digits left to fall further
SHORTEST = 8  # points of a path that can be judged: two in each quarter

_CONVERGES = N_(
    "Converges: near the equilibrium a step multiplies the distance by {radius} or less, on average"
    " over many steps."
)
_ONLY_NEARBY = N_(
    "Does not come to rest. It would from a start near the equilibrium, where a step multiplies the"
    " distance by {radius} or less, on average over many steps."
)
_SLOWLY = N_(
    "Converges only slowly (sublinearly): the eigenvalues lie on the unit circle, so no step"
    " shrinks the distance by a constant factor, and yet it falls."
)
_CIRCLES = N_(
    "Circles: the eigenvalues lie on the unit circle, and each round is about as large as the one"
    " before."
)
_KEPT_AWAY = N_(
    "Does not converge: near the equilibrium, steps push outwards in the long run, with eigenvalues"
    " of size {radius}, so the path stays at a distance."
)
_SPIRALS_OUT = N_(
    "Spirals outwards: so far, the path gets farther and farther from the equilibrium."
)
_DIVERGES = N_("Diverges: the path leaves every bound.")
_JUMPS_AROUND = N_(
    "Does not converge: the gradient jumps at the equilibrium, and the distance does not fall."
)
_RESTS = N_("Rests: the path starts at the equilibrium. Start somewhere else.")
_TOO_SHORT = N_("Too early to say: the path has not settled into its course. Take more steps.")


@dataclass(frozen=True)
class Verdict:
    """One of the outcomes by `key`, with a sentence for the reader.

    Keys: "converges", "slowly", "circles", "kept_away", "spirals_out", "diverges", "jumps_around",
    "only_nearby", "rests", "too_short". `eigenvalues` are those of one step at the equilibrium,
    `radius` the largest of their sizes; both None where the field jumps there.
    """

    key: str
    text: Text
    eigenvalues: tuple[complex, ...] | None
    radius: float | None

    @property
    def converges(self) -> bool:
        """Whether the path comes as close to the equilibrium as one likes, be it slowly."""
        return self.key in ("converges", "slowly")


def verdict(game: Game, path: np.ndarray, updates: Updates) -> Verdict:
    """Judge the `path` (n + 1, 2) that `updates` took in `game`, as `trajectory` returns it.

    The largest distance in the last quarter is held against that in the quarter before. Eigenvalues
    inside the unit circle mean convergence, if it falls and has come down to `NEAR` of the start:
    they speak of small distances, and farther out a path may go round for ever. Otherwise each
    quarter has to go round by half a turn, after which the distance of an orbit repeats. Where a
    path that eigenvalues push outwards turns less, its second half is held against its first.
    """
    eigenvalues = None if game.jumps else tuple(map(complex, update_eigenvalues(game, updates)))
    radius = None if eigenvalues is None else max(map(abs, eigenvalues))
    key, template = _outcome(path, radius)
    values = {} if radius is None else {"radius": f"{radius:.4f}"}
    return Verdict(key, Text(template, values), eigenvalues, radius)


def _outcome(path: np.ndarray, radius: float | None) -> tuple[str, str]:
    """The key and the sentence."""
    if not np.isfinite(path).all():
        return "diverges", _DIVERGES
    distance = np.hypot(path[:, 0], path[:, 1])
    if distance[0] == 0:
        return "rests", _RESTS
    if len(path) < SHORTEST:
        return "too_short", _TOO_SHORT
    quarter, half = len(path) // 4, len(path) // 2
    before, after = slice(-2 * quarter - 1, -quarter), slice(-quarter - 1, None)
    if radius is not None and radius < 1 - ON_CIRCLE:
        farthest = distance[after].max()
        if ARRIVED < farthest >= min(distance[before].max(), distance[0]):
            return "only_nearby", _ONLY_NEARBY
        is_near = farthest < NEAR * distance[0]
        return ("converges", _CONVERGES) if is_near else ("too_short", _TOO_SHORT)
    if min(_turned(path[before]), _turned(path[after])) < math.pi:
        if radius is None or radius <= 1 + ON_CIRCLE:
            return "too_short", _TOO_SHORT
        before, after = slice(None, half), slice(half, None)
    growth = distance[after].max() / distance[before].max()
    if growth > 1 + SAME_DISTANCE:
        return "spirals_out", _SPIRALS_OUT
    if radius is None:
        falls = growth < 1 - SAME_DISTANCE  # and may or may not go on falling: nothing says which
        return ("too_short", _TOO_SHORT) if falls else ("jumps_around", _JUMPS_AROUND)
    if radius > 1 + ON_CIRCLE:
        return "kept_away", _KEPT_AWAY
    return ("slowly", _SLOWLY) if growth < 1 - SAME_DISTANCE else ("circles", _CIRCLES)


def _turned(path: np.ndarray) -> float:
    """The angle in radians by which a path (n, 2) goes round the equilibrium."""
    angles = np.unwrap(np.arctan2(path[:, 1], path[:, 0]))
    return float(abs(angles[-1] - angles[0]))
