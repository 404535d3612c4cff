"""The samples of a run as arrays for other programs."""

from __future__ import annotations

import io
import json

import numpy as np
from PIL import Image

from gan_core.datasets import Dataset
from gan_core.runs import frame
from gan_core.runs.events import Event
from gan_core.runs.store import Store
from gan_core.text import N_, GanError

MOST_STEPS = 32  # more than an overview needs would not fit into memory many times over


def samples_npz(store: Store, run_id: str) -> bytes:
    """The latest samples, and what the same noise vectors gave earlier, in NumPy's .npz format.

    "x_fake" float32 (n, *shape) are the samples at "step"; "x_fake_at_steps" (k, n, *shape) those
    at "steps" (k,), up to `MOST_STEPS` of the steps that are kept, from the first to the last.
    Pictures are in [−1, 1] in 256 shades. Points that are no numbers are left out, with NaN behind
    the others: rows of such a step belong to other noise vectors than the same rows elsewhere.

    Raises `GanError` if there is no such run, or nothing to be seen of it yet.
    """
    run, steps = store.run(run_id), store.record.frame_steps(run_id)
    if not steps:
        raise GanError(
            N_("Run {name} has no samples yet. Wait until it has begun to train."), name=run.name
        )
    chosen = np.unique(np.linspace(0, len(steps) - 1, MOST_STEPS).round().astype(int))
    found = (store.record.frame_at(run_id, steps[index]) for index in chosen)
    # Meanwhile a frame may have given way: then the one before it has come in its place.
    frames = {each.step: _samples(each, run.config.items.dataset) for each in found if each}
    x_fake = np.stack([*frames.values()])
    arrays = io.BytesIO()
    np.savez_compressed(
        arrays,
        allow_pickle=False,
        x_fake=x_fake[-1],
        step=np.int64([*frames][-1]),
        x_fake_at_steps=x_fake,
        steps=np.array([*frames]),
    )
    return arrays.getvalue()


def _samples(kept: Event, dataset: Dataset) -> np.ndarray:
    """What a frame shows: float32 (n, *shape)."""
    if not dataset.is_image:
        shown = json.loads(kept.payload or b"{}")
        points = np.full((frame.N_POINTS, 2), np.nan, np.float32)
        points[: len(shown["x_fake.x"])] = np.transpose([shown["x_fake.x"], shown["x_fake.y"]])
        return points
    side, _, channels = dataset.shape
    pixels = np.asarray(Image.open(io.BytesIO(frame.png(kept.payload or b"{}"))), np.float32)
    rows = pixels.reshape(-1, side, pixels.shape[1] // side, side, channels).swapaxes(1, 2)
    return rows.reshape(-1, *dataset.shape) / np.float32(127.5) - 1
