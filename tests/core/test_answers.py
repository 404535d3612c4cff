"""Questions and answers: asked once, answered by a worker, kept for everybody."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

import gan_core
from gan_core.runs import answering, answers, tables
from gan_core.runs.answers import LONG, Answer, canonical, is_long
from gan_core.runs.database import StoreError
from gan_core.runs.engine import MAX_LONG, MAX_QUESTIONS, MAX_RESTARTS, Desk
from gan_core.runs.store import Store
from gan_core.text import GanError, Text
from tests.engine_process import EngineProcess, wait_until

SETTINGS = {
    "network": "mlp",
    "g_hidden_layers": 0,
    "d_hidden_layers": 0,
    "dataset": "ring",
    "latent_dim": 2,
}
QUESTION = {"topic": "anatomy", "settings": SETTINGS}


def ask_and_answer(store: Store, question: dict[str, Any]) -> Answer:
    """Ask, have the question answered in this process, and ask again."""
    assert store.answers.ask(question) is None
    asked = store.answers.next_unanswered()
    assert asked == canonical(question)
    answering.answer(store.url, asked)
    found = store.answers.ask(question)
    assert found
    return found


@pytest.fixture(autouse=True)
def _one_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "open_store", lambda url: store)


# ------------------------------------------------------------------------ the store


def test_an_answer_is_kept(store: Store) -> None:
    found = ask_and_answer(store, QUESTION)
    assert found.value["discriminator"]["trainable"] == 2 + 1
    assert store.answers.ask(QUESTION) == found
    assert store.answers.next_unanswered() is None


def test_an_answer_is_kept_when_the_store_is_opened_again(
    store: Store, open_at: Callable[[str], Store]
) -> None:
    found = ask_and_answer(store, QUESTION)
    assert open_at(store.url).answers.ask(QUESTION) == found


def test_whoever_asks_the_same_question_waits_for_the_same_answer(store: Store) -> None:
    threads = [
        threading.Thread(target=store.answers.ask, args=[dict(reversed(QUESTION.items()))])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store._read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(tables.answers)) == 1


def test_questions_are_answered_in_their_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([1.0, 3.0, 2.0])
    monkeypatch.setattr("gan_core.runs.answers.time.time", lambda: next(times))
    for topic in ("first", "last", "second"):
        store.answers.ask({"topic": topic})
    asked = []
    while question := store.answers.next_unanswered():
        asked.append(question)
        store.answers.answer(question, Answer(0))
    assert asked == [canonical({"topic": topic}) for topic in ("first", "second", "last")]


def test_questions_that_somebody_is_at_are_left_to_them(store: Store) -> None:
    first, second = ({"topic": topic} for topic in ("first", "second"))
    store.answers.ask(first)
    store.answers.ask(second)
    assert store.answers.next_unanswered([canonical(second)]) == canonical(first)
    assert store.answers.next_unanswered([canonical(first), canonical(second)]) is None


def test_whether_something_was_asked(store: Store) -> None:
    assert not store.answers.is_asked(QUESTION)
    assert store.answers.next_unanswered() is None, "looking is not asking"
    store.answers.ask(QUESTION)
    assert store.answers.is_asked(QUESTION)
    store.answers.answer(canonical(QUESTION), Answer(1))
    assert store.answers.is_asked(QUESTION)


@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
def test_a_file_is_read_only_when_it_is_taken(store: Store) -> None:
    first, second = ({"topic": "weights", "run": "a", "step": step} for step in range(2))
    assert store.answers.ask(first) is None
    assert store.answers.ask(first) is None
    store.answers.answer(canonical(first), Answer("UEs="))
    assert store.answers.ask(first) == Answer()
    assert store.answers.file(first) == b"PK"
    store.answers.ask(second)
    store.answers.answer(canonical(second), Answer("UEs="))
    with pytest.raises(GanError, match="no longer kept"):
        store.answers.file(first)
    store.answers.ask(first)
    store.answers.answer(canonical(first), Answer(error=Text("No.")))
    assert store.answers.ask(first) == Answer(error=Text("No."))


def test_older_answers_about_a_run_are_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_KEPT_OF_OTHERS", 2)
    monkeypatch.setattr("gan_core.runs.answers.time.time", itertools.count().__next__)

    def asked(topic: str, run: str, step: int) -> dict[str, Any]:
        return {"topic": topic, "run": run, "step": step}

    def kept(topic: str, run: str = "a") -> list[int]:
        return [step for step in range(4) if store.answers.is_asked(asked(topic, run, step))]

    store.answers.ask(asked("weights", "a", 3))  # somebody waits for this one
    for step in range(3):
        for question in (
            asked("weights", "a", step),
            asked("weights", "b", 0),
            asked("samples", "a", step),
            {**asked("samples", "a", step), "row": 1},
        ):
            store.answers.ask(question)
            store.answers.answer(canonical(question), Answer("zip" * step))
    assert kept("weights") == [2, 3], "the latest, and what nobody has answered"
    assert kept("weights", "b") == [0]
    assert kept("samples") == [2]


def test_older_answers_about_no_run_are_forgotten_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_KEPT_OF_OTHERS", 2)
    monkeypatch.setattr("gan_core.runs.answers.time.time", itertools.count().__next__)
    questions = [{"topic": "anatomy", "units": units} for units in range(4)]
    for question in questions:
        store.answers.ask(question)
        store.answers.answer(canonical(question), Answer("layers"))
    assert [store.answers.is_asked(each) for each in questions] == [False, False, True, True]


def test_new_code_or_libraries_are_asked_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_and_answer(store, QUESTION)
    assert "keras 3" in answers._versions()
    monkeypatch.setattr(answers, "_versions", lambda: "keras 99")
    assert store.answers.ask(QUESTION) is None


@pytest.mark.parametrize("changed", ["gan_core/code.py", "assets/models/classifier.npz"])
def test_versions_follow_code_and_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    file = tmp_path / changed
    file.parent.mkdir(parents=True)
    file.write_text("a = 1")
    monkeypatch.setattr(gan_core, "__file__", str(tmp_path / "gan_core" / "__init__.py"))
    before = answers._versions.__wrapped__()
    file.write_text("a = 2")
    assert answers._versions.__wrapped__() != before


def test_a_store_from_before_there_were_answers_opens(
    store: Store, open_at: Callable[[str], Store]
) -> None:
    with store._write() as db:
        tables.answers.drop(db)
    assert ask_and_answer(open_at(store.url), {"topic": "anatomy", "settings": SETTINGS}).value


def test_postgresql_keeps_answers_too(
    postgres_url: str, open_at: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_at(postgres_url)
    monkeypatch.setattr(answering, "open_store", lambda url: store)
    assert ask_and_answer(store, QUESTION).value
    store.answers.forget([QUESTION])
    assert store.answers.ask(QUESTION) is None
    for step in range(2):
        question = {"topic": "weights", "run": "a", "step": step}
        store.answers.ask(question)
        store.answers.answer(canonical(question), Answer("zip"))
        assert store.answers.is_asked({**question, "step": 0}) == (step == 0)


# ------------------------------------------------------------------ what goes wrong


def test_an_unknown_topic_is_answered_with_a_sentence(store: Store) -> None:
    found = ask_and_answer(store, {"topic": "weather"})
    assert found.error
    assert found.error.say() == (
        "There is no question called 'weather'. Choose one of: anatomy, measures, fid, weights, "
        "tensorboard, samples, directions, code, real, search, inside, guess."
    )


def test_settings_that_are_not_allowed_are_answered_with_the_usual_sentence(store: Store) -> None:
    found = ask_and_answer(store, {"topic": "anatomy", "settings": {"latent_dim": 0}})
    assert found.error
    assert "latent_dim = 0 is not allowed" in found.error.say()


def test_an_unexpected_failure_is_answered_with_a_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(question: object, store: Store) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setitem(answering.TOPICS, "anatomy", fail)
    found = ask_and_answer(store, QUESTION)
    assert found.value is None
    assert found.error
    assert "(ZeroDivisionError: by zero)" in found.error.say()
    assert "Traceback" in caplog.text, "the log has more"


def test_a_store_that_is_away_for_a_moment_is_no_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(question: object, store: Store) -> None:
        raise StoreError("away")

    with monkeypatch.context() as patched:
        patched.setitem(answering.TOPICS, "anatomy", away)
        with pytest.raises(StoreError, match="away"):
            ask_and_answer(store, QUESTION)
    assert ask_and_answer(store, QUESTION).value


def test_a_forgotten_failure_is_asked_again(store: Store) -> None:
    store.answers.ask(QUESTION)
    store.answers.answer(canonical(QUESTION), Answer(error=Text("No.")))
    assert store.answers.ask(QUESTION) == Answer(error=Text("No."))
    store.answers.forget([QUESTION])
    assert ask_and_answer(store, QUESTION).value


def test_an_answer_that_cannot_be_written_raises(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise GanError("full")

    store.answers.ask(QUESTION)
    monkeypatch.setattr(store.answers, "_write", full)
    with pytest.raises(GanError, match="full"):
        answering.answer(store.url, canonical(QUESTION))


# ---------------------------------------------------------------------- the engine


class Busy:
    """A cluster whose workers are at their questions until told otherwise."""

    def __init__(self) -> None:
        self.futures: dict[str, Any] = {}

    def submit(self, answer: object, store_url: str, asked: str, **options: object) -> Any:
        self.futures[asked] = SimpleNamespace(done=lambda: False, status="pending")
        return self.futures[asked]


def test_a_question_that_takes_long_lets_others_pass_up_to_a_limit(store: Store) -> None:
    cluster: Any = Busy()
    desk = Desk(store, cluster)
    for number in range(MAX_QUESTIONS + 1):
        store.answers.ask({"topic": f"question {number}"})
    for _ in range(10):
        desk.dispatch()
    assert len(cluster.futures) == MAX_QUESTIONS
    first = next(iter(cluster.futures))
    cluster.futures[first].done = lambda: True
    store.answers.answer(first, Answer(0))
    for _ in range(10):
        desk.dispatch()
    assert len(cluster.futures) == MAX_QUESTIONS + 1


def test_long_answers_leave_room_for_short_ones(store: Store) -> None:
    cluster: Any = Busy()
    desk = Desk(store, cluster)
    for topic in LONG:
        for run in "abc":
            store.answers.ask({"topic": topic, "run": run})
    for _ in range(10):
        desk.dispatch()
    assert len(cluster.futures) == MAX_LONG
    store.answers.ask({"topic": "samples", "run": "measures"})
    desk.dispatch()
    assert len(cluster.futures) == MAX_LONG + 1
    first = next(iter(cluster.futures))
    cluster.futures[first].done = lambda: True
    store.answers.answer(first, Answer(0))
    desk.dispatch()
    assert len(cluster.futures) == MAX_LONG + 2


def test_a_worker_that_dies_over_a_question_is_the_answer(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    cluster: Any = Busy()
    desk = Desk(store, cluster)
    store.answers.ask(QUESTION)
    desk.dispatch()
    died = cluster.futures[canonical(QUESTION)]
    died.done, died.status, died.exception = lambda: True, "error", lambda: OSError("killed")
    desk.dispatch()
    found = store.answers.ask(QUESTION)
    assert found
    assert found.error
    assert "(OSError: killed)" in found.error.say()
    assert "ended with" in caplog.text


def test_a_question_that_the_store_let_fail_is_asked_again_but_not_for_ever(store: Store) -> None:
    cluster: Any = Busy()
    desk = Desk(store, cluster)
    store.answers.ask(QUESTION)
    for _ in range(MAX_RESTARTS + 1):
        assert store.answers.ask(QUESTION) is None
        desk.dispatch()
        failed = cluster.futures.pop(canonical(QUESTION))
        failed.done, failed.status = lambda: True, "error"
        failed.exception = lambda: StoreError("away")
    desk.dispatch()
    found = store.answers.ask(QUESTION)
    assert found
    assert found.error
    assert not cluster.futures


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, EngineProcess]]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('answers') / 'store.sqlite3'}")
    store.answers.ask({"topic": "asked before the engine came"})
    # As on a machine so slow that Dask would give a killed worker up before it is back.
    process = EngineProcess(
        store, GAN_SLOTS="1", DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT="1s"
    )
    yield store, process
    process.stop()
    store._database.engine.dispose()


@pytest.mark.slow
def test_an_engine_answers_all_that_was_asked(engine: tuple[Store, EngineProcess]) -> None:
    store, _ = engine
    found = wait_until(lambda: store.answers.ask(QUESTION), "the answer")
    assert found.value["discriminator"]["trainable"] == 3
    early = {"topic": "asked before the engine came"}
    assert wait_until(lambda: store.answers.ask(early), "the older question").error


@pytest.mark.slow
def test_a_question_survives_its_worker(engine: tuple[Store, EngineProcess]) -> None:
    store, process = engine
    question = {"topic": "anatomy", "settings": {"network": "dcgan", "latent_dim": 512}}
    store.answers.ask(question)
    for worker in process.workers():
        worker.kill()
    assert wait_until(lambda: store.answers.ask(question), "the answer").value
    another = {"topic": "anatomy", "settings": {**SETTINGS, "latent_dim": 3}}
    assert wait_until(lambda: store.answers.ask(another), "an answer after that").value


@pytest.mark.parametrize(("topic", "long"), [("measures", True), ("fid", True), ("weights", False)])
def test_topics_whose_answers_take_up_to_a_minute_are_long(topic: str, long: bool) -> None:
    assert is_long(canonical({"topic": topic, "run": "a"})) == long
