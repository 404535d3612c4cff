"""RunConfig: whatever is wrong in it is named, with what would be right."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import pytest
from pydantic import ValidationError

from gan_core.config import (
    CHOICES,
    RunConfig,
    allowed_names,
    bounds,
    is_live,
    network_fields,
    shown,
)
from gan_core.networks import NETWORKS
from gan_core.presets import PRESETS, preset
from gan_core.text import GanError

FIELDS = list(RunConfig.model_fields)
NUMBERS = [field for field in FIELDS if field not in CHOICES]
WHOLE = [field for field in NUMBERS if RunConfig.model_fields[field].annotation is int]
LIVE = ["d_learning_rate", "g_learning_rate"]

every_number = pytest.mark.parametrize("field", NUMBERS)
every_choice = pytest.mark.parametrize("field", list(CHOICES))
every_preset = pytest.mark.parametrize("name", list(PRESETS))


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(GanError) as raised:
        RunConfig.parse(values)
    return str(raised.value)


def with_network_for(field: str) -> dict[str, Any]:
    """The least that a config needs for `field` to have an effect."""
    return {"network": "mlp"} if field in network_fields() else {}


def just_outside(field: str, limit: float, direction: int) -> float:
    if field in WHOLE:
        return int(limit) + direction
    return math.nextafter(limit, direction * math.inf)


# ------------------------------------------------------------------------ what is wrong


@every_number
@pytest.mark.parametrize("end", [0, 1], ids=["low", "high"])
def test_limits_belong_to_the_range_and_what_is_beyond_does_not(field: str, end: int) -> None:
    limit = bounds(field)[end]
    config = RunConfig.parse({**with_network_for(field), field: limit})
    assert getattr(config, field) == limit
    beyond = just_outside(field, limit, 1 if end else -1)
    message = refusal({**with_network_for(field), field: beyond})
    assert message.startswith(f"{field} = {beyond} is not allowed. Allowed: a ")


@every_number
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, "nan", "inf", "many", "", None, [1], {}, "1e400"]
)
def test_what_is_no_number_is_refused_by_name(field: str, value: Any) -> None:
    message = refusal({field: value})
    assert message.startswith(f"{field} = {value} is not allowed.")
    assert allowed_range(field) in message


@pytest.mark.parametrize("field", WHOLE)
@pytest.mark.parametrize("value", [2.5, "2.5"])
def test_fractions_of_whole_numbers_are_refused(field: str, value: Any) -> None:
    assert refusal({field: value}).startswith(f"{field} = 2.5 is not allowed. Allowed: a whole")


@every_choice
@pytest.mark.parametrize("value", ["nonsense", "", None, 7, ["gan"]])
def test_unknown_choice_is_answered_with_those_there_are(field: str, value: Any) -> None:
    message = refusal({field: value})
    assert message.startswith(f"{field} = {value} is not allowed.")
    assert f"one of {', '.join(allowed_names(field))}" in message


def test_unknown_setting_is_answered_with_those_there_are() -> None:
    message = refusal({"speed": 3})
    assert "no setting called speed" in message
    assert ", ".join(FIELDS) in message


def test_pictures_networks_refuse_points_and_name_the_way_out() -> None:
    message = refusal({"dataset": "ring"})
    assert message == (
        "network = dcgan_small needs pictures, and dataset = ring has points. Choose network = mlp."
    )
    assert RunConfig.parse({"dataset": "ring", "network": "mlp"}).dataset == "ring"


@pytest.mark.parametrize("field", sorted(network_fields()))
def test_setting_without_effect_is_refused(field: str) -> None:
    other = bounds(field)[1]
    assert refusal({"network": "dcgan", field: other}).startswith(
        f"{field} = {other} has no effect: network = dcgan"
    )
    default = RunConfig.model_fields[field].default
    assert RunConfig.parse({"network": "dcgan", field: default}).network == "dcgan"


def test_first_of_several_faults_is_named() -> None:
    assert refusal({"steps": 0, "seed": -1}).startswith("steps = 0")


# ------------------------------------------------------------------------ what is right


@every_number
def test_numbers_may_come_as_text(field: str) -> None:
    limit = bounds(field)[0]
    config = RunConfig.parse({**with_network_for(field), field: str(limit)})
    assert getattr(config, field) == limit
    assert type(getattr(config, field)) is RunConfig.model_fields[field].annotation


def test_defaults_are_a_complete_config() -> None:
    config = RunConfig.parse({})
    assert config == PRESETS["digits_dcgan"].config
    assert config.items.dataset.name == config.dataset
    assert config.items.network.name == config.network
    assert config.items.loss.name == config.loss
    assert config.items.family.name == config.family


def test_every_network_trains_on_every_dataset_that_fits_it() -> None:
    for network, dataset in itertools.product(NETWORKS, CHOICES["dataset"]):
        values = {"network": network.name, "dataset": dataset.name}
        if network.fits(dataset.shape):
            assert RunConfig.parse(values).items.dataset is dataset
        else:
            assert "Choose network = mlp" in refusal(values)


def test_config_cannot_be_altered() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        RunConfig.parse({}).steps = 5  # type: ignore[misc]


@every_preset
def test_config_survives_json(name: str) -> None:
    config = PRESETS[name].config
    assert RunConfig.parse(json.loads(config.model_dump_json())) == config
    # The store keeps only what was set, so that a later default does not count as chosen.
    assert RunConfig.parse(json.loads(config.model_dump_json(exclude_unset=True))) == config


@every_preset
def test_preset_says_what_it_is_and_sets_only_what_differs(name: str) -> None:
    chosen = preset(name)
    assert chosen.title
    assert chosen.help
    defaults = RunConfig.parse({})
    for field, value in chosen.settings.items():
        assert getattr(chosen.config, field) == value != getattr(defaults, field)


def test_unknown_preset_is_answered_with_those_there_are() -> None:
    with pytest.raises(GanError, match=r"no preset called 'cats'.*digits_dcgan, digits_mlp"):
        preset("cats")


# ------------------------------------------------------------------------- mid-run


@pytest.mark.parametrize("field", LIVE)
def test_rates_may_change_mid_run(field: str) -> None:
    config = PRESETS["ring_mlp"].config
    changed = config.with_rate(field, "0.25")
    assert getattr(changed, field) == 0.25
    assert changed.model_copy(update={field: getattr(config, field)}) == config


def test_rate_out_of_range_is_refused_mid_run() -> None:
    with pytest.raises(GanError, match="d_learning_rate = 2 is not allowed"):
        RunConfig.parse({}).with_rate("d_learning_rate", 2)


@pytest.mark.parametrize("field", [*(field for field in FIELDS if field not in LIVE), "nonsense"])
def test_nothing_else_may_change_mid_run(field: str) -> None:
    with pytest.raises(GanError) as raised:
        RunConfig.parse({}).with_rate(field, 1)
    assert str(raised.value).startswith(f"{field} cannot change while a run trains.")
    assert ", ".join(LIVE) in str(raised.value)


# ------------------------------------------------------------------- how it is shown


@pytest.mark.parametrize("field", FIELDS)
def test_every_setting_explains_itself(field: str) -> None:
    info = RunConfig.model_fields[field]
    assert info.title
    assert info.description
    assert info.description.endswith(".")
    assert is_live(field) == (field in LIVE)


@every_number
def test_logarithmic_settings_start_above_zero(field: str) -> None:
    low, high = bounds(field)
    assert low < high
    assert shown(field).scale == "linear" or low > 0


@pytest.mark.parametrize("network", list(NETWORKS), ids=lambda network: network.name)
def test_form_offers_what_has_an_effect(network: Any) -> None:
    offered = RunConfig.parse({"network": network.name}).applicable_fields()
    assert offered == [
        field for field in FIELDS if field not in network_fields() or field in network.options
    ]


def allowed_range(field: str) -> str:
    low, high = bounds(field)
    kind = "a whole number" if field in WHOLE else "a number"
    written = {1e-6: "0.000001", 1_000_000: "1,000,000", 2_000_000: "2,000,000"}
    return f"{kind} from {written.get(low, f'{low:g}')} to {written.get(high, f'{high:g}')}"
