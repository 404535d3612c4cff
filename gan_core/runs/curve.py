"""Records at several resolutions, so that a run of a million steps opens as fast as a short one.

Level 0 holds every step; one point of level k is the mean of `FACTOR`ᵏ steps.
"""

from __future__ import annotations

import numpy as np

FACTOR = 4
LEVELS = 7  # 4⁶ = 4,096 steps per point at the coarsest
MAX_POINTS = 2048  # a picture never needs more points per curve


def stride(level: int) -> int:
    """Steps per point."""
    return FACTOR**level


def level_for(n_steps: int, max_points: int = MAX_POINTS) -> int:
    """The finest level at which `n_steps` steps are at most `max_points` points."""
    return next(
        (level for level in range(LEVELS) if n_steps <= max_points * stride(level)), LEVELS - 1
    )


class Pyramid:
    """Turns a stream of records into the points of every level, as they become complete."""

    def __init__(self, n_fields: int) -> None:
        self._waiting = [np.empty((0, n_fields), np.float32) for _ in range(LEVELS - 1)]

    def add(self, records: np.ndarray) -> dict[int, np.ndarray]:
        """Take the records of the next steps (n, fields); return level → new points (m, fields)."""
        points = {0: records}
        for level, waiting in enumerate(self._waiting):
            joined = np.concatenate([waiting, points[level]])
            n_complete = len(joined) // FACTOR * FACTOR
            groups = joined[:n_complete].reshape(-1, FACTOR, joined.shape[1])
            points[level + 1] = groups.mean(axis=1, dtype=np.float64).astype(np.float32)
            self._waiting[level] = joined[n_complete:]
        return {level: new for level, new in points.items() if len(new)}
