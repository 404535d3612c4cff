"""A run's networks as they are in its latest checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gan_core.runs.store import Store, no_checkpoint

if TYPE_CHECKING:
    from gan_core.training.trainer import Trainer


@contextmanager
def restored(store: Store, run_id: str) -> Iterator[Trainer]:
    """Give a trainer at the run's checkpoint; whoever trains the run itself is not disturbed.

    Raises `GanError` when there is no such run, or no checkpoint of it yet.
    """
    from gan_core.training.checkpoint import unpack
    from gan_core.training.pool import borrowed_trainer

    run = store.run(run_id)
    checkpoint = store.checkpoint(run_id)
    if not checkpoint:
        raise no_checkpoint(run)
    state = unpack(checkpoint)
    # Settings that were changed mid-run before the checkpoint: other optimisers remember otherwise.
    config = run.config
    for change in store.changes(run_id)[: int(state.pop("n_changes", 0))]:
        if change.action == "set":
            config = config.with_change(str(change.field), change.value)
    config.items.dataset.prepare(lambda fraction: None)
    with borrowed_trainer(config) as trainer:
        trainer.load_state(state)
        yield trainer
