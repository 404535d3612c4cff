"""Fully connected networks, as in the first GAN paper (arXiv:1406.2661)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gan_core.networks import NETWORKS, Layers, Network
from gan_core.text import N_

if TYPE_CHECKING:
    import keras


def generator(
    layers: Layers,
    latent_dim: int,
    data_shape: tuple[int, ...],
    *,
    hidden_layers: int,
    hidden_units: int,
) -> keras.Model:
    """z (batch, latent_dim) → hidden layers → picture through tanh, or points without bound."""
    import keras

    stack = [keras.Input((latent_dim,))]
    for _ in range(hidden_layers):
        stack += [layers.dense(hidden_units), layers.leaky_relu(0.2)]  # (batch, hidden_units)
    activation = "tanh" if len(data_shape) == 3 else None
    stack += [layers.dense(int(np.prod(data_shape)), activation=activation)]
    stack += [layers.reshape(data_shape)]  # (batch, *data_shape)
    return keras.Sequential(stack, name="generator")


def discriminator(
    layers: Layers, data_shape: tuple[int, ...], *, hidden_layers: int, hidden_units: int
) -> keras.Model:
    """Sample (batch, *data_shape) → hidden layers → one logit (batch, 1)."""
    import keras

    stack = [keras.Input(data_shape), layers.flatten()]
    for _ in range(hidden_layers):
        stack += [layers.dense(hidden_units), layers.leaky_relu(0.2)]  # (batch, hidden_units)
    return keras.Sequential([*stack, layers.dense(1)], name="discriminator")


NETWORKS.register(
    Network(
        name="mlp",
        title=N_("Fully connected (MLP)"),
        help=N_(
            "Every unit sees every input. For points, and for pictures in their simplest form."
        ),
        generator=generator,
        discriminator=discriminator,
        options=("hidden_layers", "hidden_units"),
        order=20,
    )
)
