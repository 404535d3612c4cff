"""A convolutional GAN that a laptop trains while one watches, after DCGAN, arXiv:1511.06434.

Its batch norms forget fast (momentum 0.9): samples are drawn with the moving averages, and with
Keras' default of 0.99 the first hundreds of steps would show a generator that has long changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gan_core.networks import CONVOLUTIONAL_OPTIONS, NETWORKS, USUAL, Layers, Network
from gan_core.networks.stages import Stages, scaled
from gan_core.text import N_

if TYPE_CHECKING:
    import keras


def generator(
    layers: Layers,
    latent_dim: int,
    data_shape: tuple[int, ...],
    *,
    width: float = 1.0,
    extra_convs: int = 0,
    norm: str = USUAL,
    activation: str = "leaky_relu",
) -> keras.Model:
    """Noise (batch, latent_dim) → picture (batch, s, s, channels) in [−1, 1], s = side."""
    import keras

    side, channels = data_shape[0], data_shape[-1]
    wide, narrow = (scaled(filters, width) for filters in (64, 32))
    stages = Stages(layers, "batch" if norm == USUAL else norm, activation)
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *stages.dense((side // 4) ** 2 * wide),
            layers.reshape((side // 4, side // 4, wide)),
            *stages.more(extra_convs, wide),
            *stages.conv_transpose(narrow, 4, strides=2),  # (batch, s / 2, s / 2, narrow)
            *stages.more(extra_convs, narrow),
            layers.conv_transpose(channels, 4, strides=2, activation="tanh", **layers.exact),
        ],
        name="generator",
    )


def discriminator(
    layers: Layers,
    data_shape: tuple[int, ...],
    *,
    width: float = 1.0,
    extra_convs: int = 0,
    norm: str = USUAL,
    activation: str = "leaky_relu",
) -> keras.Model:
    """Picture (batch, s, s, channels), s = side → one logit (batch, 1)."""
    import keras

    narrow, wide = (scaled(filters, width) for filters in (32, 64))
    stages = Stages(layers, "none" if norm == USUAL else norm, activation)
    return keras.Sequential(
        [
            keras.Input(data_shape),
            *stages.first.conv(narrow, 4, strides=2),  # (batch, s / 2, s / 2, narrow)
            *stages.more(extra_convs, narrow),
            *stages.conv(wide, 4, strides=2),  # (batch, s / 4, s / 4, wide)
            *stages.more(extra_convs, wide),
            layers.flatten(),
            layers.logits(),
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
        options=CONVOLUTIONAL_OPTIONS,
        convolutional=True,
        order=10,
    )
)
