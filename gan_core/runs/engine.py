"""The engine: takes queued runs from the store and has Dask workers train them.

It has them answer questions as well, such as how a network is built.

It is a process of its own, `python -m gan_core.runs.engine`, so that neither TensorFlow nor Dask
lives in the web process. It ends when its standard input closes, that is, with whoever started it.

Environment:
    GAN_SCHEDULER: address of an existing Dask scheduler; an embedded cluster is started otherwise.
    GAN_SLOTS: how many picture runs may train at once; the number of processor cores otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import secrets
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import dask
from dask.system import CPU_COUNT
from distributed import Client, Future, Nanny, Scheduler, SpecCluster

from gan_core.runs import answering, job
from gan_core.runs.answers import is_long
from gan_core.runs.claims import Superseded, holder_name
from gan_core.runs.database import StoreError
from gan_core.runs.engines import Engine
from gan_core.runs.run import Run
from gan_core.runs.slots import POINTS, POINTS_SHARE, SLOT, is_of_points, share_of, wanted_slots
from gan_core.runs.store import Store, default_url, open_store
from gan_core.text import N_, GanError, Text
from gan_core.training.device import ONE_THREAD

POLL_SECONDS = 0.05  # a student who presses a button waits for this
HEARTBEAT_SECONDS = 5.0
HERE = "127.0.0.1"
CORES_PER_WORKER = 8  # one TensorFlow process feeds this many cores
MAX_QUESTIONS, MAX_LONG = 4, 2  # at once: some take minutes, and others shall not wait for them
MAX_RESTARTS = 20  # of one run whose worker is killed or whose store is away, before it has failed

log = logging.getLogger(__name__)


def connect(slots: float) -> Client:
    """Return a client of the cluster that GAN_SCHEDULER names, or of a new one on this machine."""
    address = os.environ.get("GAN_SCHEDULER")
    if address:
        try:
            return Client(address, timeout="10s")
        except (OSError, TimeoutError, ValueError) as error:
            raise GanError(
                N_("No Dask scheduler answers at GAN_SCHEDULER = {address} ({reason})."),
                address=address,
                reason=str(error),
            ) from error
    dask.config.set(
        {
            # A killed worker is no fault of the run it trained.
            "distributed.scheduler.allowed-failures": MAX_RESTARTS,
            # Nor is it lost while it imports TensorFlow again, however slow the machine.
            "distributed.deploy.lost-worker-timeout": "10 minutes",
            # Dask trims memory for its own array tasks; after each call that costs TensorFlow time.
            # What NumPy computes here is small, and faster done than shared among threads.
            "distributed.nanny.pre-spawn-environ": {"OPENBLAS_NUM_THREADS": 1},
            # Dask's profiler would interrupt every worker a hundred times a second.
            "distributed.worker.profile.enabled": False,
            # And its clocks wake each process fifty times a second, to see whether it is in time.
            "distributed.admin.tick.interval": "1s",
        }
    )
    return Client(_cluster_on_this_machine(slots))


def _cluster_on_this_machine(slots: float) -> SpecCluster:
    """Workers for pictures, and one for points in the plane.

    Convolutions want all cores. The small networks of points take less than a tenth of a
    millisecond a step, of which threads that wait for each other were a third: in a process of
    their own, they have one thread each.
    """
    pictures = [
        _worker({SLOT: share}, int(share) + MAX_QUESTIONS) for share in shared_out(slots, CPU_COUNT)
    ]
    points = _worker({POINTS: slots}, round(slots / POINTS_SHARE) + 1, env=ONE_THREAD)
    at_any_port = {"port": 0, "dashboard_address": f"{HERE}:0"}  # nobody looks at a dashboard
    return SpecCluster(
        scheduler={"cls": Scheduler, "options": {"host": HERE, **at_any_port}},
        workers={POINTS: points} | {f"pictures {i}": each for i, each in enumerate(pictures)},
        silence_logs=logging.WARNING,
    )


def shared_out(slots: float, n_cores: int) -> list[float]:
    """The slots of each worker for pictures: whole ones, since a run trains in one worker.

    The part that is left of a broken number is the last worker's: runs of points take parts.
    """
    n_workers = max(1, min(n_cores // CORES_PER_WORKER, int(slots)))
    shares = [(slots + i) // n_workers for i in range(n_workers)]  # as equal as can be
    shares[-1] += slots % 1
    return shares


def _worker(resources: dict[str, float], nthreads: int, **options: Any) -> dict[str, Any]:
    here = {
        "host": HERE,
        "preload": "gan_core.training.warm",
        "silence_logs": logging.WARNING,
    }
    return {
        "cls": Nanny,
        "options": {**here, "resources": resources, "nthreads": nthreads, **options},
    }


class Dispatcher:
    """Hands free slots to waiting runs, in their turn (see `claims`)."""

    def __init__(self, store: Store, client: Client) -> None:
        self._store, self._client = store, client
        self._futures: dict[str, tuple[Future, float]] = {}
        self._restarts: Counter[str] = Counter()  # of runs that the store did not let go on
        self._name = secrets.token_hex(4)  # among all engines that share the store

    def slots(self) -> float:
        """All slots of all workers, taken or not."""
        return sum(resources.get(SLOT, 0.0) for resources in self._resources())

    def _resources(self) -> list[dict[str, float]]:
        """What each worker offers."""
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return [worker["resources"] for worker in workers.values()]

    def dispatch(self) -> None:
        """Look after finished jobs, then submit as many waiting runs as there are slots for."""
        for run_id, (future, _) in list(self._futures.items()):
            if future.done():
                self._note_end(run_id, future)
        wanting = self._store.claims.wanting_worker()
        waiting = [run for run in wanting if run.id not in self._futures]
        if not waiting:
            return
        free = self.slots() - sum(share for _, share in self._futures.values())
        for run in waiting:
            share = share_of(run)
            if share > free:
                return  # nobody overtakes
            self._submit(run, share)
            free -= share

    def _submit(self, run: Run, share: float) -> None:
        by_itself = is_of_points(run) and any(POINTS in offered for offered in self._resources())
        wanted = {POINTS if by_itself else SLOT: share}
        future = self._client.submit(
            job.execute_for,
            self._name,
            self._store.url,
            run.id,
            pure=False,
            resources=wanted,
        )
        self._futures[run.id] = (future, share)

    def _note_end(self, run_id: str, future: Future) -> None:
        """A job that raised could not write its end into the store itself: try it from here.

        But if it has ended otherwise, or another engine trains it by now, all is well. What the
        store did not let go on, since it was full or away, waits for a worker again.
        """
        if future.status == "error":
            error = future.exception()
            log.error("Run %s ended with %r", run_id, error)
            with contextlib.suppress(Superseded):  # deleted in the meantime
                holder = holder_name()
                if self._store.claims.take(run_id, holder, of_engine=self._name):
                    if isinstance(error, StoreError) and self._restarts[run_id] < MAX_RESTARTS:
                        self._restarts[run_id] += 1
                        self._store.claims.release(run_id, holder)
                    else:
                        text = error.text if isinstance(error, GanError) else _lost(error)
                        self._store.give_back(run_id, holder, "failed", text)
        del self._futures[run_id]


class Desk:
    """Hands questions to workers: a few at a time, in the order in which they were asked.

    A question takes no slot, but a worker that has some. It stays unanswered in the store when
    worker or engine die over it, and so is asked again.
    """

    def __init__(self, store: Store, client: Client) -> None:
        self._store, self._client = store, client
        self._asked: dict[str, Future] = {}
        self._again: Counter[str] = Counter()  # how often of those that the store let fail

    def dispatch(self) -> None:
        """Look after the questions that were handed over, then hand over another one."""
        for asked, future in list(self._asked.items()):
            if future.done():
                if future.status == "error":
                    self._note_failure(asked, future.exception())
                del self._asked[asked]
        if len(self._asked) == MAX_QUESTIONS:
            return
        n_long = sum(is_long(asked) for asked in self._asked)
        answers = self._store.answers
        if following := answers.next_unanswered(besides=self._asked, short=n_long >= MAX_LONG):
            self._asked[following] = self._client.submit(
                answering.answer, self._store.url, following, pure=False, resources={SLOT: 0}
            )

    def _note_failure(self, asked: str, error: BaseException) -> None:
        """What failed by the store alone, since it was full or away, is asked again."""
        log.error("The question %s ended with %r", asked, error)
        if isinstance(error, StoreError) and self._again[asked] < MAX_RESTARTS:
            self._again[asked] += 1
        else:
            self._store.answers.answer(asked, answering.failure(error))


def _lost(error: object) -> Text:
    return Text(
        N_(
            "The process that trained this run ended again and again ({reason}). "
            "It may have run out of memory."
        ),
        {"reason": type(error).__name__},
    )


def serve(store: Store, ended: threading.Event, url: str | None = None) -> None:
    """Dispatch until `ended` is set."""
    name = holder_name()
    beat = Engine(name, wanted_slots(), "starting", url)
    store.engines.seen(beat)
    try:
        client = _wait_for_cluster(store, beat, ended)
        if client is None:
            return
        with client:
            dispatcher, desk = Dispatcher(store, client), Desk(store, client)
            beats_at, complaint = time.monotonic(), ""
            while not ended.wait(POLL_SECONDS):
                try:
                    if time.monotonic() >= beats_at:
                        store.engines.seen(Engine(name, dispatcher.slots(), "ready", url))
                        beats_at = time.monotonic() + HEARTBEAT_SECONDS
                    dispatcher.dispatch()
                    desk.dispatch()
                    complaint = ""
                except GanError as error:  # the store is full or away: it may come back
                    if str(error) != complaint:  # said once: a log may lie on the same full disk
                        log.error("%s", error)
                    complaint = str(error)
                    ended.wait(1.0)
            if client.cluster:
                client.cluster.close()
    finally:
        store.engines.gone(name)


def _wait_for_cluster(store: Store, engine: Engine, ended: threading.Event) -> Client | None:
    """Connect, however long it takes until a scheduler answers; None where the end comes first."""
    while not ended.is_set():
        try:
            return connect(engine.slots)
        except GanError as error:
            log.error("%s", error)
            store.engines.seen(replace(engine, state="alone"))
            ended.wait(HEARTBEAT_SECONDS)
    return None


def main() -> int:
    """Run the engine until standard input closes."""
    parser = argparse.ArgumentParser(prog="python -m gan_core.runs.engine", description=__doc__)
    parser.add_argument("--store", default=default_url(), help="database URL; default: GAN_STORE")
    parser.add_argument("--url", help="address of the page that this engine works for")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    ended = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(ended,), daemon=True).start()
    try:
        serve(open_store(arguments.store), ended, arguments.url)
    except GanError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _wait_for_end_of_input(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
