"""Failure gallery: how GANs go wrong, one click each, with the cure trained beside it."""

from __future__ import annotations

import streamlit as st

from gan_core.gallery import FAILURES, Failure
from gan_core.presets import PLANE_PRESETS
from gan_core.runs.names import named_after
from gan_core.text import GanError
from pages.parts.controls import form_in_link, label
from pages.parts.fields import shown_value
from pages.parts.links import forget_other_pages
from pages.parts.prose import _, language, markdown, say
from pages.parts.store import store
from pages.parts.visitor import visitor

LAYERS = "real,fake,surface,arrows"


def show(failure: Failure) -> None:
    """Queue the failing run and the cured one, and go where they can be seen."""
    title = _(failure.title)
    runs = {
        "run": (failure.config, title),
        "beside": (failure.cured, named_after(title, _("{name}: its cure"))),
    }
    try:
        query = {
            place: store().create_run(config, name, owner=visitor())
            for place, (config, name) in runs.items()
        }
    except GanError as error:
        st.toast(say(error), icon=":material/error:")
        return
    query |= form_in_link(failure.config, PLANE_PRESETS) | {"layers": LAYERS, "lang": language()}
    st.switch_page("playground.py", query_params=query)


def card(failure: Failure) -> None:
    """What goes wrong, what heals it, and the button that shows both."""
    with st.container(border=True):
        st.subheader(_(failure.title), anchor=False)
        st.markdown(_(failure.help))
        changes = [
            _("{setting}: **{value}**").format(
                setting=label(name), value=shown_value(failure.cured, name)
            )
            for name in failure.cure
        ]
        st.markdown(
            _("**The cure** ({changes}): {help}").format(
                changes=_(", ").join(changes), help=_(failure.cure_help)
            )
        )
        if st.button(_("Train both"), icon=":material/play_circle:", key=failure.name):
            show(failure)


forget_other_pages()
markdown("failures")
for failure in FAILURES.values():
    card(failure)
markdown("failures_next")
