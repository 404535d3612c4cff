"""Fully connected networks, as in the first GAN paper (arXiv:1406.2661)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gan_core.networks import NETWORKS, USUAL, Layers, Network
from gan_core.networks.stages import Stages
from gan_core.text import N_

if TYPE_CHECKING:
    import keras

# What a hidden unit does with the sum of its inputs, each with its title.
ACTIVATIONS = {
    "leaky_relu": "LeakyReLU",
    "relu": "ReLU",
    "tanh": "tanh",
    "sigmoid": "Sigmoid",
}


def generator(
    layers: Layers,
    latent_dim: int,
    data_shape: tuple[int, ...],
    *,
    hidden_layers: int,
    hidden_units: int,
    activation: str,
    norm: str = USUAL,
) -> keras.Model:
    """z (batch, latent_dim) → hidden layers → picture through tanh, or points without bound."""
    import keras

    stages = Stages(layers, "none" if norm == USUAL else norm, activation)
    stack = [keras.Input((latent_dim,))]
    for _ in range(hidden_layers):
        stack += stages.dense(hidden_units)  # (batch, hidden_units)
    output = "tanh" if len(data_shape) == 3 else None
    stack += [layers.dense(int(np.prod(data_shape)), activation=output, **layers.exact)]
    stack += [layers.reshape(data_shape, **layers.exact)]  # (batch, *data_shape)
    return keras.Sequential(stack, name="generator")


def discriminator(
    layers: Layers,
    data_shape: tuple[int, ...],
    *,
    hidden_layers: int,
    hidden_units: int,
    activation: str,
    norm: str = USUAL,
) -> keras.Model:
    """Sample (batch, *data_shape) → hidden layers → one logit (batch, 1)."""
    import keras

    stages = Stages(layers, "none" if norm == USUAL else norm, activation)
    stack = [keras.Input(data_shape), layers.flatten()]
    for number in range(hidden_layers):
        stack += (stages if number else stages.first).dense(hidden_units)  # (batch, hidden_units)
    return keras.Sequential([*stack, layers.logits()], name="discriminator")


NETWORKS.register(
    Network(
        name="mlp",
        title=N_("Fully connected (MLP)"),
        help=N_(
            "Every unit sees every input. For points, and for pictures in their simplest form."
        ),
        generator=generator,
        discriminator=discriminator,
        options=(
            "g_hidden_layers",
            "g_hidden_units",
            "g_norm",
            "d_hidden_layers",
            "d_hidden_units",
            "d_norm",
            "activation",
        ),
        order=20,
    )
)
