"""Checkpoints: what a run goes on from, and what is looked at of its networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.answers import Question
from gan_core.runs.claims import update_claimed
from gan_core.runs.controls import Control, note_applied
from gan_core.runs.database import Database
from gan_core.runs.run import TURNS, Run
from gan_core.text import N_, GanError

GONE_ON = N_("Run {name} has trained on since this was asked. Ask again.")


@dataclass(frozen=True)
class Moment:
    """A moment of a run, which names a checkpoint: turns of one player alone are no steps."""

    run: str
    step: int
    turns: int

    def question(self, topic: str, **more: object) -> Question:
        """What a worker is asked about the run as it was then."""
        return {"topic": topic, **vars(self), **more}


class Checkpoints:
    """The latest checkpoint of each run, in the store's database."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def save(
        self, run_id: str, holder: str, step: int, data: bytes, obeyed: Control | None = None
    ) -> None:
        """Replace the run's checkpoint, and note in the same moment what led to it.

        A turn that was noted before would give the old checkpoint the name of the new one; one that
        was noted after would be taken twice where the worker ends in between.
        """
        with self._write() as db:
            update_claimed(db, run_id, holder)
            db.execute(tables.checkpoints.delete().where(tables.checkpoints.c.run_id == run_id))
            db.execute(tables.checkpoints.insert().values(run_id=run_id, step=step, data=data))
            if obeyed:
                note_applied(db, run_id, obeyed, step)

    def data(self, run_id: str) -> bytes | None:
        """Return the run's checkpoint, if it has one."""
        with self._read() as db:
            return db.scalar(
                sa.select(tables.checkpoints.c.data).where(tables.checkpoints.c.run_id == run_id)
            )

    def data_at(self, moment: Moment) -> bytes | None:
        """Return the run's checkpoint, if it is still the one of this moment."""
        of_moment = _moments().where(tables.checkpoints.c.run_id == moment.run)
        with self._read() as db:
            row = db.execute(of_moment.add_columns(tables.checkpoints.c.data)).one_or_none()
        return row.data if row and _to_moment(row) == moment else None

    def moment(self, run_id: str) -> Moment | None:
        """Return the moment of the run's checkpoint, if it has one."""
        of_run = _moments().where(tables.checkpoints.c.run_id == run_id)
        with self._read() as db:
            row = db.execute(of_run).one_or_none()
        return _to_moment(row) if row else None

    def moments(self) -> dict[str, Moment]:
        """Return the moment of each run's checkpoint, of all runs that have one."""
        with self._read() as db:
            return {row.run_id: _to_moment(row) for row in db.execute(_moments())}


def no_checkpoint(run: Run) -> GanError:
    """What is said of a run that has no checkpoint, or none yet."""
    if not run.is_active:
        return GanError(
            N_("Run {name} ended before its first checkpoint. Start another one."), name=run.name
        )
    return GanError(
        N_("Run {name} has no checkpoint yet. Wait a few seconds and try again."), name=run.name
    )


def gone_on(run: Run) -> GanError:
    """What is said when a run's checkpoint is no longer the one that was asked about."""
    return GanError(GONE_ON, name=run.name)


def _moments() -> sa.Select[Any]:
    """Run, step and turns of one player alone of each checkpoint: with each turn, one is saved."""
    taken = (
        (tables.controls.c.run_id == tables.checkpoints.c.run_id)
        & tables.controls.c.action.in_(TURNS)
        & (tables.controls.c.applied_step <= tables.checkpoints.c.step)
    )
    turns = sa.select(sa.func.count()).select_from(tables.controls).where(taken)
    return sa.select(
        tables.checkpoints.c.run_id,
        tables.checkpoints.c.step,
        turns.scalar_subquery().label("turns"),
    )


def _to_moment(row: Any) -> Moment:
    return Moment(row.run_id, row.step, row.turns)
