"""The teacher's view of a lesson: on a projector, without the answers, or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import streamlit as st
from pydantic import Field

from gan_core.settings import Choices, Settings
from gan_core.text import N_
from pages.parts.links import link, to_share, visits, whole_number
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _
from pages.parts.sharing import scan_button
from pages.parts.store import attempt, store
from pages.parts.visitor import visitor

_HERE = Path(__file__).parent
QUESTION = "question"  # in the URL
_VISIT, _VIEW = "visit of a lesson", "view of lessons"
GROWTH = 1.375  # of letters and figures on a projector
_LARGE = (_HERE / "projector.css").read_text("utf-8")
_component = st.components.v2.component(
    "gan_dojo.lesson",
    html='<button class="print-lesson" type="button"></button>',
    css=(_HERE / "lesson.css").read_text("utf-8"),
    js=(_HERE / "lesson.js").read_text("utf-8"),
    isolate_styles=False,  # what is printed is the whole page
)


class View(Settings):
    """How lessons are shown; links hold it."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "view": {"page": N_("page"), "projector": N_("projector")}
    }

    view: str = Field("page", title=N_("View"))
    hide_answers: bool = Field(
        False,
        title=N_("Hide answers"),
        description=N_("Answers may be chosen, but nothing says whether they are right."),
    )
    hands: bool = Field(
        False,
        title=N_("Show of hands"),
        description=N_(
            "How many of the class have chosen which answer, each on a device of their own: in "
            "the last three hours, or since you last pressed “Count anew”."
        ),
    )


def take_view() -> None:
    """Take what the link says; where a lesson is projected, leave nothing but the lesson.

    A lesson to which a reader comes without a word on it, as by the menu, is not projected.
    """
    is_new = visits() != st.session_state.get(_VISIT)
    if is_new and "view" not in st.query_params:
        st.session_state.pop("View.view", None)
    st.session_state[_VISIT] = visits()
    st.session_state[_VIEW] = PageSettings(View)
    if is_projected():
        st.html(f"<style>html {{ --growth: {GROWTH}; }}\n{_LARGE}</style>")


def _settings() -> PageSettings[View]:
    """The view as `take_view` has taken it: fragments run without it, and read the same."""
    settings: PageSettings[View] = st.session_state[_VIEW]
    return settings


def is_projected() -> bool:
    """Whether the lesson is shown large, without all that surrounds it."""
    return _settings().values.view == "projector"


def wide(pixels: int) -> int:
    """The width of what stands beside a text, in pixels: on a projector it grows like the text."""
    return round(GROWTH * pixels) if is_projected() else pixels


def shows_answers() -> bool:
    """Whether answers are to be seen."""
    return not _settings().values.hide_answers


def shows_hands() -> bool:
    """Whether it is to be seen how many of a class have chosen what: on the projector alone."""
    return is_projected() and _settings().values.hands


def counted_since() -> float:
    """From when on (seconds since 1970) what a class does counts for the visitor."""
    return store().votes.counted_since(visitor())


def count_anew_button() -> None:
    """Draw a button after which only new answers count: the next class begins."""
    st.button(
        _("Count anew"),
        icon=":material/restart_alt:",
        help=_(
            "For the next class. A second vote of the same class needs no press: whoever chooses "
            "another answer moves from one bar to the other, and whoever keeps theirs stays."
        ),
        on_click=_count_anew,
    )


def _count_anew() -> None:
    attempt(lambda: store().votes.count_anew(visitor()))


def view_in_links() -> dict[str, str]:
    """What a link says to show another lesson in this view."""
    values, default = _settings().values.model_dump(), View().model_dump()
    return {name: str(value) for name, value in values.items() if value != default[name]}


def _link_to_results() -> None:
    link("classroom", _("What the class has answered"), "groups")


def _students_view() -> dict[str, str]:
    """What a link says to show the lesson as it is now on a device of a student's own."""
    return to_share(QUESTION, *View.names())


def _asked_question(lesson: str) -> str:
    """The style class of the question of the check that the link leads to, counted from 1."""
    number = whole_number(QUESTION)
    return "" if number is None else f"st-key-check-{lesson}-{number - 1}"


def teacher(lesson: str) -> None:
    """Draw what a teacher may want: in the sidebar, or below a lesson that is projected."""
    settings = _settings()
    hides = settings.values.hide_answers
    if is_projected():
        with st.container(horizontal=True, vertical_alignment="center", key="projected"):
            settings.field("hide_answers")
            if settings.field("hands"):
                count_anew_button()
                _link_to_results()
            scan_button(_students_view())
            settings.button(_("Leave the projector"), hide_answers=hides)
            st.caption(_("Arrow keys, or a remote control, lead on and back."), width="content")
    else:
        with st.expander(_("For the teacher"), icon=":material/cast_for_education:"):
            settings.field("hide_answers")
            settings.button(_("Project this lesson"), view="projector", hide_answers=hides)
            st.caption(_("The address holds both the view and the switch: share it as a link."))
            scan_button(_students_view())
            _link_to_results()
    print_button(_("Print this lesson"), arrows=is_projected(), question=_asked_question(lesson))


def print_button(text: str, *, arrows: bool = False, question: str = "") -> None:
    """Draw a button that prints the page, without what is of no use on paper.

    Its script also has keys lead to other lessons, and leads to a question by its style
    class.
    """
    _component(
        key="lesson script",
        data={"print": text, "arrows": arrows, "question": question, "visit": visits()},
    )
