"""Losses: what the discriminator and the generator minimise. One file per loss.

Convention everywhere: real = 1, fake = 0; networks return logits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gan_core.ops import Ops, Tensor
from gan_core.registry import Registry
from gan_core.text import N_


def probability(logits: Tensor, ops: Ops) -> Tensor:
    """D(x) = σ(logit): the probability that the discriminator gives to "real"."""
    return ops.sigmoid(logits)


def score(logits: Tensor, ops: Ops) -> Tensor:
    """D(x) = the output itself: no probability, but a score that has a target."""
    return logits


@dataclass(frozen=True)
class Loss:
    """One loss, for training, plot and formula at once.

    `discriminator(real_logits, fake_logits, ops)` and `generator(...)` take logits of shape
    (..., batch) and return the mean loss of shape (...). The formulas are LaTeX. `decision` turns
    an output of the discriminator into D(x); `equilibrium` is (D loss, G loss) where generated and
    real data agree and D = 1/2.
    """

    name: str
    title: str
    help: str
    discriminator: Callable[[Tensor, Tensor, Ops], Tensor]
    generator: Callable[[Tensor, Tensor, Ops], Tensor]
    discriminator_formula: str
    generator_formula: str
    equilibrium: tuple[float, float]
    reference: str
    decision: Callable[[Tensor, Ops], Tensor] = probability
    order: int = 100


LOSSES: Registry[Loss] = Registry(N_("loss"), __name__)
