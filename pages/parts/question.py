"""Predict, then look: a question whose answer the page itself computes."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.choices import choose
from pages.parts.prose import _


def predict(
    key: str,
    question: str,
    options: Mapping[str, str],
    answer: str,
    because: str,
    mistakes: Mapping[str, str],
    reveal: bool = True,
) -> str | None:
    """Ask; once an option is chosen, say whether it is right, and why; return its key.

    `options` maps keys to translated sentences; `answer` is the key of the right one. `mistakes`
    say of each wrong one what it overlooks, so that the reader may choose again. With `reveal`
    off, nothing is said: a teacher asks the class.
    """
    invitation = _("Predict, then look.")
    with st.container(border=True):
        st.markdown(f"**{invitation}** {question}")
        chosen: str | None = choose(
            st.radio,
            question,
            list(options),
            index=None,
            format_func=options.__getitem__,
            key=f"predict {key}",
            label_visibility="collapsed",
            persist_state="session",
        )
        if reveal and chosen == answer:
            st.success(because, icon=":material/check_circle:")
        elif reveal and chosen:
            st.warning(mistakes[chosen], icon=":material/replay:")
        return chosen
