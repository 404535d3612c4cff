"""Datasets: what the discriminator is shown as real. One file per dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from gan_core.registry import Registry
from gan_core.text import N_

Progress = Callable[[float], None]  # called with the fraction done, 0 to 1
Place = Literal["included", "GAN_DATA_DIR", "cache"]  # where data lies on this machine


class Load(Protocol):
    """How a dataset gives its samples."""

    def __call__(self, n_samples: int | None = None, *, seed: int = 0) -> np.ndarray:
        """Return float32 samples (n, *shape), images in [−1, 1]; all there are when n is None."""


# Options that leave the samples alone: how D gets to see pictures, and what is told of them.
AS_SHOWN = ("augmentation",)
LABELLED = (*AS_SHOWN, "conditional")


@dataclass(frozen=True)
class Modes:
    """The peaks of a distribution that is a mixture of round Gaussians of the same width."""

    centers: np.ndarray  # (modes, 2)
    std: float


def nothing_to_prepare(progress: Progress) -> None:
    """For data that is computed or bundled."""


def included() -> Place:
    """For data that is computed or bundled."""
    return "included"


@dataclass(frozen=True)
class Dataset:
    """One dataset: `shape` of a sample, (side, side, channels) for square pictures of one channel
    (grey) or three (red, green, blue), or (2,) for points in the plane.

    `prepare(progress)` brings the data to this machine if it is not there, `where()` tells whether
    it is (None: not yet), and `load` reads it. All three raise `GanError` when the data cannot be
    had. `stored` is the key of pictures that the store has to hand over before that, if any.
    `labels()` are the classes of all samples, in the order of `load()`: whole numbers (n,) from 0
    to n_classes − 1. `density(points)` is p(x) where it is known. Figures of the plane show
    −extent…extent.

    A dataset with parameters names them in `options`, which are fields of a run's configuration;
    `configure(**options)` returns the dataset with other values, modes and density included.
    """

    name: str
    title: str
    help: str
    shape: tuple[int, ...]
    load: Load
    prepare: Callable[[Progress], None] = nothing_to_prepare
    where: Callable[[], Place | None] = included
    stored: str | None = None
    labels: Callable[[], np.ndarray] | None = None
    n_classes: int = 0
    modes: Modes | None = None
    density: Callable[[np.ndarray], np.ndarray] | None = None
    extent: float = 1.7
    options: tuple[str, ...] = ()
    configure: Callable[..., Dataset] | None = None
    order: int = 100

    @property
    def is_image(self) -> bool:
        """Whether samples are pictures rather than points."""
        return len(self.shape) == 3

    def configured(self, settings: Any) -> Dataset:
        """This dataset with its options as `settings` has them, an object with a field for each."""
        if not self.configure:
            return self
        own = [option for option in self.options if option not in LABELLED]
        return self.configure(**{option: getattr(settings, option) for option in own})


DATASETS: Registry[Dataset] = Registry(N_("dataset"), __name__)


def draw(samples: np.ndarray, n_samples: int | None, seed: int) -> np.ndarray:
    """Return `n_samples` different rows in random order, or all of them as they are."""
    if n_samples is None:
        return samples
    return samples[np.random.default_rng(seed).permutation(len(samples))[:n_samples]]


def scale_to_tanh(pixels: np.ndarray) -> np.ndarray:
    """Turn values 0…255 (n, side, side[, channels]) into float32 in tanh's range [−1, 1].

    Pictures without an axis for channels get one: the shape is (n, side, side, channels).
    """
    scaled = pixels.astype(np.float32)
    scaled /= 127.5  # in place: a big set would need its memory three times
    scaled -= 1.0
    return scaled if scaled.ndim == 4 else scaled[..., np.newaxis]
