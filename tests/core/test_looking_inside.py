"""What is seen of networks that one knows: linear ones."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.training.inside import (
    input_weights,
    logit_gradient,
    output_weights,
    stage_outputs,
)
from gan_core.training.latent import N_STEPS, directions, find_noise
from gan_core.training.pair import Pair
from gan_core.training.pool import real_labels, real_samples
from gan_core.training.trainer import Trainer

SHAPE = (28, 28, 1)
TINY = {
    "network": "mlp",
    "g_hidden_layers": 1,
    "g_hidden_units": 16,
    "d_hidden_units": 8,
    "batch_size": 8,
    "latent_dim": 4,
}
TINY_DCGAN = {"batch_size": 8, "latent_dim": 4, "g_width": 0.2, "d_width": 0.2}


def trainer_of(**settings: Any) -> Trainer:
    """A trainer whose players have learned once."""
    config = RunConfig.parse({**settings, "precision": "float32"})
    trainer = Trainer(config, real_samples(config), labels=real_labels(config))
    trainer.take_turn("d", 0)
    trainer.take_turn("g", 0)
    return trainer


def pair_of(trainer: Trainer) -> Pair:
    return Pair.at(trainer.config, trainer.x_real, trainer.state())


def linear_pair(latent_dim: int = 4, **settings: Any) -> Pair:
    """G(z) = W z without tanh, and D(x) = w · x."""
    generator = keras.Sequential(
        [keras.Input((latent_dim,)), keras.layers.Dense(784), keras.layers.Reshape(SHAPE)]
    )
    discriminator = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    config = RunConfig.parse({"network": "mlp", "latent_dim": latent_dim, **settings})
    return Pair(config, generator, discriminator)


# ------------------------------------------------------------------------------ known answers


@pytest.mark.parametrize("noise", ["gaussian", "uniform"])
def test_noise_of_a_linear_generators_picture_is_found(noise: str) -> None:
    pair = linear_pair(noise=noise)
    true = np.array([[0.9, -0.4, 0.1, 0.6]], np.float32)
    found = find_noise(pair, pair.generate(true).numpy()[0], 0, seed=3)
    assert found.errors.shape[0] == N_STEPS + 1
    assert found.errors[-1].min() < 1e-4 < found.errors[0].min()
    assert np.allclose(found.z[found.errors[-1].argmin()], true[0], atol=0.05)


def test_a_picture_that_a_generator_cannot_make_is_not_found() -> None:
    pair = linear_pair()
    unreachable = np.random.default_rng(1).choice([-1.0, 1.0], SHAPE).astype(np.float32)
    found = find_noise(pair, unreachable, 0, seed=3)
    assert found.errors[-1].min() > 0.9


def test_uniform_noise_stays_within_its_bounds() -> None:
    pair = linear_pair(noise="uniform")
    outside = pair.generate(np.array([[3.0, 0, 0, 0]], np.float32)).numpy()[0]
    assert np.abs(find_noise(pair, outside, 0, seed=3).z).max() <= 1


def test_direction_that_a_first_layer_stretches_most_is_the_first() -> None:
    pair = linear_pair()
    kernel = np.linalg.qr(np.random.default_rng(2).normal(size=(784, 4)))[0].T  # rows: orthonormal
    pair.generator.layers[0].set_weights([[[1], [2], [9], [4]] * kernel, np.zeros(784)])
    found = directions(pair, 0, 2)
    assert np.allclose(found.steps, np.eye(4)[[2, 3]], atol=0.1)
    assert found.shares[0] == pytest.approx(81 / (81 + 16 + 4 + 1), abs=0.03)


def test_slope_of_a_linear_discriminator_is_its_weights() -> None:
    pair = linear_pair()
    x = np.random.default_rng(1).normal(size=(3, *SHAPE)).astype(np.float32)
    logits, gradients = logit_gradient(pair, x, np.zeros(3, int))
    weights = pair.discriminator.get_weights()[0].reshape(SHAPE)
    assert np.allclose(gradients, [weights] * 3)
    assert np.allclose(logits, (x * weights).sum(axis=(1, 2, 3)), atol=1e-4)
    assert np.allclose(input_weights(pair.discriminator, SHAPE), [weights])


def test_last_weights_of_a_generator_are_what_each_unit_adds() -> None:
    pair = linear_pair()
    unit = output_weights(pair.generator, SHAPE)
    assert np.allclose(unit, pair.generate(np.eye(4, dtype=np.float32)), atol=1e-6)


# --------------------------------------------------------------------------- of trained pairs


@pytest.mark.parametrize(
    "settings",
    [TINY, TINY_DCGAN, {**TINY, "conditional": True}, {**TINY, "ema_decay": 0.9}],
    ids=["mlp", "dcgan", "conditional", "averaged"],
)
def test_a_pair_answers_as_its_trainer_does(settings: dict[str, Any]) -> None:
    trainer = trainer_of(**settings)
    pair, config = pair_of(trainer), trainer.config
    z = trainer.fixed_noise(12)
    x = trainer.generated(z)
    assert np.allclose(pair.generate(z), x, atol=1e-5)
    labels = np.arange(12) % 10
    classes = tf.one_hot(labels, config.n_classes) if config.n_classes else None
    expected = trainer.judge(tf.constant(x), classes, training=False)
    assert np.allclose(pair.judge(x, labels), expected, atol=1e-4)


def test_a_class_is_told_to_the_generator() -> None:
    pair = pair_of(trainer_of(**TINY, conditional=True))
    z = np.zeros((2, 4), np.float32)
    assert np.array_equal(pair.with_class(z, 3)[:, 4:], np.eye(10, dtype=np.float32)[[3, 3]])
    assert linear_pair().with_class(z, 3) is z


def test_stages_of_convolutions_end_at_their_activations() -> None:
    pair = pair_of(trainer_of(**TINY_DCGAN))
    x = np.zeros((1, *SHAPE), np.float32)
    seen = list(stage_outputs(pair.discriminator, x))
    assert [stage.kind for stage in seen] == ["Conv2D", "Conv2D", "Dense"]
    assert [stage.values.shape[1] for stage in seen] == [14, 7, 1]
    assert np.allclose(seen[-1].values[:, 0], pair.judge(x, np.zeros(1, int)))
    made = list(stage_outputs(pair.generator, np.zeros((1, 4), np.float32)))
    assert [stage.kind for stage in made] == ["Dense", "Conv2DTranspose", "Conv2DTranspose"]
    assert np.allclose(made[-1].values, pair.generate(np.zeros((1, 4), np.float32)))


def test_spectral_normalisation_hides_no_layer() -> None:
    pair = pair_of(trainer_of(**TINY_DCGAN, spectral_norm=True))
    seen = stage_outputs(pair.discriminator, np.zeros((1, *SHAPE), np.float32))
    assert [stage.kind for stage in seen] == ["Conv2D", "Conv2D", "Dense"]
