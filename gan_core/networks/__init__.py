"""Networks: a generator and a discriminator that belong together. One file per pair.

Keras is imported only while a pair is being built, so that a page can describe networks without it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gan_core.registry import Registry
from gan_core.text import N_

if TYPE_CHECKING:
    import keras


USUAL = "usual"
# What follows each layer with weights but the last, each with its title.
NORMS = {
    USUAL: N_("as usual in this network"),
    "none": N_("none"),
    "batch": N_("batch normalisation"),
    "layer": N_("layer normalisation"),
}

# What convolutional pairs have in common, see `Network.options`.
CONVOLUTIONAL_OPTIONS = (
    "g_width",
    "g_extra_convs",
    "g_norm",
    "d_width",
    "d_extra_convs",
    "d_norm",
    "activation",
)


@dataclass
class Layers:
    """Keras layers with one dtype policy and a seed of their own each.

    Keras' own settings for both are process-wide, and several runs share a process. While
    `spectral_norm` is on, layers with weights are divided by their spectral norm. `n_logits` is how
    many numbers D ends in: one, and one more for each class that the players are told of, or for
    each number that D reads off a sample.
    """

    dtype: str
    seed: int
    spectral_norm: bool = False
    n_logits: int = 1
    _seeds: itertools.count[int] = field(init=False)

    def __post_init__(self) -> None:
        # Room for 1,000 layers between seeds, so that neighbouring seeds share no layer's weights.
        self._seeds = itertools.count(1000 * self.seed)

    @property
    def exact(self) -> dict[str, str]:
        """Options of a network's last layers, which compute in float32 whatever the others do.

        In bfloat16 many different samples would have the same logit, or be the same sample.
        """
        return {} if self.dtype == "float32" else {"dtype": "float32"}

    def dense(self, units: int, **options: Any) -> keras.layers.Layer:
        import keras

        return self._normalised(keras.layers.Dense(units, **self._weights() | options))

    def logits(self) -> keras.layers.Layer:
        """D's last layer."""
        return self.dense(self.n_logits, **self.exact)

    def conv(self, filters: int, size: int, strides: int, **options: Any) -> keras.layers.Layer:
        import keras

        layer = keras.layers.Conv2D(
            filters, size, strides=strides, padding="same", **self._weights() | options
        )
        return self._normalised(layer)

    def conv_transpose(
        self, filters: int, size: int, strides: int, **options: Any
    ) -> keras.layers.Layer:
        import keras

        return keras.layers.Conv2DTranspose(
            filters, size, strides=strides, padding="same", **self._weights() | options
        )

    def dropout(self, rate: float) -> keras.layers.Layer:
        from gan_core.dropout import Dropout

        return Dropout(rate, seed=next(self._seeds), dtype=self._policy())

    def batch_norm(self, **options: Any) -> keras.layers.Layer:
        from gan_core.batch_norm import BatchNormalization

        return BatchNormalization(dtype=self._policy(), **options)

    def layer_norm(self) -> keras.layers.Layer:
        """Over all values of a sample, arXiv:1607.06450, with a scale and shift per channel."""
        import keras

        return keras.layers.GroupNormalization(groups=1, dtype=self._policy())

    def activation(self, name: str) -> keras.layers.Layer:
        import keras

        return keras.layers.Activation(name, dtype=self._policy())

    def leaky_relu(self, negative_slope: float = 0.3) -> keras.layers.Layer:
        import keras

        return keras.layers.LeakyReLU(negative_slope, dtype=self._policy())

    def reshape(self, shape: tuple[int, ...], **options: Any) -> keras.layers.Layer:
        import keras

        return keras.layers.Reshape(shape, **{"dtype": self._policy()} | options)

    def flatten(self) -> keras.layers.Layer:
        import keras

        return keras.layers.Flatten(dtype=self._policy())

    def _normalised(self, layer: keras.layers.Layer) -> keras.layers.Layer:
        if not self.spectral_norm:
            return layer
        from gan_core.spectral_norm import SpectralNorm

        return SpectralNorm(layer, seed=next(self._seeds))

    def _weights(self) -> dict[str, Any]:
        import keras

        initializer = keras.initializers.GlorotUniform(seed=next(self._seeds))
        return {"kernel_initializer": initializer, "dtype": self._policy()}

    def _policy(self) -> keras.DTypePolicy:
        import keras

        return keras.DTypePolicy(self.dtype)


# Called with Layers, latent_dim, data_shape and the network's options by name:
# G maps (batch, latent_dim) → (batch, *data_shape).
BuildGenerator = Callable[..., "keras.Model"]

# Called with Layers, data_shape and the network's options by name:
# D maps (batch, *data_shape) → (batch, n_logits), logits and not probabilities (see `Layers`).
BuildDiscriminator = Callable[..., "keras.Model"]


@dataclass(frozen=True)
class Network:
    """One generator/discriminator pair.

    `options` names the fields of a run's configuration that shape it; those that begin with "g_" or
    "d_" go to one of the two functions, without the prefix. `convolutional` pairs need square
    pictures with a side that they can halve twice; they also train faster without XLA on a CPU.
    """

    name: str
    title: str
    help: str
    generator: BuildGenerator
    discriminator: BuildDiscriminator
    options: tuple[str, ...] = ()
    convolutional: bool = False
    order: int = 100

    def fits(self, data_shape: tuple[int, ...]) -> bool:
        """Whether the pair can be built for samples of this shape."""
        return not self.convolutional or (len(data_shape) == 3 and data_shape[0] % 4 == 0)


NETWORKS: Registry[Network] = Registry(N_("network"), __name__)
