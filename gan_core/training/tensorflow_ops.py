"""The losses' functions in TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from gan_core.ops import Tensor


class TensorFlowOps:
    """`gan_core.ops.Ops` on tensors; differentiable."""

    def mean(self, x: Tensor) -> Tensor:
        return tf.reduce_mean(x, axis=-1)

    def softplus(self, x: Tensor) -> Tensor:
        return tf.math.softplus(x)

    def sigmoid(self, x: Tensor) -> Tensor:
        return tf.math.sigmoid(x)

    def square(self, x: Tensor) -> Tensor:
        return tf.math.square(x)


TENSORFLOW = TensorFlowOps()
