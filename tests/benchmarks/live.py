"""The live stream: how fast it is, what it costs the server, and how far it slows training.

The stream (frames_per_second, p95_latency_ms, server_cpu_fraction): the app itself, as a person
starts it, on a temporary SQLite store; a process that writes into that store, through
`Record.append` as a worker does, ten steps and a frame of 64 pictures ten times a second; and a
process with the watchers, each a WebSocket client that reads every message. A trainer is not used
here because its frame budget thins the frames on a busy machine, and a stream is measured at its
full rate. The frames are encoded beforehand by the real encoder, and no two in a row are equal.
    latency               from the `at` that the store stamps on a row, before its commit, to
                          receipt by the watcher, on the same clock; the tailer's poll is included
    server_cpu_fraction   processor time (user and system) of the web process over time passed,
                          as a fraction of one core; the engine is idle beside it and not counted

Training (training_slowdown): the preset digits_dcgan with the same number of steps and the same
seed, trained in turn by a bare loop around `Trainer.run`, with neither store nor frames, and by
`gan_core.runs.job.execute`, with records, frames and checkpoints as in the app, each in a fresh
process, with nobody watching. Steps are counted after compilation, up to the last record:
    training_slowdown     1 − median over the pairs of (steps/s streamed / steps/s bare)
The pairs are interleaved, and every other one runs in reverse order, to cancel drift; the spread of
the pairs says how far the median can be trusted. A leg is short: the frames that a run may make at
its start beyond their share of the time (half a second's worth) weigh more here than in a long run.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import itertools
import json
import os
import tempfile
import time
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
from websockets.asyncio.client import ClientConnection, connect

from gan_core.config import RunConfig
from gan_core.presets import preset
from gan_core.runs import frame
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import Pyramid
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS
from tests.benchmarks.processes import app, free_port, helper, receive

PRESET = "digits_dcgan"
FRAMES_PER_SECOND = 10
STEPS_PER_FRAME = 10
DIFFERENT_FRAMES = 16
SETTLE_SECONDS = 1.0  # between the last watcher's arrival and the window that is measured
CALIBRATION_SECONDS = 6.0
PATIENCE = 150.0  # seconds, on top of what a step is meant to take


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--watchers", type=int, default=100, help="default: %(default)s")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="of watching; default: %(default)s"
    )
    parser.add_argument("--port", type=int, help="of the app; default: one that is free")
    parser.add_argument(
        "--pairs",
        type=int,
        default=3,
        help="of bare and streamed training; 0: training_slowdown is null; default: %(default)s",
    )
    parser.add_argument(
        "--leg-seconds", type=float, default=22.0, help="of training; default: %(default)s"
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure the stream, then the training."""
    before = round(os.getloadavg()[0], 2)
    port = arguments.port or free_port()
    streaming = measure_stream(arguments.watchers, arguments.seconds, port)
    between = round(os.getloadavg()[0], 2)
    training = measure_training(arguments.pairs, arguments.leg_seconds)
    after = round(os.getloadavg()[0], 2)
    machine = {"cores": os.cpu_count(), "load_before_between_after": [before, between, after]}
    return streaming | training | machine


# ---------------------------------------------------------------------- the stream


class Window(NamedTuple):
    """The time that counts, in seconds since 1970."""

    start: float
    end: float


class Arrival(NamedTuple):
    """A message as a watcher got it."""

    received: float
    written: float | None  # `at` of the records in it
    has_frame: bool


def measure_stream(n_watchers: int, seconds: float, port: int) -> dict[str, Any]:
    """Let `n_watchers` watch one run for `seconds`."""
    with tempfile.TemporaryDirectory() as folder:
        store = _store_in(folder)
        # The feeder outlives the app, whose engine would train a run that nobody holds.
        with helper(feed, store.url) as feeder, app(store, port) as web:
            run_id = receive(feeder, PATIENCE)
            feeder.send("begin")
            url = f"ws://127.0.0.1:{port}/live/{run_id}"
            with helper(watch, url, n_watchers) as watchers:
                receive(watchers, PATIENCE)
                window = _window_from_now(seconds)
                watchers.send(window)
                cpu = _cpu_seconds(web, window)
                arrivals = receive(watchers, PATIENCE)
        return {
            "watchers": n_watchers,
            **_stream_figures(arrivals, seconds),
            "server_cpu_fraction": round(cpu / seconds, 4),
            "frames_written_per_second": round(_n_written(store, run_id, window) / seconds, 2),
            "seconds": seconds,
        }


def _stream_figures(arrivals: list[list[Arrival]], seconds: float) -> dict[str, Any]:
    rates = [sum(each.has_frame for each in one) / seconds for one in arrivals]
    latencies = [
        1000 * (each.received - each.written)
        for each in itertools.chain.from_iterable(arrivals)
        if each.written is not None
    ]
    return {
        "frames_per_second": round(float(np.mean(rates)), 2),
        "least_frames_per_second": round(min(rates), 2),
        "p95_latency_ms": round(float(np.percentile(latencies, 95)), 1),
        "median_latency_ms": round(float(np.median(latencies)), 1),
    }


def _store_in(folder: str) -> Store:
    return Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}")


def _window_from_now(seconds: float) -> Window:
    start = time.time() + SETTLE_SECONDS
    return Window(start, start + seconds)


def _cpu_seconds(process: psutil.Process, window: Window) -> float:
    """Processor time of `process`, without its children, within `window`."""
    readings = []
    for moment in window:
        time.sleep(max(0.0, moment - time.time()))
        times = process.cpu_times()
        readings.append(times.user + times.system)
    return readings[1] - readings[0]


def _n_written(store: Store, run_id: str, window: Window) -> int:
    """How often the feeder wrote; frames go along, but old ones are thinned."""
    return sum(
        event.kind == "records" and event.level == 0 and window.start <= event.at < window.end
        for event in store.events.after(0, [run_id])
    )


def feed(connection: Connection, store_url: str) -> None:
    """Claim a run, say which, then, when told to begin, write as a worker does until ended."""
    store, holder, rng = Store(store_url), holder_name(), np.random.default_rng(0)
    run_id = store.create_run(preset(PRESET).config, claimed_by=holder)
    store.set_status(run_id, holder, "running")
    frames, pyramid = _frames(rng), Pyramid(len(RECORD_FIELDS))
    connection.send(run_id)
    receive(connection, PATIENCE)
    begun = time.monotonic()
    for number in itertools.count(1):
        time.sleep(max(0.0, begun + number / FRAMES_PER_SECOND - time.monotonic()))
        records = rng.random((STEPS_PER_FRAME, len(RECORD_FIELDS)), np.float32)
        store.record.append(
            run_id,
            holder,
            step=number * STEPS_PER_FRAME,
            points=pyramid.add(records),
            images_per_second=rng.normal(3000, 100),
            frame=frames[number % DIFFERENT_FRAMES],
        )


def _frames(rng: np.random.Generator) -> list[bytes]:
    """Real digits with a little noise, as a generator draws them."""
    dataset = preset(PRESET).config.items.dataset
    n = frame.n_samples(dataset)
    x_real = dataset.load(n, seed=0)
    frames = []
    for seed in range(1, DIFFERENT_FRAMES + 1):
        x = dataset.load(n, seed=seed)
        noise = rng.normal(0, 0.02, x.shape).astype(np.float32)
        frames.append(
            frame.encode(x + noise, frame.measure(x_real, x + noise, dataset), dataset, {})
        )
    return frames


def watch(connection: Connection, url: str, n_watchers: int) -> None:
    """Connect, say so, be told the window, and send what every watcher got within it."""
    connection.send(asyncio.run(_watch(connection, url, n_watchers)))


async def _watch(connection: Connection, url: str, n_watchers: int) -> list[list[Arrival]]:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(url)) for _ in range(n_watchers)]
        for each in sockets:
            await each.recv()  # the snapshot
        arrivals: list[list[Arrival]] = [[] for _ in sockets]
        tasks = [asyncio.create_task(_note(*each)) for each in zip(sockets, arrivals, strict=True)]
        connection.send("all are here")
        window = await asyncio.to_thread(receive, connection, PATIENCE)
        await asyncio.sleep(window.end + SETTLE_SECONDS - time.time())
        for task in tasks:
            assert not task.done(), f"a watcher was cut off: {task.exception()!r}"
            task.cancel()
    return [[a for a in one if window.start <= a.received < window.end] for one in arrivals]


async def _note(socket: ClientConnection, arrivals: list[Arrival]) -> None:
    while True:
        message = await socket.recv(decode=False)
        arrivals.append(Arrival(time.time(), *_read(message)))


@functools.lru_cache(maxsize=32)
def _read(message: bytes) -> tuple[float | None, bool]:
    """(`at`, whether there is a frame) in a message; all watchers get the same ones."""
    parts = json.loads(message)
    return parts.get("progress", {}).get("at"), "frame" in parts


# ---------------------------------------------------------------------- training


def measure_training(n_pairs: int, leg_seconds: float) -> dict[str, Any]:
    """Train with and without streaming, `n_pairs` times each."""
    if n_pairs < 1:
        return {"training_slowdown": None}
    with helper(train_bare, 10**6, CALIBRATION_SECONDS) as calibration:
        n_steps = round(receive(calibration, PATIENCE) * leg_seconds)
    pairs = []
    for number in range(n_pairs):
        speeds = {}
        for leg in LEGS if number % 2 == 0 else reversed(LEGS):
            with helper(leg, n_steps) as trainer:
                speeds[leg] = receive(trainer, PATIENCE + 3 * leg_seconds)
        pairs.append((speeds[train_bare], speeds[train_streamed]))
    ratios = [streamed / bare for bare, streamed in pairs]
    return {
        "training_slowdown": round(1 - float(np.median(ratios)), 4),
        "slowdown_of_each_pair": [round(1 - ratio, 4) for ratio in ratios],
        "bare_steps_per_second": [round(bare, 2) for bare, _ in pairs],
        "streamed_steps_per_second": [round(streamed, 2) for _, streamed in pairs],
        "leg_steps": n_steps,
        "leg_seconds": round(n_steps / float(np.median([bare for bare, _ in pairs])), 1),
    }


def train_bare(connection: Connection, n_steps: int, seconds: float = float("inf")) -> None:
    """Train `n_steps`, or for `seconds`, in the simplest loop; send steps per second."""
    from gan_core.training.trainer import Trainer

    config = _config(n_steps)
    trainer = Trainer(config, config.items.dataset.load(seed=config.seed))
    trainer.run(1)  # compiles
    first, began = trainer.step, time.monotonic()
    while trainer.step < n_steps and time.monotonic() - began < seconds:
        trainer.run(n_steps - trainer.step)
    connection.send((trainer.step - first) / (time.monotonic() - began))


def train_streamed(connection: Connection, n_steps: int) -> None:
    """Train `n_steps` as a worker does; send steps per second."""
    from gan_core.runs.job import execute

    with tempfile.TemporaryDirectory() as folder:
        store, holder = _store_in(folder), holder_name()
        run_id = store.create_run(_config(n_steps), claimed_by=holder)
        ended = execute(store.url, run_id, holder)
        assert ended == "finished", store.run(run_id).message
        rows = [event for event in store.events.after(0, [run_id]) if event.level == 0]
        first, last = rows[0], rows[-1]
        connection.send((last.step - first.step) / (last.at - first.at))


LEGS = (train_bare, train_streamed)


def _config(n_steps: int) -> RunConfig:
    return RunConfig.parse({**preset(PRESET).settings, "steps": n_steps})
