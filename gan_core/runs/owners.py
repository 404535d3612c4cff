"""Owners: who started which run; without accounts, whatever tells visitors apart."""

from __future__ import annotations

import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.database import Database

_owners = tables.run_owners


class Owners:
    """Who started the runs, in the store's database; a run from a shell belongs to nobody."""

    def __init__(self, database: Database) -> None:
        self._read = database.read

    def of(self, run_id: str) -> str | None:
        """Return who started a run; None for nobody, and for a run that is not there."""
        with self._read() as db:
            return db.scalar(sa.select(_owners.c.owner).where(_owners.c.run_id == run_id))

    def all(self) -> dict[str, str]:
        """Return the owner of each run that has one, by the run's id."""
        with self._read() as db:
            rows = db.execute(sa.select(_owners.c.run_id, _owners.c.owner))
            return {row.run_id: row.owner for row in rows}
