"""Doubts about a loss: sound ones raise none, and each way to break one is named."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.expression import FUNCTIONS
from gan_core.losses import LOSSES
from gan_core.losses.custom import DISCRIMINATOR, GENERATOR, custom
from gan_core.losses.doubts import doubts, has_no_bottom, slope

WITHOUT_BOTTOM = {"wasserstein", "f_divergence"}  # D must be held, and the papers say so
RELATIVISTIC_D = "softplus(mean(fake) - real) + softplus(fake - mean(real))"
RELATIVISTIC_G = "softplus(mean(real) - fake) + softplus(real - mean(fake))"


def said(d_formula: str = DISCRIMINATOR, g_formula: str = GENERATOR) -> list[tuple[bool, str]]:
    """Whether each doubt is fatal, and what it says."""
    return [(doubt.is_fatal, doubt.text.say()) for doubt in doubts(custom(d_formula, g_formula))]


@pytest.mark.parametrize("name", [name for name in LOSSES.names() if name not in WITHOUT_BOTTOM])
def test_standard_losses_raise_no_doubt(name: str) -> None:
    assert doubts(LOSSES.get(name)) == []


@pytest.mark.parametrize("name", sorted(WITHOUT_BOTTOM))
def test_losses_without_a_bottom_are_named_and_not_condemned(name: str) -> None:
    [doubt] = doubts(LOSSES.get(name))
    assert "no lowest value" in doubt.text.say()
    assert not doubt.is_fatal


@pytest.mark.parametrize(
    ("d_formula", "is_without"),
    [
        ("fake - real", True),
        ("-exp(real)", True),
        ("0*log(fake) - real", True),
        ("-tanh(real)", False),
    ],
)
def test_bottom_is_looked_for_wherever_the_loss_is_a_number(
    d_formula: str, is_without: bool
) -> None:
    assert has_no_bottom(custom(d_formula, "-fake")) == is_without


@pytest.mark.parametrize(
    ("d_formula", "g_formula"),
    [
        ("square(real - 1) + square(fake)", "square(fake - 1)"),
        ("square(real - 1) + square(fake + 1)", "square(fake)"),
        ("relu(1 - real) + relu(1 + fake)", "-fake"),
        (RELATIVISTIC_D, RELATIVISTIC_G),
        ("square(real - mean(real) - 1) + square(fake)", GENERATOR),  # flat in the mean alone
        (DISCRIMINATOR, "-softplus(fake)"),
    ],
)
def test_other_sound_losses_raise_no_doubt(d_formula: str, g_formula: str) -> None:
    assert said(d_formula, g_formula) == []


@pytest.mark.parametrize(
    ("d_formula", "g_formula", "lesson"),
    [
        ("softplus(-real)", GENERATOR, "D's loss has no slope in fake"),
        ("softplus(fake)", GENERATOR, "D's loss has no slope in real"),
        ("softplus(fake) + real - real", GENERATOR, "D's loss has no slope in real"),
        (DISCRIMINATOR, "softplus(-real) + 0 * fake", "G's loss has no slope in fake"),
        (DISCRIMINATOR, "-softplus(-fake)", "G's loss has the wrong sign"),
        (DISCRIMINATOR, "fake", "G's loss has the wrong sign"),
        ("softplus(real) + softplus(-fake)", GENERATOR, "D's loss has the wrong sign"),
        ("-softplus(-real) - softplus(fake)", GENERATOR, "D's loss has the wrong sign"),
        ("softplus(real) + softplus(fake)", GENERATOR, "treats real and fake alike"),
    ],
)
def test_each_way_to_break_a_loss_is_named(d_formula: str, g_formula: str, lesson: str) -> None:
    found = said(d_formula, g_formula)
    assert found[0][0]
    assert lesson in found[0][1]


def test_game_that_is_upside_down_as_a_whole_may_train() -> None:
    [(is_fatal, text)] = said("softplus(real) + softplus(-fake)", "softplus(fake)")
    assert not is_fatal
    assert "Upside down" in text


def test_value_that_is_no_number_is_located_where_a_reader_finds_it() -> None:
    [(is_fatal, text)] = said(g_formula="-log(fake)")
    assert is_fatal
    assert "G's loss is not a number at real = 0, fake = −0.5" in text
    assert f"in {17 / 33:.0%} of the picture" in text  # from −8 to 0, where it is infinite


@pytest.mark.parametrize(
    ("g_formula", "where", "share"),
    [
        ("1 / fake - fake", "fake = 0", 1 / 33),
        ("1 / (real - 8) - fake", "real = 8", 1 / 33),
    ],
)
def test_infinite_value_is_located(g_formula: str, where: str, share: float) -> None:
    is_fatal, text = said(g_formula=g_formula)[0]
    assert is_fatal
    assert "G's loss is infinite" in text
    assert where in text
    assert f"{share:.0%}" in text


def test_overflow_far_away_is_only_a_note() -> None:
    [(is_fatal, text)] = said(g_formula="-log(sigmoid(fake))")
    assert not is_fatal
    assert "fake = −200" in text
    assert "softplus" in text


def test_worst_doubt_comes_first() -> None:
    fatal = [is_fatal for is_fatal, _ in said("fake - real", "fake")]
    assert fatal == [True, False]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_formula_makes_it_fail(name: str) -> None:
    arguments = ", ".join(["fake", "real"][: FUNCTIONS[name]])
    for formula in (
        f"{name}({arguments})",
        f"-{name}({arguments}) / fake",
        f"1e6*{name}({arguments})**8",
    ):
        said(formula, formula)


@pytest.mark.parametrize(("side", "expected"), [("real", 0.0), ("fake", -1 / (1 + math.exp(-6)))])
def test_slope_is_the_derivative(side: str, expected: float) -> None:
    generator = custom(DISCRIMINATOR, GENERATOR).generator
    found = slope(generator, side, np.array([[1.0]]), np.array([[-6.0]]))
    assert found.shape == (1,)
    assert found[0] == pytest.approx(expected, abs=1e-7)


def test_slope_is_that_of_the_first_sample_alone() -> None:
    player = custom("square(real)", GENERATOR).discriminator
    found = slope(player, "real", np.array([3.0, 100.0]), np.array([0.0, 0.0]))
    assert found == pytest.approx(2 * 3.0 / 2, rel=1e-6)  # half of the mean of two
