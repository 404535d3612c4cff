"""Eight narrow Gaussians on a circle: the classic test for mode collapse."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, plane_dataset
from gan_core.text import N_

RADIUS = 1.0
STD = 0.01  # as in PacGAN, arXiv:1712.04086
N_MODES = 8


def ring() -> Plane:
    """The modes anticlockwise, the first on the right."""
    # Without endpoint=False the first and the last angle coincide: there are only seven modes.
    angles = np.linspace(0, 2 * np.pi, N_MODES, endpoint=False)
    return Plane(RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1), STD)


DATASETS.register(
    plane_dataset(
        "ring",
        N_("Ring of eight Gaussians"),
        N_("Points in the plane on eight tight spots. Does the generator find them all?"),
        ring,
        has_groups=True,
        has_modes=True,
        order=40,
    )
)
