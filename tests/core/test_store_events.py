"""The store's events: whoever follows them misses nothing and sees no half of a write."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from gan_core.runs.store import Store
from tests.recorded import CONFIG, IN_EACH_DATABASE, append, claimed_run, records

pytestmark = IN_EACH_DATABASE


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
