"""Sweeps on pages: started below the run, and shown with a dot for each."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.presets import PRESETS
from gan_core.runs.claims import holder_name
from gan_core.runs.store import Store
from gan_core.runs.sweeping import start_sweep
from gan_core.runs.sweeps import Sweep
from gan_core.training.records import RECORD_FIELDS
from pages.parts import sweeping
from tests.page_visit import button, by_menu, steady_figures, toasts, visit

CONFIG = PRESETS["ring_mlp"].config


def figure(app: AppTest) -> Any:
    return steady_figures(app)[0]


def trained(store: Store, values: list[Any], field: str = "d_learning_rate") -> Sweep:
    """A sweep whose first run has ended; the others train; all but the last have measured."""
    sweep = start_sweep(store, CONFIG, field, values)
    for place, run_id in enumerate(sweep.runs[:-1]):
        holder = holder_name()
        store.claims.take(run_id, holder)
        store.record.append(
            run_id,
            holder,
            step=1,
            points={0: np.full((1, len(RECORD_FIELDS)), 2.0, np.float32)},
            images_per_second=None,
            frame=b"{}",
            measures={"modes_covered": 3.0 + place},
        )
        store.set_status(run_id, holder, "running" if place else "finished")
    return sweep


def test_form_queues_a_run_for_each_value_and_links_to_the_sweep(store: Store) -> None:
    app = visit("train", preset="ring_mlp")
    app.selectbox(key="swept setting").set_value("d_learning_rate").run()
    app.text_input(key="values of d_learning_rate").set_value("1e-4, 1e-3 0.01").run()
    button(app, "Train (runs: 3)").click().run()
    assert not app.exception
    [sweep] = store.sweeps.all()
    rates = [store.run(run_id).config.d_learning_rate for run_id in sweep.runs]
    assert rates == [1e-4, 1e-3, 1e-2]
    assert store.run(sweep.runs[0]).config.dataset == "ring"
    assert store.run(sweep.runs[0]).name == "Ring of eight Gaussians · Learning rate of D = 0.0001"
    assert any(node.proto.label == "See what comes of them" for node in app.get("page_link"))


def test_link_to_a_sweep_that_is_gone_says_so(store: Store) -> None:
    sweep = trained(store, [1e-4, 1e-3])
    app = visit("sweep", sweep="gone", measure="nothing")
    assert toasts(app) == [
        "The sweep that the link names is not here; this is another one.",
        "The curve that the link names is not here.",
    ]
    assert app.query_params["sweep"] == sweep.label
    assert not toasts(visit("sweep", sweep=sweep.label))


def test_runs_of_a_sweep_are_called_in_the_reader_s_language(store: Store) -> None:
    app = visit("train", preset="ring_mlp", lang="zh")
    app.selectbox(key="swept setting").set_value("loss").run()
    app.multiselect(key="values of loss").set_value(["hinge", "least_squares"]).run()
    app.button(key="start sweep").click().run()
    assert not app.exception
    assert {run.name for run in store.runs()} == {
        "八高斯环 · 损失 = 铰链（hinge）",
        "八高斯环 · 损失 = 最小二乘",
    }


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("field", "settings", "suggested"),
    [
        ("seed", {}, "1 2 3"),
        ("seed", {"seed": "2000000"}, "0 1 2000000"),
        ("d_learning_rate", {}, "0.0001 0.001 0.01"),
        ("d_learning_rate", {"d_learning_rate": "0.0005"}, "0.00005 0.0005 0.005"),
        ("batch_size", {}, "64 128 256"),
        ("d_steps", {}, "1 5 10"),
    ],
)
def test_values_are_suggested(field: str, settings: dict[str, str], suggested: str) -> None:
    app = visit("train", preset="ring_mlp", **settings)
    app.selectbox(key="swept setting").set_value(field).run()
    assert app.text_input(key=f"values of {field}").value == suggested


def test_wrong_value_is_named_and_nothing_is_queued(store: Store) -> None:
    app = visit("train", preset="ring_mlp")
    app.selectbox(key="swept setting").set_value("d_learning_rate").run()
    app.text_input(key="values of d_learning_rate").set_value("0.001 7").run()
    button(app, "Train (runs: 2)").click().run()
    assert "d_learning_rate = 7 is not allowed" in toasts(app)[0]
    assert store.runs() == []


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(("typed", "n"), [("", 0), ("0.1", 1), ("0.1, ", 1), (" 0.1;0.2", 2)])
def test_button_counts_what_is_typed(typed: str, n: int) -> None:
    app = visit("train", preset="ring_mlp")
    app.text_input(key="values of d_learning_rate").set_value(typed).run()
    pressed = app.button(key="start sweep")
    assert (pressed.label, pressed.disabled) == (f"Train (runs: {n})", n == 0)


@pytest.mark.usefixtures("store")
def test_what_is_chosen_stays_on_the_way_home_and_back() -> None:
    app = visit("train", preset="ring_mlp")
    app.selectbox(key="swept setting").set_value("loss").run()
    app.multiselect(key="values of loss").set_value(["hinge"]).run()
    app.selectbox(key="swept setting").set_value("seed").run()
    app.text_input(key="values of seed").set_value("7 8").run()
    for page in ("home", "train"):
        by_menu(app, page)
    assert app.text_input(key="values of seed").value == "7 8"
    app.selectbox(key="swept setting").set_value("loss").run()
    assert app.multiselect(key="values of loss").value == ["hinge"]


def test_page_shows_a_dot_for_each_run_that_has_measured(store: Store) -> None:
    sweep = trained(store, [1e-4, 1e-3, 1e-2])
    app = visit("sweep", sweep=sweep.label)
    assert not app.exception
    ended, others = figure(app)["data"]
    assert (ended["x"], ended["y"]) == ([1e-4], [3.0])
    assert (others["x"], others["y"]) == ([1e-3], [4.0])
    labels = [node.proto.label for node in app.get("page_link")]
    assert "Learning rate of D = 0.0001" in labels
    opened = dict(parse_qsl(app.get("page_link")[0].proto.query_string))
    assert opened["d_learning_rate"] == "0.0001", "the form of Train holds it"
    assert "Compare runs side by side" in labels
    assert app.selectbox(key="sweep").options == [
        "Ring of eight Gaussians · Learning rate of D · 1"
    ]
    assert any("Modes covered: 3" in each.value for each in app.caption)
    app.selectbox(key="measure").set_value("d_loss").run()
    assert figure(app)["data"][0]["y"] == [2.0]
    assert app.query_params["measure"] == "d_loss"


def test_choices_stand_under_their_titles_in_the_reader_s_language(store: Store) -> None:
    trained(store, ["hinge", "minimax"], "loss")
    app = visit("sweep", lang="zh")
    assert not app.exception
    [title] = figure(app)["data"][0]["x"]
    assert title != "hinge"
    assert figure(app)["layout"]["xaxis"]["type"] == "category"


def test_without_a_sweep_the_page_says_where_to_start(store: Store) -> None:
    app = visit("sweep")
    assert any("Start one on the page" in each.value for each in app.info)


def test_values_may_be_parted_by_the_signs_of_a_chinese_keyboard() -> None:
    assert sweeping._split("1，2；3、4, 5;6") == ["1", "2", "3", "4", "5", "6"]
