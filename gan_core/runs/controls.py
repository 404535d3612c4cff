"""Controls: what people ask of runs, and how settings change by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.runs import tables
from gan_core.runs.claims import is_free, let_go, update_claimed
from gan_core.runs.database import Database
from gan_core.runs.events import announce
from gan_core.runs.run import ACTIONS, CHANGES, ENDED, RESUMABLE, found, restate, to_run
from gan_core.text import N_, GanError, Text, number


@dataclass(frozen=True)
class Control:
    """What a person asked of a run: an action, a new value for a field, or a turn of one player."""

    seq: int
    action: str
    field: str | None
    value: Any
    applied_step: int | None

    @property
    def in_words(self) -> str:
        """Its new value as a reader knows it, still to be translated."""
        if self.field in RunConfig.choices:
            return RunConfig.titles(str(self.field))[self.value]
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return number(self.value) if is_number else str(self.value)


class Controls:
    """What was asked of the runs, in the store's database.

    Raises `GanError` for requests to a run, and for settings of one, that is not there.
    """

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def request(
        self, run_id: str, action: str, field: str | None = None, value: Any = None
    ) -> None:
        """Ask a run to pause, resume, stop, take a step, or set a live `field` to `value`.

        "turn_d" and "turn_g" let one player alone learn once, and pause the run.

        Raises `GanError` when the run has ended, or the field or the value is not allowed.
        """
        if action not in ACTIONS:
            raise GanError(
                N_("{field} = {value} is not allowed. Allowed: {allowed}."),
                field="action",
                value=action,
                allowed=Text(N_("one of {names}"), {"names": ", ".join(ACTIONS)}),
            )
        with self._write() as db:
            row = found(db, run_id)
            if action == "set":  # as the settings are now: somebody else may have changed them
                config = changed(to_run(row).config, asked_of(db, run_id))
                value = getattr(config.with_change(str(field), value), str(field))
            if row.status in ENDED and not (action == "resume" and row.status in RESUMABLE):
                raise GanError(
                    N_("Run {name} is {status} and takes no more steps. Start a new one."),
                    name=row.name,
                    status=Text(row.status),
                )
            asleep = is_free(row)  # nobody trains it: waiting, paused for long, or ended
            if action == "stop" and asleep:
                forget_unread(db, run_id)
                if row.claimed_by:  # silent, but perhaps alive: it has lost the run
                    let_go(db, run_id, row.claimed_by)
                restate(db, row, "stopped")
                return
            db.execute(
                tables.controls.insert().values(
                    run_id=run_id, action=action, field=field, value=value
                )
            )
            if action == "resume" and asleep:
                restate(db, row, "queued")

    def pending(self, run_id: str) -> list[Control]:
        """Controls that the trainer has not obeyed yet, the oldest first."""
        with self._read() as db:
            return _pending(db, run_id)

    def mark_applied(self, run_id: str, holder: str, control: Control, step: int) -> None:
        """Note that the trainer obeyed `control` after `step` steps."""
        with self._write() as db:
            update_claimed(db, run_id, holder)
            note_applied(db, run_id, control, step)

    def changes(self, run_id: str) -> list[Control]:
        """What changed mid-run, in the order in which it took effect."""
        with self._read() as db:
            return _changes(db, run_id)

    def config_now(self, run_id: str) -> RunConfig:
        """The run's settings after all that has been asked of it."""
        with self._read() as db:
            return changed(to_run(found(db, run_id)).config, asked_of(db, run_id))

    def config_at(self, run_id: str, step: int) -> RunConfig:
        """The run's settings as they were when it went on from `step`."""
        return changed(self._config(run_id), until(step, self.changes(run_id)))

    def configs(self, run_id: str) -> list[RunConfig]:
        """The run's settings from its first step on, then after each change that was asked of it.

        What was changed before the first step is no change.
        """
        configs = [self.config_at(run_id, 0)]
        with self._read() as db:
            asked = asked_of(db, run_id)
        for change in asked:
            if change.applied_step != 0:
                configs.append(changed(configs[-1], [change]))
        return configs

    def _config(self, run_id: str) -> RunConfig:
        """The run's settings before any change."""
        with self._read() as db:
            return to_run(found(db, run_id)).config


def note_applied(db: sa.Connection, run_id: str, control: Control, step: int) -> None:
    """Note that the trainer obeyed `control` after `step` steps."""
    obeyed = tables.controls.c.seq == control.seq
    db.execute(tables.controls.update().where(obeyed).values(applied_step=step))
    if control.action in CHANGES:
        announce(db, run_id, "change", step)


def asked_of(db: sa.Connection, run_id: str) -> list[Control]:
    """What changed mid-run, then what its trainer has not obeyed yet."""
    return _changes(db, run_id) + _pending(db, run_id)


def changed(config: RunConfig, changes: Sequence[Control]) -> RunConfig:
    """The settings after these changes, in this order."""
    for change in changes:
        if change.field == "steps":
            config = config.with_length(change.value)
        elif change.action == "set":
            config = config.with_change(str(change.field), change.value)
    return config


def until(step: int, changes: Sequence[Control]) -> list[Control]:
    """Those that took effect up to `step`."""
    return [change for change in changes if (change.applied_step or 0) <= step]


def as_rows(run_id: str, changes: Sequence[Control]) -> list[dict[str, Any]]:
    """These changes as rows of a run's controls."""
    columns = ("action", "field", "value", "applied_step")
    return [
        {"run_id": run_id} | {column: getattr(change, column) for column in columns}
        for change in changes
    ]


def first_unread_resume(db: sa.Connection, run_id: str) -> int | None:
    """The number of the first resumption that the run's trainer has not obeyed yet."""
    resumes = _unread(run_id) & (tables.controls.c.action == "resume")
    return db.scalar(sa.select(sa.func.min(tables.controls.c.seq)).where(resumes))


def forget_unread(db: sa.Connection, run_id: str, before: int | None = None) -> None:
    """Nothing that was asked before an end, or `before` a resumption, may act after it."""
    forgotten = _unread(run_id)
    if before is not None:
        forgotten &= tables.controls.c.seq < before
    db.execute(tables.controls.delete().where(forgotten))


def _changes(db: sa.Connection, run_id: str) -> list[Control]:
    made = (
        (tables.controls.c.run_id == run_id)
        & tables.controls.c.action.in_(CHANGES)
        & tables.controls.c.applied_step.is_not(None)
    )
    in_order = tables.controls.c.applied_step, tables.controls.c.seq
    return _to_controls(db.execute(sa.select(tables.controls).where(made).order_by(*in_order)))


def _pending(db: sa.Connection, run_id: str) -> list[Control]:
    wanted = sa.select(tables.controls).where(_unread(run_id)).order_by(tables.controls.c.seq)
    return _to_controls(db.execute(wanted))


def _unread(run_id: str) -> sa.ColumnElement[bool]:
    """Controls that the run's trainer has not obeyed yet."""
    return (tables.controls.c.run_id == run_id) & tables.controls.c.applied_step.is_(None)


def _to_controls(rows: Any) -> list[Control]:
    return [Control(r.seq, r.action, r.field, r.value, r.applied_step) for r in rows]
