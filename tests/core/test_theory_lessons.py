"""What lessons compute: gradients on their way back, and ways through the latent space."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from gan_core.theory import backward
from gan_core.theory.backward import ACTIVATIONS, gradients_at_layers
from gan_core.theory.latent import lerp, slerp

T = np.linspace(0, 1, 11)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_those_of_tensorflow(activation: str) -> None:
    """The same draws in the same order, differentiated by TensorFlow."""
    rng, width, batch = np.random.default_rng(5), backward.WIDTH, backward.BATCH
    limit = np.sqrt(6 / (2 * width))
    weights = [tf.constant(rng.uniform(-limit, limit, (width, width))) for _ in range(3)]
    x = tf.constant(rng.standard_normal((batch, width)))
    bend = tf.sigmoid if activation == "sigmoid" else lambda a: tf.nn.leaky_relu(a, backward.LEAK)
    with tf.GradientTape() as tape:
        inputs = []
        for w in weights:
            tape.watch(x)
            inputs.append(x)
            x = bend(x @ w)
        value = tf.reduce_sum(x * rng.standard_normal((batch, width)))
    expected = [np.sqrt(np.mean(g.numpy() ** 2)) for g in tape.gradient(value, inputs)]
    np.testing.assert_allclose(gradients_at_layers(activation, 3, seed=5), expected, rtol=1e-6)


def test_sigmoids_choke_a_gradient_and_leaky_relu_does_not() -> None:
    sigmoid, leaky = (gradients_at_layers(name, 8)[0] for name in ACTIVATIONS)
    assert sigmoid < 1e-4
    assert leaky > 1e-2


def test_slerp_keeps_the_length_and_turns_evenly() -> None:
    start, end = np.array([3.0, 0.0]), np.array([0.0, 3.0])
    way = slerp(start, end, T)
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), 3)
    np.testing.assert_allclose(np.arctan2(way[:, 1], way[:, 0]), T * np.pi / 2, atol=1e-12)


def test_lerp_passes_through_the_middle() -> None:
    way = lerp(np.array([3.0, 0.0]), np.array([0.0, 3.0]), T)
    np.testing.assert_allclose(way[5], [1.5, 1.5])


@pytest.mark.parametrize("way", [lerp, slerp])
@pytest.mark.parametrize("factor", [2.0, -1.0])
def test_ways_between_parallel_vectors_are_finite_and_arrive(way: object, factor: float) -> None:
    start = np.array([1.0, 2.0, -1.0])
    path = way(start, factor * start, T)  # type: ignore[operator]
    assert np.isfinite(path).all()
    np.testing.assert_allclose(path[[0, -1]], [start, factor * start], atol=1e-12)
