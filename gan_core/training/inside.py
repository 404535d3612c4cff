"""What goes on inside two networks: what each stage makes of a sample, and what D looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from gan_core.training.pair import Pair


@dataclass(frozen=True)
class Stage:
    """A layer with weights and what follows it, up to its activation."""

    kind: str  # Keras' name of the layer with weights
    values: tf.Tensor  # (n, …): what the stage hands on


def stage_outputs(network: keras.Model, x: np.ndarray) -> Iterator[Stage]:
    """What each stage of a network hands on, for inputs `x` (n, …), in inference mode."""
    values, kind = tf.convert_to_tensor(x), ""
    for layer in network.layers:
        if _has_kernel(layer) and kind:  # the stage before has no activation of its own
            yield Stage(kind, values)
        values = layer(values, training=False)
        kind = type(inner(layer)).__name__ if _has_kernel(layer) else kind
        if kind and isinstance(layer, (keras.layers.LeakyReLU, keras.layers.Activation)):
            yield Stage(kind, values)
            kind = ""
    if kind:
        yield Stage(kind, values)


def input_weights(discriminator: keras.Model, shape: tuple[int, ...]) -> np.ndarray:
    """What each unit of a fully connected D's first layer looks for: pictures (units, *shape)."""
    kernel = inner(next(filter(_has_kernel, discriminator.layers))).kernel.numpy()
    return kernel.T.reshape(-1, *shape)


def output_weights(generator: keras.Model, shape: tuple[int, ...]) -> np.ndarray:
    """What each last hidden unit of a fully connected G adds, before tanh: (units, *shape)."""
    kernel = inner([layer for layer in generator.layers if _has_kernel(layer)][-1]).kernel.numpy()
    return kernel.reshape(-1, *shape)


def logit_gradient(pair: Pair, x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D's logits (n,) for pictures `x` (n, *shape), and their gradients on the pixels (n, *shape).

    Simonyan, Vedaldi & Zisserman 2013, arXiv:1312.6034, section 3: to first order, how much each
    pixel would change the logit.
    """
    watched = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        logits = pair.judge(watched, labels)
        total = tf.reduce_sum(logits)
    return logits.numpy(), tape.gradient(total, watched).numpy()


def inner(layer: keras.layers.Layer) -> keras.layers.Layer:
    """The layer itself, out of the wrapper that spectral normalisation puts around it."""
    return layer.layer if isinstance(layer, keras.layers.Wrapper) else layer


def _has_kernel(layer: keras.layers.Layer) -> bool:
    return hasattr(inner(layer), "kernel")
