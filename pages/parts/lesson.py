"""The frame of a lesson: its goal, its check, the way on, and what the reader has done so far.

open_lesson("the_game")
…
close_lesson("the_game", **numbers_of_the_check)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from gan_core import course
from gan_core.course import Lesson
from pages.parts.glossary import words
from pages.parts.links import link
from pages.parts.progress import done, keep_progress, kept_in_links, mark
from pages.parts.projector import (
    is_projected,
    shows_answers,
    take_view,
    teacher,
    view_in_links,
    wide,
)
from pages.parts.prose import _, markdown, read
from pages.parts.question import predict
from pages.parts.quiz import Question, check, questions
from pages.parts.quiz import ask as ask_in_check
from pages.parts.show_of_hands import show_of_hands


def open_lesson(name: str) -> None:
    """Begin a lesson: number, title and goal."""
    this = course.lesson(name)
    take_view()
    st.title(numbered(this), anchor=False)
    goal = _("**Afterwards:**")
    st.markdown(f"{goal} {_(this.goal)}")


def close_lesson(name: str, **numbers: str) -> None:
    """End a lesson: its check, whose prose takes these numbers, and the ways on."""
    all_right = check(name, numbers, reveal=shows_answers())
    if all_right and shows_answers():
        mark(name)
        said = _("Lesson done.")
        st.markdown(f":material/check_circle: **{said}**")
    _ways_on(name)
    if is_projected():
        teacher(name)
        return
    with st.sidebar:
        _course_so_far()
        words()
        keep_progress()
        teacher(name)


def ask(
    key: str,
    question: str,
    options: Mapping[str, str],
    answer: str,
    because: str,
    mistakes: Mapping[str, str],
) -> bool:
    """Have the reader predict something, as `predict` does; a teacher may keep the answer back.

    Returns whether the answer is told.
    """
    mine = predict(key, question, options, answer, because, mistakes, reveal=shows_answers())
    show_of_hands(key, options, mine)
    return mine is not None and shows_answers()


def exercise(name: str, draw: Callable[[int], None], **numbers: str) -> None:
    """Questions as in a check, which stand in the prose `name`, each beside what it is about.

    `draw` draws that, and is told the question's place, counted from 0. An answer has nothing but
    its own question drawn anew.
    """

    @st.fragment
    def question_at(place: int, question: Question) -> None:
        with st.container(horizontal=True, gap="medium"):
            with st.container(width=wide(430)):
                draw(place)
            with st.container(width="stretch"):
                ask_in_check(name, place, question, reveal=shows_answers())

    for place, question in enumerate(questions(read(name, **numbers))):
        question_at(place, question)


def explain(name: str, **numbers: str) -> None:
    """Prose that says why, to be opened after looking; a teacher may keep it back."""
    if shows_answers():
        with st.expander(_("Explain"), icon=":material/lightbulb:"):
            markdown(name, **numbers)


def numbered(lesson: Lesson) -> str:
    """A lesson's title with its number."""
    return f"{course.number(lesson.name)} · {_(lesson.title)}"


def _ways_on(name: str) -> None:
    before, after = course.neighbours(name)
    kept = kept_in_links() | view_in_links()
    with st.container(horizontal=True, key="ways_on"):
        for key, to, icon in (
            ("previous_lesson", before, "arrow_back"),
            ("next_lesson", after, "arrow_forward"),
        ):
            if to:
                with st.container(key=key, width="content"):
                    link(to.name, numbered(to), icon, **kept)


def _course_so_far() -> None:
    kept = kept_in_links() | view_in_links()
    st.progress(
        len(done()) / len(course.LESSONS),
        _("{done} of {all} lessons done").format(done=len(done()), all=len(course.LESSONS)),
    )
    with st.container(gap="xxsmall"):
        for each in course.LESSONS:
            icon = "check_circle" if each.name in done() else "radio_button_unchecked"
            link(each.name, numbered(each), icon, **kept)
