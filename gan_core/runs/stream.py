"""The stream: what happens in the store, handed to whoever watches a run.

One tailer asks the store for everything new, whatever the number of runs and watchers. A watcher
first gets a snapshot (the whole run so far at a resolution that a picture needs), then deltas. Each
message is encoded once per run, not once per watcher; a watcher that cannot keep up gets a new
snapshot instead of what it missed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from gan_core.runs.curve import level_for
from gan_core.runs.events import Event
from gan_core.runs.messages import delta, snapshot, state
from gan_core.runs.run import UnknownRun
from gan_core.runs.store import Store
from gan_core.text import GanError

POLL_SECONDS = 0.025
LOOK_SECONDS = 1.0  # between two looks at the queue, at deleted runs and at what has failed
LOOKED_AFTER_AT_ONCE = 20
MAX_BEHIND = 30  # messages

Mailbox = asyncio.Queue[str | None]

log = logging.getLogger(__name__)


class Channel:
    """The watchers of one run, and the resolution at which they see its curves."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.has_failed = False  # and is to start anew from a snapshot
        self.looked_after_at = 0.0
        self.mailboxes: set[Mailbox] = set()

    def send(self, message: str | None) -> None:
        for mailbox in self.mailboxes:
            mailbox.put_nowait(message)


class Stream:
    """Fans events out to watchers; `tail` must run as long as there may be any."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels: dict[str, Channel] = {}
        self._seq = 0

    @property
    def n_watchers(self) -> int:
        """How many watch, all runs together."""
        return sum(len(channel.mailboxes) for channel in self._channels.values())

    @asynccontextmanager
    async def watch(self, run_id: str) -> AsyncIterator[Mailbox]:
        """Give a mailbox of messages; None in it means that the run has been deleted.

        Raises `GanError` when there is no such run.
        """
        run = await asyncio.to_thread(self._store.run, run_id)
        if not self._channels:
            await self._catch_up()
        channel = self._channels.setdefault(run_id, Channel(level_for(run.step)))
        mailbox: Mailbox = asyncio.Queue()
        channel.mailboxes.add(mailbox)  # before the snapshot is read: no event falls in between
        try:
            await self._restart(run_id, channel, mailbox)
            yield mailbox
        finally:
            channel.mailboxes.discard(mailbox)
            if not channel.mailboxes:
                self._channels.pop(run_id, None)

    async def _catch_up(self) -> None:
        """While nobody watches, nobody asks: whoever comes starts from a later snapshot."""
        last = await asyncio.to_thread(self._store.events.last_seq)
        if not self._channels:  # somebody else may have come meanwhile
            self._seq = last

    async def tail(self) -> None:
        """Follow the store for ever."""
        clock = asyncio.get_running_loop().time
        looked_at = clock()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._poll()
                if clock() - looked_at > LOOK_SECONDS:
                    looked_at = clock()
                    await self._look_after_some()
            except GanError as error:  # the store is away for a while
                log.warning("%s", error)
                await asyncio.sleep(LOOK_SECONDS)
            except Exception:  # nobody starts the tailer again: no figure would move any more
                log.exception("The stream goes on after an error that nobody expected")
                await asyncio.sleep(LOOK_SECONDS)

    async def _poll(self) -> None:
        asked_for = dict(self._channels)
        if not asked_for:
            return
        events = await asyncio.to_thread(self._store.events.after, self._seq, list(asked_for))
        if self._channels.items() - asked_for.items():
            return  # somebody began to watch meanwhile, perhaps anew: ask again, for that run too
        by_run: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_run[event.run_id].append(event)
        for run_id, new in by_run.items():
            channel = self._channels.get(run_id)
            if channel and not channel.has_failed:
                with _apart(run_id, channel):
                    await self._pass_on(run_id, channel, new)
        if events:
            self._seq = max(self._seq, events[-1].seq)  # another watcher may have caught up

    async def _pass_on(self, run_id: str, channel: Channel, events: list[Event]) -> None:
        kinds = {event.kind for event in events}
        level = level_for(max(event.step for event in events))
        if "rewind" in kinds or level > channel.level:
            await self._start_anew(run_id, channel, level)
            return
        changed = {}
        if kinds & {"status", "change"}:
            run = await asyncio.to_thread(self._store.run, run_id)
            changed = await asyncio.to_thread(state, self._store, run)
        message = delta(events, channel.level, changed)
        behind = [mailbox for mailbox in channel.mailboxes if mailbox.qsize() > MAX_BEHIND]
        channel.send(message)
        for mailbox in behind:
            _drain(mailbox)
            await self._restart(run_id, channel, mailbox)

    async def _start_anew(self, run_id: str, channel: Channel, level: int) -> None:
        """Send all watchers a snapshot at this level instead of what they have missed."""
        channel.level = level
        channel.send(await asyncio.to_thread(snapshot, self._store, run_id, level))
        channel.has_failed = False

    async def _restart(self, run_id: str, channel: Channel, mailbox: Mailbox) -> None:
        """Put a snapshot before whatever arrived while it was being read."""
        message = await asyncio.to_thread(snapshot, self._store, run_id, channel.level)
        for later in [message, *_drain(mailbox)]:
            mailbox.put_nowait(later)

    async def _look_after_some(self) -> None:
        """Those whose turn it is: while they are looked after, no news comes to anybody."""
        by_turns = sorted(self._channels.items(), key=lambda item: item[1].looked_after_at)
        for run_id, channel in by_turns[:LOOKED_AFTER_AT_ONCE]:
            channel.looked_after_at = time.monotonic()
            with _apart(run_id, channel):
                await self._look_after(run_id, channel)

    async def _look_after(self, run_id: str, channel: Channel) -> None:
        """Places in the queue and deletions make no event of the run; what failed starts anew."""
        try:
            run = await asyncio.to_thread(self._store.run, run_id)
        except UnknownRun:
            channel.send(None)
            return
        if channel.has_failed:
            await self._start_anew(run_id, channel, level_for(run.step))
        elif run.status == "queued":
            places = await asyncio.to_thread(state, self._store, run)
            channel.send(delta([], channel.level, places))


@contextmanager
def _apart(run_id: str, channel: Channel) -> Iterator[None]:
    """Keep what goes wrong with one run from the others."""
    try:
        yield
    except Exception as error:
        if not channel.has_failed:  # said once, however often it fails again
            is_known = isinstance(error, GanError)
            log.warning("Run %s cannot be followed: %s", run_id, error, exc_info=not is_known)
        channel.has_failed = True


def _drain(mailbox: Mailbox) -> list[str | None]:
    return [mailbox.get_nowait() for _ in range(mailbox.qsize())]
