"""Dropout, Srivastava et al. 2014 (JMLR 15:1929). Only workers import this module: it needs Keras.

Keras draws a number of 32 bits for each value, from which TensorFlow makes a fraction to compare
with the rate: a fifth of a step of the full-size DCGAN. Whether a value stays takes a byte.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

_OF = 256  # values that a byte may have


class Dropout(keras.layers.Dropout):
    """Keras' layer of the same name, in a third of the time; its rate is a multiple of 1/256."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(batch, …) → the same shape and dtype, each value 0 or as much larger as others are 0."""
        n_dropped = round(self.rate * _OF)
        if not (training and n_dropped):
            return inputs
        larger = tf.cast(_OF / (_OF - n_dropped), inputs.dtype)
        stays = self._bytes(tf.shape(inputs)) >= tf.cast(n_dropped, tf.uint8)
        return inputs * tf.where(stays, larger, tf.zeros_like(larger))

    def _bytes(self, shape: tf.Tensor) -> tf.Tensor:
        """Random uint8 of this shape, four of each number that is drawn."""
        n, seed = tf.reduce_prod(shape), self.seed_generator.next()
        words = tf.random.stateless_uniform([(n + 3) // 4], seed, None, None, tf.uint32)
        return tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:n], shape)
