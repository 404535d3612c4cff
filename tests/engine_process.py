"""A real engine in a process of its own, for tests that need one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil

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

    def __init__(self, store: Store, **environment: str) -> None:
        self._store = store
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gan_core.runs.engine", "--store", store.url],
            stdin=subprocess.PIPE,
            env=os.environ | environment,
        )
        wait_until(self._is_ready, "the engine")

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, "the engine ended"
        return any(engine.state == "ready" for engine in self._store.engines())

    def worker(self) -> psutil.Process:
        """The process that trains."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        return next(child for child in children if "spawn_main" in " ".join(child.cmdline()))

    def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(60)

    def kill(self) -> None:
        """End the engine without a chance to clean up; its workers end with it."""
        worker = self.worker()
        self._process.kill()
        self._process.wait(60)
        if self._process.stdin:
            self._process.stdin.close()
        worker.wait(60)
