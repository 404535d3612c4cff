"""Figures of the games: arrows along the field, a film as long as the path, finite axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.io import to_json

from gan_core.figures import phase_portrait as module
from gan_core.figures.animation import MOST_FRAMES
from gan_core.figures.phase_portrait import (
    distance_curve,
    eigenvalue_plane,
    first_step_outside,
    phase_portrait,
    three_digits,
    view_of,
)
from gan_core.figures.style import GENERATOR, NEUTRAL, REAL
from gan_core.theory import dirac_gan
from gan_core.theory.dynamics import Updates, trajectory, update_eigenvalues
from gan_core.theory.games import Game, bilinear
from tests.plotly_objects import checked

GAMES = [bilinear(), *(make() for make in dirac_gan.METHODS.values())]
MOST_STEPS = 1000
PAYLOAD = 300_000  # bytes: what a classroom's Wi-Fi carries at once


def path_of(game: Game, step: float = 0.2, n: int = 500, start: Any = (1.0, 1.0)) -> np.ndarray:
    return trajectory(game, start, n, Updates("simultaneous", step))


def portrait(game: Game, path: np.ndarray, farthest_start: float | None = 3.0) -> go.Figure:
    return checked(phase_portrait(game, path, farthest_start))


def arrows(figure: go.Figure) -> np.ndarray:
    """The corners of each arrow: from its end to its tip, and the two barbs, (2, n, 6)."""
    trace = next(trace for trace in figure.data if trace.mode == "lines" and trace.opacity == 0.6)
    return np.stack([trace.x, trace.y]).astype(float).reshape(2, -1, 6)


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_arrows_point_along_the_field_and_are_of_one_length(game: Game) -> None:
    figure = portrait(game, path_of(game))
    end, tip, left, again, right, gap = np.moveaxis(arrows(figure), -1, 0)  # (2, n) each
    along = tip - end
    lengths = np.hypot(*along)
    assert lengths == pytest.approx(np.full(len(lengths), lengths[0]), rel=1e-4)
    v = np.stack(game.velocity(*((end + tip) / 2)))
    clear = np.hypot(*v) > 1e-2  # nearer to 0, single precision turns the arrow
    assert clear.sum() > 50
    assert (along / lengths)[:, clear] == pytest.approx((v / np.hypot(*v))[:, clear], abs=1e-3)
    assert again == pytest.approx(tip)
    forwards = tip - (left + right) / 2
    assert forwards / np.hypot(*forwards) == pytest.approx(along / lengths, abs=1e-3)
    assert np.sum(forwards * (left - right), axis=0) == pytest.approx(0, abs=1e-4)
    assert np.isnan(gap).all()


def test_arrows_stay_in_the_band_of_clipping() -> None:
    game = dirac_gan.wgan(clip=0.5)
    figure = portrait(game, path_of(game))
    dashed = [trace for trace in figure.data if trace.line.dash == "dash"]
    assert [list(trace.y) for trace in dashed] == [[-0.5, -0.5, None, 0.5, 0.5]]
    assert np.nanmax(np.abs(arrows(figure)[1])) < 0.5 + 2 * view_of(path_of(game)) / module.ARROWS
    free = bilinear()
    assert not [t for t in portrait(free, path_of(free)).data if t.line.dash == "dash"]


@pytest.mark.parametrize("n", [10, 49, 50, 51, 1000])
def test_film_runs_from_start_to_end(n: int) -> None:
    path = path_of(dirac_gan.minimax(), n=n)
    figure = portrait(dirac_gan.minimax(), path)
    assert len(figure.frames) == min(n + 1, MOST_FRAMES)
    for frame in figure.frames:
        assert list(frame.traces) == list(range(len(figure.data)))
        moving = frame.data[-1]
        assert [moving.x[-1], moving.y[-1]] == pytest.approx(path[int(frame.name)], abs=1e-4)
    assert [figure.frames[0].name, figure.frames[-1].name] == ["0", str(n)]
    [slider] = figure.layout.sliders
    assert [step.label for step in slider.steps] == [frame.name for frame in figure.frames]
    assert slider.active == len(figure.frames) - 1
    [menu] = figure.layout.updatemenus
    assert [*menu.buttons[0].args[0]] == [frame.name for frame in figure.frames]
    last, shown = figure.frames[-1].data[-1], figure.data[-1]
    assert list(last.x) == list(shown.x)


def test_portrait_without_slider_plays_the_same_film() -> None:
    path = path_of(dirac_gan.minimax())
    with_slider = portrait(dirac_gan.minimax(), path)
    plain = checked(module.phase_portrait(dirac_gan.minimax(), path, with_slider=False))
    assert len(with_slider.layout.sliders) == 1
    assert len(plain.layout.sliders) == 0
    assert plain.layout.updatemenus == with_slider.layout.updatemenus


def test_portrait_without_starts_asks_nobody_to_click() -> None:
    path = path_of(dirac_gan.minimax())
    asking = portrait(dirac_gan.minimax(), path)
    figure = portrait(dirac_gan.minimax(), path, farthest_start=None)
    assert [trace.name for trace in figure.data] == [trace.name for trace in asking.data[1:]]


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_payload_is_small(game: Game) -> None:
    path = path_of(game, step=0.05, n=MOST_STEPS)
    assert len(to_json(phase_portrait(game, path, 3.0), validate=False)) < PAYLOAD


def test_divergent_path_leaves_a_finite_picture() -> None:
    path = path_of(bilinear(), step=1.0, n=MOST_STEPS)
    assert np.isnan(path[-1]).all()
    x = y = 1.0
    steps = 0
    while max(abs(x), abs(y)) <= module.VIEWS[-1]:
        x, y, steps = x - y, y + x, steps + 1
    assert first_step_outside(path) == steps
    figure = portrait(bilinear(), path)
    assert list(figure.layout.xaxis.range) == [-20, 20]
    assert figure.frames[-1].name == str(steps)
    drawn = next(trace for trace in figure.data if trace.name == "Path")
    assert np.isfinite([drawn.x, drawn.y]).all()
    low, high = checked(distance_curve(path)).layout.yaxis.range
    assert -20 < low < 0
    assert 100 < high < 120


def test_path_within_the_picture_never_leaves_it() -> None:
    path = path_of(bilinear(), step=0.1)
    assert first_step_outside(path) is None
    assert np.abs(path).max() < view_of(path) == 20


def test_view_has_room_for_the_path_and_no_more_than_it_needs() -> None:
    assert view_of(np.array([[0.1, -0.2]])) == 0.5
    assert view_of(np.array([[1.0, 1.0]])) == 1.5
    assert view_of(np.array([[1.0, 1.0], [np.nan, np.nan]])) == 1.5
    assert view_of(np.array([[0.0, 1e90]])) == 20


@pytest.mark.parametrize("farthest", [0.3, 1.0, 2.5, 17.0])
def test_clicks_fall_on_allowed_starts(farthest: float) -> None:
    figure = portrait(bilinear(), np.array([[farthest, 0.0], [0.0, farthest]]))
    starts, *others = figure.data
    values = np.unique(np.concatenate([starts.x, starts.y])).astype(float)
    assert np.abs(values).max() <= 3.0
    assert values / 0.05 == pytest.approx(np.round(values / 0.05), abs=1e-4)
    assert 0 in values.round(6)
    assert len(values) >= 20
    assert starts.hoverinfo != "skip"
    assert {trace.hoverinfo for trace in others} == {"skip"}


def shown(figure: go.Figure) -> dict[str, tuple[str, list[str]]]:
    """Symbol → colour and texts of the large markers."""
    traces = [t for t in figure.data if t.mode == "markers+text" and len(t.x)]
    return {t.marker.symbol: (t.marker.color, list(t.text)) for t in traces}


def test_eigenvalues_are_told_apart_by_sign_and_colour() -> None:
    figure = checked(eigenvalue_plane(np.array([0.5 + 0j, 1j, -2 + 0j])))
    assert shown(figure) == {
        "circle": (REAL, ["0.5000"]),
        "square": (NEUTRAL, ["1.0000"]),
        "diamond": (GENERATOR, ["2.0000"]),
    }


def test_plain_gan_lies_outside_and_is_magnified() -> None:
    values = update_eigenvalues(dirac_gan.minimax(), Updates("simultaneous", 0.2))
    figure = checked(eigenvalue_plane(values))
    assert shown(figure) == {"diamond": (GENERATOR, ["1.0050"] * 2)}
    low, high = figure.layout.yaxis.range
    assert high - low < 0.5
    assert low < values.imag.min() < values.imag.max() < high
    small = [trace for trace in figure.data if trace.xaxis == "x2" and len(trace.x)]
    assert len(small) == 2  # the point and the whole circle


def test_far_eigenvalues_are_shown_with_the_whole_circle() -> None:
    figure = checked(eigenvalue_plane(np.array([3.0 + 0j, -0.5 + 0j])))
    assert figure.layout.xaxis.range[1] > 3
    assert figure.layout.yaxis.range[1] > 1
    assert not [trace for trace in figure.data if trace.xaxis == "x2"]


def test_without_eigenvalues_the_circle_is_empty() -> None:
    figure = checked(eigenvalue_plane(None))
    assert shown(figure) == {}
    assert figure.layout.xaxis.range[1] > 1


def test_sizes_of_a_pair_keep_apart() -> None:
    for pair in ([0.9 + 0.1j, 0.9 - 0.1j], [0.9, 0.9]):
        figure = checked(eigenvalue_plane(np.array(pair, dtype=complex)))
        [trace] = [t for t in figure.data if t.mode == "markers+text" and len(t.x)]
        assert len(set(trace.textposition)) == 2


def test_distance_is_the_norm_of_the_path() -> None:
    path = path_of(dirac_gan.minimax())
    figure = checked(distance_curve(path))
    assert list(figure.data[0].y) == pytest.approx([math.hypot(*point) for point in path])
    assert figure.layout.annotations[0].text == "3.10"
    assert figure.layout.yaxis.type == "log"


@pytest.mark.parametrize("game", [dirac_gan.wgan_gp(), dirac_gan.non_saturating()])
def test_last_distance_is_written_clear_of_a_curve_that_swings(game: Game) -> None:
    path = path_of(game)
    [note] = checked(distance_curve(path)).layout.annotations
    last_quarter = np.log10(np.hypot(*path[-len(path) // 4 :].T))
    if note.yanchor == "bottom":
        assert note.y >= last_quarter.max() - 1e-9
    else:
        assert note.y <= last_quarter.min() + 1e-9


def test_distance_of_rest_is_an_empty_picture_with_finite_axes() -> None:
    figure = checked(distance_curve(np.zeros((11, 2))))
    assert len(figure.data[0].x) == 0
    assert all(math.isfinite(limit) for limit in figure.layout.yaxis.range)


def test_distance_that_reaches_zero_ends_its_curve() -> None:
    figure = checked(distance_curve(np.array([[1.0, 0.0], [1e-200, 0.0], [0.0, 0.0]])))
    assert list(figure.data[0].x) == [0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0991, "3.10"), (0.64, "0.640"), (2.64e-6, "2.64e-6"), (100.0, "100"), (1e100, "1.00e100")],
)
def test_three_digits(value: float, text: str) -> None:
    assert three_digits(value) == text


def test_every_label_is_translated() -> None:
    path = path_of(dirac_gan.minimax())
    figures = [
        checked(phase_portrait(dirac_gan.minimax(), path, 3.0, lambda label: f"<{label}>")),
        checked(eigenvalue_plane(None, translate=lambda label: f"<{label}>")),
        checked(distance_curve(path, lambda label: f"<{label}>")),
    ]
    words = [
        text
        for figure in figures
        for text in (
            figure.layout.title.text,
            figure.layout.xaxis.title.text,
            figure.layout.yaxis.title.text,
            *(trace.name for trace in figure.data if trace.showlegend is not False),
        )
        if text
    ]
    assert len(words) >= 10
    assert [text for text in words if not text.startswith("<")] == []
