"""Batch normalisation in one operation: everything it does, Keras' own layer does too."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_core.batch_norm import BatchNormalization

SHAPES = {"points": (6, 5), "pictures": (4, 3, 3, 5), "one sample": (1, 5)}
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def pair(shape: tuple[int, ...], **options: Any) -> tuple[Any, Any, tf.Tensor]:
    """Our layer and Keras' with the same random weights, and an input for them."""
    rng = np.random.default_rng(1)
    layers = BatchNormalization(**options), keras.layers.BatchNormalization(**options)
    weights = [rng.uniform(0.5, 2.0, shape[-1]) for _ in range(4)]
    for layer in layers:
        layer.build(shape)
        layer.set_weights(weights)
    return *layers, tf.constant(rng.normal(3.0, 2.0, shape), tf.float32)


@every_shape
def test_answers_and_averages_are_those_of_keras(shape: tuple[int, ...]) -> None:
    ours, theirs, x = pair(shape, momentum=0.9)
    for training in (True, True, False):
        np.testing.assert_allclose(
            ours(x, training=training), theirs(x, training=training), rtol=1e-4, atol=1e-4
        )
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5)


@every_shape
def test_slopes_and_their_slopes_are_those_of_keras(shape: tuple[int, ...]) -> None:
    """A gradient penalty differentiates a gradient."""
    ours, theirs, x = pair(shape)
    found = []
    for layer in (ours, theirs):
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.reduce_sum(tf.sin(layer(x, training=True)))
            slope = inner.gradient(y, x)
            penalty = tf.reduce_sum(tf.square(slope))
        weights = layer.trainable_variables
        found.append([slope, *outer.gradient(y, weights), outer.gradient(penalty, x)])
    for mine, other in zip(*found, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-4)


def test_bfloat16_keeps_exact_averages() -> None:
    ours, theirs, x = pair((64, 4, 4, 5), dtype="mixed_bfloat16")
    mine, other = ours(x, training=True), theirs(x, training=True)
    assert mine.dtype == other.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(mine, tf.float32), tf.cast(other, tf.float32), atol=0.05)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-3)


def test_a_frozen_layer_answers_from_its_averages() -> None:
    ours, _, x = pair(SHAPES["points"])
    before = ours.get_weights()
    ours.trainable = False
    np.testing.assert_array_equal(ours(x, training=True), ours(x, training=False))
    np.testing.assert_array_equal(ours.get_weights(), before)
