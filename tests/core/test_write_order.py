"""No weight moves while something has yet to read it, whatever TensorFlow makes of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.penalties import PENALTIES
from gan_core.training.device import pick
from gan_core.training.trainer import Trainer
from tests.races import races, races_during

DIGITS: dict[str, Any] = {"dataset": "digits", "batch_size": 8, "steps": 1}
SMALL: dict[str, dict[str, Any]] = {
    "mlp": {"network": "mlp", "g_hidden_units": 4, "d_hidden_units": 4},
    "dcgan_small": {"network": "dcgan_small", "g_width": 0.25, "d_width": 0.25},
}


def trainer_without_xla(**settings: Any) -> Trainer:
    config = RunConfig.parse({**DIGITS, **settings})
    x_real = config.items.dataset.load(seed=0)
    return Trainer(config, x_real, replace(pick(config), xla=False))


@pytest.mark.parametrize("wait", [False, True])
def test_a_race_is_seen_and_a_wait_is_none(wait: bool) -> None:
    with tf.Graph().as_default() as graph:
        weight = tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[])
        read = tf.raw_ops.ReadVariableOp(resource=weight, dtype=tf.float32)
        with tf.control_dependencies([read] if wait else []):
            tf.raw_ops.AssignVariableOp(resource=weight, value=tf.constant(2.0))
    assert bool(races([*graph.as_graph_def().node])) is not wait


@pytest.mark.slow
@pytest.mark.parametrize("d_norm", ["none", "layer"])
@pytest.mark.parametrize("network", SMALL)
@pytest.mark.parametrize("penalty", PENALTIES.names())
def test_step_moves_no_weight_that_is_yet_to_be_read(
    penalty: str, network: str, d_norm: str
) -> None:
    trainer = trainer_without_xla(**SMALL[network], penalty=penalty, d_norm=d_norm)
    assert not races_during(lambda: trainer.run(1))


@pytest.mark.slow
def test_step_with_all_that_moves_weights_has_no_race() -> None:
    settings = {
        "penalty": "r1_r2",
        "spectral_norm": True,
        "weight_clip": 0.1,
        "d_steps": 2,
        "g_steps": 2,
        "g_norm": "batch",
        "ema_decay": 0.9,
        "rate_schedule": "cosine",
    }
    trainer = trainer_without_xla(**SMALL["dcgan_small"], **settings)
    assert not races_during(lambda: trainer.run(1))
