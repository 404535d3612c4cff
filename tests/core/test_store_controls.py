"""The store's controls: what was asked of runs, and when it is forgotten."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gan_core.runs import tables
from gan_core.runs.store import Store
from gan_core.text import GanError, Text
from tests.recorded import CONFIG, IN_EACH_DATABASE, claimed_run, holder_of, kinds

pytestmark = IN_EACH_DATABASE


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
    assert holder_of(store, run_id) is None


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


def test_of_two_that_ask_at_once_the_second_sees_what_the_first_has_set(store: Store) -> None:
    run_id, _ = claimed_run(store)
    first = {"run_id": run_id, "action": "set", "field": "loss", "value": "hinge"}
    has_begun = threading.Event()

    def ask() -> None:
        has_begun.set()
        store.controls.request(run_id, "set", "label_smoothing", 0.1)

    with ThreadPoolExecutor() as threads:
        with store.controls._write() as db:
            second = threads.submit(ask)
            assert has_begun.wait(30)
            time.sleep(0.1)  # for it to come to where it must wait
            db.execute(tables.controls.insert().values(first))
        with pytest.raises(GanError, match="label_smoothing"):
            second.result()
    assert store.controls.config_now(run_id).loss == "hinge"


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
