"""A class of students on one server: how soon all have a page that they open at the same moment.

The app itself, as a person starts it, on a temporary store, once its workers are warm, and a
process with the students, each a client that speaks Streamlit's protocol. Somebody has seen each
page before, so that what is read and computed once for all is there. Then everybody, all new, asks
for the page in the same moment; and once all have it, moves its first slider in the same moment.

open_seconds  from the question until the last element of the page is there: of one student alone,
              and the median and the last of a class
move_seconds  from the slider's new value until all that depends on it is there: the same three
cpu_ms        processor time of the web process for one of the class' visits, the move left out

Drawing is the browsers' part, on devices of the students' own, and not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from gan_core.runs.store import Store
from tests.benchmarks.processes import app, free_port, helper, receive, wait_for_rest

PAGES = ["the_game", "the_losses", "does_it_settle", "train"]
PATIENCE = 300.0  # seconds
_PROTOCOL: Any = "streamlit"


class Times(NamedTuple):
    """Seconds until everybody of a class had an answer, and the server's work for it."""

    alone: float
    of_class: list[float]
    cpu_seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--students", type=int, default=30, help="default: %(default)s")
    parser.add_argument("--pages", nargs="*", default=PAGES, help="default: %(default)s")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Let a class open each page and move its slider."""
    before = round(os.getloadavg()[0], 2)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}")
        students = (arguments.pages, arguments.students)
        with app(store, port) as web, helper(go_to_class, port, web.pid, *students) as the_class:
            wait_for_rest(web)
            the_class.send("begin")
            pages = receive(the_class, PATIENCE)
    return {
        "students": arguments.students,
        "pages": {name: figures_of(*times) for name, times in pages.items()},
        "cores": os.cpu_count(),
        "load_before": before,
    }


def figures_of(opened: Times, moved: Times) -> dict[str, Any]:
    """A page's figures by name."""
    return {
        "open_seconds": _summary(opened),
        "move_seconds": _summary(moved),
        "cpu_ms": round(1000 * opened.cpu_seconds / len(opened.of_class), 1),
    }


def _summary(times: Times) -> dict[str, float]:
    seconds = {
        "alone": times.alone,
        "median": float(np.median(times.of_class)),
        "last": max(times.of_class),
    }
    return {name: round(value, 3) for name, value in seconds.items()}


def go_to_class(
    connection: Connection, port: int, web: int, pages: list[str], n_students: int
) -> None:
    """Wait to be told, measure each page, and send both kinds of times by page."""
    receive(connection, PATIENCE)
    url = f"ws://127.0.0.1:{port}/_stcore/stream"
    process = psutil.Process(web)
    connection.send({page: asyncio.run(_class(url, process, page, n_students)) for page in pages})


async def _class(url: str, web: psutil.Process, page: str, n_students: int) -> tuple[Times, Times]:
    async with AsyncExitStack() as stack:

        async def newcomers(n: int) -> list[Student]:
            sockets = [connect(url, subprotocols=[_PROTOCOL], max_size=None) for _ in range(n)]
            return [Student(await stack.enter_async_context(each), page) for each in sockets]

        [guide] = await newcomers(1)
        await guide.open()
        await guide.move()
        [alone] = await newcomers(1)
        everybody = await newcomers(n_students)
        opened = await _times(web, alone.open(), [each.open() for each in everybody])
        moved = await _times(web, alone.move(), [each.move() for each in everybody])
        return opened, moved


async def _times(
    web: psutil.Process, alone: Awaitable[float], of_class: list[Awaitable[float]]
) -> Times:
    seconds = await alone
    before = _cpu_seconds(web)
    class_seconds = await asyncio.gather(*of_class)
    return Times(seconds, class_seconds, _cpu_seconds(web) - before)


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


class Student:
    """One browser's side of Streamlit's protocol, at one page."""

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self._socket = socket
        self._page = page
        self._page_hash = ""
        self._sliders: list[tuple[Slider, str]] = []  # each with its fragment

    async def open(self) -> float:
        """Ask for the page; seconds until it is all there."""
        return await self._ask()

    async def move(self) -> float:
        """Move the first slider up, or down from its end; seconds until all has followed."""
        slider, fragment = self._sliders[0]
        [value] = slider.default
        step = slider.step if value + slider.step <= slider.max else -slider.step
        state = WidgetState(id=slider.id)
        state.double_array_value.data.append(value + step)
        return await self._ask(fragment, [state])

    async def _ask(self, fragment: str = "", states: list[WidgetState] | None = None) -> float:
        question = BackMsg()
        run = question.rerun_script
        run.query_string, run.page_name = "lang=en", self._page
        run.page_script_hash, run.fragment_id = self._page_hash, fragment
        run.widget_states.widgets.extend(states or [])
        began = time.perf_counter()
        await self._socket.send(question.SerializeToString())
        await self._until_answered()
        return time.perf_counter() - began

    async def _until_answered(self) -> None:
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self._page_hash = message.navigation.page_script_hash
            elif kind == "delta":
                self._note(message)
            elif kind == "script_finished":
                return

    def _note(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        assert not element.HasField("exception"), element.exception.message
        if element.HasField("slider"):
            self._sliders.append((element.slider, message.delta.fragment_id))


def as_text(figures: Mapping[str, Any]) -> str:
    """A table in Markdown."""
    head = f"The last of {figures['students']} has it after, s"
    lines = [f"| Page | Alone, s | {head} | Processor time, ms |", "| --- | --- | --- | --- |"]
    for name, page in figures["pages"].items():
        opened = page["open_seconds"]
        lines.append(f"| {name} | {opened['alone']} | {opened['last']} | {page['cpu_ms']} |")
    return "\n".join(lines)
