"""Pictures of two densities: what is drawn is what is true, and panels stay apart."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.figures.densities import (
    SHOWN,
    SYMBOLS,
    fits_figure,
    judged_figure,
    slopes_figure,
)
from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import GENERATOR, REAL
from gan_core.theory.fit import fit_gaussian
from gan_core.theory.mixture import Mixture
from gan_core.theory.moving_pair import COMPARED, gaussians, points
from tests.plotly_objects import checked

REACH = 6.0
MEANS = np.linspace(-REACH, REACH, 121)
ONE = Mixture((1.0,), (0.0,), (1.0,))
FAR = Mixture((0.6, 0.4), (-3.0, 3.0), (0.5, 0.5))


def traces(figure: go.Figure, **wanted: Any) -> list[go.Scatter]:
    return [
        trace
        for trace in figure.data
        if all(getattr(trace, key) == value for key, value in wanted.items())
    ]


def notes(figure: go.Figure) -> str:
    return "\n".join(note.text for note in figure.layout.annotations)


def marked(text: str) -> str:
    return "<br>".join(f"<{line}>" for line in text.split("<br>"))


# ------------------------------------------------------------------------------------- panels


def test_panels_fill_the_figure_without_touching() -> None:
    panels = [Panel(str(place)) for place in range(6)]
    drawn = checked(panels_figure(panels, columns=2, height=600, shares=(2, 1, 1))).layout
    boxes = [(*drawn[f"xaxis{n}"].domain, *drawn[f"yaxis{n}"].domain) for n in ("", 2, 3, 4, 5, 6)]
    for (l1, r1, b1, t1), (l2, r2, b2, t2) in itertools.combinations(boxes, 2):
        assert r1 < l2 or r2 < l1 or t1 < b2 or t2 < b1
    assert min(box[2] for box in boxes) == pytest.approx(0)
    assert max(box[3] for box in boxes) == pytest.approx(1)
    assert boxes[0][3] - boxes[0][2] == pytest.approx(2 * (boxes[2][3] - boxes[2][2]))


def test_what_is_drawn_in_a_panel_has_its_axes() -> None:
    panel = Panel("second", x={"range": [0, 3]}, y={"range": [1, 4], "title": {"text": "y"}})
    panel.curve(np.array([0.0, 1.0]), np.array([2.0, 3.0]), REAL, width=4)
    panel.dots(np.array([1.0]), np.array([3.0]), GENERATOR)
    panel.note("here", 1.0, 3.0)
    panel.level(2.5)
    panel.upright(0.5)
    figure = checked(panels_figure([Panel("first"), panel], columns=1, height=400, shares=(1, 1)))
    assert {(trace.xaxis, trace.yaxis) for trace in figure.data} == {("x2", "y2")}
    assert figure.data[0].line.width == 4
    assert figure.layout.xaxis2.range == (0, 3)
    assert figure.layout.yaxis2.title.text == "y"
    [note] = [each for each in figure.layout.annotations if each.text == "here"]
    assert (note.xref, note.yref) == ("x2", "y2")
    [level] = figure.layout.shapes
    assert (level.xref, level.yref, level.y0, level.y1) == ("x2 domain", "y2", 2.5, 2.5)
    upright = figure.data[-1]
    assert (*upright.x, *upright.y) == (0.5, 0.5, 1, 4)


# --------------------------------------------------------------------- the best discriminator


def test_best_discriminator_is_a_half_everywhere_when_q_is_p() -> None:
    figure = checked(judged_figure(gaussians(ONE, 1.0, REACH), 0.0))
    [judged] = traces(figure, name="D*")
    np.testing.assert_allclose(judged.y, 0.5, atol=1e-12)
    assert "JSD = 0.0000" in notes(figure)
    assert figure.layout.yaxis3.range[1] >= 0.1  # rounding noise is not blown up


def test_curves_are_the_densities_and_their_share() -> None:
    figure = checked(judged_figure(gaussians(FAR, 0.8, REACH), 1.0))
    [p], [q], [judged] = (traces(figure, name=name) for name in ("p", "q", "D*"))
    np.testing.assert_allclose(p.y, FAR.pdf(p.x), rtol=1e-6)
    np.testing.assert_allclose(q.y, Mixture((1.0,), (1.0,), (0.8,)).pdf(q.x), rtol=1e-6)
    np.testing.assert_allclose(judged.y, p.y / (p.y + q.y), rtol=1e-9)
    assert (p.x[0], p.x[-1]) == pytest.approx(SHOWN)


def test_shaded_area_is_named_by_its_value() -> None:
    figure = checked(judged_figure(gaussians(FAR, 0.8, REACH), 1.0))
    [shaded] = traces(figure, name="JSD")
    area = float(np.sum(shaded.y) * (shaded.x[1] - shaded.x[0]))
    assert f"JSD = {area:.4f} nats" in notes(figure)


def test_points_are_stems_that_the_best_discriminator_never_mistakes() -> None:
    figure = checked(judged_figure(points(REACH), 3.0))
    [p], [q] = traces(figure, name="p"), traces(figure, name="q")
    assert (p.x[1], p.y[1]) == pytest.approx((0, 1))
    assert (q.x[1], q.y[1]) == pytest.approx((3, 1))
    [judged] = traces(figure, yaxis="y2")
    assert dict(zip(np.round(judged.x, 9), judged.y, strict=True)) == {0.0: 1.0, 3.0: 0.0}
    assert f"JSD = {math.log(2):.4f}" in notes(figure)
    [gap] = traces(figure, name="JSD")
    assert gap.fill is None  # a stem has no area
    assert np.nansum(gap.y) == pytest.approx(math.log(2))


@pytest.mark.parametrize("q_mean", [-3.0, 0.0, 3.0])
def test_names_of_the_densities_stand_on_different_sides(q_mean: float) -> None:
    figure = checked(judged_figure(gaussians(ONE, 1.0, REACH), q_mean))
    sides = {note.text[0]: note.xanchor for note in figure.layout.annotations if ":" in note.text}
    assert {sides["p"], sides["q"]} == {"left", "right"}
    left = next(name for name, side in sides.items() if side == "right")  # text ends at the peak
    assert q_mean == 0 or left == ("q" if q_mean < 0 else "p")


# --------------------------------------------------------------------------------- divergences


def test_each_divergence_has_its_panel_curve_and_tangent() -> None:
    pair = gaussians(FAR, 1.0, REACH)
    here = pair.readings(1.0)
    figure = checked(slopes_figure(pair, 1.0, here, MEANS))
    sweep = pair.sweep(MEANS)
    for place, name in enumerate(COMPARED):
        assert SYMBOLS[name] in notes(figure)
        curve, here_line, tangent, dot = traces(figure, yaxis=f"y{place + 1 if place else ''}")
        assert list(here_line.x) == [1.0, 1.0]
        np.testing.assert_allclose(curve.y, sweep[name])
        slope = (tangent.y[1] - tangent.y[0]) / (tangent.x[1] - tangent.x[0])
        assert slope == pytest.approx(here[name].slope)
        assert (dot.x[0], dot.y[0]) == pytest.approx((1.0, here[name].value))


def test_infinite_divergences_are_said_not_drawn() -> None:
    pair = points(REACH)
    figure = checked(slopes_figure(pair, 3.0, pair.readings(3.0), MEANS))
    assert notes(figure).count("∞") == 2
    for trace in figure.data:
        assert not np.isinf(np.asarray(trace.y, dtype=float)).any()
    solid = [line for line in traces(figure, mode="lines") if line.line.dash is None]
    assert len(solid) == 4 + 2  # tangents of JSD and W₁ alone
    for q_mean, side in ((3.0, "left"), (-3.0, "right")):  # the words keep clear of q's line
        found = checked(
            slopes_figure(pair, q_mean, pair.readings(q_mean), MEANS)
        ).layout.annotations
        assert [note.xanchor for note in found if "∞" in note.text] == [side] * 2
    lone = [trace for trace in traces(figure, mode="markers") if list(trace.x) == [0.0]]
    assert [list(trace.y) for trace in lone] == [[0.0]] * 4


# ---------------------------------------------------------------------------------------- fits


def test_fits_are_drawn_and_described() -> None:
    fits = {name: fit_gaussian(FAR, name) for name in COMPARED}
    figure = checked(fits_figure(FAR, fits))
    for trace, fit in zip(traces(figure, name="q"), fits.values(), strict=True):
        expected = Mixture((1.0,), (fit.mean,), (fit.std,)).pdf(np.asarray(trace.x))
        np.testing.assert_allclose(trace.y, expected)
    described = dict(
        zip(fits, [n.text for n in figure.layout.annotations if "reached" in n.text], strict=True)
    )
    assert "2 of 2" in described["kl"]  # mode-covering
    assert "1 of 2" in described["reverse_kl"]  # mode-seeking
    assert f"mean −{-fits['kl'].mean:.2f}" in described["kl"]


# ------------------------------------------------------------------------------------- language


def test_every_text_of_the_figures_is_translated() -> None:
    for pair in (points(REACH), gaussians(FAR, 1.0, REACH)):
        figures = [
            checked(judged_figure(pair, 1.0, marked)),
            checked(slopes_figure(pair, 1.0, pair.readings(1.0), MEANS, marked)),
            checked(fits_figure(FAR, {"kl": fit_gaussian(FAR, "kl")}, marked)),
        ]
        for figure in figures:
            for note in figure.layout.annotations:
                assert all(line[0] == "<" for line in note.text.split("<br>"))


def test_figures_are_built_in_an_instant() -> None:
    pair = gaussians(FAR, 1.0, REACH)
    fits = {name: fit_gaussian(FAR, name) for name in COMPARED}
    times = []
    for _ in range(5):
        start = time.process_time()
        checked(judged_figure(pair, 1.0))
        checked(slopes_figure(pair, 1.0, pair.readings(1.0), MEANS))
        checked(fits_figure(FAR, fits))
        times.append(time.process_time() - start)
    assert min(times) < 0.1
