"""The geometry of noise: how long noise vectors are, and what lies between two of them."""

from __future__ import annotations

import numpy as np


def lerp(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The straight way from start (d,) to end (d,) at t (n,) in [0, 1], shape (n, d)."""
    t = t[:, np.newaxis]
    return (1 - t) * start + t * end


def slerp(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The way along the arc, (n, d), as White 2016, arXiv:1609.04468; straight where there is none.

    It turns at an even pace from one direction to the other.
    """
    cosine = start @ end / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-6:
        return lerp(start, end, t)
    t = t[:, np.newaxis]
    return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
