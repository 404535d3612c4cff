"""Measures of generated pictures, on what a classifier sees in them. One file per measure.

All of them depend on how many pictures there are: compare a value with its noise floor, which is
what real pictures measure against as many other real ones, unless a measure has a floor of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from gan_core.datasets import Dataset
from gan_core.registry import Registry
from gan_core.text import N_, Translate


class Seen(NamedTuple):
    """What a classifier sees in n pictures: `features` (n, d) float, `classes` (n,) int."""

    features: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True)
class Measure:
    """One measure of generated pictures: `measure(real, fake)` returns its value."""

    name: str
    title: str
    help: str
    better: Literal["lower", "higher"]
    measure: Callable[[Seen, Seen], float]
    reference: str
    floor: Callable[[Seen, Seen], float] | None = None
    order: int = 100

    def title_of(self, n: int, translate: Translate) -> str:
        """Its title, and of how many pictures it is taken: without that a value says little."""
        return translate(N_("{title}, n = {n}")).format(title=translate(self.title), n=n)


N_LIVE = 800  # real and generated pictures each, beside training: the bundled digits have enough

MEASURES: Registry[Measure] = Registry(N_("measure"), __name__)


def is_digits(dataset: Dataset) -> bool:
    """Whether the pictures are digits as the shipped classifier knows them."""
    return dataset.name in ("digits", "mnist") and dataset.shape == (28, 28, 1)


def measure_all(real: Seen, fake: Seen) -> dict[str, float]:
    """The value of every measure."""
    return {measure.name: measure.measure(real, fake) for measure in MEASURES}


def all_floors(real: Seen, other: Seen) -> dict[str, float]:
    """The noise floor of every measure, from as many other real pictures."""
    return {each.name: (each.floor or each.measure)(real, other) for each in MEASURES}
