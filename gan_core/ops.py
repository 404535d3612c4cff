"""The few mathematical functions that losses are written in.

A loss written against `Ops` trains under TensorFlow and draws its curve under NumPy: formula, plot
and training cannot disagree. Logits have shape (..., batch); `mean` averages over the batch.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

Tensor = Any  # a NumPy array or a TensorFlow tensor, the same on both sides of a call


class Ops(Protocol):
    """What a loss may call on logits."""

    def mean(self, x: Tensor) -> Tensor:
        """Average over the last axis, the batch."""

    def softplus(self, x: Tensor) -> Tensor:
        """ln(1 + eˣ), finite for every finite x."""

    def sigmoid(self, x: Tensor) -> Tensor:
        """1 / (1 + e⁻ˣ)."""

    def square(self, x: Tensor) -> Tensor:
        """x²."""


class NumpyOps:
    """`Ops` for plots and for checking, in the precision of its input."""

    def mean(self, x: Tensor) -> Tensor:
        return np.mean(x, axis=-1)

    def softplus(self, x: Tensor) -> Tensor:
        return np.logaddexp(0, x)

    def sigmoid(self, x: Tensor) -> Tensor:
        return np.exp(-np.logaddexp(0, -x))  # never overflows, unlike 1 / (1 + exp(-x))

    def square(self, x: Tensor) -> Tensor:
        return np.square(x)


NUMPY = NumpyOps()
