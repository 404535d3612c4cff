"""The few mathematical functions that losses and penalties are written in.

A loss written against `Ops` trains under TensorFlow and draws its curve under NumPy: formula, plot
and training cannot disagree. Logits have shape (..., batch); `mean` averages over the batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from scipy.special import expit, log_softmax

Tensor = Any  # a NumPy array or a TensorFlow tensor, the same on both sides of a call


class Ops(Protocol):
    """What a loss may call on logits; functions of one number act on each element alone."""

    def mean(self, x: Tensor) -> Tensor:
        """Average over the last axis, the batch."""

    def exp(self, x: Tensor) -> Tensor:
        """eˣ."""

    def log(self, x: Tensor) -> Tensor:
        """ln x."""

    def softplus(self, x: Tensor) -> Tensor:
        """ln(1 + eˣ), finite for every finite x."""

    def sigmoid(self, x: Tensor) -> Tensor:
        """1 / (1 + e⁻ˣ)."""

    def tanh(self, x: Tensor) -> Tensor:
        """(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)."""

    def square(self, x: Tensor) -> Tensor:
        """x²."""

    def sqrt(self, x: Tensor) -> Tensor:
        """√x."""

    def abs(self, x: Tensor) -> Tensor:
        """|x|."""

    def maximum(self, x: Tensor, y: Tensor) -> Tensor:
        """The larger of two."""

    def minimum(self, x: Tensor, y: Tensor) -> Tensor:
        """The smaller of two."""

    def sum_of_squares(self, x: Tensor) -> Tensor:
        """Σ x² over all axes but the first, (batch,)."""

    def cross_entropy(self, classes: Tensor, logits: Tensor) -> Tensor:
        """−Σ classes · ln softmax(logits) over the last axis; both (batch, n_classes)."""


class GradientOps(Ops, Protocol):
    """What a penalty may call besides: D's slope with respect to its input."""

    def input_gradient(self, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """∂ Σ function(x) / ∂x, of the shape of x: each sample's own slope."""

    def uniform_per_sample(self, x: Tensor, seed: Tensor) -> Tensor:
        """Random numbers in [0, 1), one for each sample of x: (batch, 1, …)."""


class NumpyOps:
    """`Ops` for plots and for checking, in the precision of its input."""

    def mean(self, x: Tensor) -> Tensor:
        return np.mean(x, axis=-1)

    def softplus(self, x: Tensor) -> Tensor:
        return np.logaddexp(0, x)

    def sigmoid(self, x: Tensor) -> Tensor:
        return expit(x)

    def sum_of_squares(self, x: Tensor) -> Tensor:
        return np.sum(np.square(x), axis=tuple(range(1, np.ndim(x))))

    def cross_entropy(self, classes: Tensor, logits: Tensor) -> Tensor:
        return -np.sum(classes * log_softmax(logits, axis=-1), axis=-1)

    exp = staticmethod(np.exp)
    log = staticmethod(np.log)
    tanh = staticmethod(np.tanh)
    square = staticmethod(np.square)
    sqrt = staticmethod(np.sqrt)
    abs = staticmethod(np.abs)
    maximum = staticmethod(np.maximum)
    minimum = staticmethod(np.minimum)


NUMPY = NumpyOps()
