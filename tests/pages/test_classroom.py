"""The class: what it has answered at the checks, on devices of its own."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.course import LESSONS
from gan_core.runs.store import Store
from gan_core.text import GanError
from pages.parts import visitor
from pages.parts.prose import source
from pages.parts.quiz import questions, right_answers
from tests.page_visit import button, errors, visit

LESSON = "the_networks"


def answer(cookies: dict[str, str], *choices: int) -> None:
    """Somebody else answers the first question of the check, and may think again."""
    cookies[visitor.COOKIE] = visitor.new()
    app = visit(LESSON)
    for choice in choices:
        app.radio(key=f"check {LESSON} 0").set_value(choice).run()
    assert not app.exception


def squares(app: AppTest) -> list[str]:
    (component,) = app.get("bidi_component")
    figure = json.loads(json.loads(component.proto.json)["figure"])
    return [text for row in figure["data"][0]["text"] for text in row]


@pytest.fixture
def right() -> int:
    return int(right_answers(LESSON)[f"{LESSON} 0"])


def test_first_tries_of_the_class_stand_in_its_square(cookies: dict[str, str], right: int) -> None:
    wrong = (right + 1) % 3
    answer(cookies, right)
    answer(cookies, wrong, right)
    answer(cookies, wrong)
    app = visit("classroom")
    assert not app.exception
    assert squares(app)[0] == "<b>33%</b><br>1/3"
    assert not any(squares(app)[1:])


def test_first_try_stays_the_first_when_the_page_is_loaded_again(
    cookies: dict[str, str], right: int
) -> None:
    answer(cookies, (right + 1) % 3)
    app = visit(LESSON)
    app.radio(key=f"check {LESSON} 0").set_value(right).run()
    assert squares(visit("classroom"))[0] == "<b>0%</b><br>0/1"


def test_next_class_at_the_same_devices_has_first_tries_of_its_own(
    cookies: dict[str, str], right: int
) -> None:
    teacher = dict(cookies)
    answer(cookies, (right + 1) % 3)
    device = dict(cookies)
    cookies |= teacher
    button(visit("classroom"), "Count anew").click().run()
    cookies |= device
    app = visit(LESSON)
    app.radio(key=f"check {LESSON} 0").set_value(right).run()
    cookies |= teacher
    assert squares(visit("classroom"))[0] == "<b>100%</b><br>1/1"


def test_hard_questions_lead_to_the_projector(cookies: dict[str, str], right: int) -> None:
    answer(cookies, right)
    assert not visit("classroom").get("page_link")
    answer(cookies, (right + 1) % 3)
    (link,) = visit("classroom").get("page_link")
    assert link.proto.label == "4 · The networks, question 1: 50% right at the first try"
    assert link.proto.page == LESSON
    assert "view=projector" in link.proto.query_string
    assert "hands=True" in link.proto.query_string
    assert "question=1" in link.proto.query_string


def test_table_says_who_is_through(cookies: dict[str, str]) -> None:
    cookies[visitor.COOKIE] = visitor.new()
    app = visit(LESSON)
    for question, choice in right_answers(LESSON).items():
        app.radio(key=f"check {question}").set_value(int(choice)).run()
    answer(cookies, 0)
    (table,) = visit("classroom").table
    assert table.value.to_dict("records") == [
        {"Lesson": "4 · The networks", "Have answered": "2", "All right by now": "1"}
    ]


def test_nobody_has_answered_yet(cookies: dict[str, str], right: int) -> None:
    assert visit("classroom").info[0].value.startswith("Nobody has answered yet.")
    answer(cookies, right)
    app = visit("classroom")
    assert not app.info
    button(app, "Count anew").click().run()
    assert app.info


def test_a_store_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    def fail(_visitor: str) -> None:
        raise GanError("The store is full.")

    monkeypatch.setattr(store.votes, "of_class", fail)
    assert errors(visit("classroom")) == ["The store is full."]


@pytest.mark.parametrize("lesson", [each.name for each in LESSONS])
def test_every_check_has_right_answers_that_are_the_same_in_both_languages(
    lesson: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for code in ("en", "zh"):
        monkeypatch.setattr("pages.parts.prose.language", lambda code=code: code)
        asked = questions(source(f"quiz_{lesson}"))
        found.append([[each.is_right for each in one.answers].index(True) for one in asked])
    assert found[0] == found[1]
    assert list(map(int, right_answers(lesson).values())) == found[0]
