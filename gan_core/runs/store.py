"""The store: everything that happened in a run, in a database that several processes share.

SQLite by default; `GAN_STORE` names another, such as PostgreSQL when several machines take part.
Every change of a run also appends an event, and events are numbered in the order in which they are
committed: whoever remembers the last number can ask for everything after it.
"""

from __future__ import annotations

import functools
import json
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.runs import tables
from gan_core.runs.answers import Answers, part_of
from gan_core.runs.checkpoints import Checkpoints
from gan_core.runs.claims import Claims, held_by, let_go, update_claimed
from gan_core.runs.controls import (
    Control,
    Controls,
    as_rows,
    asked_of,
    changed,
    first_unread_resume,
    forget_unread,
    until,
)
from gan_core.runs.database import Database
from gan_core.runs.engines import Engines
from gan_core.runs.events import Events, announce
from gan_core.runs.names import MAX_NAME
from gan_core.runs.owners import Owners
from gan_core.runs.pictures import Pictures, missing
from gan_core.runs.record import Record
from gan_core.runs.run import ENDED, Run, found, restate, to_run, understood
from gan_core.runs.sweeps import Sweeps
from gan_core.runs.votes import Votes, forget_old
from gan_core.text import N_, GanError, Text

PROBE_BYTES = 8 << 20


def default_url() -> str:
    """The database URL that `GAN_STORE` names, or a SQLite file in the user's home."""
    return os.environ.get("GAN_STORE") or f"sqlite:///{Path.home() / '.gan_dojo' / 'store.sqlite3'}"


@functools.cache
def open_store(url: str) -> Store:
    """Return this process's store for `url`, opened once."""
    return Store(url)


class Store:
    """The runs themselves; all that belongs to them is in the store's parts.

    Raises `GanError` on opening when the database cannot be reached or written, and from every
    method that takes a run's id when there is no such run.
    """

    def __init__(self, url: str) -> None:
        database = self._database = Database(url)
        self.url = database.url  # the same for processes that work in other folders
        self._read, self._write = database.read, database.write
        self.events = Events(database)  # what happened, for whoever follows runs
        self.record = Record(database)  # losses, frames and measures along each run
        self.checkpoints = Checkpoints(database)  # from which runs go on
        self.controls = Controls(database)  # what people ask of runs
        self.claims = Claims(database)  # which process trains which run
        self.engines = Engines(database)  # processes that have runs trained
        self.answers = Answers(database)  # to questions about networks
        self.pictures = Pictures(database)  # that were brought to train on
        self.sweeps = Sweeps(database)  # runs that belong together
        self.owners = Owners(database)  # who started which run
        self.votes = Votes(database)  # of a class, on the questions of lessons
        with self._write() as db:
            tables.metadata.create_all(db)
            forget_old(db)

    def try_to_write(self) -> None:
        """Write something and take it back; raises `GanError` where there is no room for it.

        It is more than a database keeps in memory until the end of a transaction.
        """
        probe = {"key": "probe", "added": time.time(), "data": bytes(PROBE_BYTES)}
        with self._write() as db:
            db.execute(tables.pictures.insert().values(probe))
            db.rollback()

    # ------------------------------------------------------------------ runs

    def create_run(
        self,
        config: RunConfig,
        name: str = "",
        *,
        owner: str | None = None,
        claimed_by: str | None = None,
        changes: Sequence[Control] = (),
    ) -> str:
        """Queue a run and return its id, which nobody can guess.

        It belongs to `owner`, or to nobody. It will obey `changes` of another run where they took
        effect there. Raises `GanError` when the store does not hold the pictures to train on.
        """
        stored = config.items.dataset.stored
        if stored and not self.pictures.holds(stored):
            raise missing(stored)
        run_id = secrets.token_hex(9)
        with self._write() as db:
            last = db.scalar(sa.select(sa.func.max(tables.runs.c.order))) or 0
            db.execute(
                tables.runs.insert().values(
                    id=run_id,
                    order=last + 1,
                    name=_checked_name(name) if name else f"{config.dataset} {last + 1}",
                    config=config.model_dump_json(exclude_unset=True),
                    status="queued",
                    created=time.time(),
                    **held_by(claimed_by),
                )
            )
            if owner:
                db.execute(tables.run_owners.insert().values(run_id=run_id, owner=owner))
            if changes:
                db.execute(tables.controls.insert(), as_rows(run_id, changes))
            announce(db, run_id, "status")
        return run_id

    def run(self, run_id: str) -> Run:
        """Return one run."""
        with self._read() as db:
            return to_run(found(db, run_id))

    def runs(self) -> list[Run]:
        """Return every run that can be understood, the newest first."""
        with self._read() as db:
            rows = db.execute(sa.select(tables.runs).order_by(tables.runs.c.order.desc())).all()
        return understood(rows)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name; raises `GanError` for an empty or too long one."""
        checked = _checked_name(name)
        with self._write() as db:
            found(db, run_id)
            db.execute(tables.runs.update().where(tables.runs.c.id == run_id).values(name=checked))

    def delete(self, run_id: str) -> None:
        """Delete a run with everything in it; a worker that trains it stops."""
        with self._write() as db:
            found(db, run_id)  # not `run`: one that means nothing to this version can be deleted
            db.execute(tables.runs.delete().where(tables.runs.c.id == run_id))
            about_it = tables.answers.c.question.contains(part_of("run", run_id))
            db.execute(tables.answers.delete().where(about_it))

    def queue_place(self, run_id: str) -> tuple[int, int]:
        """Return (position, length of the queue) of a queued run, counted from 1."""
        queued = [run.id for run in self.claims.wanting_worker() if run.status == "queued"]
        return (queued.index(run_id) + 1 if run_id in queued else 0), len(queued)

    # ----------------------------------------------------- runs made of others

    def branch(
        self, run_id: str, step: int, field: str, value: Any, *, owner: str | None = None
    ) -> str:
        """Queue a run that equals this one up to `step` and goes on with another `value`, as far.

        It belongs to `owner`, whoever started this one. Nothing is copied: the same config gives
        the same steps, and the change is one of those that are obeyed again when a run is
        replayed. Raises `GanError` for a step that the run has not reached, and for a field or a
        value that is not allowed.
        """
        run = self.run(run_id)
        end = self.controls.config_now(run_id).steps
        last = min(run.step, end - 1)  # after the end, nothing would change
        if not 0 <= step <= last:
            raise GanError(
                N_("{field} = {value} is not allowed. Allowed: {allowed}."),
                field="step",
                value=step,
                allowed=Text(N_("a whole number from {low} to {high}"), {"low": 0, "high": last}),
            )
        changes = self.controls.changes(run_id)
        kept = until(step, changes)
        longer = [each for each in changes if each.field == "steps" and each not in kept]
        value = getattr(changed(run.config, kept).with_change(field, value), field)
        asked = Control(0, "set", field, value, step)
        return self.create_run(run.config, owner=owner, changes=[*kept, asked, *longer])

    def extend(self, run_id: str, n_steps: int, *, claimed_by: str | None = None) -> None:
        """Queue a finished run once more, for `n_steps` more steps.

        It goes on from its checkpoint. Its length is a change mid-run, not the config's: a schedule
        is spread over the steps planned, so that those so far were those of the shorter run. Only
        a run that ended early has some of its plan left. Where no rate follows a schedule, all
        steps are those of a run that was so long from the start. Raises `GanError` for a run that
        is not finished, and for a number of steps that is not allowed or too few for its settings.
        """
        with self._write() as db:
            row = found(db, run_id)
            run = to_run(row)
            if run.status != "finished":
                raise GanError(
                    N_("Run {name} is {status}. Only a finished run goes on for more steps."),
                    name=run.name,
                    status=Text(run.status),
                )
            most = int(RunConfig.bounds("steps")[1]) - run.step
            if not 1 <= n_steps <= most:
                raise GanError(
                    N_("{field} = {value} is not allowed. Allowed: {allowed}."),
                    field="steps",
                    value=n_steps,
                    allowed=Text(
                        N_("a whole number from {low} to {high}"), {"low": 1, "high": most}
                    ),
                )
            changed(run.config, asked_of(db, run_id)).with_length(run.step + n_steps)
            forget_unread(db, run_id)  # obeyed later, they would be replayed before the new length
            longer = Control(0, "set", "steps", run.step + n_steps, run.step)
            db.execute(tables.controls.insert(), as_rows(run_id, [longer]))
            if claimed_by:
                of_run = tables.runs.update().where(tables.runs.c.id == run_id)
                db.execute(of_run.values(held_by(claimed_by)))
            announce(db, run_id, "change", run.step)
            restate(db, row, "queued")

    def replicate(self, run_id: str, seed: int, name: str = "", *, owner: str | None = None) -> str:
        """Queue a run that equals this one, its changes so far included, but for the seed.

        It belongs to `owner`. It trains at full speed, whatever this one's pace: that does not
        change the result. Raises `GanError` for a seed or a name that is not allowed.
        """
        settings = self.run(run_id).config.model_dump(exclude_unset=True, exclude={"pace"})
        changes = self._changes_of_the_result(run_id)
        config = RunConfig.parse({**settings, "seed": seed})
        return self.create_run(config, name, owner=owner, changes=changes)

    def repeat(self, run_id: str, *, owner: str | None = None) -> str:
        """Queue the same run once more, its changes so far included, at the pace it began with.

        It belongs to `owner`.
        """
        changes = self._changes_of_the_result(run_id)
        return self.create_run(self.run(run_id).config, owner=owner, changes=changes)

    def _changes_of_the_result(self, run_id: str) -> list[Control]:
        changes = self.controls.changes(run_id)
        return [change for change in changes if change.field != "pace"]

    # -------------------------------------------- what a worker says of its run

    def set_status(
        self, run_id: str, holder: str, status: str, message: Text | None = None
    ) -> None:
        """Change a run's status, with a sentence for whoever looks at it."""
        with self._write() as db:
            _set_status(db, run_id, holder, status, message)

    def give_back(self, run_id: str, holder: str, status: str, message: Text | None = None) -> None:
        """Say how a run leaves its worker and release it, at one moment.

        What was asked of it and not read before its end is forgotten, as if it had been refused;
        but whoever resumed it after the stop has changed their mind, and it waits for a worker.
        """
        with self._write() as db:
            _set_status(db, run_id, holder, status, message)
            let_go(db, run_id, holder)
            if status not in ENDED:
                return
            resumed_at = first_unread_resume(db, run_id) if status == "stopped" else None
            forget_unread(db, run_id, before=resumed_at)
            if resumed_at is not None:
                restate(db, found(db, run_id), "queued")

    def set_facts(self, run_id: str, holder: str, facts: Mapping[str, Any]) -> None:
        """Keep what was picked and measured once for this run."""
        with self._write() as db:
            update_claimed(db, run_id, holder, facts=json.dumps(facts))


def _set_status(
    db: sa.Connection, run_id: str, holder: str, status: str, message: Text | None
) -> None:
    stored = json.dumps(message.to_json()) if message else None
    update_claimed(db, run_id, holder, status=status, message=stored)
    announce(db, run_id, "status", found(db, run_id).step)


def _checked_name(name: str) -> str:
    stripped = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not 1 <= len(stripped) <= MAX_NAME:
        raise GanError(
            N_("A run's name has 1 to {high} characters; this one has {n}."),
            high=MAX_NAME,
            n=len(stripped),
        )
    return stripped
