"""The button that trains the settings on the left, or behind », where there is no left."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core.config import RunConfig
from pages.parts.controls import current_values
from pages.parts.links import go_to
from pages.parts.prose import _
from pages.parts.store import attempt, store
from pages.parts.visitor import visitor

# Wider windows show the sidebar, and the button in it, beside the page.
_ON_PHONES = """<style>@media (min-width: 769px) {
    [data-testid="stLayoutWrapper"]:has(> .st-key-on_a_phone) { display: none; }
}</style>"""


def train_button(place: DeltaGenerator, key: str = "train") -> None:
    """Draw it there; pressed, it queues a run with the settings of that moment."""
    place.button(
        _("Train"),
        key=key,
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        on_click=attempt,
        args=(_start,),
    )


def train_button_on_a_phone() -> None:
    """Draw it on the page where a window is so narrow that the sidebar would cover the run."""
    with st.container(key="on_a_phone"):
        st.html(_ON_PHONES)
        st.caption(_("The settings are behind » at the top."))
        train_button(st.container(), key="train on a phone")


def _start() -> None:
    """Queue the run and show it alone."""
    run_id = store().create_run(RunConfig.parse(current_values()), owner=visitor())
    go_to(run=run_id, beside=None, at=None)
