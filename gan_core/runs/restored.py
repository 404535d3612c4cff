"""A run's networks as they are in its latest checkpoint."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from gan_core.config import RunConfig
from gan_core.runs import data
from gan_core.runs.checkpoints import Moment, gone_on, no_checkpoint
from gan_core.runs.controls import changed
from gan_core.runs.store import Store

if TYPE_CHECKING:
    from gan_core.training.pair import Pair
    from gan_core.training.trainer import Trainer

MAX_KEPT = 4  # pairs of networks that a worker keeps at hand


@contextmanager
def restored(store: Store, run_id: str) -> Iterator[Trainer]:
    """Give a trainer at the run's checkpoint; whoever trains the run itself is not disturbed.

    Raises `GanError` when there is no such run, or no checkpoint of it yet.
    """
    from gan_core.training.pool import borrowed_trainer

    config, state = _unpacked(store, run_id, store.checkpoints.data(run_id))
    with borrowed_trainer(config) as trainer:
        trainer.load_state(state)
        yield trainer


@functools.lru_cache(maxsize=MAX_KEPT)
def pair_of(store: Store, moment: Moment) -> Pair:
    """A run's networks to be looked at, kept at hand: the moment tells a checkpoint from the next.

    Raises `GanError` as `restored` does, and where the checkpoint is no longer the moment's.
    """
    from gan_core.training.pair import Pair
    from gan_core.training.pool import real_samples

    checkpoint = store.checkpoints.data_at(moment)
    if not checkpoint and store.checkpoints.moment(moment.run):
        raise gone_on(store.run(moment.run))
    config, state = _unpacked(store, moment.run, checkpoint)
    return Pair.at(config, real_samples(config), state)


def _unpacked(
    store: Store, run_id: str, checkpoint: bytes | None
) -> tuple[RunConfig, dict[str, np.ndarray]]:
    """The run's config at its checkpoint, its data at hand, and what the checkpoint holds."""
    from gan_core.training.checkpoint import unpack

    run = store.run(run_id)
    if not checkpoint:
        raise no_checkpoint(run)
    state = unpack(checkpoint)
    # Settings that were changed mid-run before the checkpoint: other optimisers remember otherwise.
    config = changed(run.config, store.controls.changes(run_id)[: int(state.pop("n_changes", 0))])
    data.prepare(config.items.dataset, store, lambda fraction: None)
    return config, state
