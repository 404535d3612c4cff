"""What several test files share: stores, and a real PostgreSQL where one is installed."""

from __future__ import annotations

import gc
import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Before NumPy comes, for this process and all that it starts: as in the app.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from gan_core.runs.store import Store
from tests.chromium import ARGUMENTS, find_chromium

STARTS_WITHIN_SECONDS = 30


@pytest.fixture(scope="module", autouse=True)
def _what_is_there_is_no_garbage() -> None:
    """Streamlit collects garbage after each run of a page: seconds with TensorFlow's graphs."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GAN_DATA_DIR", "GAN_STORE", "GAN_SCHEDULER", "GAN_SLOTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def open_at() -> Iterator[Callable[[str], Store]]:
    """Opens the store at a URL, and closes it after the test."""
    opened: list[Store] = []

    def open_one(url: str) -> Store:
        opened.append(Store(url))
        return opened[-1]

    yield open_one
    for each in opened:
        each._database.engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.fixture
def store(request: pytest.FixtureRequest, open_at: Callable[[str], Store]) -> Store:
    """An empty store in a SQLite file, or where a test's parameter says."""
    database = getattr(request, "param", "sqlite")
    return open_at(request.getfixturevalue(f"{database}_url"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; closed with its module, because it keeps an event loop running meanwhile."""
    path = find_chromium()
    assert path, "no Chromium: run `python -m tests.chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def postgres_url(_postgres_port: int) -> str:
    """The URL of an empty PostgreSQL store; skips where there is no PostgreSQL."""
    name = f"test_{secrets.token_hex(6)}"
    database = f"postgresql://tester@127.0.0.1:{_postgres_port}/postgres"
    with psycopg.connect(database) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())  # much quicker than a database
    return f"{database}?options=-csearch_path%3D{name}"


@pytest.fixture(scope="session")
def _postgres_port() -> Iterator[int]:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    # PostgreSQL refuses to run as root; Debian's package comes with a user for it.
    as_user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    if as_user:
        shutil.chown(folder, **as_user)
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": folder,
        **as_user,
    }
    tools, data, port = binaries[-1].parent, folder / "data", _free_port()
    subprocess.run(
        [tools / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        **quiet,
    )
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    options = itertools.chain.from_iterable(("-c", each) for each in [*settings, "fsync=off"])
    server = subprocess.Popen([tools / "postgres", "-D", data, *options], **quiet)
    try:
        _wait_until_ready(server, port)
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's word for: now, in good order
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN_SECONDS
    while server.poll() is None and time.monotonic() < give_up_at:
        try:
            psycopg.connect(f"postgresql://tester@127.0.0.1:{port}/postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    pytest.fail("PostgreSQL did not start")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
