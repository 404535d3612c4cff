"""The convolutional GAN of many tutorials, after DCGAN, arXiv:1511.06434."""

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
    wide, middle, narrow = (scaled(filters, width) for filters in (256, 128, 64))
    norm = "batch" if norm == USUAL else norm
    stages = Stages(layers, norm, activation, slope=0.3, momentum=0.99)
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *stages.dense((side // 4) ** 2 * wide),
            layers.reshape((side // 4, side // 4, wide)),
            *stages.conv_transpose(middle, 5, strides=1),  # (batch, s / 4, s / 4, middle)
            *stages.more(extra_convs, middle),
            *stages.conv_transpose(narrow, 5, strides=2),  # (batch, s / 2, s / 2, narrow)
            *stages.more(extra_convs, narrow),
            layers.conv_transpose(
                channels, 5, strides=2, use_bias=False, activation="tanh", **layers.exact
            ),
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

    narrow, wide = (scaled(filters, width) for filters in (64, 128))
    norm = "none" if norm == USUAL else norm
    stages = Stages(layers, norm, activation, slope=0.3, momentum=0.99, dropout=0.3)
    return keras.Sequential(
        [
            keras.Input(data_shape),
            *stages.first.conv(narrow, 5, strides=2),  # (batch, s / 2, s / 2, narrow)
            *stages.more(extra_convs, narrow),
            *stages.conv(wide, 5, strides=2),  # (batch, s / 4, s / 4, wide)
            *stages.more(extra_convs, wide),
            layers.flatten(),
            layers.logits(),
        ],
        name="discriminator",
    )


NETWORKS.register(
    Network(
        name="dcgan",
        title=N_("DCGAN, full size"),
        help=N_(
            "The network of TensorFlow's tutorial, after DCGAN: three transposed convolutions of "
            "5×5, with 128 and 64 filters and one per channel. Slow on a CPU."
        ),
        generator=generator,
        discriminator=discriminator,
        options=CONVOLUTIONAL_OPTIONS,
        convolutional=True,
        order=30,
    )
)
