"""The store's checkpoints: the latest of each run, and which moment it is of."""

from __future__ import annotations

from typing import Any

from gan_core.runs.checkpoints import Moment
from gan_core.runs.store import Store
from tests.recorded import IN_EACH_DATABASE, claimed_run, records, write

pytestmark = IN_EACH_DATABASE


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
