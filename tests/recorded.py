"""Runs in a store, with records that a test wrote: nothing is trained."""

from __future__ import annotations

import socket
import subprocess
import sys

import numpy as np
import pytest
import sqlalchemy as sa

from gan_core.presets import PRESETS
from gan_core.runs import tables
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import LEVELS, Pyramid
from gan_core.runs.store import Store

CONFIG = PRESETS["ring_mlp"].config
N_FIELDS = 4
# For tests that have the fixture `store`.
IN_EACH_DATABASE = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)


def claimed_run(store: Store) -> tuple[str, str]:
    """The id of a run and the name of the holder that trains it."""
    run_id, holder = store.create_run(CONFIG), holder_name()
    assert store.claims.take(run_id, holder)
    return run_id, holder


def records(n: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(n, N_FIELDS)).astype(np.float32)


def write(store: Store, run_id: str, holder: str, whole: np.ndarray, chunk: int = 50) -> None:
    """Append all records of a run, `chunk` at a time, each with a frame."""
    pyramid = Pyramid(N_FIELDS)
    for begin in range(0, len(whole), chunk):
        points = pyramid.add(whole[begin : begin + chunk])
        step = min(begin + chunk, len(whole))
        append(store, run_id, holder, step, points, frame=b"%d" % step)


def append(
    store: Store,
    run_id: str,
    holder: str,
    step: int,
    points: dict[int, np.ndarray] | None = None,
    frame: bytes | None = None,
) -> None:
    store.record.append(
        run_id, holder, step=step, points=points or {}, images_per_second=2.0 * step, frame=frame
    )


def expected_curve(whole: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    points = Pyramid(N_FIELDS).add(whole).get(level, np.empty((0, N_FIELDS)))
    return 4**level * np.arange(1, len(points) + 1), points


def assert_holds_exactly(store: Store, run_id: str, whole: np.ndarray) -> None:
    for level in range(LEVELS):
        for found, expected in zip(
            store.record.curve(run_id, level, N_FIELDS), expected_curve(whole, level), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def kinds(store: Store, run_id: str) -> list[str]:
    return [event.kind for event in store.events.after(0, [run_id])]


def holder_of(store: Store, run_id: str) -> str | None:
    """Who trains a run, dead or alive; None where it was given back."""
    with store._read() as db:
        return db.scalar(sa.select(tables.runs.c.claimed_by).where(tables.runs.c.id == run_id))


def dead_holder() -> str:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return f"{socket.gethostname()}:{ended.pid}:0"
