"""One run on one worker: how it ends, and that nothing is lost when it ends badly."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.runs.checkpoints import Checkpoints
from gan_core.runs.claims import Claims, holder_name
from gan_core.runs.controls import Controls
from gan_core.runs.database import StoreError
from gan_core.runs.job import FLUSH_SECONDS, Budget, Job, execute
from gan_core.runs.record import Record
from gan_core.runs.store import Store, open_store
from gan_core.training.checkpoint import unpack
from gan_core.training.records import RECORD_FIELDS
from gan_core.training.trainer import Trainer
from tests.recorded import holder_of
from tests.tiny import TINY_POINTS

TINY = {**TINY_POINTS, "steps": 300}


@pytest.fixture
def shared(sqlite_url: str) -> Store:
    """The store that this process's jobs open too."""
    return open_store(sqlite_url)


def start(store: Store, **settings: Any) -> str:
    return store.create_run(RunConfig.parse({**TINY, **settings}))


def records(store: Store, run_id: str) -> np.ndarray:
    return store.record.curve(run_id, 0, len(RECORD_FIELDS))[1]


def message(store: Store, run_id: str) -> str:
    text = store.run(run_id).message
    return text.say() if text else ""


@pytest.mark.slow
def test_a_finished_run_that_goes_on_is_one_that_was_longer_from_the_start(shared: Store) -> None:
    longer, run_id = start(shared, steps=70), start(shared, steps=50)
    for each in (longer, run_id):
        assert execute(shared.url, each) == "finished"
    shared.extend(run_id, 20)
    assert shared.run(run_id).status == "queued"
    assert execute(shared.url, run_id) == "finished"
    assert shared.controls.config_now(run_id) == shared.run(longer).config
    assert np.array_equal(records(shared, run_id), records(shared, longer))
    ours, theirs = (unpack(shared.checkpoints.data(each) or b"") for each in (run_id, longer))
    assert (ours.pop("n_changes"), theirs.pop("n_changes")) == (1, 0)
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_stop_is_not_lost_with_a_worker_that_dies_of_it(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """What no handler of errors sees."""

    def die(*_: Any) -> None:
        raise Killed

    run_id, holder = start(shared, steps=1_000_000), holder_name()
    with monkeypatch.context() as patched:
        patched.setattr(Job, "_begin_measuring", lambda _: shared.controls.request(run_id, "stop"))
        patched.setattr(Job, "_leave", die)
        with pytest.raises(Killed):
            execute(shared.url, run_id, holder)
    assert [each.action for each in shared.controls.pending(run_id)] == ["stop"]
    shared.claims.release(run_id, holder)
    assert execute(shared.url, run_id) == "stopped"


def test_a_run_ends_with_all_its_records_facts_and_last_frame(shared: Store) -> None:
    run_id = start(shared)
    assert execute(shared.url, run_id) == "finished"
    run = shared.run(run_id)
    assert run.step == len(records(shared, run_id)) == 300
    assert run.facts["plan"]["xla"]
    assert run.facts["floors"]["modes_covered"] == 8
    assert run.facts["floors"]["mmd"] > 0
    assert run.facts["weights"]["generator"] == 2 * 8 + 8 + 8 * 8 + 8 + 8 * 2 + 2
    frame = shared.record.latest_frame(run_id)
    assert frame
    assert frame.step == 300
    assert holder_of(shared, run_id) is None


def test_frames_of_the_plane_show_surface_manifold_arrows_and_truth(shared: Store) -> None:
    run_id = start(shared, steps=5, dataset="blobs")
    assert execute(shared.url, run_id) == "finished"
    frame = shared.record.latest_frame(run_id)
    assert frame
    assert frame.payload
    shown = json.loads(frame.payload, parse_constant=pytest.fail)
    assert {"surface", "truth", "surface.low", "arrow.x", "manifold.y", "x_fake.x"} <= set(shown)
    assert "extent" not in shown, "what stays the same is said once"
    assert shared.run(run_id).facts["x_real"]["extent"] == 1.7
    steps, measured = shared.record.measures(run_id)
    assert steps[0] == 0
    assert steps[-1] == 5
    for name in ("d_gradient", "g_gradient", "gap", "jensen_shannon", "sliced_wasserstein", "mmd"):
        assert all(isinstance(value, float) for value in measured[name]), name
        assert shown[name] == measured[name][-1]


def test_frames_of_pictures_have_no_plane(shared: Store) -> None:
    run_id = start(shared, steps=2, dataset="digits")
    assert execute(shared.url, run_id) == "finished"
    frame = shared.record.latest_frame(run_id)
    assert frame
    assert frame.payload
    assert not {"surface", "arrow.x", "truth"} & set(json.loads(frame.payload))
    assert shared.record.measures(run_id)[1] == {}


def test_slow_motion_takes_its_time_and_changes_nothing(shared: Store) -> None:
    quick, slow = start(shared, steps=60), start(shared, steps=60, pace=50)
    execute(shared.url, quick)
    began = time.monotonic()
    assert execute(shared.url, slow) == "finished"
    assert time.monotonic() - began > 0.8
    assert np.array_equal(records(shared, quick), records(shared, slow))


def test_in_slow_motion_every_step_is_a_frame_with_the_arrows_that_g_follows(
    shared: Store,
) -> None:
    run_id = start(shared, steps=4, pace=4)
    assert execute(shared.url, run_id) == "finished"
    assert shared.record.frame_steps(run_id) == [0, 1, 2, 3, 4]
    for step in (1, 2, 3, 4):
        shown = frame_at(shared, run_id, step)
        assert len(shown["followed.x"]) == len(shown["arrow.x"])


def test_frames_that_are_more_than_a_step_apart_have_no_arrows_to_follow(shared: Store) -> None:
    run_id = start(shared)
    execute(shared.url, run_id)
    assert "followed.x" not in frame_at(shared, run_id, 300)


def test_a_head_start_is_not_shown_and_changes_nothing(shared: Store) -> None:
    plain, ahead = start(shared), start(shared, head_start=200, pace=500)
    execute(shared.url, plain)
    assert execute(shared.url, ahead) == "finished"
    assert np.array_equal(records(shared, plain), records(shared, ahead))
    assert not set(shared.record.frame_steps(ahead)) & set(range(1, 200))
    assert 200 in shared.record.frame_steps(ahead)


def test_a_head_start_goes_at_full_speed(shared: Store) -> None:
    run_id = start(shared, steps=201, head_start=200, pace=0.1)  # 2,000 seconds at that pace
    assert execute(shared.url, run_id) == "finished"


def frame_at(store: Store, run_id: str, step: int) -> dict[str, Any]:
    found = store.record.frame_at(run_id, step)
    assert found
    assert found.step == step
    return dict(json.loads(found.payload or b"{}"))


def test_a_diverged_run_keeps_what_was_before_and_says_what_to_try(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = Trainer.run

    def diverges_after_100(trainer: Trainer, n_steps: int) -> np.ndarray:
        taken = healthy(trainer, n_steps)
        first = trainer.step - len(taken)
        taken[max(0, 100 - first) :] = np.nan
        return taken

    monkeypatch.setattr(Trainer, "run", diverges_after_100)
    run_id = start(shared)
    assert execute(shared.url, run_id) == "diverged"
    kept = records(shared, run_id)
    assert len(kept) == shared.run(run_id).step == 100
    assert np.isfinite(kept).all()
    assert "learning rate ten times smaller" in message(shared, run_id)


def test_a_single_step_that_diverges_leaves_the_checkpoint_before_it(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = Trainer.run
    run_id = start(shared)

    def takes_one_step_too_many(trainer: Trainer, n_steps: int) -> np.ndarray:
        if trainer.step == 100:
            return np.full_like(healthy(trainer, 1), np.nan)
        taken = healthy(trainer, min(n_steps, 100 - trainer.step))
        if trainer.step == 100:
            shared.controls.request(run_id, "step")
        return taken

    monkeypatch.setattr(Trainer, "run", takes_one_step_too_many)
    assert execute(shared.url, run_id) == "diverged"
    assert shared.run(run_id).step == unpack(shared.checkpoints.data(run_id) or b"")["step"] == 100
    assert max(shared.record.frame_steps(run_id)) == 100


def test_data_that_cannot_be_had_is_explained(
    shared: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path / "nowhere"))
    run_id = start(shared, dataset="mnist", network="mlp")
    assert execute(shared.url, run_id) == "failed"
    assert "GAN_DATA_DIR" in message(shared, run_id)


def test_an_error_of_ours_becomes_a_sentence_and_no_traceback(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(trainer: Trainer, n_steps: int) -> np.ndarray:
        raise RuntimeError("the moon is in the wrong house")

    monkeypatch.setattr(Trainer, "run", broken)
    run_id = start(shared)
    assert execute(shared.url, run_id) == "failed"
    assert "the moon is in the wrong house" in message(shared, run_id)
    assert "Traceback" not in message(shared, run_id)


def test_out_of_memory_suggests_something_smaller(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(trainer: Trainer, n_steps: int) -> np.ndarray:
        raise MemoryError

    monkeypatch.setattr(Trainer, "run", greedy)
    run_id = start(shared)
    assert execute(shared.url, run_id) == "failed"
    assert "smaller batch" in message(shared, run_id)


def test_a_store_that_was_away_for_a_moment_has_every_step_in_its_place(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run_id = start(shared), start(shared)
    execute(shared.url, whole)
    append, n_written = Record.append, itertools.count(1)

    def away_once(*arguments: Any, **more: Any) -> None:
        if next(n_written) == 3:
            raise StoreError("away")
        append(*arguments, **more)

    monkeypatch.setattr(Record, "append", away_once)
    holder = holder_name()
    with pytest.raises(StoreError, match="away"):
        execute(shared.url, run_id, holder)
    assert not shared.run(run_id).message, "nothing that the run itself has done"
    assert execute(shared.url, run_id, holder) == "finished"
    assert np.array_equal(records(shared, run_id), records(shared, whole))


def test_a_turn_whose_checkpoint_the_store_did_not_take_is_taken_again_but_once(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept of a run is never a turn ahead of, or behind, what is said of it."""

    def with_a_turn_of_d(run_id: str, holder: str, *, trouble: bool) -> dict[str, np.ndarray]:
        shared.controls.request(run_id, "turn_d")
        save, n_saved = Checkpoints.save, itertools.count()

        def away(checkpoints: Checkpoints, *arguments: Any) -> None:
            if arguments[-1] and trouble and next(n_saved) == 0:
                raise StoreError("away")
            save(checkpoints, *arguments)

        with monkeypatch.context() as patched:
            patched.setattr(Checkpoints, "save", away)
            patched.setattr("gan_core.runs.job.WARM_SECONDS", 0.0)
            if trouble:
                with pytest.raises(StoreError, match="away"):
                    execute(shared.url, run_id, holder)
                assert shared.checkpoints.moments()[run_id].turns == 0
            assert execute(shared.url, run_id, holder) == "paused"
        assert shared.checkpoints.moments()[run_id].turns == 1
        return unpack(shared.checkpoints.data(run_id) or b"")

    smooth, troubled = (
        with_a_turn_of_d(start(shared), holder_name(), trouble=trouble) for trouble in (False, True)
    )
    assert smooth.keys() == troubled.keys()
    assert all(np.array_equal(smooth[name], troubled[name]) for name in smooth)


def test_a_full_disk_loses_nothing_and_the_run_goes_on_when_there_is_room(shared: Store) -> None:
    whole = start(shared)
    execute(shared.url, whole)
    run_id, holder = start(shared), holder_name()
    engine = shared._database.engine

    def leave_no_room(connection: Any, *_: Any) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used}")

    engine.dispose()
    sa.event.listen(engine, "connect", leave_no_room)
    with pytest.raises(StoreError, match="Free some disk space"):
        execute(shared.url, run_id, holder)
    sa.event.remove(engine, "connect", leave_no_room)
    engine.dispose()
    assert len(records(shared, whole)) == 300
    assert execute(shared.url, run_id, holder) == "finished"
    assert np.array_equal(records(shared, run_id), records(shared, whole))


@pytest.mark.parametrize("turns", [0, 3])
def test_a_run_makes_room_for_who_trains_less_and_goes_on_in_its_turn(
    shared: Store, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    undisturbed = start(shared)
    assert execute(shared.url, undisturbed) == "finished"
    shared.create_run(RunConfig.parse(TINY), owner="me", claimed_by=holder_name())
    mine = shared.create_run(RunConfig.parse(TINY), owner="me")
    others, taken, should_make_room = [], itertools.count(), Claims.should_make_room

    def once_others_wait(claims: Claims, run_id: str) -> bool:
        if next(taken) == turns:
            others.append(shared.create_run(RunConfig.parse(TINY), owner="other"))
        return should_make_room(claims, run_id)

    monkeypatch.setattr("gan_core.runs.job.SHARE_SECONDS", 0.0)
    monkeypatch.setattr(Job, "_steps_until_flush", lambda job: 25)
    monkeypatch.setattr(Claims, "should_make_room", once_others_wait)
    assert execute(shared.url, mine) == "queued"
    assert shared.run(mine).step == 25 * turns
    in_turn = [*others, mine]
    assert [run.id for run in shared.claims.wanting_worker()] == in_turn
    for run_id in in_turn:
        assert execute(shared.url, run_id) == "finished"
        assert np.array_equal(records(shared, run_id), records(shared, undisturbed))


def test_a_deleted_run_stops_without_a_word(shared: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = start(shared)
    healthy = Trainer.run

    def deletes(trainer: Trainer, n_steps: int) -> np.ndarray:
        if trainer.step == 1:
            shared.delete(run_id)
        return healthy(trainer, n_steps)

    monkeypatch.setattr(Trainer, "run", deletes)
    assert execute(shared.url, run_id) is None


def test_a_run_that_somebody_else_trains_is_left_alone(shared: Store) -> None:
    run_id = start(shared)
    shared.claims.take(run_id, holder_name())
    assert execute(shared.url, run_id) is None
    assert shared.run(run_id).status == "queued"


def test_a_run_that_was_stopped_before_its_worker_came_is_left_alone(shared: Store) -> None:
    run_id = start(shared)
    shared.controls.request(run_id, "stop")
    assert execute(shared.url, run_id) is None
    assert shared.run(run_id).status == "stopped"


def test_a_run_whose_flushes_are_late_takes_many_steps_between_them(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, calls = start(shared), []
    healthy, prompt = Trainer.run, Record.append

    def counted(trainer: Trainer, n_steps: int) -> Any:
        calls.append(n_steps)
        return healthy(trainer, n_steps)

    def late(record: Record, *args: Any, **more: Any) -> None:
        prompt(record, *args, **more)
        time.sleep(1.1 * FLUSH_SECONDS)

    monkeypatch.setattr(Trainer, "run", counted)
    monkeypatch.setattr(Record, "append", late)
    assert execute(shared.url, run_id) == "finished"
    assert len(calls) < 30, "of 300 steps"


def test_a_budget_allows_its_share_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("gan_core.runs.job.time.monotonic", lambda: now)
    budget, spent = Budget(share=0.1, every=1.0, started=0.0, last=0.0), 0.0
    for _ in range(1000):
        now += 0.1
        if budget.is_due():
            began = now
            now += 0.5
            spent += 0.5
            budget.charge(began)
    assert 0.08 * now < spent <= 0.1 * now + 0.5


@pytest.mark.slow
def test_a_run_that_stops_by_its_own_fault_keeps_its_steps_and_can_go_on_mended(
    shared: Store,
) -> None:
    fault = {"batch_size": 300, "fault": "incomplete_batch"}  # 20,000 points: 66 batches, 200 over
    run_id = start(shared, steps=70, **fault)
    assert execute(shared.url, run_id) == "failed"
    assert "Batch 67 of the data has only 200 samples" in message(shared, run_id)
    assert shared.run(run_id).step == len(records(shared, run_id)) == 66
    mended = shared.branch(run_id, 66, "fault", "none")
    assert execute(shared.url, mended) == "finished"
    assert np.array_equal(records(shared, mended)[:66], records(shared, run_id))


@pytest.mark.slow
def test_a_paused_run_looks_the_more_rarely_the_longer_it_rests(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 3.5)
    looked, asked = [], []
    pending, someone_waits = Controls.pending, Claims.someone_waits

    def counted_pending(controls: Controls, run_id: str) -> Any:
        looked.append(time.monotonic())
        return pending(controls, run_id)

    def counted_someone_waits(claims: Claims) -> bool:
        asked.append(time.monotonic())
        return someone_waits(claims)

    monkeypatch.setattr(Controls, "pending", counted_pending)
    monkeypatch.setattr(Claims, "someone_waits", counted_someone_waits)
    run_id = start(shared)
    shared.controls.request(run_id, "pause")
    assert execute(shared.url, run_id) == "paused"
    assert len(looked) < 60, "50 a second would be 175"
    assert len(asked) <= 3, "once a second"
    assert max(np.diff(looked[:5])) < 0.2, "at first, a press is answered at once"


def test_a_paused_run_that_is_woken_stays_paused_whenever_its_worker_dies(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 0.1)
    run_id, said, say = start(shared), [], Store.set_status

    def heard(store: Store, run: str, holder: str, status: str, *message: Any) -> None:
        said.append(status)
        say(store, run, holder, status, *message)

    shared.controls.request(run_id, "pause")
    assert execute(shared.url, run_id) == "paused"
    shared.controls.request(run_id, "set", "g_learning_rate", 0.02)
    shared.controls.request(run_id, "step")
    monkeypatch.setattr(Store, "set_status", heard)
    assert execute(shared.url, run_id) == "paused"
    assert shared.run(run_id).step == 1
    assert set(said) == {"paused"}


def test_floors_are_measured_between_two_crowds_that_share_no_sample(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowds: list[np.ndarray] = []

    def noted(real: np.ndarray, other: np.ndarray, _dataset: Any) -> dict[str, float]:
        crowds.extend((real, other))
        return {}

    monkeypatch.setattr("gan_core.runs.frame.floors", noted)
    assert execute(shared.url, start(shared, steps=1)) == "finished"
    real, other = ({*map(tuple, crowd.tolist())} for crowd in crowds)
    assert len(real) == len(other) > 100
    assert not real & other
