"""Metrics: how good generated samples are, as a number. One file per metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gan_core.datasets import Dataset
from gan_core.registry import Registry
from gan_core.text import N_


@dataclass(frozen=True)
class Metric:
    """One metric on samples (n, *shape).

    `measure(x_real, x_fake, dataset)` returns the value; measured on real against real of the same
    n it gives the noise floor, unless there is a `floor` of its own. `n_samples` is how many the
    definition asks for. `applies(dataset)` tells whether it is defined there. Its values may be
    `whole` numbers only.
    """

    name: str
    title: str
    help: str
    unit: str
    better: Literal["lower", "higher"]
    n_samples: int
    measure: Callable[[np.ndarray, np.ndarray, Dataset], float]
    applies: Callable[[Dataset], bool]
    reference: str
    floor: Callable[[np.ndarray, np.ndarray, Dataset], float] | None = None
    order: int = 100
    whole: bool = False

    def noise_floor(self, x_real: np.ndarray, x_other: np.ndarray, dataset: Dataset) -> float:
        """What real samples score against as many other real ones."""
        return (self.floor or self.measure)(x_real, x_other, dataset)


FAR = 1e3  # times the extent of the plane: where points are put that left it for good

METRICS: Registry[Metric] = Registry(N_("metric"), __name__)


def has_modes(dataset: Dataset) -> bool:
    """Whether the distribution's peaks are known."""
    return dataset.modes is not None


def is_plane(dataset: Dataset) -> bool:
    """Whether samples are points in the plane."""
    return dataset.shape == (2,)


def brought_near(points: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Points (n, 2) as finite float64: far away is where a diverged generator's samples count."""
    far = FAR * dataset.extent
    return np.clip(np.nan_to_num(points.astype(float), nan=far), -far, far)


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Between points (n, 2) and (m, 2), shape (n, m)."""
    # By axis, as an array (n, m, 2) takes ten times as long; in place, as fresh memory is slow.
    across, along = (np.subtract.outer(x[:, axis], y[:, axis]) for axis in (0, 1))
    across *= across
    along *= along
    across += along
    return across
