"""Two arms of a spiral around one another."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, plane_dataset
from gan_core.text import N_


def spiral() -> Plane:
    """One arm from the inside out, then the other, opposite to it."""
    along = np.sqrt(np.linspace(0.01, 1, 150))  # the root spaces the centres evenly
    angles = 3 * np.pi * along
    arm = 1.2 * along[:, np.newaxis] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Plane(np.concatenate([arm, -arm]), std=0.03)


DATASETS.register(
    plane_dataset(
        "spiral",
        N_("Two-armed spiral"),
        N_("Two arms wound around one another. Watch for short cuts from one to the other."),
        spiral,
        has_groups=True,
        order=54,
    )
)
