"""Checkpoints: named arrays as bytes, without pickle."""

from __future__ import annotations

import io

import numpy as np


def pack(state: dict[str, np.ndarray]) -> bytes:
    """Return `state` in NumPy's .npz format."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **state)
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, np.ndarray]:
    """Read what `pack` wrote; raises `ValueError` for anything that would need pickle."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return dict(arrays)
