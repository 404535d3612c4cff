"""The course map: which pages there are, in which order. This script runs first for every page."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts this script's folder there, not the project's
    sys.path.insert(0, str(ROOT))

from gan_core.course import LESSONS  # noqa: E402
from pages.parts.browser import tell_browser  # noqa: E402
from pages.parts.lesson import numbered  # noqa: E402
from pages.parts.links import arrive_at_language, enter, speak  # noqa: E402
from pages.parts.menu import BESIDE_THE_LESSONS, SECTIONS, Entry  # noqa: E402
from pages.parts.progress import take_progress  # noqa: E402
from pages.parts.prose import LANGUAGES, _, language  # noqa: E402

# Before the navigation: a page's own icon would be fetched from the internet for the browser's tab.
st.set_page_config(page_icon=str(ROOT / "assets" / "logo.svg"), layout="wide")
st.logo(str(ROOT / "assets" / "logo.svg"), size="large")

# Streamlit leaves a hand's breadth above the page; a projector has none to spare.
# On a phone, the end of a long link would be missing. Between a formula and the full stop after it,
# a line would break.
# Its captions, its code, and white on a light button, are fainter than weak eyes or a projector
# can bear. An open menu would lie on the dialog that it has opened.
st.html(
    """<style>
    .stMainBlockContainer { padding: 4.2rem 2.5rem 2rem; max-width: 1500px; }
    [data-testid="stElementContainer"]:has(> .stHtml > script) { position: absolute; }
    body:has([data-testid="stDialog"]) [data-testid="stPopoverBody"] { display: none; }
    [data-testid="stPageLink-NavLink"] * { white-space: normal; }
    .katex .base:last-child { display: inline; }
    [data-testid="stCaptionContainer"] { opacity: 0.8; }
    [data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p {
        color: light-dark(black, white);
    }
    [data-testid="stBaseButton-primary"]:enabled { color: light-dark(white, black); }
    [data-testid="stCode"] .token:is(.keyword, .function) { color: light-dark(#0f62b0, #6cb6ff); }
    [data-testid="stCode"] .token:is(.number, .boolean) { color: light-dark(#0b7362, #5fd6c2); }
    [data-testid="stCode"] .token:is(.string, .inserted) { color: light-dark(#1d6b32, #6fd58a); }
    [data-testid="stCode"] .token.deleted { color: light-dark(#a3262e, #ff8f8f); }
    [data-testid="stCode"] .token:is(.operator, .decorator) {
        color: light-dark(#a34600, #f4a261);
    }
    [data-testid="stCode"] .token:is(.punctuation, .comment) {
        color: light-dark(#5b6070, #a9aebd);
    }
    </style>"""
)

HERE = Path(__file__).parent
SWITCH = "language_switch"


def words_of_the_upload_box() -> str:
    """Streamlit's box for files speaks English alone: its button in the visitor's language.

    How large files may be, which it says in English too, stands in our own labels where it matters.
    """
    box, upload = '[data-testid="stFileUploaderDropzone"]', _("Upload")
    return f"""<style>
    {box} button p {{ font-size: 0; }}
    {box} button p::after {{
        content: "{upload}"; font-size: 0.875rem;
    }}
    {box} [data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
    </style>"""


def course_map() -> dict[str, list[StreamlitPage]]:
    """Sections with their pages, in the order of the course."""
    home = st.Page(
        HERE / "home.py", title=_("Home"), url_path="home", default=True, icon=icon("home")
    )
    lessons = [page(each.name, numbered(each), each.icon) for each in LESSONS]
    return {
        "": [home],  # without a title: not folded into a menu
        _("Course"): [*lessons, *map(entry_page, BESIDE_THE_LESSONS)],
        **{_(title): list(map(entry_page, entries)) for title, entries in SECTIONS.items()},
    }


def entry_page(entry: Entry) -> StreamlitPage:
    """The page of an entry of the menu."""
    return page(entry.name, _(entry.title), entry.icon)


def page(name: str, title: str, symbol: str) -> StreamlitPage:
    """The page in the file of that name."""
    return st.Page(HERE / f"{name}.py", title=title, url_path=name, icon=icon(symbol))


def icon(symbol: str) -> str:
    return f":material/{symbol}:"


def language_switch() -> None:
    """Let the visitor choose; the choice stays in the URL and thus in every shared link."""
    st.session_state[SWITCH] = language()
    st.segmented_control(
        "Language / 语言",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=SWITCH,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: speak(st.session_state[SWITCH]),
    )


arrive_at_language()  # before the menu is drawn, which speaks it too
current = st.navigation(course_map(), position="top")
st.set_page_config(page_title=f"{current.title} · GAN Dojo")
enter(current.url_path)
take_progress()  # also where there is no lesson: whoever reloads such a page goes on from there
tell_browser()
with st.sidebar:
    language_switch()
if language() != "en":
    st.html(words_of_the_upload_box())
current.run()
