"""The connection to the store's database: transactions, one writer at a time, errors explained."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from gan_core.text import N_, GanError

BUSY_SECONDS = 10  # how long a writer waits for its turn in SQLite
_WRITE_LOCK = 7_245_113  # any fixed number: PostgreSQL's name for "one writer at a time"


class StoreError(GanError):
    """The database cannot be reached or written, be it for a moment or for good."""


def without_password(url: str) -> str:
    """Return a database URL, even one that cannot be parsed, as it may be shown to anybody."""
    url = re.sub(r"(://[^/@:]*):[^@]*@", r"\1:***@", url)
    return re.sub(r"([?&]\w*password=)[^&]*", r"\1***", url)


class Database:
    """A SQLite or PostgreSQL database; raises `StoreError` when it cannot be reached or written."""

    def __init__(self, url: str) -> None:
        self.url = _for_every_process(url)
        self._file: Path | None = None  # of a SQLite database
        self._inode: int | None = None  # of that file, once it is open
        try:
            parsed = sa.make_url(self.url)
            file = Path(parsed.database or "")
            if parsed.get_backend_name() == "sqlite" and file.is_absolute():
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not file.exists():  # the numbers by which browsers are known will be in it
                    file.touch(mode=0o600)
                self._file = file
            # A server that was restarted has closed our connections: look before using one.
            self.engine = sa.create_engine(parsed, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError, ImportError, OSError, ValueError) as error:
            raise _unusable(url, error) from error
        sa.event.listen(self.engine, "connect", _prepare_connection)
        sa.event.listen(self.engine, "begin", _begin)
        self._writing = self.engine.execution_options(writes=True)
        self._reading = self.engine
        if self.engine.dialect.name != "sqlite":  # where each statement has a moment of its own
            self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open a transaction that may write; others wait for their turn."""
        self._must_be_there()
        with _errors_explained(self.url), self._writing.begin() as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a transaction that only reads, all of it at one moment."""
        self._must_be_there()
        with _errors_explained(self.url), self._reading.begin() as db:
            yield db

    def _must_be_there(self) -> None:
        """A file that is deleted while it is open can still be written, and all of it is lost."""
        if not self._file:
            return
        try:
            inode = self._file.stat().st_ino
        except OSError:
            inode = None
        if self._inode is None:
            self._inode = inode  # None before the first transaction makes the file
        elif inode != self._inode:
            raise StoreError(
                N_(
                    "The store {url} is gone: its file was deleted, moved or replaced. Put it "
                    "back, or start GAN Dojo again, which makes a new one."
                ),
                url=without_password(self.url),
            )


def _for_every_process(url: str) -> str:
    """A URL that names the same database in processes that work in other folders.

    Raises `GanError` for one in memory, and for what is no URL.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _unusable(url, error) from error
    if parsed.get_backend_name() != "sqlite":
        return url
    path = parsed.database or ":memory:"
    if ":memory:" in path or parsed.query.get("mode") == "memory":
        raise GanError(
            N_(
                "The store {url} lies in memory, where no other process can see it. "
                "Name a file in GAN_STORE, such as sqlite:////path/to/file."
            ),
            url=url,
        )
    if Path(path.removeprefix("file:")).is_absolute():
        return url
    if path.startswith("file:") and "uri" in parsed.query:  # SQLite's own kind of URL
        absolute = urljoin(f"{Path.cwd().as_uri()}/", path)
    else:
        absolute = str(Path(path).absolute())
    return parsed.set(database=absolute).render_as_string()


def _prepare_connection(connection: Any, _record: Any) -> None:
    if type(connection).__module__ != "sqlite3":
        return
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    for pragma in ("synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers read while somebody writes; wait when others open the same new file."""
    give_up_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            # Here SQLite does not heed busy_timeout.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)


def _begin(db: sa.Connection) -> None:
    """One writer at a time, so that events are committed in the order of their numbers."""
    writes = db.get_execution_options().get("writes", False)
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")


@contextmanager
def _errors_explained(url: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _unusable(url, error.orig or error) from error
    except NoFreeConnection as error:
        raise _unusable(url, error) from error


def _unusable(url: str, reason: BaseException) -> StoreError:
    name = without_password(url)
    if getattr(reason, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return StoreError(
            N_("Somebody else has been writing into the store {url} for {seconds} s. Try again."),
            url=name,
            seconds=BUSY_SECONDS,
        )
    return StoreError(
        N_(
            "The store {url} cannot be used ({reason}). Free some disk space, make it writable, or "
            "name another one in GAN_STORE, such as sqlite:////path/to/file."
        ),
        url=name,
        reason=str(reason).strip() or type(reason).__name__,
    )
