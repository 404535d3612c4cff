"""The store's database: where it is, and what is said when it cannot be used."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from gan_core.runs.database import StoreError
from gan_core.runs.store import Store, default_url, open_store
from gan_core.text import GanError
from tests.recorded import CONFIG, append, assert_holds_exactly, claimed_run, records, write

Opener = Callable[[str], Store]


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "",
        "://",
        "unknown://host/database",
        "postgresql+unknown://host/database",
        "postgresql://host:port/database",
        "sqlite:////dev/null/store.sqlite3",
        "sqlite:////",
        "postgresql://user@127.0.0.1:1/database",
    ],
)
def test_store_that_cannot_be_opened_is_named(url: str) -> None:
    with pytest.raises(GanError) as raised:
        Store(url)
    assert str(raised.value).startswith(f"The store {url} cannot be used (")
    assert "GAN_STORE" in str(raised.value)


@pytest.mark.parametrize("port", ["1", "nonsense"])
def test_password_of_the_store_is_never_shown(port: str) -> None:
    with pytest.raises(GanError) as raised:
        Store(f"postgresql://user:secret@127.0.0.1:{port}/database")
    assert "secret" not in str(raised.value)
    assert "user:***@" in str(raised.value)
    with pytest.raises(GanError) as raised:
        Store(f"postgresql://user@127.0.0.1:{port}/database?password=secret&connect_timeout=2")
    assert "secret" not in str(raised.value)
    assert "?password=***" in str(raised.value)


def test_store_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "store.sqlite3"
    Store(f"sqlite:///{file}")
    modes = {
        each.name: each.stat().st_mode & 0o777 for each in (file.parent, *file.parent.iterdir())
    }
    assert modes.pop("new") == 0o700
    assert {*modes.values()} == {0o600}


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_text("something else " * 1000)
    with pytest.raises(GanError, match=r"store\.sqlite3 cannot be used \(file is not a database"):
        Store(f"sqlite:///{path}")


def test_store_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    sqlite3.connect(path).close()
    path.touch()
    with pytest.raises(GanError, match=r"cannot be used \(attempt to write a readonly database"):
        Store(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_folder_of_a_new_store_is_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'store.sqlite3'}"
    assert open_store(url) is open_store(url)
    assert open_store(url).runs() == []


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///100%25 mine/store.sqlite3?timeout=3",
        "sqlite:///file:100%2525 mine/store.sqlite3?timeout=3&uri=true&mode=rwc",
        "sqlite:///file:./100%2525 mine/store.sqlite3?uri=true",
    ],
)
def test_relative_path_means_the_same_file_from_every_folder(
    open_at: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    folder = tmp_path / "what else?"
    (folder / "100% mine").mkdir(parents=True)
    monkeypatch.chdir(folder)
    here = open_at(url)
    run_id = here.create_run(CONFIG)
    monkeypatch.chdir("/")
    assert [run.id for run in open_at(here.url).runs()] == [run_id]
    assert (folder / "100% mine" / "store.sqlite3").exists()
    assert open_at(here.url).url == here.url


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:name?mode=memory&cache=shared&uri=true",
    ],
)
def test_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(GanError) as raised:
        Store(url)
    assert str(raised.value).startswith(f"The store {url} lies in memory")
    assert "Name a file in GAN_STORE" in str(raised.value)


def test_new_file_waits_for_whoever_else_opens_it(open_at: Opener, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.rollback).start()
    assert open_at(f"sqlite:///{path}").runs() == []
    other.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_may_open_a_new_store_at_once(
    request: pytest.FixtureRequest, open_at: Opener, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(open_at, [url] * 8))
    assert [each.runs() for each in stores] == [[]] * 8


def test_store_s_place_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert default_url() == "sqlite:////home/somebody/.gan_dojo/store.sqlite3"
    monkeypatch.setenv("GAN_STORE", "postgresql://host/database")
    assert default_url() == "postgresql://host/database"


def test_one_connection_too_many_is_explained(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool: Any = store._database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.01)
    with ExitStack() as held:
        for _ in range(pool.size() + pool._max_overflow):
            held.enter_context(store._database.read())
        with pytest.raises(GanError, match=r"cannot be used \(QueuePool limit"):
            store.events.last_seq()


def test_full_disk_is_explained_and_loses_nothing(store: Store) -> None:
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100))
    n_events = len(store.events.after(0, [run_id]))
    with no_room_to_grow(store), pytest.raises(GanError, match=r"full.*disk space"):
        append(store, run_id, holder, 101, {0: records(1)}, frame=bytes(1_000_000))
    assert store.run(run_id).step == 100
    assert len(store.events.after(0, [run_id])) == n_events
    assert_holds_exactly(store, run_id, records(100))


def test_store_goes_on_once_there_is_room_again(store: Store) -> None:
    run_id, holder = claimed_run(store)
    with no_room_to_grow(store), pytest.raises(GanError):
        store.checkpoints.save(run_id, holder, 1, bytes(1_000_000))
    store.checkpoints.save(run_id, holder, 1, bytes(1_000_000))
    assert store.checkpoints.data(run_id) == bytes(1_000_000)


@contextmanager
def no_room_to_grow(store: Store) -> Iterator[None]:
    """SQLite refuses to enlarge its file, as on a full disk."""

    def limit(pages: int) -> None:
        with store._database.engine.begin() as db:
            db.execute(sa.text(f"PRAGMA max_page_count = {pages}"))

    with store._database.engine.begin() as db:
        present = db.scalar(sa.text("PRAGMA page_count"))
    limit(present)
    yield
    limit(2**30)


def test_connections_that_the_server_closed_are_made_anew(
    open_at: Opener, postgres_url: str
) -> None:
    store = open_at(postgres_url)
    run_id = store.create_run(CONFIG)
    with psycopg.connect(postgres_url) as other:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        ended = other.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}".encode()
        )
        assert ended.fetchall()
    assert [run.id for run in store.runs()] == [run_id]


def test_a_file_that_was_taken_away_or_replaced_is_not_used(tmp_path: Path) -> None:
    """SQLite would go on writing into it, and all of that be lost with the last process."""
    file, aside = tmp_path / "store.sqlite3", tmp_path / "aside"
    store = Store(f"sqlite:///{file}")
    kept = store.create_run(CONFIG)
    file.rename(aside)
    with pytest.raises(StoreError, match="is gone"):
        store.create_run(CONFIG)
    with pytest.raises(StoreError, match="is gone"):
        store.runs()
    assert not file.exists(), "nor made anew"
    file.touch()
    with pytest.raises(StoreError, match="is gone"):
        store.create_run(CONFIG)
    aside.replace(file)
    assert [run.id for run in store.runs()] == [kept]
    store._database.engine.dispose()
