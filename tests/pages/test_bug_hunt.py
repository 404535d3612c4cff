"""The bug hunt: lines are chosen, faults are run beside the healthy program and mended."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.bug_hunt import HUNT, case_of, faulty, healthy, mends_while_it_trains
from gan_core.config import RunConfig
from gan_core.faults import Fault
from gan_core.runs.claims import holder_name
from gan_core.runs.controls import Controls
from gan_core.runs.names import MAX_NAME
from gan_core.runs.store import Store
from gan_core.text import GanError
from pages.parts.prose import translator
from tests.page_visit import button, by_menu, go_to, live_views, toasts, visit

pytestmark = pytest.mark.usefixtures("store")

every_fault = pytest.mark.parametrize("fault", HUNT, ids=lambda fault: fault.name)


def page_of(fault: Fault, **query: str) -> AppTest:
    return visit("bug_hunt", program=str(HUNT.index(fault) + 1), **query)


def choose(app: AppTest, fault: Fault, line: str) -> None:
    number = case_of(fault).code.splitlines().index(line)
    app.radio(key=f"line of {fault.name}").set_value(number).run()
    assert not app.exception


def said(app: AppTest) -> str:
    return "\n".join(box.value for box in (*app.success, *app.warning, *app.info, *app.code))


@every_fault
def test_the_wrong_line_is_explained_and_any_other_gets_a_hint(fault: Fault) -> None:
    case = case_of(fault)
    app = page_of(fault)
    assert fault.title not in said(app)
    innocent = next(
        line for line in case.code.splitlines() if line and line not in (case.wrong, *case.also)
    )
    choose(app, fault, innocent)
    assert case.filled(case.hint) in said(app)
    assert fault.title not in said(app)
    for line in (case.wrong, *case.also):
        choose(app, fault, line)
        assert case.filled(case.hint) not in said(app)
        assert f"**{fault.title}.** {case.filled(case.why)}" in said(app)
        assert case.right.strip() in said(app)


def test_nothing_is_said_where_a_teacher_hides_the_answers() -> None:
    fault = HUNT[0]
    app = page_of(fault, hide_answers="True")
    for line in (case_of(fault).wrong, case_of(fault).code.splitlines()[0]):
        choose(app, fault, line)
        assert "Line " not in said(app)
        assert fault.title not in said(app)
    assert f"show {fault.name}" not in [each.key for each in app.toggle]


def test_it_can_be_shown_without_a_guess() -> None:
    fault = HUNT[0]
    app = page_of(fault)
    app.toggle(key=f"show {fault.name}").set_value(True).run()
    assert case_of(fault).filled(case_of(fault).why) in said(app)


@every_fault
def test_fault_is_run_beside_the_healthy_program_and_mended(store: Store, fault: Fault) -> None:
    case = case_of(fault)
    app = page_of(fault)
    button(app, "Run it").click().run()
    assert not app.exception
    beside, run = store.runs()
    assert (run.config, beside.config) == (faulty(fault), healthy(fault))
    assert app.query_params["run"] == run.id
    assert case.filled(case.symptom) not in said(app), "the line comes first"

    choose(app, fault, case.wrong)
    assert case.filled(case.symptom) in said(app)
    button(app, "Fix it").click().run()
    assert len(store.runs()) == 2
    assert toasts(app) == [f"The run is not far enough yet. Wait until step {case.at}."]

    holder = holder_name()
    store.claims.take(run.id, holder)
    store.record.append(run.id, holder, step=case.at + 1, points={}, images_per_second=1.0)
    button(app, "Fix it").click().run()
    assert not app.exception
    mended = store.runs()[0]
    assert app.query_params["mended"] == mended.id
    assert store.controls.config_now(mended.id) == healthy(fault)
    if mends_while_it_trains(fault):
        assert [change.applied_step for change in store.controls.changes(mended.id)] == [case.at]
        assert store.controls.config_at(mended.id, case.at - 1) == faulty(fault)
    assert case.filled(case.healing) in said(app)
    assert case.filled(case.symptom) not in said(app)


def far_enough(
    store: Store, fault: Fault, name: str = "", language: str = "en"
) -> tuple[AppTest, str, str]:
    """The page of a run that can be mended, its id, and who trains it."""
    run_id, holder = store.create_run(faulty(fault), name), holder_name()
    store.claims.take(run_id, holder)
    store.set_status(run_id, holder, "running")
    at = case_of(fault).at + 1
    store.record.append(run_id, holder, step=at, points={}, images_per_second=1.0)
    app = page_of(fault, run=run_id, lang=language)
    choose(app, fault, case_of(fault).wrong)
    return app, run_id, holder


def test_names_of_runs_are_in_the_reader_s_language(store: Store) -> None:
    app, _, _ = far_enough(store, HUNT[0], "程序纠错", "zh")
    for label in ("Fix it", "Run it"):
        button(app, translator("zh")(label)).click().run()
        assert not app.exception
    healthy_one, _, mended, _ = (run.name for run in store.runs())
    assert mended == "程序纠错：已修好"
    assert healthy_one.endswith("：应有的样子")
    shown = {name: app.query_params[name] for name in ("run", "beside")}
    by_menu(app, "glossary")
    by_menu(app, "bug_hunt")
    assert {name: app.query_params[name] for name in ("run", "beside")} == shown


def test_run_with_a_long_name_is_mended(store: Store) -> None:
    fault = next(filter(mends_while_it_trains, HUNT))
    app, _, _ = far_enough(store, fault, "n" * MAX_NAME)
    button(app, "Fix it").click().run()
    assert toasts(app) == []
    assert store.runs()[0].name == "n" * (MAX_NAME - 8) + ": mended"


def test_run_that_cannot_be_mended_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = next(filter(mends_while_it_trains, HUNT))
    app, run_id, _ = far_enough(store, fault)

    def refuse(*_: object, **__: object) -> str:
        raise GanError("The store is full.")

    monkeypatch.setattr(Store, "branch", refuse)
    button(app, "Fix it").click().run()
    assert toasts(app) == ["The store is full."]
    assert store.controls.pending(run_id) == []


def test_run_that_ends_as_it_is_mended_is_mended_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = next(filter(mends_while_it_trains, HUNT))
    app, run_id, holder = far_enough(store, fault)
    request = Controls.request

    def request_too_late(controls: Controls, *asked: str) -> None:
        store.set_status(run_id, holder, "finished")
        request(controls, *asked)

    monkeypatch.setattr(Controls, "request", request_too_late)
    button(app, "Fix it").click().run()
    assert toasts(app) == []
    assert app.query_params["mended"] == store.runs()[0].id


def test_runs_of_another_program_are_not_shown(store: Store) -> None:
    run_id = store.create_run(faulty(HUNT[0]))
    assert "As it is written" in [each.value for each in page_of(HUNT[0], run=run_id).subheader]
    assert not page_of(HUNT[1], run=run_id).subheader


@pytest.mark.parametrize("names", [["run", "beside"], ["run", "mended", "beside"]])
def test_run_beside_itself_is_shown_once(store: Store, names: list[str]) -> None:
    run_id = store.create_run(faulty(HUNT[0]))
    app = page_of(HUNT[0], **dict.fromkeys(names, run_id))
    assert not app.exception
    assert [view["run"] for view in live_views(app)] == [run_id]


def test_link_into_the_training_page_has_the_fault_and_says_so(store: Store) -> None:
    app = visit("train", preset="digits_mlp", fault="sigmoid_everywhere")
    assert not app.exception
    assert "A sigmoid in every layer" in said(app)
    assert app.query_params["fault"] == "sigmoid_everywhere"
    button(app, "Train").click().run()
    assert store.runs()[0].config.fault == "sigmoid_everywhere"
    app.selectbox(key="preset").set_value("ring_mlp").run()
    assert "fault" not in app.query_params
    assert go_to(app, "train") is app
    button(app, "Train").click().run()
    assert store.runs()[0].config.fault == RunConfig.default("fault")


def test_fault_stands_among_the_settings_of_its_run(store: Store) -> None:
    app = visit("train", run=store.create_run(faulty(HUNT[0])))
    assert any("Fault: **Logits read as probabilities**" in each.value for each in app.markdown)
    app = visit("train", run=store.create_run(healthy(HUNT[0])))
    assert not any("Fault:" in each.value for each in app.markdown)
