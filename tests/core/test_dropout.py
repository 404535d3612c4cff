"""Dropout by bytes: what Keras' own layer does, with other random numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_core.dropout import Dropout

SHAPES = {"points": (2000, 3), "pictures": (50, 7, 7, 3), "no whole word": (10_001,)}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def in_graph(layer: Any, x: tf.Tensor) -> np.ndarray:
    """The layer's answer in training, compiled as a trainer has it, for any number of samples."""
    signature = tf.TensorSpec([None, *x.shape[1:]], x.dtype)
    found: np.ndarray = tf.function(lambda x: layer(x, training=True), [signature])(x).numpy()
    return found


@every_shape
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_share_that_is_dropped_and_mean_are_those_of_keras(
    shape: tuple[int, ...], dtype: str
) -> None:
    x = tf.ones(shape, dtype)
    for kind in (Dropout, keras.layers.Dropout):
        y = in_graph(kind(0.3, seed=1, dtype=dtype), x).astype("float64")
        n = y.size
        assert y.shape == shape
        assert np.mean(y == 0) == pytest.approx(0.3, abs=0.01 + 3 * 0.46 / n**0.5)
        assert y.mean() == pytest.approx(1, abs=0.01 + 3 * 0.66 / n**0.5)
        assert len(np.unique(y)) == 2


def test_mean_of_many_is_what_came_in() -> None:
    """A rate of a multiple of 1/256, with what stays made larger by just as much."""
    y = in_graph(Dropout(0.3, seed=2), tf.ones((4_000_000,)))
    assert np.mean(y == 0) == pytest.approx(77 / 256, abs=5 * 0.46 / 2000)
    assert y.max() == pytest.approx(256 / 179)
    assert y.mean() == pytest.approx(1, abs=5 * 0.66 / 2000)


def test_neighbours_and_calls_are_dropped_independently() -> None:
    layer, x = Dropout(0.5, seed=3), tf.ones((400_000,))
    first, second = (in_graph(layer, x) > 0 for _ in range(2))
    for apart in range(1, 9):  # a number that is drawn makes four neighbours
        assert abs(np.corrcoef(first[apart:], first[:-apart])[0, 1]) < 0.01
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.01


def test_same_seed_drops_the_same_and_another_another() -> None:
    x = tf.ones((1000,))
    once, again, other = (in_graph(Dropout(0.5, seed=seed), x) for seed in (4, 4, 5))
    np.testing.assert_array_equal(once, again)
    assert np.mean(once != other) == pytest.approx(0.5, abs=0.1)


def test_slope_reaches_what_stays_and_nothing_else() -> None:
    x = tf.Variable(np.random.default_rng(6).normal(1.0, 1.0, (1000,)), dtype=tf.float32)
    with tf.GradientTape() as tape:
        y = Dropout(0.3, seed=6)(x, training=True)
    slope = tape.gradient(y, x).numpy()
    np.testing.assert_allclose(slope, y.numpy() / x.numpy(), rtol=1e-6)
    assert {*np.unique(slope)} == {0.0, np.float32(256 / 179)}


@pytest.mark.parametrize(("rate", "training"), [(0.3, False), (0.0, True), (0.001, True)])
def test_nothing_is_dropped_outside_training_or_where_next_to_nothing_is_to_be(
    rate: float, training: bool
) -> None:
    x = tf.ones((1000,))
    np.testing.assert_array_equal(Dropout(rate, seed=7)(x, training=training), x)
