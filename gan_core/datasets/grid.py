"""Twenty-five narrow Gaussians on a square grid: the hard test for mode collapse."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, plane_dataset
from gan_core.text import N_

STD = 0.05  # this and the places as in PacGAN, arXiv:1712.04086


def grid() -> Plane:
    """Column by column from the left."""
    places = np.linspace(-4, 4, 5)
    x, y = np.meshgrid(places, places, indexing="ij")
    return Plane(np.stack([x.ravel(), y.ravel()], axis=1), STD)


DATASETS.register(
    plane_dataset(
        "grid",
        N_("Grid of 25 Gaussians"),
        N_("Tight spots in five rows of five, far apart. Count how many the generator finds."),
        grid,
        has_groups=True,
        has_modes=True,
        extent=5.5,
        order=48,
    )
)
