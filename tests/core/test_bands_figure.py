"""Bands over several seeds: medians and ranges that are known, and nothing beyond what was run."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.figures.bands import (
    POINTS,
    Band,
    Curve,
    Level,
    Quantity,
    band,
    band_figure,
    values_at,
)
from tests.plotly_objects import checked

SCORE = Quantity("Score", "#2A8FD0", "nat")
COUNT = Quantity("Modes", "#2A8FD0", whole=True)


def curve(*points: tuple[int, float | None]) -> Curve:
    steps, values = zip(*points, strict=True) if points else ((), ())
    return Curve(np.array(steps, np.int64), np.array(values, float))


def random_curves(n: int, seed: int = 1) -> list[Curve]:
    """Runs that measured at steps of their own, and came unequally far."""
    random = np.random.default_rng(seed)
    times = [np.unique(random.integers(0, 60 * n, n)) for n in random.integers(5, 40, n)]
    return [Curve(steps, random.normal(size=len(steps))) for steps in times]


def by_hand(one: Curve, step: int) -> float | None:
    """The value on the straight line between two measurements, point by point."""
    points = list(zip(one.steps.tolist(), one.values.tolist(), strict=True))
    if len(points) == 1 and points[0][0] == step:
        return float(points[0][1])
    for (before, low), (after, high) in pairwise(points):
        if before <= step <= after:
            return float(low + (high - low) * (step - before) / (after - before))
    return None


def trace(figure: go.Figure, name: str) -> Any:
    [found] = [each for each in figure.data if each.name == name]
    return found


# ------------------------------------------------------------------------------ the band


def test_band_of_level_runs_is_their_median_and_range() -> None:
    runs = [curve((0, value), (100, value)) for value in (5.0, 1.0, 4.0, 9.0)]
    shown = band(runs)
    assert shown.steps.tolist() == list(range(101))
    assert set(shown.low) == {1.0}
    assert set(shown.median) == {4.5}, "of an even number, the mean of the middle two"
    assert set(shown.high) == {9.0}
    assert set(shown.n_runs) == {4}


@pytest.mark.parametrize("seed", range(5))
def test_band_agrees_with_one_computed_point_by_point(seed: int) -> None:
    runs = random_curves(5, seed)
    shown = band(runs)
    assert len(shown.steps) > 10
    for n, step in enumerate(shown.steps.tolist()):
        values = [value for each in runs if (value := by_hand(each, step)) is not None]
        assert shown.n_runs[n] == len(values) >= 2
        assert shown.low[n] == pytest.approx(min(values))
        assert shown.median[n] == pytest.approx(statistics.median(values))
        assert shown.high[n] == pytest.approx(max(values))


def test_order_of_the_runs_does_not_matter() -> None:
    runs = random_curves(6)
    one, other = band(runs), band(runs[::-1])
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_band_ends_where_only_one_run_goes_on() -> None:
    shown = band([curve((0, 0), (100, 1)), curve((10, 2), (60, 2)), curve((20, 3), (40, 3))])
    assert (shown.steps[0], shown.steps[-1]) == (10, 60)
    n_at = dict(zip(shown.steps.tolist(), shown.n_runs.tolist(), strict=True))
    assert (n_at[10], n_at[19], n_at[20], n_at[40], n_at[41], n_at[60]) == (2, 2, 3, 3, 2, 2)


def test_no_run_counts_before_its_first_or_after_its_last_measurement() -> None:
    one = curve((10, 1.0), (20, 3.0))
    for whole in (False, True):
        values = values_at(one, np.array([9, 10, 20, 21]), whole)
        np.testing.assert_array_equal(values, [np.nan, 1.0, 3.0, np.nan])


@pytest.mark.parametrize(
    "runs",
    [
        [curve((0, 1.0), (9, 2.0))],
        [curve((0, 1.0), (9, 2.0)), curve()],
        [curve(), curve(), curve()],
        [curve((0, 1.0), (9, 2.0)), curve((10, 1.0), (20, 2.0))],
    ],
    ids=["one", "one and a queued one", "all queued", "one after the other"],
)
def test_one_run_at_a_time_makes_no_band(runs: list[Curve]) -> None:
    assert np.isnan(band(runs).median).all()
    assert np.isnan(band(runs, at=[5]).median).all()


def test_single_common_step_is_enough() -> None:
    shown = band([curve((0, 1.0)), curve((0, 3.0))])
    assert [each.tolist() for each in shown] == [[0], [1.0], [2.0], [3.0], [2]]


def test_counts_are_never_between_two_counts() -> None:
    runs = [curve((0, 0), (100, 8)), curve((0, 3), (100, 5)), curve((0, 8), (100, 8))]
    shown = band(runs, whole=True)
    assert set(shown.low) == {0.0, 5.0}
    assert set(shown.median) <= {3.0, 8.0}
    assert band(runs, at=[25]).low[0] == 2.0, "what is no count does lie between"


def test_count_is_the_one_measured_nearest() -> None:
    one = curve((0, 2), (10, 7), (40, 4))
    values = values_at(one, np.array([0, 4, 6, 10, 24, 26, 40]), True)
    assert values.tolist() == [2, 2, 7, 7, 7, 4, 4]


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf, -math.inf])
def test_what_could_not_be_measured_does_not_count(nothing: float | None) -> None:
    runs = [curve((0, 1.0), (10, 1.0), (20, 1.0)), curve((0, 3.0), (10, nothing), (20, 3.0))]
    shown = band(runs)
    n_at = dict(zip(shown.steps.tolist(), shown.n_runs.tolist(), strict=True))
    assert (n_at[0], n_at[10], n_at[20]) == (2, 1, 2)
    alone = shown.n_runs < 2
    assert alone.any()
    assert np.isnan(shown.median[alone]).all()
    assert set(shown.high[~alone]) == {3.0}


@pytest.mark.parametrize("last", [1, 199, 200, 201, 6000, 1_000_000])
def test_band_has_as_many_points_as_a_picture_needs(last: int) -> None:
    runs = [curve((0, 0.0), (last, 1.0))] * 2
    steps = band(runs).steps
    assert (steps[0], steps[-1]) == (0, last)
    assert min(last + 1, POINTS) <= len(steps) <= 2 * POINTS + 1
    assert (np.diff(steps) > 0).all()


def test_points_stay_where_they_are_while_a_band_grows() -> None:
    """Otherwise the whole curve would tremble at each refresh."""
    before, after = (
        band([curve((0, 0.0), (last, 1.0))] * 2).steps for last in (15_000, 15_000 + 777)
    )
    assert set(before[:-1]) <= set(after)


# ---------------------------------------------------------------------------- the figure


def figure_of(quantity: Quantity = SCORE, levels: Sequence[Level] = ()) -> tuple[go.Figure, Band]:
    """Two runs to step 100, one of which ended at 60."""
    own, other = curve((0, 1.0), (100, 1.0)), curve((0, 3.0), (100, 3.0))
    ended = curve((0, 8.0), (60, 8.0))
    figure = checked(band_figure(own, [other, ended], quantity, levels))
    return figure, band([own, other, ended], whole=quantity.whole)


def test_median_is_dashed_where_a_run_is_missing() -> None:
    figure, shown = figure_of()
    solid, dashed = trace(figure, "Median"), trace(figure, "Median, not of all seeds")
    np.testing.assert_array_equal(dashed.y, shown.median)
    np.testing.assert_array_equal(np.isfinite(solid.y), shown.steps <= 60)
    assert solid.line.dash is None
    assert dashed.line.dash
    assert dashed.showlegend
    complete = checked(band_figure(curve((0, 1.0), (9, 1.0)), [curve((0, 3.0), (9, 3.0))], SCORE))
    assert not trace(complete, "Median, not of all seeds").showlegend


def test_surface_runs_along_the_lowest_and_back_along_the_highest() -> None:
    figure, shown = figure_of()
    surface = trace(figure, "Range, lowest to highest")
    assert surface.fill == "toself"
    n = len(shown.steps)
    np.testing.assert_array_equal(surface.x[: 2 * n], [*shown.steps, *shown.steps[::-1]])
    np.testing.assert_array_equal(surface.y[: 2 * n], [*shown.low, *shown.high[::-1]])


def test_surface_has_a_gap_where_nothing_is_known() -> None:
    measured = ((0, 1.0), (10, 1.0), (20, None), (30, 1.0), (40, 1.0))
    figure = checked(band_figure(curve(*measured), [curve(*measured)], SCORE))
    x = trace(figure, "Range, lowest to highest").x
    pieces = np.split(x, np.flatnonzero(np.isnan(x)))
    assert [(np.nanmin(each), np.nanmax(each)) for each in pieces[:-1]] == [(0, 10), (30, 40)]
    assert not trace(figure, "Median, not of all seeds").showlegend, "there, nothing is dashed"


def test_own_run_is_drawn_as_it_was_measured() -> None:
    own = curve((0, 1.0), (7, 5.0), (100, 2.0))
    drawn = trace(checked(band_figure(own, [curve()], SCORE)), "This run")
    assert (drawn.x.tolist(), drawn.y.tolist()) == ([0, 7, 100], [1.0, 5.0, 2.0])


def test_what_falls_by_orders_of_magnitude_has_an_axis_on_which_its_end_is_seen() -> None:
    figure, _ = figure_of()
    assert figure.layout.yaxis.type is None
    own = curve((0, 300.0), (9, 4.0))
    figure = checked(band_figure(own, [curve()], replace(SCORE, any_size=True)))
    assert figure.layout.yaxis.type == "log"


def test_figure_says_what_it_shows_and_compares_with() -> None:
    figure, shown = figure_of(levels=[Level(0.125, "Noise floor")])
    assert figure.layout.yaxis.title.text == "Score (nat)"
    [line] = figure.layout.shapes
    assert (line.y0, line.y1, line.name, line.showlegend) == (0.125, 0.125, "Noise floor", True)
    told = trace(figure, "Median, not of all seeds").customdata
    np.testing.assert_array_equal(told, np.stack([shown.low, shown.high, shown.n_runs], axis=1))


def test_counts_are_drawn_as_stairs() -> None:
    assert {each.line.shape for each in figure_of(COUNT)[0].data} == {"hvh"}
    assert {each.line.shape for each in figure_of(SCORE)[0].data} == {"linear"}


def test_zoom_is_kept_for_one_quantity_alone() -> None:
    (one, _), (again, _), (other, _) = figure_of(), figure_of(), figure_of(COUNT)
    assert one.layout.uirevision == again.layout.uirevision != other.layout.uirevision


def test_figure_without_a_band_shows_the_run_alone() -> None:
    for own in (curve(), curve((0, 1.0)), curve((0, 1.0), (9, None))):
        figure = checked(band_figure(own, [curve(), curve()], SCORE))
        assert len(trace(figure, "Median").y) == 0
        assert json.loads(figure.to_json())


def test_labels_are_translated() -> None:
    own = curve((0, 1.0), (9, 1.0))
    figure = checked(band_figure(own, [own], SCORE, translate=lambda text: f"«{text}»"))
    assert all(each.name.startswith("«") for each in figure.data)
    assert figure.layout.xaxis.title.text == "«Step»"
