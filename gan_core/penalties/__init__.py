"""Penalties: what is added to D's loss to keep D from growing steep. One file per penalty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gan_core.ops import GradientOps, Tensor
from gan_core.registry import Registry
from gan_core.text import N_

# (discriminator, x_real, x_fake, seed, ops) → scalar. The discriminator maps samples
# (batch, *shape) to logits (batch,); the seed is whatever `ops.uniform_per_sample` takes.
Measure = Callable[[Callable[[Tensor], Tensor], Tensor, Tensor, Tensor, GradientOps], Tensor]


@dataclass(frozen=True)
class Penalty:
    """One penalty, unweighted: the trainer alone multiplies it by its weight.

    `formula` is LaTeX, with λ for the weight; empty for no penalty.
    """

    name: str
    title: str
    help: str
    measure: Measure
    formula: str
    reference: str
    options: tuple[str, ...] = ("penalty_weight",)
    order: int = 100


PENALTIES: Registry[Penalty] = Registry(N_("penalty"), __name__)


def squared_slope(discriminator: Callable[[Tensor], Tensor], x: Tensor, ops: GradientOps) -> Tensor:
    """‖∇ₓ D(x)‖² of each sample (batch,), over all axes but the batch."""
    return ops.sum_of_squares(ops.input_gradient(discriminator, x))
