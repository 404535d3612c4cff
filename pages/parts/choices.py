"""Choices from a list: a browser knows them by their words, which need not stay the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st


def choose(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[Any],
    *,
    key: str,
    format_func: Callable[[Any], str],
    **more: Any,
) -> Any:
    """Draw `widget`, one of Streamlit's lists such as `st.selectbox`; return what is chosen.

    The browser would send a choice in the words it was told. Where they have changed (another
    language, a run that has ended meanwhile), it is told the choice anew.
    """
    words = {option: format_func(option) for option in options}
    told = st.session_state.get(_told(key), words)
    chosen = st.session_state.get(key)
    each_chosen = chosen if isinstance(chosen, list) else [chosen]
    if any(told.get(each, words.get(each)) != words.get(each) for each in each_chosen):
        st.session_state[key] = chosen
    st.session_state[_told(key)] = words
    return widget(label, options, key=key, format_func=words.__getitem__, **more)


def _told(key: str) -> str:
    return f"words of {key}"
