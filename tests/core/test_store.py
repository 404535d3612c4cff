"""The store: what happened in a run, kept for several processes, in SQLite and in PostgreSQL."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.runs import record as record_module
from gan_core.runs.checkpoints import Moment
from gan_core.runs.claims import CLAIM_SECONDS, Superseded, holder_name
from gan_core.runs.controls import Controls
from gan_core.runs.curve import LEVELS, Pyramid
from gan_core.runs.engines import Engine
from gan_core.runs.store import Store, default_url, open_store
from gan_core.text import GanError, Text

Opener = Callable[[str], Store]

CONFIG = PRESETS["ring_mlp"].config
N_FIELDS = 4


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, open_at: Opener) -> Store:
    """An empty store in each kind of database."""
    return open_at(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sqlite_store(open_at: Opener, sqlite_url: str) -> Store:
    return open_at(sqlite_url)


def claimed_run(store: Store) -> tuple[str, str]:
    """The id of a run and the name of the holder that trains it."""
    run_id, holder = store.create_run(CONFIG), holder_name()
    assert store.claims.take(run_id, holder)
    return run_id, holder


def records(n: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(n, N_FIELDS)).astype(np.float32)


def write(store: Store, run_id: str, holder: str, whole: np.ndarray, chunk: int = 50) -> None:
    """Append all records of a run, `chunk` at a time, each with a frame."""
    pyramid = Pyramid(N_FIELDS)
    for begin in range(0, len(whole), chunk):
        points = pyramid.add(whole[begin : begin + chunk])
        step = min(begin + chunk, len(whole))
        append(store, run_id, holder, step, points, frame=b"%d" % step)


def append(
    store: Store,
    run_id: str,
    holder: str,
    step: int,
    points: dict[int, np.ndarray] | None = None,
    frame: bytes | None = None,
) -> None:
    store.record.append(
        run_id, holder, step=step, points=points or {}, images_per_second=2.0 * step, frame=frame
    )


def expected_curve(whole: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    points = Pyramid(N_FIELDS).add(whole).get(level, np.empty((0, N_FIELDS)))
    return 4**level * np.arange(1, len(points) + 1), points


def assert_holds_exactly(store: Store, run_id: str, whole: np.ndarray) -> None:
    for level in range(LEVELS):
        for found, expected in zip(
            store.record.curve(run_id, level, N_FIELDS), expected_curve(whole, level), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def kinds(store: Store, run_id: str) -> list[str]:
    return [event.kind for event in store.events.after(0, [run_id])]


def dead_holder() -> str:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return f"{socket.gethostname()}:{ended.pid}:0"


# -------------------------------------------------------------------------------- runs


def test_new_run_waits_with_everything_it_was_given(store: Store) -> None:
    run = store.run(store.create_run(CONFIG, "  My   first\nrun "))
    assert run.name == "My first run"
    assert run.config == CONFIG
    assert (run.status, run.message, run.step, run.images_per_second) == ("queued", None, 0, None)
    assert run.facts == {}
    assert run.is_active
    assert run.created == pytest.approx(time.time(), abs=5)


def test_run_without_a_name_gets_one_of_its_own(store: Store) -> None:
    names = {store.run(store.create_run(CONFIG)).name for _ in range(3)}
    assert len(names) == 3
    assert all(name.startswith("ring ") for name in names)


def test_ids_cannot_be_guessed(store: Store) -> None:
    ids = {store.create_run(CONFIG) for _ in range(5)}
    assert len(ids) == 5
    assert {len(run_id) for run_id in ids} == {18}  # 72 random bits


def test_ids_fit_wherever_they_are_written(store: Store) -> None:
    ids = "".join(store.create_run(CONFIG) for _ in range(20))
    # A leading "-" is an option on a shell, and "__" is refused in a component's key.
    assert set(ids) <= set("0123456789abcdef")


def test_runs_are_listed_newest_first(store: Store) -> None:
    ids = [store.create_run(CONFIG) for _ in range(3)]
    assert [run.id for run in store.runs()] == ids[::-1]


def test_life_of_a_run(store: Store) -> None:
    run_id, holder = claimed_run(store)
    message = Text("Compiling {what} …", {"what": Text("the step")})
    store.set_status(run_id, holder, "running", message)
    assert (store.run(run_id).status, store.run(run_id).message) == ("running", message)
    store.set_facts(run_id, holder, {"plan": {"xla": True}})
    append(store, run_id, holder, 3, {0: records(3)}, b"{}")
    store.set_status(run_id, holder, "finished")
    store.claims.release(run_id, holder)
    run = store.run(run_id)
    assert (run.status, run.message, run.step, run.images_per_second) == ("finished", None, 3, 6)
    assert run.facts == {"plan": {"xla": True}}
    assert not run.is_active
    assert kinds(store, run_id) == ["status", "status", "records", "frame", "status"]


def test_run_can_be_renamed(store: Store) -> None:
    run_id = store.create_run(CONFIG)
    store.rename(run_id, "数字 ❤ 'quoted'; --")
    assert store.run(run_id).name == "数字 ❤ 'quoted'; --"


@pytest.mark.parametrize("name", ["", " \n ", "x" * 81])
def test_names_that_cannot_be_read_are_refused(store: Store, name: str) -> None:
    run_id = store.create_run(CONFIG, "x" * 80)
    with pytest.raises(GanError, match="1 to 80 characters"):
        store.rename(run_id, name)
    assert store.run(run_id).name == "x" * 80


@pytest.mark.parametrize(
    "act",
    [
        lambda store: store.run("nonsense"),
        lambda store: store.rename("nonsense", "name"),
        lambda store: store.delete("nonsense"),
        lambda store: store.controls.request("nonsense", "stop"),
    ],
    ids=["run", "rename", "delete", "request"],
)
def test_missing_run_is_named(store: Store, act: Callable[[Store], None]) -> None:
    with pytest.raises(GanError, match="no run nonsense"):
        act(store)


def test_deletion_takes_everything_and_spares_the_others(store: Store) -> None:
    (run_id, holder), (kept, other_holder) = claimed_run(store), claimed_run(store)
    for each, by in ((run_id, holder), (kept, other_holder)):
        write(store, each, by, records(10))
        store.checkpoints.save(each, by, 10, b"weights")
        store.controls.request(each, "pause")
    questions = [{"topic": "measures", "run": each, "step": 1} for each in (run_id, kept)]
    for question in questions:
        store.answers.ask(question)
    store.delete(run_id)
    assert [store.answers.is_asked(question) for question in questions] == [False, True]
    assert [run.id for run in store.runs()] == [kept]
    assert store.events.after(0, [run_id]) == []
    assert store.checkpoints.data(run_id) is None
    assert store.controls.pending(run_id) == []
    assert_holds_exactly(store, kept, records(10))
    assert store.checkpoints.data(kept) == b"weights"
    with pytest.raises(Superseded):
        append(store, run_id, holder, 11, {0: records(1)})


def test_numbers_of_deleted_events_are_not_used_again(store: Store) -> None:
    run_id = store.create_run(CONFIG)
    last = store.events.last_seq()
    store.delete(run_id)
    again = store.create_run(CONFIG)
    assert [event.seq > last for event in store.events.after(0, [again])] == [True]


# ------------------------------------------------------------------------------- queue


def test_place_in_the_queue_counts_those_before(store: Store) -> None:
    first, second, third = (store.create_run(CONFIG) for _ in range(3))
    assert [store.queue_place(each) for each in (first, second, third)] == [(1, 3), (2, 3), (3, 3)]
    holder = holder_name()
    store.claims.take(first, holder)
    store.set_status(first, holder, "running")
    assert store.queue_place(first) == (0, 2)
    assert store.queue_place(third) == (2, 2)


def test_waiting_runs_are_served_first_come_first_served(store: Store) -> None:
    ids = [store.create_run(CONFIG) for _ in range(3)]
    assert [run.id for run in store.claims.wanting_worker()] == ids
    assert store.claims.someone_waits()
    for run_id in ids:
        store.claims.take(run_id, holder_name())
    assert store.claims.wanting_worker() == []
    assert not store.claims.someone_waits()


def test_run_that_its_maker_trains_is_never_offered(store: Store) -> None:
    store.create_run(CONFIG, claimed_by=holder_name())
    assert store.claims.wanting_worker() == []


@pytest.mark.parametrize("status", ["finished", "stopped", "diverged", "failed", "paused"])
def test_run_at_rest_wants_no_worker(store: Store, status: str) -> None:
    run_id, holder = claimed_run(store)
    store.set_status(run_id, holder, status)
    store.claims.release(run_id, holder)
    assert store.claims.wanting_worker() == []


def test_running_run_that_lost_its_worker_wants_another(store: Store) -> None:
    run_id, dead = store.create_run(CONFIG), dead_holder()
    store.claims.take(run_id, dead)
    store.set_status(run_id, dead, "running")
    assert [run.id for run in store.claims.wanting_worker()] == [run_id]


# ------------------------------------------------------------------------------ claims


def test_claimed_run_cannot_be_taken_from_the_living(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert not store.claims.take(run_id, holder_name())
    assert store.claims.take(run_id, holder)
    assert store.claims.take(run_id, holder_name(), force=True)


def test_claim_of_a_dead_process_is_free(store: Store) -> None:
    run_id = store.create_run(CONFIG)
    store.claims.take(run_id, dead_holder())
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


# ---------------------------------------------------------------------------- controls


def test_controls_wait_in_order_until_obeyed(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.controls.request(run_id, "pause")
    store.controls.request(run_id, "set", "d_learning_rate", 0.25)
    store.controls.request(run_id, "resume")
    pending = store.controls.pending(run_id)
    assert [control.action for control in pending] == ["pause", "set", "resume"]
    assert (pending[1].field, pending[1].value) == ("d_learning_rate", 0.25)
    store.controls.mark_applied(run_id, holder, pending[0], 7)
    assert [control.action for control in store.controls.pending(run_id)] == ["set", "resume"]


def test_changes_are_told_in_the_order_in_which_they_took_effect(store: Store) -> None:
    run_id, holder = claimed_run(store)
    for value in (0.1, 0.2, 0.3):
        store.controls.request(run_id, "set", "g_learning_rate", value)
    store.controls.request(run_id, "pause")
    for control, step in zip(store.controls.pending(run_id), (20, 5, 5, 30), strict=True):
        store.controls.mark_applied(run_id, holder, control, step)
    assert [change.value for change in store.controls.changes(run_id)] == [0.2, 0.3, 0.1]
    assert kinds(store, run_id).count("change") == 3


def test_value_of_any_kind_is_kept_as_it_is(store: Store) -> None:
    run_id, _ = claimed_run(store)
    store.controls.request(run_id, "set", "loss", "custom")
    store.controls.request(run_id, "set", "g_formula", "-fake")
    store.controls.request(run_id, "set", "d_steps", "3")  # as from a link
    store.controls.request(run_id, "turn_g")
    asked = [(each.action, each.field, each.value) for each in store.controls.pending(run_id)]
    assert asked == [
        ("set", "loss", "custom"),
        ("set", "g_formula", "-fake"),
        ("set", "d_steps", 3),
        ("turn_g", None, None),
    ]


def test_turns_are_changes_too(store: Store) -> None:
    run_id, holder = claimed_run(store)
    for action in ("turn_d", "pause", "turn_g"):
        store.controls.request(run_id, action)
    for control in store.controls.pending(run_id):
        store.controls.mark_applied(run_id, holder, control, 9)
    assert [change.action for change in store.controls.changes(run_id)] == ["turn_d", "turn_g"]
    assert kinds(store, run_id).count("change") == 2


def test_settings_of_now_count_all_that_was_asked_for(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.controls.config_now(run_id) == CONFIG
    store.controls.request(run_id, "set", "loss", "least_squares")
    store.controls.mark_applied(run_id, holder, store.controls.pending(run_id)[0], 5)
    # An option of the loss that it has by now.
    store.controls.request(run_id, "set", "real_target", 0.9)
    now = store.controls.config_now(run_id)
    assert (now.loss, now.real_target) == ("least_squares", 0.9)
    store.controls.request(run_id, "set", "loss", "hinge")
    assert store.controls.config_now(run_id) == CONFIG.with_change("loss", "hinge")
    with pytest.raises(GanError, match=r"real_target = 0\.5 has no effect with loss = hinge"):
        store.controls.request(run_id, "set", "real_target", 0.5)
    assert store.run(run_id).config == CONFIG


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("explode",), "action = explode is not allowed.*pause, resume, step, stop, set"),
        (("set", "d_learning_rate", 2.0), "d_learning_rate = 2.0 is not allowed"),
        (("set", "d_learning_rate", float("nan")), "d_learning_rate = nan is not allowed"),
        (("set", "d_learning_rate", None), "d_learning_rate = None is not allowed"),
        (("set", "batch_size", 8), "batch_size cannot change"),
        (("set", None, 8), "None cannot change"),
    ],
)
def test_senseless_requests_are_explained(
    store: Store, arguments: tuple[Any, ...], message: str
) -> None:
    run_id, _ = claimed_run(store)
    with pytest.raises(GanError, match=message):
        store.controls.request(run_id, *arguments)
    assert store.controls.pending(run_id) == []


@pytest.mark.parametrize("status", ["finished", "diverged", "stopped", "failed"])
@pytest.mark.parametrize("action", ["pause", "step", "stop", "set", "resume"])
def test_ended_run_takes_no_requests_but_to_go_on(store: Store, status: str, action: str) -> None:
    run_id, holder = claimed_run(store)
    store.set_status(run_id, holder, status, Text("why"))
    store.claims.release(run_id, holder)
    if action == "resume" and status in ("stopped", "failed"):
        store.controls.request(run_id, action)
        assert (store.run(run_id).status, store.run(run_id).message) == ("queued", None)
        assert [run.id for run in store.claims.wanting_worker()] == [run_id]
    else:
        with pytest.raises(GanError, match=f"is {status} and takes no more steps"):
            store.controls.request(run_id, action, "d_learning_rate", 0.1)


def test_stop_ends_a_waiting_run_at_once(store: Store) -> None:
    run_id = store.create_run(CONFIG)
    store.controls.request(run_id, "stop")
    assert store.run(run_id).status == "stopped"
    assert store.controls.pending(run_id) == []
    assert kinds(store, run_id) == ["status", "status"]


def test_stop_forgets_what_nobody_has_read(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.controls.request(run_id, "set", "d_learning_rate", 0.25)
    store.controls.mark_applied(run_id, holder, store.controls.pending(run_id)[0], 3)
    store.set_status(run_id, holder, "paused")
    store.claims.release(run_id, holder)
    for asked in (("set", "loss", "hinge"), ("turn_d",), ("step",), ("stop",)):
        store.controls.request(run_id, *asked)
    assert store.run(run_id).status == "stopped"
    assert store.controls.pending(run_id) == []
    assert [change.field for change in store.controls.changes(run_id)] == ["d_learning_rate"]
    assert store.claims.wanting_worker() == []


def test_stop_of_a_trained_run_is_left_to_its_trainer(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.set_status(run_id, holder, "running")
    store.controls.request(run_id, "stop")
    assert store.run(run_id).status == "running"
    assert [control.action for control in store.controls.pending(run_id)] == ["stop"]


@pytest.mark.parametrize("status", ["finished", "diverged", "failed"])
def test_end_forgets_what_was_asked_too_late(store: Store, status: str) -> None:
    run_id, holder = claimed_run(store)
    for asked in (("pause",), ("set", "d_learning_rate", 0.25), ("resume",), ("stop",)):
        store.controls.request(run_id, *asked)
    store.give_back(run_id, holder, status, Text("why"))
    assert (store.run(run_id).status, store.run(run_id).message) == (status, Text("why"))
    assert store.controls.pending(run_id) == []
    assert store.controls.config_now(run_id) == CONFIG
    assert store.claims.wanting_worker() == []
    assert store.claims.take(run_id, holder_name()), "the run was not given back"


def test_pause_forgets_nothing(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.controls.request(run_id, "step")
    store.give_back(run_id, holder, "paused")
    assert [control.action for control in store.controls.pending(run_id)] == ["step"]
    assert [run.id for run in store.claims.wanting_worker()] == [run_id]


def test_run_resumed_right_after_it_was_stopped_goes_on(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.set_status(run_id, holder, "paused")
    for asked in (("set", "loss", "hinge"), ("resume",), ("set", "d_steps", 2)):
        store.controls.request(run_id, *asked)  # while its worker is busy stopping it
    store.give_back(run_id, holder, "stopped")
    assert store.run(run_id).status == "queued"
    assert [run.id for run in store.claims.wanting_worker()] == [run_id]
    assert [control.field for control in store.controls.pending(run_id)] == [None, "d_steps"]


def test_run_that_ends_while_it_is_asked_refuses(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run_id, holder), settings = claimed_run(store), Controls.config_now

    def at_its_end(controls: Controls, run_id: str) -> RunConfig:
        store.give_back(run_id, holder, "finished")
        return settings(controls, run_id)

    monkeypatch.setattr(Controls, "config_now", at_its_end)
    with pytest.raises(GanError, match="is finished and takes no more steps"):
        store.controls.request(run_id, "set", "d_learning_rate", 0.25)
    assert store.controls.pending(run_id) == []


def test_paused_run_whose_worker_let_go_is_woken_by_a_button(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.set_status(run_id, holder, "paused")
    store.controls.request(run_id, "resume")  # its worker still holds it and will see to it
    assert store.run(run_id).status == "paused"
    store.controls.mark_applied(run_id, holder, store.controls.pending(run_id)[0], 0)
    store.claims.release(run_id, holder)
    assert store.claims.wanting_worker() == []
    store.controls.request(run_id, "step")
    assert [run.id for run in store.claims.wanting_worker()] == [run_id]
    assert store.claims.someone_waits()
    store.controls.request(run_id, "resume")
    assert store.run(run_id).status == "queued"


# ------------------------------------------------------------------- records and frames


def test_curves_come_back_as_they_were_written(store: Store) -> None:
    run_id, holder = claimed_run(store)
    whole = records(4321)
    write(store, run_id, holder, whole, chunk=700)
    assert_holds_exactly(store, run_id, whole)


def test_curve_can_be_asked_for_from_any_step(store: Store) -> None:
    run_id, holder = claimed_run(store)
    whole = records(200)
    write(store, run_id, holder, whole)
    for level, from_step in ((0, 73), (1, 73), (1, 72), (0, 200), (3, 64)):
        steps, points = expected_curve(whole, level)
        found = store.record.curve(run_id, level, N_FIELDS, from_step)
        np.testing.assert_array_equal(found[0], steps[steps > from_step])
        np.testing.assert_array_equal(found[1], points[steps > from_step])


@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_first_points_of_a_curve_come_alone(store: Store, chunk: int) -> None:
    run_id, holder = claimed_run(store)
    whole = records(100)
    write(store, run_id, holder, whole, chunk)
    for level, from_step, most in ((0, 0, 10), (0, 73, 10), (1, 0, 3), (0, 95, 10)):
        steps, points = expected_curve(whole, level)
        found = store.record.curve(run_id, level, N_FIELDS, from_step, most)
        np.testing.assert_array_equal(found[0], steps[steps > from_step][:most])
        np.testing.assert_array_equal(found[1], points[steps > from_step][:most])


def test_empty_run_has_an_empty_curve(store: Store) -> None:
    steps, points = store.record.curve(store.create_run(CONFIG), 0, N_FIELDS)
    assert steps.shape == (0,)
    assert points.shape == (0, N_FIELDS)


def test_speed_is_kept_along_the_run(store: Store) -> None:
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100), chunk=50)
    assert store.record.throughput(run_id, 0) == ([50, 100], [100.0, 200.0])
    assert store.record.throughput(run_id, 1) == ([48, 100], [100.0, 200.0])


def test_latest_frame_is_the_newest(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.record.latest_frame(run_id) is None
    write(store, run_id, holder, records(100))
    frame = store.record.latest_frame(run_id)
    assert frame is not None
    assert (frame.step, frame.payload) == (100, b"100")
    assert store.record.frame_steps(run_id) == [50, 100]


def test_frame_of_a_step_is_the_last_before_it(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.record.frame_at(run_id, 5) is None
    for step, frame in ((10, b"10"), (20, b"20"), (20, b"20 again"), (30, b"30")):
        append(store, run_id, holder, step, frame=frame)
    found = {
        step: event.payload
        for step in (0, 9, 10, 19, 20, 29, 30, 1000)
        if (event := store.record.frame_at(run_id, step))
    }
    assert found == {
        0: b"10",  # the first there is
        9: b"10",
        10: b"10",
        19: b"10",
        20: b"20 again",
        29: b"20 again",
        30: b"30",
        1000: b"30",
    }


def test_measures_are_kept_with_their_frames(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.record.measures(run_id) == ([], {})
    told: list[tuple[int, Any]] = [(0, None), (4, {"gap": 0.5, "mmd": None}), (8, {"size": 2.0})]
    for step, measures in told:
        store.record.append(
            run_id,
            holder,
            step=step,
            points={},
            images_per_second=None,
            frame=b"{}",
            measures=measures,
        )
    append(store, run_id, holder, 9)  # no frame: nothing is measured there
    assert store.record.measures(run_id) == (
        [0, 4, 8],
        {"gap": [None, 0.5, None], "mmd": [None] * 3, "size": [None, None, 2.0]},
    )
    frames = [event for event in store.events.after(0, [run_id]) if event.kind == "frame"]
    assert [event.measures for event in frames] == [{}, {"gap": 0.5, "mmd": None}, {"size": 2.0}]


def test_frames_are_thinned_but_the_first_and_the_newest_stay(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "MAX_FRAMES", 8)
    run_id, holder = claimed_run(store)
    for step in range(150):
        append(store, run_id, holder, step, frame=b"{}")
        steps = store.record.frame_steps(run_id)
        assert steps[0] == 0
        assert steps[-1] == step
        assert len(steps) <= 8 + 1
        gaps = np.diff(steps[:-1])
        assert (gaps == gaps[:1]).all()  # evenly spaced
        assert step < 8 or len(steps) > 4


def test_quality_is_kept_apart_from_what_frames_measure(store: Store) -> None:
    run_id, holder = claimed_run(store)
    append(store, run_id, holder, 5, frame=b"{}")
    for step, value in ((0, 8.0), (4, 2.5)):
        store.record.append_quality(run_id, holder, step, {"frechet": value})
    assert store.record.quality(run_id) == ([0, 4], {"frechet": [8.0, 2.5]})
    assert store.record.measures(run_id) == ([5], {})
    assert store.record.frame_steps(run_id) == [5]


def test_quality_is_thinned_as_frames_are(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "MAX_FRAMES", 4)
    run_id, holder = claimed_run(store)
    for step in range(40):
        append(store, run_id, holder, step, frame=b"{}")
        store.record.append_quality(run_id, holder, step, {"frechet": float(step)})
        steps, values = store.record.quality(run_id)
        assert (steps[0], steps[-1]) == (0, step)
        assert len(steps) <= 4 + 1
        assert values["frechet"] == steps
        assert store.record.frame_steps(run_id) == steps


def test_rewind_forgets_the_quality_of_what_comes_anew(store: Store) -> None:
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100))
    for step in (0, 30, 60, 90):
        store.record.append_quality(run_id, holder, step, {"frechet": 1.0})
    store.record.rewind(run_id, holder, 60, N_FIELDS)
    assert store.record.quality(run_id)[0] == [0, 30]


def test_checkpoint_replaces_the_one_before(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.checkpoints.data(run_id) is None
    assert store.checkpoints.moment(run_id) is None
    everything = bytes(range(256))
    store.checkpoints.save(run_id, holder, 1, b"old")
    store.checkpoints.save(run_id, holder, 2, everything)
    assert store.checkpoints.data(run_id) == everything
    assert store.checkpoints.moment(run_id) == Moment(run_id, step=2, turns=0)


def test_checkpoint_after_a_turn_of_one_player_is_another_one(store: Store) -> None:
    run_id, holder = claimed_run(store)

    def apply(action: str, *change: Any) -> None:
        store.controls.request(run_id, action, *change)
        store.controls.mark_applied(run_id, holder, store.controls.pending(run_id)[0], 5)

    apply("set", "g_learning_rate", 0.01)
    apply("turn_d")
    apply("turn_g")
    store.checkpoints.save(run_id, holder, 5, b"weights")
    store.controls.request(run_id, "turn_d")  # not taken yet
    write(store, run_id, holder, records(10))
    branch = store.branch(run_id, 6, "loss", "hinge")
    store.claims.take(branch, holder)
    store.checkpoints.save(branch, holder, 4, b"before the turns that it repeats")
    moments = {run_id: Moment(run_id, 5, turns=2), branch: Moment(branch, 4, turns=0)}
    assert store.checkpoints.moments() == moments
    assert store.checkpoints.moment(run_id) == moments[run_id]


# ------------------------------------------------------------------------------ rewind


@pytest.mark.parametrize("step", [0, 1, 64, 349, 350, 351, 4095, 4096, 4100, 4199, 4200])
def test_rewind_cuts_precisely_and_the_run_goes_on_as_if_nothing_had_been(
    store: Store, step: int
) -> None:
    run_id, holder = claimed_run(store)
    whole = records(4500)
    write(store, run_id, holder, whole[:4200], chunk=350)
    pyramid = store.record.rewind(run_id, holder, step, N_FIELDS)
    assert store.run(run_id).step == step
    assert_holds_exactly(store, run_id, whole[:step])
    assert all(kept < step for kept in store.record.frame_steps(run_id))
    append(store, run_id, holder, 4500, pyramid.add(whole[step:]))
    assert_holds_exactly(store, run_id, whole)


def test_rewind_tells_whoever_watches(store: Store) -> None:
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100))
    before = store.events.last_seq()
    store.record.rewind(run_id, holder, 70, N_FIELDS)
    events = store.events.after(before, [run_id])
    assert events[-1].kind == "rewind"
    assert events[-1].step == 70


def test_rewind_of_one_run_leaves_the_others(store: Store) -> None:
    (run_id, holder), (other, other_holder) = claimed_run(store), claimed_run(store)
    write(store, run_id, holder, records(100))
    write(store, other, other_holder, records(100))
    store.record.rewind(run_id, holder, 10, N_FIELDS)
    assert_holds_exactly(store, other, records(100))
    assert store.record.frame_steps(other) == [50, 100]


# ---------------------------------------------------------------------------- branches


def test_only_a_finished_run_goes_on_and_only_so_far(store: Store) -> None:
    run_id, holder = claimed_run(store)
    store.record.append(run_id, holder, step=CONFIG.steps, points={}, images_per_second=None)
    store.controls.request(run_id, "pause")
    for status in ("running", "stopped", "diverged"):
        store.set_status(run_id, holder, status)
        with pytest.raises(GanError, match=f"is {status}. Only a finished run goes on"):
            store.extend(run_id, 10)
    store.set_status(run_id, holder, "finished")
    store.claims.release(run_id, holder)
    for n_steps in (0, -1, 1_000_000):
        with pytest.raises(GanError, match=r"whole number from 1 to 980000\."):
            store.extend(run_id, n_steps)
    assert store.run(run_id).config == CONFIG
    store.extend(run_id, 10, claimed_by=holder)
    assert store.controls.config_now(run_id).steps == CONFIG.steps + 10
    assert store.run(run_id).status == "queued"
    assert store.controls.pending(run_id) == [], "what was asked before its end"
    assert not store.claims.take(run_id, "somebody else")


def test_new_length_is_a_change_that_took_effect_at_the_old_end(store: Store) -> None:
    run_id, holder = claimed_run(store)
    append(store, run_id, holder, 40)
    store.controls.request(run_id, "set", "loss", "hinge")  # too late: nobody has read it
    store.set_status(run_id, holder, "finished")
    store.claims.release(run_id, holder)
    before = store.events.last_seq()
    store.extend(run_id, 30)
    assert store.run(run_id).config == CONFIG
    [longer] = store.controls.changes(run_id)
    assert (longer.action, longer.field, longer.value) == ("set", "steps", 70)
    assert longer.applied_step == 40
    assert store.controls.pending(run_id) == [], "otherwise the loss would come before the length"
    assert [store.controls.config_at(run_id, step).steps for step in (39, 40)] == [CONFIG.steps, 70]
    assert [each.kind for each in store.events.after(before, [run_id])] == ["change", "status"]


def test_length_is_no_setting_that_may_be_asked_for(store: Store) -> None:
    run_id, holder = claimed_run(store)
    append(store, run_id, holder, 40)
    with pytest.raises(GanError, match="steps cannot change while a run trains"):
        store.controls.request(run_id, "set", "steps", 20)
    with pytest.raises(GanError, match="steps cannot change while a run trains"):
        store.branch(run_id, 30, "steps", 20)


def test_branch_waits_with_its_parent_s_config_and_earlier_changes(store: Store) -> None:
    parent, holder = claimed_run(store)
    asked = (("set", "loss", "hinge"), ("turn_d",), ("set", "d_steps", 2), ("pause",))
    for action in asked:
        store.controls.request(parent, *action)
    for control, step in zip(store.controls.pending(parent), (10, 10, 30, 30), strict=True):
        store.controls.mark_applied(parent, holder, control, step)
    append(store, parent, holder, 40)
    branch = store.branch(parent, 20, "g_optimizer", "sgd")
    assert store.run(branch).config == CONFIG
    assert (store.run(branch).status, store.run(branch).step) == ("queued", 0)
    assert [
        (each.action, each.field, each.value, each.applied_step)
        for each in store.controls.changes(branch)
    ] == [
        ("set", "loss", "hinge", 10),
        ("turn_d", None, None, 10),
        ("set", "g_optimizer", "sgd", 20),
    ]
    assert store.controls.pending(branch) == []
    assert [run.id for run in store.claims.wanting_worker()] == [branch], "a worker may take it"
    assert len(store.controls.changes(parent)) == 3


def test_settings_of_a_run_one_after_the_other(store: Store) -> None:
    run_id, holder = claimed_run(store)
    asked = (("set", "loss", "hinge"), ("turn_d",), ("set", "d_steps", 2), ("set", "d_steps", 3))
    for action in asked:
        store.controls.request(run_id, *action)
    for control, step in zip(store.controls.pending(run_id)[:3], (0, 0, 30), strict=True):
        store.controls.mark_applied(run_id, holder, control, step)
    configs = store.controls.configs(run_id)
    assert [each.loss for each in configs] == ["hinge"] * len(configs), "from the first step on"
    assert list(dict.fromkeys(each.d_steps for each in configs)) == [CONFIG.d_steps, 2, 3]
    assert configs[-1] == store.controls.config_now(run_id)


def test_replica_waits_with_another_seed_and_all_changes_but_those_of_pace(store: Store) -> None:
    parent, holder = claimed_run(store)
    asked = (("set", "loss", "hinge"), ("turn_d",), ("set", "pace", 5), ("set", "d_steps", 2))
    for action in asked:
        store.controls.request(parent, *action)
    for control, step in zip(store.controls.pending(parent), (10, 10, 20, 30), strict=True):
        store.controls.mark_applied(parent, holder, control, step)
    append(store, parent, holder, 40)
    replica = store.replicate(parent, 77, "another seed")
    run = store.run(replica)
    assert run.config.model_dump() == CONFIG.model_dump() | {"seed": 77}
    assert (run.name, run.status, run.step) == ("another seed", "queued", 0)
    assert [
        (each.action, each.field, each.value, each.applied_step)
        for each in store.controls.changes(replica)
    ] == [
        ("set", "loss", "hinge", 10),
        ("turn_d", None, None, 10),
        ("set", "d_steps", 2, 30),
    ]
    assert [run.id for run in store.claims.wanting_worker()] == [replica], "a worker may take it"
    assert store.claims.take(replica, holder_name())


def test_run_that_starts_over_keeps_its_pace_and_all_changes_of_the_result(store: Store) -> None:
    holder = holder_name()
    parent = store.create_run(RunConfig.parse({"pace": 2, "seed": 9}), claimed_by=holder)
    asked = (("set", "pace", 5), ("turn_g",), ("set", "loss", "hinge"), ("set", "d_steps", 2))
    for action in asked:
        store.controls.request(parent, *action)
    for control, step in zip(store.controls.pending(parent)[:3], (10, 20, 30), strict=True):
        store.controls.mark_applied(parent, holder, control, step)
    again = store.repeat(parent)
    assert store.run(again).config == store.run(parent).config
    assert (store.run(again).status, store.run(again).step) == ("queued", 0)
    changes = [
        (each.action, each.value, each.applied_step) for each in store.controls.changes(again)
    ]
    assert changes == [("turn_g", None, 20), ("set", "hinge", 30)]


def test_replica_of_a_slow_run_trains_at_full_speed(store: Store) -> None:
    slow = store.create_run(RunConfig.parse({"pace": 2}))
    assert store.run(store.replicate(slow, 5)).config.pace == RunConfig.default("pace")


@pytest.mark.parametrize(("seed", "name"), [(-1, ""), (2_000_001, ""), (5, "x" * 81)])
def test_replica_that_cannot_be_is_refused_and_leaves_no_run_behind(
    store: Store, seed: int, name: str
) -> None:
    parent = store.create_run(CONFIG)
    with pytest.raises(GanError):
        store.replicate(parent, seed, name)
    assert [run.id for run in store.runs()] == [parent]


# ------------------------------------------------------------------------------ events


def test_events_of_several_runs_can_be_followed(store: Store) -> None:
    first, second, third = (store.create_run(CONFIG) for _ in range(3))
    events = store.events.after(0, [first, third])
    assert [event.run_id for event in events] == [first, third]
    assert store.events.after(events[0].seq, [first, third]) == events[1:]
    assert store.events.after(store.events.last_seq(), [first, second, third]) == []


def test_nothing_is_missed_while_many_write(store: Store) -> None:
    """Whoever asks for what came after the last number it saw must see every event once."""
    runs = [claimed_run(store) for _ in range(4)]
    ids = [run_id for run_id, _ in runs]
    start = store.events.last_seq()

    def write_some(run_id: str, holder: str) -> None:
        for step in range(1, 31):
            append(store, run_id, holder, step, {0: records(1)}, b"{}")

    seen: list[int] = []
    ended = threading.Event()

    def follow() -> None:
        last_round = False
        while not last_round:
            last_round = ended.is_set()
            seen.extend(event.seq for event in store.events.after((seen or [start])[-1], ids))

    with ThreadPoolExecutor(5) as pool:
        follower = pool.submit(follow)
        for writer in [pool.submit(write_some, *run) for run in runs]:
            writer.result()
        ended.set()
        follower.result()
    assert seen == sorted(set(seen))
    assert seen == [event.seq for event in store.events.after(start, ids)]
    assert len(seen) == 4 * 30 * 2


def test_half_of_a_write_is_never_seen(store: Store) -> None:
    run_id, holder = claimed_run(store)
    before = store.run(run_id), store.events.last_seq()
    no_bytes: Any = object()
    with pytest.raises((sa.exc.StatementError, TypeError)):
        append(store, run_id, holder, 5, {0: records(5)}, frame=no_bytes)
    assert (store.run(run_id), store.events.last_seq()) == before


# -------------------------------------------------------------- stores that do not work


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "",
        "://",
        "unknown://host/database",
        "postgresql+unknown://host/database",
        "postgresql://host:port/database",
        "sqlite:////dev/null/store.sqlite3",
        "sqlite:////",
        "postgresql://user@127.0.0.1:1/database",
    ],
)
def test_store_that_cannot_be_opened_is_named(url: str) -> None:
    with pytest.raises(GanError) as raised:
        Store(url)
    assert str(raised.value).startswith(f"The store {url} cannot be used (")
    assert "GAN_STORE" in str(raised.value)


@pytest.mark.parametrize("port", ["1", "nonsense"])
def test_password_of_the_store_is_never_shown(port: str) -> None:
    with pytest.raises(GanError) as raised:
        Store(f"postgresql://user:secret@127.0.0.1:{port}/database")
    assert "secret" not in str(raised.value)
    assert "user:***@" in str(raised.value)


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_text("something else " * 1000)
    with pytest.raises(GanError, match=r"store\.sqlite3 cannot be used \(file is not a database"):
        Store(f"sqlite:///{path}")


def test_store_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(GanError, match=r"cannot be used \(attempt to write a readonly database"):
        Store(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_folder_of_a_new_store_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'store.sqlite3'}"
    assert open_store(url) is open_store(url)
    assert open_store(url).runs() == []


def test_relative_path_means_the_same_file_from_every_folder(
    open_at: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = open_at("sqlite:///100%25 mine/store.sqlite3?timeout=3")
    run_id = here.create_run(CONFIG)
    monkeypatch.chdir("/")
    assert [run.id for run in open_at(here.url).runs()] == [run_id]
    assert (tmp_path / "100% mine" / "store.sqlite3").exists()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:name?mode=memory&cache=shared&uri=true",
    ],
)
def test_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(GanError) as raised:
        Store(url)
    assert str(raised.value).startswith(f"The store {url} lies in memory")
    assert "Name a file in GAN_STORE" in str(raised.value)


def test_new_file_waits_for_whoever_else_opens_it(open_at: Opener, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.rollback).start()
    assert open_at(f"sqlite:///{path}").runs() == []
    other.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_may_open_a_new_store_at_once(
    request: pytest.FixtureRequest, open_at: Opener, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(open_at, [url] * 8))
    assert [each.runs() for each in stores] == [[]] * 8


def test_store_s_place_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert default_url() == "sqlite:////home/somebody/.gan_dojo/store.sqlite3"
    monkeypatch.setenv("GAN_STORE", "postgresql://host/database")
    assert default_url() == "postgresql://host/database"


def test_one_connection_too_many_is_explained(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool: Any = sqlite_store._database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.01)
    with ExitStack() as held:
        for _ in range(pool.size() + pool._max_overflow):
            held.enter_context(sqlite_store._database.read())
        with pytest.raises(GanError, match=r"cannot be used \(QueuePool limit"):
            sqlite_store.events.last_seq()


def test_full_disk_is_explained_and_loses_nothing(sqlite_store: Store) -> None:
    store = sqlite_store
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100))
    n_events = len(store.events.after(0, [run_id]))
    with no_room_to_grow(store), pytest.raises(GanError, match=r"full.*disk space"):
        append(store, run_id, holder, 101, {0: records(1)}, frame=bytes(1_000_000))
    assert store.run(run_id).step == 100
    assert len(store.events.after(0, [run_id])) == n_events
    assert_holds_exactly(store, run_id, records(100))


def test_store_goes_on_once_there_is_room_again(sqlite_store: Store) -> None:
    store = sqlite_store
    run_id, holder = claimed_run(store)
    with no_room_to_grow(store), pytest.raises(GanError):
        store.checkpoints.save(run_id, holder, 1, bytes(1_000_000))
    store.checkpoints.save(run_id, holder, 1, bytes(1_000_000))
    assert store.checkpoints.data(run_id) == bytes(1_000_000)


@contextmanager
def no_room_to_grow(store: Store) -> Iterator[None]:
    """SQLite refuses to enlarge its file, as on a full disk."""

    def limit(pages: int) -> None:
        with store._database.engine.begin() as db:
            db.execute(sa.text(f"PRAGMA max_page_count = {pages}"))

    with store._database.engine.begin() as db:
        present = db.scalar(sa.text("PRAGMA page_count"))
    limit(present)
    yield
    limit(2**30)


def test_connections_that_the_server_closed_are_made_anew(
    open_at: Opener, postgres_url: str
) -> None:
    store = open_at(postgres_url)
    run_id = store.create_run(CONFIG)
    with psycopg.connect(postgres_url) as other:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        ended = other.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}".encode()
        )
        assert ended.fetchall()
    assert [run.id for run in store.runs()] == [run_id]


def test_only_what_was_chosen_of_a_config_is_stored(store: Store) -> None:
    run_id = store.create_run(RunConfig.parse({"steps": 5}))
    with store._database.engine.begin() as db:
        stored = db.scalar(sa.text("SELECT config FROM runs"))
    assert json.loads(stored) == {"steps": 5}
    assert store.run(run_id).config.steps == 5
