"""Families: what each player of a game minimises."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.families import FAMILIES, Family
from gan_core.losses import LOSSES, Loss
from gan_core.ops import NUMPY

GAN = FAMILIES.get("gan")
X_REAL, X_FAKE = np.array([1.0, 2.0]), np.array([-3.0, 0.5])

every_loss = pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.name)


def discriminator(x: np.ndarray) -> np.ndarray:
    return 2 * x - 1


@every_loss
def test_both_players_are_judged_by_the_same_discriminator(loss: Loss) -> None:
    logits = discriminator(X_REAL), discriminator(X_FAKE)
    d_turn = GAN.discriminator_turn(discriminator, X_REAL, X_FAKE, loss, NUMPY)
    g_loss = GAN.generator_turn(discriminator, X_REAL, X_FAKE, loss, NUMPY)
    assert d_turn.d_loss == loss.discriminator(*logits, NUMPY)
    assert g_loss == loss.generator(*logits, NUMPY)


@every_loss
def test_mean_decisions_are_told_for_real_and_for_generated_samples(loss: Loss) -> None:
    d_turn = GAN.discriminator_turn(discriminator, X_REAL, X_FAKE, loss, NUMPY)
    assert d_turn.d_real == np.mean(loss.decision(discriminator(X_REAL), NUMPY))
    assert d_turn.d_fake == np.mean(loss.decision(discriminator(X_FAKE), NUMPY))
    assert d_turn.d_real > d_turn.d_fake


@pytest.mark.parametrize("family", list(FAMILIES), ids=lambda family: family.name)
def test_family_says_what_it_is_and_where_it_comes_from(family: Family) -> None:
    assert family.title
    assert family.help
    assert "arXiv:" in family.reference
