"""Lesson plans: known ones, and what holds of all of them, whatever the time and the goal."""

from __future__ import annotations

import itertools

import pytest

from gan_core.course import LESSONS, lesson
from gan_core.lesson_plan import LONGEST, Plan, divided, duration, plan, starts, way_to
from gan_core.text import GanError

NAMES = [each.name for each in LESSONS]
WHOLE = duration(LESSONS)
GOALS = (None, *NAMES)
TIMES = (LONGEST, 45, 60, 90, 135, WHOLE - 1, WHOLE, 10 * WHOLE)
EVERY_TIME = range(LONGEST, WHOLE + 2)
MANY_SESSIONS = range(1, len(LESSONS) + 1)


def names(proposed: Plan) -> list[str]:
    return [each.name for session in proposed.sessions for each in session]


# ------------------------------------------------------------------------------ what is needed


@pytest.mark.parametrize("place", range(len(LESSONS)), ids=NAMES)
def test_lesson_needs_only_lessons_before_it(place: int) -> None:
    """So the relation has no cycles."""
    needs = LESSONS[place].needs
    assert set(needs) <= set(NAMES[:place])
    assert len(set(needs)) == len(needs)


def test_minutes_are_those_of_a_class() -> None:
    assert all(15 <= each.minutes <= 45 and each.minutes % 5 == 0 for each in LESSONS)


@pytest.mark.parametrize("goal", NAMES)
def test_way_to_a_lesson_is_all_that_it_needs_and_nothing_else(goal: str) -> None:
    found, open_ends = {goal}, [goal]
    while open_ends:
        needs = lesson(open_ends.pop()).needs
        open_ends += [name for name in needs if name not in found]
        found.update(needs)
    assert [each.name for each in way_to(goal)] == [name for name in NAMES if name in found]


# ---------------------------------------------------------------------------------- known plans


def test_one_lesson_of_a_school_day_begins_the_course() -> None:
    proposed = plan(45)
    assert names(proposed) == ["generative_ai"]
    assert [each.name for each in proposed.later] == NAMES[1:]


def test_goal_has_what_it_needs_and_passes_over_the_rest() -> None:
    needed = ["the_game", "the_losses", "does_it_settle", "what_goes_wrong"]
    assert [each.name for each in way_to("what_goes_wrong")] == needed
    proposed = plan(duration(way_to("what_goes_wrong")), goal="what_goes_wrong")
    assert names(proposed) == needed
    assert proposed.lacking == ()
    assert [each.name for each in proposed.later] == [each for each in NAMES if each not in needed]


def test_time_that_is_left_goes_to_other_lessons_on_the_way() -> None:
    way = way_to("what_goes_wrong")
    proposed = plan(duration(way) + lesson("generative_ai").minutes, goal="what_goes_wrong")
    assert names(proposed) == ["generative_ai", *(each.name for each in way)]


def test_plan_with_a_goal_ends_there() -> None:
    proposed = plan(WHOLE, len(LESSONS), goal="the_networks")
    assert names(proposed) == NAMES[: NAMES.index("the_networks") + 1]
    assert [each.name for each in proposed.later] == NAMES[NAMES.index("the_networks") + 1 :]


def test_goal_that_is_out_of_reach_is_begun_and_the_rest_of_its_way_comes_first_next_time() -> None:
    way = way_to("what_goes_wrong")
    proposed = plan(duration(way) - 1, goal="what_goes_wrong")
    assert proposed.sessions == (way[:-1],)
    assert proposed.lacking == way[-1:]
    assert proposed.later[0] == way[-1]


def test_lesson_that_does_not_fit_into_the_rest_of_a_session_begins_the_next() -> None:
    first, second, *_ = LESSONS
    session, following = plan(first.minutes + second.minutes - 1, 2).sessions
    assert session == (first,)
    assert following[0] == second


def test_whole_course_needs_its_minutes_and_no_more() -> None:
    assert plan(WHOLE).sessions == (LESSONS,)
    assert plan(WHOLE).later == plan(WHOLE).lacking == ()
    assert plan(WHOLE - 1).lacking == LESSONS[-1:]


def test_starts_follow_each_other() -> None:
    first, second, third, *_ = LESSONS
    assert starts([first, second, third]) == [0, first.minutes, first.minutes + second.minutes]


@pytest.mark.parametrize("minutes", [LONGEST - 1, 0, -5])
def test_session_shorter_than_a_lesson_is_refused(minutes: int) -> None:
    with pytest.raises(GanError, match=f"Allowed: {LONGEST} minutes or more"):
        plan(minutes)


# ------------------------------------------------------------------ whatever the time and the goal


@pytest.mark.parametrize("goal", GOALS)
def test_plan_keeps_to_the_time_and_the_order_and_forgets_nothing(goal: str | None) -> None:
    for minutes in EVERY_TIME:
        for n in (1, 3):
            proposed = plan(minutes, n, goal)
            assert proposed == plan(minutes, n, goal)
            assert len(proposed.sessions) <= n
            assert all(0 < duration(session) <= minutes for session in proposed.sessions)
            taught = names(proposed)
            assert taught == [name for name in NAMES if name in taught]
            for place, name in enumerate(taught):
                assert set(lesson(name).needs) <= set(taught[:place])
            assert sorted([*taught, *(each.name for each in proposed.later)]) == sorted(NAMES)
            assert set(proposed.lacking) == set(way_to(goal)) & set(proposed.later)


@pytest.mark.parametrize("goal", GOALS)
def test_more_time_only_adds_lessons(goal: str | None) -> None:
    for n in (1, 3):
        taught = [set(names(plan(minutes, n, goal))) for minutes in EVERY_TIME]
        assert all(less <= more for less, more in itertools.pairwise(taught))
    for minutes in TIMES:
        taught = [set(names(plan(minutes, n, goal))) for n in MANY_SESSIONS]
        assert all(less <= more for less, more in itertools.pairwise(taught))


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("minutes", TIMES)
def test_goal_is_reached_with_as_many_sessions_as_it_takes_and_not_with_fewer(
    minutes: int, goal: str | None
) -> None:
    n = len(divided(way_to(goal), minutes))
    assert 1 <= n <= len(LESSONS)
    assert plan(minutes, n, goal).lacking == ()
    assert plan(minutes, n - 1, goal).lacking
