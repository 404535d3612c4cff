"""A run of pictures as a picture, and as a film of all that is kept of its training."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gan_core.runs.store import Event, Store
from gan_core.text import N_, GanError

if TYPE_CHECKING:
    from PIL import Image

LARGER = 2  # times: 28 pixels are few on a screen
CAPTION = 16  # pixels under each picture of a film
FRAME_MS, LAST_MS = 100, 2000


def samples_png(store: Store, run_id: str) -> bytes:
    """The latest samples of a run, side by side, as a PNG. Raises `GanError` if there are none."""
    return _png(_frames(store, run_id, store.frame_steps(run_id)[-1:])[-1])


def film_gif(store: Store, run_id: str) -> bytes:
    """The same noise vectors at every step that is kept, as an endless GIF that names the step.

    Raises `GanError` if there are no pictures of the run.
    """
    frames = _frames(store, run_id, store.frame_steps(run_id))
    first, *others = [_captioned(frame) for frame in frames]
    film = io.BytesIO()
    durations = [*[FRAME_MS] * len(others), LAST_MS]
    first.save(film, "GIF", save_all=True, append_images=others, duration=durations, loop=0)
    return film.getvalue()


def _frames(store: Store, run_id: str, steps: Sequence[int]) -> list[Event]:
    """Those at these steps; raises `GanError` where there are none."""
    run = store.run(run_id)
    if not run.config.items.dataset.is_image:
        raise GanError(N_("Run {name} is of points, and has no pictures."), name=run.name)
    found = [store.frame_at(run_id, step) for step in steps]
    frames = [frame for frame in found if frame]
    if not frames:
        raise GanError(
            N_("Run {name} has no pictures yet. Wait until it has begun to train."), name=run.name
        )
    return frames


def _png(frame: Event) -> bytes:
    uri = json.loads(frame.payload or b"{}")["x_fake"]
    return base64.b64decode(uri.partition(",")[2])


def _captioned(frame: Event) -> Image.Image:
    from PIL import Image, ImageDraw

    samples = Image.open(io.BytesIO(_png(frame)))
    size = samples.width * LARGER, samples.height * LARGER
    picture = Image.new(samples.mode, (size[0], size[1] + CAPTION))
    picture.paste(samples.resize(size, Image.Resampling.NEAREST))
    ImageDraw.Draw(picture).text((4, size[1] + 2), f"{frame.step:,}", "white")
    return picture
