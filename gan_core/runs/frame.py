"""Frames: what a run's pictures need at one step, ready to be sent to a browser.

A frame maps channels to values: "x_fake" and, once per run, "x_real" are pictures as data URIs;
points are "x_fake.x", "x_fake.y" and so on. Metrics go by their names.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from gan_core.datasets import Dataset
from gan_core.metrics import METRICS

GRID = 8  # pictures per row
N_REAL_PICTURES = 16
N_POINTS = 500


def real_channels(x_real: np.ndarray, dataset: Dataset) -> dict[str, Any]:
    """The real samples that stand beside the generated ones all along."""
    shown = x_real[:N_REAL_PICTURES] if dataset.is_image else x_real
    return channels("x_real", shown, dataset)


def n_samples(dataset: Dataset, per_row: int = GRID) -> int:
    """How many samples a frame of this dataset is made from; of pictures, a square of them."""
    applicable = [metric.n_samples for metric in METRICS if metric.applies(dataset)]
    return max([per_row**2 if dataset.is_image else N_POINTS, *applicable])


def encode(
    x_fake: np.ndarray,
    measures: Mapping[str, float | None],
    dataset: Dataset,
    also: Mapping[str, Any],
    per_row: int = GRID,
) -> bytes:
    """Make a frame from generated samples (n, *shape) and what was measured on them."""
    shown = channels("x_fake", x_fake, dataset, per_row)
    return json.dumps(shown | dict(measures) | dict(also)).encode()


def measure(x_real: np.ndarray, x_fake: np.ndarray, dataset: Dataset) -> dict[str, float]:
    """Value of every metric that is defined on this dataset."""
    return {
        metric.name: metric.measure(x_real, x_fake, dataset)
        for metric in METRICS
        if metric.applies(dataset)
    }


def floors(x_real: np.ndarray, x_other: np.ndarray, dataset: Dataset) -> dict[str, float]:
    """Noise floor of every metric that is defined on this dataset."""
    return {
        metric.name: metric.noise_floor(x_real, x_other, dataset)
        for metric in METRICS
        if metric.applies(dataset)
    }


def pictures_per_row(n_told: int) -> int:
    """`GRID`, or nearly so that what G is told takes whole turns: each has columns of its own."""
    return n_told * max(1, round(GRID / n_told)) if n_told else GRID


def channels(
    name: str, samples: np.ndarray, dataset: Dataset, per_row: int = GRID
) -> dict[str, Any]:
    """Samples (n, *shape) as what a figure takes: one picture, or coordinates."""
    if dataset.is_image:
        return {name: picture(samples[: per_row**2], per_row)}
    finite = samples[np.isfinite(samples).all(axis=1)]  # JSON knows no NaN
    points = np.round(finite[:N_POINTS].astype(float), 4)
    return {f"{name}.x": points[:, 0].tolist(), f"{name}.y": points[:, 1].tolist()}


def png(frame: bytes) -> bytes:
    """The generated pictures of a frame, as the PNG that `picture` made."""
    uri: str = json.loads(frame)["x_fake"]
    return base64.b64decode(uri.partition(",")[2])


def picture(samples: np.ndarray, per_row: int = GRID) -> str:
    """Lay out pictures (n, side, side, 1 or 3) in [−1, 1], in full rows, as one PNG in a data URI.

    What does not fill a row is left out; fewer than a row are a shorter one.
    """
    from PIL import Image

    shades = np.nan_to_num(samples)  # a diverged generator draws grey
    pixels = np.rint(np.clip((shades + 1) * 127.5, 0, 255)).astype(np.uint8)
    n, height, width, channels = pixels.shape
    per_row = min(per_row, n)
    rows = pixels[: n // per_row * per_row].reshape(-1, per_row, height, width, channels)
    grid = rows.transpose(0, 2, 1, 3, 4).reshape(-1, per_row * width, channels)
    buffer = io.BytesIO()
    Image.fromarray(grid[..., 0] if channels == 1 else grid).save(buffer, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
