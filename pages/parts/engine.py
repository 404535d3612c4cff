"""The engine, where a reader notices it: why runs wait, if they do."""

from __future__ import annotations

import streamlit as st

from gan_core.text import GanError
from pages.parts.prose import _
from pages.parts.store import store

LOOK_AGAIN_SECONDS = 3.0
SILENT_SECONDS = 20.0  # an engine writes every five seconds, but for one that waits for its turn
_ICON, _SAID = ":material/hard_drive:", "that the engine is silent has been said"


def engine_notice() -> None:
    """Say that no run can begin yet, and why, for as long as that is so."""
    if _what_hinders():
        st.fragment(_notice, run_every=LOOK_AGAIN_SECONDS)()


def silence_notice() -> None:
    """Say that nothing is written down any more, if that is so, while a run is watched.

    Here, and once where it is seen wherever the reader looks.
    """
    engines = store().engines
    if not engines.alive() or engines.silent_seconds() <= SILENT_SECONDS:
        st.session_state.pop(_SAID, None)
        return
    sentence = _(
        "The training engine cannot write into the store; its disk may be full. Runs go on from "
        "their last checkpoints as soon as there is room."
    )
    st.warning(sentence, icon=_ICON)
    if _SAID not in st.session_state:
        st.session_state[_SAID] = True
        st.toast(sentence, icon=_ICON, duration="long")


def _notice() -> None:
    try:
        reason = _what_hinders()
    except GanError:  # the store is away: the page says so
        reason = ""
    if reason:
        st.warning(reason)
    else:
        st.rerun()


def _what_hinders() -> str:
    alive = store().engines.alive()
    if not alive:
        return _("The training engine is starting. Runs wait until it is ready.")
    if all(engine.state == "alone" for engine in alive):
        return _(
            "No Dask scheduler answers at the address in GAN_SCHEDULER. Runs wait until one does."
        )
    return ""
