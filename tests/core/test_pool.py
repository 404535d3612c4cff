"""Runs that take turns on one machine: each as if it were alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.training import pool
from gan_core.training.pool import MAX_IDLE, Seat, borrowed_trainer, real_samples, taken_seat
from gan_core.training.trainer import Trainer
from gan_core.training.warm import WARM_PICTURES, WARM_POINTS

pytestmark = pytest.mark.usefixtures("without_xla")

TINY = {"dataset": "ring", "network": "mlp", "batch_size": 10, "latent_dim": 2, "steps": 100}
# Everything that a machine has to put aside besides weights.
FULL = {
    "d_optimizer": "rmsprop",
    "ema_decay": 0.9,
    "rate_schedule": "cosine",
    "spectral_norm": True,
    "g_norm": "batch",
    "g_learning_rate": 0.01,
}
SEEDS = (3, 8)
SHARE = 0.125


def config_of(seed: int, **settings: Any) -> RunConfig:
    return RunConfig.parse({**TINY, **settings, "seed": seed})


@contextmanager
def seats(*configs: RunConfig) -> Iterator[list[Seat]]:
    with ExitStack() as stack:
        yield [stack.enter_context(taken_seat(config, SHARE)) for config in configs]


def train(seat: Seat, n_steps: int) -> np.ndarray:
    with seat.turn() as trainer:
        return trainer.run(n_steps)


def samples(seat: Seat) -> np.ndarray:
    with seat.turn() as trainer:
        return trainer.samples(5)


def alone(config: RunConfig, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Records and samples of a run that shares nothing."""
    trainer = Trainer(config, real_samples(config))
    return trainer.run(n_steps), trainer.samples(5)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, FULL], ids=["plain", "everything"])
def test_runs_that_take_turns_are_as_if_alone(settings: dict[str, Any]) -> None:
    configs = [config_of(seed, **settings, steps=40 + seed) for seed in SEEDS]
    with seats(*configs) as both:
        parts = [[train(seat, n) for seat in both] for n in (1, 3, 2)]
        drawn = [samples(seat) for seat in both]
        assert [seat.step for seat in both] == [6, 6]
    for number, config in enumerate(configs):
        records, x_fake = alone(config, 6)
        assert np.array_equal(np.concatenate([part[number] for part in parts]), records)
        assert np.array_equal(drawn[number], x_fake)


def test_runs_of_a_mould_share_one_trainer_as_far_as_there_is_room() -> None:
    configs = [config_of(seed, batch_size=12) for seed in range(9)]
    with seats(*configs) as nine:
        trainers = []
        for seat in nine:
            with seat.turn() as trainer:
                trainers.append(trainer)
        assert len(set(map(id, trainers))) == 2
        assert trainers[7] is trainers[0]
        assert trainers[8] is not trainers[0]
        with borrowed_trainer(configs[0]) as its_own:
            assert its_own not in trainers


@pytest.mark.slow
def test_a_run_that_changes_leaves_the_others_alone() -> None:
    changing, staying = (config_of(seed, batch_size=14) for seed in SEEDS)
    changed = changing.with_change("d_optimizer", "rmsprop").with_change("d_steps", 2)
    with seats(changing, staying) as (first, second):
        parts = [train(first, 3), train(second, 3)]
        assert first.change(changed)
        assert not first.change(changed.with_change("d_learning_rate", 0.0123))
        parts += [train(first, 3), train(second, 3)]
    expected = Trainer(changing, real_samples(changing))
    before = expected.run(3)
    expected.change(changed)
    expected.change(changed.with_change("d_learning_rate", 0.0123))
    assert np.array_equal(np.concatenate(parts[::2]), np.concatenate([before, expected.run(3)]))
    assert np.array_equal(np.concatenate(parts[1::2]), alone(staying, 6)[0])


def test_a_machine_that_has_changed_serves_runs_of_what_it_has_become() -> None:
    config = config_of(1, batch_size=16)
    changed = config.with_change("g_steps", 2)
    with seats(config) as (first,):
        train(first, 2)
        with first.turn() as used:
            pass
        assert first.change(changed)
        with seats(changed) as (second,):
            assert np.array_equal(train(second, 3), alone(changed, 3)[0])
            with second.turn() as trainer:
                assert trainer is used


@pytest.mark.slow
def test_turns_may_be_taken_from_many_threads() -> None:
    configs = [config_of(seed) for seed in range(8)]

    def play(seat: Seat) -> np.ndarray:
        return np.concatenate([train(seat, 2) for _ in range(5)])

    with seats(*configs) as eight, ThreadPoolExecutor(8) as threads:
        played = list(threads.map(play, eight))
    for config, records in zip(configs, played, strict=True):
        assert np.array_equal(records, alone(config, 10)[0])


def test_a_run_that_fails_in_its_turn_does_not_harm_the_next() -> None:
    configs = [config_of(seed) for seed in SEEDS]
    with seats(*configs) as (first, second):
        train(second, 2)
        with pytest.raises(AttributeError), first.turn() as trainer:
            trainer.generator = trainer.generator.nothing_like_that
        assert np.array_equal(train(second, 2), alone(configs[1], 4)[0][2:])


def test_few_idle_machines_are_kept() -> None:
    for batch_size in range(20, 20 + MAX_IDLE + 3):
        with seats(config_of(0, batch_size=batch_size)):
            pass
    assert len([machine for machine in pool._machines if not machine.taken]) == MAX_IDLE


def test_a_worker_warms_up_with_presets_of_its_kind() -> None:
    assert {PRESETS[name].config.items.dataset.is_image for name in WARM_PICTURES} == {True}
    assert {PRESETS[name].config.items.dataset.is_image for name in WARM_POINTS} == {False}


def test_data_are_in_memory_once_for_runs_that_begin_together() -> None:
    configs = [config_of(seed=77, g_hidden_units=4 + number) for number in range(6)]
    with ThreadPoolExecutor(len(configs)) as threads:
        found = list(threads.map(real_samples, configs))
    assert all(each is found[0] for each in found)
