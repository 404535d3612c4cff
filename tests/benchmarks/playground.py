"""The playground: steps per second, thirty runs at once, and what a watcher costs.

steps_per_second          the default network (2 × 16 hidden units, batch 128) by a bare loop
                          around `Trainer.run`, after compilation
pytorch_steps_per_second  the same game (networks, losses, Adam) as a plain eager PyTorch loop,
                          in a process of its own; null where PyTorch is not installed
                          (tests/benchmarks/requirements-pytorch.txt); the two take turns
ratio_to_pytorch, ratio_to_60  of the medians; 60 steps/s is what a loop drawn by a browser's
                          animation frames can reach at most
concurrent_runs, slowest_run_steps_per_second  runs that train at once in one engine, with
                          records, frames and checkpoints; the slowest of them, once all are
                          compiled and have taken their first 1,000 steps
watcher_cpu_fraction      what one more watcher costs the web process, of one core: the
                          difference between 1 and 101 watchers of ten frames a second
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.presets import PLANE_PRESETS
from gan_core.runs.store import Store
from tests.benchmarks.live import measure_stream
from tests.benchmarks.processes import free_port, helper, receive
from tests.engine_process import EngineProcess, wait_until

PRESET = "blobs_small"
PATIENCE = 300.0
UNDER_WAY = 1000  # steps: the first pictures, most of all runs', are behind
COMPILING = 1200.0  # seconds that all runs together may take to compile
BROWSER_STEPS_PER_SECOND = 60
ADDED_WATCHERS = 100
PYTORCH_LOOP = Path(__file__).with_name("pytorch_loop.py")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--seconds", type=float, default=10.0, help="of each leg; %(default)s")
    parser.add_argument("--pairs", type=int, default=3, help="of legs; default: %(default)s")
    parser.add_argument("--runs", type=int, default=30, help="at once; default: %(default)s")
    parser.add_argument(
        "--pytorch", default=sys.executable, help="a Python that has PyTorch; default: this one"
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one after the other, nothing beside."""
    load_before = round(os.getloadavg()[0], 2)
    ours, theirs = measure_steps(arguments.pairs, arguments.seconds, arguments.pytorch)
    slowest = measure_crowd(arguments.runs, arguments.seconds)
    return {
        "steps_per_second": round(ours),
        "pytorch_steps_per_second": theirs and round(theirs),
        "ratio_to_pytorch": theirs and round(ours / theirs, 1),
        "ratio_to_60": round(ours / BROWSER_STEPS_PER_SECOND, 1),
        "concurrent_runs": arguments.runs,
        "slowest_run_steps_per_second": round(slowest, 1),
        "watcher_cpu_fraction": measure_watcher(arguments.seconds),
        "cores": os.cpu_count(),
        "load_before": load_before,
    }


# ---------------------------------------------------------------------------- one run


def measure_steps(n_pairs: int, seconds: float, python: str) -> tuple[float, float | None]:
    """Medians of ours and PyTorch's, in turns."""
    ours, theirs = [], []
    with helper(train_in_turns) as trainer:
        receive(trainer, PATIENCE)  # compiled
        for _ in range(n_pairs):
            trainer.send(seconds)
            ours.append(receive(trainer, PATIENCE))
            theirs.append(pytorch_steps_per_second(python, seconds))
    measured = [each for each in theirs if each is not None]
    return float(np.median(ours)), float(np.median(measured)) if measured else None


def train_in_turns(connection: Connection) -> None:
    """Compile, say so, then train as many seconds as asked for and say how fast."""
    from gan_core.training.device import ONE_THREAD

    os.environ.update(ONE_THREAD)  # as a worker for points
    from gan_core.training.pool import real_samples
    from gan_core.training.trainer import Trainer

    config = PLANE_PRESETS[PRESET].config
    trainer = Trainer(config, real_samples(config))
    trainer.run(trainer.plan.steps_per_call)
    connection.send("compiled")
    while True:
        seconds = connection.recv()
        began, n_steps = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            n_steps += len(trainer.run(trainer.plan.steps_per_call))
        connection.send(n_steps / (time.perf_counter() - began))


def pytorch_steps_per_second(python: str, seconds: float) -> float | None:
    """What the plain loop reaches, or nothing where there is no PyTorch."""
    config = PLANE_PRESETS[PRESET].config
    settings = (config.batch_size, config.g_hidden_units, config.g_learning_rate, config.beta_1)
    command = [python, str(PYTORCH_LOOP), str(seconds), *map(str, settings)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    return float(result.stdout) if result.returncode == 0 else None


# --------------------------------------------------------------------------- many runs


def measure_crowd(n_runs: int, seconds: float) -> float:
    """Steps per second of the slowest of `n_runs` that train at once."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}")
        engine = EngineProcess(store, GAN_SLOTS=str(-(-n_runs // 8)))  # a run takes an eighth
        try:
            settings = {**PLANE_PRESETS[PRESET].settings, "steps": 1_000_000}
            run_ids = [
                store.create_run(RunConfig.parse(settings | {"seed": seed}))
                for seed in range(n_runs)
            ]
            wait_until(
                lambda: min(store.run(run_id).step for run_id in run_ids) > UNDER_WAY,
                "all runs to be compiled and under way",
                COMPILING,
            )
            before, began = [store.run(run_id).step for run_id in run_ids], time.monotonic()
            time.sleep(2 * seconds)
            after, taken = [store.run(run_id).step for run_id in run_ids], time.monotonic() - began
        finally:
            engine.stop()
    return (np.array(after) - np.array(before)).min().item() / taken


def measure_watcher(seconds: float) -> float:
    """What one more watcher costs the web process, as a fraction of a core."""
    few, many = (
        measure_stream(n, seconds, free_port())["server_cpu_fraction"]
        for n in (1, 1 + ADDED_WATCHERS)
    )
    return round((many - few) / ADDED_WATCHERS, 5)
