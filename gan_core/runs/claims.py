"""Claims: which process trains a run, whether it still lives, and which runs want one."""

from __future__ import annotations

import functools
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psutil
import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.database import Database
from gan_core.runs.run import CHANGES, ENDED, Run, understood

CLAIM_SECONDS = 60.0  # how long a silent worker on another machine keeps its run


class Superseded(Exception):
    """The run is gone, or somebody else trains it now: stop without a word."""


class Claims:
    """Who executes which run, in the store's database."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def wanting_worker(self) -> list[Run]:
        """Runs that should train and that nobody trains, in the order in which they get a worker.

        Not a paused one for a change alone while it is replayed: the past comes first.
        """
        with self._read() as db:
            rows = db.execute(_to_be_trained()).all()
        return understood(_in_turn(rows))

    def should_make_room(self, run_id: str) -> bool:
        """Whether the worker of a run is due to somebody who waits, and trains less.

        That is so when whoever started the run trains at least two more, and this is the last of
        them that has begun.
        """
        with self._read() as db:
            rows = db.execute(_to_be_trained()).all()
        trained = [row for row in rows if not is_free(row)]
        owner = next((_owner(row) for row in trained if row.id == run_id), None)
        mine = [row.id for row in trained if _owner(row) == owner]
        if len(mine) < 2 or mine[-1] != run_id:
            return False
        first = next(iter(_in_turn(rows)), None)
        return first is not None and len(mine) >= 2 + sum(
            _owner(row) == _owner(first) for row in trained
        )

    def someone_waits(self) -> bool:
        """Whether any run waits for a slot."""
        return bool(self.wanting_worker())

    def someone_trains(self) -> bool:
        """Whether any run trains now."""
        with self._read() as db:
            running = db.execute(sa.select(tables.runs).where(tables.runs.c.status == "running"))
            return any(not is_free(row) for row in running)

    def take(
        self, run_id: str, holder: str, *, force: bool = False, of_engine: str | None = None
    ) -> bool:
        """Take a run for `holder` if it is to be had, or by `force`; whether that worked.

        One that has not ended is to be had from whoever trains it for `of_engine`, too.
        """
        with self._write() as db:
            row = db.execute(sa.select(tables.runs).where(tables.runs.c.id == run_id)).one_or_none()
            if row is None or not (force or _is_to_be_had(row, holder, of_engine)):
                return False
            db.execute(
                tables.runs.update().where(tables.runs.c.id == run_id).values(held_by(holder))
            )
        return True

    def release(self, run_id: str, holder: str) -> None:
        """Give a claimed run back."""
        with self._write() as db:
            let_go(db, run_id, holder)


def holder_name(engine: str = "") -> str:
    """A name for one execution of a run in this process, and for the engine that asked for it."""
    return f"{socket.gethostname()}:{os.getpid()}:{engine}.{secrets.token_hex(4)}"


def _in_turn(rows: Sequence[Any]) -> list[Any]:
    """Those of runs that should train which nobody trains yet, in their order.

    Each of a class has one trained before anybody has two: a run comes the later, the more runs of
    its owner are trained or come before it. Of those with as many, who has waited longest is first.
    """
    before = Counter(_owner(row) for row in rows if not is_free(row))
    waiting, turns = [row for row in rows if is_free(row)], {}
    for row in waiting:
        turns[row.id] = before[_owner(row)]
        before[_owner(row)] += 1
    return sorted(waiting, key=lambda row: turns[row.id])


def _owner(row: Any) -> str:
    """Who started a run; one that belongs to nobody stands for itself."""
    return row.owner or row.id


@functools.cache
def _to_be_trained() -> sa.Select[Any]:
    """The query for runs that should train, who has waited longest first, each with its `owner`.

    An engine asks it twenty times a second.
    """
    unread = tables.controls.c.applied_step.is_(None)
    is_replayed = _has_control(  # but for where a branch's parent went on
        tables.controls.c.applied_step > tables.runs.c.step,
        tables.controls.c.field.is_distinct_from("steps"),
    )
    woken = _has_control(unread, tables.controls.c.action.not_in(CHANGES)) | (
        _has_control(unread) & ~is_replayed
    )
    return (
        sa.select(tables.runs, tables.run_owners.c.owner)
        .outerjoin(tables.run_owners)
        .where(
            tables.runs.c.status.in_(("queued", "running"))
            | ((tables.runs.c.status == "paused") & woken)
        )
        .order_by(_waiting_since())
    )


def _waiting_since() -> sa.ScalarSelect[int]:
    """For each run of a query, the number of the event by which it got its status."""
    of_run = tables.events.c.run_id == tables.runs.c.id
    seqs = sa.select(sa.func.max(tables.events.c.seq))
    return (
        seqs.where(of_run, tables.events.c.kind == "status")
        .correlate(tables.runs)
        .scalar_subquery()
    )


def _has_control(*of_kind: sa.ColumnElement[bool]) -> sa.Exists:
    """Whether something of this kind was asked of the run, obeyed or not."""
    return sa.exists().where(tables.controls.c.run_id == tables.runs.c.id, *of_kind)


def _is_to_be_had(row: Any, holder: str, of_engine: str | None) -> bool:
    """Whether `holder` may train the run: it has not ended, and nobody else trains it.

    A cluster may come back to a run long after it was asked to train it; meanwhile somebody may
    have stopped the run.
    """
    return row.status not in ENDED and (
        is_free(row)
        or row.claimed_by == holder
        or (of_engine is not None and f":{of_engine}." in row.claimed_by)
    )


def is_free(row: Any) -> bool:
    """Whether nobody trains the run: unclaimed, or claimed by somebody who is dead or silent."""
    return row.claimed_by is None or not is_alive(row.claimed_by, row.claimed_until)


def is_alive(holder: str, until: float) -> bool:
    """Whether the process that `holder` names lives, or was heard of lately from another machine.

    `until` is `CLAIM_SECONDS` after its last sign of life.
    """
    host, pid, _ = holder.split(":")
    if host == socket.gethostname():
        last_sign = until - CLAIM_SECONDS
        try:  # after a reboot, the same number may be another process
            return psutil.Process(int(pid)).create_time() <= last_sign + 1
        except psutil.NoSuchProcess:
            return False
    return until > time.time()


def held_by(holder: str | None) -> dict[str, Any]:
    """A run's columns that say who trains it, heard of just now, or that nobody does."""
    return {"claimed_by": holder, "claimed_until": time.time() + CLAIM_SECONDS if holder else None}


def let_go(db: sa.Connection, run_id: str, holder: str) -> None:
    """Give a run back that `holder` has; one that somebody else has stays theirs."""
    db.execute(
        tables.runs.update()
        .where(tables.runs.c.id == run_id, tables.runs.c.claimed_by == holder)
        .values(held_by(None))
    )


def update_claimed(db: sa.Connection, run_id: str, holder: str, **values: Any) -> None:
    """Update a run that `holder` trains and prolong its claim; raises `Superseded` otherwise."""
    result = db.execute(
        tables.runs.update()
        .where(tables.runs.c.id == run_id, tables.runs.c.claimed_by == holder)
        .values(claimed_until=time.time() + CLAIM_SECONDS, **values)
    )
    if result.rowcount == 0:
        raise Superseded(run_id)
