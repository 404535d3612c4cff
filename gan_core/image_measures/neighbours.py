"""Nearest training pictures: does a generator copy what it was trained on?

A copy lies much nearer to one training picture than to any other. Nearness by itself says little:
blurred pictures are near to everything. So the distance to the nearest training picture is taken
as a part of the distance to the second nearest (as in arXiv:2310.02664), and compared with the
same of pictures held out: training pictures, looked up among all the others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gan_core.text import N_, Text

BY_CHANCE = 0.01  # of the held-out pictures, which are no copies, count as copies
SOME, MOST = 0.05, 0.5  # of the samples

ROWS = 50  # samples at a time


class Nearest(NamedTuple):
    """For n samples: `rows` (n, 2) of the two nearest training pictures, `distances` (n, 2)."""

    rows: np.ndarray
    distances: np.ndarray


class TrainingPictures:
    """All that a generator was trained on, float32 pictures (n, *shape), for looking up neighbours.

    `pictures` are those that differ: of several equal ones, one stays.
    """

    def __init__(self, x_train: np.ndarray) -> None:
        backwards = range(len(x_train) - 1, -1, -1)
        first = {hash(x_train[row].tobytes()): row for row in backwards}
        self.pictures = x_train if len(first) == len(x_train) else x_train[sorted(first.values())]
        self._flat = self.pictures.reshape(len(self.pictures), -1)
        self._squares = np.einsum("ij,ij->i", self._flat, self._flat)

    def nearest(self, x: np.ndarray, own_rows: np.ndarray | None = None) -> Nearest:
        """The two pictures nearest to each of x (n, *shape), by Euclidean distance of the pixels.

        With `own_rows` (n,), x are training pictures themselves, each held out from its search.
        """
        x = np.nan_to_num(x, posinf=1.0, neginf=-1.0).reshape(len(x), -1)
        parts = [
            self._nearest(x[part], None if own_rows is None else own_rows[part])
            for part in np.array_split(np.arange(len(x)), -(-len(x) // ROWS))
        ]
        return Nearest(*map(np.concatenate, zip(*parts, strict=True)))

    def _nearest(self, x: np.ndarray, own_rows: np.ndarray | None) -> Nearest:
        squared = self._squares - 2 * (x @ self._flat.T)  # (n, training), up to what x adds
        if own_rows is not None:
            squared[np.arange(len(x)), own_rows] = np.inf
        rows = np.argpartition(squared, 2, axis=1)[:, :2]
        # Anew, as the difference of large squares has lost its last digits.
        distances = np.linalg.norm((self._flat[rows] - x[:, np.newaxis]).astype(float), axis=2)
        order = distances.argsort(axis=1)
        return Nearest(*(np.take_along_axis(each, order, axis=1) for each in (rows, distances)))


def share_of_copies(distances: np.ndarray, held_out: np.ndarray) -> float:
    """The share of samples that lie closer to a single training picture than held-out ones do.

    Both are distances to the nearest and the second nearest training picture, (n, 2) and (m, 2).
    Of the held-out pictures, `BY_CHANCE` do so.
    """
    return float((closeness(distances) < np.quantile(closeness(held_out), BY_CHANCE)).mean())


def closeness(distances: np.ndarray) -> np.ndarray:
    """The nearest distance as a part of the second nearest (n,): 0 for a copy, at most 1."""
    nearest, second = distances.T
    return np.divide(nearest, second, out=np.ones_like(second), where=second > 0)


def verdict(copies: float) -> Text:
    """What a share of copies says, in words."""
    if copies >= MOST:
        template = N_(
            "The generator copies: {share} of its samples lie as close to one single training "
            "picture as only {chance} of held-out real pictures do."
        )
    elif copies >= SOME:
        template = N_(
            "Some samples are copies: {share} lie as close to one single training picture as only "
            "{chance} of held-out real pictures do."
        )
    else:
        template = N_(
            "No sign of copying: {share} of the samples lie as close to one single training "
            "picture as {chance} of held-out real pictures do."
        )
    return Text(template, {"share": f"{copies:.1%}", "chance": f"{BY_CHANCE:.0%}"})
