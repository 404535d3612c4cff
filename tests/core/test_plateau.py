"""Ending early: known curves, and a run that no longer gets better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_core.config import RunConfig, plateaus
from gan_core.datasets import DATASETS
from gan_core.runs.claims import holder_name
from gan_core.runs.job import execute
from gan_core.runs.plateau import Plateau
from gan_core.runs.store import open_store
from gan_core.text import GanError
from gan_core.training.records import RECORD_FIELDS
from gan_core.training.trainer import Trainer


def test_what_was_measured_before_it_waits_does_not_count() -> None:
    plateau = Plateau("a", noise=5.0, patience=100, step=1000)
    for step in (0, 10, 120, 1000, 1099):
        plateau.note(step, {"a": float(step)})
        assert not plateau.is_reached
    plateau.note(1100, {"a": 1100.0})
    assert plateau.is_reached


@pytest.mark.parametrize(
    ("curve", "ends_at"),
    [
        (lambda step: 100 - step, None),
        (lambda step: max(100 - step, 40), 60 + 30),
        (lambda step: 50.0, 0 + 30),
        (lambda step: 50 + 0.9 * (-1) ** step, 1 + 30),
        (lambda step: 50 + step, 0 + 30),
        (lambda step: 100 - 0.02 * step, None),
    ],
)
def test_known_curves_end_where_they_get_flat(
    curve: Callable[[int], float], ends_at: int | None
) -> None:
    plateau = Plateau("a", noise=0.5, patience=30, step=0)
    found = None
    for step in range(200):
        plateau.note(step, {"a": curve(step), "b": 0.0})
        if plateau.is_reached:
            found = step
            break
    assert found == ends_at


def test_patience_begins_where_the_run_goes_on_and_needs_a_measurement() -> None:
    plateau = Plateau("a", noise=0.5, patience=30, step=1000)
    plateau.note(1040, {"b": 1.0})
    assert not plateau.is_reached, "nothing was measured"
    plateau.note(1040, {"a": None})
    assert not plateau.is_reached
    plateau.note(1040, {"a": 3.0})
    assert not plateau.is_reached, "the first value is the best so far"
    plateau.note(1070, {"a": 2.6})
    assert plateau.is_reached


# A run that cannot get better.
HOPELESS: dict[str, Any] = {
    "dataset": "ring",
    "network": "mlp",
    "g_hidden_units": 8,
    "d_hidden_units": 8,
    "batch_size": 8,
    "g_learning_rate": 1e-6,
    "steps": 1_000_000,
    "stop_when_flat": "sliced_wasserstein",
    "patience": 50,
}


def test_a_run_that_cannot_get_better_ends_early_and_says_why(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    run_id = store.create_run(RunConfig.parse(HOPELESS))
    assert execute(store.url, run_id) == "finished"
    run = store.run(run_id)
    assert 50 <= run.step < 1_000_000
    assert run.message
    said = run.message.say()
    assert said.startswith("Ended early: for 50 steps, Sliced W₁ has not become better")
    steps, measures = store.record.measures(run_id)
    values = np.array(measures["sliced_wasserstein"])[np.array(steps) > run.step - 50]
    assert np.ptp(values) < 0.1, "it was flat indeed"


def test_a_run_that_ended_early_goes_on_and_so_does_its_replica(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    run_id = store.create_run(RunConfig.parse(HOPELESS))
    assert execute(store.url, run_id) == "finished"
    run = store.run(run_id)
    store.extend(run_id, 20)
    replica = store.replicate(run_id, run.config.seed)
    for each in (run_id, replica):
        assert execute(store.url, each) == "finished"
        assert store.run(each).step == run.step + 20


@pytest.mark.slow
def test_a_run_that_ended_early_goes_on_with_the_rates_that_were_planned(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    config = RunConfig.parse({**HOPELESS, "rate_schedule": "linear", "g_learning_rate": 1e-5})
    run_id = store.create_run(config)
    assert execute(store.url, run_id) == "finished"
    early = store.run(run_id).step
    store.extend(run_id, 20)
    store.controls.request(run_id, "set", "d_learning_rate", 0.01)
    assert execute(store.url, run_id) == "finished"
    planned = Trainer(config, config.items.dataset.load(seed=config.seed))
    expected = []
    while planned.step < early:  # a call takes so many steps at most
        expected.append(planned.run(early - planned.step))
    planned.change(config.with_change("d_learning_rate", 0.01))
    expected.append(planned.run(20))
    records = store.record.curve(run_id, 0, len(RECORD_FIELDS))[1]
    np.testing.assert_array_equal(records, np.concatenate(expected))


def test_a_branch_from_where_a_run_ended_early_has_all_the_patience_anew(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    parent = store.create_run(RunConfig.parse(HOPELESS))
    assert execute(store.url, parent) == "finished"
    end = store.run(parent).step
    branch = store.branch(parent, end, "g_learning_rate", 2e-6)
    assert execute(store.url, branch) == "finished"
    assert store.run(branch).step >= end + HOPELESS["patience"]


def test_a_branch_does_not_end_before_it_has_branched_off(sqlite_url: str) -> None:
    store, holder = open_store(sqlite_url), holder_name()
    parent = store.create_run(RunConfig.parse(HOPELESS), claimed_by=holder)
    store.record.append(parent, holder, step=20_000, points={}, images_per_second=None)
    branch = store.branch(parent, 20_000, "d_learning_rate", 1e-6)
    assert execute(store.url, branch) == "finished"
    assert 20_000 <= store.run(branch).step < 1_000_000


@pytest.mark.parametrize("dataset", [dataset.name for dataset in DATASETS])
def test_only_what_is_measured_may_end_a_run(dataset: str) -> None:
    measured = plateaus(DATASETS.get(dataset))
    for name in RunConfig.titles("stop_when_flat"):
        settings = {"dataset": dataset, "network": "mlp", "stop_when_flat": name}
        if name in measured:
            assert RunConfig.parse(settings).stop_when_flat == name
        else:
            with pytest.raises(GanError, match=f"{name} is not measured with dataset = {dataset}"):
                RunConfig.parse(settings)


def test_patience_begins_after_the_head_start(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    run_id = store.create_run(RunConfig.parse({**HOPELESS, "head_start": 200}))
    assert execute(store.url, run_id) == "finished"
    assert store.run(run_id).step >= 200 + HOPELESS["patience"]
