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
    language, a run that has ended meanwhile), it is told the choice anew. Until then it may send
    words from before, which Streamlit no longer understands and hands on as they are.
    """
    words = {option: format_func(option) for option in options}
    told = st.session_state.get(_told(key), words)
    meant = st.session_state.get(_meant(key), {})
    sent = st.session_state.get(key)
    each_sent = sent if isinstance(sent, list) else [sent]
    each_chosen = [each if each in words else meant.get(each, each) for each in each_sent]
    is_new = any(told.get(each, words.get(each)) != words.get(each) for each in each_chosen)
    if is_new or each_chosen != each_sent:
        st.session_state[key] = each_chosen if isinstance(sent, list) else each_chosen[0]
    st.session_state[_told(key)] = words
    st.session_state[_meant(key)] = meant | {word: option for option, word in words.items()}
    return widget(label, options, key=key, format_func=words.__getitem__, **more)


def _told(key: str) -> str:
    """Where the session keeps the words of each option."""
    return f"words of {key}"


def _meant(key: str) -> str:
    """Where the session keeps the option of all words that there have been."""
    return f"meaning of {key}"
