"""Families: what each player of a game minimises."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.families import FAMILIES, Family
from gan_core.losses import LOSSES, Loss
from gan_core.ops import NUMPY

REAL_LOGITS, FAKE_LOGITS = np.array([1.0, 3.0]), np.array([-7.0, 0.0])

every_loss = pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.name)
every_family = pytest.mark.parametrize("family", list(FAMILIES), ids=lambda family: family.name)


@every_family
@every_loss
def test_each_player_minimises_its_loss_and_mean_decisions_are_told(
    family: Family, loss: Loss
) -> None:
    logits = REAL_LOGITS, FAKE_LOGITS
    d_turn = family.discriminator_turn(*logits, loss, NUMPY)
    assert d_turn.d_loss == loss.discriminator(*logits, NUMPY)
    assert family.generator_turn(*logits, loss, NUMPY) == loss.generator(*logits, NUMPY)
    assert d_turn.d_real == np.mean(loss.decision(REAL_LOGITS, NUMPY))
    assert d_turn.d_fake == np.mean(loss.decision(FAKE_LOGITS, NUMPY))
    assert d_turn.d_real > d_turn.d_fake


@every_family
def test_family_says_what_it_is_and_where_it_comes_from(family: Family) -> None:
    assert family.title
    assert family.help
    assert "arXiv:" in family.reference
    assert bool(family.unread) == bool(family.formula) == bool(family.options)
