"""A convolutional GAN that a laptop trains while one watches, after DCGAN, arXiv:1511.06434.

Its batch norms forget fast (momentum 0.9): samples are drawn with the moving averages, and with
Keras' default of 0.99 the first hundreds of steps would show a generator that has long changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gan_core.networks import NETWORKS, Layers, Network
from gan_core.text import N_

if TYPE_CHECKING:
    import keras


def generator(layers: Layers, latent_dim: int, data_shape: tuple[int, ...]) -> keras.Model:
    """Noise (batch, latent_dim) → picture (batch, 28, 28, 1) in [−1, 1]."""
    import keras

    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.dense(7 * 7 * 64, use_bias=False),
            layers.batch_norm(momentum=0.9),
            layers.leaky_relu(0.2),
            layers.reshape((7, 7, 64)),
            layers.conv_transpose(32, 4, strides=2, use_bias=False),  # (batch, 14, 14, 32)
            layers.batch_norm(momentum=0.9),
            layers.leaky_relu(0.2),
            layers.conv_transpose(1, 4, strides=2, activation="tanh"),
        ],
        name="generator",
    )


def discriminator(layers: Layers, data_shape: tuple[int, ...]) -> keras.Model:
    """Picture (batch, 28, 28, 1) → one logit (batch, 1)."""
    import keras

    return keras.Sequential(
        [
            keras.Input(data_shape),
            layers.conv(32, 4, strides=2),  # (batch, 14, 14, 32)
            layers.leaky_relu(0.2),
            layers.conv(64, 4, strides=2),  # (batch, 7, 7, 64)
            layers.leaky_relu(0.2),
            layers.flatten(),
            layers.dense(1),
        ],
        name="discriminator",
    )


NETWORKS.register(
    Network(
        name="dcgan_small",
        title=N_("Small DCGAN"),
        help=N_(
            "Two transposed convolutions of 4×4. Shows digits within half a minute on a laptop."
        ),
        generator=generator,
        discriminator=discriminator,
        convolutional=True,
        order=10,
    )
)
