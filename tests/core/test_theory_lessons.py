"""What lessons compute: gradients on their way back."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from gan_core.theory import backward
from gan_core.theory.backward import ACTIVATIONS, gradients_at_layers


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
