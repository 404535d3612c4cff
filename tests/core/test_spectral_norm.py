"""Spectral normalisation: the norm is the one that linear algebra knows, and training obeys it."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_core.spectral_norm import SpectralNorm

LAYERS = {
    "dense": (lambda: keras.layers.Dense(5), (3, 7)),
    "conv": (lambda: keras.layers.Conv2D(4, 3, strides=2, padding="same"), (2, 8, 8, 3)),
}
every_layer = pytest.mark.parametrize("kind", list(LAYERS))


def normalised(kind: str) -> tuple[Any, np.ndarray, tf.Tensor]:
    """A layer with random weights and bias, its kernel as a matrix, and an input for it."""
    make, shape = LAYERS[kind]
    rng = np.random.default_rng(1)
    layer, x = SpectralNorm(make(), seed=2), tf.constant(rng.normal(size=shape), tf.float32)
    layer(x)
    layer.layer.kernel.assign(rng.normal(size=layer.layer.kernel.shape))
    layer.layer.bias.assign(rng.normal(size=layer.layer.bias.shape))
    kernel = np.asarray(layer.layer.kernel)
    return layer, kernel.reshape(-1, kernel.shape[-1]), x


def settle(layer: Any, x: tf.Tensor, calls: int = 200) -> None:
    for _ in range(calls):
        layer(x, training=True)


def without_bias(layer: Any, outputs: tf.Tensor) -> np.ndarray:
    return np.asarray(outputs) - np.asarray(layer.layer.bias)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (4, 4), (3, 12)])
def test_norm_of_a_matrix_of_ones_is_the_root_of_its_size(rows: int, columns: int) -> None:
    layer = SpectralNorm(keras.layers.Dense(columns, kernel_initializer="ones"), seed=1)
    x = tf.ones((1, rows))
    layer(x, training=True)
    outputs = layer(x, training=True)  # one iteration finds a matrix of rank 1
    assert np.asarray(outputs) == pytest.approx(rows / math.sqrt(rows * columns), rel=1e-5)


@every_layer
def test_linear_part_is_divided_by_the_largest_singular_value(kind: str) -> None:
    layer, matrix, x = normalised(kind)
    settle(layer, x)
    sigma = np.linalg.svd(matrix, compute_uv=False)[0]
    expected = without_bias(layer, layer.layer(x)) / sigma
    np.testing.assert_allclose(without_bias(layer, layer(x)), expected, rtol=1e-3, atol=1e-5)


@every_layer
def test_calls_leave_the_weights_alone(kind: str) -> None:
    layer, matrix, x = normalised(kind)
    settle(layer, x, calls=3)
    np.testing.assert_array_equal(np.asarray(layer.layer.kernel).reshape(matrix.shape), matrix)


def test_only_training_moves_the_estimate() -> None:
    layer, _, x = normalised("dense")
    before = np.asarray(layer.u)
    first = np.asarray(layer(x, training=False))
    np.testing.assert_array_equal(np.asarray(layer.u), before)
    np.testing.assert_array_equal(np.asarray(layer(x, training=False)), first)
    layer(x, training=True)
    assert not np.allclose(np.asarray(layer.u), before)


def test_before_any_training_the_length_of_the_first_guess_does_not_count() -> None:
    layer, _, x = normalised("dense")
    before = np.asarray(layer(x, training=False))
    layer.u.assign(5.0 * layer.u)
    np.testing.assert_allclose(np.asarray(layer(x, training=False)), before, rtol=1e-5)


def test_gradient_knows_that_the_norm_depends_on_the_weights() -> None:
    layer, matrix, x = normalised("dense")
    settle(layer, x)

    def output() -> tf.Tensor:
        return tf.reduce_sum(layer(x, training=False) ** 2)

    with tf.GradientTape() as tape:
        value = output()
    gradient = np.asarray(tape.gradient(value, layer.layer.kernel))
    step = 1e-2
    for place in ((0, 0), (3, 2), (6, 4)):
        ends = []
        for sign in (1, -1):
            moved = matrix.copy()
            moved[place] += sign * step
            layer.layer.kernel.assign(moved)
            ends.append(float(output()))
        assert gradient[place] == pytest.approx(
            (ends[0] - ends[1]) / (2 * step), rel=0.02, abs=0.02
        )
    # Scaling all weights changes nothing: the gradient has no part along the weights.
    layer.layer.bias.assign(np.zeros(5))
    layer.layer.kernel.assign(matrix)
    with tf.GradientTape() as tape:
        value = output()
    along = float(np.sum(np.asarray(tape.gradient(value, layer.layer.kernel)) * matrix))
    assert along == pytest.approx(0, abs=1e-3 * float(value))


def test_kernel_of_zeros_gives_zeros_and_may_grow_again() -> None:
    layer, x = (
        SpectralNorm(keras.layers.Dense(4, kernel_initializer="zeros"), seed=1),
        tf.ones((2, 3)),
    )
    with tf.GradientTape() as tape:
        outputs = layer(x, training=True)
        total = tf.reduce_sum(outputs)
    assert np.array_equal(outputs, np.zeros((2, 4)))
    assert np.isfinite(tape.gradient(total, layer.layer.kernel)).all()
    layer.layer.kernel.assign(np.ones((3, 4)))
    assert np.asarray(layer(x, training=True)) == pytest.approx(3 / math.sqrt(12), rel=1e-5)


@pytest.mark.parametrize("stretch", [0.0, 1e-3])
def test_however_small_the_kernel_a_bias_in_bfloat16_keeps_its_size(stretch: float) -> None:
    layer = SpectralNorm(keras.layers.Dense(1, dtype="mixed_bfloat16"), seed=1)
    x = tf.ones((2, 3))
    layer(x)
    layer.layer.kernel.assign(np.full((3, 1), stretch / math.sqrt(3)))
    layer.layer.bias.assign([0.3])
    expected = 0.3 + (math.sqrt(3) if stretch else 0.0)
    assert np.asarray(layer(x, training=True)) == pytest.approx(expected, rel=0.01)


def test_layer_may_compute_in_bfloat16() -> None:
    layer = SpectralNorm(keras.layers.Dense(4, dtype="mixed_bfloat16"), seed=1)
    outputs = layer(tf.ones((2, 3)), training=True)
    assert outputs.dtype == tf.float32
    assert np.isfinite(outputs).all()
