"""Brings a run's data to the machine that trains: from its makers, or from the store."""

from __future__ import annotations

from gan_core.datasets import Dataset, Progress
from gan_core.datasets.pictures import keep
from gan_core.runs.store import Store


def prepare(dataset: Dataset, store: Store, progress: Progress) -> None:
    """Bring what is not there yet; raises `GanError` when it cannot be had."""
    if dataset.stored and dataset.where() is None:
        keep(dataset.stored, store.pictures.data(dataset.stored))
    dataset.prepare(progress)
