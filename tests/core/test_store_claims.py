"""The store's claims: who trains a run, which runs want a worker, and engines."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from gan_core.runs.claims import CLAIM_SECONDS, Superseded, holder_name
from gan_core.runs.controls import Control
from gan_core.runs.engines import Engine
from gan_core.runs.run import CHANGES, ENDED, RESUMABLE
from gan_core.runs.store import Store
from tests.recorded import (
    CONFIG,
    IN_EACH_DATABASE,
    N_FIELDS,
    append,
    claimed_run,
    dead_holder,
    records,
)

pytestmark = IN_EACH_DATABASE


def test_waiting_runs_are_served_first_come_first_served(store: Store) -> None:
    ids = [store.create_run(CONFIG) for _ in range(3)]
    assert [run.id for run in store.claims.wanting_worker()] == ids
    assert store.claims.someone_waits()
    for run_id in ids:
        store.claims.take(run_id, holder_name())
    assert store.claims.wanting_worker() == []
    assert not store.claims.someone_waits()


def test_everybody_has_a_run_trained_before_anybody_has_two(store: Store) -> None:
    one, two, three = (store.create_run(CONFIG, owner="one") for _ in range(3))
    other, nobodys = store.create_run(CONFIG, owner="other"), store.create_run(CONFIG)
    in_turn = [one, other, nobodys, two, three]
    assert [run.id for run in store.claims.wanting_worker()] == in_turn
    assert [store.queue_place(each)[0] for each in in_turn] == [1, 2, 3, 4, 5]
    for run_id in (one, other):
        store.claims.take(run_id, holder_name())
    newcomer = store.create_run(CONFIG, owner="newcomer")
    in_turn = [nobodys, newcomer, two, three]
    assert [run.id for run in store.claims.wanting_worker()] == in_turn


def test_who_trains_two_more_than_somebody_who_waits_makes_room_with_the_last(
    store: Store,
) -> None:
    def train(owner: str | None) -> str:
        run_id, holder = store.create_run(CONFIG, owner=owner), holder_name()
        store.claims.take(run_id, holder)
        store.set_status(run_id, holder, "running")
        return run_id

    def make_room() -> list[str]:
        return [run_id for run_id in trained if store.claims.should_make_room(run_id)]

    trained = [train("one"), train("one"), train(None), train(None)]
    assert make_room() == []
    store.create_run(CONFIG, owner="one")
    assert make_room() == [], "who waits has as many"
    waiting = store.create_run(CONFIG, owner="other")
    assert make_room() == trained[1:2]
    store.claims.take(waiting, holder_name())
    store.create_run(CONFIG, owner="other")
    assert make_room() == [], "who waits has one already"
    trained.append(train("one"))
    assert make_room() == trained[-1:]
    assert not store.claims.should_make_room("nobody's")


def test_run_that_is_prolonged_waits_behind_those_that_wait_already(store: Store) -> None:
    ended, holder = claimed_run(store)
    append(store, ended, holder, CONFIG.steps)
    store.give_back(ended, holder, "finished")
    waiting = store.create_run(CONFIG)
    store.extend(ended, 5)
    later = store.create_run(CONFIG)
    in_turn = [waiting, ended, later]
    assert [run.id for run in store.claims.wanting_worker()] == in_turn
    assert [store.queue_place(each) for each in in_turn] == [(1, 3), (2, 3), (3, 3)]
    assert [run.id for run in store.runs()] == [later, waiting, ended], "the newest first, as ever"


def test_run_that_its_maker_trains_is_never_offered(store: Store) -> None:
    store.create_run(CONFIG, claimed_by=holder_name())
    assert store.claims.wanting_worker() == []


@pytest.mark.parametrize("status", ["finished", "stopped", "diverged", "failed", "paused"])
def test_run_at_rest_wants_no_worker(store: Store, status: str) -> None:
    run_id, holder = claimed_run(store)
    store.set_status(run_id, holder, status)
    store.claims.release(run_id, holder)
    assert store.claims.wanting_worker() == []


@pytest.mark.parametrize("action", CHANGES)
def test_run_paused_while_it_is_replayed_is_not_woken_for_a_change(
    store: Store, action: str
) -> None:
    change = Control(0, "set", "g_learning_rate", 0.25, 100)
    run_id, holder = store.create_run(CONFIG, changes=[change]), holder_name()

    def pause_at(step: int) -> None:
        store.claims.take(run_id, holder)
        append(store, run_id, holder, step)
        store.give_back(run_id, holder, "paused")

    pause_at(99)
    store.controls.request(
        run_id, *(("set", "d_learning_rate", 0.25) if action == "set" else (action,))
    )
    assert not store.claims.someone_waits()
    pause_at(100)
    assert store.claims.someone_waits()


def test_run_paused_while_it_is_replayed_is_woken_for_a_step(store: Store) -> None:
    change = Control(0, "set", "g_learning_rate", 0.25, 100)
    run_id, holder = store.create_run(CONFIG, changes=[change]), holder_name()
    store.claims.take(run_id, holder)
    store.give_back(run_id, holder, "paused")
    store.controls.request(run_id, "turn_d")
    assert not store.claims.someone_waits()
    store.controls.request(run_id, "step")
    assert store.claims.someone_waits()


def test_running_run_that_lost_its_worker_wants_another(store: Store) -> None:
    run_id, dead = store.create_run(CONFIG), dead_holder()
    store.claims.take(run_id, dead)
    store.set_status(run_id, dead, "running")
    assert [run.id for run in store.claims.wanting_worker()] == [run_id]


def test_claimed_run_cannot_be_taken_from_the_living(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert not store.claims.take(run_id, holder_name())
    assert store.claims.take(run_id, holder)
    assert store.claims.take(run_id, holder_name(), force=True)


def test_claim_of_a_dead_process_is_free(store: Store) -> None:
    run_id = store.create_run(CONFIG)
    store.claims.take(run_id, dead_holder())
    assert store.claims.take(run_id, holder_name())


@pytest.mark.parametrize("status", ENDED)
def test_run_that_has_ended_is_not_to_be_had_until_it_is_to_go_on(
    store: Store, status: str
) -> None:
    run_id, holder = claimed_run(store)
    store.give_back(run_id, holder, status)
    assert not store.claims.take(run_id, holder_name())
    if status in RESUMABLE:
        store.controls.request(run_id, "resume")
        assert store.claims.take(run_id, holder_name())


def test_silent_holder_elsewhere_keeps_its_run_for_a_while(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, elsewhere = store.create_run(CONFIG), f"elsewhere:{os.getpid()}:0"
    store.claims.take(run_id, elsewhere)
    assert not store.claims.take(run_id, holder_name())
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + CLAIM_SECONDS / 2)
    append(store, run_id, elsewhere, 1)  # whoever writes is not silent
    monkeypatch.setattr(time, "time", lambda: now + CLAIM_SECONDS + 1)
    assert not store.claims.take(run_id, holder_name())
    monkeypatch.setattr(time, "time", lambda: now + 1.5 * CLAIM_SECONDS + 1)
    assert store.claims.take(run_id, holder_name())


def test_who_was_silent_when_the_run_was_stopped_has_lost_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, elsewhere = store.create_run(CONFIG), "elsewhere:1:0"
    store.claims.take(run_id, elsewhere)
    store.set_status(run_id, elsewhere, "running")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + CLAIM_SECONDS + 1)
    store.controls.request(run_id, "stop")
    with pytest.raises(Superseded):
        store.set_status(run_id, elsewhere, "running")
    assert store.run(run_id).status == "stopped"


def test_missing_run_cannot_be_claimed(store: Store) -> None:
    assert not store.claims.take("nonsense", holder_name(), force=True)


def test_released_run_is_free(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.claims.release(run_id, holder_name())  # not theirs to give back
    assert not store.claims.take(run_id, holder_name())
    store.claims.release(run_id, holder)
    assert store.claims.take(run_id, holder_name())


def test_someone_trains_while_a_living_worker_has_a_running_run(store: Store) -> None:
    assert not store.claims.someone_trains()
    run_id, holder = claimed_run(store)
    assert not store.claims.someone_trains()  # claimed, and still queued
    store.set_status(run_id, holder, "running")
    assert store.claims.someone_trains()
    store.set_status(run_id, holder, "paused")
    assert not store.claims.someone_trains()
    store.set_status(run_id, holder, "running")
    store.claims.release(run_id, holder)  # as when its worker was killed
    assert not store.claims.someone_trains()


def test_only_one_of_many_gets_a_run(store: Store) -> None:
    run_id = store.create_run(CONFIG)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: store.claims.take(run_id, holder_name()), range(8)))
    assert claims.count(True) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda store, run_id, holder: append(store, run_id, holder, 1, {0: records(1)}, b"{}"),
        lambda store, run_id, holder: store.set_status(run_id, holder, "finished"),
        lambda store, run_id, holder: store.give_back(run_id, holder, "finished"),
        lambda store, run_id, holder: store.set_facts(run_id, holder, {"a": 1}),
        lambda store, run_id, holder: store.record.append_quality(
            run_id, holder, 1, {"frechet": 1.0}
        ),
        lambda store, run_id, holder: store.controls.mark_applied(
            run_id, holder, store.controls.pending(run_id)[0], 1
        ),
        lambda store, run_id, holder: store.checkpoints.save(run_id, holder, 1, b"weights"),
        lambda store, run_id, holder: store.record.rewind(run_id, holder, 0, N_FIELDS),
    ],
    ids=[
        "append",
        "set_status",
        "give_back",
        "set_facts",
        "append_quality",
        "mark_applied",
        "checkpoints.save",
        "rewind",
    ],
)
def test_superseded_writer_changes_nothing(
    store: Store, act: Callable[[Store, str, str], None]
) -> None:
    run_id, holder = claimed_run(store)
    store.controls.request(run_id, "set", "d_learning_rate", 0.25)
    store.claims.take(run_id, holder_name(), force=True)
    before = store.run(run_id), store.controls.pending(run_id), store.events.last_seq()
    with pytest.raises(Superseded):
        act(store, run_id, holder)
    assert (store.run(run_id), store.controls.pending(run_id), store.events.last_seq()) == before
    assert store.checkpoints.data(run_id) is None


def test_living_engines_are_known(store: Store) -> None:
    ours, dead = Engine(holder_name(), 2, "ready", "http://localhost"), dead_holder()
    store.engines.seen(Engine(ours.id, 2, "starting", "http://localhost"))
    store.engines.seen(Engine(dead, 1, "ready", None))
    store.engines.seen(ours)
    assert store.engines.alive() == [ours]
    store.engines.gone(ours.id)
    assert store.engines.alive() == []


def test_engine_that_fell_silent_is_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.engines.seen(Engine("elsewhere:1:0", 2, "ready", None))
    assert len(store.engines.alive()) == 1
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + CLAIM_SECONDS + 1)
    assert store.engines.alive() == []


def test_process_that_began_after_the_last_sign_of_life_is_another_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a reboot, this process may have the number of the one that trained the run."""
    run_id = store.create_run(CONFIG)
    with monkeypatch.context() as before_the_reboot:
        before_the_reboot.setattr("time.time", lambda: 1e9)
        assert store.claims.take(run_id, holder_name())
    assert store.claims.take(run_id, holder_name())
