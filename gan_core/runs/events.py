"""Events: what happened in the runs, numbered in the order in which it was committed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.database import Database


@dataclass(frozen=True)
class Event:
    """Something that happened in a run."""

    seq: int
    run_id: str
    kind: str
    step: int
    level: int | None
    images_per_second: float | None
    at: float
    payload: bytes | None
    measures: Mapping[str, float | None] | None = None


class Events:
    """The events in the store's database."""

    def __init__(self, database: Database) -> None:
        self._read = database.read

    def last_seq(self) -> int:
        """Number of the newest event."""
        with self._read() as db:
            return db.scalar(sa.select(sa.func.max(tables.events.c.seq))) or 0

    def after(self, seq: int, run_ids: Sequence[str]) -> list[Event]:
        """Return every event of these runs after number `seq`, in order."""
        with self._read() as db:
            rows = db.execute(
                sa.select(tables.events)
                .where(tables.events.c.seq > seq, tables.events.c.run_id.in_(run_ids))
                .order_by(tables.events.c.seq)
            ).all()
        return [to_event(row) for row in rows]


def announce(db: sa.Connection, run_id: str, kind: str, step: int = 0) -> None:
    """Tell whoever follows the run, in the transaction that changes it."""
    db.execute(tables.events.insert().values(event_row(run_id, kind, step, time.time())))


def event_row(
    run_id: str,
    kind: str,
    step: int,
    at: float,
    level: int | None = None,
    payload: bytes | None = None,
) -> dict[str, Any]:
    """An event as a row of the table, to be inserted."""
    return {
        "run_id": run_id,
        "kind": kind,
        "step": step,
        "level": level,
        "index": None,
        "images_per_second": None,
        "at": at,
        "payload": payload,
        "measures": None,
    }


def to_event(row: Any) -> Event:
    """The event that a row of the table holds."""
    return Event(
        row.seq,
        row.run_id,
        row.kind,
        row.step,
        row.level,
        row.images_per_second,
        row.at,
        row.payload,
        row.measures,
    )
