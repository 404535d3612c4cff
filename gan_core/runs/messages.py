"""What a watcher is sent: snapshots and deltas of a run, as JSON.

A message has any of these parts:
    reset     the curves start anew with this message
    curves    x channel → channel → numbers to append: "step" with one channel per record field,
              "speed_step" with "images_per_second", "frame_step" with what was measured on
              each frame, and "quality_step" with what is measured on more samples, less often.
              Steps already known may come again.
    frame     channel → what a frame replaces (see `gan_core.runs.frame`)
    frame_step  the step of that frame
    progress  step, images_per_second, and when the worker wrote them ("at", seconds since 1970)
    state     status, whether facts are known, message, place in the queue, and as they are now:
              steps, steps per second at most (pace), batch_size, turns of each player per step
    marks     step, title and value of each field that was set mid-run
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.runs.controls import changed
from gan_core.runs.curve import stride
from gan_core.runs.events import Event
from gan_core.runs.record import columns
from gan_core.runs.run import Run
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS


def snapshot(store: Store, run_id: str, level: int) -> str:
    """The whole run so far, its curves at `level`."""
    run = store.run(run_id)
    steps, points = store.record.curve(run_id, level, len(RECORD_FIELDS))
    speed_steps, speeds = store.record.throughput(run_id, level)
    frame = store.record.latest_frame(run_id)
    frame_parts = dict(run.facts.get("x_real", {}))
    if frame and frame.payload:
        frame_parts |= json.loads(frame.payload)
    return json.dumps(
        {
            "reset": True,
            "curves": _curves(steps, points, speed_steps, speeds)
            | {"frame_step": _measured("frame_step", *store.record.measures(run_id))}
            | {"quality_step": _measured("quality_step", *store.record.quality(run_id))},
            "frame": frame_parts,
            "frame_step": frame.step if frame else 0,
            "progress": {"step": run.step, "images_per_second": run.images_per_second},
        }
        | state(store, run)
    )


def delta(events: Sequence[Event], level: int, state: dict[str, Any]) -> str:
    """What `events` of one run add to its curves at `level` and to its pictures."""
    message: dict[str, Any] = dict(state)
    records = [event for event in events if event.kind == "records"]
    at_level = [event for event in records if event.level == level]
    if at_level:
        measured = [event for event in at_level if event.images_per_second is not None]
        message["curves"] = _curves(
            *_joined(at_level),
            [event.step for event in measured],
            [event.images_per_second for event in measured],
        )
    if records:
        last = max(records, key=lambda event: event.step)
        message["progress"] = {
            "step": last.step,
            "images_per_second": last.images_per_second,
            "at": last.at,
        }
    frames = [event for event in events if event.kind == "frame"]
    quality = [event for event in events if event.kind == "quality"]
    for axis, measured_events in (("frame_step", frames), ("quality_step", quality)):
        if measured_events:
            rows = [(each.step, each.measures or {}) for each in measured_events]
            message.setdefault("curves", {})[axis] = _measured(axis, *columns(rows))
    if frames:
        message["frame_step"] = frames[-1].step
    text = json.dumps(message)
    if frames:  # stored as JSON: no need to read it only to write it again
        payload = (frames[-1].payload or b"{}").decode()
        text = f'{text[:-1]}{", " if message else ""}"frame": {payload}}}'
    return text


def state(store: Store, run: Run) -> dict[str, Any]:
    """The parts `state` and `marks` of a run."""
    place, waiting = store.queue_place(run.id) if run.status == "queued" else (0, 0)
    changes = store.controls.changes(run.id)
    now = changed(run.config, changes)
    marks = [
        {"step": change.applied_step, "title": _title(change.field), "value": change.in_words}
        for change in changes
        if change.field and change.field != "pace"  # which changes nothing
    ]
    return {
        "state": {
            "status": run.status,
            "has_facts": bool(run.facts),
            "steps": now.steps,
            "batch_size": run.config.batch_size,
            "message": run.message.to_json() if run.message else None,
            "place": place,
            "waiting": waiting,
            "pace": now.pace,
            "d_steps": now.d_steps,
            "g_steps": now.g_steps,
        },
        "marks": marks,
    }


def _measured(
    axis: str, steps: Sequence[int], by_name: dict[str, list[float | None]]
) -> dict[str, Any]:
    return {axis: list(steps), **by_name}


def _title(field: str) -> str:
    return RunConfig.model_fields[field].title or field


def _joined(events: Sequence[Event]) -> tuple[np.ndarray, np.ndarray]:
    """Steps (n,) and points (n, fields) of rows of records of one level."""
    steps, points = [], []
    for event in events:
        rows = np.frombuffer(event.payload or b"", np.float32).reshape(-1, len(RECORD_FIELDS))
        points.append(rows)
        steps.append(event.step - stride(event.level or 0) * np.arange(len(rows) - 1, -1, -1))
    return np.concatenate(steps), np.concatenate(points)


def _curves(
    steps: np.ndarray,
    points: np.ndarray,
    speed_steps: Sequence[int],
    speeds: Sequence[float | None],
) -> dict[str, dict[str, Any]]:
    columns = np.round(points.astype(np.float64), 5).T.tolist()
    return {
        "step": {"step": steps.tolist()} | dict(zip(RECORD_FIELDS, columns, strict=True)),
        "speed_step": {"speed_step": speed_steps, "images_per_second": speeds},
    }
