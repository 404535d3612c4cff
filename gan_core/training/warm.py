"""Makes a worker warm, so that nobody waits for what TensorFlow does once per process."""

from __future__ import annotations

import threading
from typing import Any

from gan_core.presets import PRESETS
from gan_core.training.device import gpus
from gan_core.training.pool import borrowed_trainer
from gan_core.training.quality import quality_of


def dask_setup(worker: Any) -> None:
    """Called by Dask when a worker starts that names this module as its preload."""
    gpus()
    threading.Thread(target=_train_one_step, daemon=True).start()


def _train_one_step() -> None:
    with borrowed_trainer(next(iter(PRESETS.values())).config) as trainer:
        trainer.run(1)
        trainer.samples(64)
        quality = quality_of(trainer.config.items.dataset, trainer.x_real)
        if quality:
            quality.measure(trainer)
