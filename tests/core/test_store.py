"""Runs in the store: how they begin, are deleted, branched off, repeated, and go on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.runs import tables
from gan_core.runs.claims import Superseded, holder_name
from gan_core.runs.controls import Control
from gan_core.runs.store import Store
from gan_core.text import GanError, Text
from tests.recorded import (
    CONFIG,
    IN_EACH_DATABASE,
    append,
    assert_holds_exactly,
    claimed_run,
    kinds,
    records,
    write,
)

pytestmark = IN_EACH_DATABASE


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


def test_settings_that_have_been_read_are_not_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(2):
        store.create_run(RunConfig.parse({"seed": seed, "steps": 4711}))
    listed = store.runs()
    monkeypatch.setattr("gan_core.runs.run.RunConfig", None)
    assert store.runs() == listed
    assert [run.config.seed for run in listed] == [1, 0]


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


def test_only_what_was_chosen_of_a_config_is_stored(store: Store) -> None:
    run_id = store.create_run(RunConfig.parse({"steps": 5}))
    with store._database.engine.begin() as db:
        stored = db.scalar(sa.text("SELECT config FROM runs"))
    assert json.loads(stored) == {"steps": 5}
    assert store.run(run_id).config.steps == 5


def test_place_in_the_queue_counts_those_before(store: Store) -> None:
    first, second, third = (store.create_run(CONFIG) for _ in range(3))
    assert [store.queue_place(each) for each in (first, second, third)] == [(1, 3), (2, 3), (3, 3)]
    holder = holder_name()
    store.claims.take(first, holder)
    store.set_status(first, holder, "running")
    assert store.queue_place(first) == (0, 2)
    assert store.queue_place(third) == (2, 2)


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


def test_length_that_does_not_fit_its_settings_is_refused_and_harms_nothing(store: Store) -> None:
    early, holder = RunConfig.parse({**CONFIG.model_dump(), "head_start": 1000}), holder_name()
    run_id = store.create_run(early, claimed_by=holder)
    store.record.append(run_id, holder, step=120, points={}, images_per_second=None)
    store.set_status(run_id, holder, "finished")
    with pytest.raises(GanError, match="head_start = 1000 is not less than steps = 220"):
        store.extend(run_id, 100)
    assert store.run(run_id).status == "finished"
    assert store.controls.config_now(run_id) == early


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


def test_run_that_is_not_understood_hides_no_other_and_can_be_deleted(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    odd, sound = store.create_run(CONFIG), store.create_run(CONFIG)
    with store._database.engine.begin() as db:
        of_odd = tables.runs.update().where(tables.runs.c.id == odd)
        db.execute(of_odd.values(config='{"loss": "of another time"}'))
    assert [run.id for run in store.runs()] == [sound]
    assert [run.id for run in store.claims.wanting_worker()] == [sound]
    assert caplog.text.count("of another time") == 1, "not once for each look"
    with pytest.raises(GanError, match="of another time"):
        store.run(odd)
    store.rename(odd, "Another name")
    store.delete(odd)
    with pytest.raises(GanError, match="There is no run"):
        store.run(odd)


def test_run_that_cannot_have_its_changes_is_not_queued(store: Store) -> None:
    before = store.runs()
    unheard_of = Control(1, "set", "pace", object(), 5)
    with pytest.raises((sa.exc.SQLAlchemyError, TypeError)):
        store.create_run(CONFIG, changes=[unheard_of])
    assert store.runs() == before


def test_a_finished_run_goes_on_as_far_as_any_run_may(store: Store) -> None:
    run_id, holder = claimed_run(store)
    append(store, run_id, holder, CONFIG.steps)
    store.set_status(run_id, holder, "finished")
    most = int(RunConfig.bounds("steps")[1])
    store.extend(run_id, most - CONFIG.steps)
    assert store.controls.config_now(run_id).steps == most


def test_nothing_branches_off_at_the_end_or_where_the_run_has_not_been(store: Store) -> None:
    run_id, holder = claimed_run(store)
    append(store, run_id, holder, 40)
    with pytest.raises(GanError, match=r"whole number from 0 to 40\."):
        store.branch(run_id, 41, "loss", "hinge")
    append(store, run_id, holder, CONFIG.steps)
    last = CONFIG.steps - 1  # after the end, nothing would change
    with pytest.raises(GanError, match=rf"whole number from 0 to {last}\."):
        store.branch(run_id, CONFIG.steps, "loss", "hinge")
    assert store.branch(run_id, last, "loss", "hinge")
