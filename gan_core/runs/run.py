"""A run as the store knows it, its status, and what may be asked of it."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.runs import tables
from gan_core.runs.events import announce
from gan_core.text import N_, GanError, Text, quoted

ACTIVE = ("queued", "running", "paused")
ENDED = ("finished", "stopped", "diverged", "failed")
RESUMABLE = ("stopped", "failed")
TURNS = ("turn_d", "turn_g")
CHANGES = ("set", *TURNS)  # what makes a run differ from what its config says
ACTIONS = ("pause", "resume", "step", "stop", *CHANGES)

log = logging.getLogger(__name__)


class UnknownRun(GanError):
    """There is no such run, or no longer."""


@dataclass(frozen=True)
class Run:
    """A run as it stands now."""

    id: str
    name: str
    config: RunConfig
    status: str
    message: Text | None
    step: int
    images_per_second: float | None
    facts: Mapping[str, Any]  # what was picked and measured once: plan, versions, noise floors
    created: float  # seconds since 1970

    @property
    def is_active(self) -> bool:
        """Whether it may still take steps by itself or on a button."""
        return self.status in ACTIVE


def found(db: sa.Connection, run_id: str) -> Any:
    """The run's row; raises `UnknownRun` when there is none."""
    row = db.execute(sa.select(tables.runs).where(tables.runs.c.id == run_id)).one_or_none()
    if row is None:
        raise UnknownRun(
            N_("There is no run {run_id}. It may have been deleted."), run_id=quoted(run_id)
        )
    return row


def to_run(row: Any) -> Run:
    """The run that a row of the table holds."""
    return Run(
        id=row.id,
        name=row.name,
        config=_config(row.config),
        status=row.status,
        message=Text.from_json(json.loads(row.message)) if row.message else None,
        step=row.step,
        images_per_second=row.images_per_second,
        facts=json.loads(row.facts),
        created=row.created,
    )


@functools.lru_cache(maxsize=4096)  # a list of runs has most of those that it had a moment ago
def _config(stored: str) -> RunConfig:
    return RunConfig.parse(json.loads(stored))


def understood(rows: Iterable[Any]) -> list[Run]:
    """The runs of rows, without those whose settings mean nothing to this version of the app."""
    runs = []
    for row in rows:
        try:
            runs.append(to_run(row))
        except GanError as error:
            _say_left_out(row.id, str(error))
    return runs


@functools.cache  # once, not whenever somebody looks for runs
def _say_left_out(run_id: str, why: str) -> None:
    log.warning("Run %s is left out: %s", run_id, why)


def restate(db: sa.Connection, row: Any, status: str) -> None:
    """Change the status of a run that nobody trains."""
    changed = tables.runs.update().where(tables.runs.c.id == row.id)
    db.execute(changed.values(status=status, message=None))
    announce(db, row.id, "status", row.step)
