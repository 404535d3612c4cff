"""Faults: mistakes of a well-meant first GAN, built in on request. One file per fault.

The trainer asks the fault of its run in a few places what to do; `none` answers as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from gan_core.datasets import Dataset
from gan_core.losses import Loss
from gan_core.ops import Tensor
from gan_core.registry import Registry
from gan_core.text import N_

Anything = TypeVar("Anything")


def as_it_is(thing: Anything) -> Anything:
    """What is done to it where there is no fault: nothing."""
    return thing


def everywhere(settings: Any, dataset: Dataset) -> bool:
    """For faults that any run can have."""
    return True


@dataclass(frozen=True)
class Case:
    """A fault as a case to be solved.

    `code` is a short program of which the line `wrong` is to be found, and `right` is what belongs
    there; `also` are other lines where one could as well mend it. `settings` are those of a run in
    which the symptom can be seen at step `at`, with steps left to see it heal after that.
    `numbers` stand in the sentences by their names.
    """

    code: str
    wrong: str
    right: str
    hint: str
    why: str
    symptom: str
    healing: str
    settings: Mapping[str, Any]
    at: int
    also: tuple[str, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)

    def filled(self, sentence: str) -> str:
        """One of the sentences, or its translation, with the numbers in their places."""
        return sentence.format(**self.numbers)


# Small enough for half a minute on two cores: digits, and points in the plane.
DIGITS: Mapping[str, Any] = {
    "network": "mlp",
    "latent_dim": 32,
    "batch_size": 64,
    "steps": 3000,
}
POINTS: Mapping[str, Any] = {
    "dataset": "blobs",
    "network": "mlp",
    "latent_dim": 2,
    "g_hidden_units": 32,
    "d_hidden_units": 32,
    "d_learning_rate": 1e-3,
    "g_learning_rate": 1e-3,
    "batch_size": 128,
    "steps": 5000,
}


@dataclass(frozen=True)
class Fault:
    """One fault.

    `loss(loss)` is the loss that is minimised; D is fed `feed(x_real)`. With
    `sorting(x_real, dataset)`, which gives row numbers (n,), the data come in that order, and each
    batch is drawn from `buffer` neighbours. G runs in training mode where `training`, D is frozen
    in G's turn where `frozen`, and only batches as large as the labels reach Keras where
    `whole_batches`. `activation`, where it is set, takes the place of the configured one: such a
    fault is part of the networks and cannot be mended while they train.

    `fits(settings, dataset)` tells which runs can have it, and `needs` says it in words. All but
    `none` have a `case`.
    """

    name: str
    title: str
    help: str
    loss: Callable[[Loss], Loss] = as_it_is
    feed: Callable[[Tensor], Tensor] = as_it_is
    sorting: Callable[[np.ndarray, Dataset], np.ndarray] | None = None
    buffer: int = 0
    training: bool = True
    frozen: bool = True
    whole_batches: bool = True
    activation: str = ""
    fits: Callable[[Any, Dataset], bool] = everywhere
    needs: str = ""
    case: Case | None = None
    order: int = 100


NONE = "none"
FAULTS: Registry[Fault] = Registry(N_("fault"), __name__)
