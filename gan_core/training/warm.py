"""Makes a worker warm, so that nobody waits for what TensorFlow does once per process."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from gan_core.presets import PRESETS
from gan_core.training import digit_classifier
from gan_core.training.device import gpus
from gan_core.training.pool import borrowed_trainer


def dask_setup(worker: Any) -> None:
    """Called by Dask when a worker starts that names this module as its preload."""
    gpus()
    threading.Thread(target=_train_one_step, daemon=True).start()


def _train_one_step() -> None:
    with borrowed_trainer(next(iter(PRESETS.values())).config) as trainer:
        trainer.run(1)
        trainer.samples(64)
    digit_classifier.look_at(np.zeros((1, *digit_classifier.SHAPE), np.float32))
