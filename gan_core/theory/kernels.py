"""Kernels between samples, and MMD², the distance that they make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan_core.theory.halves import N_SPLITS, random_halves, seldom_exceeded

_AT_ONCE = 500  # rows of a kernel: of all of them it would be far larger than the samples

Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (n, d) and (m, d) to (n, m)


def mean_of_others(kernel: np.ndarray) -> float:
    """Mean of (n, n) without the diagonal, which is what makes estimates of MMD² unbiased."""
    n = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (n * (n - 1)))


def noise_floor(x: np.ndarray, y: np.ndarray, kernel: Kernel) -> float:
    """What unbiased MMD² of as many samples of one distribution seldom exceeds, at least 0.

    One measurement tells nothing: it is 0 on average and often below. So `x` (n, d) and `y` (n, d)
    are put together and halved again and again.
    """
    return seldom_exceeded(mmd_of_splits(np.concatenate([x, y]), kernel))


def mmd_of_splits(samples: np.ndarray, kernel: Kernel) -> np.ndarray:
    """Unbiased MMD² between random halves of samples (2n, d), for each split: (`N_SPLITS`,)."""
    n = len(samples) // 2
    samples = samples[: 2 * n]
    sides = random_halves(n)  # (2n, splits)
    total, difference = 0.0, np.zeros(N_SPLITS)  # sums within halves plus, and minus, across
    for start in range(0, 2 * n, _AT_ONCE):
        block = slice(start, start + _AT_ONCE)
        rows = kernel(samples[block], samples)
        np.fill_diagonal(rows[:, start:], 0.0)  # no sample with itself
        total += rows.sum()
        difference += np.sum(sides[block] * (rows @ sides), axis=0)
    within, across = (total + difference) / 2, (total - difference) / 2
    return np.asarray(within / (n * (n - 1)) - across / n**2)
