"""Widgets for settings: each setting has one, and it reaches every allowed value it should."""

from __future__ import annotations

import pytest

from gan_core.config import NEVER, RunConfig, option_fields
from gan_core.losses import LOSSES
from gan_core.networks import NETWORKS
from gan_core.penalties import PENALTIES
from gan_core.presets import PRESETS
from pages.parts import store as store_of_the_app
from pages.parts.controls import preset_values
from pages.parts.fields import scale_options
from tests.page_visit import button, visit, visit_folded

LOG_FIELDS = [name for name in RunConfig.names() if RunConfig.shown(name).scale == "log"]
FORMS = (
    *({"preset": preset} for preset in PRESETS),
    *({"loss": loss.name} for loss in LOSSES),
    *({"penalty": penalty.name} for penalty in PENALTIES),
    {"dataset": "text", "network": "mlp"},
    {"dataset": "drawing", "network": "mlp"},
)


@pytest.mark.slow
@pytest.mark.usefixtures("store")
def test_every_setting_has_a_widget() -> None:
    drawn: set[str] = set()
    for form in FORMS:
        sidebar = visit("train", **form).sidebar
        for kind in (
            sidebar.selectbox,
            sidebar.select_slider,
            sidebar.slider,
            sidebar.number_input,
            sidebar.toggle,
            sidebar.text_input,
        ):
            drawn |= {widget.key for widget in kind if widget.key}
    # A drawing has a pad of its own, pictures are brought as files, and nobody is offered faults.
    without = {"points", "pictures", "fault"}
    assert drawn == set(RunConfig.model_fields) - without | {"preset"}


@pytest.mark.usefixtures("store")
def test_folded_settings_are_not_drawn_and_count_all_the_same() -> None:
    app = visit_folded("train", preset="ring_mlp", seed="7", d_steps="3")
    assert not app.exception
    drawn = {each.key for each in (*app.number_input, *app.slider, *app.select_slider)}
    assert "batch_size" in drawn
    assert not {"seed", "d_steps"} & drawn
    assert (app.query_params["seed"], app.query_params["d_steps"]) == ("7", "3")
    button(app, "Train").click().run()
    [run] = store_of_the_app.store().runs()
    assert (run.config.seed, run.config.d_steps) == (7, 3)


@pytest.mark.usefixtures("store")
def test_a_folded_choice_that_another_rules_out_becomes_an_allowed_one() -> None:
    """Points have no Fréchet distance of digits whose plateau could end a run."""
    app = visit_folded("train", stop_when_flat="frechet")
    app.selectbox(key="preset").set_value("ring_mlp").run()
    app.session_state["stop_when_flat"] = "frechet"
    app.run()
    assert not app.exception
    button(app, "Train").click().run()
    [run] = store_of_the_app.store().runs()
    assert run.config.stop_when_flat == NEVER


@pytest.mark.usefixtures("store")
def test_link_may_hide_settings_and_they_count_all_the_same() -> None:
    app = visit("train", seed="7", hide="seed,beta_1")
    assert not app.exception
    assert not {"seed", "beta_1"} & {each.key for each in (*app.number_input, *app.slider)}
    assert "d_steps" in {each.key for each in app.slider}
    assert (app.session_state["seed"], app.query_params["seed"]) == (7, "7")


@pytest.mark.parametrize("field", LOG_FIELDS)
def test_options_lie_within_the_bounds_and_reach_both(field: str) -> None:
    options, (low, high) = scale_options(RunConfig, field), RunConfig.bounds(field)
    assert (min(options), max(options)) == (low, high)
    convolutional = field in NETWORKS.get("dcgan").options
    network = "dcgan" if convolutional else "mlp"
    family = "infogan" if field in option_fields("family") else "gan"
    for value in (min(options), max(options)):
        RunConfig.parse({"network": network, "family": family, "penalty": "r1", field: value})


@pytest.mark.parametrize("field", LOG_FIELDS)
def test_options_hold_the_default_and_every_preset(field: str) -> None:
    options = scale_options(RunConfig, field, also=preset_values(field))
    wanted = {getattr(preset.config, field) for preset in PRESETS.values()}
    assert wanted | {RunConfig.default(field)} <= set(options)


@pytest.mark.parametrize("field", LOG_FIELDS)
def test_options_are_sorted_and_of_the_right_kind(field: str) -> None:
    options = scale_options(RunConfig, field)
    assert options == sorted(set(options))
    assert {type(option) for option in options} == {RunConfig.kind(field)}


def test_value_of_a_link_becomes_an_option() -> None:
    assert 33 in scale_options(RunConfig, "batch_size", also=[33])
    assert 33 not in scale_options(RunConfig, "batch_size")


def test_value_outside_the_bounds_never_becomes_an_option() -> None:
    options = scale_options(RunConfig, "batch_size")
    assert scale_options(RunConfig, "batch_size", also=[100_000]) == options


@pytest.mark.usefixtures("store")
def test_link_hides_no_setting_whose_name_is_part_of_another() -> None:
    app = visit("train", hide="d_steps")
    kinds = (app.slider, app.select_slider, app.number_input)
    drawn = {each.key for kind in kinds for each in kind}
    assert "steps" in drawn
    assert "d_steps" not in drawn


@pytest.mark.usefixtures("store")
def test_what_a_link_leaves_of_a_group_is_unfolded() -> None:
    def drawn(**query: str) -> bool:
        app = visit_folded("train", **query)
        kinds = (app.number_input, app.slider, app.select_slider)
        return "seed" in {each.key for kind in kinds for each in kind}

    assert drawn(hide="precision")
    assert not drawn(hide="beta_1")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("preset", "choice"), [("digits_mlp", "network=dcgan"), ("ring_wgan_gp", "penalty=none")]
)
def test_choice_of_a_link_does_away_with_what_the_preset_says_of_its_own(
    preset: str, choice: str
) -> None:
    name, _, value = choice.partition("=")
    app = visit("train", preset=preset, **{name: value})
    assert not app.toast
    assert (app.query_params["preset"], app.session_state[name]) == (preset, value)
