"""A word whose ink is the data."""

from __future__ import annotations

import functools
import math

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, fitted, plane_dataset
from gan_core.text import N_, GanError

DEFAULT = "GAN"
MAX_LENGTH = 12
MAX_CENTERS = 600
FONT_SIZE = 160
MISSING = "\uffff"  # no character, so that every font draws its empty box for it


@functools.lru_cache(maxsize=16)  # a page asks again with every change of a setting
def word(text: str = DEFAULT) -> Plane:
    """The ink of `text` in Pillow's own font; raises `GanError` where there is none."""
    from PIL import Image, ImageDraw, ImageFont

    if not text.strip() or len(text) > MAX_LENGTH:
        raise GanError(
            N_("text must be a word of 1 to {most} characters that are not all spaces. Write one."),
            most=MAX_LENGTH,
        )
    font = ImageFont.load_default(FONT_SIZE)
    box = bytes(font.getmask(MISSING))
    for character in text:
        if bytes(font.getmask(character)) == box:
            raise GanError(
                N_("text has a character that cannot be drawn: {character!r}. Use A to Z and 0–9."),
                character=character,
            )
    _, _, right, bottom = (math.ceil(edge) for edge in font.getbbox(text))
    picture = Image.new("L", (right, bottom))
    ImageDraw.Draw(picture).text((0, 0), text, fill=255, font=font)
    rows, columns = np.nonzero(np.asarray(picture) > 127)
    ink = np.stack([columns, -rows], axis=1).astype(float)  # (pixels, 2)
    # The R2 sequence (generalised golden ratio) scatters the pixels that are kept evenly over the
    # ink; every k-th of them, row by row, would make stripes.
    order = np.argsort((columns * 0.7548776662 + rows * 0.5698402910) % 1, kind="stable")
    centers = ink[order[:MAX_CENTERS]]
    spacing = math.sqrt(len(ink) / len(centers))  # in pixels, where a centre has a square of ink
    placed = fitted(centers)
    scale = np.ptp(placed, axis=0).max() / np.ptp(centers, axis=0).max()
    return Plane(placed, std=scale * spacing / 2)


DATASETS.register(
    plane_dataset(
        "text",
        N_("Word"),
        N_("The ink of a word of your own. Watch which letters become legible first."),
        word,
        options=("text",),
        order=60,
    )
)
