"""Two half circles that reach into one another."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, fitted, plane_dataset
from gan_core.text import N_


def moons() -> Plane:
    """The upper moon, then the lower, placed as in scikit-learn's `make_moons`."""
    angles = np.linspace(0, np.pi, 100)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Plane(fitted(np.concatenate([upper, [1.0, 0.5] - upper])), std=0.05)


DATASETS.register(
    plane_dataset(
        "moons",
        N_("Two moons"),
        N_("Two half circles that interlock. Watch whether the generator keeps them apart."),
        moons,
        has_groups=True,
        order=50,
    )
)
