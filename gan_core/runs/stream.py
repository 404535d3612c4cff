"""The stream: what happens in the store, handed to whoever watches a run.

One tailer asks the store for everything new, whatever the number of runs and watchers. A watcher
first gets a snapshot (the whole run so far at a resolution that a picture needs), then deltas. Each
message is encoded once per run, not once per watcher; a watcher that cannot keep up gets a new
snapshot instead of what it missed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gan_core.runs.curve import level_for
from gan_core.runs.events import Event
from gan_core.runs.messages import delta, snapshot, state
from gan_core.runs.store import Store
from gan_core.text import GanError

POLL_SECONDS = 0.025
PLACES_SECONDS = 1.0  # between two looks at the queue and at deleted runs
MAX_BEHIND = 30  # messages

Mailbox = asyncio.Queue[str | None]

log = logging.getLogger(__name__)


class Channel:
    """The watchers of one run, and the resolution at which they see its curves."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.mailboxes: set[Mailbox] = set()

    def send(self, message: str | None) -> None:
        for mailbox in self.mailboxes:
            mailbox.put_nowait(message)


class Stream:
    """Fans events out to watchers; `tail` must run as long as there may be any."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels: dict[str, Channel] = {}
        self._seq = store.events.last_seq()  # whoever comes starts from a later snapshot

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

    async def tail(self) -> None:
        """Follow the store for ever."""
        clock = asyncio.get_running_loop().time
        looked_at_places = clock()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._poll()
                if clock() - looked_at_places > PLACES_SECONDS:
                    looked_at_places = clock()
                    await self._tell_places()
            except GanError as error:  # the store is away for a while, or a run was just deleted
                log.warning("%s", error)
                await asyncio.sleep(PLACES_SECONDS)
            except Exception:  # nobody starts the tailer again: no figure would move any more
                log.exception("The stream goes on after an error that nobody expected")
                await asyncio.sleep(PLACES_SECONDS)

    async def _poll(self) -> None:
        run_ids = list(self._channels)
        if not run_ids:
            last = await asyncio.to_thread(self._store.events.last_seq)
            if not self._channels:
                self._seq = last
            return
        events = await asyncio.to_thread(self._store.events.after, self._seq, run_ids)
        if self._channels.keys() - set(run_ids):
            return  # somebody began to watch meanwhile: ask again, for that run too
        by_run: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_run[event.run_id].append(event)
        for run_id, new in by_run.items():
            channel = self._channels.get(run_id)
            if channel:
                await self._pass_on(run_id, channel, new)
        if events:
            self._seq = events[-1].seq

    async def _pass_on(self, run_id: str, channel: Channel, events: list[Event]) -> None:
        kinds = {event.kind for event in events}
        level = level_for(max(event.step for event in events))
        if "rewind" in kinds or level > channel.level:
            channel.level = level
            channel.send(await asyncio.to_thread(snapshot, self._store, run_id, level))
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

    async def _restart(self, run_id: str, channel: Channel, mailbox: Mailbox) -> None:
        """Put a snapshot before whatever arrived while it was being read."""
        message = await asyncio.to_thread(snapshot, self._store, run_id, channel.level)
        for later in [message, *_drain(mailbox)]:
            mailbox.put_nowait(later)

    async def _tell_places(self) -> None:
        """Places in the queue and deletions make no event of the run itself."""
        for run_id, channel in list(self._channels.items()):
            try:
                run = await asyncio.to_thread(self._store.run, run_id)
            except GanError:
                channel.send(None)
                continue
            if run.status == "queued":
                places = await asyncio.to_thread(state, self._store, run)
                channel.send(delta([], channel.level, places))


def _drain(mailbox: Mailbox) -> list[str | None]:
    return [mailbox.get_nowait() for _ in range(mailbox.qsize())]
