"""What only a generator can tell of the space of noise: directions in it, and lost places."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from gan_core.theory import latent
from gan_core.theory.latent import Directions
from gan_core.training.inside import stage_outputs
from gan_core.training.pair import Pair

N_OBSERVED = 1000  # noises whose activations the directions come from
N_STARTS = 8
N_STEPS = 200  # of the descent on z
RATE = 0.1  # of Adam at first; it falls to 0 along a cosine


def directions(pair: Pair, label: int, k: int) -> Directions:
    """The `k` first principal directions of the first layer's activations, carried over to z."""
    config = pair.config
    z = latent.noise(N_OBSERVED, config.latent_dim, config.noise, seed=0)
    first = next(iter(stage_outputs(pair.generator, pair.with_class(z, label))))
    activations = first.values.numpy().reshape(len(z), -1)  # (n, units)
    return latent.principal_directions(z, activations, k)


@dataclass(frozen=True)
class Found:
    """Where descents on z have ended."""

    z: np.ndarray  # (starts, latent_dim)
    errors: np.ndarray  # (steps + 1, starts): mean squared errors of the pixels, in [−1, 1]


def find_noise(pair: Pair, x: np.ndarray, label: int, seed: int) -> Found:
    """Look for noise from which G makes the picture `x` (*shape): min over z of ‖G(z) − x‖².

    Adam descends from several starts, arXiv:1611.05644 and arXiv:1702.04782. Where noise is
    uniform, values beyond ±1 are drawn anew after each step (the latter's stochastic clipping);
    for Gaussian noise no value is out of the question.
    """
    config = pair.config
    # Apart from the seed itself: a start must not be the noise that made the picture.
    start = latent.noise(N_STARTS, config.latent_dim, config.noise, (seed, 1))
    told = tf.constant(pair.with_class(start, label)[:, config.latent_dim :])  # (starts, n_told)
    z = tf.Variable(start)
    adam = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, N_STEPS))
    adam.build([z])
    random = np.random.default_rng(seed)
    errors = []
    for _ in range(N_STEPS):
        error, gradient = pair.error_of(z, told, x)
        errors.append(error)
        adam.apply([gradient], [z])
        if config.noise == "uniform":
            fresh = random.uniform(-1, 1, z.shape).astype(np.float32)
            z.assign(tf.where(tf.abs(z) > 1, fresh, z))
    errors.append(pair.error_of(z, told, x)[0])
    return Found(z.numpy(), tf.stack(errors).numpy())
