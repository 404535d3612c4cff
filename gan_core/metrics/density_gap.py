"""How far a discriminator is from the best one: arXiv:1406.2661, proposition 1.

Real = 1, fake = 0: p is the density of the data, q that of the generator.
"""

from __future__ import annotations

import numpy as np

from gan_core.theory.optimal_discriminator import optimal_discriminator


def best_decision(
    p: np.ndarray, q: np.ndarray, *, label_smoothing: float = 0.0, packing: int = 1
) -> np.ndarray:
    """D* = p/(p + q) for densities of one shape, any; ½ where both are 0.

    With `label_smoothing` s it is (1 − s) p/(p + q), arXiv:1606.03498, section 3.4. A D that judges
    m = `packing` samples at once is asked about a pack of m copies of one point, and packs have the
    densities pᵐ and qᵐ there.
    """
    return (1 - label_smoothing) * optimal_discriminator(p**packing, q**packing)


def decision_gap(decision: np.ndarray, best: np.ndarray, p: np.ndarray, q: np.ndarray) -> float:
    """Mean of |D − D*| over where real and generated samples fall; all of shape (m,).

    Each point counts by (p + q)/2. It is 0 for the best D and at most 1; a D that is no number
    is off by 1. Where no point has any density, there is nothing to judge: 0.
    """
    off = np.nan_to_num(np.abs(decision - best), nan=1.0)
    weights = (p + q) / 2
    return float(np.average(off, weights=weights)) if weights.any() else 0.0
