"""Lesson plan, for teachers: the lessons that fit into the time, and what to prepare."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Annotated, ClassVar
from urllib.parse import urlencode

import streamlit as st
from pydantic import Field

from gan_core import course
from gan_core.challenges import CHALLENGES
from gan_core.course import LESSONS, Lesson
from gan_core.lesson_plan import LONGEST, Plan, divided, duration, plan, starts, way_to
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_
from pages.parts.challenge import link_to
from pages.parts.lesson import numbered
from pages.parts.menu import SECTIONS
from pages.parts.page_settings import PageSettings
from pages.parts.projector import print_button
from pages.parts.prose import _, language, markdown
from pages.parts.table import table

COURSE = "course"  # the goal where there is no other
CLOCK = ":material/schedule:"
TITLES = {entry.name: entry.title for entry in chain.from_iterable(SECTIONS.values())}


class Lessons(Settings):
    """The time that a class has, and where it is to come."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "goal": {
            COURSE: N_("the end of the course"),
            **{each.name: each.title for each in LESSONS},
        }
    }

    minutes: Annotated[int, Shown(step=5)] = Field(
        90,
        ge=LONGEST,
        le=240,
        title=N_("Minutes of a session"),
        description=N_(
            "At least as many as the longest lesson takes: no lesson is torn apart. Breaks are not "
            "among them."
        ),
    )
    sessions: int = Field(
        1,
        ge=1,
        le=len(LESSONS),  # each lesson has one of its own then
        title=N_("Sessions"),
    )
    goal: str = Field(
        COURSE,
        title=N_("Up to"),
        description=N_(
            "What this lesson needs comes first; if time is left, what else leads up to it."
        ),
    )


def say_whether_there_is_time(values: Lessons, proposed: Plan) -> None:
    """Say how much time the goal takes, where there is less; a button takes as many sessions."""
    if not proposed.lacking:
        return
    needed = way_to(goal_of(values))
    n = len(divided(needed, values.minutes))
    time = _("{needed} minutes, hence {n} sessions of {minutes}").format(
        needed=duration(needed), n=n, minutes=values.minutes
    )
    if values.goal == COURSE:
        st.info(_("The whole course takes {time}.").format(time=time), icon=CLOCK)
    else:
        said = _("There is not enough time for “{goal}”. With what it needs, it takes {time}.")
        st.warning(said.format(goal=_(course.lesson(values.goal).title), time=time), icon=CLOCK)
    settings.button(_("Take as many sessions as it needs"), **values.model_dump() | {"sessions": n})


def goal_of(values: Lessons) -> str | None:
    """The lesson to be reached; none where it is the whole course."""
    return None if values.goal == COURSE else values.goal


def show_session(number: int, session: Sequence[Lesson], minutes: int) -> None:
    """The lessons of a session, with their links, and the time that is left."""
    st.header(_("Session {n}").format(n=number), anchor=False)
    taken = duration(session)
    st.caption(_("{taken} minutes, {left} left over").format(taken=taken, left=minutes - taken))
    table(
        [_("Begins"), _("Minutes"), _("Lesson"), _("To go on with")],
        [
            [
                f"{start // 60}:{start % 60:02}",
                str(each.minutes),
                f"**{projected(each)}**  \n{_(each.goal)}",
                _(", ").join(goes_on(each)),
            ]
            for each, start in zip(session, starts(session), strict=True)
        ],
    )


def projected(lesson: Lesson) -> str:
    """A link to a lesson as it is projected."""
    return link(numbered(lesson), lesson.name, lang=language(), view="projector")


def goes_on(lesson: Lesson) -> list[str]:
    """Links to the laboratory and to the challenge that belong to a lesson."""
    found = []
    if lesson.laboratory:
        found.append(link(_(TITLES[lesson.laboratory]), lesson.laboratory, lang=language()))
    if lesson.challenge:
        challenge = CHALLENGES[lesson.challenge]
        title = _("challenge “{title}”").format(title=_(challenge.title))
        found.append(link(title, "playground", **link_to(challenge)))
    return found


def link(title: str, page: str, **query: str) -> str:
    """A link to a page, in Markdown."""
    return f"[{title}]({page}?{urlencode(query)})"


def show_what_is_left(later: Sequence[Lesson]) -> None:
    """The lessons that have no place, the one to go on with first."""
    st.header(_("For another time"), anchor=False)
    if not later:
        st.markdown(_("Nothing is left: this is the whole course."))
        return
    st.markdown(
        _("Lessons: {n}, {minutes} minutes in all. The one to go on with comes first.").format(
            n=len(later), minutes=duration(later)
        )
    )
    st.markdown(
        "\n".join(
            _("- {lesson} ({minutes} minutes)").format(lesson=projected(each), minutes=each.minutes)
            for each in later
        )
    )


settings = PageSettings(Lessons)
st.title(_("Lesson plan"), anchor=False)
markdown("lesson_plan")
for column, name in zip(st.columns(3), Lessons.names(), strict=True):
    settings.field(name, column)
values = settings.values
st.caption(  # for paper, which has no controls
    _("Sessions: {n}, of {minutes} minutes each. Up to: {goal}.").format(
        n=values.sessions, minutes=values.minutes, goal=_(Lessons.titles("goal")[values.goal])
    )
)
proposed = plan(values.minutes, values.sessions, goal_of(values))
say_whether_there_is_time(values, proposed)
for number, session in enumerate(proposed.sessions, start=1):
    show_session(number, session, values.minutes)
show_what_is_left(proposed.later)
st.header(_("Before class"), anchor=False)
markdown("lesson_plan_before")
with st.container(width=240):
    print_button(_("Print this plan"))
