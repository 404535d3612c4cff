"""The list of runs: open, rename, delete, page by page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.runs.names import MAX_NAME
from gan_core.runs.store import Store
from gan_core.text import GanError
from tests.page_visit import button, toasts, visit

MakeRun = Callable[..., str]


def names(app: AppTest) -> list[str]:
    """Names of the runs on the page, from top to bottom."""
    labels = [node.proto.label for node in app.main if node.type == "page_link"]
    return [label for label in labels if label != "Compare runs side by side"]


def links(app: AppTest) -> list[str]:
    return [node.proto.query_string for node in app.main if node.type == "page_link"]


def rename(app: AppTest, run_id: str, name: str) -> AppTest:
    """Type a name and press the button before the page has run again, as quick people do."""
    app.text_input(key=f"name {run_id}").set_value(name)
    return app.button(key=f"rename {run_id}").click().run()


def delete(app: AppTest, run_id: str) -> AppTest:
    """Press the button of the menu, then the one of the dialog that asks."""
    app.button(key=f"delete {run_id}").click().run()
    return app.button(key=f"confirm {run_id}").click().run()


@pytest.mark.usefixtures("store")
def test_empty_list_says_what_to_do() -> None:
    app = visit("runs")
    assert names(app) == []
    assert "Train" in app.info[0].value


def test_newest_run_comes_first(make_run: MakeRun) -> None:
    for name in ("one", "two", "three"):
        make_run(name=name)
    assert names(visit("runs")) == ["three", "two", "one"]


def test_run_opens_on_the_train_page_in_the_same_language_and_fills_the_form(store: Store) -> None:
    config = RunConfig.parse({**PRESETS["ring_wgan_gp"].settings, "seed": 7})
    run_id = store.create_run(config)
    [link] = links(visit("runs", lang="zh"))
    app = visit("train", **dict(parse_qsl(link)))
    assert (app.query_params["run"], app.query_params["lang"]) == (run_id, "zh")
    button(app, "训练").click().run()
    assert [run.config for run in store.runs()] == [config, config]


def test_row_shows_status_and_progress(make_run: MakeRun) -> None:
    make_run("paused")
    assert visit("runs").caption[0].value.startswith("paused · step 0 of 2,000 · ")


def test_row_of_a_run_that_went_on_shows_its_new_end(store: Store, make_run: MakeRun) -> None:
    run_id = make_run("finished")
    store.extend(run_id, 3000)
    assert visit("runs").caption[0].value.startswith("queued · step 0 of 3,000 · ")


def test_rename(store: Store, make_run: MakeRun) -> None:
    run_id = make_run(name="old")
    app = rename(visit("runs"), run_id, "new")
    assert names(app) == ["new"]
    assert store.run(run_id).name == "new"


@pytest.mark.parametrize("name", ["", "   ", "n" * (MAX_NAME + 1)])
def test_bad_name_is_refused_and_changes_nothing(
    store: Store, make_run: MakeRun, name: str
) -> None:
    run_id = make_run(name="old")
    app = rename(visit("runs"), run_id, name)
    assert not app.exception
    assert str(MAX_NAME) in toasts(app)[0]
    assert store.run(run_id).name == "old"


def test_name_is_shown_as_it_is(make_run: MakeRun) -> None:
    run_id = make_run(name="<b>猫</b>")
    app = rename(visit("runs"), run_id, "n" * MAX_NAME)
    assert names(app) == ["n" * MAX_NAME]


def test_delete(store: Store, make_run: MakeRun) -> None:
    kept, deleted = make_run(name="kept"), make_run("running", name="deleted")
    app = delete(visit("runs"), deleted)
    assert names(app) == ["kept"]
    assert [run.id for run in store.runs()] == [kept]
    assert f"confirm {deleted}" not in {each.key for each in app.button}


def test_run_is_deleted_only_after_its_name_was_shown(store: Store, make_run: MakeRun) -> None:
    other, run_id = make_run(name="other"), make_run("running", name="<b>*mine*</b>")
    app = visit("runs")
    app.button(key=f"delete {run_id}").click().run()
    said = [each.value for each in app.markdown]
    assert r"**\<b\>\*mine\*\<\/b\>**" in said
    assert not any("other" in each for each in said)
    app.button(key=f"keep {run_id}").click().run()
    assert not app.exception
    assert f"confirm {run_id}" not in {each.key for each in app.button}
    assert [run.id for run in store.runs()] == [run_id, other]


@pytest.mark.parametrize("action", ["rename", "confirm"])
def test_run_that_somebody_deleted_meanwhile_is_explained(
    store: Store, make_run: MakeRun, action: str
) -> None:
    run_id = make_run()
    app = visit("runs")
    if action == "confirm":
        app.button(key=f"delete {run_id}").click().run()
    store.delete(run_id)
    app.button(key=f"{action} {run_id}").click().run()
    assert not app.exception
    assert run_id in toasts(app)[0]


def test_run_that_is_deleted_while_the_list_is_drawn_is_left_out(
    store: Store, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kept", "gone"):
        make_run(name=name)
    there = store.runs()
    store.delete(there[0].id)
    monkeypatch.setattr(store, "runs", lambda: there)
    app = visit("runs")
    assert not app.exception
    assert names(app) == ["kept"]


def test_deletion_that_fails_is_explained(
    store: Store, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = make_run(name="kept")

    def refuse(*_: object) -> None:
        raise GanError("The store is full.")

    monkeypatch.setattr(Store, "delete", refuse)
    app = delete(visit("runs"), run_id)
    assert not app.exception
    assert toasts(app) == ["The store is full."]
    assert names(app) == ["kept"]


def test_twenty_runs_need_no_pages(make_run: MakeRun) -> None:
    for _ in range(20):
        make_run()
    app = visit("runs")
    assert len(names(app)) == 20
    assert not app.number_input


def test_more_runs_come_page_by_page(make_run: MakeRun) -> None:
    for number in range(41):
        make_run(name=f"run {number}")
    app = visit("runs")
    assert names(app) == [f"run {number}" for number in range(40, 20, -1)]
    app.number_input[0].set_value(2).run()
    assert names(app) == [f"run {number}" for number in range(20, 0, -1)]
    app.number_input[0].set_value(3).run()
    assert names(app) == ["run 0"]
    app.button_group(key="language_switch").set_value("zh").run()
    assert "run 0" in names(app)


def test_last_page_may_vanish_under_the_reader(store: Store, make_run: MakeRun) -> None:
    run_ids = [make_run() for _ in range(21)]
    app = visit("runs")
    app.number_input[0].set_value(2).run()
    app = delete(app, run_ids[0])
    assert not app.exception
    assert len(names(app)) == 20


def test_buttons_of_a_row_are_named(make_run: MakeRun) -> None:
    make_run()
    app = visit("runs")
    assert not button(app, "Rename").disabled
    assert not button(app, "Delete for good").disabled
