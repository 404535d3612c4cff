"""The layers of the picture of the plane: which of them are on, kept in the URL."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from gan_core.text import N_
from pages.parts import links
from pages.parts.live_figure import LAYERS
from pages.parts.prose import _

ON_AT_FIRST = ("real", "fake", "surface")
_KEY, _WANTED, _NONE = "layers", "layer to switch on", "none"
TITLES: Mapping[str, str] = dict(
    zip(
        LAYERS,
        (
            N_("Real"),
            N_("Generated"),
            N_("What D says"),
            N_("The best D"),
            N_("Warped noise"),
            N_("Slopes for G"),
            N_("What happens in a step"),
        ),
        strict=True,
    )
)


def switch_on(layer: str) -> None:
    """For callbacks: switch a layer on, as if a reader had.

    The browser may come once more with the switches as they were: wanted until it has seen it on.
    """
    links.remember(_WANTED, layer)


def layer_switches() -> list[str]:
    """Draw a switch for each layer; return those that are on."""
    asked = links.asked(_KEY)
    if asked is None and _KEY not in st.session_state:
        asked = ",".join(ON_AT_FIRST)
    if asked is not None:
        named = set(asked.split(",")) - {_NONE}
        st.session_state[_KEY] = [layer for layer in LAYERS if layer in named]
        if named - {*LAYERS}:
            links.not_to_be_had(_("The link names layers that this picture does not have."))
    wanted = st.session_state.get(_WANTED)
    if wanted in st.session_state[_KEY]:
        del st.session_state[_WANTED]
    elif wanted:
        st.session_state[_KEY] = [*st.session_state[_KEY], wanted]
    if links.hidden(_KEY):
        return list(st.session_state[_KEY])
    chosen = st.pills(
        _("Layers"),
        LAYERS,
        selection_mode="multi",
        format_func=lambda layer: _(TITLES[layer]),
        key=_KEY,
        persist_state="session",
        label_visibility="collapsed",
    )
    links.tell(_KEY, ",".join(chosen) or _NONE)
    return list(chosen)
