"""Fréchet distance: how far two Gaussians are apart that are fitted to features.

It is called FID only with the features of Inception-v3 (`gan_core.training.inception`).
"""

from __future__ import annotations

import numpy as np

from gan_core.image_measures import MEASURES, Measure, Seen
from gan_core.text import N_


def frechet_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Squared Wasserstein-2 distance between Gaussians fitted to features (n, d) and (m, d).

    |μ_x − μ_y|² + tr(Σ_x + Σ_y − 2 (Σ_x Σ_y)^½), arXiv:1706.08500, equation 6; n and m at least 2.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    shift = x.mean(axis=0) - y.mean(axis=0)
    # With Σ = RᵀR, the trace of the root is the sum of the singular values of R_x R_yᵀ: no complex
    # numbers, also where few or collapsed samples leave a covariance without full rank.
    root_x, root_y = _covariance_root(x), _covariance_root(y)
    overlap = np.linalg.norm(root_x @ root_y.T, "nuc")
    distance = shift @ shift + np.sum(root_x**2) + np.sum(root_y**2) - 2 * overlap
    return max(0.0, float(distance))


def _covariance_root(x: np.ndarray) -> np.ndarray:
    """R (min(n, d), d) with RᵀR = Σ, the covariance of features (n, d)."""
    return np.linalg.qr(x - x.mean(axis=0), mode="r") / np.sqrt(len(x) - 1)


def _of_seen(real: Seen, fake: Seen) -> float:
    return frechet_distance(real.features, fake.features)


MEASURES.register(
    Measure(
        name="frechet",
        title=N_("Fréchet distance (digit classifier)"),
        help=N_(
            "How far the features of generated pictures are from those of real ones, in mean and "
            "spread."
        ),
        better="lower",
        measure=_of_seen,
        reference="Heusel et al. 2017, arXiv:1706.08500",
        order=10,
    )
)
