"""Fit one Gaussian to a mixture: KL covers all the modes, reverse KL seeks one of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gan_core.text import N_, GanError
from gan_core.theory import divergences
from gan_core.theory.grid import normalised
from gan_core.theory.mixture import Mixture, normal_log_pdf

MIN_POINTS = 251  # of the grid: enough for smooth integrands
KINKED = ("wasserstein_1", "total_variation")  # an absolute value is under their integral
MIN_POINTS_KINKED = 1001
MAX_POINTS = 4000  # keeps the slowest fit to a fraction of a second
_COARSE = (31, 15)  # candidates for (mean, ln std) over the whole range
_FINE = (7, 7)  # and around the best so far
_ZOOMS = 14  # each halves the width of the search: in the end to 3e-6 of the range


@dataclass(frozen=True)
class Fit:
    """The Gaussian that is nearest, and how near that is in the divergence's unit."""

    mean: float
    std: float
    value: float


def fit_gaussian(mixture: Mixture, divergence: str) -> Fit:
    """Find the mean and std of the Gaussian q that minimise `divergence` from `mixture`, p.

    Searches a coarse grid over mean and ln std, then ever finer ones around the best: no start, no
    step size, and the same answer each time. Of equally good modes it takes the first. W₁ and total
    variation are flat around their minimum: other pairs are then as good, or nearly so.

    Raises `GanError` for an unknown divergence, and for modes too narrow for their distance.
    """
    chosen = divergences.get(divergence)
    x, dx = _grid(mixture, MIN_POINTS_KINKED if divergence in KINKED else MIN_POINTS)
    log_p = normalised(mixture.log_pdf(x), dx)

    def measure(candidates: np.ndarray) -> np.ndarray:
        """The divergence for each (mean, ln std) in (k, 2): (k,)."""
        means, stds = candidates[:, :1], np.exp(candidates[:, 1:])  # (k, 1) each
        return chosen.integral(log_p, normalised(normal_log_pdf(x, means, stds), dx), dx)

    low = np.array([min(mixture.means), math.log(0.7 * min(mixture.stds))])
    high = np.array([max(mixture.means), math.log(2 * mixture.std)])
    center, reach = (low + high) / 2, (high - low) / 2
    # Narrow modes could slip through the coarse grid, so each is a candidate itself.
    modes = np.stack([mixture.means, np.log(mixture.stds)], axis=1)
    candidates = np.concatenate([modes, _candidates(center, reach, _COARSE)])
    cell = 2 * reach / (np.array(_COARSE) - 1)
    center, reach = _best(candidates, measure(candidates)), 1.5 * cell
    for _ in range(_ZOOMS):
        candidates = np.concatenate([center[np.newaxis], _candidates(center, reach, _FINE)])
        candidates[:, 1] = np.clip(candidates[:, 1], low[1], high[1])
        center = _best(candidates, measure(candidates))
        reach = 1.5 * 2 * reach / (np.array(_FINE) - 1)
    value = float(measure(center[np.newaxis])[0])
    return Fit(float(center[0]), math.exp(center[1]), max(value, 0.0))


def _grid(mixture: Mixture, least: int) -> tuple[np.ndarray, float]:
    """Points (n,) fine enough for the narrowest Gaussian and wide enough for the broadest."""
    margin = 6 * mixture.std
    start, stop = min(mixture.means) - margin, max(mixture.means) + margin
    # Half a std apart: there a sum stands for the integral of a Gaussian to 1e-30.
    n = max(least, math.ceil((stop - start) / (min(mixture.stds) / 2)) + 1)
    if n > MAX_POINTS:
        raise GanError(
            N_(
                "The narrowest std is {std}, too small for modes {distance} apart; "
                "take stds of {least} or more, or bring the means closer together."
            ),
            std=min(mixture.stds),
            distance=max(mixture.means) - min(mixture.means),
            least=f"{2 * (stop - start) / (MAX_POINTS - 2):.2g}",
        )
    x = np.linspace(start, stop, n)
    return x, float(x[1] - x[0])


def _candidates(center: np.ndarray, reach: np.ndarray, counts: tuple[int, int]) -> np.ndarray:
    """All pairs on a grid of `counts` values from −reach to +reach around `center`: (k, 2)."""
    axes = [np.linspace(c - r, c + r, n) for c, r, n in zip(center, reach, counts, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)


def _best(candidates: np.ndarray, values: np.ndarray) -> np.ndarray:
    return candidates[np.argmin(values)]
