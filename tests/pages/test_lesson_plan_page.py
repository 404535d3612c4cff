"""The lesson plan: what fits has its links, what does not is named, and a link holds it all."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.challenges import CHALLENGES
from gan_core.course import LESSONS, Lesson
from gan_core.lesson_plan import LONGEST, divided, duration, plan, way_to
from pages.parts.lesson import numbered
from pages.parts.menu import SECTIONS
from tests.page_visit import button, toasts, visit

PAGES = Path(__file__).parents[2] / "pages"
LABORATORIES = {entry.name for entries in SECTIONS.values() for entry in entries}
GOAL = "what_goes_wrong"


def rows(app: AppTest) -> list[list[dict[str, str]]]:
    """What each session's table says, row by row."""
    assert not app.exception
    return [table.value.to_dict("records") for table in app.table]


def links(markdown: str) -> dict[str, tuple[str, dict[str, list[str]]]]:
    """The links of a text: title, page and query."""
    found = re.findall(r"\[([^\]]*)\]\((\w+)\?([^)]*)\)", markdown)
    return {title: (page, parse_qs(query)) for title, page, query in found}


def listed(app: AppTest) -> list[str]:
    """The lessons that are left for another time, by their pages."""
    lists = [each.value for each in app.markdown if re.match(r"- \[\d", each.value)]
    return [page for each in lists for page, _query in links(each).values()]


def test_sessions_have_their_lessons_with_times_goals_and_links() -> None:
    app = visit("lesson_plan", minutes="90", sessions="2")
    proposed = plan(90, 2).sessions
    assert len(rows(app)) == len(proposed) == 2
    for session, table in zip(proposed, rows(app), strict=True):
        assert [row["Minutes"] for row in table] == [str(each.minutes) for each in session]
        for each, row in zip(session, table, strict=True):
            page, query = links(row["Lesson"])[numbered(each)]
            assert (page, query) == (each.name, {"lang": ["en"], "view": ["projector"]})
            assert each.goal in row["Lesson"]
    assert [row["Begins"] for row in rows(app)[0]] == ["0:00", "0:30"]


def test_laboratory_and_challenge_of_a_lesson_stand_beside_it() -> None:
    app = visit("lesson_plan", goal=GOAL, sessions=str(len(LESSONS)))
    found = links(rows(app)[-1][-1]["To go on with"])
    assert found["Failure gallery"][0] == "failures"
    page, query = found["challenge “Nearly every spot, without a penalty”"]
    assert page == "playground"
    assert query["challenge"] == ["every_spot"]


def test_what_does_not_fit_is_named_the_next_one_first() -> None:
    app = visit("lesson_plan", minutes=str(LONGEST))
    assert listed(app) == [each.name for each in plan(LONGEST).later]
    assert f"The whole course takes {duration(LESSONS)} minutes" in app.info[0].value


def test_goal_out_of_reach_is_said_with_the_time_it_takes_and_a_button_takes_it() -> None:
    app = visit("lesson_plan", minutes="45", goal=GOAL)
    way = way_to(GOAL)
    (warning,) = app.warning
    n = len(divided(way, 45))
    assert f"{duration(way)} minutes, hence {n} sessions of 45" in warning.value
    assert "What goes wrong" in warning.value
    button(app, "Take as many sessions as it needs").click().run()
    assert not app.warning
    assert len(rows(app)) == n == app.slider(key="Lessons.sessions").value
    assert app.query_params["sessions"] == str(n)
    assert app.query_params["goal"] == GOAL


def test_nothing_is_left_of_the_whole_course() -> None:
    app = visit("lesson_plan", minutes="45", sessions=str(len(LESSONS)))
    assert not app.info
    assert listed(app) == []
    assert any("Nothing is left" in each.value for each in app.markdown)


def test_what_is_left_over_of_a_session_is_said() -> None:
    app = visit("lesson_plan", minutes="90")
    (session,) = plan(90).sessions
    taken = duration(session)
    assert f"{taken} minutes, {90 - taken} left over" in [each.value for each in app.caption]


def test_plan_can_be_printed_and_says_then_what_was_set() -> None:
    app = visit("lesson_plan", minutes="45", sessions="3", goal=GOAL)
    assert any("Print this plan" in node.proto.json for node in app.get("bidi_component"))
    said = "Sessions: 3, of 45 minutes each. Up to: What goes wrong."
    assert said in [each.value for each in app.caption]


def test_link_holds_the_plan() -> None:
    app = visit("lesson_plan")
    app.slider(key="Lessons.minutes").set_value(120)
    app.slider(key="Lessons.sessions").set_value(3)
    app.selectbox(key="Lessons.goal").set_value(GOAL).run()
    query = {name: app.query_params[name] for name in ("minutes", "sessions", "goal")}
    assert query == {"minutes": "120", "sessions": "3", "goal": GOAL}
    assert rows(visit("lesson_plan", **query)) == rows(app)


@pytest.mark.parametrize("asked", [str(LONGEST - 1), "0", "1e9", "x"])
def test_time_that_is_not_allowed_is_explained(asked: str) -> None:
    app = visit("lesson_plan", minutes=asked)
    (toast,) = toasts(app)
    assert f"minutes = {asked} is not allowed" in toast
    assert app.slider(key="Lessons.minutes").value == 90


def test_any_whole_number_of_minutes_may_come_by_a_link() -> None:
    app = visit("lesson_plan", minutes="47")
    assert app.slider(key="Lessons.minutes").value == 47
    assert toasts(app) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_lesson_goes_on_in_a_laboratory_that_its_own_page_links_to(lesson: Lesson) -> None:
    source = (PAGES / f"{lesson.name}.py").read_text("utf-8")
    linked = set(re.findall(r'\blaboratory\(\s*"(\w+)"', source)) & LABORATORIES
    assert (lesson.laboratory or "") in (linked or LABORATORIES | {""})


def test_each_challenge_belongs_to_one_lesson() -> None:
    assert sorted(each.challenge for each in LESSONS if each.challenge) == sorted(CHALLENGES)
