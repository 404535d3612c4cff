"""Precision and recall: Kynkäänniemi, Karras, Laine, Lehtinen & Aila 2019, arXiv:1904.06991."""

from __future__ import annotations

import numpy as np

from gan_core.image_measures import MEASURES, Measure, Seen
from gan_core.text import N_

K = 3  # as in the paper


def radii(manifold: np.ndarray, k: int = K) -> np.ndarray:
    """How far each of the features (m, d), m > k, is from the k-th nearest of the others (m,)."""
    among = _distances(manifold, manifold)
    return np.partition(among, k, axis=1)[:, k]  # the nearest of all is itself


def is_within(samples: np.ndarray, manifold: np.ndarray, k: int = K) -> np.ndarray:
    """Which features (n, d) lie within the manifold around features (m, d), m > k: (n,) of bool.

    The manifold is made of balls, one around each of the m, as large as the distance to the k-th
    nearest of the others (equation 1).
    """
    return np.any(_distances(samples, manifold) <= radii(manifold, k), axis=1)


def share_within(samples: np.ndarray, manifold: np.ndarray, k: int = K) -> float:
    """The share of features (n, d) that lie within the manifold around features (m, d), m > k."""
    return float(is_within(samples, manifold, k).mean())


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Between features (n, d) and (m, d): (n, m)."""
    # Not by a matrix product: between equal features the distance must be 0, not almost 0.
    from scipy.spatial.distance import cdist

    return cdist(x, y)


def precision(real: Seen, fake: Seen) -> float:
    """The share of generated pictures among which real ones could be."""
    return share_within(fake.features, real.features)


def recall(real: Seen, fake: Seen) -> float:
    """The share of real pictures among which generated ones could be."""
    return share_within(real.features, fake.features)


MEASURES.register(
    Measure(
        name="precision",
        title=N_("Precision (quality)"),
        help=N_("The share of generated pictures that lie where real ones do."),
        better="higher",
        measure=precision,
        reference="Kynkäänniemi et al. 2019, arXiv:1904.06991",
        order=30,
    )
)
MEASURES.register(
    Measure(
        name="recall",
        title=N_("Recall (variety)"),
        help=N_("The share of real pictures that lie where generated ones do."),
        better="higher",
        measure=recall,
        reference="Kynkäänniemi et al. 2019, arXiv:1904.06991",
        order=40,
    )
)
