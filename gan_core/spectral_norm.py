"""Spectral normalisation, arXiv:1802.05957. Only workers import this module: it needs Keras.

Keras' own `SpectralNormalization` overwrites the weights with their normalised form whenever the
network is called, so that the optimizer steps from weights it has not chosen and the gradient knows
nothing of the norm. In the paper, as here, the weights stay and the layer is divided by their norm.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class SpectralNorm(keras.layers.Wrapper):
    """A dense or convolutional layer with W / σ(W) in place of its kernel W (eq. 8).

    σ is the largest singular value of the kernel as a matrix (everything else, outputs), estimated
    by one power iteration at each call in training (algorithm 1); its vectors count as constants in
    the gradient.
    """

    def __init__(self, layer: keras.layers.Layer, *, seed: int) -> None:
        # float32 whatever the layer computes in: a norm in bfloat16 would have two digits.
        super().__init__(layer, name=f"spectral_{layer.name}", dtype="float32")
        self._seed = seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.u = self.add_weight(
            shape=(1, self.layer.kernel.shape[-1]),
            initializer=keras.initializers.RandomNormal(stddev=1.0, seed=self._seed),
            trainable=False,
            name="u",
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The layer with W / σ: as it is linear, that is the layer of its inputs divided by σ."""
        weights = ops.reshape(self.layer.kernel, (-1, self.u.shape[-1]))  # (rest, outputs)
        u = self.u
        v = _unit(ops.matmul(u, ops.transpose(weights)))  # (1, rest)
        if training:
            along = ops.matmul(v, weights)  # (1, outputs)
            u = ops.where(ops.any(along), _unit(along), u)  # a kernel of zeros has no direction
            self.u.assign(ops.stop_gradient(u))
        else:
            u = _unit(u)  # which it is not yet before the first call in training
        v, u = ops.stop_gradient(v), ops.stop_gradient(u)
        sigma = ops.maximum(ops.sum(ops.matmul(v, weights) * u), 1e-12)
        # Not its outputs: what rounding to bfloat16 does to the bias would be divided by σ too.
        return ops.cast(self.layer(inputs / sigma), "float32")

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        return self.layer.compute_output_shape(input_shape)


def _unit(vector: Any) -> Any:
    return vector / (ops.norm(vector) + 1e-12)
