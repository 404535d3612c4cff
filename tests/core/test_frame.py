"""Frames: what a run's pictures need at one step."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from gan_core.datasets import DATASETS
from gan_core.metrics import METRICS
from gan_core.runs import frame

RING, DIGITS = DATASETS.get("ring"), DATASETS.get("digits")


def pixels(uri: str) -> np.ndarray:
    kind, data = uri.split(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_pictures_stand_eight_in_a_row() -> None:
    samples = np.full((16, 28, 28, 1), -1, np.float32)
    samples[3] = 1  # the fourth of the first row
    samples[8, 0, 5] = 0.5  # the first of the second row
    grid = pixels(frame.picture(samples))
    assert grid.shape == (2 * 28, 8 * 28)
    assert (grid[:28, 3 * 28 : 4 * 28] == 255).all()
    assert grid[28, 5] == 191
    assert np.count_nonzero(grid) == 28 * 28 + 1


def test_shades_beyond_the_range_are_black_and_white() -> None:
    samples = np.zeros((8, 28, 28, 1), np.float32)
    samples[0], samples[1], samples[2] = -9, 9, np.nan
    grid = pixels(frame.picture(samples))
    assert [grid[0, 0], grid[0, 28], grid[0, 2 * 28]] == [0, 255, 128]


def test_every_shade_stays_the_same() -> None:
    grid = np.arange(256, dtype=np.uint8).reshape(16, 16)
    samples = (grid.astype(np.float32) / 127.5 - 1)[np.newaxis, ..., np.newaxis]
    assert np.array_equal(pixels(frame.picture(samples)), grid)


def test_colour_stays_colour() -> None:
    samples = np.full((8, 32, 32, 3), -1, np.float32)
    samples[2, 5, 7] = 1, 0, -1
    grid = pixels(frame.picture(samples))
    assert grid.shape == (32, 8 * 32, 3)
    assert grid[5, 2 * 32 + 7].tolist() == [255, 128, 0]
    assert np.count_nonzero(grid) == 2


def test_pictures_that_do_not_fill_a_row_are_left_out() -> None:
    assert pixels(frame.picture(np.zeros((19, 28, 28, 1), np.float32))).shape == (2 * 28, 8 * 28)


def test_points_are_rounded_coordinates() -> None:
    samples = np.array([[0.123456, -1], [2, 3]], np.float32)
    assert frame.channels("x_fake", samples, RING) == {
        "x_fake.x": [0.1235, 2.0],
        "x_fake.y": [-1.0, 3.0],
    }


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_points_that_are_no_numbers_are_left_out(broken: float) -> None:
    x_fake = RING.load(100, seed=1)
    x_fake[::2, 0] = broken
    encoded = frame.encode(x_fake, frame.measure(RING.load(100, seed=2), x_fake, RING), RING, {})
    read = json.loads(encoded, parse_constant=pytest.fail)  # NaN is no JSON
    assert len(read["x_fake.x"]) == len(read["x_fake.y"]) == 50
    assert read["high_quality"] <= 50


def test_frame_holds_samples_metrics_and_what_is_added() -> None:
    n = frame.n_samples(RING)
    assert n == 2500  # as the metrics' definition asks for
    x_fake = RING.load(n, seed=1)
    measures = frame.measure(RING.load(n, seed=2), x_fake, RING)
    encoded = frame.encode(x_fake, measures, RING, {"more": 1})
    read = json.loads(encoded)
    assert len(read["x_fake.x"]) == len(read["x_fake.y"]) == frame.N_POINTS
    assert {metric.name for metric in METRICS if metric.applies(RING)} <= read.keys()
    assert read["modes_covered"] == 8
    assert read["more"] == 1


def test_frame_of_pictures_is_one_picture() -> None:
    samples = DIGITS.load(frame.n_samples(DIGITS), seed=1)
    read = json.loads(frame.encode(samples, {}, DIGITS, {}))
    assert pixels(read["x_fake"]).shape == (8 * 28, 8 * 28)


def test_real_samples_stand_beside_the_generated_ones() -> None:
    real = frame.real_channels(DIGITS.load(64, seed=1), DIGITS)
    assert pixels(real["x_real"]).shape == (2 * 28, 8 * 28)
    assert set(frame.real_channels(RING.load(64, seed=1), RING)) == {"x_real.x", "x_real.y"}
