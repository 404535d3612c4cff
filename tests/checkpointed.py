"""Runs with a checkpoint, without the time that training takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.runs.claims import holder_name
from gan_core.runs.store import Store
from gan_core.training.checkpoint import pack
from gan_core.training.pool import real_labels, real_samples
from gan_core.training.trainer import Trainer

STEP = 4  # of the checkpoint
TINY: dict[str, Any] = {
    "network": "mlp",
    "g_hidden_units": 8,
    "d_hidden_units": 8,
    "batch_size": 8,
    "latent_dim": 6,
}


def checkpointed_run(
    store: Store, name: str = "", like: Mapping[str, Any] = TINY, **settings: Any
) -> str:
    """A run that was stopped, whose players have learned once each; its id."""
    config = RunConfig.parse({**like, **settings})
    trainer = Trainer(config, real_samples(config), labels=real_labels(config))
    trainer.take_turn("d", 0)
    trainer.take_turn("g", 0)
    state = trainer.state() | {"step": np.asarray(STEP), "n_changes": np.asarray(0)}
    holder = holder_name()
    run_id = store.create_run(config, name, claimed_by=holder)
    store.checkpoints.save(run_id, holder, STEP, pack(state))
    store.set_status(run_id, holder, "stopped")
    store.claims.release(run_id, holder)
    return run_id
