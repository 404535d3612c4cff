"""Figures: what they draw is what the code computes, and every live channel is fed."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from gan_core.datasets import DATASETS, Dataset
from gan_core.figures.curves import live_curves, plane_curves
from gan_core.figures.samples import EMPTY, live_samples
from gan_core.image_measures import is_digits
from gan_core.losses import LOSSES, Loss
from gan_core.metrics import METRICS
from gan_core.ops import NUMPY
from gan_core.runs import frame
from gan_core.training.records import RECORD_FIELDS
from tests.plotly_objects import checked

every_loss = pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.name)
every_dataset = pytest.mark.parametrize("dataset", list(DATASETS), ids=lambda dataset: dataset.name)


def feeds(figure: go.Figure, kind: str) -> set[str]:
    return {
        channel
        for trace in figure.data
        if trace.meta and kind in trace.meta
        for channel in trace.meta[kind].values()
    }


@every_loss
@every_dataset
def test_live_curves_are_fed_by_what_a_run_records(loss: Loss, dataset: Dataset) -> None:
    figure = checked(live_curves([loss], "Penalty", dataset))
    known = {"step", "speed_step", "images_per_second", *RECORD_FIELDS}
    if is_digits(dataset):
        known |= {"quality_step", "frechet", "frechet_floor"}
    assert feeds(figure, "append") == known
    without = checked(live_curves([loss], "", dataset))
    assert feeds(without, "append") == known - {"d_penalty"}
    assert json.loads(figure.to_json())["layout"]["uirevision"]


@every_loss
def test_dashed_lines_stand_at_the_equilibrium(loss: Loss) -> None:
    figure = checked(live_curves([loss], "", DATASETS.get("digits")))
    heights = {shape.y0 for shape in figure.layout.shapes}
    equilibrium = loss.equilibrium
    if not equilibrium:
        assert heights == set()
    else:
        decision = float(loss.decision(equilibrium.logit, NUMPY))
        certain = {equilibrium.d_loss, equilibrium.g_loss, decision}
        if equilibrium.constants:  # D's score may lie anywhere between them
            certain = {equilibrium.d_loss, equilibrium.g_loss}
        assert heights == certain - {None}


def test_exchanged_loss_has_no_equilibrium_and_a_score_no_axis_of_probabilities() -> None:
    cross_entropy, squares = LOSSES.get("minimax"), LOSSES.get("least_squares")
    for losses in ([cross_entropy, squares], [squares, cross_entropy]):
        figure = checked(plane_curves(losses, "Penalty", {}))
        assert not figure.layout.shapes
        assert figure.layout.yaxis2.range is None
        assert "Discriminator's score" in figure.layout.annotations[1].text
        assert "d_penalty" in feeds(figure, "append")
    two = checked(plane_curves([cross_entropy, LOSSES.get("non_saturating")], "Penalty", {}))
    assert not two.layout.shapes
    assert two.layout.yaxis2.range == (0, 1), "both give probabilities"
    assert two.layout.meta != figure.layout.meta, "the browser draws it anew"


@every_loss
def test_curves_of_the_plane_are_fed_by_records_and_by_what_is_measured(loss: Loss) -> None:
    floors = {metric.name: 0.125 for metric in METRICS}
    figure = checked(plane_curves([loss], "Penalty", floors))
    measured = {"jensen_shannon", "sliced_wasserstein", "d_gradient", "g_gradient"}
    assert feeds(figure, "append") == {"step", "frame_step", *RECORD_FIELDS, *measured}
    dotted = [shape.y0 for shape in figure.layout.shapes if shape.line.dash == "dot"]
    assert dotted == [0.125, 0.125]
    without = checked(plane_curves([loss], "", {}))
    assert "d_penalty" not in feeds(without, "append")
    assert not any(shape.line.dash == "dot" for shape in without.layout.shapes)


@pytest.mark.parametrize("on_top", ["", "Penalty"])
def test_titles_name_the_curves_of_both_players_in_their_colours(on_top: str) -> None:
    game = [LOSSES.get("minimax")], on_top
    for figure in (
        checked(live_curves(*game, DATASETS.get("digits"))),
        checked(plane_curves(*game, {})),
    ):
        titles = figure.layout.annotations
        for panel, axis in enumerate(("y", "y2")):
            named = {
                f'<span style="color:{trace.line.color}">{trace.name}</span>'
                for trace in figure.data
                if trace.yaxis == axis
            }
            assert named
            assert all(name in titles[panel].text for name in named)
        assert figure.layout.showlegend is False, "on a phone there is no room for it"


def test_curves_of_the_plane_know_their_x_channel() -> None:
    figure = checked(plane_curves([LOSSES.get("minimax")], "Penalty", {}))
    for trace in figure.data:
        channels = trace.meta["append"]
        assert channels["x"] == ("step" if channels["y"] in RECORD_FIELDS else "frame_step")


@pytest.mark.parametrize(
    "dataset", [each for each in DATASETS if each.is_image], ids=lambda dataset: dataset.name
)
def test_live_samples_are_fed_by_what_a_frame_of_pictures_holds(dataset: Dataset) -> None:
    n = frame.n_samples(dataset)
    x: Any = np.zeros((n, *dataset.shape), np.float32)
    sent = json.loads(frame.encode(x, {}, dataset, frame.real_channels(x, dataset)))
    assert feeds(checked(live_samples()), "replace") <= set(sent)
    assert feeds(checked(live_samples()), "replace")


def test_before_the_first_frame_there_is_nothing_to_see() -> None:
    with Image.open(io.BytesIO(base64.b64decode(EMPTY.partition(",")[2]))) as pixel:
        assert pixel.getpixel((0, 0)) == (0, 0, 0, 0)


def test_labels_are_translated() -> None:
    figure = checked(
        live_curves(
            [LOSSES.get("minimax")],
            "«Penalty»",
            DATASETS.get("ring"),
            lambda text: f"«{text}»",
        )
    )
    titles = " ".join(annotation.text for annotation in figure.layout.annotations)
    for label in ("«Losses»", "«Penalty»", "«Discriminator's verdict»", "«Points per second»"):
        assert label in titles
    assert "«Penalty»" in {trace.name for trace in figure.data}


def test_browser_draws_a_figure_anew_once_a_loss_is_exchanged_for_one_alike() -> None:
    """Both give probabilities: but for the lines of the equilibrium, nothing differs."""
    before, after = LOSSES.get("minimax"), LOSSES.get("non_saturating")
    one, two = (plane_curves(losses, "", {}) for losses in ([before], [before, after]))
    assert one["layout"]["meta"] != two["layout"]["meta"]


def test_noise_floor_of_the_frechet_distance_is_dotted_and_alone_so() -> None:
    figure = checked(live_curves([LOSSES.get("minimax")], "", DATASETS.get("digits")))
    dotted = [trace.name for trace in figure.data if trace.line.dash == "dot"]
    assert dotted == ["real"]


def test_panels_of_curves_are_zoomed_together() -> None:
    figure = checked(plane_curves([LOSSES.get("minimax")], "", {}))
    axes = [figure.layout.xaxis, figure.layout.xaxis2, figure.layout.xaxis3]
    assert [axis.matches for axis in axes] == ["x4"] * 3
    assert figure.layout.xaxis4.matches is None
