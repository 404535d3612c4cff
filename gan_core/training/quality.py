"""Quality beside training: the Fréchet distance of what a run generates, now and then."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from gan_core.datasets import Dataset
from gan_core.image_measures import N_LIVE, Seen, is_digits
from gan_core.image_measures.frechet import frechet_distance
from gan_core.training.digit_classifier import look_at
from gan_core.training.trainer import Trainer


@dataclass(frozen=True)
class Quality:
    """What the digit classifier sees in `N_LIVE` real pictures, and how far others are from them.

    The pictures are the same for all runs of a dataset, so that their runs can be compared.
    """

    real: Seen
    floor: float

    def measure(self, trainer: Trainer) -> dict[str, float]:
        """The distance of `N_LIVE` samples, from the same noise all along, and its floor."""
        fake = look_at(trainer.samples(N_LIVE))
        distance = frechet_distance(self.real.features, fake.features)
        return {"frechet": distance, "frechet_floor": self.floor}


def quality_of(dataset: Dataset, x_real: tf.Tensor) -> Quality | None:
    """The measure for a dataset's pictures (n, 28, 28, 1); None where there is none."""
    measurable = is_digits(dataset) and len(x_real) >= 2 * N_LIVE
    return _quality(x_real.ref()) if measurable else None


@functools.lru_cache(maxsize=4)
def _quality(x_real: Any) -> Quality:
    pictures = x_real.deref().numpy()
    rows = np.random.default_rng(0).permutation(len(pictures))
    real, other = (look_at(pictures[part]) for part in np.split(rows[: 2 * N_LIVE], 2))
    return Quality(real, frechet_distance(real.features, other.features))
