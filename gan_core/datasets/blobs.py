"""Three round spots without any symmetry."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, plane_dataset
from gan_core.text import N_


def blobs() -> Plane:
    """From left to right."""
    return Plane(np.array([[-0.85, -0.4], [0.1, 0.85], [0.75, -0.75]]), std=0.12)


DATASETS.register(
    plane_dataset(
        "blobs",
        N_("Three blobs"),
        N_("Three spots with nothing between them. Watch for bridges that should not be there."),
        blobs,
        has_groups=True,
        has_modes=True,
        order=44,
    )
)
