"""The record: losses, frames and measures along each run, as they are written and asked for."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.claims import update_claimed
from gan_core.runs.curve import LEVELS, Pyramid, stride
from gan_core.runs.database import Database
from gan_core.runs.events import Event, announce, event_row, to_event

# Kept per run besides the newest, and those at which it ended and went on: where there would be
# more, half of them go.
MAX_FRAMES = 128


class Record:
    """What the runs have recorded, in the store's database."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    # ------------------------------------------------------ what a worker writes

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
            event_row(
                run_id, "records", step // stride(level) * stride(level), now, level, new.tobytes()
            )
            | {"images_per_second": images_per_second}
            for level, new in points.items()
        ]
        with self._write() as db:
            update_claimed(db, run_id, holder, step=step, images_per_second=images_per_second)
            if frame is not None:
                kept = _thinned(db, run_id, "frame", step, now)
                rows.append(kept | {"payload": frame, "measures": dict(measures or {})})
            if rows:
                db.execute(tables.events.insert(), rows)

    def append_quality(
        self, run_id: str, holder: str, step: int, measures: Mapping[str, float]
    ) -> None:
        """Append what was measured at `step` on more samples than a frame has."""
        with self._write() as db:
            update_claimed(db, run_id, holder)
            row = _thinned(db, run_id, "quality", step, time.time())
            db.execute(tables.events.insert().values(row | {"measures": dict(measures)}))

    def rewind(self, run_id: str, holder: str, step: int, n_fields: int) -> Pyramid:
        """Forget what came after `step`; return the pyramid with which to go on from there."""
        with self._write() as db:
            update_claimed(db, run_id, holder, step=step)
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
            announce(db, run_id, "rewind", step)
        pyramid = Pyramid(n_fields)
        coarsest = stride(LEVELS - 1)
        _, records = self.curve(run_id, 0, n_fields, from_step=step // coarsest * coarsest)
        pyramid.add(records)
        return pyramid

    # -------------------------------------------------------- what readers ask

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
        later = _of_records(run_id, level, "payload").where(tables.events.c.step > from_step)
        with self._read() as db:
            rows = db.execute(later.limit(most)).all()  # each row has a point at least
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
        measured = _of_records(run_id, level, "images_per_second").where(
            tables.events.c.images_per_second.is_not(None)
        )
        with self._read() as db:
            rows = db.execute(measured).all()
        return [row.step for row in rows], [row.images_per_second for row in rows]

    def times(self, run_id: str) -> tuple[list[int], list[float]]:
        """Return (steps, seconds since 1970): when the records up to each step were written."""
        with self._read() as db:
            rows = db.execute(_of_records(run_id, 0, "at")).all()
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
        return to_event(row) if row else None

    def latest_measures(self, run_id: str) -> Mapping[str, float | None]:
        """Return what was measured at the newest frame, by name."""
        with self._read() as db:
            measures: Mapping[str, float | None] | None = db.scalar(
                sa.select(tables.events.c.measures)
                .where(tables.events.c.run_id == run_id, tables.events.c.kind == "frame")
                .order_by(tables.events.c.seq.desc())
                .limit(1)
            )
        return measures or {}

    def measures_at(self, run_id: str, step: int) -> Mapping[str, float | None] | None:
        """Return what was measured at the frame of this very step, by name; None without one."""
        at_step = (tables.events.c.kind == "frame") & (tables.events.c.step == step)
        with self._read() as db:
            row = db.execute(
                sa.select(tables.events.c.measures).where(tables.events.c.run_id == run_id, at_step)
            ).first()
        return (row.measures or {}) if row else None

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
        return to_event(row) if row else None

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


def _of_records(run_id: str, level: int, column: str) -> sa.Select[Any]:
    """Rows of a run's records at one level: their last steps and a column, in order of steps."""
    return (
        sa.select(tables.events.c.step, tables.events.c[column])
        .where(
            tables.events.c.run_id == run_id,
            tables.events.c.kind == "records",
            tables.events.c.level == level,
        )
        .order_by(tables.events.c.step)
    )


def _thinned(db: sa.Connection, run_id: str, kind: str, step: int, now: float) -> dict[str, Any]:
    """Make room for an event of its kind: of n, every 2ᵏ-th stays, at most `MAX_FRAMES` + 1.

    Those at which the run ended and went on stay too: what it had reached is judged by them.
    """
    ends = sa.select(tables.controls.c.applied_step).where(
        tables.controls.c.run_id == run_id,
        tables.controls.c.field == "steps",
        tables.controls.c.applied_step.is_not(None),  # beside a NULL, nothing is "not in"
    )
    of_run = (tables.events.c.run_id == run_id) & (tables.events.c.kind == kind)
    last = db.scalar(sa.select(sa.func.max(tables.events.c.index)).where(of_run))
    index = 0 if last is None else last + 1
    kept_every = 2 ** (index // MAX_FRAMES).bit_length()  # 1, 2, 4, …: more would be too many
    may_go = (tables.events.c.index % kept_every != 0) & tables.events.c.step.not_in(ends)
    db.execute(tables.events.delete().where(of_run & may_go))
    return event_row(run_id, kind, step, now) | {"index": index}


def _cut(row: Any, *, step: int, n_fields: int) -> dict[str, Any] | None:
    """The part of a row of records that lies within the first `step` steps, if any."""
    points = np.frombuffer(row.payload, np.float32).reshape(-1, n_fields)
    ends = row.step - stride(row.level) * np.arange(len(points) - 1, -1, -1)
    within = points[ends <= step]
    if not len(within):
        return None
    end = int(ends[len(within) - 1])
    return event_row(row.run_id, "records", end, row.at, row.level, within.tobytes()) | {
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
