"""The training loop line by line: what NumPy computes is what TensorFlow does with the code."""

from __future__ import annotations

import re
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_core.theory import loop
from gan_core.theory.loop import BATCH_SIZE, N_LINES, N_STEPS, RATE, Loop, lines, moments

D_WEIGHTS, G_WEIGHTS = 2 * 16 + 16 + 16 + 1, 2 * 16 + 16 + 16 * 2 + 2


def network(weights: loop.Weights) -> keras.Model:
    n_in, n_out = weights[0].shape[0], weights[2].shape[1]
    layers = [
        keras.layers.Dense(loop.HIDDEN_UNITS, "tanh", dtype="float64"),
        keras.layers.Dense(n_out, dtype="float64"),
    ]
    model = keras.Sequential([keras.Input((n_in,), dtype="float64"), *layers])
    model.set_weights(weights)
    return model


def cross_entropy(label: int, logits: Any) -> Any:
    labels = tf.fill(logits.shape, tf.constant(label, logits.dtype))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))


@pytest.mark.parametrize("frozen", [True, False])
def test_the_code_run_by_tensorflow_finds_the_same_numbers(frozen: bool) -> None:
    mine, same = Loop(seed=3), Loop(seed=3)  # the second one gives TensorFlow its batches
    generator, discriminator = network(mine.generator), network(mine.discriminator)
    found = list(mine.play(N_STEPS, frozen=frozen))
    said: list[dict[str, Any]] = []
    names: dict[str, Any] = {
        "tf": tf,
        "STEPS": N_STEPS,
        "generator": generator,
        "discriminator": discriminator,
        "d_optimizer": keras.optimizers.SGD(RATE),
        "g_optimizer": keras.optimizers.SGD(RATE),
        "cross_entropy": cross_entropy,
        "batches": (same.real_batch() for _ in range(N_STEPS)),
        "noise": lambda n: same.noise(),
        "note": lambda there: said.append({**there}),
    }
    code = [line.code for line in lines(frozen=frozen)]
    exec("\n".join([*code, "    note(globals())"]), names)
    by_step: list[dict[str, dict[str, Any]]] = [{} for _ in range(N_STEPS)]
    for moment in found:
        by_step[moment.step][moment.key] = moment.values
    for mine_now, there in zip(by_step, said, strict=True):
        assert mine_now["d_loss"]["loss"] == pytest.approx(float(there["d_loss"]), rel=1e-9)
        assert mine_now["g_loss"]["loss"] == pytest.approx(float(there["g_loss"]), rel=1e-9)
        gradient = np.sqrt(sum(float(tf.reduce_sum(g**2)) for g in there["gradients"]))
        assert mine_now["g_gradients"]["norm"] == pytest.approx(gradient, rel=1e-9)
        after = float(tf.reduce_mean(tf.sigmoid(there["judged_again"])))
        assert mine_now["judged"]["after"] == pytest.approx(after, rel=1e-9)
    for weights, theirs in (
        (mine.generator, generator.get_weights()),
        (mine.discriminator, discriminator.get_weights()),
    ):
        for one, other in zip(weights, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-12)


def test_networks_are_told_that_they_train() -> None:
    """Batch normalisation would stand still otherwise, as the bug hunt shows."""
    code = "\n".join(line.code for line in lines(frozen=True))
    called = re.findall(r"\b(?:generator|discriminator)\((.*)\)", code)
    assert len(called) == 6
    assert all(arguments.endswith(", training=True") for arguments in called)


@pytest.mark.parametrize("frozen", [True, False])
def test_every_line_has_its_moment_in_each_step(frozen: bool) -> None:
    keys = [line.key for line in lines(frozen=frozen) if line.key]
    assert len(set(keys)) == len(keys) == N_LINES
    found = moments(frozen=frozen)
    assert [moment.key for moment in found] == N_STEPS * keys
    assert [moment.step for moment in found] == [n for n in range(N_STEPS) for _ in keys]


def test_shapes_and_counts() -> None:
    values = {moment.key: moment.values for moment in moments(frozen=True, n_steps=1)}
    assert values["x_real"]["shape"] == values["x_fake"]["shape"] == (BATCH_SIZE, 2)
    assert values["real_logits"]["shape"] == (BATCH_SIZE, 1)
    assert values["d_weights"]["weights"] == D_WEIGHTS
    assert values["g_weights"]["weights"] == G_WEIGHTS
    thawed = {moment.key: moment.values for moment in moments(frozen=False, n_steps=1)}
    assert thawed["g_weights"]["weights"] == G_WEIGHTS + D_WEIGHTS


def test_frozen_d_says_the_same_of_the_same_points_and_d_that_is_not_is_bribed() -> None:
    for frozen in (True, False):
        for moment in moments(frozen=frozen):
            if moment.key == "judged":
                before, after = moment.values["before"], moment.values["after"]
                assert isinstance(before, float)
                assert isinstance(after, float)
                assert after == before if frozen else after > before
            if moment.key == "g_moves":
                assert (moment.values["moved_d"] == 0) == frozen
                assert moment.values["moved_g"]
