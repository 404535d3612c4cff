"""Figures of what was measured: they draw the numbers that they are given."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gan_core.figures.measures import class_figure, distance_figure, neighbours_figure
from gan_core.figures.samples import EMPTY
from tests.plotly_objects import checked

SHARES = {"generated": [0.0, 1.0, *[0.0] * 8], "real": [0.1] * 10}
DISTANCES = {"generated": [0.0, 0.0, 3.0], "held_out": [5.0, 8.0, 6.5, 2.0]}
SHOWN = {"picture": EMPTY, "size": [28, 20], "distances": [9.0775, 0.0, 12.412]}


def marked(text: str) -> str:
    return f"«{text}»"


def drawn(figure: go.Figure) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(figure.to_json())
    return whole


def test_classes_are_bars_of_both() -> None:
    generated, real = checked(class_figure(SHARES, marked)).data
    assert list(generated.x) == list(real.x) == list(range(10))
    assert list(generated.y) == SHARES["generated"]
    assert list(real.y) == SHARES["real"]
    assert (generated.name, real.name) == ("«generated»", "«real»")
    assert generated.marker.color != real.marker.color


def test_distances_share_their_bins_and_all_fall_into_one() -> None:
    generated, held_out = checked(distance_figure(DISTANCES, marked)).data
    assert generated.xbins == held_out.xbins
    assert (generated.name, held_out.name) == ("«generated»", "«real, held out»")
    bins = generated.xbins
    edges = np.arange(bins.start, bins.end + bins.size, bins.size)
    for trace in (generated, held_out):
        assert np.histogram(trace.x, edges)[0].sum() == len(trace.x)


def test_all_copies_have_a_histogram_too() -> None:
    figure = checked(distance_figure({"generated": [0.0] * 5, "held_out": [0.0, 1.0]}))
    assert figure.data[0].xbins.size > 0


def test_each_pair_of_neighbours_has_its_distance_below() -> None:
    figure = checked(neighbours_figure(SHOWN, marked))
    axis = figure.layout.xaxis
    assert list(axis.ticktext) == ["9.08", "0", "12.4"]
    assert list(axis.tickvals) == [10, 30, 50]
    assert list(figure.layout.yaxis.tickvals) == [14, 42]
    assert list(figure.layout.yaxis.ticktext) == ["«generated»", "«nearest real»"]
    assert figure.data[0].source == EMPTY


def test_titles_are_translated() -> None:
    for figure in (
        checked(class_figure(SHARES, marked)),
        checked(distance_figure(DISTANCES, marked)),
    ):
        [title] = [note["text"] for note in drawn(figure)["layout"]["annotations"]]
        assert title.startswith("«")
        assert drawn(figure)["layout"]["xaxis"]["title"]["text"].startswith("«")
