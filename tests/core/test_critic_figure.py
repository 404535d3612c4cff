"""Pictures of the critic: what is drawn is what is true, and axes stay while controls move."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.figures.critic import critic_figure, held_figure
from gan_core.figures.style import GENERATOR
from gan_core.theory.critic import penalised_slope
from gan_core.theory.mixture import Mixture
from gan_core.theory.moving_pair import gaussians
from tests.plotly_objects import checked

REACH, STEEPEST = 4.0, 2.0
PAIR = gaussians(Mixture((1.0,), (0.0,), (0.25,)), 0.25, REACH)
JUDGED, SCORED, JSD, W1 = "x", "x2", "x3", "x4"


def drawn(theta: float, bound: float) -> go.Figure:
    return checked(critic_figure(PAIR, theta, bound, reach=REACH, steepest=STEEPEST))


def lines(figure: go.Figure, axis: str) -> list[Any]:
    return [trace for trace in figure.data if trace.xaxis == axis and trace.mode == "lines"]


def tangent_slope(figure: go.Figure, axis: str) -> float:
    """The slope of the orange bar in a panel."""
    [bar] = [
        line
        for line in lines(figure, axis)
        if line.line.color == GENERATOR and line.fill != "toself" and line.line.dash != "dot"
    ]
    return float((bar.y[1] - bar.y[0]) / (bar.x[1] - bar.x[0]))


@pytest.mark.parametrize("bound", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("theta", [-4.0, 3.0])
def test_far_away_only_the_critic_has_a_slope(theta: float, bound: float) -> None:
    figure = drawn(theta, bound)
    side = math.copysign(1, theta)
    assert tangent_slope(figure, JUDGED) == pytest.approx(0, abs=1e-6)
    assert tangent_slope(figure, SCORED) == pytest.approx(-side * bound)
    assert tangent_slope(figure, JSD) == pytest.approx(0, abs=1e-6)
    assert tangent_slope(figure, W1) == pytest.approx(side * bound)


def test_near_the_data_d_has_a_slope_too() -> None:
    assert tangent_slope(drawn(0.4, 1.0), JUDGED) < -0.5


@pytest.mark.parametrize("theta", [-4.0, -0.3, 0.0, 4.0])
def test_axes_stay_and_take_in_all_curves(theta: float) -> None:
    figure, other = drawn(theta, STEEPEST), drawn(1.0, 0.5)
    for number in ("", "2", "3", "4"):
        for side in ("x", "y"):
            assert figure.layout[f"{side}axis{number}"] == other.layout[f"{side}axis{number}"]
        low, high = figure.layout[f"yaxis{number}"].range
        left, right = figure.layout[f"xaxis{number}"].range
        for line in lines(figure, f"x{number}"):
            x, y = np.asarray(line.x), np.asarray(line.y)
            if x.size == 2:  # the orange bar may go beyond
                continue
            assert left <= x.min() <= x.max() <= right
            assert low <= y.min() <= y.max() <= high


@pytest.mark.parametrize("weight", [1.0, 10.0, 100.0])
def test_dot_lies_where_the_penalised_curve_is_highest(weight: float) -> None:
    _at_one, _alone, less, dot = checked(held_figure(3.0, weight)).data
    assert float(dot.x[0]) == pytest.approx(penalised_slope(3.0, weight))
    assert float(dot.y[0]) == pytest.approx(max(less.y), abs=weight * 1e-3)
