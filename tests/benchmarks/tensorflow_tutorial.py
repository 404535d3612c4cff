"""The DCGAN of the TensorFlow tutorial, trained as its loop does it: the yardstick for pictures.

Written from the published recipe (tensorflow.org/tutorials/generative/dcgan): batches of 256 in
float32, Adam with 1e-4 for both players, a `tf.function` per step in which both gradients are taken
at once, a shuffled `tf.data` pipeline.
"""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

BATCH_SIZE, NOISE_DIM, LEARNING_RATE = 256, 100, 1e-4


def make_generator() -> keras.Model:
    """Noise (batch, 100) → pictures (batch, 28, 28, 1) in [−1, 1]."""
    return keras.Sequential(
        [
            keras.Input((NOISE_DIM,)),
            layers.Dense(7 * 7 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((7, 7, 256)),
            layers.Conv2DTranspose(128, 5, strides=1, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(
                1, 5, strides=2, padding="same", use_bias=False, activation="tanh"
            ),
        ]
    )


def make_discriminator() -> keras.Model:
    """Pictures (batch, 28, 28, 1) → logits (batch, 1)."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


class Tutorial:
    """Both networks and their loop over pictures (n, 28, 28, 1) in [−1, 1]."""

    def __init__(self, x_real: np.ndarray) -> None:
        keras.utils.set_random_seed(1)
        self.generator, self.discriminator = make_generator(), make_discriminator()
        self._g_optimizer = keras.optimizers.Adam(LEARNING_RATE)
        self._d_optimizer = keras.optimizers.Adam(LEARNING_RATE)
        self._cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        data = tf.data.Dataset.from_tensor_slices(x_real)
        shuffled = data.shuffle(len(x_real)).batch(BATCH_SIZE, drop_remainder=True)
        self._batches = iter(shuffled.repeat())
        self._train_step = tf.function(self._step)

    def train(self, seconds: float) -> float:
        """Train for so long; return real pictures per second."""
        began, n_steps = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            self._train_step(next(self._batches))
            n_steps += 1
        return n_steps * BATCH_SIZE / (time.perf_counter() - began)

    def samples(self, n: int) -> np.ndarray:
        """Pictures (n, 28, 28, 1), as the tutorial draws them: with the moving averages."""
        z = tf.random.stateless_normal([n, NOISE_DIM], seed=[1, 1])
        pictures: np.ndarray = self.generator(z, training=False).numpy()
        return pictures

    def _step(self, x_real: Any) -> None:
        z = tf.random.normal([BATCH_SIZE, NOISE_DIM])
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            x_fake = self.generator(z, training=True)
            real = self.discriminator(x_real, training=True)
            fake = self.discriminator(x_fake, training=True)
            g_loss = self._cross_entropy(tf.ones_like(fake), fake)
            d_loss = self._cross_entropy(tf.ones_like(real), real)
            d_loss += self._cross_entropy(tf.zeros_like(fake), fake)
        g_weights = self.generator.trainable_variables
        d_weights = self.discriminator.trainable_variables
        self._g_optimizer.apply_gradients(
            zip(g_tape.gradient(g_loss, g_weights), g_weights, strict=True)
        )
        self._d_optimizer.apply_gradients(
            zip(d_tape.gradient(d_loss, d_weights), d_weights, strict=True)
        )
