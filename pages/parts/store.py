"""The store of this app, and what a button does with it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gan_core.runs.store import Store, default_url, open_store
from gan_core.text import GanError
from pages.parts.prose import say


def store() -> Store:
    """The store of this app."""
    return open_store(default_url())


def attempt(action: Callable[[], object]) -> None:
    """Do what a button asks; a refusal becomes a message and changes nothing."""
    try:
        action()
    except GanError as error:
        st.toast(say(error), icon=":material/error:")
