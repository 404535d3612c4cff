"""Fully connected networks, as in the first GAN paper (arXiv:1406.2661)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gan_core.networks import NETWORKS, Layers, Network
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
) -> keras.Model:
    """z (batch, latent_dim) → hidden layers → picture through tanh, or points without bound."""
    import keras

    stack = [keras.Input((latent_dim,))]
    for _ in range(hidden_layers):  # (batch, hidden_units)
        stack += [layers.dense(hidden_units), _activation(layers, activation)]
    output = "tanh" if len(data_shape) == 3 else None
    stack += [layers.dense(int(np.prod(data_shape)), activation=output)]
    stack += [layers.reshape(data_shape)]  # (batch, *data_shape)
    return keras.Sequential(stack, name="generator")


def discriminator(
    layers: Layers,
    data_shape: tuple[int, ...],
    *,
    hidden_layers: int,
    hidden_units: int,
    activation: str,
) -> keras.Model:
    """Sample (batch, *data_shape) → hidden layers → one logit (batch, 1)."""
    import keras

    stack = [keras.Input(data_shape), layers.flatten()]
    for _ in range(hidden_layers):  # (batch, hidden_units)
        stack += [layers.dense(hidden_units), _activation(layers, activation)]
    return keras.Sequential([*stack, layers.dense(1)], name="discriminator")


def _activation(layers: Layers, name: str) -> keras.layers.Layer:
    return layers.leaky_relu(0.2) if name == "leaky_relu" else layers.activation(name)


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
            "d_hidden_layers",
            "d_hidden_units",
            "activation",
        ),
        order=20,
    )
)
