"""The show of hands: a class answers on its own devices, the projector counts."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.runs.store import Store
from gan_core.text import GanError
from pages.parts import visitor
from tests.page_visit import button, errors, toasts, visit

LESSON, QUESTION = "does_it_settle", "nearer"
OPTIONS = ("nearer", "round", "away")


def answer(cookies: dict[str, str], choice: str) -> None:
    """Somebody else answers on a device of their own."""
    cookies[visitor.COOKIE] = visitor.new()
    app = visit(LESSON)
    app.radio(key=f"predict {QUESTION}").set_value(choice).run()
    assert not app.exception


def project(**query: str) -> AppTest:
    return visit(LESSON, view="projector", **query)


def bars(app: AppTest) -> list[str]:
    """What stands at the bars of the first question."""
    return [bar.proto.text for bar in app.get("progress")][: len(OPTIONS)]


def counted(app: AppTest) -> list[int]:
    return [int(text.split("**")[1]) for text in bars(app)]


def test_each_of_the_class_counts_once_with_its_last_answer(cookies: dict[str, str]) -> None:
    for choice in ("away", "round", "away"):
        answer(cookies, choice)
    app = visit(LESSON)  # the last one once more
    app.radio(key=f"predict {QUESTION}").set_value("nearer").run()
    projector = project(hands="True")
    assert counted(projector) == [1, 1, 1]
    assert "Answers of the class: 3" in [each.value for each in projector.caption]
    assert [bar.proto.value for bar in projector.get("progress")][:3] == [33, 33, 33]


def test_questions_of_the_check_are_counted_too(cookies: dict[str, str]) -> None:
    for choice in (0, 1, 1):
        cookies[visitor.COOKIE] = visitor.new()
        app = visit(LESSON)
        app.radio(key=f"check {LESSON} 0").set_value(choice).run()
    texts = [bar.proto.text for bar in project(hands="True").get("progress")]
    of_the_check = texts[2 * len(OPTIONS) :]  # after those of both predictions
    counts = [int(text.split("**")[1]) for text in of_the_check]
    assert counts[:2] == [1, 2]
    assert sum(counts) == 3


def test_nothing_is_shown_unless_it_is_wanted_and_projected(cookies: dict[str, str]) -> None:
    answer(cookies, "away")
    assert not bars(project())
    assert not any("Answers of the class" in each.value for each in visit(LESSON).caption)
    app = project()
    app.toggle(key="View.hands").set_value(True).run()
    assert counted(app) == [0, 0, 1]
    assert app.query_params["hands"] == "True"


def test_whoever_projects_does_not_vote(store: Store) -> None:
    app = project(hands="True")
    app.radio(key=f"predict {QUESTION}").set_value("away").run()
    assert store.votes.of_class(visitor.visitor()) == []


def test_counting_begins_anew(cookies: dict[str, str]) -> None:
    teacher = dict(cookies)
    answer(cookies, "away")
    cookies |= teacher
    app = project(hands="True")
    button(app, "Count anew").click().run()
    assert counted(app) == [0, 0, 0]
    answer(cookies, "round")
    cookies |= teacher
    assert counted(app.run()) == [0, 1, 0]
    assert counted(project(hands="True")) == [0, 1, 0], "after a reload"


def counted_anew(cookies: dict[str, str]) -> tuple[dict[str, str], AppTest, AppTest]:
    """The teacher's cookies, a pupil's page and the projector: the pupil has answered before."""
    teacher, pupil = dict(cookies), {visitor.COOKIE: visitor.new()}
    cookies |= pupil
    app = visit(LESSON)
    app.radio(key=f"predict {QUESTION}").set_value("away").run()
    cookies |= teacher
    projector = project(hands="True")
    button(projector, "Count anew").click().run()
    cookies |= pupil
    return teacher, app, projector


def test_whoever_starts_over_votes_once_more(cookies: dict[str, str]) -> None:
    teacher, app, projector = counted_anew(cookies)
    button(app, "Start over").click().run()
    app.radio(key=f"predict {QUESTION}").set_value("away").run()
    cookies |= teacher
    assert counted(projector.run()) == [0, 0, 1]


def test_a_store_that_is_full_is_said_to_whoever_counts_anew(
    monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    def fail(*_: object) -> None:
        raise GanError("The store is full.")

    monkeypatch.setattr(store.votes, "count_anew", fail)
    app = project(hands="True")
    button(app, "Count anew").click().run()
    assert not app.exception
    assert toasts(app) == ["The store is full."]


def test_another_class_does_not_count(
    cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(cookies, "away")
    after_school = time.time() + 4 * 3600
    monkeypatch.setattr("time.time", lambda: after_school)
    assert counted(project(hands="True")) == [0, 0, 0]


def test_sentences_are_in_the_language_of_the_projector(cookies: dict[str, str]) -> None:
    answer(cookies, "away")
    assert any("停在那里" in text for text in bars(project(hands="True", lang="zh")))


def test_a_store_that_is_not_there_keeps_nobody_from_learning(
    monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    def fail(*_: object) -> None:
        raise GanError("The store is full.")

    monkeypatch.setattr(store.votes, "cast", fail)
    monkeypatch.setattr(store.votes, "counts", fail)
    app = visit(LESSON)
    app.radio(key=f"predict {QUESTION}").set_value("away").run()
    assert not app.exception
    assert app.success
    assert errors(project(hands="True"))[0] == "The store is full."


def test_answer_of_before_does_not_count_anew_with_whatever_the_page_does(
    cookies: dict[str, str],
) -> None:
    teacher, app, projector = counted_anew(cookies)
    app.run()
    cookies |= teacher
    assert counted(projector.run()) == [0, 0, 0]
