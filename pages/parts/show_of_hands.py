"""A show of hands: what a class has chosen on its own devices, counted on the projector."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import streamlit as st

from gan_core.text import GanError
from pages.parts.projector import is_projected, shows_hands
from pages.parts.prose import _, say
from pages.parts.store import store
from pages.parts.visitor import visitor

EVERY_SECONDS = 2.0


def show_of_hands(question: str, options: Mapping[str, str], mine: str | None) -> None:
    """Count in what the visitor has chosen; on the projector, draw what all have, if wanted.

    `options` maps keys to translated sentences, and `mine` is the key of one of them. Whoever
    projects a lesson asks, and does not vote.
    """
    if not is_projected():
        _vote(question, mine)
    elif shows_hands():
        st.fragment(_draw, run_every=EVERY_SECONDS)(question, options)


def _vote(question: str, mine: str | None) -> None:
    told = f"vote on {question}"
    if mine is None:  # who has started over, or sits down at the same browser, votes once more
        st.session_state.pop(told, None)
        return
    if st.session_state.get(told) == mine:
        return
    with contextlib.suppress(GanError):  # without a store, a lesson can be learned all the same
        store().votes.cast(question, visitor(), mine)
        st.session_state[told] = mine


def _draw(question: str, options: Mapping[str, str]) -> None:
    try:
        counts = store().votes.counts(question, visitor())
    except GanError as error:
        st.error(say(error))
        return
    n = sum(counts.get(key, 0) for key in options)
    st.caption(_("Answers of the class: {n}").format(n=n))
    for key, sentence in options.items():
        here = counts.get(key, 0)
        st.progress(here / max(n, 1), f"**{here}** · {sentence}")
