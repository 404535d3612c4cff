"""Makes a worker warm, so that nobody waits for what TensorFlow does once per process."""

from __future__ import annotations

import threading
from typing import Any

from gan_core.config import RunConfig
from gan_core.presets import PLANE_PRESETS, PRESETS
from gan_core.training.device import gpus
from gan_core.training.plane_view import view_of
from gan_core.training.pool import borrowed_trainer
from gan_core.training.quality import quality_of


def dask_setup(worker: Any) -> None:
    """Called by Dask when a worker starts that names this module as its preload."""
    gpus()
    presets = PLANE_PRESETS if "points" in worker.state.total_resources else PRESETS
    first = next(iter(presets.values())).config
    threading.Thread(target=_train_one_step, args=(first,), daemon=True).start()


def _train_one_step(config: RunConfig) -> None:
    with borrowed_trainer(config) as trainer:
        trainer.run(1)
        trainer.samples(64)
        if not config.items.dataset.is_image:
            view_of(trainer).look(trainer.x_real.numpy())
        quality = quality_of(config.items.dataset, trainer.x_real)
        if quality:
            quality.measure(trainer)
