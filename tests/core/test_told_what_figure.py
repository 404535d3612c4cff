"""The film of the small conditional GAN."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.figures.style import DISCRIMINATOR, GENERATOR, NEUTRAL, REAL
from gan_core.figures.told_what import DASHES, X, told_what_film
from gan_core.theory.told_what import N_STEPS, World, play
from tests.plotly_objects import checked


@pytest.mark.parametrize("sees", ["label", "sample", "reads"])
def test_each_frame_shows_the_players_at_its_step(sees: str) -> None:
    n_judged = 2 if sees == "label" else 1
    world = World(sees=sees)
    path = list(play(world))
    made = told_what_film(path, world)
    figure, frames = checked(made), made["frames"]
    assert [frames[0]["name"], frames[-1]["name"]] == ["0", str(N_STEPS)]
    for frame in frames:
        players = path[int(frame["name"])]
        expected = [*players.density(X), *players.judge(X)]
        expected += [players.read(X)] if sees == "reads" else []
        assert len(expected) == 2 + n_judged + (sees == "reads")
        moved = [np.asarray(each["y"]) for each in frame["data"] if each]
        np.testing.assert_allclose(moved, expected, atol=1e-3)
    moving = [
        trace.line.color for trace, shown in zip(figure.data, frame["data"], strict=True) if shown
    ]
    read = [NEUTRAL] if sees == "reads" else []
    assert moving == [GENERATOR] * 2 + [DISCRIMINATOR] * n_judged + read


def test_colours_tell_who_and_dashes_which_label() -> None:
    figure = checked(told_what_film(list(play(World())), World()))
    look = [(trace.line.color, trace.line.dash) for trace in figure.data]
    assert look == [(who, dash) for who in (REAL, GENERATOR, DISCRIMINATOR) for dash in DASHES]
    names = [trace.name for trace in figure.data]
    assert len(set(names)) == len(names)


def test_it_begins_where_g_begins_and_its_controls_name_its_frames() -> None:
    world = World(start="same", wrong=0.3)
    path = list(play(world))
    made = told_what_film(path, world)
    figure, frames = checked(made), made["frames"]
    np.testing.assert_allclose([figure.data[0].y, figure.data[1].y], world.density(X))
    np.testing.assert_allclose([figure.data[2].y, figure.data[3].y], path[0].density(X))
    names = [frame["name"] for frame in frames]
    [menu], [slider] = figure.layout.updatemenus, figure.layout.sliders
    assert [*menu.buttons[0].args[0]] == names == [step.args[0][0] for step in slider.steps]
