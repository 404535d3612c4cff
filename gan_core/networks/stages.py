"""What the networks of all pairs are stacked from: a layer, its normalisation, its activation.

Only the functions that build a pair use this module: the layers need Keras.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gan_core.networks import Layers

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Stages:
    """Makes stages of one network, each a list of layers to be stacked.

    Args:
        norm: one of `NORMS` but "usual": what each network takes for that, it says itself.
        activation: one of `ACTIVATIONS`.
        slope: of LeakyReLU below zero.
        momentum: of batch normalisation: how long its moving averages remember.
        dropout: the share of values that is set to 0 after each stage.
    """

    layers: Layers
    norm: str
    activation: str
    slope: float = 0.2
    momentum: float = 0.9
    dropout: float = 0.0

    def dense(self, units: int) -> list[keras.layers.Layer]:
        """→ (batch, units)."""
        return self._stage(self.layers.dense(units, use_bias=self._has_bias))

    def conv(self, filters: int, size: int, strides: int) -> list[keras.layers.Layer]:
        """(batch, side, side, …) → (batch, side / strides, side / strides, filters)."""
        return self._stage(self.layers.conv(filters, size, strides, use_bias=self._has_bias))

    def conv_transpose(self, filters: int, size: int, strides: int) -> list[keras.layers.Layer]:
        """(batch, side, side, …) → (batch, side · strides, side · strides, filters)."""
        layer = self.layers.conv_transpose(filters, size, strides, use_bias=self._has_bias)
        return self._stage(layer)

    def more(self, n: int, filters: int) -> list[keras.layers.Layer]:
        """`n` convolutions of 3×3 that leave (batch, side, side, filters) as large as it is."""
        return [layer for _ in range(n) for layer in self.conv(filters, 3, strides=1)]

    @property
    def first(self) -> Stages:
        """For D's first stage: normalised input hides how bright a sample is, arXiv:1511.06434."""
        return replace(self, norm="none")

    @property
    def _has_bias(self) -> bool:
        return self.norm == "none"  # a norm brings a shift of its own

    def _stage(self, layer: keras.layers.Layer) -> list[keras.layers.Layer]:
        stage = [layer]
        if self.norm == "batch":
            stage += [self.layers.batch_norm(momentum=self.momentum)]
        elif self.norm == "layer":
            stage += [self.layers.layer_norm()]
        if self.activation == "leaky_relu":
            stage += [self.layers.leaky_relu(self.slope)]
        else:
            stage += [self.layers.activation(self.activation)]
        return stage + ([self.layers.dropout(self.dropout)] if self.dropout else [])


def scaled(filters: int, width: float) -> int:
    """The number of filters in a network that is `width` times as wide as usual."""
    return max(1, round(filters * width))
