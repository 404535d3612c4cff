"""Modes covered and share of high-quality samples, as defined in PacGAN, arXiv:1712.04086."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import Dataset
from gan_core.metrics import METRICS, Metric, has_modes
from gan_core.text import N_

N_SAMPLES = 2500
HIGH_QUALITY_STDS = 3


def _high_quality_modes(x_fake: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Index of the nearest mode of each sample that lies within 3σ of it, shape (high quality,)."""
    if dataset.modes is None:
        raise ValueError(f"The modes of dataset {dataset.name!r} are not known.")
    numbers = x_fake[np.isfinite(x_fake).all(axis=-1)]  # none of a diverged generator's samples
    between = numbers[:, np.newaxis] - dataset.modes.centers  # (finite, modes, 2)
    distances = np.linalg.norm(between, axis=-1)  # (finite, modes)
    close = distances.min(axis=1) < HIGH_QUALITY_STDS * dataset.modes.std
    return distances.argmin(axis=1)[close]


def modes_covered(x_real: np.ndarray, x_fake: np.ndarray, dataset: Dataset) -> float:
    """Number of modes with at least one high-quality sample among `x_fake` (n, 2)."""
    return float(np.unique(_high_quality_modes(x_fake, dataset)).size)


def high_quality(x_real: np.ndarray, x_fake: np.ndarray, dataset: Dataset) -> float:
    """Per cent of `x_fake` (n, 2) that lie closer than 3σ to their nearest mode."""
    return 100 * _high_quality_modes(x_fake, dataset).size / len(x_fake)


METRICS.register(
    Metric(
        name="modes_covered",
        title=N_("Modes covered"),
        help=N_("How many of the data's spots have at least one generated point within 3σ."),
        unit="",
        better="higher",
        n_samples=N_SAMPLES,
        measure=modes_covered,
        applies=has_modes,
        reference="Lin et al. 2017, arXiv:1712.04086",
        order=10,
        whole=True,
    )
)
METRICS.register(
    Metric(
        name="high_quality",
        title=N_("High-quality samples"),
        help=N_("The share of generated points that lie within 3σ of a spot of the data."),
        unit="%",
        better="higher",
        n_samples=N_SAMPLES,
        measure=high_quality,
        applies=has_modes,
        reference="Lin et al. 2017, arXiv:1712.04086",
        order=20,
    )
)
