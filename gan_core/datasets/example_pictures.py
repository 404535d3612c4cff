"""Coloured shapes that the program draws: what one's own pictures are before there are any."""

from __future__ import annotations

import functools

import numpy as np

N = 1000
SIDE = 32
_PALETTE = np.array(
    [(214, 58, 46), (240, 148, 32), (242, 202, 60), (64, 160, 88), (46, 120, 200), (132, 84, 178)]
)


@functools.cache
def example_pictures() -> np.ndarray:
    """Discs, rings, squares and triangles on a dark or light ground: uint8 (N, SIDE, SIDE, 3)."""
    rng = np.random.default_rng(0)
    columns = [rng.uniform(low, high, (N, 1, 1)) for low, high in ((11, 21), (11, 21), (6, 10))]
    across, down, radius = columns
    turn = rng.uniform(0, 2 * np.pi, (N, 1, 1))
    kinds = rng.integers(4, size=(N, 1, 1))
    colors = _PALETTE[rng.integers(len(_PALETTE), size=N)][:, np.newaxis, np.newaxis]
    ground = np.where(rng.integers(2, size=(N, 1, 1, 1)), 236, 28)

    y, x = np.mgrid[:SIDE, :SIDE]
    x, y = x - across, y - down  # (N, SIDE, SIDE)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    r = np.hypot(x, y)
    edges = [np.cos(a) * x + np.sin(a) * y for a in 2 * np.pi / 3 * np.arange(3)]
    # How far each pixel lies outside of each kind of shape, in pixels; inside it is negative.
    outside = np.select(
        [kinds == 0, kinds == 1, kinds == 2],
        [r - radius, np.abs(r - 0.8 * radius) - 2, np.maximum(np.abs(x), np.abs(y)) - 0.8 * radius],
        np.max(edges, axis=0) - 0.6 * radius,
    )
    covered = np.clip(0.5 - outside, 0, 1)[..., np.newaxis]  # smooth edges
    pictures = np.rint(covered * colors + (1 - covered) * ground).astype(np.uint8)
    pictures.flags.writeable = False  # everybody in this process gets the same array
    return pictures
