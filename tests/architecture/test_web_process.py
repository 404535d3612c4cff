"""The real app from outside: light, well-behaved, and gone without a trace when it is stopped."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import plotly
import psutil
import pytest
from playwright.sync_api import Browser, expect
from starlette import requests
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

import app as web
from gan_core.config import RunConfig
from gan_core.runs.claims import holder_name
from gan_core.runs.database import StoreError
from gan_core.runs.store import Store
from gan_core.runs.stream import Stream
from gan_core.text import GanError
from pages.parts import plotly_script
from tests.app_process import ROOT, AppProcess, free_port

MAX_MEMORY = 250e6  # bytes
SESSIONS = 10
HEAVY = {"tensorflow", "keras", "dask", "distributed"}
ENDS_WITHIN_SECONDS = 20
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    url = f"sqlite:///{tmp_path_factory.mktemp('app') / 'store.sqlite3'}"
    app = AppProcess(Store(url), GAN_SLOTS="1")
    yield app
    app.stop()


@pytest.fixture(scope="module")
def run_id(app: AppProcess) -> str:
    """A run that this process claims, so that the app's engine leaves it alone."""
    return app.store.create_run(RunConfig(), claimed_by=holder_name())


def start_app(**environment: str) -> subprocess.CompletedProcess[str]:
    """Start the app where it cannot start, and wait for it to end."""
    return subprocess.run(
        [sys.executable, "app.py", "--no-browser", "--port", str(free_port())],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def refusal(
    open_at: Callable[[str], Store],
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[object], str]:
    """Starts the app, in this process and on a new store, at a port where it cannot start."""
    monkeypatch.setenv("GAN_STORE", sqlite_url)
    monkeypatch.setattr(web, "open_store", open_at)

    def start(port: object) -> str:
        monkeypatch.setattr(sys, "argv", ["app.py", "--no-browser", "--port", str(port)])
        assert web.main() == 1
        return capsys.readouterr().err

    return start


def assert_one_sentence(said: str, *parts: str) -> None:
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1
    for part in parts:
        assert part in said


# ------------------------------------------------------------------- light enough


@pytest.mark.slow
def test_ten_sessions_fit_into_little_memory(
    app: AppProcess, browser: Browser, run_id: str
) -> None:
    places = ["train?lang=en", "runs?lang=en", f"train?lang=zh&run={run_id}", "runs?lang=zh"]
    contexts = [browser.new_context() for _ in range(SESSIONS)]
    for number, context in enumerate(contexts):
        page = context.new_page()
        page.goto(f"{app.url}/{places[number % len(places)]}", wait_until="commit")
    for context in contexts:
        drawn = context.pages[0].locator("h1, h3").first
        expect(drawn).to_be_visible(timeout=PATIENCE_MS)
    memory = psutil.Process(app.process.pid).memory_info().rss
    for context in contexts:
        context.close()
    assert memory < MAX_MEMORY, f"{memory / 1e6:.0f} MB"


@pytest.mark.slow
def test_page_shows_networks_that_a_worker_has_built(app: AppProcess, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{app.url}/networks?lang=en")
    expect(page.locator(".js-plotly-plot")).to_have_count(3, timeout=PATIENCE_MS)
    expect(page.get_by_text("2,330,944 parameters")).to_be_visible()
    page.close()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/<pid>/maps is Linux's")
def test_no_library_of_tensorflow_is_in_the_web_process(app: AppProcess) -> None:
    libraries = Path(f"/proc/{app.process.pid}/maps").read_text()
    assert "numpy" in libraries
    assert not re.search(r"tensorflow|_pywrap", libraries)


def test_app_and_pages_import_nothing_heavy(sqlite_url: str) -> None:
    parts = ("run_panel", "controls", "live_figure", "asking")
    names = ["app", *(f"pages.parts.{part}" for part in parts)]
    script = (
        f"import importlib, json, sys; [importlib.import_module(name) for name in {names}];"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"GAN_STORE": sqlite_url},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert HEAVY & set(json.loads(printed)) == set()


# ------------------------------------------------------------------- clear refusals


def test_second_app_on_the_same_store_names_the_first(app: AppProcess) -> None:
    ended = start_app(GAN_STORE=app.store.url)
    assert ended.returncode == 1
    assert_one_sentence(ended.stderr, app.url, "already runs", "GAN_STORE")


def test_unusable_store_is_refused() -> None:
    ended = start_app(GAN_STORE="sqlite:////proc/nope/x.db")
    assert ended.returncode == 1
    assert_one_sentence(ended.stderr, "sqlite:////proc/nope/x.db", "GAN_STORE")


@pytest.mark.parametrize("slots", ["0", "-1", "many", "nan", "1e9"])
def test_slots_without_sense_are_refused(
    slots: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_STORE", sqlite_url)
    monkeypatch.setenv("GAN_SLOTS", slots)
    monkeypatch.setattr(sys, "argv", ["app.py", "--no-browser", "--port", str(free_port())])
    with pytest.raises(GanError, match=rf"GAN_SLOTS = {slots} is not allowed.* from 1 to 1000"):
        web.main()


@pytest.mark.parametrize(("asked", "at"), [(("--host", "127.0.0.1"), "127.0.0.1"), ((), None)])
def test_app_serves_at_the_address_that_is_asked_for(
    asked: tuple[str, ...],
    at: str | None,
    open_at: Callable[[str], Store],
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setenv("GAN_STORE", sqlite_url)
    monkeypatch.setattr(web, "open_store", open_at)
    monkeypatch.setattr(web.app, "run", lambda config: served.update(config))
    monkeypatch.setattr(sys, "argv", ["app.py", *asked, "--port", str(free_port())])
    assert web.main() == 0
    assert served.get("server.address") == at
    assert (f"http://{at}:" in capsys.readouterr().out) == bool(at)


def test_port_of_another_app_is_refused(app: AppProcess, refusal: Callable[[object], str]) -> None:
    assert_one_sentence(refusal(app.port), "Streamlit app", f"--port {app.port + 1}")


def test_port_of_another_program_is_refused(refusal: Callable[[object], str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_one_sentence(refusal(port), str(port), "another program")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_port_out_of_range_is_refused(refusal: Callable[[object], str], port: int) -> None:
    assert_one_sentence(refusal(port), f"--port {port} ", "1 to 65535")


def test_port_that_is_no_number_is_refused(
    refusal: Callable[[object], str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        refusal("many")
    assert "--port: invalid int value: 'many'" in capsys.readouterr().err


# ------------------------------------------------------------------------ its engine


def test_engine_uses_store_and_data_of_the_folder_where_the_app_was_started(
    open_at: Callable[[str], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[str, Any] = {}

    async def start(*command: str, **options: Any) -> None:
        started.update(options, command=command)
        raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    monkeypatch.setattr(web, "open_store", open_at)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAN_STORE", "sqlite:///store.sqlite3")
    monkeypatch.setenv("GAN_DATA_DIR", "data")
    with ThreadPoolExecutor() as elsewhere, pytest.raises(asyncio.CancelledError):
        elsewhere.submit(asyncio.run, web._keep_engine_running()).result()  # no loop runs there
    assert started["cwd"] != tmp_path
    assert started["env"]["GAN_STORE"] == f"sqlite:///{tmp_path / 'store.sqlite3'}"
    assert "store.sqlite3" not in " ".join(started["command"])  # which anybody on this machine sees
    assert started["env"]["GAN_DATA_DIR"] == str(tmp_path / "data")


def test_engine_that_cannot_be_started_is_tried_again(
    open_at: Callable[[str], Store],
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes = iter([OSError("no memory"), OSError("no memory"), asyncio.CancelledError()])

    async def start(*_command: str, **_options: Any) -> None:
        raise next(outcomes)

    monkeypatch.setenv("GAN_STORE", sqlite_url)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    monkeypatch.setattr(web, "open_store", open_at)
    monkeypatch.setattr(web, "ENGINE_RESTART_SECONDS", 0)
    with ThreadPoolExecutor() as elsewhere, pytest.raises(asyncio.CancelledError):
        elsewhere.submit(asyncio.run, web._keep_engine_running()).result()  # no loop runs there
    assert caplog.text.count("cannot be started (no memory)") == 2


# --------------------------------------------------------------------- live stream


def live_url(app: AppProcess, run_id: str) -> str:
    return f"ws://localhost:{app.port}/live/{run_id}"


def test_watcher_gets_a_snapshot(app: AppProcess, run_id: str) -> None:
    with connect(live_url(app, run_id), origin=Origin(app.url)) as socket:
        snapshot = json.loads(socket.recv(timeout=10))
    assert snapshot["reset"] is True
    assert snapshot["state"]["steps"] == RunConfig().steps


def test_unknown_run_is_refused_with_a_reason(app: AppProcess) -> None:
    with connect(live_url(app, "nope")) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404
    assert "There is no run nope" in closed.value.rcvd.reason


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://localhost.evil.example", "null"]
)
def test_other_sites_may_not_watch(app: AppProcess, run_id: str, origin: str) -> None:
    with (
        connect(live_url(app, run_id), origin=Origin(origin)) as socket,
        pytest.raises(ConnectionClosed) as closed,
    ):
        socket.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


def test_a_reason_that_is_too_long_for_a_socket_is_cut(app: AppProcess) -> None:
    with connect(live_url(app, "图" * 90)) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4404


@pytest.mark.parametrize("step", ["-1", "1.5", "9" * 19, "9" * 5000])
def test_a_step_that_no_run_can_have_has_no_frame(app: AppProcess, run_id: str, step: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{app.url}/frame/{run_id}/{step}", timeout=10)
    with refused.value:
        assert refused.value.code == 404


# ---------------------------------------------------------- nothing from elsewhere


def test_plotly_is_served_here_and_kept_by_browsers(app: AppProcess) -> None:
    with urlopen(f"{app.url}/train", timeout=10) as page:
        address = re.findall("<(.*?)>; rel=preload", page.headers["Link"])[0]
    assert plotly.__version__ in address, "after an update, browsers fetch the new one"
    assert f'"{address}"' in plotly_script.LOADER, "what was fetched early is what figures ask for"
    with urlopen(f"{app.url}/{address}", timeout=10) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert b"plotly.js" in answer.read(200)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((ROOT / "pages").rglob("*")) if path.suffix in (".js", ".css", ".py")],
    ids=lambda path: str(path.name),
)
def test_pages_fetch_nothing_from_other_hosts(path: Path) -> None:
    assert re.findall(r"https?://[^\s\"'`]+", path.read_text("utf-8")) == []


# -------------------------------------------------------------------------- the end


@pytest.mark.slow
def test_engine_and_workers_end_with_the_app_and_pages_say_so(
    sqlite_url: str, browser: Browser
) -> None:
    app = AppProcess(Store(sqlite_url), GAN_SLOTS="1")
    page = browser.new_page()
    page.goto(f"{app.url}/losses?lang=zh")
    expect(page.locator("h1")).to_be_visible(timeout=30_000)
    children = psutil.Process(app.process.pid).children(recursive=True)
    assert any("gan_core.runs.engine" in " ".join(child.cmdline()) for child in children)
    app.process.send_signal(signal.SIGTERM)
    app.process.wait(ENDS_WITHIN_SECONDS)
    _gone, orphans = psutil.wait_procs(children, timeout=ENDS_WITHIN_SECONDS)
    assert orphans == []
    assert app.store.engines.alive() == []
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("服务器没有响应", timeout=30_000)
    expect(dialog).not_to_contain_text("Streamlit", use_inner_text=True)
    page.close()


def test_a_store_that_is_away_is_no_run_that_is_gone(
    open_at: Callable[[str], Store], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Browsers ask again for the one, and give up the other."""
    store = open_at(sqlite_url)
    monkeypatch.setattr(web, "stream", lambda: Stream(store))

    def said() -> tuple[int, str]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(dict(message))

        scope = {"type": "websocket", "headers": [], "path_params": {"run_id": "nobody"}}
        with ThreadPoolExecutor() as elsewhere:  # no loop runs there
            elsewhere.submit(asyncio.run, web.live(WebSocket(scope, receive, send))).result()
        assert [each["type"] for each in sent] == ["websocket.accept", "websocket.close"]
        return sent[-1]["code"], sent[-1]["reason"]

    assert said() == (web.UNKNOWN_RUN, "There is no run nobody. It may have been deleted.")

    def away(_run_id: str) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(store, "run", away)
    assert said() == (web.STORE_AWAY, "The disk is full.")


def test_a_store_that_is_away_has_no_frame_for_now(
    open_at: Callable[[str], Store], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_at(sqlite_url)
    monkeypatch.setattr(web, "open_store", lambda url: store)
    asked = requests.Request({"type": "http", "path_params": {"run_id": "nobody", "step": "1"}})
    with ThreadPoolExecutor() as elsewhere:
        assert elsewhere.submit(asyncio.run, web.frame(asked)).result().status_code == 404

        def away(_run_id: str, _step: int) -> None:
            raise StoreError("The disk is full.")

        monkeypatch.setattr(store.record, "frame_at", away)
        assert elsewhere.submit(asyncio.run, web.frame(asked)).result().status_code == 503


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        (None, ["http://localhost:80", "http://192.0.2.7:80"]),
        ("0.0.0.0", ["http://localhost:80", "http://192.0.2.7:80"]),
        ("::", ["http://localhost:80", "http://192.0.2.7:80"]),
        ("192.0.2.7", ["http://192.0.2.7:80"]),
        ("::1", ["http://[::1]:80"]),
    ],
)
def test_app_says_addresses_that_can_be_opened(
    host: str | None, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.sharing.network_host", lambda: "192.0.2.7")
    assert web._addresses(host, 80) == addresses


@pytest.mark.parametrize(
    ("language", "title"), [("en", "There is no such page"), ("zh", "没有这个页面")]
)
def test_address_without_a_page_is_answered_in_the_reader_s_language(
    app: AppProcess, browser: Browser, language: str, title: str
) -> None:
    page = browser.new_page()
    page.goto(f"{app.url}/no_such_page?lang={language}")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text(title, timeout=30_000)
    expect(dialog).not_to_contain_text("requested")
    page.close()


def test_browser_that_opens_two_pages_at_once_is_one_visitor(app: AppProcess) -> None:
    """Neither page knows of the other's cookie; all that come later know both."""

    def cookie(*kept: str) -> str:
        headers = {"Accept": "text/html", "Cookie": "; ".join(kept)}
        with urlopen(Request(app.url, headers=headers), timeout=10) as answer:
            return str(answer.headers["Set-Cookie"].partition(";")[0])

    first, second = cookie(), cookie()
    names = [each.partition("=")[0] for each in (first, second)]
    assert names[0] != names[1], "the browser would forget the first"
    assert cookie(first, second) == cookie(second, first) == first
