"""Recorded trainings, whose curves a lesson has its readers read.

The file is what `python -m gan_core.training.recordings` makes out of these configurations.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.gallery import FAILURES
from gan_core.metrics.mode_coverage import high_quality, modes_covered

FILE = Path(__file__).parents[1] / "assets" / "recordings" / "curves.npz"
EVERY = 10  # steps whose mean is one point of a curve
FIELDS = ("d_loss", "g_loss", "d_real", "d_fake")  # the columns of the curves

# Three steps of G for each of D: with some seeds that works, with others G runs round the ring.
_HASTY = {
    "dataset": "ring",
    "network": "mlp",
    "latent_dim": 2,
    "g_hidden_units": 32,
    "d_hidden_units": 32,
    "d_learning_rate": 1e-3,
    "g_learning_rate": 1e-3,
    "g_steps": 3,
    "batch_size": 64,
    "steps": 4000,
}

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "healthy": {**_HASTY, "seed": 1},
    "oscillation": {**_HASTY, "seed": 2},
    "mode_collapse": FAILURES["mode_collapse"].settings,
    "vanishing_gradient": FAILURES["vanishing_gradient"].settings,
}


@dataclass(frozen=True, eq=False)
class Recording:
    """What is kept of a run.

    `curves` (points, 4) has the columns `FIELDS`, each point the mean of `EVERY` steps; `samples`
    (n, 2) are what its generator made at the end.
    """

    config: RunConfig
    curves: np.ndarray
    samples: np.ndarray

    @property
    def steps(self) -> np.ndarray:
        """The last step (points,) of those that each point of the curves is the mean of."""
        return EVERY * np.arange(1, len(self.curves) + 1)

    def late(self, field: str) -> np.ndarray:
        """The last quarter of one of the curves, (points / 4,)."""
        return self.curves[-len(self.curves) // 4 :, FIELDS.index(field)]

    @property
    def even_d_loss(self) -> float:
        """L_D where D can only guess."""
        equilibrium = self.config.items.loss.equilibrium
        assert equilibrium
        return equilibrium.d_loss

    @property
    def crossings(self) -> int:
        """How many times L_D crosses `even_d_loss` in the last quarter."""
        above = self.late("d_loss") > self.even_d_loss
        return int(np.count_nonzero(above[1:] != above[:-1]))

    @property
    def modes_covered(self) -> float:
        """How many of the data's spots the samples cover."""
        return modes_covered(self.samples, self.samples, self.config.items.dataset)

    @property
    def high_quality(self) -> float:
        """Per cent of the samples that lie on a spot."""
        return high_quality(self.samples, self.samples, self.config.items.dataset)


@functools.cache
def recordings() -> Mapping[str, Recording]:
    """All recorded runs, by their names in `SETTINGS`."""
    with np.load(FILE, allow_pickle=False) as arrays:
        return {
            name: Recording(
                RunConfig.parse(settings),
                arrays[f"{name}_curves"].astype(np.float64),
                arrays[f"{name}_samples"].astype(np.float64),
            )
            for name, settings in SETTINGS.items()
        }
