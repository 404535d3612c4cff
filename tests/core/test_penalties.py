"""Penalties: known values for discriminators whose slope one knows, at any batch size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.penalties import PENALTIES, Penalty
from gan_core.training.tensorflow_ops import TENSORFLOW

SEED = tf.constant([3, 5])
every_penalty = pytest.mark.parametrize("penalty", list(PENALTIES), ids=lambda each: each.name)
every_shape = pytest.mark.parametrize("shape", [(2,), (28, 28, 1)], ids=["points", "pictures"])

# For D(x) = w·x, whose slope is w everywhere, as a function of ‖w‖.
FOR_LINEAR = {
    "none": lambda norm: 0.0,
    "gradient_penalty": lambda norm: (norm - 1) ** 2,
    "r1": lambda norm: norm**2 / 2,
    "r2": lambda norm: norm**2 / 2,
    "r1_r2": lambda norm: norm**2,
}


def samples(n: int, shape: tuple[int, ...], seed: int) -> tf.Tensor:
    return tf.constant(np.random.default_rng(seed).normal(size=(n, *shape)), tf.float32)


def measured(penalty: Penalty, discriminator: Any, x_real: tf.Tensor, x_fake: tf.Tensor) -> float:
    return float(penalty.measure(discriminator, x_real, x_fake, SEED, TENSORFLOW))


@every_penalty
@every_shape
@pytest.mark.parametrize("batch_size", [1, 2, 7, 64])
def test_value_for_a_linear_discriminator(
    penalty: Penalty, shape: tuple[int, ...], batch_size: int
) -> None:
    w = samples(1, shape, 9)[0]

    def discriminator(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(x * w, axis=list(range(1, x.shape.rank)))

    x_real, x_fake = samples(batch_size, shape, 1), samples(batch_size, shape, 2)
    expected = FOR_LINEAR[penalty.name](float(np.linalg.norm(w)))
    assert measured(penalty, discriminator, x_real, x_fake) == pytest.approx(expected, rel=1e-5)


def quadratic(x: tf.Tensor) -> tf.Tensor:
    """½‖x‖², whose slope is x itself."""
    return tf.reduce_sum(x * x, axis=-1) / 2


def test_r1_looks_at_real_samples_and_r2_at_generated_ones() -> None:
    x_real, x_fake = samples(6, (2,), 1), 3 * samples(6, (2,), 2)
    at_real = float(np.square(x_real).sum(axis=1).mean() / 2)
    at_fake = float(np.square(x_fake).sum(axis=1).mean() / 2)
    for name, expected in (("r1", at_real), ("r2", at_fake), ("r1_r2", at_real + at_fake)):
        value = measured(PENALTIES.get(name), quadratic, x_real, x_fake)
        assert value == pytest.approx(expected, rel=1e-5)


def test_gradient_penalty_looks_between_each_pair_of_samples() -> None:
    n = 4096
    x_real, x_fake = tf.zeros((n, 2)), tf.fill((n, 2), 4 / math.sqrt(2))  # 4 apart
    looked_at: list[np.ndarray] = []

    def discriminator(x: tf.Tensor) -> tf.Tensor:
        looked_at.append(x.numpy())
        return quadratic(x)

    value = measured(PENALTIES.get("gradient_penalty"), discriminator, x_real, x_fake)
    [points] = looked_at
    share = np.linalg.norm(points, axis=1) / 4  # of the way from real to fake, 1 − α
    assert np.allclose(points[:, 0], points[:, 1]), "α differs between coordinates of one sample"
    assert len(np.unique(share)) > n / 2, "one α for several samples"
    assert 0 <= share.min() < 0.01
    assert 0.99 < share.max() <= 1
    assert share.mean() == pytest.approx(1 / 2, abs=0.02)  # uniform: mean ½ …
    assert share.var() == pytest.approx(1 / 12, abs=0.005)  # … and variance 1/12
    assert value == pytest.approx(float(np.mean((4 * share - 1) ** 2)), rel=1e-5)


def test_each_seed_looks_elsewhere() -> None:
    x_real, x_fake = samples(8, (2,), 1), samples(8, (2,), 2)
    penalty = PENALTIES.get("gradient_penalty")
    first, other = (
        float(penalty.measure(quadratic, x_real, x_fake, tf.constant([1, step]), TENSORFLOW))
        for step in (1, 2)
    )
    assert first != other


@every_penalty
def test_flat_discriminator_has_a_finite_slope(penalty: Penalty) -> None:
    w = tf.Variable([0.0, 0.0])
    with tf.GradientTape() as tape:
        value = penalty.measure(
            lambda x: tf.linalg.matvec(x, w),
            samples(5, (2,), 1),
            samples(5, (2,), 2),
            SEED,
            TENSORFLOW,
        )
        value = tf.convert_to_tensor(value)
    gradient = tape.gradient(value, w, unconnected_gradients="zero")
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@every_penalty
def test_penalty_and_its_slope_are_right_at_logits_of_1000(penalty: Penalty) -> None:
    x_real, x_fake = tf.constant([[1.0], [-1.0]]), tf.constant([[-1.0], [1.0]])
    steepness = tf.Variable(1000.0)  # of D(x) = 1000 x: the logits of x_real are ±1000
    with tf.GradientTape() as tape:
        value = penalty.measure(lambda x: steepness * x[:, 0], x_real, x_fake, SEED, TENSORFLOW)
        value = tf.convert_to_tensor(value)
    known = FOR_LINEAR[penalty.name]
    assert float(value) == pytest.approx(known(1000.0), rel=1e-5)
    gradient = tape.gradient(value, steepness, unconnected_gradients="zero")
    assert float(gradient) == pytest.approx((known(1001.0) - known(999.0)) / 2, rel=1e-5)


@every_penalty
def test_slopes_of_the_penalty_are_those_of_finite_differences(penalty: Penalty) -> None:
    x_real, x_fake = samples(5, (2,), 1), samples(5, (2,), 2)

    def value(w: tf.Tensor) -> tf.Tensor:
        def discriminator(x: tf.Tensor) -> tf.Tensor:
            hidden = tf.tanh(tf.matmul(x, tf.reshape(w[:4], (2, 2))))
            return tf.linalg.matvec(hidden, w[4:])

        measure = penalty.measure(discriminator, x_real, x_fake, SEED, TENSORFLOW)
        return tf.convert_to_tensor(measure, tf.float32)

    w = tf.constant([0.7, -0.4, 0.3, 1.1, -0.8, 0.5])
    with tf.GradientTape() as tape:
        tape.watch(w)
        result = value(w)
    gradient = tape.gradient(result, w, unconnected_gradients="zero").numpy()
    step = 1e-2
    for i, move in enumerate(np.eye(6, dtype=np.float32) * step):
        rise = float(value(w + move) - value(w - move)) / (2 * step)
        assert gradient[i] == pytest.approx(rise, rel=0.01, abs=2e-3)
    assert penalty.name == "none" or np.abs(gradient).max() > 0.01


@every_penalty
def test_penalty_says_what_it_is(penalty: Penalty) -> None:
    assert penalty.title
    assert penalty.help
    assert "arXiv:" in penalty.reference
    assert ("lambda" in penalty.formula) == bool(penalty.options)
