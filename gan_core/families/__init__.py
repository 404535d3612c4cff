"""Families: which networks play and what each of them minimises. One file per family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gan_core.losses import Loss
from gan_core.ops import Ops, Tensor
from gan_core.registry import Registry
from gan_core.text import N_

Net = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class DiscriminatorTurn:
    """What D's turn yields: its scalar loss, and the mean of D(x) and D(G(z)) it was made of."""

    d_loss: Tensor
    d_real: Tensor
    d_fake: Tensor


@dataclass(frozen=True)
class Family:
    """One kind of game.

    `discriminator_turn(discriminator, x_real, x_fake, loss, ops)` and
    `generator_turn(discriminator, x_real, x_fake, loss, ops)` return what the player whose turn it
    is minimises; the trainer alone takes the gradient and steps.
    """

    name: str
    title: str
    help: str
    discriminator_turn: Callable[[Net, Tensor, Tensor, Loss, Ops], DiscriminatorTurn]
    generator_turn: Callable[[Net, Tensor, Tensor, Loss, Ops], Tensor]
    reference: str
    order: int = 100


FAMILIES: Registry[Family] = Registry(N_("family"), __name__)
