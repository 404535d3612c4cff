"""What a reader has done of the course: in the session, in the link, and in a file. No account."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from gan_core import course
from gan_core.text import GanError
from pages.parts import links
from pages.parts.projector import view_in_links
from pages.parts.prose import _, language, say

_DONE, _FILE = "lessons done", "progress file"


def done() -> frozenset[str]:
    """The names of the lessons that are done."""
    return st.session_state.setdefault(_DONE, frozenset())


def mark(name: str) -> None:
    """A lesson is done."""
    if name not in done():
        _add(frozenset({name}))
        _write_url()


def take_progress() -> None:
    """Add what a link says; what it gets wrong becomes a message, and nothing is lost."""
    code = st.query_params.get(links.PROGRESS, "")
    if links.followed({links.PROGRESS: code}) and code:
        try:
            _add(course.from_code(code))
        except GanError as error:
            st.toast(say(error), icon=":material/error:", duration="long")
    _write_url()


def kept_in_links() -> dict[str, str]:
    """What links between lessons carry on: language, view and progress."""
    code = course.to_code(done())
    return {"lang": language(), **view_in_links(), **({links.PROGRESS: code} if code else {})}


def keep_progress() -> None:
    """Draw the ways to keep what is done, and to bring it back."""
    with st.expander(_("Keep my progress"), icon=":material/bookmark:"):
        st.caption(_("There is no account. This link brings you back to where you are:"))
        page = (st.context.url or "").partition("?")[0]
        st.code(f"{page}?{urlencode(kept_in_links())}", language=None, wrap_lines=True)
        st.download_button(
            _("Download"),
            course.to_file(done()),
            file_name="gan-dojo-progress.json",
            mime="application/json",
            icon=":material/download:",
        )
        st.file_uploader(
            _("Or bring a file from last time"),
            type=["json"],
            max_upload_size=1,  # megabyte
            key=_FILE,
            on_change=_take_file,
        )
        st.button(_("Start over"), icon=":material/restart_alt:", on_click=_forget)


def _take_file() -> None:
    file = st.session_state[_FILE]
    if file is None:
        return
    try:
        _add(course.from_file(file.getvalue()))
    except GanError as error:
        st.toast(say(error), icon=":material/error:", duration="long")


def _add(names: frozenset[str]) -> None:
    links.remember(_DONE, done() | names)


def _forget() -> None:
    for key in [key for key in st.session_state if str(key).startswith("check ")]:
        st.session_state[key] = None
    links.remember(_DONE, frozenset())


def _write_url() -> None:
    code = course.to_code(done())
    if code:
        st.query_params[links.PROGRESS] = code
    else:
        st.query_params.pop(links.PROGRESS, None)
    links.know({links.PROGRESS: code})
