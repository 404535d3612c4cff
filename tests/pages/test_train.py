"""The train page: settings from presets and links, the Train button, the buttons of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig, live_fields
from gan_core.losses import LOSSES
from gan_core.presets import PRESETS
from gan_core.runs.claims import holder_name
from gan_core.runs.messages import snapshot
from gan_core.runs.store import Store
from gan_core.text import Text
from gan_core.training.records import RECORD_FIELDS
from tests.page_visit import button, errors, live_data, live_views, texts, toasts, visit

MakeRun = Callable[..., str]

DIVERGED = Text(
    "After step {step} the losses were no longer numbers (NaN or infinite). "
    "Try a learning rate ten times smaller (now D: {d}, G: {g}).",
    {"step": 7, "d": "1", "g": "1"},
)
GO_ON = "Go on for 2,000 more steps"
RUN_BUTTONS = ("Pause", "Resume", "One step", "D alone", "G alone", "Stop", "Cancel", GO_ON)
ALWAYS = (
    "Train",  # on phones
    "Start over",
    "Train with other seeds",
    "Train (runs: 3)",
    "Branch",
    "Measure this run",
    "FID (Inception-v3)",
)


def choose(app: AppTest, preset: str) -> AppTest:
    return app.selectbox(key="preset").set_value(preset).run()


def press_train(app: AppTest, store: Store) -> RunConfig:
    """Press Train and return the configuration of the run that this queued."""
    app.button(key="train").click().run()
    assert not app.exception
    assert toasts(app) == []
    [run] = store.runs()
    assert run.status == "queued"
    assert app.query_params["run"] == run.id
    return run.config


def widget_values(app: AppTest) -> dict[str, Any]:
    """What the widgets of the configuration show, by field."""
    sidebar = app.sidebar
    widgets = (
        *sidebar.selectbox,
        *sidebar.select_slider,
        *sidebar.slider,
        *sidebar.number_input,
        *sidebar.toggle,
        *sidebar.text_input,
    )
    return {widget.key: widget.value for widget in widgets if widget.key in RunConfig.model_fields}


def assert_shows(app: AppTest, config: RunConfig) -> None:
    shown = set(config.applicable_fields()) - {"pictures"}  # these have no widget
    assert widget_values(app) == config.model_dump(include=shown)


def enabled(app: AppTest) -> set[str]:
    """Labels of the run's buttons that can be pressed."""
    return {each.label for each in app.main.button if not each.disabled} & {*RUN_BUTTONS}


# ---------------------------------------------------------------- presets and Train


@pytest.mark.parametrize("preset", PRESETS)
def test_preset_sets_every_widget_and_train_queues_it(store: Store, preset: str) -> None:
    app = choose(visit("train"), preset)
    assert_shows(app, PRESETS[preset].config)
    assert app.query_params["preset"] == preset
    assert press_train(app, store).model_dump() == PRESETS[preset].config.model_dump()


def test_preset_undoes_what_was_set_before(store: Store) -> None:
    app = visit("train", batch_size="256", beta_1="0.9", seed="5")
    choose(app, "ring_mlp")
    assert_shows(choose(app, "digits_dcgan"), PRESETS["digits_dcgan"].config)


def test_train_takes_what_the_widgets_say(store: Store) -> None:
    app = visit("train")
    app.select_slider(key="batch_size").set_value(256)
    app.slider(key="beta_1").set_value(0.9)
    app.selectbox(key="loss").set_value("least_squares").run()
    config = press_train(app, store)
    assert config == RunConfig.parse({"batch_size": 256, "beta_1": 0.9, "loss": "least_squares"})
    assert config.model_dump(include=set(widget_values(app))) == widget_values(app)


def test_train_takes_a_number_typed_just_before(store: Store) -> None:
    app = visit("train")
    app.number_input(key="seed").set_value(7)
    assert press_train(app, store).seed == 7


def test_train_takes_a_preset_chosen_just_before(store: Store) -> None:
    app = visit("train")
    app.selectbox(key="preset").set_value("ring_mlp")
    assert press_train(app, store).model_dump() == PRESETS["ring_mlp"].config.model_dump()


def test_each_press_queues_a_run_of_its_own(store: Store) -> None:
    app = visit("train")
    for _ in range(2):
        button(app, "Train").click().run()
    first, second = store.runs()
    assert first.config == second.config
    assert app.query_params["run"] == first.id


def test_train_without_a_usable_store_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = visit("train")
    monkeypatch.setenv("GAN_STORE", "sqlite:////proc/nope/x.db")
    button(app, "Train").click().run()
    assert not app.exception
    assert "sqlite:////proc/nope/x.db" in toasts(app)[0]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("preset", PRESETS)
def test_page_shows_the_formulas_of_what_is_minimised(preset: str) -> None:
    config = PRESETS[preset].config
    formulas = [each.value.strip("$\n") for each in choose(visit("train"), preset).latex]
    shown = " ".join(formulas)
    assert config.items.loss.discriminator_formula in shown
    assert config.items.loss.generator_formula in shown
    items = config.items
    weights = {
        items.penalty.formula: config.penalty_weight,
        items.family.formula: config.code_weight,
    }
    besides = {formula: weight for formula, weight in weights.items() if formula}
    weighted = {rf"{formula}, \quad \lambda = {weight:g}" for formula, weight in besides.items()}
    assert {each for each in formulas if r"\lambda" in each} == weighted


# ----------------------------------------------------------------------------- links


@pytest.mark.usefixtures("store")
def test_link_sets_preset_and_widgets() -> None:
    app = visit("train", preset="ring_mlp", batch_size="256", lang="zh")
    assert not app.exception
    assert toasts(app) == []
    assert app.session_state["preset"] == "ring_mlp"
    settings = dict(PRESETS["ring_mlp"].settings) | {"batch_size": 256}
    expected = RunConfig.parse(settings).model_dump()
    assert {name: app.session_state[name] for name in expected} == expected
    assert app.query_params == {"preset": "ring_mlp", "batch_size": "256", "lang": "zh"}


@pytest.mark.usefixtures("store")
def test_url_is_a_link_to_what_the_widgets_say() -> None:
    app = choose(visit("train"), "digits_mlp")
    app.select_slider(key="g_hidden_units").set_value(64).run()
    again = visit("train", **app.query_params)
    assert app.query_params["g_hidden_units"] == "64"
    assert widget_values(again) == widget_values(app)


@pytest.mark.usefixtures("store")
def test_url_forgets_a_setting_that_is_back_at_its_preset() -> None:
    app = visit("train", batch_size="256")
    app.select_slider(key="batch_size").set_value(32).run()
    assert "batch_size" not in app.query_params


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ({"batch_size": "99999"}, "batch_size", "from 2 to 512"),
        ({"batch_size": "many"}, "batch_size", "from 2 to 512"),
        ({"beta_1": "nan"}, "beta_1", "from 0 to 0.99"),
        ({"steps": "1.5"}, "steps", "from 1 to 1,000,000"),
        ({"d_learning_rate": ""}, "d_learning_rate", "from 0.000001 to 1"),
        ({"dataset": "nonsense"}, "dataset", "digits"),
        ({"precision": "float8"}, "precision", "bfloat16"),
        ({"dataset": "ring", "network": "dcgan"}, "network", "mlp"),
        ({"g_hidden_units": "64"}, "g_hidden_units", "Leave it out"),
        ({"preset": "nonsense"}, "preset", "digits_dcgan"),
    ],
)
def test_wrong_link_is_explained_and_not_taken(
    query: dict[str, str], field: str, allowed: str
) -> None:
    app = visit("train", **query)
    assert not app.exception
    [toast] = toasts(app)
    assert field in toast
    assert query[field] in toast
    assert allowed in toast
    assert_shows(app, PRESETS["digits_dcgan"].config)
    assert app.query_params == {"lang": "en", "preset": "digits_dcgan"}


@pytest.mark.usefixtures("store")
def test_link_whose_settings_fit_only_together_is_taken() -> None:
    app = visit("train", preset="ring_trained", steps="2000", head_start="0")
    assert toasts(app) == []
    assert [app.session_state[name] for name in ("steps", "head_start")] == [2000, 0]


@pytest.mark.usefixtures("store")
def test_link_with_one_wrong_value_keeps_the_others() -> None:
    app = visit("train", dataset="ring", network="mlp", batch_size="99999", seed="7")
    assert len(toasts(app)) == 1
    values = widget_values(app)
    assert (values["dataset"], values["network"], values["seed"]) == ("ring", "mlp", 7)
    assert values["batch_size"] == PRESETS["digits_dcgan"].config.batch_size


@pytest.mark.usefixtures("store")
def test_wrong_link_is_explained_only_once_and_in_chinese() -> None:
    app = visit("train", batch_size="99999", lang="zh")
    assert "batch_size = 99999 不符合要求" in toasts(app)[0]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", ["preset", "batch_size", "d_formula", "run"])
def test_link_puts_no_picture_and_no_other_link_into_a_message(name: str) -> None:
    app = visit("train", loss="custom", **{name: "![see](//evil.example)"})
    assert not app.exception
    messages = [message.value for message in (*app.toast, *app.error)]
    assert any(r"\!\[see\]\(\/\/evil\.example\)" in message for message in messages)
    assert not any("[see](" in message for message in messages)


@pytest.mark.usefixtures("store")
def test_ring_rules_out_convolutions() -> None:
    app = visit("train")
    app.selectbox(key="network").set_value("dcgan").run()
    app.selectbox(key="dataset").set_value("ring").run()
    assert app.selectbox(key="network").options == ["Fully connected (MLP)"]
    assert app.selectbox(key="network").value == "mlp"
    app.selectbox(key="dataset").set_value("digits").run()
    assert len(app.selectbox(key="network").options) > 1


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_link_to_a_run_that_is_not_there_names_it(language: str) -> None:
    app = visit("train", run="no-such-run", lang=language)
    assert not app.exception
    assert "no-such-run" in errors(app)[0]


# --------------------------------------------------------------------------- one run


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("queued", {"Cancel"}),
        ("running", {"Pause", "Stop"}),
        ("paused", {"Resume", "One step", "D alone", "G alone", "Stop"}),
        ("finished", {GO_ON}),
        ("stopped", {"Resume"}),
        ("diverged", set()),
        ("failed", {"Resume"}),
    ],
)
def test_buttons_fit_the_status(make_run: MakeRun, status: str, expected: set[str]) -> None:
    app = visit("train", run=make_run(status))
    assert enabled(app) == expected
    assert {each.label for each in app.main.button} <= {*RUN_BUTTONS, *ALWAYS}


def test_finished_run_goes_on_for_as_many_steps_as_asked(store: Store, make_run: MakeRun) -> None:
    run_id = make_run("finished")
    app = visit("train", run=run_id)
    app.number_input(key=f"more steps of {run_id}").set_value(30).run()
    button(app, "Go on for 30 more steps").click().run()
    assert not app.exception
    run = store.run(run_id)
    assert (run.status, store.controls.config_now(run_id).steps) == ("queued", run.step + 30)
    assert enabled(app) == {"Cancel"}


def test_run_that_ended_early_may_take_the_rest_and_its_rates_go_on_as_planned(
    store: Store,
) -> None:
    holder = holder_name()
    config = RunConfig.parse({"steps": 100, "rate_schedule": "linear"})
    run_id = store.create_run(config, claimed_by=holder)
    store.record.append(run_id, holder, step=40, points={}, images_per_second=None)
    store.give_back(run_id, holder, "finished")
    app = visit("train", run=run_id)
    as_planned = "Both learning rates go on as planned: they reach 0 at step 100."
    assert button(app, "Go on for 60 more steps")
    assert as_planned in [each.value for each in app.caption]
    app.number_input(key=f"more steps of {run_id}").set_value(61).run()
    captions = [each.value for each in app.caption]
    assert as_planned not in captions
    assert any(each.startswith("Both learning rates rise again first") for each in captions)


def test_branch_of_pictures_stands_beside_its_run_and_train_shows_one_alone(
    store: Store, make_run: MakeRun
) -> None:
    run_id = make_run("finished")
    app = visit("train", run=run_id)
    app.selectbox(key=f"branch of {run_id}: setting").set_value("g_learning_rate").run()
    app.select_slider(key=f"branch of {run_id}: g_learning_rate").set_value(0.01).run()
    button(app, "Branch").click().run()
    assert not app.exception
    branch_id = app.query_params["beside"]
    assert app.query_params["run"] == run_id
    assert store.controls.config_now(branch_id).g_learning_rate == 0.01
    shown = [view["run"] for view in live_views(app)]
    assert shown == [run_id, branch_id]
    button(app, "Train").click().run()
    assert "beside" not in app.query_params
    assert len(live_views(app)) == 1


def test_run_that_trains_is_branched_where_it_is_when_the_button_is_pressed(store: Store) -> None:
    run_id, holder = store.create_run(RunConfig()), holder_name()
    store.claims.take(run_id, holder)
    store.set_status(run_id, holder, "running")
    store.record.append(run_id, holder, step=20, points={}, images_per_second=None)
    app = visit("train", run=run_id)
    app.selectbox(key=f"branch of {run_id}: setting").set_value("g_learning_rate").run()
    app.select_slider(key=f"branch of {run_id}: g_learning_rate").set_value(0.01).run()
    store.record.append(run_id, holder, step=70, points={}, images_per_second=None)
    button(app, "Branch").click().run()
    assert not app.exception
    [change] = store.controls.changes(app.query_params["beside"])
    assert change.applied_step == 70


def test_where_one_of_two_runs_is_gone_the_other_is_shown(make_run: MakeRun) -> None:
    run_id = make_run("finished")
    app = visit("train", run=run_id, beside="gone")
    assert not app.exception
    assert not app.error
    assert [each["run"] for each in live_views(app)] == [run_id]
    assert "gone" in app.warning[0].value
    assert "beside" not in app.query_params


def test_run_beside_itself_is_shown_once(make_run: MakeRun) -> None:
    run_id = make_run("finished")
    app = visit("train", run=run_id, beside=run_id)
    assert not app.exception
    assert [view["run"] for view in live_views(app)] == [run_id]


def test_formulas_below_a_run_are_those_of_its_loss_now(store: Store, make_run: MakeRun) -> None:
    branch = store.branch(make_run("finished"), 0, "loss", "hinge")
    shown = " ".join(each.value for each in visit("train", run=branch).latex)
    assert LOSSES.get("hinge").discriminator_formula in shown


def test_link_to_a_step_of_pictures_shows_it(make_run: MakeRun) -> None:
    app = visit("train", run=make_run("finished"), at="40")
    assert live_data(app)["at"] == 40


@pytest.mark.parametrize("status", ["queued", "running", "paused"])
def test_active_run_has_live_learning_rates(make_run: MakeRun, status: str) -> None:
    app = visit("train", run=make_run(status))
    labels = [slider.label for slider in app.main.select_slider]
    assert labels[:2] == ["Learning rate of D", "Learning rate of G"]


def test_active_run_has_a_widget_for_every_setting_that_may_change(make_run: MakeRun) -> None:
    run_id = make_run("running")
    main = visit("train", run=run_id).main
    kinds = (main.selectbox, main.select_slider, main.slider, main.text_input, main.number_input)
    drawn = {widget.key for kind in kinds for widget in kind}
    applicable = set(RunConfig().applicable_fields()) & set(live_fields())
    assert {f"{name} of {run_id}" for name in applicable} <= drawn
    assert {"loss", "penalty", "d_steps", "g_optimizer"} <= applicable
    assert f"real_target of {run_id}" not in drawn, "this loss has no such option"


@pytest.mark.parametrize("status", ["finished", "stopped", "diverged", "failed"])
def test_ended_run_has_no_live_settings(make_run: MakeRun, status: str) -> None:
    assert not visit("train", run=make_run(status)).main.select_slider


@pytest.mark.parametrize("status", ["failed", "diverged"])
def test_browser_can_say_what_went_wrong(store: Store, make_run: MakeRun, status: str) -> None:
    run_id = make_run(status, DIVERGED)
    data = live_data(visit("train", run=run_id, lang="zh"))
    assert data["run"] == run_id
    assert data["status"] == status
    message = json.loads(snapshot(store, run_id, 0))["state"]["message"]
    assert message["template"] in data["catalog"]
    assert data["message"] == message


def test_browser_is_sent_the_sentences_that_it_may_say_and_no_others(make_run: MakeRun) -> None:
    run_id = make_run("running")
    sent = live_data(visit("train", run=run_id, lang="zh"))["catalog"]
    assert {"running", "Draw real points here", "Learning rate of D", "Hinge"} <= sent.keys()
    assert len(json.dumps(sent)) < 16_000
    assert live_data(visit("train", run=run_id, lang="en"))["catalog"] == {}


def test_a_run_comes_with_what_its_socket_would_say_first_but_once(store: Store) -> None:
    run_id = store.create_run(RunConfig(), claimed_by=(holder := holder_name()))
    assert first_message(visit("train", run=run_id)) == "", "there is nothing to draw yet"
    records = np.zeros((3, len(RECORD_FIELDS)), np.float32)
    store.record.append(
        run_id, holder, step=3, points={0: records}, images_per_second=None, frame=b"", measures={}
    )
    app = visit("train", run=run_id)
    assert first_message(app) == snapshot(store, run_id, 0)
    assert first_message(app.run()) == "", "the figures stand: it would be sent in vain"


def first_message(app: AppTest) -> str:
    component: Any = next(node for node in app.main if node.type == "bidi_component")
    return str(json.loads(component.proto.json)["first"])


@pytest.mark.parametrize(
    ("status", "label", "action"),
    [
        ("running", "Pause", "pause"),
        ("running", "Stop", "stop"),
        ("paused", "Resume", "resume"),
        ("paused", "One step", "step"),
        ("paused", "D alone", "turn_d"),
        ("paused", "G alone", "turn_g"),
        ("paused", "Stop", "stop"),
    ],
)
def test_button_puts_a_control_into_the_store(
    store: Store, make_run: MakeRun, status: str, label: str, action: str
) -> None:
    run_id = make_run(status)
    app = visit("train", run=run_id)
    button(app, label).click().run()
    assert not app.exception
    assert toasts(app) == []
    assert [control.action for control in store.controls.pending(run_id)] == [action]


def test_cancel_ends_a_queued_run_at_once(store: Store, make_run: MakeRun) -> None:
    run_id = make_run()
    app = visit("train", run=run_id)
    button(app, "Cancel").click().run()
    assert store.run(run_id).status == "stopped"
    assert enabled(app) == {"Resume"}


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_resume_queues_an_ended_run_again(store: Store, make_run: MakeRun, status: str) -> None:
    run_id = make_run(status)
    app = visit("train", run=run_id)
    button(app, "Resume").click().run()
    assert store.run(run_id).status == "queued"
    assert enabled(app) == {"Cancel"}


def test_live_slider_sets_the_learning_rate(store: Store, make_run: MakeRun) -> None:
    run_id = make_run("running")
    app = visit("train", run=run_id)
    key = f"g_learning_rate of {run_id}"
    app.select_slider(key=key).set_value(0.001).run()
    assert toasts(app) == []
    [control] = store.controls.pending(run_id)
    assert (control.action, control.field, control.value) == ("set", "g_learning_rate", 0.001)
    assert visit("train", run=run_id).select_slider(key=key).value == 0.001


def test_live_choice_exchanges_the_loss_and_its_options_come_with_it(
    store: Store, make_run: MakeRun
) -> None:
    run_id = make_run("running")
    app = visit("train", run=run_id)
    app.selectbox(key=f"loss of {run_id}").set_value("least_squares").run()
    assert toasts(app) == []
    app.slider(key=f"real_target of {run_id}").set_value(0.9).run()
    assert toasts(app) == []
    asked = [(control.field, control.value) for control in store.controls.pending(run_id)]
    assert asked == [("loss", "least_squares"), ("real_target", 0.9)]
    assert store.run(run_id).config == RunConfig(), "what it began with stays known"
    app.selectbox(key=f"loss of {run_id}").set_value("hinge").run()
    assert f"real_target of {run_id}" not in {slider.key for slider in app.main.slider}
    assert store.controls.config_now(run_id).loss == "hinge"


@pytest.mark.parametrize("what", ["Pause", "Stop", "slider"])
def test_run_that_ended_meanwhile_refuses_with_a_sentence(
    store: Store, make_run: MakeRun, what: str
) -> None:
    run_id = make_run("running", name="mine")
    app = visit("train", run=run_id)
    holder = holder_name()
    store.claims.take(run_id, holder, force=True)
    store.set_status(run_id, holder, "finished")
    if what == "slider":
        app.select_slider(key=f"d_learning_rate of {run_id}").set_value(0.001).run()
    else:
        button(app, what).click().run()
    assert not app.exception
    assert toasts(app) == ["Run mine is finished and takes no more steps. Start a new one."]
    assert store.controls.pending(run_id) == []
    assert enabled(app) == {GO_ON}


def test_run_that_was_deleted_meanwhile_is_explained(store: Store, make_run: MakeRun) -> None:
    run_id = make_run("running")
    app = visit("train", run=run_id)
    store.delete(run_id)
    button(app, "Pause").click().run()
    assert not app.exception
    assert run_id in toasts(app)[0]
    assert run_id in app.error[0].value


def test_ended_run_without_settings_of_a_machine_shows_its_own(make_run: MakeRun) -> None:
    app = visit("train", run=make_run("finished"))
    assert "Batch size: **32**" in " ".join(texts(app))
