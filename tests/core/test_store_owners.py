"""Who started which run: kept with it, gone with it, and unknown of runs from before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gan_core.runs import tables
from gan_core.runs.store import Store
from gan_core.runs.sweeping import start_sweep
from tests.recorded import CONFIG, IN_EACH_DATABASE, append, claimed_run

MakeAnother = Callable[[Store, str], str]


@IN_EACH_DATABASE
def test_run_belongs_to_whoever_started_it_or_to_nobody(store: Store) -> None:
    mine, yours, nobodys = (
        store.create_run(CONFIG, owner=owner) for owner in ("me", "'you'; --", None)
    )
    assert [store.owners.of(each) for each in (mine, yours, nobodys)] == ["me", "'you'; --", None]
    assert store.owners.all() == {mine: "me", yours: "'you'; --"}
    assert store.owners.of("no such run") is None


@IN_EACH_DATABASE
@pytest.mark.parametrize(
    "make",
    [
        lambda store, run_id: store.branch(run_id, 5, "loss", "hinge", owner="me"),
        lambda store, run_id: store.replicate(run_id, 77, owner="me"),
        lambda store, run_id: store.repeat(run_id, owner="me"),
    ],
    ids=["branch", "replicate", "repeat"],
)
def test_run_made_of_another_s_belongs_to_whoever_made_it(store: Store, make: MakeAnother) -> None:
    parent = store.create_run(CONFIG, owner="you")
    assert store.claims.take(parent, "host:1:a")
    append(store, parent, "host:1:a", 10)
    made = make(store, parent)
    assert store.owners.all() == {parent: "you", made: "me"}


def test_all_runs_of_a_sweep_belong_to_whoever_started_it(store: Store) -> None:
    sweep = start_sweep(store, CONFIG, "beta_1", [0, 0.5], owner="me")
    assert store.owners.all() == dict.fromkeys(sweep.runs, "me")


@IN_EACH_DATABASE
def test_deleted_run_has_no_owner(store: Store) -> None:
    gone, kept = (store.create_run(CONFIG, owner="me") for _ in range(2))
    store.delete(gone)
    assert store.owners.all() == {kept: "me"}


def test_run_that_goes_on_keeps_its_owner(store: Store) -> None:
    run_id = store.create_run(CONFIG, owner="me", claimed_by="host:1:a")
    store.set_status(run_id, "host:1:a", "finished")
    store.extend(run_id, 10)
    assert store.owners.of(run_id) == "me"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_database_from_before_owners_opens_and_its_runs_belong_to_nobody(
    request: pytest.FixtureRequest, open_at: Callable[[str], Store], kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    before = open_at(url)
    old, holder = claimed_run(before)
    append(before, old, holder, 10)
    with before._database.write() as db:
        tables.run_owners.drop(db)

    store = open_at(url)
    assert store.run(old).step == 10
    assert store.owners.of(old) is None
    new = store.branch(old, 5, "loss", "hinge", owner="me")
    assert [run.id for run in store.runs()] == [new, old]
    assert store.owners.all() == {new: "me"}
