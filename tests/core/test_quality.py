"""Quality beside training: what is measured of digits while a run trains, and what that costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.image_measures import N_LIVE
from gan_core.runs.job import QUALITY_SHARE, execute
from gan_core.runs.store import Store, open_store
from gan_core.training.quality import quality_of
from gan_core.training.trainer import Trainer

DIGITS = DATASETS.get("digits")
TINY = {"network": "mlp", "g_hidden_units": 8, "d_hidden_units": 8, "batch_size": 8, "steps": 4}


class Makes:
    """Stands in for a trainer whose generator makes these pictures."""

    def __init__(self, pictures: np.ndarray) -> None:
        self._pictures = pictures

    def samples(self, n: int) -> np.ndarray:
        return np.resize(self._pictures, (n, *DIGITS.shape))


@pytest.fixture(scope="module")
def x_real() -> tf.Tensor:
    return tf.constant(DIGITS.load())


@pytest.fixture
def distance_of(x_real: tf.Tensor) -> Callable[[np.ndarray], float]:
    quality = quality_of(DIGITS, x_real)
    assert quality
    return lambda pictures: quality.measure(Makes(pictures))["frechet"]  # type: ignore[arg-type]


@pytest.fixture
def shared(sqlite_url: str) -> Store:
    return open_store(sqlite_url)


def run(store: Store, **settings: Any) -> str:
    run_id = store.create_run(RunConfig.parse({**TINY, **settings}))
    assert execute(store.url, run_id) == "finished"
    return run_id


def test_worse_pictures_measure_worse(
    x_real: tf.Tensor, distance_of: Callable[[np.ndarray], float]
) -> None:
    quality = quality_of(DIGITS, x_real)
    assert quality
    digits = DIGITS.load(N_LIVE, seed=9)
    noise = np.random.default_rng(1).normal(0, 1, digits.shape).astype(np.float32)
    good, shaky, static = (distance_of(digits + std * noise) for std in (0, 0.5, 20))
    collapsed = distance_of(digits[:1])
    assert 0 < quality.floor < collapsed
    assert good < 3 * quality.floor < shaky < static
    assert np.isfinite(distance_of(np.full(DIGITS.shape, np.nan)))


def test_it_is_worked_out_once_for_all_runs_of_the_data(x_real: tf.Tensor) -> None:
    assert quality_of(DIGITS, x_real) is quality_of(DIGITS, x_real)


def test_there_is_none_where_it_would_mean_nothing(x_real: tf.Tensor) -> None:
    assert quality_of(DATASETS.get("fashion_mnist"), x_real) is None
    assert quality_of(replace(DIGITS, shape=(32, 32, 3)), x_real) is None
    assert quality_of(DIGITS, x_real[: 2 * N_LIVE - 1]) is None
    assert quality_of(DIGITS, x_real[: 2 * N_LIVE]) is not None


def test_a_run_of_digits_is_measured_at_its_start_and_its_end(shared: Store) -> None:
    run_id = run(shared)
    steps, measured = shared.record.quality(run_id)
    assert steps[0] == 0
    assert steps[-1] == 4
    floor = shared.run(run_id).facts["floors"]["frechet"]
    assert measured["frechet_floor"] == [floor] * len(steps)
    assert all(value and value > 3 * floor for value in measured["frechet"])


def test_a_run_that_goes_on_measures_no_step_twice(shared: Store) -> None:
    run_id = run(shared)
    shared.claims.take(run_id, "again:0:x", force=True)
    shared.set_status(run_id, "again:0:x", "running")
    assert execute(shared.url, run_id, "again:0:x") == "finished"
    assert shared.record.quality(run_id)[0] == sorted(set(shared.record.quality(run_id)[0]))


def test_points_are_measured_otherwise(shared: Store) -> None:
    run_id = run(shared, dataset="ring")
    assert shared.record.quality(run_id) == ([], {})
    assert "frechet" not in shared.run(run_id).facts["floors"]


def test_measuring_changes_no_step(shared: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = run(shared, steps=12)
    monkeypatch.setattr("gan_core.training.quality.is_digits", lambda dataset: False)
    plain = run(shared, steps=12)
    assert shared.record.quality(plain) == ([], {})
    first, second = (shared.record.curve(each, 0, 5)[1] for each in (measured, plain))
    assert np.array_equal(first, second)


@pytest.mark.slow
def test_measuring_takes_its_share_of_a_long_run(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps of a second and measurements of two, on a clock of our own."""
    began = time.monotonic()  # where budgets begin to count
    now = [began]
    measured: list[float] = []
    healthy = Trainer.run

    def slow_step(trainer: Trainer, n_steps: int) -> np.ndarray:
        now[0] += 1
        return healthy(trainer, 1)

    def slow_measurement(quality: object, trainer: Trainer) -> dict[str, float]:
        measured.append(now[0])
        now[0] += 2
        return {"frechet": 1.0}

    monkeypatch.setattr(Trainer, "run", slow_step)
    monkeypatch.setattr("gan_core.training.quality.Quality.measure", slow_measurement)
    monkeypatch.setattr("gan_core.runs.job.time.monotonic", lambda: now[0])
    run(shared, steps=1000)
    within = measured[1:-1]  # the first and the last take no training time
    assert 2 * len(within) <= QUALITY_SHARE * (now[0] - began) + 2
    assert len(within) >= 0.7 * QUALITY_SHARE * 1000 / 2
