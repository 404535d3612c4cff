"""A tilted segment: a one-dimensional set in the plane."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, plane_dataset
from gan_core.text import N_


def line() -> Plane:
    """From the lower left to the upper right."""
    return Plane(np.linspace([-1.1, -0.6], [1.1, 0.6], 200), std=0.03)


DATASETS.register(
    plane_dataset(
        "line",
        N_("Line"),
        N_("A tilted segment. Watch whether the generator reaches both of its ends."),
        line,
        order=46,
    )
)
