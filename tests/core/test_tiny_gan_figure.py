"""The figure of the GAN of five numbers."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.figures.style import GENERATOR
from gan_core.figures.tiny_gan import N_SHOWN, STAGES, tiny_gan_figure, tiny_gan_film
from gan_core.theory.tiny_gan import Players, World, play
from tests.plotly_objects import checked

WORLD, MOVES = World(), "DDDDDG"


def players() -> Players:
    return list(play(MOVES, WORLD))[-1]


def test_arrows_begin_at_the_samples_and_point_to_where_d_takes_them_for_real() -> None:
    figure = checked(tiny_gan_figure(players(), WORLD, len(MOVES), "learn"))
    arrows = next(trace for trace in figure.data if trace.marker.symbol == "arrow")
    dots = next(
        trace
        for trace in figure.data
        if trace.mode == "markers" and trace.marker.color == GENERATOR and trace.yaxis == "y"
    )
    start, tip, gap = np.asarray(arrows.x).reshape(-1, 3).T
    assert len(start) == N_SHOWN
    assert start == pytest.approx(players().generate(WORLD.batch(len(MOVES))[1][:N_SHOWN]))
    assert (players().judge(tip) > players().judge(start)).all()
    assert np.isnan(gap).all()
    assert [*dots.x] == pytest.approx([*start])
    assert [*dots.y] == [*np.asarray(arrows.y)[::3]]


def test_neighbours_do_not_share_a_row() -> None:
    figure = checked(tiny_gan_figure(players(), WORLD, len(MOVES), "learn"))
    arrows = next(trace for trace in figure.data if trace.marker.symbol == "arrow")
    rows = np.asarray(arrows.y)[::3][np.argsort(np.asarray(arrows.x)[::3])]
    assert (np.diff(rows) != 0).all()


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_shows_what_the_ones_before_it_show(stage: str) -> None:
    n_of = {
        each: len(checked(tiny_gan_figure(players(), WORLD, len(MOVES), each)).data)
        for each in STAGES
    }
    before = STAGES[: STAGES.index(stage)]
    assert all(n_of[each] < n_of[stage] for each in before)


def test_hovering_names_curves_alone() -> None:
    figure = checked(tiny_gan_figure(players(), WORLD, len(MOVES), "learn", players()))
    for trace in figure.data:
        assert bool(trace.name) == (trace.hoverinfo != "skip") == bool(trace.showlegend)
        assert bool(trace.hovertemplate) == bool(trace.name)


def test_a_sample_without_a_pull_has_no_arrow() -> None:
    figure = checked(tiny_gan_figure(next(play("", WORLD)), WORLD, 0, "learn"))  # D is flat
    arrows = next(trace for trace in figure.data if trace.marker.symbol == "arrow")
    assert np.isnan(np.asarray(arrows.x).reshape(-1, 3)[:, 1:]).all()


def test_each_frame_of_a_film_shows_the_game_at_its_step() -> None:
    figure = tiny_gan_film("B60", WORLD)
    frames = figure["frames"]
    path = list(play("B60", WORLD))
    assert [frames[0]["name"], frames[-1]["name"]] == ["0", "120"]
    for frame in frames:
        shown = {n: {axis: trace[axis] for axis in "xy"} for n, trace in enumerate(figure["data"])}
        for n, moved in zip(frame["traces"], frame["data"], strict=True):
            shown[n] |= moved
        still = checked(tiny_gan_figure(path[int(frame["name"])], WORLD, 0, "learn"))
        for n, trace in enumerate(still.data):
            for axis, numbers in shown[n].items():
                expected = np.asarray(trace[axis], float)
                assert np.asarray(numbers, float) == pytest.approx(expected, abs=1e-3, nan_ok=True)


def test_a_film_begins_at_the_start_and_its_controls_name_its_frames() -> None:
    made = tiny_gan_film("B60", WORLD)
    figure, frames = checked(made), made["frames"]
    names = [frame["name"] for frame in frames]
    [menu], [slider] = figure.layout.updatemenus, figure.layout.sliders
    assert [*menu.buttons[0].args[0]] == names
    assert [step.args[0][0] for step in slider.steps] == names
    assert slider.active == 0
    real, generated = (
        next(t for t in figure.data if t.name == name) for name in ("real", "generated")
    )
    assert not frames[0]["data"][figure.data.index(real)], "it rests"
    assert frames[0]["data"][figure.data.index(generated)]


def test_density_of_a_generator_that_mirrors_its_noise_is_as_wide() -> None:
    curves = []
    for a in (0.8, -0.8):
        figure = tiny_gan_figure(Players(a, 0.3, (0.0, 0.0, 0.0)), WORLD, 0, "start")
        curves += [trace.y for trace in checked(figure).data if trace.name == "generated"]
    assert curves[0] == pytest.approx(curves[1])


def test_before_a_film_is_played_it_shows_the_players_who_have_learned_nothing() -> None:
    figure = checked(tiny_gan_film("DDDG", WORLD))
    d = next(trace for trace in figure.data if trace.name == "D")
    assert d.y == pytest.approx(next(iter(play("", WORLD))).judge(np.asarray(d.x)))
