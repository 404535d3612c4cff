"""Two round spots side by side: the smallest set on which a mode can be lost."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, plane_dataset
from gan_core.text import N_


def two_gaussians() -> Plane:
    """One on the left, one on the right."""
    return Plane(np.array([[-0.7, 0.0], [0.7, 0.0]]), std=0.15)


DATASETS.register(
    plane_dataset(
        "two_gaussians",
        N_("Two Gaussians"),
        N_("Two round spots. Watch whether the generator splits in two or jumps to and fro."),
        two_gaussians,
        has_groups=True,
        has_modes=True,
        order=42,
    )
)
