"""The store that the pages use, and runs in any state in it."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
import streamlit as st

from gan_core.config import RunConfig
from gan_core.runs.claims import holder_name
from gan_core.runs.run import ENDED
from gan_core.runs.store import Store
from gan_core.text import Text
from pages.parts import store as store_of_the_app
from pages.parts import visitor

MakeRun = Callable[..., str]


@pytest.fixture(autouse=True)
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a test's browser keeps: whatever it visits, it is one visitor, until a test says else.

    `AppTest` knows of no cookies.
    """
    kept = {visitor.COOKIE: visitor.new()}
    monkeypatch.setattr(type(st.context), "cookies", kept)
    return kept


@pytest.fixture(autouse=True)
def _store_of_this_test(
    open_at: Callable[[str], Store], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a page keeps, it keeps in a store of this test, made when it is first opened."""
    monkeypatch.setenv("GAN_STORE", sqlite_url)
    monkeypatch.setattr(store_of_the_app, "open_store", functools.cache(open_at))


@pytest.fixture
def store() -> Store:
    """The store of the pages, empty."""
    return store_of_the_app.store()


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the language for AppTest, which writes the options of a list anew outside of sessions.

    What `language` remembers there is set, as modules that a test imports first keep a patched one.
    """

    def speak_one(language: str) -> None:
        monkeypatch.setitem(st.query_params, "lang", language)
        monkeypatch.setitem(st.session_state, "language", language)

    return speak_one


@pytest.fixture
def make_run(store: Store) -> MakeRun:
    """Makes a run in any state, as if this process had trained it; returns its id."""

    def make(status: str = "queued", message: Text | None = None, name: str = "") -> str:
        run_id = store.create_run(RunConfig(), name)
        if status != "queued":
            holder = holder_name()
            store.claims.take(run_id, holder)
            store.set_status(run_id, holder, status, message)
            if status in ENDED:
                store.claims.release(run_id, holder)
        return run_id

    return make
