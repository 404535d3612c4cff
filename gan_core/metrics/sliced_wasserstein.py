"""Sliced Wasserstein distance: how far points in the plane are to be moved, seen from the side."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import Dataset
from gan_core.metrics import METRICS, Metric, brought_near, is_plane
from gan_core.text import N_
from gan_core.theory.halves import random_halves, seldom_exceeded

N_DIRECTIONS = 64

# Half a circle is enough: the opposite direction sees the same distances. On the line they are
# exact and cheap, and evenly spaced angles give the same score again for the same points.
_ANGLES = np.linspace(0, np.pi, N_DIRECTIONS, endpoint=False)
DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)  # (64, 2)


def sliced_wasserstein(x_real: np.ndarray, x_fake: np.ndarray, dataset: Dataset) -> float:
    """Mean of W₁ over the directions, in units of x, between points (n, 2) and as many others."""
    return float(np.abs(_in_order(x_real, dataset) - _in_order(x_fake, dataset)).mean())


def floor(x_real: np.ndarray, x_other: np.ndarray, dataset: Dataset) -> float:
    """What the distance between real points seldom exceeds, from (n, 2) and as many others."""
    return seldom_exceeded(distances_of_halves(np.concatenate([x_real, x_other]), dataset))


def distances_of_halves(points: np.ndarray, dataset: Dataset) -> np.ndarray:
    """`sliced_wasserstein` between random halves of points (2n, 2), for each split: (splits,).

    On a line, W₁ is the area between the two distribution functions. All points are sorted once:
    along each direction, a split only decides at which of them which function rises.
    """
    n = len(points) // 2
    sides = random_halves(n).astype(np.int8)  # (2n, splits)
    along = DIRECTIONS @ brought_near(points[: 2 * n], dataset).T  # (64, 2n)
    total = np.zeros(sides.shape[1])
    for places in along:
        order = places.argsort()
        # By how many points of n one function is above the other: (2n − 1, splits).
        above = np.abs(np.cumsum(sides[order[:-1]], axis=0, dtype=np.int32))
        total += np.diff(places[order]) @ above
    return total / (n * len(along))


def _in_order(points: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Where points (n, 2) lie along each direction, sorted: W₁ moves the kth to the kth. (64, n)"""
    return np.sort(DIRECTIONS @ brought_near(points, dataset).T, axis=1)


METRICS.register(
    Metric(
        name="sliced_wasserstein",
        title=N_("Sliced W₁"),
        help=N_(
            "How far generated points have to move on average to lie like the real ones, "
            "seen along 64 directions."
        ),
        unit="",
        better="lower",
        n_samples=2500,
        measure=sliced_wasserstein,
        floor=floor,
        applies=is_plane,
        reference="Deshpande et al. 2018, arXiv:1803.11188",
        order=40,
    )
)
