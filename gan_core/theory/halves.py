"""Random halves of samples, and what a measure of their difference seldom exceeds.

Two samples of one distribution differ by chance, and one draw of them says little of how far: it
may be a near or a far one. So as many samples as both have are halved again and again.
"""

from __future__ import annotations

import numpy as np

N_SPLITS = 100
SHARE_BELOW = 0.95


def random_halves(n: int) -> np.ndarray:
    """On which side of each split the 2n samples are, n on each: +1 or −1, (2n, `N_SPLITS`)."""
    sides = np.repeat([1.0, -1.0], n)[:, np.newaxis].repeat(N_SPLITS, axis=1)
    return np.random.default_rng(0).permuted(sides, axis=0)


def seldom_exceeded(differences: np.ndarray) -> float:
    """What 95 % of the differences between halves (`N_SPLITS`,) stay below, at least 0."""
    return max(0.0, float(np.quantile(differences, SHARE_BELOW)))
