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
    cov_x, cov_y = (np.atleast_2d(np.cov(each, rowvar=False)) for each in (x, y))
    # (Σ_x Σ_y)^½ has the trace of (Σ_x^½ Σ_y Σ_x^½)^½, which is symmetric: no complex numbers,
    # also where few or collapsed samples leave a covariance without full rank.
    values, vectors = np.linalg.eigh(cov_x)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    overlap = np.sqrt(np.clip(np.linalg.eigvalsh(root @ cov_y @ root), 0, None)).sum()
    distance = shift @ shift + np.trace(cov_x) + np.trace(cov_y) - 2 * overlap
    return max(0.0, float(distance))


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
