"""Buttons pressed at the very moment at which the browser asks for the page once more."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.runtime.scriptrunner import RerunException

from pages.parts import links, progress
from pages.parts import store as store_of_the_app
from pages.parts.store import attempt


class Session(dict[str, Any]):
    """Interrupts whoever looks into it, as Streamlit does, as often as there are requests."""

    requests = 0

    def _interrupt(self) -> None:
        if self.requests:
            self.requests -= 1
            raise RerunException(None)  # type: ignore[arg-type]

    def get(self, key: str, default: Any = None) -> Any:
        self._interrupt()
        return super().get(key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        self._interrupt()
        super().__setitem__(key, value)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    session = Session()
    for module in (links, store_of_the_app):
        monkeypatch.setattr(module.st, "session_state", session)
    return session


def test_action_is_done_whole_before_the_page_runs_again(session: Session) -> None:
    done = []

    def action() -> None:
        links.remember("first", 1)
        done.append(session.get("first"))

    session.requests = 1
    with pytest.raises(RerunException):
        attempt(action)
    assert done == [1]


def test_what_is_remembered_stays_when_the_browser_asks_in_between(session: Session) -> None:
    def action() -> None:
        session.requests = 1
        links.go_to(run="new", at=None)

    with pytest.raises(RerunException):
        attempt(action)
    assert {"run": "new", "at": None} in session.values()


def test_many_values_are_remembered_all(session: Session) -> None:
    session.requests = 1
    with pytest.raises(RerunException):
        links.remember_all({"a": 1, "b": 2, "c": 3})
    assert session == {"a": 1, "b": 2, "c": 3}


def test_starting_over_forgets_all_that_was_answered(session: Session) -> None:
    session |= {"check lesson 0": 1, "check lesson 1": 0, "predict curve": "up"}
    session.requests = 1
    with pytest.raises(RerunException):
        progress._forget()
    assert set(session.values()) == {None, frozenset()}


def test_without_an_interruption_nothing_is_raised(session: Session) -> None:
    attempt(lambda: links.go_to(run="new"))
    assert {"run": "new"} in session.values()
