"""The engine: queue, controls, and that a run survives whatever happens to those who train it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import psutil
import pytest

from gan_core.config import RunConfig
from gan_core.runs import engine as engine_module
from gan_core.runs.claims import holder_name
from gan_core.runs.database import StoreError
from gan_core.runs.engine import MAX_RESTARTS, Dispatcher, shared_out
from gan_core.runs.job import execute
from gan_core.runs.run import Run
from gan_core.runs.slots import SLOT
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS
from tests.app_process import free_port
from tests.engine_process import EngineProcess, wait_until
from tests.recorded import dead_holder

# Long enough to be interrupted after a checkpoint, which comes five seconds after the start.
LONG = {
    "dataset": "ring",
    "network": "mlp",
    "g_hidden_units": 8,
    "d_hidden_units": 8,
    "latent_dim": 2,
    "batch_size": 16,
    "steps": 60_000,
}
PICTURES = {"batch_size": 8, "latent_dim": 8, "steps": 4000}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(f"sqlite:///{tmp_path_factory.mktemp('engine') / 'store.sqlite3'}")


@pytest.fixture(scope="module")
def engine(store: Store) -> Iterator[EngineProcess]:
    process = EngineProcess(store, GAN_SLOTS="1")
    yield process
    process.stop()


@pytest.fixture(scope="module")
def uninterrupted(store: Store) -> np.ndarray:
    """Records of the long run, trained in one go in this very process."""
    run_id = store.create_run(RunConfig.parse(LONG), claimed_by="elsewhere:0:x")
    store.claims.take(run_id, "elsewhere:0:x", force=True)
    assert execute(store.url, run_id, "elsewhere:0:x") == "finished"
    return records(store, run_id)


def records(store: Store, run_id: str) -> np.ndarray:
    steps, points = store.record.curve(run_id, 0, len(RECORD_FIELDS))
    assert np.array_equal(steps, np.arange(1, len(steps) + 1)), "a gap or a repetition"
    return points


def start(store: Store, settings: dict[str, Any]) -> str:
    return store.create_run(RunConfig.parse(settings))


def has(store: Store, run_id: str, status: str) -> Callable[[], Run | None]:
    def check() -> Run | None:
        run = store.run(run_id)
        assert run.status != "failed" or status == "failed", run.message
        return run if run.status == status else None

    return check


def wait_until_beyond_a_checkpoint(store: Store, run_id: str) -> None:
    """Return when the run has a checkpoint, as each pause leaves one, and has gone on since."""
    wait_until(lambda: store.run(run_id).step > 0, "the first step")
    store.controls.request(run_id, "pause")
    paused = wait_until(has(store, run_id, "paused"), "the pause")
    store.controls.request(run_id, "resume")
    wait_until(lambda: store.run(run_id).step > paused.step + 200, "steps after the checkpoint")


@pytest.mark.parametrize("slots", [1, 2, 3, 4, 5, 7.5, 8, 16, 17, 64, 1000])
@pytest.mark.parametrize("n_cores", [1, 4, 8, 16, 20, 24, 64, 128, 256])
def test_every_slot_is_whole_and_each_worker_has_some(n_cores: int, slots: float) -> None:
    shares = shared_out(slots, n_cores)
    assert sum(shares) == slots, "none is lost"
    assert sum(map(int, shares)) == int(slots), "as many runs of pictures train at once"
    assert 1 <= min(shares) <= max(shares) < min(shares) + 2
    assert len(shares) == min(max(1, n_cores // 8), int(slots))


@pytest.mark.parametrize(("n_cores", "slots"), [(16, 1.0), (16, 3.0), (64, 4.0), (24, 2.0)])
def test_workers_offer_all_slots_and_have_a_thread_for_each(
    monkeypatch: pytest.MonkeyPatch, n_cores: int, slots: float
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: n_cores)
    monkeypatch.setattr(engine_module, "SpecCluster", lambda **cluster: cluster["workers"])
    workers: Any = engine_module._cluster_on_this_machine(slots)
    pictures = [worker["options"] for worker in workers.values()]
    pictures = [options for options in pictures if SLOT in options["resources"]]
    offered = [options["resources"][SLOT] for options in pictures]
    assert sum(map(int, offered)) == slots
    assert all(
        options["nthreads"] > share for options, share in zip(pictures, offered, strict=True)
    )


class Failed:
    """What remains of a job that raised, as Dask hands it over."""

    status = "error"

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error or MemoryError()

    def exception(self) -> Exception:
        return self._error


@pytest.mark.parametrize(
    ("trained_by", "status", "then"),
    [
        ("ours", "running", "failed"),
        ("dead", "running", "failed"),
        ("another", "running", "running"),
        ("nobody", "stopped", "stopped"),
    ],
)
def test_a_job_that_raised_fails_its_run_unless_another_engine_trains_it_or_it_has_ended(
    sqlite_url: str, trained_by: str, status: str, then: str
) -> None:
    store = Store(sqlite_url)
    dispatcher = Dispatcher(store, Any)
    ours = holder_name(dispatcher._name)
    holder = {"ours": ours, "dead": dead_holder()}.get(trained_by, holder_name())
    run_id = start(store, LONG)
    store.claims.take(run_id, holder)
    store.set_status(run_id, holder, status)
    if trained_by == "nobody":
        store.claims.release(run_id, holder)
    dispatcher._futures[run_id] = (Failed(), 1.0)
    dispatcher._note_end(run_id, Failed())
    assert store.run(run_id).status == then
    assert not dispatcher._futures
    store._database.engine.dispose()


def test_a_run_that_the_store_did_not_let_go_on_waits_for_a_worker_again(sqlite_url: str) -> None:
    """But not for ever: it may be the run that no store can hold."""
    store = Store(sqlite_url)
    dispatcher = Dispatcher(store, Any)
    full, run_id = Failed(StoreError("The disk is full.")), start(store, LONG)
    for _ in range(MAX_RESTARTS):
        holder = holder_name(dispatcher._name)
        assert store.claims.take(run_id, holder)
        store.set_status(run_id, holder, "running")
        dispatcher._futures[run_id] = (full, 1.0)
        dispatcher._note_end(run_id, full)
        assert [run.id for run in store.claims.wanting_worker()] == [run_id]
    store.claims.take(run_id, holder_name(dispatcher._name))
    dispatcher._futures[run_id] = (full, 1.0)
    dispatcher._note_end(run_id, full)
    run = store.run(run_id)
    assert (run.status, run.message and run.message.say()) == ("failed", "The disk is full.")
    store._database.engine.dispose()


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_goes_on_as_if_nothing_had_happened(
    store: Store, engine: EngineProcess, uninterrupted: np.ndarray
) -> None:
    run_id = start(store, LONG)
    wait_until_beyond_a_checkpoint(store, run_id)
    engine.worker_of(run_id).kill()
    wait_until(has(store, run_id, "finished"), "the end of the run")
    assert np.array_equal(records(store, run_id), uninterrupted)


@pytest.mark.slow
def test_points_and_pictures_train_in_processes_of_their_own(
    store: Store, engine: EngineProcess
) -> None:
    def trained_by(settings: dict[str, Any]) -> psutil.Process:
        run_id = start(store, settings)
        wait_until(lambda: store.run(run_id).step > 0, "the first step")
        worker = engine.worker_of(run_id)
        store.controls.request(run_id, "stop")
        wait_until(has(store, run_id, "stopped"), "the end of the run")
        return worker

    workers = {trained_by(LONG | {"steps": 1_000_000}), trained_by(PICTURES)}
    assert len(workers & {*engine.workers()}) == 2


@pytest.mark.slow
def test_pause_one_step_and_resume_change_nothing_in_the_records(
    store: Store, engine: EngineProcess, uninterrupted: np.ndarray
) -> None:
    run_id = start(store, LONG)
    wait_until(lambda: store.run(run_id).step > 0, "the first step")
    store.controls.request(run_id, "pause")
    paused = wait_until(has(store, run_id, "paused"), "the pause")
    store.controls.request(run_id, "step")
    wait_until(lambda: store.run(run_id).step == paused.step + 1, "one step")
    assert store.run(run_id).status == "paused"
    store.controls.request(run_id, "resume")
    wait_until(has(store, run_id, "finished"), "the end of the run")
    assert np.array_equal(records(store, run_id), uninterrupted)


@pytest.mark.slow
def test_a_rate_changed_mid_run_acts_from_that_step_on_also_when_replayed(
    store: Store, engine: EngineProcess, uninterrupted: np.ndarray
) -> None:
    run_id = start(store, LONG)
    wait_until(lambda: store.run(run_id).step > 0, "the first step")
    store.controls.request(run_id, "set", "g_learning_rate", 0.01)
    change = wait_until(lambda: store.controls.changes(run_id), "the change")[0]
    wait_until(lambda: store.run(run_id).step > change.applied_step + 500, "a few more steps")
    engine.worker_of(run_id).kill()
    wait_until(has(store, run_id, "finished"), "the end of the run")
    changed = records(store, run_id)
    at = change.applied_step
    assert np.array_equal(changed[:at], uninterrupted[:at])
    assert not np.array_equal(changed[at : at + 200], uninterrupted[at : at + 200])
    holder = holder_name()  # no worker may take the run before it has its change
    again = store.create_run(RunConfig.parse({**LONG, "steps": at + 200}), claimed_by=holder)
    store.controls.request(again, "set", "g_learning_rate", 0.01)
    store.controls.mark_applied(again, holder, store.controls.pending(again)[0], at)
    store.claims.release(again, holder)
    wait_until(has(store, again, "finished"), "the same change, replayed")
    assert np.array_equal(records(store, again), changed[: at + 200])


def test_first_come_first_served_with_places_and_cancelling(
    store: Store, engine: EngineProcess
) -> None:
    first, second, third = (start(store, PICTURES) for _ in range(3))
    wait_until(lambda: store.run(first).step > 0, "the first run")
    assert store.queue_place(second) == (1, 2)
    assert store.queue_place(third) == (2, 2)
    store.controls.request(second, "stop")
    assert store.run(second).status == "stopped"
    assert store.run(second).step == 0
    assert store.queue_place(third) == (1, 1)
    store.controls.request(first, "pause")
    wait_until(lambda: store.run(third).step > 0, "the third run, in the slot of the paused first")
    assert store.run(first).status == "paused"
    store.controls.request(third, "stop")
    stopped = wait_until(has(store, third, "stopped"), "the stop")
    slept_at = store.run(first).step
    store.controls.request(first, "step")
    wait_until(lambda: store.run(first).step == slept_at + 1, "one more step of the sleeping run")
    wait_until(has(store, first, "paused"), "the pause after it")
    store.controls.request(first, "stop")
    wait_until(has(store, first, "stopped"), "the stop")
    assert 0 < stopped.step < PICTURES["steps"]
    assert len(records(store, third)) == stopped.step


def test_a_deleted_run_frees_its_slot(store: Store, engine: EngineProcess) -> None:
    run_id = start(store, PICTURES)
    wait_until(lambda: store.run(run_id).step > 0, "the first step")
    store.delete(run_id)
    other = start(store, PICTURES | {"steps": 2})
    wait_until(has(store, other, "finished"), "another run in the same slot")


@pytest.mark.slow
def test_runs_resume_by_themselves_after_the_server_was_killed(
    tmp_path_factory: pytest.TempPathFactory, uninterrupted: np.ndarray
) -> None:
    folder = tmp_path_factory.mktemp("restart")
    store = Store(f"sqlite:///{folder / 'store.sqlite3'}")
    run_id = start(store, LONG)
    engine = EngineProcess(store)
    wait_until_beyond_a_checkpoint(store, run_id)
    engine.kill()
    assert store.run(run_id).status == "running"
    engine = EngineProcess(store)
    try:
        wait_until(has(store, run_id, "finished"), "the end of the run")
    finally:
        engine.stop()
    assert np.array_equal(records(store, run_id), uninterrupted)


@pytest.mark.slow
def test_a_cluster_that_somebody_else_starts_trains_too(
    tmp_path_factory: pytest.TempPathFactory, uninterrupted: np.ndarray
) -> None:
    """Later than the engine, which says so and waits."""
    folder = tmp_path_factory.mktemp("cluster")
    store = Store(f"sqlite:///{folder / 'store.sqlite3'}")
    address = f"tcp://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    slots = ["--resources", "slot=1", "--preload", "gan_core.training.warm"]
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"],
        ["worker", address, *slots, "--no-dashboard", "--local-directory", str(folder)],
    ]
    processes: list[subprocess.Popen[bytes]] = []
    engine = EngineProcess(store, until="alone", GAN_SCHEDULER=address)
    try:
        processes += [subprocess.Popen([sys.executable, "-m", "dask", *each]) for each in commands]
        run_id = start(store, LONG)
        wait_until(has(store, run_id, "finished"), "the end of the run")
        assert np.array_equal(records(store, run_id), uninterrupted)
    finally:
        engine.stop()
        for process in reversed(processes):
            process.terminate()
            process.wait(60)


@pytest.mark.slow
def test_digits_dcgan_and_the_full_dcgan_train(store: Store, engine: EngineProcess) -> None:
    for network in ("dcgan_small", "dcgan"):
        run_id = start(store, {"network": network, "batch_size": 8, "steps": 5})
        wait_until(has(store, run_id, "finished"), f"the end of {network}")
        assert np.isfinite(records(store, run_id)).all()
