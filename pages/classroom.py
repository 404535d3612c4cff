"""The class: how its answers to the lessons' checks go, while it gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from gan_core import class_results, course
from gan_core.challenges import CHALLENGES
from gan_core.class_results import Tally, Vote
from gan_core.course import LESSONS, Lesson
from gan_core.figures.classroom import answers_figure
from gan_core.text import GanError
from pages.parts.challenge import Try, tries
from pages.parts.lesson import numbered
from pages.parts.links import link
from pages.parts.projector import QUESTION, count_anew_button, counted_since
from pages.parts.prose import _, language, markdown, say
from pages.parts.quiz import right_answers
from pages.parts.sharing import scan_button
from pages.parts.steady_figure import steady_figure
from pages.parts.store import store
from pages.parts.table import table
from pages.parts.visitor import visitor

EVERY_SECONDS = 4.0
MOST, EASY = 3, 0.7  # so many questions are proposed, if less than this part was right at once


@st.fragment(run_every=EVERY_SECONDS)
def draw() -> None:
    """What has been answered so far; lessons in which nobody has answered are left out."""
    try:
        votes = store().votes.of_class(visitor())
        tried = tries(counted_since())
    except GanError as error:
        st.error(say(error))
        return
    right = {each: right_answers(each.name) for each in LESSONS}
    tallies = {each: class_results.tallies(votes, right[each]) for each in LESSONS}
    begun = [each for each in LESSONS if any(tally.n for tally in tallies[each].values())]
    if begun:
        show_answers(begun, tallies)
        table(
            [_("Lesson"), _("Have answered"), _("All right by now")],
            [[numbered(each), *counts(votes, right[each])] for each in begun],
        )
    else:
        st.info(_("Nobody has answered yet. Figures come here by themselves."))
    show_tries(tried)


def show_answers(begun: Sequence[Lesson], tallies: Mapping[Lesson, Mapping[str, Tally]]) -> None:
    """How the first tries went, question by question, and what is worth a talk."""
    steady_figure(
        answers_figure({numbered(each): list(tallies[each].values()) for each in begun}, _),
        "answers of the class",
    )
    propose({question: tally for each in begun for question, tally in tallies[each].items()})


def show_tries(tried: Sequence[Try]) -> None:
    """How many have tried each challenge that somebody has tried, and how many have solved it."""
    rows = []
    for challenge in CHALLENGES.values():
        whose = [each for each in tried if each.challenge == challenge.name and each.owner]
        if whose:
            everybody = {each.owner for each in whose}
            solvers = {each.owner for each in whose if each.solved}
            rows.append([_(challenge.title), str(len(everybody)), str(len(solvers))])
    if rows:
        table([_("Challenge"), _("Have tried"), _("Have solved it")], rows)


def counts(votes: Iterable[Vote], right: dict[str, str]) -> tuple[str, str]:
    """How many have answered something of a lesson, and how many all of it rightly."""
    votes = [vote for vote in votes if vote.question in right]
    n = len({vote.voter for vote in votes})
    return str(n), str(class_results.through(votes, right))


def propose(tallies: dict[str, Tally]) -> None:
    """Links to the questions that are worth a talk, in the projector's view."""
    hardest = class_results.hardest(tallies, MOST, EASY)
    if not hardest:
        return
    st.markdown(_("**Worth discussing** (the lesson on the projector, with a show of hands):"))
    for question in hardest:
        name, place = question.split()
        lesson = course.lesson(name)
        link(
            name,
            _("{lesson}, question {n}: {share} right at the first try").format(
                lesson=numbered(lesson),
                n=int(place) + 1,
                share=f"{tallies[question].share:.0%}",
            ),
            "front_hand",
            view="projector",
            hands="True",
            **{QUESTION: str(int(place) + 1)},
        )


st.title(_("The class"), anchor=False)
markdown("classroom")
with st.container(horizontal=True):
    scan_button({"lang": language()}, home=True)
    count_anew_button()
draw()
