"""A run's two networks to be looked at: they answer, and learn no more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.training.build import logits_of
from gan_core.training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class Pair:
    """Generator and discriminator in inference mode and float32: the generator that readers see."""

    config: RunConfig
    generator: keras.Model
    discriminator: keras.Model

    @classmethod
    def at(cls, config: RunConfig, x_real: tf.Tensor, state: dict[str, np.ndarray]) -> Pair:
        """The networks of a run as they are in what `Trainer.state` has returned."""
        config = config.model_copy(update={"precision": "float32"})
        labels = np.zeros(len(x_real), int) if config.conditional else None  # nothing is trained
        trainer = Trainer(config, x_real, labels=labels)
        trainer.load_state(state)
        return cls(config, trainer.shown_generator(), trainer.discriminator)

    def with_class(self, z: np.ndarray, label: int | np.ndarray) -> np.ndarray:
        """Noise (n, latent_dim) as G takes it: with a class or kind behind it, if G is told one.

        `label` is one for all, or (n,).
        """
        if not self.config.n_told:
            return z
        told = np.zeros((len(z), self.config.n_told), np.float32)
        told[np.arange(len(z)), label] = 1
        return np.concatenate([z, told], axis=1)

    def generate(self, z: tf.Tensor) -> tf.Tensor:
        """Samples (n, *shape) for noise (n, latent_dim + n_told)."""
        return self.generator(z, training=False)

    def judge(self, x: tf.Tensor, labels: np.ndarray) -> tf.Tensor:
        """D's logits (n,) for samples (n, *shape), as ones of classes (n,) if it is told of them.

        The same as `Trainer.judge`; D must take single samples, not packs.
        """
        classes = tf.one_hot(labels, self.config.n_classes) if self.config.conditional else None
        return logits_of(self.discriminator(x, training=False), classes)

    def read(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What D reads off samples (n, *shape): logits (n, n_kinds) and numbers (n, n_codes).

        What the run's code does not have is empty.
        """
        answer = self.discriminator(x, training=False).numpy()  # (n, 1 + n_read)
        n_kinds = self.config.n_told if self.config.n_read else 0
        numbers = answer[:, 1 + n_kinds : 1 + self.config.n_read]
        return answer[:, 1 : 1 + n_kinds], numbers

    @functools.cached_property
    def error_of(self) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
        """Compiled: how far G(z) is from a picture, and which way z would have to go.

        Takes z (n, latent_dim), classes (n, n_told), and x (*shape). Returns the mean squared
        errors of the pixels (n,), and their gradients on z (n, latent_dim).
        """

        def measure(z, told, x):  # type: ignore[no-untyped-def]
            with tf.GradientTape() as tape:
                tape.watch(z)
                x_fake = self.generate(tf.concat([z, told], axis=1))  # (n, *shape)
                errors = tf.reduce_mean(tf.square(x_fake - x), axis=[1, 2, 3])
                total = tf.reduce_sum(errors)
            return errors, tape.gradient(total, z)

        compiled = tf.function(measure, autograph=False)
        return lambda z, told, x: compiled(tf.convert_to_tensor(z), told, tf.convert_to_tensor(x))
