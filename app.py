"""GAN Dojo: the web application. Start it with `python app.py`.

The pages are Streamlit's; beside them the app serves the live stream of runs and the one script
that draws it. The training engine runs as a process of its own, started and stopped here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import gc
import logging
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

# Before NumPy comes. What pages compute is small: threads that wait for each other, and for the
# threads of runs that train, take several times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gan_core.runs.database import StoreError
from gan_core.runs.slots import asked_slots
from gan_core.runs.store import default_url, open_store
from gan_core.runs.stream import Mailbox, Stream
from gan_core.text import GanError
from pages.parts import plotly_script, sharing, visitor

ROOT = Path(__file__).parent
DEFAULT_PORT = 8501
EVERYWHERE = (None, "0.0.0.0", "::")  # as `--host`: at each address of this computer
PAGES_OF_RUNS = ("/train", "/playground")
UNKNOWN_RUN, OTHER_ORIGIN = 4404, 4403  # WebSocket close codes of our own
STORE_AWAY = 1013  # "try again later"
MOST_OF_A_REASON = 123  # bytes that a WebSocket may give for closing
ENGINE_RESTART_SECONDS = 3.0
MOST_DIGITS = 18  # of a step: what a database takes

log = logging.getLogger(__name__)


@functools.cache
def stream() -> Stream:
    """The stream of this app's store."""
    return Stream(open_store(default_url()))


async def live(websocket: WebSocket) -> None:
    """Stream one run to one watcher, `/live/{run_id}`: a snapshot, then deltas."""
    origin = websocket.headers.get("origin")
    if origin and urlsplit(origin).netloc != websocket.headers.get("host"):
        await websocket.accept()  # or the browser would not be told why, and ask again and again
        await websocket.close(OTHER_ORIGIN, "This page comes from another site.")
        return
    await websocket.accept()
    try:
        async with stream().watch(websocket.path_params["run_id"]) as mailbox:
            tasks = [
                asyncio.create_task(_send_all(websocket, mailbox)),
                asyncio.create_task(_until_gone(websocket)),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
    except GanError as error:
        code = STORE_AWAY if isinstance(error, StoreError) else UNKNOWN_RUN
        reason = str(error).encode()[:MOST_OF_A_REASON].decode(errors="ignore")
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(code, reason)


async def _send_all(websocket: WebSocket, mailbox: Mailbox) -> None:
    """Pass messages on until the run is deleted or the watcher leaves."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (message := await mailbox.get()) is not None:
            await websocket.send_text(message)
        await websocket.close(UNKNOWN_RUN, "The run has been deleted.")


async def _until_gone(websocket: WebSocket) -> None:
    """Wait for the watcher to leave; watchers have nothing to say."""
    with contextlib.suppress(RuntimeError):
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass


async def frame(request: Request) -> Response:
    """What a run showed at a step, `/frame/{run_id}/{step}`: a scrubbed picture."""
    run_id, asked = request.path_params["run_id"], request.path_params["step"]
    if not asked.isdecimal() or len(asked) > MOST_DIGITS:
        return Response(status_code=404)
    step = int(asked)
    try:
        found = await asyncio.to_thread(open_store(default_url()).record.frame_at, run_id, step)
    except StoreError:
        return Response(status_code=503)  # a moment later it may be there
    if found is None:
        return Response(status_code=404)
    return Response(
        found.payload, media_type="application/json", headers={"X-Step": f"{found.step}"}
    )


async def plotly_js(request: Request) -> Response:
    """Plotly's script from the installed package: no content delivery network is needed."""
    return FileResponse(
        plotly_script.FILE,
        media_type="text/javascript",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


class EarlyPlotly:
    """Has browsers fetch Plotly's script with the page: a run's figures are there sooner.

    Otherwise they learn only from the drawn page that they need it, and it is the largest file.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_hint(message: Message) -> None:
            if message["type"] == "http.response.start":
                hint = f"<{plotly_script.ADDRESS}>; rel=preload; as=script"
                MutableHeaders(scope=message).append("Link", hint)
            await send(message)

        is_for_a_run = scope["type"] == "http" and scope["path"].endswith(PAGES_OF_RUNS)
        await self._app(scope, receive, send_with_hint if is_for_a_run else send)


async def know_again(request: Request, answer: RequestResponseEndpoint) -> Response:
    """Give a browser that asks for a page the number that tells it from others.

    With the page, so that its socket has it, and those of pages that are opened beside it.
    """
    response = await answer(request)
    if "text/html" in request.headers.get("accept", ""):
        number = visitor.known(request.cookies) or visitor.new()
        response.set_cookie(
            visitor.cookie_of(number),
            number,
            max_age=visitor.KEPT_SECONDS,
            httponly=True,
            samesite="lax",
        )
    return response


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, object]]:
    """Run the tailer and the engine as long as the app runs."""
    # Streamlit collects garbage after each run of a page. What is imported by now is none, and
    # looking through it takes 60 ms in which no other page can run.
    gc.freeze()
    tasks = [asyncio.create_task(stream().tail()), asyncio.create_task(_keep_engine_running())]
    try:
        yield {}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_engine_running() -> None:
    """Start the engine, and start it again should it end; it ends when its input closes."""
    url = f"http://localhost:{st.get_option('server.port')}"
    command = (sys.executable, "-m", "gan_core.runs.engine", "--url", url)
    # Not as an argument: those are in the list of processes, and the store may have a password.
    environment = os.environ | {"GAN_STORE": open_store(default_url()).url}
    environment |= _absolute_data_folder()
    while True:
        try:
            engine = await asyncio.create_subprocess_exec(
                *command, stdin=subprocess.PIPE, cwd=ROOT, env=environment
            )
        except OSError as error:  # no memory is left for another process, or none is allowed
            log.warning("The training engine cannot be started (%s); it is tried again.", error)
        else:
            await _until_ended(engine)
        await asyncio.sleep(ENGINE_RESTART_SECONDS)


async def _until_ended(engine: asyncio.subprocess.Process) -> None:
    """Wait for the engine to end, and have it end where nobody waits any more."""
    try:
        await engine.wait()
    finally:
        if engine.returncode is None and engine.stdin:
            engine.stdin.close()
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(engine.wait(), 10)


def _absolute_data_folder() -> dict[str, str]:
    """GAN_DATA_DIR for the engine, which works in another folder than this process."""
    folder = os.environ.get("GAN_DATA_DIR")
    return {"GAN_DATA_DIR": os.path.abspath(folder)} if folder else {}


app = st.App(
    ROOT / "pages" / "navigation.py",
    lifespan=lifespan,
    routes=[
        WebSocketRoute("/live/{run_id}", live),
        Route("/frame/{run_id}/{step}", frame),
        Route(f"/{plotly_script.ADDRESS}", plotly_js),
    ],
    middleware=[Middleware(EarlyPlotly), Middleware(BaseHTTPMiddleware, dispatch=know_again)],
)


def main() -> int:
    """Check what would go wrong later, then serve until interrupted."""
    parser = argparse.ArgumentParser(description="GAN Dojo: learn how GANs work by training them.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default: %(default)s")
    parser.add_argument(
        "--host", help="address to serve at; 127.0.0.1: this computer alone; default: every network"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    arguments = parser.parse_args()
    problem = _what_hinders(arguments.host, arguments.port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"GAN Dojo is at {' and '.join(_addresses(arguments.host, arguments.port))}", flush=True)
    config = {"server.port": arguments.port, "server.headless": arguments.no_browser}
    app.run(config=config | ({"server.address": arguments.host} if arguments.host else {}))
    return 0


def _addresses(host: str | None, port: int) -> list[str]:
    """Where to find the app: on this computer, and from others on the same network."""
    everywhere = ["localhost", *filter(None, [sharing.network_host()])]
    hosts = everywhere if host in EVERYWHERE else [f"[{host}]" if ":" in host else host]
    return [f"http://{host}:{port}" for host in hosts]


def _what_hinders(host: str | None, port: int) -> str | None:
    """Why the app cannot start now: it already runs on this store, or the port is taken."""
    if not 1 <= port <= 65535:
        return f"--port {port} is not allowed. Allowed: a whole number from 1 to 65535."
    asked_slots()  # or the engine would refuse it, again and again
    others = [engine.url for engine in open_store(default_url()).engines.alive() if engine.url]
    if others:
        return (
            f"GAN Dojo already runs at {others[0]}: open that page. "
            "For a second, separate one, set GAN_STORE to another database."
        )
    here = "127.0.0.1" if host in EVERYWHERE else host
    if _is_taken(here, port):
        is_streamlit = _is_streamlit(_addresses(here, port)[0])
        who = "GAN Dojo or another Streamlit app" if is_streamlit else "another program"
        return f"Port {port} is taken by {who}. Choose another one: python app.py --port {port + 1}"
    return None


def _is_taken(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _is_streamlit(address: str) -> bool:
    try:
        with urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    try:
        sys.exit(main())
    except GanError as error:
        sys.exit(str(error))
