"""What was written down of a run, as a log that TensorBoard reads."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.runs import frame
from gan_core.runs.curve import level_for
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS

MOST_POINTS = 100_000  # of a curve


def tensorboard_zip(store: Store, run_id: str) -> bytes:
    """Every curve of a run by step and wall time, and its pictures, as an event file in a zip.

    Of a run of more than `MOST_POINTS` steps, losses are means of 4, 16, … steps. Raises `GanError`
    if there is no such run.
    """
    import tensorflow as tf

    run = store.run(run_id)
    archive = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive, "w") as files:
        file = Path(folder) / f"events.out.tfevents.{run.created:.0f}.gan_dojo"
        with tf.io.TFRecordWriter(str(file)) as log:
            for event in _events(store, run_id):
                log.write(event.SerializeToString())
        files.write(file, f"{run_id}/{file.name}", zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _events(store: Store, run_id: str) -> Iterator[Any]:
    """All that there is to log; the first says which version of the format this is."""
    import tensorflow as tf

    Event, Summary = tf.compat.v1.Event, tf.compat.v1.Summary
    run = store.run(run_id)
    written_at, seconds = map(np.asarray, store.record.times(run_id))

    def event(step: int, summary: Any) -> Any:
        known = np.interp(step, written_at, seconds) if written_at.size else run.created
        return Event(wall_time=float(known), step=step, summary=summary)

    yield Event(wall_time=run.created, file_version="brain.Event:2")
    for step, values in _scalars(store, run_id, run.step):
        tagged = [
            Summary.Value(tag=tag, simple_value=value)
            for tag, value in values.items()
            if value is not None
        ]
        yield event(step, Summary(value=tagged))
    if run.config.items.dataset.is_image:
        for step in store.record.frame_steps(run_id):
            kept = store.record.frame_at(run_id, step)
            if kept and kept.payload:
                picture = Summary.Image(encoded_image_string=frame.png(kept.payload))
                yield event(step, Summary(value=[Summary.Value(tag="samples", image=picture)]))


def _scalars(
    store: Store, run_id: str, n_steps: int
) -> Iterator[tuple[int, dict[str, float | None]]]:
    """Step, and the numbers that belong to it by name."""
    level = level_for(n_steps, MOST_POINTS)
    steps, records = store.record.curve(run_id, level, len(RECORD_FIELDS))  # (n,), (n, fields)
    speed_steps, speeds = store.record.throughput(run_id, level)
    sources: list[tuple[list[int], dict[str, list[Any]]]] = [
        (steps.tolist(), dict(zip(RECORD_FIELDS, records.T.tolist(), strict=True))),
        (speed_steps, {"images_per_second": speeds}),
        store.record.measures(run_id),
        store.record.quality(run_id),
    ]
    for at, by_name in sources:
        for index, step in enumerate(at):
            yield step, {name: values[index] for name, values in by_name.items()}
