"""Processes that benchmarks start: helpers at the end of a pipe, and the app itself.

Each ends with the `with` block that started it, whatever happens inside.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from gan_core.runs.store import Store
from tests.engine_process import wait_until

ROOT = Path(__file__).parents[2]
ENDS_WITHIN_SECONDS = 20.0
REST_SHARE = 0.3  # of a processor: the engine and its workers are never quite still


@contextmanager
def helper(target: Callable[..., None], *arguments: Any) -> Iterator[Connection]:
    """Run `target(connection, *arguments)` in a fresh process; give the other end of the pipe."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()  # so that we hear of it when the helper ends
    try:
        yield ours
    finally:
        process.terminate()
        process.join(ENDS_WITHIN_SECONDS)
        process.kill()
        ours.close()


def receive(connection: Connection, within_seconds: float) -> Any:
    """What a helper says next; raises `TimeoutError`, or `EOFError` when the helper has failed."""
    if not connection.poll(within_seconds):
        raise TimeoutError(f"a helper said nothing for {within_seconds:g} s")
    return connection.recv()


@contextmanager
def app(store: Store, port: int) -> Iterator[psutil.Process]:
    """Serve the app on `store`, one slot, its engine warm; give its web process."""
    started = subprocess.Popen(
        [sys.executable, "app.py", "--port", str(port), "--no-browser"],
        cwd=ROOT,
        env=os.environ | {"GAN_STORE": store.url, "GAN_SLOTS": "1"},
        stdout=sys.stderr,
    )
    web = psutil.Process(started.pid)
    try:
        wait_until(lambda: _is_ready(started, store, port), "the app and its engine")
        yield web
    finally:
        _end(web)


def wait_for_rest(web: psutil.Process) -> None:
    """Wait until the app and all that it has started do next to nothing: warm, and done warming."""
    wait_until(lambda: _share_of_a_processor(web) < REST_SHARE, "the app to rest")


def _share_of_a_processor(web: psutil.Process) -> float:
    """What the app and its children have used of a second of one processor."""

    def used() -> float:
        family = [web, *web.children(recursive=True)]
        return sum(sum(each.cpu_times()[:2]) for each in family)

    before = used()
    time.sleep(1)
    return used() - before


def _is_ready(started: subprocess.Popen[bytes], store: Store, port: int) -> bool:
    assert started.poll() is None, "the app ended"
    with socket.socket() as probe:
        answers = probe.connect_ex(("127.0.0.1", port)) == 0
    return answers and any(engine.state == "ready" for engine in store.engines.alive())


def _end(process: psutil.Process) -> None:
    """Ask a process to end, and see to it that all it started ends too."""
    family = [process, *process.children(recursive=True)] if process.is_running() else []
    for each in family[:1]:
        each.terminate()
    _, alive = psutil.wait_procs(family, ENDS_WITHIN_SECONDS)
    for each in alive:
        each.kill()
    psutil.wait_procs(alive, ENDS_WITHIN_SECONDS)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
