"""A link for a lesson: this very picture, without the controls that would distract from it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from gan_core.config import RunConfig
from gan_core.text import N_
from pages.parts.choices import choose
from pages.parts.controls import label
from pages.parts.links import HIDE, to_share
from pages.parts.prose import _
from pages.parts.sharing import scan_button

PARTS: Mapping[str, str] = {  # of a page, besides the fields of the form
    "preset": N_("Presets"),
    "layers": N_("Layers"),
    "buttons": N_("Buttons of a run"),
    "turns": N_("Turns of one player alone"),
    "doctor": N_("Doctor"),
    "changes": N_("Change while it trains"),
    "branch": N_("Branches"),
    "about": N_("Settings of a run"),
    "export": N_("Take it home"),
    "pair": N_("Side by side"),
    "seeds": N_("Bands: the same settings with other seeds"),
    "lesson": N_("This box"),
}


def lesson_link() -> None:
    """Let a teacher choose what a link hides, and give the link."""
    with st.expander(_("A link for a lesson")):
        st.caption(_("It opens this page as it is now, without the controls chosen here."))
        chosen = choose(
            st.multiselect,
            _("Hide"),
            [*PARTS, *RunConfig.names()],
            format_func=lambda name: _(PARTS[name]) if name in PARTS else label(name),
            key="hide",
            placeholder=_("Nothing is hidden"),
            persist_state="session",
        )
        query = to_share() | ({HIDE: ",".join(chosen)} if chosen else {})
        if chosen:
            page = (st.context.url or "").partition("?")[0]
            st.code(f"{page}?{urlencode(query)}", language=None, wrap_lines=True)
        scan_button(query)
