"""Trainers that runs share, so that a run like one before, or beside it, starts without compiling.

Runs of one mould take turns on a machine: what XLA compiles in seconds for one of them serves all
of a class. When its last run has left, a machine is kept for a while.
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from gan_core.config import RunConfig, option_fields
from gan_core.datasets import DATASETS, LABELLED
from gan_core.training.device import pick
from gan_core.training.trainer import Suspended, Trainer, mould

MAX_IDLE = 8

_machines: list[_Machine] = []  # the longest unused first
_lock = threading.Lock()
_loading: dict[str, threading.Lock] = {}  # by dataset


def real_samples(config: RunConfig) -> tf.Tensor:
    """All samples (n, *shape) of a run's data, in memory once for all runs of this process."""
    about_data = {"dataset", "seed", *option_fields("dataset")} - {*LABELLED}
    about_data &= config.model_fields_set
    if DATASETS.get(config.dataset).is_image:  # a seed draws points, but of pictures all are loaded
        about_data -= {"seed"}
    fits_all = {"network": "mlp"}
    only_data = RunConfig.parse(config.model_dump(include=about_data) | fits_all)
    with _loading.setdefault(config.dataset, threading.Lock()):  # of runs that begin at once, one
        return _real_samples(only_data)


@functools.lru_cache(maxsize=4)
def _real_samples(only_data: RunConfig) -> tf.Tensor:
    return tf.constant(only_data.items.dataset.load(seed=only_data.seed), tf.float32)


def real_labels(config: RunConfig) -> np.ndarray | None:
    """The class of each of `real_samples` (n,), where the players are told of classes."""
    return _real_labels(config.dataset) if config.conditional else None


@functools.lru_cache(maxsize=4)
def _real_labels(dataset: str) -> np.ndarray | None:
    labels = DATASETS.get(dataset).labels
    return labels() if labels else None


@contextmanager
def borrowed_trainer(config: RunConfig) -> Iterator[Trainer]:
    """Give a trainer at step 0 of `config`, which nobody else uses meanwhile."""
    with taken_seat(config) as seat, seat.turn() as trainer:
        yield trainer


@contextmanager
def taken_seat(config: RunConfig, share: float = 1.0) -> Iterator[Seat]:
    """Give a run its seat at a machine of its mould, of which it takes a `share`, up to 1."""
    seat = Seat(config, share, _machine_for(config, share))
    try:
        yield seat
    finally:
        seat.leave()


class _Turn:
    """A lock that those who wait for it get in the order in which they came.

    `threading.Lock` has no order: of thirty runs some took a hundred times the steps of others.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()  # whose turn it is first

    def __enter__(self) -> None:
        mine = threading.Event()
        with self._guard:
            self._queue.append(mine)
            if self._queue[0] is mine:
                return
        mine.wait()

    def __exit__(self, *error: object) -> None:
        with self._guard:
            self._queue.popleft()
            if self._queue:
                self._queue[0].set()


class _Machine:
    """A trainer and whose turn it is."""

    def __init__(self, share: float) -> None:
        self.mould: object = None  # nobody else comes while there is none
        self.taken = share  # up to 1
        self.turn = _Turn()
        self.trainer: Trainer | None = None
        self.occupant: Seat | None = None  # whose run the trainer holds


class Seat:
    """A run's right to take turns on a machine."""

    def __init__(self, config: RunConfig, share: float, machine: _Machine) -> None:
        self.step = 0
        self._config, self._share, self._machine = config, share, machine
        self._suspended: Suspended | None = None

    @contextmanager
    def turn(self) -> Iterator[Trainer]:
        """Give the trainer, at this run, while no other run uses it. Keep turns short."""
        with self._machine.turn:
            trainer = self._sit_down()
            try:
                yield trainer
            finally:
                self.step = trainer.step

    def change(self, config: RunConfig) -> bool:
        """Go on with another config; whether that compiles anew. See `Trainer.change`."""
        wanted = _mould_of(config)
        with _lock:
            if self._machine.mould != wanted and self._machine.taken == self._share:
                self._machine.mould = None
        if self._machine.mould not in (wanted, None):
            self._move()
        with self.turn() as trainer:
            compiles = trainer.change(config)
        self._machine.mould = wanted
        return compiles

    def leave(self) -> None:
        """Give the seat up."""
        with self._machine.turn:
            if self._machine.occupant is self:
                self._machine.occupant = None
        with _lock:
            self._machine.taken -= self._share
            idle = [machine for machine in _machines if not machine.taken]
            for machine in idle[:-MAX_IDLE]:
                _machines.remove(machine)

    def _sit_down(self) -> Trainer:
        """The machine's trainer, at this run."""
        machine = self._machine
        if machine.occupant is self and machine.trainer:
            return machine.trainer
        if machine.occupant and machine.trainer:
            machine.occupant._suspended = machine.trainer.suspend()
        machine.occupant = None  # until this run has been taken up whole
        if machine.trainer and self._suspended:
            machine.trainer.resume(self._suspended)
        elif machine.trainer:
            machine.trainer.restart(self._config, *self._data())
        else:
            x_real, labels = self._data()
            machine.trainer = Trainer(self._config, x_real, labels=labels)
        machine.occupant, self._suspended = self, None
        return machine.trainer

    def _data(self) -> tuple[tf.Tensor, np.ndarray | None]:
        return real_samples(self._config), real_labels(self._config)

    def _move(self) -> None:
        """To a machine of its own, which may become what the others do not want."""
        with self.turn() as trainer:
            self._config, state = trainer.config, trainer.state()
        self.leave()
        self._machine = _new_machine(self._share)
        with self.turn() as trainer:
            trainer.load_state(state)


def _machine_for(config: RunConfig, share: float) -> _Machine:
    """One of the run's mould with room for it, or a new one."""
    with _lock:
        for machine in reversed(_machines):
            if machine.mould == _mould_of(config) and machine.taken + share <= 1:
                machine.taken += share
                _machines.remove(machine)
                _machines.append(machine)
                return machine
        machine = _new_machine(share)
        machine.mould = _mould_of(config)
        return machine


def _new_machine(share: float) -> _Machine:
    machine = _Machine(share)
    _machines.append(machine)
    return machine


def _mould_of(config: RunConfig) -> object:
    return mould(config, pick(config))
