"""How far a discriminator is from the best one: arXiv:1406.2661, proposition 1.

Real = 1, fake = 0: p is the density of the data, q that of the generator.
"""

from __future__ import annotations

import numpy as np

from gan_core.metrics import squared_distances
from gan_core.theory.optimal_discriminator import optimal_discriminator

NARROWEST = 0.01  # of a bandwidth in units of x, for a generator that has collapsed to a point
ROWS = 64  # points at a time: as many distances as stay in the processor's cache


def kernel_density(
    samples: np.ndarray, points: np.ndarray, bandwidth: float | None = None
) -> np.ndarray:
    """Density at `points` (m, 2), estimated from samples (n, 2) by round Gaussians; shape (m,).

    `bandwidth` is their standard deviation, by default Scott's rule, which suits one peak and
    blurs several. Samples that are not finite are nowhere: what they had of the mass is missing.
    """
    # Not SciPy's gaussian_kde: it refuses collapsed samples and takes ten times as long.
    finite = samples[np.isfinite(samples).all(axis=1)].astype(float)
    if not finite.size:
        return np.zeros(len(points))
    width = scott_bandwidth(finite) if bandwidth is None else bandwidth
    with np.errstate(over="ignore"):  # a sample too far away to square counts 0
        at, by = (np.asarray(each / width, np.float32) for each in (points, finite))
        sums = [
            np.exp(-squared_distances(at[row : row + ROWS], by) / 2).sum(axis=1)
            for row in range(0, len(at), ROWS)
        ]
    return np.concatenate(sums).astype(float) / (2 * np.pi * width**2 * len(samples))


def scott_bandwidth(samples: np.ndarray) -> float:
    """Scott's rule for finite samples (n, 2): the standard deviation per axis times n^(−1/6)."""
    std = np.sqrt(samples.var(axis=0).mean())
    return max(float(std) * len(samples) ** (-1 / 6), NARROWEST)


def best_decision(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """D* = p/(p + q) for densities of one shape, any; ½ where both are 0."""
    return optimal_discriminator(p, q)


def decision_gap(decision: np.ndarray, p: np.ndarray, q: np.ndarray) -> float:
    """Mean of |D − D*| over where real and generated samples fall, for D, p and q of shape (m,).

    Each point counts by (p + q)/2. It is 0 for the best D and at most 1; a D that is no number
    is off by 1. Where no point has any density, there is nothing to judge: 0.
    """
    off = np.nan_to_num(np.abs(decision - best_decision(p, q)), nan=1.0)
    weights = (p + q) / 2
    return float(np.average(off, weights=weights)) if weights.any() else 0.0
