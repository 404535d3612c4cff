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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.runs import tables
from gan_core.runs.answers import Answers, Question, part_of
from gan_core.runs.claims import CLAIM_SECONDS, holder_name, is_alive, is_free
from gan_core.runs.curve import LEVELS, Pyramid, stride
from gan_core.runs.database import Database
from gan_core.runs.pictures import Pictures, missing
from gan_core.runs.sweeps import Sweeps
from gan_core.text import N_, GanError, Text

ACTIVE = ("queued", "running", "paused")
ENDED = ("finished", "stopped", "diverged", "failed")
RESUMABLE = ("stopped", "failed")
TURNS = ("turn_d", "turn_g")
CHANGES = ("set", *TURNS)  # what makes a run differ from what its config says
ACTIONS = ("pause", "resume", "step", "stop", *CHANGES)

MAX_FRAMES = 128  # kept per run besides the newest: where there would be more, half of them go
MAX_NAME = 80


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


@dataclass(frozen=True)
class Control:
    """What a person asked of a run: an action, a new value for a field, or a turn of one player."""

    seq: int
    action: str
    field: str | None
    value: Any
    applied_step: int | None


@dataclass(frozen=True)
class Moment:
    """A moment of a run, which names a checkpoint: turns of one player alone are no steps."""

    run: str
    step: int
    turns: int

    def question(self, topic: str, **more: object) -> Question:
        """What a worker is asked about the run as it was then."""
        return {"topic": topic, **vars(self), **more}


@dataclass(frozen=True)
class Engine:
    """A process that executes runs."""

    id: str
    slots: float
    state: str
    url: str | None


class Superseded(Exception):
    """The run is gone, or somebody else trains it now: stop without a word."""


def no_checkpoint(run: Run) -> GanError:
    """What is said of a run that has no checkpoint yet."""
    return GanError(
        N_("Run {name} has no checkpoint yet. Wait a few seconds and try again."), name=run.name
    )


def default_url() -> str:
    """The database URL that `GAN_STORE` names, or a SQLite file in the user's home."""
    return os.environ.get("GAN_STORE") or f"sqlite:///{Path.home() / '.gan_dojo' / 'store.sqlite3'}"


@functools.cache
def open_store(url: str) -> Store:
    """Return this process's store for `url`, opened once."""
    return Store(url)


class Store:
    """Runs, their events, controls and checkpoints; `answers` to questions about networks;
    `pictures` that were brought to train on; and `sweeps`, runs that belong together.

    Raises `GanError` on opening when the database cannot be reached or written, and from every
    method that takes a run's id when there is no such run.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.url = self._database.url  # the same for processes that work in other folders
        self._read, self._write = self._database.read, self._database.write
        self.answers = Answers(self._database)
        self.pictures = Pictures(self._database)
        self.sweeps = Sweeps(self._database)
        with self._write() as db:
            tables.metadata.create_all(db)

    # ------------------------------------------------------------------ runs

    def create_run(
        self, config: RunConfig, name: str = "", *, claimed_by: str | None = None
    ) -> str:
        """Queue a run and return its id, which nobody can guess.

        Raises `GanError` when the store does not hold the pictures to train on.
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
                    claimed_by=claimed_by,
                    claimed_until=time.time() + CLAIM_SECONDS if claimed_by else None,
                )
            )
            _announce(db, run_id, "status")
        return run_id

    def run(self, run_id: str) -> Run:
        """Return one run."""
        with self._read() as db:
            return _to_run(_found(db, run_id))

    def runs(self) -> list[Run]:
        """Return every run, the newest first."""
        with self._read() as db:
            rows = db.execute(sa.select(tables.runs).order_by(tables.runs.c.order.desc())).all()
        return [_to_run(row) for row in rows]

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name; raises `GanError` for an empty or too long one."""
        self._update(run_id, name=_checked_name(name))

    def delete(self, run_id: str) -> None:
        """Delete a run with everything in it; a worker that trains it stops."""
        self.run(run_id)
        with self._write() as db:
            db.execute(tables.runs.delete().where(tables.runs.c.id == run_id))
            about_it = tables.answers.c.question.contains(part_of("run", run_id))
            db.execute(tables.answers.delete().where(about_it))

    def queue_place(self, run_id: str) -> tuple[int, int]:
        """Return (position, length of the queue) of a queued run, counted from 1."""
        with self._read() as db:
            queued = db.scalars(
                sa.select(tables.runs.c.id)
                .where(tables.runs.c.status == "queued")
                .order_by(tables.runs.c.order)
            ).all()
        return (list(queued).index(run_id) + 1 if run_id in queued else 0), len(queued)

    # -------------------------------------------------------------- controls

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
        if action == "set":
            value = getattr(self.config_now(run_id).with_change(str(field), value), str(field))
        with self._write() as db:
            row = _found(db, run_id)  # as it is now: meanwhile, it may have ended
            if row.status in ENDED and not (action == "resume" and row.status in RESUMABLE):
                raise GanError(
                    N_("Run {name} is {status} and takes no more steps. Start a new one."),
                    name=row.name,
                    status=Text(row.status),
                )
            asleep = is_free(row)  # nobody trains it: waiting, paused for long, or ended
            if action == "stop" and asleep:
                _forget_unread(db, run_id)
                _restate(db, row, "stopped")
                return
            db.execute(
                tables.controls.insert().values(
                    run_id=run_id, action=action, field=field, value=value
                )
            )
            if action == "resume" and asleep:
                _restate(db, row, "queued")

    def pending(self, run_id: str) -> list[Control]:
        """Controls that the trainer has not obeyed yet, the oldest first."""
        with self._read() as db:
            return _to_controls(
                db.execute(
                    sa.select(tables.controls)
                    .where(_unread(run_id))
                    .order_by(tables.controls.c.seq)
                )
            )

    def config_now(self, run_id: str) -> RunConfig:
        """The run's settings after all that has been asked of it."""
        return changed(self.run(run_id).config, self.changes(run_id) + self.pending(run_id))

    def configs(self, run_id: str) -> list[RunConfig]:
        """The run's settings from its first step on, then after each change that was asked of it.

        What was changed before the first step is no change.
        """
        configs = [self.config_at(run_id, 0)]
        for change in self.changes(run_id) + self.pending(run_id):
            if change.applied_step != 0:
                configs.append(changed(configs[-1], [change]))
        return configs

    def config_at(self, run_id: str, step: int) -> RunConfig:
        """The run's settings as they were when it went on from `step`."""
        return changed(self.run(run_id).config, _until(step, self.changes(run_id)))

    def branch(self, run_id: str, step: int, field: str, value: Any) -> str:
        """Queue a run that equals this one up to `step` and goes on with another `value`, as far.

        Nothing is copied: the same config gives the same steps, and the change is one of those
        that are obeyed again when a run is replayed. Raises `GanError` for a step that the run has
        not reached, and for a field or a value that is not allowed.
        """
        run = self.run(run_id)
        end = self.config_now(run_id).steps
        last = min(run.step, end - 1)  # after the end, nothing would change
        if not 0 <= step <= last:
            raise GanError(
                N_("{field} = {value} is not allowed. Allowed: {allowed}."),
                field="step",
                value=step,
                allowed=Text(N_("a whole number from {low} to {high}"), {"low": 0, "high": last}),
            )
        changes = self.changes(run_id)
        kept = _until(step, changes)
        longer = [each for each in changes if each.field == "steps" and each not in kept]
        value = getattr(changed(run.config, kept).with_change(field, value), field)
        asked = Control(0, "set", field, value, step)
        return self._queue_changed(run.config, [*kept, asked, *longer])

    def extend(self, run_id: str, n_steps: int, *, claimed_by: str | None = None) -> None:
        """Queue a finished run once more, for `n_steps` more steps.

        It goes on from its checkpoint. Its length is a change mid-run, not the config's: a schedule
        is spread over the length, so that the steps so far were those of the shorter run. Where no
        rate follows a schedule, all are those of a run that was so long from the start. Raises
        `GanError` for a run that is not finished, and for a number of steps that is not allowed.
        """
        with self._write() as db:
            row = _found(db, run_id)
            run = _to_run(row)
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
            _forget_unread(db, run_id)  # obeyed later, they would be replayed before the new length
            longer = Control(0, "set", "steps", run.step + n_steps, run.step)
            db.execute(tables.controls.insert(), _rows(run_id, [longer]))
            if claimed_by:
                held = {"claimed_by": claimed_by, "claimed_until": time.time() + CLAIM_SECONDS}
                db.execute(tables.runs.update().where(tables.runs.c.id == run_id).values(held))
            _announce(db, run_id, "change", run.step)
            _restate(db, row, "queued")

    def replicate(self, run_id: str, seed: int, name: str = "") -> str:
        """Queue a run that equals this one, its changes so far included, but for the seed.

        It trains at full speed, whatever this one's pace: that does not change the result. Raises
        `GanError` for a seed or a name that is not allowed.
        """
        settings = self.run(run_id).config.model_dump(exclude_unset=True, exclude={"pace"})
        changes = self._changes_of_the_result(run_id)
        return self._queue_changed(RunConfig.parse({**settings, "seed": seed}), changes, name)

    def repeat(self, run_id: str) -> str:
        """Queue the same run once more, its changes so far included, at the pace it began with."""
        return self._queue_changed(self.run(run_id).config, self._changes_of_the_result(run_id))

    def _changes_of_the_result(self, run_id: str) -> list[Control]:
        return [change for change in self.changes(run_id) if change.field != "pace"]

    def _queue_changed(self, config: RunConfig, changes: Sequence[Control], name: str = "") -> str:
        """Queue a run that will obey these changes where they took effect before."""
        holder = holder_name()  # no worker may take the run before it has its changes
        run_id = self.create_run(config, name, claimed_by=holder)
        if changes:
            with self._write() as db:
                db.execute(tables.controls.insert(), _rows(run_id, changes))
        self.release(run_id, holder)
        return run_id

    def changes(self, run_id: str) -> list[Control]:
        """What changed mid-run, in the order in which it took effect."""
        with self._read() as db:
            return _to_controls(
                db.execute(
                    sa.select(tables.controls)
                    .where(
                        tables.controls.c.run_id == run_id,
                        tables.controls.c.action.in_(CHANGES),
                        tables.controls.c.applied_step.is_not(None),
                    )
                    .order_by(tables.controls.c.applied_step, tables.controls.c.seq)
                )
            )

    def mark_applied(self, run_id: str, holder: str, control: Control, step: int) -> None:
        """Note that the trainer obeyed `control` after `step` steps."""
        with self._write() as db:
            _update_claimed(db, run_id, holder)
            db.execute(
                tables.controls.update()
                .where(tables.controls.c.seq == control.seq)
                .values(applied_step=step)
            )
            if control.action in CHANGES:
                _announce(db, run_id, "change", step)

    # --------------------------------------------------- who executes which run

    def wanting_worker(self) -> list[Run]:
        """Runs that should train and that nobody trains, first come, first served."""
        woken = sa.exists().where(
            tables.controls.c.run_id == tables.runs.c.id, tables.controls.c.applied_step.is_(None)
        )
        with self._read() as db:
            rows = db.execute(
                sa.select(tables.runs)
                .where(
                    tables.runs.c.status.in_(("queued", "running"))
                    | ((tables.runs.c.status == "paused") & woken)
                )
                .order_by(tables.runs.c.order)
            ).all()
        return [_to_run(row) for row in rows if is_free(row)]

    def claim(self, run_id: str, holder: str, *, force: bool = False) -> bool:
        """Take a run for `holder` if it is free, or by `force`; whether that worked."""
        with self._write() as db:
            row = db.execute(sa.select(tables.runs).where(tables.runs.c.id == run_id)).one_or_none()
            if row is None or not (force or is_free(row) or row.claimed_by == holder):
                return False
            db.execute(
                tables.runs.update()
                .where(tables.runs.c.id == run_id)
                .values(claimed_by=holder, claimed_until=time.time() + CLAIM_SECONDS)
            )
        return True

    def release(self, run_id: str, holder: str) -> None:
        """Give a claimed run back."""
        with self._write() as db:
            _release(db, run_id, holder)

    def someone_waits(self) -> bool:
        """Whether any run waits for a slot."""
        return bool(self.wanting_worker())

    def someone_trains(self) -> bool:
        """Whether any run trains now."""
        with self._read() as db:
            running = db.execute(sa.select(tables.runs).where(tables.runs.c.status == "running"))
            return any(not is_free(row) for row in running)

    def engine_seen(self, engine: Engine) -> None:
        """Note that `engine` is alive; forget those that have been silent for long."""
        now = time.time()
        with self._write() as db:
            stale = (tables.engines.c.seen < now - CLAIM_SECONDS) | (
                tables.engines.c.id == engine.id
            )
            db.execute(tables.engines.delete().where(stale))
            db.execute(tables.engines.insert().values(**vars(engine), seen=now))

    def engine_gone(self, engine_id: str) -> None:
        """Note that an engine has ended."""
        with self._write() as db:
            db.execute(tables.engines.delete().where(tables.engines.c.id == engine_id))

    def engines(self) -> list[Engine]:
        """Engines that are alive."""
        with self._read() as db:
            rows = db.execute(sa.select(tables.engines)).all()
        alive = [row for row in rows if is_alive(row.id, row.seen + CLAIM_SECONDS)]
        return [Engine(row.id, row.slots, row.state, row.url) for row in alive]

    # ------------------------------------------------------ what a worker writes

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
            _release(db, run_id, holder)
            if status not in ENDED:
                return
            resumed_at = _first_unread_resume(db, run_id) if status == "stopped" else None
            _forget_unread(db, run_id, before=resumed_at)
            if resumed_at is not None:
                _restate(db, _found(db, run_id), "queued")

    def set_facts(self, run_id: str, holder: str, facts: Mapping[str, Any]) -> None:
        """Keep what was picked and measured once for this run."""
        with self._write() as db:
            _update_claimed(db, run_id, holder, facts=json.dumps(facts))

    def append(
        self,
        run_id: str,
        holder: str,
        *,
        step: int,
        points: Mapping[int, np.ndarray],
        images_per_second: float | None,
        frame: bytes | None = None,
        measures: Mapping[str, float | None] | None = None,
    ) -> None:
        """Append records up to `step` and, if given, the frame at `step`, in one transaction.

        Args:
            points: level → float32 (n, fields), as `Pyramid.add` returns them.
            measures: what was measured on the frame's samples.
        """
        now = time.time()
        rows = [
            _event(
                run_id, "records", step // stride(level) * stride(level), now, level, new.tobytes()
            )
            | {"images_per_second": images_per_second}
            for level, new in points.items()
        ]
        with self._write() as db:
            _update_claimed(db, run_id, holder, step=step, images_per_second=images_per_second)
            if frame is not None:
                kept = self._thinned(db, run_id, "frame", step, now)
                rows.append(kept | {"payload": frame, "measures": dict(measures or {})})
            if rows:
                db.execute(tables.events.insert(), rows)

    def append_quality(
        self, run_id: str, holder: str, step: int, measures: Mapping[str, float]
    ) -> None:
        """Append what was measured at `step` on more samples than a frame has."""
        with self._write() as db:
            _update_claimed(db, run_id, holder)
            row = self._thinned(db, run_id, "quality", step, time.time())
            db.execute(tables.events.insert().values(row | {"measures": dict(measures)}))

    def _thinned(
        self, db: sa.Connection, run_id: str, kind: str, step: int, now: float
    ) -> dict[str, Any]:
        """Make room for an event of its kind: of n, every 2ᵏ-th stays, at most `MAX_FRAMES` + 1."""
        of_run = (tables.events.c.run_id == run_id) & (tables.events.c.kind == kind)
        last = db.scalar(sa.select(sa.func.max(tables.events.c.index)).where(of_run))
        index = 0 if last is None else last + 1
        kept_every = 2 ** max(0, (index // MAX_FRAMES).bit_length())
        db.execute(tables.events.delete().where(of_run & (tables.events.c.index % kept_every != 0)))
        return _event(run_id, kind, step, now) | {"index": index}

    def save_checkpoint(self, run_id: str, holder: str, step: int, data: bytes) -> None:
        """Replace the run's checkpoint."""
        with self._write() as db:
            _update_claimed(db, run_id, holder)
            db.execute(tables.checkpoints.delete().where(tables.checkpoints.c.run_id == run_id))
            db.execute(tables.checkpoints.insert().values(run_id=run_id, step=step, data=data))

    def checkpoint_moment(self, run_id: str) -> Moment | None:
        """Return the moment of the run's checkpoint, if it has one."""
        of_run = _checkpoint_moments().where(tables.checkpoints.c.run_id == run_id)
        with self._read() as db:
            row = db.execute(of_run).one_or_none()
        return _to_moment(row) if row else None

    def checkpoint_moments(self) -> dict[str, Moment]:
        """Return the moment of each run's checkpoint, of all runs that have one."""
        with self._read() as db:
            return {row.run_id: _to_moment(row) for row in db.execute(_checkpoint_moments())}

    def checkpoint(self, run_id: str) -> bytes | None:
        """Return the run's checkpoint, if it has one."""
        with self._read() as db:
            return db.scalar(
                sa.select(tables.checkpoints.c.data).where(tables.checkpoints.c.run_id == run_id)
            )

    def rewind(self, run_id: str, holder: str, step: int, n_fields: int) -> Pyramid:
        """Forget what came after `step`; return the pyramid with which to go on from there."""
        with self._write() as db:
            _update_claimed(db, run_id, holder, step=step)
            of_run = tables.events.c.run_id == run_id
            db.execute(
                tables.events.delete().where(
                    of_run
                    & tables.events.c.kind.in_(("frame", "quality"))  # taken anew at `step`
                    & (tables.events.c.step >= step)
                )
            )
            later = of_run & (tables.events.c.kind == "records") & (tables.events.c.step > step)
            # A row of records may straddle `step`: keep its first part.
            straddling = db.execute(sa.select(tables.events).where(later))
            kept = [
                row
                for row in map(functools.partial(_cut, step=step, n_fields=n_fields), straddling)
                if row
            ]
            db.execute(tables.events.delete().where(later))
            if kept:
                db.execute(tables.events.insert(), kept)
            _announce(db, run_id, "rewind", step)
        pyramid = Pyramid(n_fields)
        coarsest = stride(LEVELS - 1)
        _, records = self.curve(run_id, 0, n_fields, from_step=step // coarsest * coarsest)
        pyramid.add(records)
        return pyramid

    # ----------------------------------------------------------- what readers ask

    def curve(
        self,
        run_id: str,
        level: int,
        n_fields: int,
        from_step: int = 0,
        most: int | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return (steps (n,), points (n, fields) float32) of one level, after `from_step`.

        Of more than `most` points, the first.
        """
        with self._read() as db:
            rows = db.execute(
                sa.select(tables.events.c.step, tables.events.c.payload)
                .where(
                    tables.events.c.run_id == run_id,
                    tables.events.c.kind == "records",
                    tables.events.c.level == level,
                    tables.events.c.step > from_step,
                )
                .order_by(tables.events.c.step)
                .limit(most)  # each row has a point at least
            ).all()
        if not rows:
            return np.empty(0, np.int64), np.empty((0, n_fields), np.float32)
        points = np.frombuffer(b"".join(row.payload for row in rows), np.float32)
        points = points.reshape(-1, n_fields)
        last = rows[-1].step
        steps = last - stride(level) * np.arange(len(points) - 1, -1, -1)
        fresh = steps > from_step
        return steps[fresh][:most], points[fresh][:most]

    def throughput(self, run_id: str, level: int) -> tuple[list[int], list[float]]:
        """Return (steps, images per second) as they were measured along the run."""
        with self._read() as db:
            rows = db.execute(
                sa.select(tables.events.c.step, tables.events.c.images_per_second)
                .where(
                    tables.events.c.run_id == run_id,
                    tables.events.c.kind == "records",
                    tables.events.c.level == level,
                    tables.events.c.images_per_second.is_not(None),
                )
                .order_by(tables.events.c.step)
            ).all()
        return [row.step for row in rows], [row.images_per_second for row in rows]

    def times(self, run_id: str) -> tuple[list[int], list[float]]:
        """Return (steps, seconds since 1970): when the records up to each step were written."""
        with self._read() as db:
            rows = db.execute(
                sa.select(tables.events.c.step, tables.events.c.at)
                .where(
                    tables.events.c.run_id == run_id,
                    tables.events.c.kind == "records",
                    tables.events.c.level == 0,
                )
                .order_by(tables.events.c.step)
            ).all()
        return [row.step for row in rows], [row.at for row in rows]

    def latest_frame(self, run_id: str) -> Event | None:
        """Return the newest frame."""
        with self._read() as db:
            row = db.execute(
                sa.select(tables.events)
                .where(tables.events.c.run_id == run_id, tables.events.c.kind == "frame")
                .order_by(tables.events.c.seq.desc())
                .limit(1)
            ).one_or_none()
        return _to_event(row) if row else None

    def frame_at(self, run_id: str, step: int) -> Event | None:
        """Return the last frame up to `step`, or the first there is."""
        frames = sa.select(tables.events).where(
            tables.events.c.run_id == run_id, tables.events.c.kind == "frame"
        )
        until = frames.where(tables.events.c.step <= step)
        with self._read() as db:
            row = (
                db.execute(until.order_by(tables.events.c.seq.desc()).limit(1)).one_or_none()
                or db.execute(frames.order_by(tables.events.c.seq).limit(1)).one_or_none()
            )
        return _to_event(row) if row else None

    def measures(self, run_id: str) -> tuple[list[int], dict[str, list[float | None]]]:
        """Return the steps of the frames that are kept, and what was measured at each, by name."""
        return self._measured(run_id, "frame")

    def quality(self, run_id: str) -> tuple[list[int], dict[str, list[float | None]]]:
        """Return the steps at which quality was measured, and the values at each, by name."""
        return self._measured(run_id, "quality")

    def _measured(self, run_id: str, kind: str) -> tuple[list[int], dict[str, list[float | None]]]:
        with self._read() as db:
            rows = db.execute(
                sa.select(tables.events.c.step, tables.events.c.measures)
                .where(tables.events.c.run_id == run_id, tables.events.c.kind == kind)
                .order_by(tables.events.c.seq)
            ).all()
        return columns([(row.step, row.measures or {}) for row in rows])

    def frame_steps(self, run_id: str) -> list[int]:
        """Steps of the frames that are kept."""
        with self._read() as db:
            return list(
                db.scalars(
                    sa.select(tables.events.c.step)
                    .where(tables.events.c.run_id == run_id, tables.events.c.kind == "frame")
                    .order_by(tables.events.c.step)
                )
            )

    def last_seq(self) -> int:
        """Number of the newest event."""
        with self._read() as db:
            return db.scalar(sa.select(sa.func.max(tables.events.c.seq))) or 0

    def events_after(self, seq: int, run_ids: Sequence[str]) -> list[Event]:
        """Return every event of these runs after number `seq`, in order."""
        with self._read() as db:
            rows = db.execute(
                sa.select(tables.events)
                .where(tables.events.c.seq > seq, tables.events.c.run_id.in_(run_ids))
                .order_by(tables.events.c.seq)
            ).all()
        return [_to_event(row) for row in rows]

    # ---------------------------------------------------------------- plumbing

    def _update(self, run_id: str, **values: Any) -> None:
        self.run(run_id)
        with self._write() as db:
            db.execute(tables.runs.update().where(tables.runs.c.id == run_id).values(**values))


def _checkpoint_moments() -> sa.Select[Any]:
    """Run, step and turns of one player alone of each checkpoint: after a turn, one is saved."""
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


def _until(step: int, changes: Sequence[Control]) -> list[Control]:
    return [change for change in changes if (change.applied_step or 0) <= step]


def changed(config: RunConfig, changes: Sequence[Control]) -> RunConfig:
    """The settings after these changes, in this order."""
    for change in changes:
        if change.field == "steps":
            config = config.with_length(change.value)
        elif change.action == "set":
            config = config.with_change(str(change.field), change.value)
    return config


def _rows(run_id: str, changes: Sequence[Control]) -> list[dict[str, Any]]:
    """These changes as rows of a run's controls."""
    columns = ("action", "field", "value", "applied_step")
    return [
        {"run_id": run_id} | {column: getattr(change, column) for column in columns}
        for change in changes
    ]


def _found(db: sa.Connection, run_id: str) -> Any:
    row = db.execute(sa.select(tables.runs).where(tables.runs.c.id == run_id)).one_or_none()
    if row is None:
        raise GanError(N_("There is no run {run_id}. It may have been deleted."), run_id=run_id)
    return row


def _restate(db: sa.Connection, row: Any, status: str) -> None:
    """Change the status of a run that nobody trains."""
    changed = tables.runs.update().where(tables.runs.c.id == row.id)
    db.execute(changed.values(status=status, message=None))
    _announce(db, row.id, "status", row.step)


def _set_status(
    db: sa.Connection, run_id: str, holder: str, status: str, message: Text | None
) -> None:
    stored = json.dumps(message.to_json()) if message else None
    _update_claimed(db, run_id, holder, status=status, message=stored)
    _announce(db, run_id, "status", _found(db, run_id).step)


def _release(db: sa.Connection, run_id: str, holder: str) -> None:
    db.execute(
        tables.runs.update()
        .where(tables.runs.c.id == run_id, tables.runs.c.claimed_by == holder)
        .values(claimed_by=None, claimed_until=None)
    )


def _unread(run_id: str) -> sa.ColumnElement[bool]:
    """Controls that the run's trainer has not obeyed yet."""
    return (tables.controls.c.run_id == run_id) & tables.controls.c.applied_step.is_(None)


def _first_unread_resume(db: sa.Connection, run_id: str) -> int | None:
    resumes = _unread(run_id) & (tables.controls.c.action == "resume")
    return db.scalar(sa.select(sa.func.min(tables.controls.c.seq)).where(resumes))


def _forget_unread(db: sa.Connection, run_id: str, before: int | None = None) -> None:
    """Nothing that was asked before an end, or `before` a resumption, may act after it."""
    forgotten = _unread(run_id)
    if before is not None:
        forgotten &= tables.controls.c.seq < before
    db.execute(tables.controls.delete().where(forgotten))


def _update_claimed(db: sa.Connection, run_id: str, holder: str, **values: Any) -> None:
    """Update a run that `holder` trains and prolong its claim; raises `Superseded` otherwise."""
    result = db.execute(
        tables.runs.update()
        .where(tables.runs.c.id == run_id, tables.runs.c.claimed_by == holder)
        .values(claimed_until=time.time() + CLAIM_SECONDS, **values)
    )
    if result.rowcount == 0:
        raise Superseded(run_id)


def _event(
    run_id: str,
    kind: str,
    step: int,
    at: float,
    level: int | None = None,
    payload: bytes | None = None,
) -> dict[str, Any]:
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


def _announce(db: sa.Connection, run_id: str, kind: str, step: int = 0) -> None:
    db.execute(tables.events.insert().values(_event(run_id, kind, step, time.time())))


def _cut(row: Any, *, step: int, n_fields: int) -> dict[str, Any] | None:
    """The part of a row of records that lies within the first `step` steps, if any."""
    points = np.frombuffer(row.payload, np.float32).reshape(-1, n_fields)
    ends = row.step - stride(row.level) * np.arange(len(points) - 1, -1, -1)
    within = points[ends <= step]
    if not len(within):
        return None
    end = int(ends[len(within) - 1])
    return _event(row.run_id, "records", end, row.at, row.level, within.tobytes()) | {
        "images_per_second": row.images_per_second
    }


def columns(
    rows: Sequence[tuple[int, Mapping[str, float | None]]],
) -> tuple[list[int], dict[str, list[float | None]]]:
    """Turn (step, what was measured there) into steps and a list for each measure."""
    names = dict.fromkeys(name for _, measured in rows for name in measured)
    return [step for step, _ in rows], {
        name: [measured.get(name) for _, measured in rows] for name in names
    }


def _checked_name(name: str) -> str:
    stripped = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not 1 <= len(stripped) <= MAX_NAME:
        raise GanError(
            N_("A run's name has 1 to {high} characters; this one has {n}."),
            high=MAX_NAME,
            n=len(stripped),
        )
    return stripped


def _to_run(row: Any) -> Run:
    return Run(
        id=row.id,
        name=row.name,
        config=RunConfig.parse(json.loads(row.config)),
        status=row.status,
        message=Text.from_json(json.loads(row.message)) if row.message else None,
        step=row.step,
        images_per_second=row.images_per_second,
        facts=json.loads(row.facts),
        created=row.created,
    )


def _to_moment(row: Any) -> Moment:
    return Moment(row.run_id, row.step, row.turns)


def _to_event(row: Any) -> Event:
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


def _to_controls(rows: Any) -> list[Control]:
    return [Control(r.seq, r.action, r.field, r.value, r.applied_step) for r in rows]
