"""Eight narrow Gaussians on a circle: the classic test for mode collapse."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS, Dataset, Modes
from gan_core.text import N_

RADIUS = 1.0
STD = 0.01  # as in PacGAN, arXiv:1712.04086
N_MODES = 8
DEFAULT_SAMPLES = 20_000

# Without endpoint=False the first and the last angle coincide, and there are only seven modes.
_ANGLES = np.linspace(0, 2 * np.pi, N_MODES, endpoint=False)
CENTERS = RADIUS * np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)  # (8, 2)


def load(n_samples: int | None = None, *, seed: int = 0) -> np.ndarray:
    """Draw float32 points (n, 2), each from one of the eight Gaussians with equal chance."""
    rng = np.random.default_rng(seed)
    n = DEFAULT_SAMPLES if n_samples is None else n_samples
    points = CENTERS[rng.integers(N_MODES, size=n)] + rng.normal(0, STD, size=(n, 2))
    return points.astype(np.float32)


def density(points: np.ndarray) -> np.ndarray:
    """p(x) of the mixture, for points (…, 2), per unit of area."""
    squared = np.square(points[..., np.newaxis, :] - CENTERS).sum(axis=-1)  # (…, 8)
    return np.exp(-squared / (2 * STD**2)).mean(axis=-1) / (2 * np.pi * STD**2)


DATASETS.register(
    Dataset(
        name="ring",
        title=N_("Ring of eight Gaussians"),
        help=N_("Points in the plane on eight tight spots. Does the generator find them all?"),
        shape=(2,),
        load=load,
        modes=Modes(CENTERS, STD),
        density=density,
        order=40,
    )
)
