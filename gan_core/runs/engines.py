"""Engines: the processes that execute runs, as far as they live."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.claims import CLAIM_SECONDS, is_alive
from gan_core.runs.database import Database


@dataclass(frozen=True)
class Engine:
    """A process that executes runs: it is starting, ready, or without a cluster."""

    id: str
    slots: float
    state: str
    url: str | None


class Engines:
    """The engines in the store's database."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def seen(self, engine: Engine) -> None:
        """Note that `engine` is alive; forget those that have been silent for long."""
        now = time.time()
        with self._write() as db:
            stale = (tables.engines.c.seen < now - CLAIM_SECONDS) | (
                tables.engines.c.id == engine.id
            )
            db.execute(tables.engines.delete().where(stale))
            db.execute(tables.engines.insert().values(**vars(engine), seen=now))

    def gone(self, engine_id: str) -> None:
        """Note that an engine has ended."""
        with self._write() as db:
            db.execute(tables.engines.delete().where(tables.engines.c.id == engine_id))

    def alive(self) -> list[Engine]:
        """Engines that are alive."""
        with self._read() as db:
            rows = db.execute(sa.select(tables.engines)).all()
        alive = [row for row in rows if is_alive(row.id, row.seen + CLAIM_SECONDS)]
        return [Engine(row.id, row.slots, row.state, row.url) for row in alive]

    def silent_seconds(self) -> float:
        """How long ago any engine last wrote into the store; endless where none ever did."""
        with self._read() as db:
            last = db.scalar(sa.select(sa.func.max(tables.engines.c.seen)))
        return float("inf") if last is None else time.time() - last
