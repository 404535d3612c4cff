"""The real app in a process of its own, for tests that open its pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from gan_core.runs.store import Store
from tests.engine_process import wait_until

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class AppProcess:
    """Starts the app on a store and waits until pages and engine are there."""

    def __init__(self, store: Store, port: int | None = None, **environment: str) -> None:
        self.store = store
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "app.py", "--no-browser", "--port", str(self.port)],
            cwd=ROOT,
            env=os.environ | environment | {"GAN_STORE": store.url},
        )
        wait_until(self._serves, "the app")
        wait_until(self._trains, "the engine")

    def _serves(self) -> bool:
        assert self.process.poll() is None, "the app ended"
        try:
            with urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _trains(self) -> bool:
        return any(engine.state == "ready" for engine in self.store.engines.alive())

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(60)
