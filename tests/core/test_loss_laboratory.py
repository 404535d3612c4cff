"""The figure of losses and slopes, against derivatives done by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.config import RunConfig
from gan_core.figures.loss_laboratory import COLORS, FLAT, flat_stretches, loss_figure, reading
from gan_core.losses import LOSSES, Loss
from gan_core.losses.custom import custom
from gan_core.losses.doubts import LIMIT, slope
from tests.plotly_objects import checked

PANELS = {"L_D": "x", "slope of L_D": "x2", "L_G": "x3", "slope of L_G": "x4"}
STEP = 0.1  # of the curves
EDGE = math.log((1 - FLAT) / FLAT)  # where σ leaves only FLAT


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def standard() -> list[Loss]:
    return [loss for loss in LOSSES if loss.name != "custom"]


def named(*names: str) -> list[Loss]:
    return [LOSSES.get(name) for name in names]


def traces(figure: go.Figure, panel: str, symbol: str | None = None) -> list[Any]:
    """What is drawn in a panel: its curves, or the marks among which is one with the symbol."""
    inside = [each for each in figure.data if each.xaxis == PANELS[panel] and each.x[0] is not None]
    if symbol is None:
        return [each for each in inside if each.mode == "lines"]
    return [each for each in inside if symbol in (each.marker.symbol or ())]


def d_slopes(loss: Loss, real: float, fake: float) -> tuple[float, float]:
    """D's slopes with its outputs for one real and one generated sample."""
    at = np.full((1, 1), real), np.full((1, 1), fake)
    along_real, along_fake = (slope(loss.discriminator, which, *at) for which in ("real", "fake"))
    return along_real.item(), along_fake.item()


# ------------------------------------------------------------------- losses and their slopes


@pytest.mark.parametrize(("real", "fake"), [(2.0, -2.0), (0.0, 0.0), (-3.5, 1.25), (8.0, -8.0)])
def test_slopes_of_the_original_games_are_those_done_by_hand(real: float, fake: float) -> None:
    losses = named("minimax", "non_saturating")
    minimax, non_saturating = (reading(loss, real, fake) for loss in losses)
    for each in (minimax, non_saturating):
        assert each.d_loss == pytest.approx(-math.log(sigmoid(real)) - math.log(sigmoid(-fake)))
    for loss in losses:
        assert d_slopes(loss, real, fake) == pytest.approx((sigmoid(real) - 1, sigmoid(fake)))
    assert minimax.g_slope == pytest.approx(-sigmoid(fake), abs=1e-6)
    assert non_saturating.g_slope == pytest.approx(sigmoid(fake) - 1, abs=1e-6)


def test_axis_says_which_end_d_calls_real_only_where_that_is_so() -> None:
    def axis(*losses: Loss) -> str:
        drawn = checked(loss_figure(losses, 1.0, -1.0, "logit", str))
        return str(drawn.layout.xaxis3.title.text)

    swapped = {"loss": "least_squares", "fake_target": 1.0, "real_target": 0.0}
    turned = LOSSES.get("least_squares").configured(RunConfig.parse(swapped))
    assert axis(*standard()[:3]) == "“fake” ← C → “real”"
    assert axis(turned) == axis(standard()[0], turned) == "C, D's output"
    assert axis(custom("log(real) + fake", "fake")) == "C, D's output", "no value below 0"


@pytest.mark.parametrize("loss", standard(), ids=lambda loss: loss.name)
def test_discriminator_is_at_rest_at_the_equilibrium(loss: Loss) -> None:
    """At a constant output the pulls of real and fake on D cancel: D is at rest."""
    if loss.equilibrium is None:
        pytest.skip("no equilibrium to look at")
    here = reading(loss, loss.equilibrium.logit, loss.equilibrium.logit)
    assert here.d_loss == pytest.approx(loss.equilibrium.d_loss, abs=1e-6)
    if loss.equilibrium.g_loss is not None:
        assert here.g_loss == pytest.approx(loss.equilibrium.g_loss, abs=1e-6)
    assert sum(d_slopes(loss, *2 * [loss.equilibrium.logit])) == pytest.approx(0, abs=1e-5)


# --------------------------------------------------------------------------------- saturation


def test_minimax_saturates_where_g_loses_and_non_saturating_where_it_wins() -> None:
    minimax, non_saturating = named("minimax", "non_saturating")
    [losing] = flat_stretches(minimax)
    assert losing.is_losing
    assert losing.low == -LIMIT
    assert losing.high == pytest.approx(-EDGE, abs=STEP)
    [winning] = flat_stretches(non_saturating)
    assert not winning.is_losing
    assert winning.low == pytest.approx(EDGE, abs=STEP)
    assert winning.high == LIMIT


@pytest.mark.parametrize("name", ["wasserstein", "hinge", "least_squares"])
def test_constant_and_square_slopes_are_flat_nowhere(name: str) -> None:
    assert flat_stretches(LOSSES.get(name)) == []


def test_shading_and_words_are_in_the_picture() -> None:
    figure = checked(loss_figure(named("minimax"), 0.0, 0.0))
    [band] = [each for each in figure.layout.shapes if each.type == "rect" and each.xref == "x4"]
    assert (band.x0, band.x1) == (-LIMIT, pytest.approx(-EDGE, abs=STEP))
    assert "saturated: G is stuck" in [each.text for each in figure.layout.annotations]


# ------------------------------------------------------------------------------------ figure


@pytest.mark.parametrize("loss", standard(), ids=lambda loss: loss.name)
def test_points_lie_on_their_curves(loss: Loss) -> None:
    figure = checked(loss_figure([loss], 1.5, -0.5))
    for panel, outputs in {"L_D": (1.5, -0.5), "slope of L_D": (1.5, -0.5), "L_G": (-0.5,)}.items():
        [points] = traces(figure, panel, "diamond")
        np.testing.assert_allclose(points.x, outputs)
        for curve, x, y in zip(traces(figure, panel), points.x, points.y, strict=True):
            assert y == pytest.approx(np.interp(x, curve.x, curve.y), abs=1e-6)


@pytest.mark.parametrize("loss", standard(), ids=lambda loss: loss.name)
def test_stars_stand_at_the_equilibrium_with_its_value(loss: Loss) -> None:
    figure = checked(loss_figure([loss], 1.0, -1.0))
    for panel, player in (("L_D", "d_loss"), ("L_G", "g_loss")):
        stars = traces(figure, panel, "star")
        assert loss.equilibrium
        value = getattr(loss.equilibrium, player)
        if value is None:  # it depends on which of many constants D gives
            assert stars == []
            continue
        assert stars[0].x == (pytest.approx(loss.equilibrium.logit, abs=1e-6),)
        assert stars[0].y == (pytest.approx(value, abs=1e-5),)
        assert float(stars[0].text[0].replace("−", "-")) == pytest.approx(value, abs=5e-4)


def test_losses_that_share_an_equilibrium_share_a_star() -> None:
    figure = checked(loss_figure(named("minimax", "non_saturating"), 1.0, -1.0))
    assert [len(star.x) for star in traces(figure, "L_D", "star")] == [1]
    [both] = traces(figure, "L_G", "star")
    assert both.text == ("0.693", "−0.693")
    assert both.textposition == ("top right", "bottom left")


def test_nothing_jumps_while_the_points_move() -> None:
    losses = named("minimax", "hinge", "least_squares")
    ranges = {
        tuple(
            checked(loss_figure(losses, real, fake)).layout[axis].range
            for axis in ("yaxis", "yaxis4")
        )
        for real, fake in ((0.0, 0.0), (LIMIT, -LIMIT), (-LIMIT, LIMIT))
    }
    assert len(ranges) == 1


def test_point_outside_of_the_picture_is_an_arrow_at_its_edge() -> None:
    figure = checked(loss_figure(named("least_squares"), -LIMIT, LIMIT))
    [points] = traces(figure, "L_D", "triangle-up")
    assert max(points.y) == figure.layout.yaxis.range[1]


def test_scores_are_not_drawn_over_a_probability() -> None:
    figure = checked(loss_figure(named("minimax", "wasserstein"), 1.0, -1.0, "probability"))
    assert {curve.line.color for curve in traces(figure, "L_D")} == {COLORS[0]}
    [points] = traces(figure, "L_D", "diamond")
    np.testing.assert_allclose(points.x, [sigmoid(1.0), sigmoid(-1.0)])


def test_loss_keeps_its_colour_where_one_before_it_is_left_out() -> None:
    figure = checked(loss_figure(named("wasserstein", "minimax"), 1.0, -1.0, "probability"))
    assert {curve.line.color for curve in traces(figure, "L_D")} == {COLORS[1]}
    legend = {each.name: each.line.color for each in figure.data if each.mode == "lines"}
    assert legend["Minimax (saturating)"] == COLORS[1]


def test_words_on_the_third_loss_stand_clear_of_the_zero_line() -> None:
    figure = checked(loss_figure(named("hinge", "wasserstein", "minimax"), 1.0, -1.0))
    [words] = [each for each in figure.layout.annotations if each.text.startswith("saturated")]
    low, high = figure.layout.yaxis4.range
    assert (words.y - 0.0) / (high - low) > 0.05  # half the height of a line


def test_of_many_stars_the_highest_and_the_lowest_say_their_values() -> None:
    figure = checked(loss_figure(named("hinge", "wasserstein", "minimax"), 1.0, -1.0))
    [stars] = traces(figure, "L_D", "star")
    assert len(stars.y) == 3
    assert stars.text == ("2.000", "0.000")


def test_words_of_the_figure_are_translated() -> None:
    figure = checked(loss_figure(named("minimax"), 0.0, 0.0, translate=lambda text: f"«{text}»"))
    texts = [each.text for each in figure.layout.annotations] + [
        each.name for each in figure.data if each.showlegend
    ]
    untranslated = [text for text in texts if "«" not in text and text not in ("1.386", "0.693")]
    assert untranslated == []
