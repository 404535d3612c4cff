"""The figure of the GAN of five numbers."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.figures.style import GENERATOR
from gan_core.figures.tiny_gan import N_SHOWN, STAGES, tiny_gan_figure
from gan_core.theory.tiny_gan import Players, World, play

WORLD, MOVES = World(), "DDDDDG"


def players() -> Players:
    return list(play(MOVES, WORLD))[-1]


def test_arrows_begin_at_the_samples_and_point_to_where_d_takes_them_for_real() -> None:
    figure = tiny_gan_figure(players(), WORLD, len(MOVES), "learn")
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
    figure = tiny_gan_figure(players(), WORLD, len(MOVES), "learn")
    arrows = next(trace for trace in figure.data if trace.marker.symbol == "arrow")
    rows = np.asarray(arrows.y)[::3][np.argsort(np.asarray(arrows.x)[::3])]
    assert (np.diff(rows) != 0).all()


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_shows_what_the_ones_before_it_show(stage: str) -> None:
    n_of = {each: len(tiny_gan_figure(players(), WORLD, len(MOVES), each).data) for each in STAGES}
    before = STAGES[: STAGES.index(stage)]
    assert all(n_of[each] < n_of[stage] for each in before)


def test_hovering_names_curves_alone() -> None:
    figure = tiny_gan_figure(players(), WORLD, len(MOVES), "learn", players())
    for trace in figure.data:
        assert bool(trace.name) == (trace.hoverinfo != "skip") == bool(trace.showlegend)
        assert bool(trace.hovertemplate) == bool(trace.name)
