"""Widgets for settings: each setting has one, and it reaches every allowed value it should."""

from __future__ import annotations

import pytest

from gan_core.config import CHOICES, RunConfig, bounds, shown
from gan_core.presets import PRESETS
from pages.parts.controls import scale_options
from tests.page_visit import visit

NUMBERS = [name for name in RunConfig.model_fields if name not in CHOICES]
LOG_FIELDS = [name for name in NUMBERS if shown(name).scale == "log"]


@pytest.mark.usefixtures("store")
def test_every_setting_has_a_widget() -> None:
    drawn: set[str] = set()
    for preset in PRESETS:
        sidebar = visit("train", preset=preset).sidebar
        for kind in (
            sidebar.selectbox,
            sidebar.select_slider,
            sidebar.slider,
            sidebar.number_input,
        ):
            drawn |= {widget.key for widget in kind if widget.key}
    assert drawn == set(RunConfig.model_fields) - {"family"} | {"preset"}


@pytest.mark.parametrize("field", LOG_FIELDS)
def test_options_lie_within_the_bounds_and_reach_both(field: str) -> None:
    options, (low, high) = scale_options(field), bounds(field)
    assert (min(options), max(options)) == (low, high)
    for value in (min(options), max(options)):
        type(RunConfig())(network="mlp", **{field: value})


@pytest.mark.parametrize("field", LOG_FIELDS)
def test_options_hold_the_default_and_every_preset(field: str) -> None:
    wanted = {getattr(preset.config, field) for preset in PRESETS.values()}
    assert wanted | {RunConfig.model_fields[field].default} <= set(scale_options(field))


@pytest.mark.parametrize("field", LOG_FIELDS)
def test_options_are_sorted_and_of_the_right_kind(field: str) -> None:
    options = scale_options(field)
    assert options == sorted(set(options))
    assert {type(option) for option in options} == {RunConfig.model_fields[field].annotation}


def test_value_of_a_link_becomes_an_option() -> None:
    assert 33 in scale_options("batch_size", also=33)
    assert 33 not in scale_options("batch_size")


def test_value_outside_the_bounds_never_becomes_an_option() -> None:
    assert scale_options("batch_size", also=100_000) == scale_options("batch_size")
