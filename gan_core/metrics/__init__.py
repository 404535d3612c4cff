"""Metrics: how good generated samples are, as a number. One file per metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gan_core.datasets import Dataset
from gan_core.registry import Registry
from gan_core.text import N_


@dataclass(frozen=True)
class Metric:
    """One metric on samples (n, *shape).

    `measure(x_real, x_fake, dataset)` returns the value; measured on real against real of the same
    n it gives the noise floor. `n_samples` is how many the definition asks for. `applies(dataset)`
    tells whether it is defined there.
    """

    name: str
    title: str
    help: str
    unit: str
    better: Literal["lower", "higher"]
    n_samples: int
    measure: Callable[[np.ndarray, np.ndarray, Dataset], float]
    applies: Callable[[Dataset], bool]
    reference: str
    order: int = 100


METRICS: Registry[Metric] = Registry(N_("metric"), __name__)


def has_modes(dataset: Dataset) -> bool:
    """Whether the distribution's peaks are known."""
    return dataset.modes is not None
