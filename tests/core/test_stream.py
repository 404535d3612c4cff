"""The stream: every watcher ends up with the same curves, whenever it came."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from gan_core.presets import PRESETS
from gan_core.runs import curve, stream
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import Pyramid
from gan_core.runs.database import StoreError
from gan_core.runs.run import Run
from gan_core.runs.store import Store
from gan_core.runs.stream import Mailbox, Stream
from gan_core.text import GanError
from gan_core.training.records import RECORD_FIELDS

CONFIG = PRESETS["ring_mlp"].config
PATIENCE = 10  # seconds


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.002)
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.05)


@dataclass
class Trained:
    """A run, and how to let it go on."""

    store: Store
    run_id: str
    holder: str = field(default_factory=holder_name)
    pyramid: Pyramid = field(default_factory=lambda: Pyramid(len(RECORD_FIELDS)))
    step: int = 0

    def advance(self, n_steps: int = 1, frame: bytes | None = None) -> None:
        """Take steps; a record is (step, step, step, step)."""
        steps = np.arange(self.step + 1, self.step + n_steps + 1, dtype=np.float32)
        self.step += n_steps
        points = self.pyramid.add(np.repeat(steps[:, np.newaxis], len(RECORD_FIELDS), axis=1))
        self.store.record.append(
            self.run_id,
            self.holder,
            step=self.step,
            points=points,
            images_per_second=1.0,
            frame=frame,
        )

    def rewind(self, step: int) -> None:
        self.pyramid = self.store.record.rewind(self.run_id, self.holder, step, len(RECORD_FIELDS))
        self.step = step


@pytest.fixture
def run(store: Store) -> Trained:
    return started(store)


def started(store: Store) -> Trained:
    new = Trained(store, store.create_run(CONFIG))
    store.claims.take(new.run_id, new.holder)
    store.set_status(new.run_id, new.holder, "running")
    return new


@dataclass
class Browser:
    """What a page does with messages: a reset starts anew, known steps are passed over."""

    mailbox: Mailbox
    steps: list[int] = field(default_factory=list)
    d_loss: list[float] = field(default_factory=list)
    resets: int = 0
    parts: dict[str, Any] = field(default_factory=dict)

    async def receive(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.mailbox.get(), PATIENCE)
        assert text is not None
        message: dict[str, Any] = json.loads(text)
        if message.get("reset"):
            self.steps, self.d_loss, self.resets = [], [], self.resets + 1
        new = message.get("curves", {}).get("step", {"step": [], "d_loss": []})
        for step, d_loss in zip(new["step"], new["d_loss"], strict=True):
            if not self.steps or step > self.steps[-1]:
                self.steps.append(step)
                self.d_loss.append(d_loss)
        self.parts |= message
        return message

    async def receive_until(self, is_reached: Callable[[Browser], bool]) -> None:
        while not is_reached(self):
            await self.receive()

    async def receive_up_to(self, step: int) -> None:
        await self.receive_until(lambda browser: browser.steps[-1:] == [step])

    def assert_complete(self, n_steps: int, level: int = 0) -> None:
        """Every point once, in order, each with the mean of its steps."""
        width = 4**level
        assert self.steps == list(range(width, n_steps + 1, width))
        assert self.d_loss == pytest.approx([step - (width - 1) / 2 for step in self.steps])


@asynccontextmanager
async def tailed(store: Store) -> AsyncIterator[Stream]:
    """A stream that follows the store."""
    followed = Stream(store)
    tail = asyncio.create_task(followed.tail())
    try:
        yield followed
    finally:
        tail.cancel()
        with suppress(asyncio.CancelledError):
            await tail


def with_browser(run: Trained, scenario: Callable[[Browser, Stream], Awaitable[None]]) -> None:
    """Play `scenario` with one watcher of `run`."""

    async def play() -> None:
        async with tailed(run.store) as followed, followed.watch(run.run_id) as mailbox:
            await scenario(Browser(mailbox), followed)

    asyncio.run(play())


def test_snapshot_comes_first_and_then_what_is_new(run: Trained) -> None:
    run.advance(5, b'{"x_fake.x": [5]}')

    async def scenario(browser: Browser, _: Stream) -> None:
        first = await browser.receive()
        assert first["reset"]
        assert browser.steps == [1, 2, 3, 4, 5]
        assert first["frame"] == {"x_fake.x": [5]}
        run.advance(2, b'{"x_fake.x": [7]}')
        await browser.receive_up_to(7)
        assert browser.parts["frame"] == {"x_fake.x": [7]}
        assert browser.parts["progress"]["step"] == 7
        browser.assert_complete(7)
        assert browser.resets == 1

    with_browser(run, scenario)


def test_watchers_that_come_at_any_time_miss_nothing(run: Trained) -> None:
    """Twenty watchers join one by one while another thread trains as fast as it can."""
    n_steps = 400

    def train() -> None:
        for _ in range(n_steps):
            run.advance()

    async def watch(followed: Stream, after: float) -> Browser:
        await asyncio.sleep(after)
        async with followed.watch(run.run_id) as mailbox:
            browser = Browser(mailbox)
            await browser.receive_up_to(n_steps)
        return browser

    async def play() -> None:
        async with tailed(run.store) as followed:
            training = asyncio.create_task(asyncio.to_thread(train))
            browsers = await asyncio.gather(*(watch(followed, 0.02 * i) for i in range(20)))
            await training
            for browser in browsers:
                browser.assert_complete(n_steps)
            assert followed.n_watchers == 0

    asyncio.run(play())


def test_curves_grow_coarser_instead_of_longer(
    run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "level_for", functools.partial(curve.level_for, max_points=32))

    async def scenario(browser: Browser, _: Stream) -> None:
        run.advance(32)
        await browser.receive_up_to(32)
        browser.assert_complete(32)
        resets = browser.resets
        for _step in range(33, 41):
            run.advance()
        await browser.receive_up_to(40)
        browser.assert_complete(40, level=1)
        assert browser.resets == resets + 1
        run.advance(160)
        await browser.receive_up_to(192)
        browser.assert_complete(200, level=2)

    with_browser(run, scenario)


def test_rewind_starts_the_curves_anew(run: Trained) -> None:
    run.advance(10)

    async def scenario(browser: Browser, _: Stream) -> None:
        await browser.receive()
        run.rewind(4)
        await browser.receive_up_to(4)
        assert browser.resets == 2
        browser.assert_complete(4)
        run.advance(3)
        await browser.receive_up_to(7)
        browser.assert_complete(7)

    with_browser(run, scenario)


def test_watcher_that_lags_gets_the_whole_instead_of_a_backlog(
    run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_BEHIND", 3)

    async def play() -> None:
        followed = Stream(run.store)
        async with followed.watch(run.run_id) as slow, followed.watch(run.run_id) as quick:
            reader = Browser(quick)
            for _ in range(20):
                run.advance()
                await followed._poll()
                while not quick.empty():
                    await reader.receive()
                assert slow.qsize() <= 3 + 2
            lagging = Browser(slow)
            first = await lagging.receive()
            assert first["reset"]
            assert len(lagging.steps) > 10
            await lagging.receive_up_to(20)
            lagging.assert_complete(20)
            reader.assert_complete(20)
            assert reader.resets == 1

    asyncio.run(play())


def test_status_message_and_marks_are_told(run: Trained) -> None:
    async def scenario(browser: Browser, _: Stream) -> None:
        await browser.receive()
        run.store.controls.request(run.run_id, "set", "d_learning_rate", 0.25)
        [control] = run.store.controls.pending(run.run_id)
        run.store.controls.mark_applied(run.run_id, run.holder, control, 3)
        await browser.receive_until(lambda page: bool(page.parts["marks"]))
        assert browser.parts["marks"] == [
            {"step": 3, "title": "Learning rate of D", "value": "0.25"}
        ]
        run.store.set_status(run.run_id, run.holder, "paused")
        await browser.receive_until(lambda page: page.parts["state"]["status"] == "paused")

    with_browser(run, scenario)


def test_place_in_the_queue_is_told_as_others_leave(store: Store) -> None:
    first = store.create_run(CONFIG)
    second = Trained(store, store.create_run(CONFIG))

    async def scenario(browser: Browser, _: Stream) -> None:
        await browser.receive()
        assert browser.parts["state"]["place"] == 2
        store.delete(first)
        await browser.receive_until(lambda page: page.parts["state"]["place"] == 1)

    with_browser(second, scenario)


def test_deleted_run_ends_the_stream(run: Trained) -> None:
    async def scenario(browser: Browser, _: Stream) -> None:
        await browser.receive()
        run.store.delete(run.run_id)
        assert await asyncio.wait_for(browser.mailbox.get(), PATIENCE) is None

    with_browser(run, scenario)


def test_run_in_a_store_that_is_away_has_not_been_deleted(
    run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, failures = run.store.run, [StoreError("away")]

    def away_once(run_id: str) -> Run:
        if failures:
            raise failures.pop()
        return known(run_id)

    async def scenario(browser: Browser, _: Stream) -> None:
        await browser.receive()
        monkeypatch.setattr(run.store, "run", away_once)
        while failures:
            await asyncio.sleep(0.05)
        run.advance(3)
        await browser.receive_up_to(3)

    with_browser(run, scenario)


def test_all_are_looked_after_by_turns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOKED_AFTER_AT_ONCE", 1)
    runs = [started(store) for _ in range(3)]

    async def play() -> None:
        async with tailed(store) as followed, AsyncExitStack() as stack:
            boxes = [await stack.enter_async_context(followed.watch(run.run_id)) for run in runs]
            for run in runs:
                store.delete(run.run_id)
            for box in boxes:
                while await asyncio.wait_for(box.get(), PATIENCE) is not None:
                    pass

    asyncio.run(play())


def test_missing_run_cannot_be_watched(store: Store) -> None:
    async def play() -> None:
        followed = Stream(store)
        with pytest.raises(GanError, match="no run nonsense"):
            async with followed.watch("nonsense"):
                pass
        assert followed.n_watchers == 0

    asyncio.run(play())


def test_watchers_hear_of_their_own_run_only(run: Trained) -> None:
    other = started(run.store)

    async def scenario(browser: Browser, _: Stream) -> None:
        await browser.receive()
        other.advance(50)
        run.advance(3)
        await browser.receive_up_to(3)
        browser.assert_complete(3)

    with_browser(run, scenario)


@pytest.mark.parametrize("failure", [GanError("away"), RuntimeError("nobody expects this")])
def test_failure_of_a_moment_costs_nothing(
    run: Trained, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    asked = run.store.events.after
    failures = iter([failure, failure])

    def unreliable(*arguments: Any) -> Any:
        for failure in failures:
            raise failure
        return asked(*arguments)

    async def scenario(browser: Browser, _: Stream) -> None:
        await browser.receive()
        monkeypatch.setattr(run.store.events, "after", unreliable)
        for step in (3, 6):  # a question that was on its way may still bring the first three
            run.advance(3)
            await browser.receive_up_to(step)
        browser.assert_complete(6)

    with_browser(run, scenario)


def test_run_that_fails_is_started_anew_and_delays_no_other(
    run: Trained, caplog: pytest.LogCaptureFixture
) -> None:
    broken = started(run.store)

    async def play() -> None:
        async with (
            tailed(run.store) as followed,
            followed.watch(broken.run_id) as one,
            followed.watch(run.run_id) as another,
        ):
            ill, well = Browser(one), Browser(another)
            await ill.receive()
            for step in (1, 2, 3):
                broken.advance(1, b"\xff")  # no text at all
                run.advance()
                await well.receive_up_to(step)
            well.assert_complete(3)
            assert well.resets == 1
            broken.advance(1, b'{"x_fake.x": [4]}')
            await ill.receive_up_to(4)
            ill.assert_complete(4)
            assert ill.parts["frame"] == {"x_fake.x": [4]}
            broken.advance(2)
            await ill.receive_up_to(6)
            ill.assert_complete(6)
            assert ill.resets == 2

    asyncio.run(play())
    assert caplog.text.count(f"Run {broken.run_id} cannot be followed") == 1


@dataclass
class Slow:
    """A question to the store that is held up until it is let go."""

    question: Callable[..., Any]
    asked: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, *arguments: Any) -> Any:
        self.asked.set()
        assert self.go.wait(PATIENCE)
        return self.question(*arguments)


def test_who_joins_while_the_store_is_asked_for_others_misses_nothing(
    run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = started(run.store)
    slow = Slow(run.store.events.after)
    monkeypatch.setattr(run.store.events, "after", slow)

    async def play() -> None:
        followed = Stream(run.store)
        async with followed.watch(run.run_id) as first:
            asking = asyncio.create_task(followed._poll())
            await asyncio.to_thread(slow.asked.wait)
            async with followed.watch(other.run_id) as second:
                other.advance(2)
                run.advance(2)
                slow.go.set()
                await asking
                await followed._poll()
                for mailbox in (first, second):
                    browser = Browser(mailbox)
                    await browser.receive_up_to(2)
                    browser.assert_complete(2)

    asyncio.run(play())


def test_first_to_join_miss_nothing(run: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    other = started(run.store)
    slow = Slow(run.store.events.last_seq)
    monkeypatch.setattr(run.store.events, "last_seq", slow)

    async def play() -> None:
        followed = Stream(run.store)
        async with AsyncExitStack() as stack:
            joining = [
                asyncio.create_task(stack.enter_async_context(followed.watch(each.run_id)))
                for each in (run, other)
            ]
            await asyncio.to_thread(slow.asked.wait)
            run.advance(2)
            slow.go.set()
            mailboxes = await asyncio.gather(*joining)
            other.advance(2)
            await followed._poll()
            for mailbox in mailboxes:
                browser = Browser(mailbox)
                await browser.receive_up_to(2)
                browser.assert_complete(2)

    asyncio.run(play())


def test_nobody_asks_the_store_while_nobody_watches(
    run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = Stream(run.store)
    run.advance(2)
    monkeypatch.setattr(run.store.events, "_read", None)
    asyncio.run(followed._poll())


def test_who_comes_back_while_the_store_is_asked_hears_nothing_twice(
    run: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.advance(2)
    early = run.store.events.after(0, [run.run_id])
    slow = Slow(lambda *_: early)

    async def play() -> None:
        followed = Stream(run.store)
        with monkeypatch.context() as held_up:
            held_up.setattr(run.store.events, "after", slow)
            async with followed.watch(run.run_id):
                asking = asyncio.create_task(followed._poll())
                await asyncio.to_thread(slow.asked.wait)
        run.advance(2)
        async with followed.watch(run.run_id) as mailbox:
            slow.go.set()
            await asking
            n_messages = mailbox.qsize()
            assert n_messages == 1, "the snapshot, and nothing from before it"
            await followed._poll()
            assert mailbox.qsize() == n_messages
            browser = Browser(mailbox)
            await browser.receive_up_to(4)
            browser.assert_complete(4)

    asyncio.run(play())
