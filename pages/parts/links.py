"""Links into a page, told from what the page itself has written into the URL."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from pages.parts.prose import language

HIDE = "hide"  # names of controls, for a lesson: `?hide=seed,doctor`
PROGRESS = "progress"  # what a reader has done of the course
_PAGE, _VISITS, _KNOWN, _NEXT = "page", "visits", "known in the URL", "next in the URL"
_LED = "led to in the URL"
_NEXT_LANGUAGE = "next language in the URL"
_MANY = 100  # more than a browser can lag behind
_MOST_DIGITS = 9  # of a number that somebody may mean


def enter(page: str) -> None:
    """Note which page runs; what the URL says when a reader comes to a page is a link."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state[_VISITS] = visits() + 1
        st.session_state[_KNOWN] = deque(maxlen=_MANY)
        st.session_state.pop(_NEXT, None)
        st.session_state.pop(_LED, None)
    _arrive(_NEXT)


def arrive_at_language() -> None:
    """Have the URL name the language that was chosen: call it before anything is said."""
    _arrive(_NEXT_LANGUAGE)


def page() -> str:
    """The page that the reader is on."""
    name: str = st.session_state[_PAGE]
    return name


def visits() -> int:
    """How many pages the reader has come to, this one included."""
    count: int = st.session_state.get(_VISITS, 0)
    return count


def go_to(**parameters: str | None) -> None:
    """For callbacks: have the URL say this, None meaning that it says nothing.

    What a callback writes into the URL itself is lost when the browser asks for the page again at
    that very moment, which it does with the URL as it was.
    """
    remember_all({_NEXT: parameters, _LED: parameters})


def was_led_to(value: str) -> bool:
    """Whether a callback of this page has had the URL say this, and nothing else since."""
    return value in st.session_state.get(_LED, {}).values()


def speak(language: str) -> None:
    """For callbacks: have the URL name this language, as `go_to` does, on whatever page."""
    remember(_NEXT_LANGUAGE, {"lang": language})


def remember(name: str, value: object) -> None:
    """For callbacks: write into the session, and only then let Streamlit interrupt, if it must."""
    remember_all({name: value})


def remember_all(values: Mapping[str, object]) -> None:
    """For callbacks: write all of it into the session, and only then be interrupted."""
    interruption = None
    for name, value in values.items():
        try:
            st.session_state[name] = value
        except RerunException as asked:  # by the browser meanwhile
            st.session_state[name] = value
            interruption = asked
    if interruption:
        raise interruption


def _arrive(key: str) -> None:
    """Write what a callback wants into the URL, until the browser has come with it."""
    wanted = st.session_state.get(key, {})
    if all(st.query_params.get(name) == value for name, value in wanted.items() if value):
        st.session_state.pop(key, None)
        return
    for name, value in wanted.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def keep(*names: str, along: Collection[str] = ()) -> None:
    """Where a reader comes back by the menu, have the URL say of these what it said at last.

    Call it before the page writes into the URL. `along` are parameters that ask for nothing else.
    """
    key = f"shown on {page()}"
    if not to_share("lang", *along):
        st.query_params.update(st.session_state.get(key, {}))
    said = {name: st.query_params[name] for name in names if name in st.query_params}
    st.session_state[key] = said


def to_share(*mine: str) -> dict[str, str]:
    """What the URL says, for others to follow: without these parameters, and one's progress."""
    return {
        name: st.query_params[name] for name in st.query_params if name not in {PROGRESS, *mine}
    }


def forget_other_pages() -> None:
    """For pages that read nothing of the URL: drop what "back" brings along from another page."""
    for name in to_share("lang"):
        del st.query_params[name]


def link(page: str, title: str, symbol: str, **query: str) -> None:
    """Draw a link to another page in the same language, where things stand as the query says."""
    icon, query = f":material/{symbol}:", {"lang": language(), **query}
    st.page_link(f"{page}.py", label=title, icon=icon, query_params=query)


def hidden(control: str) -> bool:
    """Whether the link hides a control."""
    return control in st.query_params.get(HIDE, "").split(",")


def followed(parameters: Mapping[str, str]) -> bool:
    """Whether these parameters of the URL are a link that the reader has just followed.

    On a slow connection the browser may still show what the page wrote several changes ago; to
    take that for a link would undo the changes.
    """
    return bool(parameters) and parameters not in st.session_state[_KNOWN]


def asked(name: str) -> str | None:
    """What a link that the reader has just followed says of a parameter; None where nothing."""
    said = {name: st.query_params[name]} if name in st.query_params else {}
    if not followed(said):
        return None
    know(said)
    return said[name]


def not_to_be_had(sentence: str) -> None:
    """Say what a link has asked for in vain."""
    st.toast(sentence, icon=":material/error:", duration="long")


def whole_number(name: str) -> int | None:
    """The number that the URL says of a parameter; None where it says nothing, or no number."""
    said = st.query_params.get(name, "")
    return int(said) if said.isdecimal() and len(said) <= _MOST_DIGITS else None


def tell(name: str, value: str) -> None:
    """Have the URL say it, which is no link then; without a value, the URL says nothing of it."""
    if value:
        st.query_params[name] = value
        know({name: value})
    else:
        st.query_params.pop(name, None)


def know(parameters: Mapping[str, str]) -> None:
    """Remember parameters that the page has taken from the URL or written into it."""
    if parameters not in st.session_state[_KNOWN]:
        st.session_state[_KNOWN].append(dict(parameters))
