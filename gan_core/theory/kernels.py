"""Kernels between samples."""

from __future__ import annotations

import numpy as np


def mean_of_others(kernel: np.ndarray) -> float:
    """Mean of (n, n) without the diagonal, which is what makes estimates of MMD² unbiased."""
    n = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (n * (n - 1)))
