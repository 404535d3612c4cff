"""The store of this app, and what a button does with it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from gan_core.runs.run import Run
from gan_core.runs.store import Store, default_url, open_store
from gan_core.text import GanError
from pages.parts.prose import say
from pages.parts.visitor import visitor


def store() -> Store:
    """The store of this app."""
    return open_store(default_url())


def attempt(action: Callable[[], object]) -> None:
    """Do what a button asks; a refusal becomes a message and changes nothing.

    Where the browser has asked for the page once more, Streamlit interrupts a callback as soon as
    it looks into the session: here, rather than with half of the action done.
    """
    interruption = _pending_interruption()
    try:
        action()
    except GanError as error:
        st.toast(say(error), icon=":material/error:")
    if interruption:
        raise interruption


def is_anothers(run: Run) -> bool:
    """Whether another browser has started a run; those that belong to nobody are anybody's."""
    return store().owners.of(run.id) not in (None, visitor())


def stop(*runs: Run) -> None:
    """Stop runs that are of no more use to the visitor; another's may be of use to them.

    Where one has ended meanwhile, all the better.
    """
    for run in runs:
        if is_anothers(run):
            continue
        with contextlib.suppress(GanError):
            store().controls.request(run.id, "stop")


def _pending_interruption() -> RerunException | None:
    try:
        st.session_state.get("anything")
    except RerunException as interruption:
        return interruption
    return None
