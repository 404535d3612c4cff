"""A real engine in a process of its own, for tests that need one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
import sqlalchemy as sa

from gan_core.runs import tables
from gan_core.runs.store import Store

PATIENCE = 150.0  # seconds; TensorFlow alone takes ten to import on a slow machine


def wait_until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Return the first true value of `condition`; fail with `what` was waited for."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {patience:g} s in vain for {what}")


class EngineProcess:
    """Starts the engine on a store; `stop` ends it as the app does, `kill` as a power cut does."""

    def __init__(self, store: Store, *, until: str = "ready", **environment: str) -> None:
        self._store = store
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gan_core.runs.engine", "--store", store.url],
            stdin=subprocess.PIPE,
            env=os.environ | environment,
        )
        wait_until(lambda: self._is(until), "the engine")

    def _is(self, state: str) -> bool:
        assert self._process.poll() is None, "the engine ended"
        return any(engine.state == state for engine in self._store.engines.alive())

    def workers(self) -> list[psutil.Process]:
        """The processes that train and answer."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    def worker_of(self, run_id: str) -> psutil.Process:
        """The process that trains a run now."""
        claimed_by = sa.select(tables.runs.c.claimed_by).where(tables.runs.c.id == run_id)
        with self._store._database.read() as db:
            _, pid, _ = db.execute(claimed_by).scalar_one().split(":")
        return psutil.Process(int(pid))

    def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(60)

    def kill(self) -> None:
        """End the engine without a chance to clean up; its workers end with it."""
        workers = self.workers()
        self._process.kill()
        self._process.wait(60)
        if self._process.stdin:
            self._process.stdin.close()
        for worker in workers:
            worker.wait(60)
