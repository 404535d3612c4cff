"""The anatomy of a run's networks: layer by layer, with the first gradients that reach each.

Only workers import this module: it builds the networks with Keras.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.training.build import build_networks
from gan_core.training.device import pick
from gan_core.training.inside import inner
from gan_core.training.pool import real_labels, real_samples
from gan_core.training.trainer import Trainer

SEEDS = (1, 2, 3)  # initialisations that the gradients are averaged over
NETWORKS = ("generator", "discriminator")


def anatomy(config: RunConfig) -> dict[str, Any]:
    """What the two networks of `config` are made of, in plain JSON.

    Returns {"generator": network, "discriminator": network, "n_seeds", "batch_size"}. A network
    has "input" (the shape of one sample), "layers", "trainable" and "fixed" (numbers of
    parameters, the fixed ones being those that no gradient moves). A layer has what `_layer` says,
    and "gradient": the root mean square of its kernel's first gradient, over weights and seeds.
    """
    described = dict(zip(NETWORKS, map(_network, build_networks(config, "float32")), strict=True))
    x_all, labels = real_samples(config), real_labels(config)
    gradients = [first_gradients(config, x_all, labels, seed) for seed in SEEDS]
    for name in NETWORKS:
        for index, layer in enumerate(described[name]["layers"]):
            squares = [each for one in gradients if (each := one[name][index]) is not None]
            layer["gradient"] = math.sqrt(sum(squares) / len(squares)) if squares else None
    return described | {"n_seeds": len(SEEDS), "batch_size": config.batch_size}


def first_gradients(
    config: RunConfig, x_all: tf.Tensor, labels: np.ndarray | None, seed: int
) -> dict[str, list[float | None]]:
    """Mean square of each layer's kernel gradient in the very first step, before anything learns.

    D's kernels feel D's loss, G's kernels feel G's, on the first batch of a run with this seed.
    Returns for each network a number per layer, None where the layer has no kernel.
    """
    config = config.model_copy(update={"seed": seed})
    trainer = Trainer(config, x_all, replace(pick(config), dtype="float32"), labels)
    networks = (trainer.generator, trainer.discriminator)
    return dict(zip(NETWORKS, map(_mean_squares, networks, trainer.gradients()), strict=True))


def _mean_squares(network: keras.Model, gradients: list[tf.Tensor]) -> list[float | None]:
    of = dict(zip(map(id, network.trainable_variables), gradients, strict=True))
    kernels = [getattr(inner(layer), "kernel", None) for layer in network.layers]
    return [
        None if kernel is None else float(np.mean(np.square(of[id(kernel)], dtype=np.float64)))
        for kernel in kernels
    ]


def _network(network: keras.Model) -> dict[str, Any]:
    layers = [_layer(layer) for layer in network.layers]
    return {
        "input": list(network.input_shape[1:]),
        "layers": layers,
        "trainable": sum(layer["trainable"] for layer in layers),
        "fixed": sum(layer["fixed"] for layer in layers),
    }


def _layer(layer: keras.layers.Layer) -> dict[str, Any]:
    """One layer: its kind, the shapes of a sample before and after it, and its parameters.

    What a kind of layer does not have is None: "kernel" (height, width), "stride", "bias",
    "activation" (its name), "slope" (of LeakyReLU below zero), "rate" (of dropout).
    """
    inside = inner(layer)
    stride = getattr(inside, "strides", None)
    return {
        "kind": type(inside).__name__,
        "in": list(layer.input.shape[1:]),
        "out": list(layer.output.shape[1:]),
        "trainable": _count(layer.trainable_weights),
        "fixed": _count(layer.non_trainable_weights),
        "kernel": list(inside.kernel_size) if stride else None,
        "stride": stride[0] if stride else None,
        "bias": getattr(inside, "use_bias", None),
        "activation": _activation(inside),
        "slope": getattr(inside, "negative_slope", None),
        "rate": getattr(inside, "rate", None),
        "spectral_norm": inside is not layer,
    }


def _activation(layer: keras.layers.Layer) -> str | None:
    if isinstance(layer, keras.layers.LeakyReLU):
        return "leaky_relu"
    function = getattr(layer, "activation", None)
    name = function.__name__ if function else "linear"
    return None if name == "linear" else name


def _count(weights: list[keras.Variable]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)
