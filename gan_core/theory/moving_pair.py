"""p stays, q moves along the line: what each divergence says of q's place, and with what slope.

A generator learns from slopes, so a divergence that stays level wherever q is cannot teach it.
Two parallel lines at distance θ, example 1 of arXiv:1701.07875, are two points in cross-section.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gan_core.theory.divergences import LN2, js, kl, reverse_kl, wasserstein_1
from gan_core.theory.grid import normalised
from gan_core.theory.mixture import Mixture, normal_log_pdf

COMPARED = {each.name: each for each in (kl, reverse_kl, js, wasserstein_1)}
DX = 0.05  # a quarter of the narrowest std on the page; there a sum stands for an integral
TAIL = 6.0  # stds of room at either end of the grid: all but 1e-9 of the mass


@dataclass(frozen=True)
class Reading:
    """What a divergence says at one place of q: its value, and how it changes per unit of x.

    The slope is NaN where there is none: the divergence is infinite on both sides, or p and q are
    one and the same point, where it leaps or has a corner. Beside that point it is that of the far
    side.
    """

    value: float
    slope: float


@dataclass(frozen=True)
class MovingPair:
    """ln p (n,) over the grid `x` (n,), and q's logarithm (k, n) for means (k,).

    `step` is how far q is moved to either side to measure a slope.
    """

    x: np.ndarray
    log_p: np.ndarray
    log_q_at: Callable[[np.ndarray], np.ndarray]
    step: float

    @property
    def of_points(self) -> bool:
        """Whether p and q are point masses rather than densities."""
        return bool(np.isneginf(self.log_p).any())

    def log_q(self, mean: float) -> np.ndarray:
        """ln q (n,) with q at one place."""
        return self.log_q_at(np.array([mean]))[0]

    def sweep(self, means: np.ndarray) -> dict[str, np.ndarray]:
        """The compared divergences, by name, for each of q's means (k,): (k,) each."""
        log_q = self.log_q_at(means)
        return {
            name: np.clip(each.integral(self.log_p, log_q, DX), 0, each.bound)
            for name, each in COMPARED.items()
        }

    def readings(self, mean: float) -> dict[str, Reading]:
        """Value and slope of the compared divergences, by name, with q at `mean`."""
        found = self.sweep(np.array([mean - self.step, mean, mean + self.step]))
        return {name: self._reading(*values.tolist()) for name, values in found.items()}

    def _reading(self, before: float, here: float, after: float) -> Reading:
        return Reading(here, self._slope(before, here, after))

    def _slope(self, before: float, here: float, after: float) -> float:
        if self.of_points and here == 0:
            return math.nan
        if self.of_points and before == 0:
            return (after - here) / self.step
        if self.of_points and after == 0:
            return (here - before) / self.step
        return (after - before) / (2 * self.step)


def gaussians(p: Mixture, q_std: float, reach: float) -> MovingPair:
    """A mixture p, and a Gaussian q whose mean may be anything from −reach to +reach."""
    x = _grid(reach + TAIL * max(*p.stds, q_std))

    def log_q_at(means: np.ndarray) -> np.ndarray:
        return normalised(normal_log_pdf(x, means[:, np.newaxis], q_std), DX)

    return MovingPair(x, normalised(p.log_pdf(x), DX), log_q_at, step=q_std / 100)


def points(reach: float) -> MovingPair:
    """All of p at 0 and all of q at its mean, which is taken to the nearest point of the grid."""
    x = _grid(reach + 2 * DX)

    def log_mass_at(means: np.ndarray) -> np.ndarray:
        log_density = np.full((len(means), x.size), -np.inf)
        places = np.rint((means - x[0]) / DX).astype(int)
        log_density[np.arange(len(means)), places] = -math.log(DX)
        return log_density

    return MovingPair(x, log_mass_at(np.zeros(1))[0], log_mass_at, step=DX)


def jsd_integrand(log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """½ p ln(p/m) + ½ q ln(q/m) with m = (p + q)/2, nowhere negative; its area is the JSD in nats.

    All (n,), as is the result, in nats per unit of x.
    """
    log_m = np.logaddexp(log_p, log_q) - LN2
    return (_weighted_gap(log_p, log_m) + _weighted_gap(log_q, log_m)) / 2


def _weighted_gap(log_p: np.ndarray, log_m: np.ndarray) -> np.ndarray:
    """p ln(p/m), where p = 0 counts 0."""
    p = np.exp(log_p)
    return p * np.subtract(log_p, log_m, out=np.zeros(p.shape), where=p > 0)


def _grid(half_width: float) -> np.ndarray:
    """Points at multiples of DX, 0 among them, from −half_width to half_width."""
    n = math.ceil(half_width / DX)
    return DX * np.arange(-n, n + 1)
