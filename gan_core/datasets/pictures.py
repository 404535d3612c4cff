"""Pictures of one's own: brought as files, kept in the store, and named by what they are.

The key of a set is the shape of a picture and the SHA-256 of all pixels, such as 32x32x3-9f86…: a
run's configuration holds it, and so stays all that a run is. The store hands the pictures to the
machine that trains, where they lie in a folder: see `gan_core.runs.data`.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from pathlib import Path

import numpy as np

from gan_core.datasets import AS_SHOWN, DATASETS, Dataset, Place, draw, scale_to_tanh
from gan_core.datasets.example_pictures import SIDE as EXAMPLE_SIDE
from gan_core.datasets.example_pictures import example_pictures
from gan_core.text import N_, GanError

EXAMPLE = "example"  # the key before there are pictures of one's own
MAX_KEY_LENGTH = 80
_KEY = re.compile(r"(?P<side>28|32)x(?P=side)x(?P<channels>[13])-[0-9a-f]{64}")


def key_of(pixels: np.ndarray) -> str:
    """The key of pictures, uint8 (n, side, side, channels)."""
    shape = "x".join(map(str, pixels.shape[1:]))
    return f"{shape}-{hashlib.sha256(pixels.tobytes()).hexdigest()}"


def shape_of(key: str) -> tuple[int, int, int]:
    """The shape of one picture; raises `GanError` for what is no key."""
    if key == EXAMPLE:
        return EXAMPLE_SIDE, EXAMPLE_SIDE, 3
    match = _KEY.fullmatch(key)
    if not match:
        raise GanError(
            N_(
                "pictures = {key} names no pictures. Bring some on the page Train, or get a name "
                "from: python -m gan_core pictures add FOLDER_OR_ZIP."
            ),
            key=key,
        )
    side = int(match["side"])
    return side, side, int(match["channels"])


def pack(pixels: np.ndarray) -> bytes:
    """Pictures as a file in NumPy's .npz format."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, x_train=pixels)
    return buffer.getvalue()


def unpack(data: bytes) -> np.ndarray:
    """Read what `pack` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return np.asarray(arrays["x_train"])


def keep(key: str, data: bytes) -> None:
    """Lay packed pictures into this machine's folder, whole or not at all."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_folder()) as unfinished:
            written = Path(unfinished) / "pictures.npz"
            written.write_bytes(data)
            written.replace(_path(key))
    except OSError as error:
        raise GanError(
            N_(
                "The pictures cannot be kept in {folder} ({reason}). Free some disk space, or make "
                "the folder writable."
            ),
            folder=str(_folder()),
            reason=str(error),
        ) from error


def _folder() -> Path:
    return Path.home() / ".gan_dojo" / "pictures"


def _path(key: str) -> Path:
    return _folder() / f"{key}.npz"


def _pixels(key: str) -> np.ndarray | None:
    """The pictures of that key, if they lie here unharmed: uint8 (n, side, side, channels)."""
    if key == EXAMPLE:
        return example_pictures()
    try:
        pixels = unpack(_path(key).read_bytes())
    except Exception:  # missing, cut off, or anything else that reading them may stumble over
        return None
    return pixels if key_of(pixels) == key else None


def picture_set(pictures: str = EXAMPLE) -> Dataset:
    """The dataset of the pictures of that key."""

    def load(n_samples: int | None = None, *, seed: int = 0) -> np.ndarray:
        """Return float32 (n, side, side, channels) in [−1, 1]."""
        pixels = _pixels(pictures)
        if pixels is None:
            raise GanError(
                N_(
                    "The pictures {key} are not on this computer. Bring them again on the page "
                    "Train, or by: python -m gan_core pictures add FOLDER_OR_ZIP."
                ),
                key=pictures,
            )
        return draw(scale_to_tanh(pixels), n_samples, seed)

    def where() -> Place | None:
        if pictures == EXAMPLE:
            return "included"
        return None if _pixels(pictures) is None else "cache"

    return Dataset(
        name="pictures",
        title=N_("Your own pictures"),
        help=N_("A folder, a zip or an .npz of yours. Before you bring one: coloured shapes."),
        shape=shape_of(pictures),
        load=load,
        where=where,
        stored=None if pictures == EXAMPLE else pictures,
        options=("pictures", *AS_SHOWN),
        configure=picture_set,
        order=34,
    )


DATASETS.register(picture_set())
