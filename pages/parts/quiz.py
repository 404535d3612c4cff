"""The check of a lesson: questions with one right answer, and a word on each answer.

They stand in `assets/lessons/<language>/quiz_<lesson>.md`: a heading for each question, `+` before
the right answer and `-` before each wrong one, and indented below each why it is that.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from pages.parts.choices import choose
from pages.parts.prose import _, read, source
from pages.parts.show_of_hands import show_of_hands

_RIGHT, _WRONG = ":material/check_circle:", ":material/replay:"


@dataclass(frozen=True)
class Answer:
    """What may be chosen, and what is said then."""

    text: str
    is_right: bool
    because: str


@dataclass(frozen=True)
class Question:
    """A question with its answers, one of which is right."""

    text: str
    answers: tuple[Answer, ...]


def questions(markdown: str) -> list[Question]:
    """Read the questions out of a file's text."""
    return [_question(part) for part in re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]]


def _question(part: str) -> Question:
    text, *answers = re.split(r"^(?=[+-] )", part, flags=re.MULTILINE)
    return Question(" ".join(text.split()), tuple(map(_answer, answers)))


def _answer(part: str) -> Answer:
    first, _newline, because = part.partition("\n")
    return Answer(first[2:].strip(), first[0] == "+", " ".join(because.split()))


def vote_on(lesson: str, place: int) -> str:
    """What the votes on a question of a lesson's check are called; `place` counts from 0."""
    return f"{lesson} {place}"


@functools.cache
def right_answers(lesson: str) -> dict[str, str]:
    """The right answer to each question of a lesson's check, both as votes call them."""
    asked = questions(source(f"quiz_{lesson}"))
    places = [[each.is_right for each in one.answers].index(True) for one in asked]
    return {vote_on(lesson, place): str(right) for place, right in enumerate(places)}


def check(lesson: str, numbers: Mapping[str, str], reveal: bool) -> bool:
    """Ask the questions of a lesson; return whether all are answered right.

    With `reveal` off, answers may be chosen and nothing is said: a teacher asks the class.
    """
    st.header(_("Check yourself"), anchor=False)
    asked = questions(read(f"quiz_{lesson}", **numbers))
    are_right = [ask(lesson, place, each, reveal) for place, each in enumerate(asked)]
    return all(are_right)


def ask(name: str, place: int, question: Question, reveal: bool) -> bool:
    """Ask the question at a place of what `name` asks; return whether it is answered right."""
    with st.container(border=True):
        st.markdown(f"**{place + 1}.** {question.text}")
        chosen = choose(
            st.radio,
            question.text,
            range(len(question.answers)),
            index=None,
            format_func=lambda i: question.answers[i].text,
            key=f"check {name} {place}",
            label_visibility="collapsed",
            persist_state="session",
        )
        st.html('<div class="write-here"></div>')  # on paper
        options = {str(number): each.text for number, each in enumerate(question.answers)}
        show_of_hands(vote_on(name, place), options, None if chosen is None else str(chosen))
        if chosen is None:
            return False
        answer = question.answers[chosen]
        if reveal and answer.is_right:
            st.success(answer.because, icon=_RIGHT)
        elif reveal:
            st.warning(answer.because, icon=_WRONG)
        return answer.is_right
