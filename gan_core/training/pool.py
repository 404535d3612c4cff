"""Trainers whose run has ended, kept so that the next run like it starts without compiling."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from gan_core.config import RunConfig, option_fields
from gan_core.datasets import DATASETS, LABELLED
from gan_core.training.device import pick
from gan_core.training.trainer import Trainer, mould

MAX_IDLE = 8

_idle: list[Trainer] = []  # the longest unused first
_lock = threading.Lock()


def real_samples(config: RunConfig) -> tf.Tensor:
    """All samples (n, *shape) of a run's data, in memory once for all runs of this process."""
    about_data = {"dataset", "seed", *option_fields("dataset")} - {*LABELLED}
    about_data &= config.model_fields_set
    fits_all = {"network": "mlp"}
    return _real_samples(RunConfig.parse(config.model_dump(include=about_data) | fits_all))


@functools.lru_cache(maxsize=4)
def _real_samples(only_data: RunConfig) -> tf.Tensor:
    return tf.constant(only_data.items.dataset.load(seed=only_data.seed), tf.float32)


def real_labels(config: RunConfig) -> np.ndarray | None:
    """The class of each of `real_samples` (n,), where the players are told of classes."""
    return _real_labels(config.dataset) if config.n_classes else None


@functools.lru_cache(maxsize=4)
def _real_labels(dataset: str) -> np.ndarray | None:
    labels = DATASETS.get(dataset).labels
    return labels() if labels else None


@contextmanager
def borrowed_trainer(config: RunConfig) -> Iterator[Trainer]:
    """Give a trainer at step 0 of `config`: a used one of the same mould, or a new one."""
    trainer = _take(config)
    x_real, labels = real_samples(config), real_labels(config)
    if trainer:
        trainer.restart(config, x_real, labels)
    else:
        trainer = Trainer(config, x_real, labels=labels)
    try:
        yield trainer
    finally:
        with _lock:
            _idle.append(trainer)
            del _idle[:-MAX_IDLE]


def _take(config: RunConfig) -> Trainer | None:
    wanted = mould(config, pick(config))
    with _lock:
        for trainer in reversed(_idle):
            if mould(trainer.config, trainer.plan) == wanted:
                _idle.remove(trainer)
                return trainer
    return None
