"""A run's two networks, built the same way for training and for looking at them."""

from __future__ import annotations

import keras
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.networks import Layers


def build_networks(config: RunConfig, dtype: str) -> tuple[keras.Model, keras.Model]:
    """Generator and discriminator of a run, untrained.

    Where the players are told of classes, G's input is z and the class as zeros and a one
    (arXiv:1411.1784), so that its first layer learns what each class adds; D's output is a logit
    for all classes and one for each (see `Trainer.judge`). A kind that nobody tells D stands behind
    the noise likewise, and D has an output more for each number that it reads.

    Args:
        config: its seed, network and data shape them.
        dtype: Keras' dtype policy.
    """
    network, shape = config.items.network, config.items.dataset.shape
    n_inputs = config.latent_dim + config.n_told
    layers = Layers(dtype, config.seed)
    generator = network.generator(layers, n_inputs, shape, **config.network_options("g"))
    layers.spectral_norm = config.spectral_norm  # of the discriminator alone
    layers.n_logits = 1 + config.n_classes + config.n_read
    packed_shape = (*shape[:-1], shape[-1] * config.packing)
    discriminator = network.discriminator(layers, packed_shape, **config.network_options("d"))
    return generator, discriminator


def logits_of(answer: tf.Tensor, classes: tf.Tensor | None) -> tf.Tensor:
    """D's logits (batch,) in all that it answers (batch, 1 + n_classes + n_read).

    `classes` (batch, n_classes) are rows of zeros with a one; see `Trainer.judge`.
    """
    if classes is None:
        return answer[:, 0]
    return answer[:, 0] + tf.reduce_sum(classes * answer[:, 1:], axis=1)


def packed(x: tf.Tensor, packing: int) -> tf.Tensor:
    """Samples (batch, *shape) in packs along the last axis, arXiv:1712.04086.

    Returns (batch / packing, …, last · packing), what D gets to see.
    """
    if packing == 1:
        return x
    n, *inner, last = x.shape
    packs = tf.reshape(x, [n // packing, packing, *inner, last])
    packs = tf.experimental.numpy.moveaxis(packs, 1, -2)  # (packs, …, packing, last)
    return tf.reshape(packs, [n // packing, *inner, packing * last])
