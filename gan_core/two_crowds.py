"""Two crowds in the plane, real and generated points, and how far each lies within the other.

The generator is made up, without any training, so that what is wrong with it is known.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gan_core.datasets import DATASETS, Dataset, Modes
from gan_core.image_measures.neighbours import TrainingPictures
from gan_core.image_measures.precision_recall import share_within
from gan_core.text import N_

N_POINTS = 80  # in each crowd
REAL_SEED, FAKE_SEED = 0, 4

DRAWS = {
    "both": N_("both spots"),
    "one": N_("only one spot"),
    "copies": N_("copies of the real points"),
}


@functools.cache
def real_points() -> np.ndarray:
    """The real points, (N_POINTS, 2), read-only: also those that a generator may have copied."""
    points = _spots().load(N_POINTS, seed=REAL_SEED).astype(float)
    points.setflags(write=False)
    return points


@dataclass(frozen=True)
class Generator:
    """What it draws, one of `DRAWS`, and how: left as it is, it is the real distribution itself.

    Each spot is made `spread` times as wide, around its middle, and moved to the right by `shift`.
    """

    draws: str = "both"
    spread: float = 1.0
    shift: float = 0.0

    def generate(self) -> np.ndarray:
        """Its points, (N_POINTS, 2); of copies there is one for each real point."""
        points = self._undistorted()
        # What is added is exactly 0 where nothing is distorted: copies stay copies to the last bit.
        points = points + (self.spread - 1) * (points - _middles(points))
        return points + np.array([self.shift, 0.0])

    def _undistorted(self) -> np.ndarray:
        if self.draws == "copies":
            return real_points()
        drawn = _spots().load(4 * N_POINTS, seed=FAKE_SEED).astype(float)  # one spot has enough
        if self.draws == "one":
            drawn = drawn[_nearest(drawn) == 0]
        return drawn[:N_POINTS]


class Measured(NamedTuple):
    """How alike two crowds are; `distance` is from a generated point to the nearest real one."""

    precision: float
    recall: float
    distance: float


def measure(real: np.ndarray, fake: np.ndarray, k: int) -> Measured:
    """Precision and recall of `fake` (n, 2) against `real` (m, 2), and the mean distance."""
    nearest = TrainingPictures(real).nearest(fake).distances[:, 0]
    return Measured(share_within(fake, real, k), share_within(real, fake, k), float(nearest.mean()))


def _spots() -> Dataset:
    return DATASETS.get("two_gaussians")


def _modes() -> Modes:
    modes = _spots().modes
    assert modes
    return modes


def _nearest(points: np.ndarray) -> np.ndarray:
    """The number of the spot that each of the points (n, 2) belongs to, (n,)."""
    gaps = points[:, np.newaxis] - _modes().centers  # (n, spots, 2)
    return np.square(gaps).sum(axis=2).argmin(axis=1)


def _middles(points: np.ndarray) -> np.ndarray:
    """The middle of the spot that each of the points (n, 2) belongs to, (n, 2)."""
    return _modes().centers[_nearest(points)]
