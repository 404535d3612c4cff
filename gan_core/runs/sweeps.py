"""Sweeps: one setting over several values, a run for each, kept together under a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gan_core.config import RunConfig, option_fields
from gan_core.runs import tables
from gan_core.runs.database import Database
from gan_core.text import N_, GanError

if TYPE_CHECKING:
    from gan_core.runs.store import Store

FEWEST, MOST = 2, 12  # runs
# Runs of other data or another length could not be compared, and a pace changes nothing.
_NOT_SWEPT = {
    *("family", "dataset", "network", "precision"),
    *("steps", "stop_when_flat", "patience", "head_start", "pace"),
}
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


def start_sweep(store: Store, config: RunConfig, field: str, values: Sequence[Any]) -> Sweep:
    """Queue a run of `config` with each of the values of `field`.

    Raises `GanError` before anything is queued: for a field that cannot be swept, for the first
    value that is not allowed, and for too few or too many different values.
    """
    configs = _swept(config, field, values)
    title = f"{config.dataset} · {field}"
    runs = [store.create_run(each, f"{title} = {getattr(each, field)}"[:80]) for each in configs]
    return store.sweeps.add(title, field, runs)


def swept_fields(config: RunConfig) -> list[str]:
    """Fields that can be swept, of those that have an effect: numbers, switches and choices."""
    return [
        name
        for name in config.applicable_fields()
        if name not in _NOT_SWEPT and (name in RunConfig.choices or RunConfig.kind(name) is not str)
    ]


def _swept(config: RunConfig, field: str, values: Sequence[Any]) -> list[RunConfig]:
    if field not in swept_fields(config):
        raise GanError(
            N_("{field} cannot be swept here. These can: {names}."),
            field=field,
            names=", ".join(swept_fields(config)),
        )
    kept = config.model_dump(exclude_unset=True, exclude=option_fields(field))
    configs = [RunConfig.parse({**kept, field: value}) for value in values]
    different = {getattr(each, field): each for each in configs}
    if not FEWEST <= len(different) <= MOST:
        raise GanError(
            N_("A sweep has {fewest} to {most} different values; here are {n}."),
            fewest=FEWEST,
            most=MOST,
            n=len(different),
        )
    return list(different.values())
