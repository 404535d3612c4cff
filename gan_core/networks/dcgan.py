"""The convolutional GAN of many tutorials, after DCGAN, arXiv:1511.06434."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gan_core.networks import NETWORKS, Layers, Network
from gan_core.text import N_

if TYPE_CHECKING:
    import keras


def generator(layers: Layers, latent_dim: int, data_shape: tuple[int, ...]) -> keras.Model:
    """Noise (batch, latent_dim) → picture (batch, 28, 28, 1) in [−1, 1]; no bias before a norm."""
    import keras

    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.dense(7 * 7 * 256, use_bias=False),
            layers.batch_norm(),
            layers.leaky_relu(),
            layers.reshape((7, 7, 256)),
            layers.conv_transpose(128, 5, strides=1, use_bias=False),  # (batch, 7, 7, 128)
            layers.batch_norm(),
            layers.leaky_relu(),
            layers.conv_transpose(64, 5, strides=2, use_bias=False),  # (batch, 14, 14, 64)
            layers.batch_norm(),
            layers.leaky_relu(),
            layers.conv_transpose(1, 5, strides=2, use_bias=False, activation="tanh"),
        ],
        name="generator",
    )


def discriminator(layers: Layers, data_shape: tuple[int, ...]) -> keras.Model:
    """Picture (batch, 28, 28, 1) → one logit (batch, 1)."""
    import keras

    return keras.Sequential(
        [
            keras.Input(data_shape),
            layers.conv(64, 5, strides=2),  # (batch, 14, 14, 64)
            layers.leaky_relu(),
            layers.dropout(0.3),
            layers.conv(128, 5, strides=2),  # (batch, 7, 7, 128)
            layers.leaky_relu(),
            layers.dropout(0.3),
            layers.flatten(),
            layers.dense(1),
        ],
        name="discriminator",
    )


NETWORKS.register(
    Network(
        name="dcgan",
        title=N_("DCGAN, full size"),
        help=N_("Three transposed convolutions of 5×5, with 128, 64 and 1 filters. Slow on a CPU."),
        generator=generator,
        discriminator=discriminator,
        convolutional=True,
        order=30,
    )
)
