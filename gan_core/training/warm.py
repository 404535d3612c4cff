"""Makes a worker warm, so that nobody waits for what TensorFlow does once per process."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.training.device import gpus

NICENESS = 5  # convolutions would leave too little of one computer to the pages that show them
# What most people train first. What differs only in seed, length and rates is compiled by it too.
WARM_PICTURES = ("digits_dcgan", "digits_mlp")
WARM_POINTS = ("ring_mlp",)


def dask_setup(worker: Any) -> None:
    """Called by Dask when a worker starts that names this module as its preload."""
    of_points = "points" in worker.state.total_resources
    if not of_points and hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)
    gpus()
    names = WARM_POINTS if of_points else WARM_PICTURES
    threading.Thread(target=_train_one_step_of_each, args=(names,), daemon=True).start()


def _train_one_step_of_each(names: Sequence[str]) -> None:
    for name in names:
        _train_one_step(PRESETS[name].config)


def _train_one_step(config: RunConfig) -> None:
    # Not before TensorFlow has been imported, which `gpus` does quietly.
    from gan_core.training.plane_view import view_of
    from gan_core.training.pool import borrowed_trainer
    from gan_core.training.quality import quality_of

    with borrowed_trainer(config) as trainer:
        trainer.run(1)
        trainer.samples(64)
        if not config.items.dataset.is_image:
            view_of(trainer).look(trainer.x_real.numpy())
        quality = quality_of(config.items.dataset, trainer.x_real)
        if quality:
            quality.measure(trainer)
