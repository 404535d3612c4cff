"""Jensen–Shannon divergence between points in the plane, through a histogram."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import Dataset
from gan_core.metrics import METRICS, Metric, is_plane
from gan_core.text import N_
from gan_core.theory import divergences

CELLS = 30  # per axis


def jensen_shannon(x_real: np.ndarray, x_fake: np.ndarray, dataset: Dataset) -> float:
    """JSD in nats between the histograms of points (n, 2), 0 to ln 2.

    Chance fills the cells unevenly, so that even two samples of one distribution score above 0, by
    about (cells filled)/4n: compare with the noise floor.
    """
    p, q = _shares(x_real, dataset.extent), _shares(x_fake, dataset.extent)
    return divergences.js(p, q, dx=1.0)  # the area of a cell cancels out


def _shares(points: np.ndarray, extent: float) -> np.ndarray:
    """The share of points (n, 2) in each cell of [−extent, extent]², and outside: (901,)."""
    plane = [(-extent, extent)] * 2
    inside = np.histogram2d(points[:, 0], points[:, 1], CELLS, plane)[0]  # (30, 30)
    # Without those outside, a generator that is wrong everywhere would have nothing to answer for.
    return np.append(inside, len(points) - inside.sum()) / len(points)


METRICS.register(
    Metric(
        name="jensen_shannon",
        title=N_("JS divergence"),
        help=N_(
            "How little the generated points overlap with the real ones, counted on a grid: "
            "near 0 when they are alike, 0.69 when they share no cell."
        ),
        unit="nat",
        better="lower",
        n_samples=2500,
        measure=jensen_shannon,
        applies=is_plane,
        reference="Goodfellow et al. 2014, arXiv:1406.2661",
        order=30,
    )
)
