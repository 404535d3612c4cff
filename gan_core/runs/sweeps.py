"""Sweeps: one setting over several values, a run for each, kept together under a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.database import Database

_runs = tables.sweep_runs


@dataclass(frozen=True)
class Sweep:
    """Runs that differ in one field."""

    label: str
    field: str
    runs: Sequence[str]  # ids, in the order of the values; those deleted since are left out


class Sweeps:
    """The sweeps in the store's database."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def add(self, title: str, field: str, runs: Sequence[str]) -> Sweep:
        """Keep runs together under a label that begins with `title` and that no others have."""
        with self._write() as db:
            number = (db.scalar(sa.select(sa.func.max(_runs.c.number))) or 0) + 1
            label = f"{title} · {number}"
            rows = [
                {"run_id": run_id, "number": number, "label": label, "field": field}
                for run_id in runs
            ]
            db.execute(_runs.insert(), rows)
        return Sweep(label, field, list(runs))

    def all(self) -> list[Sweep]:
        """Those of which any run is left, the newest first."""
        with self._read() as db:
            rows = db.execute(
                sa.select(_runs)
                .join(tables.runs, tables.runs.c.id == _runs.c.run_id)
                .order_by(_runs.c.number.desc(), tables.runs.c.order)
            ).all()
        found: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            found.setdefault((row.label, row.field), []).append(row.run_id)
        return [Sweep(*key, runs) for key, runs in found.items()]
