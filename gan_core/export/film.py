"""A run of pictures as a picture, and as a film of all that is kept of its training."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gan_core.runs.events import Event
from gan_core.runs.frame import png
from gan_core.runs.store import Store
from gan_core.text import N_, GanError

if TYPE_CHECKING:
    from PIL import Image

LARGER = 2  # times: 28 pixels are few on a screen
CAPTION = 16  # pixels under each picture of a film
FRAME_MS, LAST_MS = 100, 2000
NO_FFMPEG = N_(
    "A film as MP4 takes the program ffmpeg, which is not on the PATH where GAN Dojo runs. Install "
    "it, or take the GIF."
)


def samples_png(store: Store, run_id: str) -> bytes:
    """The latest samples of a run, side by side, as a PNG. Raises `GanError` if there are none."""
    return png(_frames(store, run_id, store.record.frame_steps(run_id)[-1:])[-1].payload or b"{}")


def film_gif(store: Store, run_id: str) -> bytes:
    """The same noise vectors at every step that is kept, as an endless GIF that names the step.

    Raises `GanError` if there are no pictures of the run.
    """
    frames = _frames(store, run_id, store.record.frame_steps(run_id))
    first, *others = [_captioned(frame) for frame in frames]
    film = io.BytesIO()
    durations = [*[FRAME_MS] * len(others), LAST_MS]
    first.save(film, "GIF", save_all=True, append_images=others, duration=durations, loop=0)
    return film.getvalue()


def has_ffmpeg() -> bool:
    """Whether `film_mp4` can be made on this machine."""
    return shutil.which("ffmpeg") is not None


def film_mp4(store: Store, run_id: str) -> bytes:
    """The same film as a video that slides play: H.264 in 4:2:0, made by `ffmpeg`.

    Raises `GanError` if there are no pictures of the run, or no ffmpeg here.
    """
    frames = _frames(store, run_id, store.record.frame_steps(run_id))
    if not has_ffmpeg():
        raise GanError(NO_FFMPEG)
    pictures = [_captioned(frame).convert("RGB") for frame in frames]
    pictures += pictures[-1:] * (LAST_MS // FRAME_MS - 1)
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"  # no pipe: the index is written at the beginning, last
        done = subprocess.run(
            _ffmpeg(pictures[0].size, film),
            input=b"".join(picture.tobytes() for picture in pictures),
            capture_output=True,
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise GanError(N_("ffmpeg could not make the film: {reason}"), reason=said[-300:])
        return film.read_bytes()


def _ffmpeg(size: tuple[int, int], film: Path) -> list[str]:
    """The command that reads RGB pictures of a size (width, height) and writes the film."""
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"]
    read = [*raw, "-r", str(1000 // FRAME_MS), "-i", "-"]
    write = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(film)]
    return ["ffmpeg", "-loglevel", "error", *read, *write]


def _frames(store: Store, run_id: str, steps: Sequence[int]) -> list[Event]:
    """Those at these steps; raises `GanError` where there are none."""
    run = store.run(run_id)
    if not run.config.items.dataset.is_image:
        raise GanError(N_("Run {name} is of points, and has no pictures."), name=run.name)
    found = [store.record.frame_at(run_id, step) for step in steps]
    frames = [frame for frame in found if frame]
    if not frames:
        raise GanError(
            N_("Run {name} has no pictures yet. Wait until it has begun to train."), name=run.name
        )
    return frames


def _captioned(frame: Event) -> Image.Image:
    from PIL import Image, ImageDraw

    samples = Image.open(io.BytesIO(png(frame.payload or b"{}")))
    size = samples.width * LARGER, samples.height * LARGER
    picture = Image.new(samples.mode, (size[0], size[1] + CAPTION))
    picture.paste(samples.resize(size, Image.Resampling.NEAREST))
    ImageDraw.Draw(picture).text((4, size[1] + 2), f"{frame.step:,}", "white")
    return picture
