"""The functions of losses and penalties in TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from gan_core.ops import Tensor


class TensorFlowOps:
    """`gan_core.ops.GradientOps` on tensors; differentiable, the slopes too."""

    def mean(self, x: Tensor) -> Tensor:
        return tf.reduce_mean(x, axis=-1)

    def input_gradient(self, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)  # (batch,)
        return tape.gradient(y, x)

    def sum_of_squares(self, x: Tensor) -> Tensor:
        return tf.reduce_sum(tf.square(x), axis=list(range(1, x.shape.rank)))

    def uniform_per_sample(self, x: Tensor, seed: Tensor) -> Tensor:
        n, *rest = x.shape
        return tf.random.stateless_uniform([n, *(1 for _ in rest)], seed)

    def cross_entropy(self, classes: Tensor, logits: Tensor) -> Tensor:
        return tf.nn.softmax_cross_entropy_with_logits(classes, logits)

    exp = staticmethod(tf.math.exp)
    log = staticmethod(tf.math.log)
    softplus = staticmethod(tf.math.softplus)
    sigmoid = staticmethod(tf.math.sigmoid)
    tanh = staticmethod(tf.math.tanh)
    square = staticmethod(tf.math.square)
    sqrt = staticmethod(tf.math.sqrt)
    abs = staticmethod(tf.math.abs)
    maximum = staticmethod(tf.math.maximum)
    minimum = staticmethod(tf.math.minimum)


TENSORFLOW = TensorFlowOps()
