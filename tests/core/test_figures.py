"""Figures: what they draw is what the code computes, and every live channel is fed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.datasets import DATASETS, Dataset
from gan_core.figures.curves import live_curves
from gan_core.figures.loss_curve import loss_curve
from gan_core.figures.samples import live_samples
from gan_core.losses import LOSSES, Loss, probability
from gan_core.runs import frame
from gan_core.training.records import RECORD_FIELDS

every_loss = pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.name)
every_dataset = pytest.mark.parametrize("dataset", list(DATASETS), ids=lambda dataset: dataset.name)


def feeds(figure: go.Figure, kind: str) -> set[str]:
    return {
        channel
        for trace in figure.data
        if trace.meta and kind in trace.meta
        for channel in trace.meta[kind].values()
    }


def curve(figure: go.Figure, name: str) -> dict[float, float]:
    trace = next(trace for trace in figure.data if trace.name == name)
    return dict(zip(np.round(trace.x, 6).tolist(), trace.y.tolist(), strict=True))


@every_loss
@every_dataset
def test_live_curves_are_fed_by_what_a_run_records(loss: Loss, dataset: Dataset) -> None:
    figure = live_curves(loss, dataset)
    known = {"step", "speed_step", "images_per_second", *RECORD_FIELDS}
    assert feeds(figure, "append") == known
    assert json.loads(figure.to_json())["layout"]["uirevision"]


@every_loss
def test_dashed_lines_stand_at_the_equilibrium(loss: Loss) -> None:
    heights = {shape.y0 for shape in live_curves(loss, DATASETS.get("digits")).layout.shapes}
    assert heights == {*loss.equilibrium, 0.5}


@every_dataset
def test_live_samples_are_fed_by_what_a_frame_holds(dataset: Dataset) -> None:
    n = frame.n_samples(dataset)
    x: Any = np.zeros((n, *dataset.shape), np.float32)
    sent = json.loads(frame.encode(x, x, dataset, frame.real_channels(x, dataset)))
    assert feeds(live_samples(dataset), "replace") <= set(sent)


@every_loss
def test_a_sample_that_d_is_rightly_sure_of_costs_nothing(loss: Loss) -> None:
    figure = loss_curve(loss)
    real, fake = curve(figure, "D on a real sample"), curve(figure, "D on a fake sample")
    if loss.decision is probability:
        assert real[0.0] == pytest.approx(np.log(2))
        assert fake[0.0] == pytest.approx(np.log(2))
        assert real[6.0] == pytest.approx(np.log1p(np.exp(-6)))
    else:
        assert (real[1.0], fake[0.0]) == (0.0, 0.0)
        assert (real[0.0], fake[1.0]) == (1.0, 1.0)


def test_minimax_is_flat_where_g_loses_and_non_saturating_is_steep() -> None:
    slopes = {}
    for name in ("minimax", "non_saturating"):
        y = curve(loss_curve(LOSSES.get(name)), "G on its own sample")
        slopes[name] = (y[-5.95] - y[-6.0]) / 0.05
    assert abs(slopes["minimax"]) < 0.01
    assert slopes["non_saturating"] == pytest.approx(-1, abs=0.01)


def test_labels_are_translated() -> None:
    figure = live_curves(LOSSES.get("minimax"), DATASETS.get("ring"), lambda text: f"«{text}»")
    titles = {annotation.text for annotation in figure.layout.annotations}
    assert {"«Losses»", "«Discriminator's verdict»", "«Points per second»"} <= titles
