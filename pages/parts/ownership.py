"""Whose runs: a visitor sees their own at a glance, and changes no other's by accident.

A courtesy, no lock: whoever wants to, may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

import streamlit as st

from gan_core.runs.run import Run
from gan_core.text import N_
from pages.parts.prose import _
from pages.parts.store import is_anothers, store
from pages.parts.visitor import visitor

T = TypeVar("T")

_KEY, _KEPT = "switch of whose runs are listed", "whose runs are listed"
_MINE, _ALL = "mine", "all"
_TITLES = {_MINE: N_("Mine"), _ALL: N_("All")}


def may_change(run: Run) -> bool:
    """Whether what changes a run is at hand: at once where it is the visitor's or nobody's.

    Of another's, it is said that it is, and the visitor must want to.
    """
    if not is_anothers(run):
        return True
    whose = _("This run was started from another browser.")
    st.markdown(f":material/group: {whose}", width="content")
    kept = f"control {run.id}"  # apart from the widget, which each page has for itself
    wants: bool = st.toggle(
        _("Control it anyway"), st.session_state.get(kept, False), key=f"switch: {kept}"
    )
    st.session_state[kept] = wants
    return wants


def own_or_all(
    by_run: Mapping[str, T], keep: Collection[str] = ()
) -> tuple[dict[str, T], frozenset[str]]:
    """Let the visitor list their own of these, by their runs' ids, or all; own ones at first.

    In a class, those of the others would bury one's own, and what a teacher shows comes as a link:
    runs to `keep` are listed whosesoever they are. Where there are only own ones or only others',
    there is no choice. Returns what to list, and the runs to be marked as the visitor's.
    """
    owners, me = store().owners.all(), visitor()
    mine = {run_id for run_id in by_run if owners.get(run_id) == me}
    others = {run_id for run_id in by_run if owners.get(run_id, me) != me}
    if not (mine and others):
        return dict(by_run), frozenset()
    # In the session, not in the URL: in a link, it would mean other runs to each who opens it.
    whose = st.segmented_control(
        _("Whose runs"),
        list(_TITLES),
        default=st.session_state.get(_KEPT, _MINE),
        format_func=lambda each: _(_TITLES[each]),
        key=_KEY,
        required=True,
        label_visibility="collapsed",
    )
    st.session_state[_KEPT] = whose  # apart from the widget, which each page has for itself
    wanted = by_run.keys() if whose == _ALL else {*mine, *keep}
    listed = {run_id: each for run_id, each in by_run.items() if run_id in wanted}
    return listed, frozenset(mine if listed.keys() & others else ())
