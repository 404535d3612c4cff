"""Measures on a run's panel: asked of a worker, shown, and explained when they cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig
from gan_core.image_measures import MEASURES
from gan_core.image_measures.neighbours import MOST, SOME
from gan_core.runs import answering, measuring
from gan_core.runs.answers import Answer, canonical
from gan_core.runs.claims import holder_name
from gan_core.runs.engines import Engine
from gan_core.runs.job import execute
from gan_core.runs.store import Store, open_store
from gan_core.text import Text
from pages.parts import asking
from tests.page_visit import button, errors, figure_keys, toasts, visit

MakeRun = Callable[..., str]
TINY = {"network": "mlp", "g_hidden_units": 8, "d_hidden_units": 8, "batch_size": 8, "steps": 4}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a worker finds out about a short run of digits."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('measured') / 'store.sqlite3'}")
    run_id = store.create_run(RunConfig.parse(TINY))
    execute(store.url, run_id)
    return measuring.measure(store, run_id)


@pytest.fixture
def run_id(store: Store, make_run: MakeRun) -> str:
    """A finished run of digits, with a checkpoint."""
    run_id, holder = make_run("stopped"), holder_name()
    store.claims.take(run_id, holder, force=True)
    store.checkpoints.save(run_id, holder, 4, b"weights")
    store.claims.release(run_id, holder)
    return run_id


def question(run_id: str, topic: str = "measures", step: int = 4) -> dict[str, Any]:
    return {"topic": topic, "run": run_id, "step": step, "turns": 0}


def answered(store: Store, run_id: str, answer: Answer, topic: str = "measures") -> None:
    store.answers.ask(question(run_id, topic))
    store.answers.answer(canonical(question(run_id, topic)), answer)


def opened(run_id: str, language: str = "en") -> AppTest:
    app = visit("train", run=run_id, lang=language)
    assert not app.exception
    return app


def rows(app: AppTest) -> list[list[str]]:
    [table] = app.table
    cells: list[list[str]] = table.value.to_numpy().tolist()
    return cells


def charts(app: AppTest) -> list[str]:
    return [key.partition(" of ")[0] for key in figure_keys(app) if " of " in key]


# ------------------------------------------------------------------------------- asking


def test_nothing_is_measured_before_somebody_asks(store: Store, run_id: str) -> None:
    app = opened(run_id)
    assert store.answers.next_unanswered() is None
    assert app.table.len == 0


def test_a_press_asks_about_the_latest_checkpoint(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE_SECONDS", 0)
    store.engines.seen(Engine(holder_name(), 1, "ready", None))
    app = opened(run_id)
    button(app, "Measure this run").click().run()
    assert store.answers.next_unanswered() == canonical(question(run_id))
    assert any("A worker is measuring" in each.value for each in app.info)
    button(app, "FID (Inception-v3)").click().run()
    asked = [canonical(question(run_id))]
    assert store.answers.next_unanswered(besides=asked) == canonical(question(run_id, "fid"))
    assert any("A worker is computing the FID" in each.value for each in app.info)


def test_without_a_checkpoint_a_press_says_so(store: Store, make_run: MakeRun) -> None:
    app = opened(make_run("running"))
    button(app, "Measure this run").click().run()
    assert "has no checkpoint yet" in toasts(app)[0]
    assert store.answers.next_unanswered() is None


def test_what_was_asked_stays_while_the_run_goes_on(
    store: Store, run_id: str, found: dict[str, Any]
) -> None:
    app = opened(run_id)
    answered(store, run_id, Answer(found))
    button(app, "Measure this run").click().run()
    holder = holder_name()
    store.claims.take(run_id, holder, force=True)
    store.checkpoints.save(run_id, holder, 9, b"weights")
    app.run()
    assert app.table.len == 1
    assert opened(run_id).table.len == 0, "another visitor has not asked about the new checkpoint"


def test_points_are_not_asked_about(store: Store) -> None:
    run_id = store.create_run(RunConfig.parse({"dataset": "ring", "network": "mlp"}))
    labels = [each.label for each in opened(run_id).button]
    assert "Measure this run" not in labels


# -------------------------------------------------------------------------- the answer


@pytest.mark.parametrize("language", ["en", "zh"])
def test_answer_is_shown_to_whoever_comes(
    store: Store, run_id: str, found: dict[str, Any], language: str
) -> None:
    answered(store, run_id, Answer(found))
    app = opened(run_id, language)
    cells = rows(app)
    assert len(cells) == len(list(MEASURES))
    for row, (value, floor) in zip(cells, found["measures"].values(), strict=True):
        assert row[1:3] == [f"{value:.3g}", f"{floor:.3g}"]
    assert charts(app)[:3] == ["classes", "distances", "nearest"]
    assert all("898" in head for head in list(app.table[0].value.columns)[1:3])
    assert not app.error


@pytest.mark.parametrize(
    ("copies", "kind", "says"),
    [
        (0.0, "success", "No sign of copying"),
        (SOME, "info", "Some samples are copies"),
        (MOST, "warning", "The generator copies"),
    ],
)
def test_verdict_about_copies(
    store: Store, run_id: str, found: dict[str, Any], copies: float, kind: str, says: str
) -> None:
    answered(store, run_id, Answer({**found, "copies": copies}))
    assert any(box.value.startswith(says) for box in getattr(opened(run_id), kind))


def test_of_pictures_that_are_no_digits_it_says_so(
    store: Store, run_id: str, found: dict[str, Any]
) -> None:
    names = ("step", "n_train", "copies", "distances", "shown")
    answered(store, run_id, Answer({name: found[name] for name in names}))
    app = opened(run_id)
    assert app.table.len == 0
    assert any("for digits only" in each.value for each in app.caption)
    assert charts(app)[:2] == ["distances", "nearest"]


def test_fid_stands_beside_its_floor(store: Store, run_id: str) -> None:
    found = {"step": 4, "n": 898, "value": 123.456, "floor": 7.5}
    answered(store, run_id, Answer(found), "fid")
    [said] = [each.value for each in opened(run_id).markdown if "FID (Inception-v3)" in each.value]
    assert "**123**" in said
    assert "7.5" in said
    assert "n = 898" in said


def test_a_fid_that_cannot_be_had_is_explained_and_may_be_asked_for_again(
    store: Store, run_id: str
) -> None:
    answered(store, run_id, Answer(error=Text("FID is not available here, because …")), "fid")
    app = opened(run_id)
    assert errors(app) == ["FID is not available here, because …"]
    button(app, "Ask again").click().run()
    assert not app.error


def test_topics_are_known_to_the_workers() -> None:
    assert {"measures", "fid"} <= answering.TOPICS.keys()
