"""The Swiss roll from the side: one long band rolled up."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, fitted, plane_dataset
from gan_core.text import N_


def swiss_roll() -> Plane:
    """From the inside out, at the angles of scikit-learn's `make_swiss_roll`."""
    angles = np.linspace(1.5 * np.pi, 4.5 * np.pi, 250)
    roll = angles[:, np.newaxis] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Plane(fitted(roll), std=0.03)


DATASETS.register(
    plane_dataset(
        "swiss_roll",
        N_("Swiss roll"),
        N_("One band rolled up. Watch how the generator bends into it, turn by turn."),
        swiss_roll,
        order=52,
    )
)
