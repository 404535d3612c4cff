"""Losses: what the discriminator and the generator minimise. One file per loss.

Convention everywhere: real = 1, fake = 0; networks return logits. In formulas, D is the loss's
reading of the logit, and C the logit itself where that is what the loss is written in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gan_core.ops import Ops, Tensor
from gan_core.registry import Registry
from gan_core.text import N_


def probability(logits: Tensor, ops: Ops) -> Tensor:
    """D(x) = σ(logit): the probability that the discriminator gives to "real"."""
    return ops.sigmoid(logits)


def score(logits: Tensor, ops: Ops) -> Tensor:
    """D(x) = the output itself: no probability, but a score that is high for real."""
    return logits


@dataclass(frozen=True)
class Equilibrium:
    """Where generated and real data agree: D's best output, the same everywhere, and both losses.

    Where any constant output in a range is as good for D, `constants` are its ends and `logit` its
    middle; `g_loss` is None where G's loss depends on which of them it is.
    """

    logit: float
    d_loss: float
    g_loss: float | None
    constants: tuple[float, float] | None = None


@dataclass(frozen=True)
class Loss:
    """One loss, for training, plot and formula at once.

    `discriminator(real_logits, fake_logits, ops)` and `generator(...)` take logits of shape
    (..., batch) and return the mean loss of shape (...). The formulas are LaTeX. `decision` turns
    an output of the discriminator into D(x). `equilibrium` is None where nobody can know it.

    A loss with parameters names them in `options`, which are fields of a run's configuration;
    `configure(**options)` returns the loss with other values, formulas and equilibrium included.
    """

    name: str
    title: str
    help: str
    discriminator: Callable[[Tensor, Tensor, Ops], Tensor]
    generator: Callable[[Tensor, Tensor, Ops], Tensor]
    discriminator_formula: str
    generator_formula: str
    equilibrium: Equilibrium | None
    reference: str
    decision: Callable[[Tensor, Ops], Tensor] = probability
    options: tuple[str, ...] = ()
    configure: Callable[..., Loss] | None = None
    order: int = 100

    @property
    def gives_probability(self) -> bool:
        """Whether D(x) is a probability rather than a score."""
        return self.decision is not score

    def configured(self, settings: Any) -> Loss:
        """This loss with its options as `settings` has them, an object with a field for each."""
        if not self.configure:
            return self
        return self.configure(**{option: getattr(settings, option) for option in self.options})


LOSSES: Registry[Loss] = Registry(N_("loss"), __name__)
