"""Families: which networks play and what each of them minimises. One file per family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gan_core.losses import Loss
from gan_core.ops import Ops, Tensor
from gan_core.registry import Registry
from gan_core.text import N_


@dataclass(frozen=True)
class DiscriminatorTurn:
    """What D's turn yields: its scalar loss, and the mean of D(x) and D(G(z)) it was made of."""

    d_loss: Tensor
    d_real: Tensor
    d_fake: Tensor


@dataclass(frozen=True)
class LatentCode:
    """What G was told and D is to read off its sample, or what D has read there.

    `kinds` are (batch, n_kinds), zeros and a one, or D's logits for them; `numbers` are
    (batch, n_codes). What there is none of is None.
    """

    kinds: Tensor | None
    numbers: Tensor | None


@dataclass(frozen=True)
class Family:
    """One kind of game.

    `discriminator_turn(real_logits, fake_logits, loss, ops)` and
    `generator_turn(real_logits, fake_logits, loss, ops)` take D's logits (batch,) and return what
    the player whose turn it is minimises; the trainer alone takes the gradient and steps. What
    both minimise besides, where there is a code, is `unread(code, read, ops)`: how far D is from
    reading it off the generated batch. `formula` is its LaTeX, with λ for the weight.
    """

    name: str
    title: str
    help: str
    discriminator_turn: Callable[[Tensor, Tensor, Loss, Ops], DiscriminatorTurn]
    generator_turn: Callable[[Tensor, Tensor, Loss, Ops], Tensor]
    reference: str
    unread: Callable[[LatentCode, LatentCode, Ops], Tensor] | None = None
    formula: str = ""
    options: tuple[str, ...] = ()
    order: int = 100


FAMILIES: Registry[Family] = Registry(N_("family"), __name__)
