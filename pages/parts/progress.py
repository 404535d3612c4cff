"""What a reader has done of the course: in the session, in the link, and in a file. No account.

In the address the code of the lessons done ends with a mark of the browser, as `abc.0f1e2d3c`: a
reload or a bookmark keeps them, and whoever is sent the address gets none of them unasked. The link
that is for keeping has no mark.
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from gan_core import course
from gan_core.text import GanError
from pages.parts import links
from pages.parts.prose import _, language, say
from pages.parts.visitor import marks

_DONE, _FILE, _OFFERED = "lessons done", "progress file", "lessons done by another browser"
_ANSWERS = ("check ", "predict ")  # how the keys of what a reader has answered begin


def done() -> frozenset[str]:
    """The names of the lessons that are done."""
    return st.session_state.setdefault(_DONE, frozenset())


def mark(name: str) -> None:
    """A lesson is done."""
    if name not in done():
        _add(frozenset({name}))
        _write_url()


def take_progress() -> None:
    """Add what a link says; what it gets wrong becomes a message, and nothing is lost.

    What the address of another browser says is offered.
    """
    said = st.query_params.get(links.PROGRESS, "")
    code, _dot, mark_of_browser = said.partition(".")
    if links.followed({links.PROGRESS: said}) and code:
        try:
            names = course.from_code(code)
        except GanError as error:
            st.toast(say(error), icon=":material/error:", duration="long")
        else:
            if mark_of_browser in ("", *marks()):
                _add(names)
            else:
                st.session_state[_OFFERED] = names
    _write_url()


def kept_in_links() -> dict[str, str]:
    """What links within the course carry on: language and progress."""
    return {"lang": language(), **_progress(*marks()[:1])}


def _progress(*mark: str) -> dict[str, str]:
    code = course.to_code(done())
    return {links.PROGRESS: ".".join([code, *mark])} if code else {}


def keep_progress() -> None:
    """Draw the ways to keep what is done, and to bring it back."""
    with st.expander(_("Keep my progress"), icon=":material/bookmark:"):
        st.caption(_("There is no account. This link brings you back to where you are:"))
        page = (st.context.url or "").partition("?")[0]
        query = kept_in_links() | _progress()
        st.code(f"{page}?{urlencode(query)}", language=None, wrap_lines=True)
        offered = st.session_state.get(_OFFERED, frozenset()) - done()
        if offered:
            st.caption(_("The address that you opened comes from another browser. Is it yours?"))
            st.button(
                _("Add the lessons done there: {n}").format(n=len(offered)),
                icon=":material/add_task:",
                on_click=_add,
                args=(offered,),
            )
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
    answers = [str(key) for key in st.session_state if str(key).startswith(_ANSWERS)]
    links.remember_all({**dict.fromkeys(answers), _DONE: frozenset()})


def _write_url() -> None:
    said = _progress(*marks()[:1]).get(links.PROGRESS, "")
    if said:
        st.query_params[links.PROGRESS] = said
    else:
        st.query_params.pop(links.PROGRESS, None)
    links.know({links.PROGRESS: said})
