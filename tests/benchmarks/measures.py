"""What it costs training to measure how good pictures are.

live     what a run measures of itself while it trains: the preset for the same number of steps and
         the same seed by `gan_core.runs.job.execute`, as a worker trains it, with that measure and
         without, all in one process that has compiled before
asked    all that the button "Measure this run" has a worker find out: one run in the real engine,
         which trains on while it is measured, from the question to its answer, and as long again
         with nothing asked; the first answer includes what is worked out once for a dataset
slowdown            1 − median over the pairs of (images per second measured / not measured); at
                    the top: of both, one after the other
images_per_second   of each pair: measured, not measured
slowdown_by_processor, images_per_processor_second
                    the same by the worker's processor time instead of time passed, what measuring
                    takes included: it hardly depends on what else the machine does
measurements        how often each measured leg of `live` has measured itself
The legs take turns, every other pair in reverse order, so that whatever else the machine does falls
on both alike; the spread of the pairs says how far a median can be trusted.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import psutil

from gan_core.config import RunConfig
from gan_core.presets import preset
from gan_core.runs.claims import holder_name
from gan_core.runs.record import Record
from gan_core.runs.store import Store
from tests.benchmarks.processes import helper, receive
from tests.engine_process import EngineProcess, wait_until

PATIENCE = 900.0  # seconds, for a leg or an answer
LOOK_SECONDS = 0.5
WARM_UP_STEPS = 10
FOR_EVER = 1_000_000  # steps


class Speed(NamedTuple):
    """Images per second of time passed, and per second of processor time."""

    by_clock: float
    by_processor: float


class Pair(NamedTuple):
    """The speeds of two legs."""

    measured: Speed
    unmeasured: Speed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--preset", default="mnist_dcgan", help="default: %(default)s")
    parser.add_argument(
        "--steps", type=int, default=2000, help="of each leg of `live`; default: %(default)s"
    )
    parser.add_argument("--pairs", type=int, default=4, help="of `live`; default: %(default)s")
    parser.add_argument(
        "--answers", type=int, default=2, help="pairs of `asked`; default: %(default)s"
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one after the other."""
    load_before = round(os.getloadavg()[0], 2)
    live, measurements = measure_live(arguments.preset, arguments.steps, arguments.pairs)
    asked = measure_asked(arguments.preset, arguments.answers)
    return {
        "preset": arguments.preset,
        "slowdown": round(1 - _ratio(live, 0) * _ratio(asked, 0), 4),
        "slowdown_by_processor": round(1 - _ratio(live, 1) * _ratio(asked, 1), 4),
        "live": figures_of(live) | {"measurements": measurements},
        "asked": figures_of(asked),
        "cores": os.cpu_count(),
        "load_before_after": [load_before, round(os.getloadavg()[0], 2)],
    }


def figures_of(pairs: list[Pair]) -> dict[str, Any]:
    """What the speeds say, and the speeds themselves."""

    def legs(by: int) -> list[list[int]]:
        return [[round(leg[by]) for leg in pair] for pair in pairs]

    return {
        "slowdown": round(1 - _ratio(pairs, 0), 4),
        "slowdown_by_processor": round(1 - _ratio(pairs, 1), 4),
        "images_per_second": legs(0),
        "images_per_processor_second": legs(1),
    }


def _ratio(pairs: list[Pair], by: int) -> float:
    """Median of measured / unmeasured, by the clock (0) or by the processor (1)."""
    ratios = [pair.measured[by] / pair.unmeasured[by] for pair in pairs]
    return float(np.median(ratios)) if ratios else 1.0


def _config(name: str, steps: int) -> RunConfig:
    return RunConfig.parse({**preset(name).settings, "steps": steps})


def _store_in(folder: str) -> Store:
    return Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}")


def _by_turns(number: int) -> tuple[bool, bool]:
    """Whether the first and the second leg of a pair are measured."""
    return (True, False) if number % 2 == 0 else (False, True)


class Moment(NamedTuple):
    """How far a run is, and the seconds of time passed and of processor time until then."""

    step: int
    passed: float
    processor: float


def _speed(first: Moment, last: Moment, batch_size: int) -> Speed:
    images = (last.step - first.step) * batch_size
    return Speed(images / (last.passed - first.passed), images / (last.processor - first.processor))


# ------------------------------------------------------------------------------------ live


def measure_live(name: str, steps: int, n_pairs: int) -> tuple[list[Pair], list[int]]:
    """Speeds by turns, and how often the measured legs have measured."""
    pairs, measurements = [], []
    with helper(train, name, steps) as trainer:
        for number in range(n_pairs):
            speeds = {}
            for is_measured in _by_turns(number):
                trainer.send(is_measured)
                speeds[is_measured], n = receive(trainer, PATIENCE)
                assert (n > 0) == is_measured
                measurements += [n] if is_measured else []
            pairs.append(Pair(speeds[True], speeds[False]))
    return pairs, measurements


def train(connection: Connection, name: str, steps: int) -> None:
    """Compile; then, measured or not as told, train as a worker does and send what came of it.

    That is its speed between the first and the last step, and how often it was measured.
    """
    from gan_core.runs.job import execute
    from gan_core.training import quality

    config, quality_of, append = _config(name, steps), quality.quality_of, Record.append
    moments: list[Moment] = []

    def noted(record: Record, *arguments: Any, step: int, **more: Any) -> None:
        moments.append(Moment(step, time.perf_counter(), time.process_time()))
        append(record, *arguments, step=step, **more)

    with tempfile.TemporaryDirectory() as folder, patch.object(Record, "append", noted):
        store, holder = _store_in(folder), holder_name()
        warm_up = store.create_run(_config(name, WARM_UP_STEPS), claimed_by=holder)
        execute(store.url, warm_up, holder)
        while True:
            quality.quality_of = quality_of if connection.recv() else lambda dataset, x_real: None
            moments.clear()
            run_id = store.create_run(config, claimed_by=holder)
            ended = execute(store.url, run_id, holder)
            assert ended == "finished", store.run(run_id).message
            first = next(moment for moment in moments if moment.step > 0)
            last = next(moment for moment in moments if moment.step == steps)
            speed = _speed(first, last, config.batch_size)
            connection.send((speed, len(store.record.quality(run_id)[0])))


# ----------------------------------------------------------------------------------- asked


def measure_asked(name: str, n_pairs: int) -> list[Pair]:
    """Speeds of one run by turns, while it is measured and while it is not."""
    if n_pairs < 1:
        return []
    with tempfile.TemporaryDirectory() as folder:
        store = _store_in(folder)
        engine = EngineProcess(store, GAN_SLOTS="1")
        try:
            run_id = store.create_run(_config(name, FOR_EVER))
            wait_until(lambda: store.checkpoints.moment(run_id), "a checkpoint", PATIENCE)
            return _asked_by_turns(store, run_id, engine.worker_of(run_id), n_pairs)
        finally:
            engine.stop()


def _asked_by_turns(store: Store, run_id: str, worker: psutil.Process, n_pairs: int) -> list[Pair]:
    pairs, took = [], 0.0
    for number in range(n_pairs):
        speeds = {}
        for is_measured in _by_turns(number):
            is_over = _answered(store, run_id) if is_measured else _later(took)
            first = _now(store, run_id, worker)
            while not is_over():
                time.sleep(LOOK_SECONDS)
            last = _now(store, run_id, worker)
            speeds[is_measured] = _speed(first, last, store.run(run_id).config.batch_size)
            took = last.passed - first.passed
        pairs.append(Pair(speeds[True], speeds[False]))
    return pairs


def _answered(store: Store, run_id: str) -> Callable[[], bool]:
    """Ask; what tells whether there is an answer."""
    moment = store.checkpoints.moment(run_id)
    assert moment
    question = moment.question("measures")

    def is_answered() -> bool:
        answer = store.answers.ask(question)
        assert not (answer and answer.error), answer
        return answer is not None

    return is_answered


def _later(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def _now(store: Store, run_id: str, worker: psutil.Process) -> Moment:
    times = worker.cpu_times()
    return Moment(store.run(run_id).step, time.perf_counter(), times.user + times.system)
