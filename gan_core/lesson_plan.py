"""A lesson plan: the lessons for which a class has the time, each whole and after what it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import accumulate

from gan_core.course import LESSONS, Lesson
from gan_core.text import N_, GanError

LONGEST = max(each.minutes for each in LESSONS)  # no session may be shorter


@dataclass(frozen=True)
class Plan:
    """What each session holds, and all lessons that have no place, the next one first.

    `lacking` are those of them without which the goal is not reached.
    """

    sessions: tuple[tuple[Lesson, ...], ...]
    later: tuple[Lesson, ...]
    lacking: tuple[Lesson, ...]


def plan(minutes: int, sessions: int = 1, goal: str | None = None) -> Plan:
    """Lay lessons into so many sessions of so many minutes.

    First comes what a goal needs, itself included, then what else leads up to it; without one, the
    whole course is the goal. Nothing is passed over for something shorter behind it: so more time
    only ever adds lessons. Raises `GanError` if a session is shorter than some lesson.
    """
    needed = way_to(goal)
    on_the_way = LESSONS[: LESSONS.index(needed[-1]) + 1]
    wanted = [*needed, *(each for each in on_the_way if each not in needed)]
    n = max(n for n in range(len(wanted) + 1) if len(divided(wanted[:n], minutes)) <= sessions)
    taken = wanted[:n]
    beyond = LESSONS[len(on_the_way) :]
    return Plan(
        divided(taken, minutes),
        later=(*wanted[n:], *beyond),
        lacking=tuple(each for each in needed if each not in taken),
    )


def way_to(goal: str | None) -> tuple[Lesson, ...]:
    """A lesson after all that it needs, in the order of the course; without one, the course."""
    if goal is None:
        return LESSONS
    names = {goal}
    for each in reversed(LESSONS):  # what a lesson needs comes before it
        if each.name in names:
            names.update(each.needs)
    return tuple(each for each in LESSONS if each.name in names)


def divided(lessons: Collection[Lesson], minutes: int) -> tuple[tuple[Lesson, ...], ...]:
    """Lessons in the order of the course, in as few sessions of so many minutes as can be."""
    if minutes < LONGEST:
        raise GanError(
            N_(
                "A session of {minutes} minutes is too short: the longest lesson takes {longest}. "
                "Allowed: {longest} minutes or more."
            ),
            minutes=minutes,
            longest=LONGEST,
        )
    sessions: list[list[Lesson]] = []
    for each in (each for each in LESSONS if each in lessons):
        if not sessions or duration(sessions[-1]) + each.minutes > minutes:
            sessions.append([])
        sessions[-1].append(each)
    return tuple(map(tuple, sessions))


def duration(lessons: Iterable[Lesson]) -> int:
    """The minutes that lessons take, one after the other."""
    return sum(each.minutes for each in lessons)


def starts(session: Iterable[Lesson]) -> list[int]:
    """For each lesson of a session, the minute at which it begins."""
    *begins, _end = accumulate((each.minutes for each in session), initial=0)
    return begins
