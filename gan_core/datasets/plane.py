"""Data in the plane: every set of points is a mixture of round Gaussians of the same width."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gan_core.datasets import Dataset, Modes

DEFAULT_SAMPLES = 20_000
EVEN = 0.5  # the balance at which all centres have the same weight
EXTENT = 1.7


@dataclass(frozen=True)
class Plane:
    """A mixture of Gaussians around `centers`; no weights means that all have the same."""

    centers: np.ndarray  # (k, 2)
    std: float
    weights: np.ndarray | None = None  # (k,), they sum to 1

    def sample(self, n: int, seed: int) -> np.ndarray:
        """Draw float32 points (n, 2), each around one of the centres."""
        rng = np.random.default_rng(seed)
        k = len(self.centers)
        # Without weights not `choice`: NumPy promises nothing about how that draws, and the points
        # of a seed shall stay what they were.
        chosen = (
            rng.integers(k, size=n) if self.weights is None else rng.choice(k, n, p=self.weights)
        )
        points = self.centers[chosen] + rng.normal(0, self.std, size=(n, 2))
        return points.astype(np.float32)

    def density(self, points: np.ndarray) -> np.ndarray:
        """p(x) for points (…, 2), per unit of area, shape (…)."""
        x, y = np.moveaxis(np.asarray(points, np.float64), -1, 0)
        total = np.zeros(x.shape)
        k = len(self.centers)
        weights = np.full(k, 1 / k) if self.weights is None else self.weights
        # One centre after the other: all at once, a fine grid of points would fill the memory.
        for (center_x, center_y), weight in zip(self.centers, weights, strict=True):
            squared = np.square(x - center_x) + np.square(y - center_y)
            total += weight * np.exp(-squared / (2 * self.std**2))
        return total / (2 * math.pi * self.std**2)

    def blurred(self, noise: float) -> Plane:
        """The distribution after Gaussian noise of that standard deviation was added to it."""
        return replace(self, std=math.hypot(self.std, noise))

    def balanced(self, share: float) -> Plane:
        """Give the first half of the centres `share` of all samples.

        The middle one of an odd number belongs half to each, so that 0.5 is even here too.
        """
        if share == EVEN:
            return self
        k = len(self.centers)
        first = (
            1 - np.sign(np.arange(k) - (k - 1) / 2)
        ) / 2  # 1 in the first half, 0 in the second
        return replace(self, weights=2 / k * (first * share + (1 - first) * (1 - share)))


def plane_dataset(
    name: str,
    title: str,
    help: str,
    make: Callable[..., Plane],
    *,
    order: int,
    options: tuple[str, ...] = (),
    has_groups: bool = False,
    has_modes: bool = False,
    extent: float = EXTENT,
) -> Dataset:
    """Build the dataset of `make(**options)`, with options for noise and, for groups, balance.

    Groups have equally many centres, one group after the other. `has_modes` tells that each centre
    is a peak of the density.
    """

    def configure(data_noise: float = 0.0, balance: float = EVEN, **own: Any) -> Dataset:
        plane = make(**own).balanced(balance).blurred(data_noise)

        def load(n_samples: int | None = None, *, seed: int = 0) -> np.ndarray:
            return plane.sample(DEFAULT_SAMPLES if n_samples is None else n_samples, seed)

        return Dataset(
            name=name,
            title=title,
            help=help,
            shape=(2,),
            load=load,
            modes=Modes(plane.centers, plane.std) if has_modes else None,
            density=plane.density,
            extent=extent,
            options=(*options, "data_noise", *(("balance",) if has_groups else ())),
            configure=configure,
            order=order,
        )

    return configure()


def fitted(points: np.ndarray, half: float = 1.2) -> np.ndarray:
    """Move and scale points (n, 2) into [−half, half]², the larger side filled, aspect kept."""
    low, high = points.min(axis=0) / 2, points.max(axis=0) / 2  # halved: their sum stays finite
    largest = (high - low).max()
    return (points - (low + high)) / (largest or 1.0) * half


def thinned(points: np.ndarray, most: int) -> np.ndarray:
    """Return at most that many of the points (n, 2), evenly spread over their order."""
    if len(points) <= most:
        return points
    return points[np.linspace(0, len(points) - 1, most, dtype=int)]
