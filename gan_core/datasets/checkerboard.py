"""The black squares of a board of four by four: flat inside, with sharp edges."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, plane_dataset
from gan_core.text import N_

SIDE = 0.5  # of a square
PER_SIDE = 10  # centres


def checkerboard() -> Plane:
    """Square by square, column by column from the left."""
    spacing = SIDE / PER_SIDE
    steps = (np.arange(PER_SIDE) + 0.5) * spacing
    square = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    corners = np.array([(i, j) for i in range(4) for j in range(4) if (i + j) % 2 == 0]) * SIDE - 1
    centers = (corners[:, np.newaxis] + square).reshape(-1, 2)
    return Plane(centers, std=spacing / 2)  # wide enough to be flat, narrow enough for sharp edges


DATASETS.register(
    plane_dataset(
        "checkerboard",
        N_("Checkerboard"),
        N_("Eight filled squares that meet at their corners. Watch how sharp the edges become."),
        checkerboard,
        has_groups=True,
        order=56,
    )
)
