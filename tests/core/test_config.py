"""RunConfig: whatever is wrong in it is named, with what would be right."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from gan_core.config import RunConfig, live_fields, option_fields
from gan_core.datasets import DATASETS
from gan_core.families import FAMILIES
from gan_core.losses import LOSSES
from gan_core.networks import NETWORKS
from gan_core.penalties import PENALTIES
from gan_core.presets import PRESETS, preset
from gan_core.text import GanError, quoted

FIELDS = list(RunConfig.model_fields)
CHOICES = list(RunConfig.choices)
NUMBERS = [field for field in FIELDS if RunConfig.kind(field) in (int, float)]
TEXTS = [f for f in FIELDS if RunConfig.kind(f) is str and f not in CHOICES]
FORMULAS = ["d_formula", "g_formula"]
SWITCHES = [field for field in FIELDS if RunConfig.kind(field) is bool]
WHOLE = [field for field in NUMBERS if RunConfig.kind(field) is int]
OWNERS: dict[str, Any] = {
    "family": FAMILIES,
    "dataset": DATASETS,
    "network": NETWORKS,
    "loss": LOSSES,
    "penalty": PENALTIES,
}
OPTIONS = [
    (owner, field)
    for owner, registry in OWNERS.items()
    for field in sorted(option_fields(owner))
    if not all(field in item.options for item in registry)
]
bounds = RunConfig.bounds
LIVE = [
    "loss",
    "label_smoothing",
    "fake_target",
    "real_target",
    "generator_target",
    "divergence",
    "d_formula",
    "g_formula",
    "penalty",
    "penalty_weight",
    "weight_clip",
    "instance_noise",
    "d_optimizer",
    "g_optimizer",
    "d_learning_rate",
    "g_learning_rate",
    "d_steps",
    "g_steps",
    "pace",
    "fault",
]

every_number = pytest.mark.parametrize("field", NUMBERS)
every_choice = pytest.mark.parametrize("field", CHOICES)
every_preset = pytest.mark.parametrize("name", list(PRESETS))


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(GanError) as raised:
        RunConfig.parse(values)
    return str(raised.value)


def test_a_head_start_ends_before_the_run_does() -> None:
    assert RunConfig.parse({"steps": 100, "head_start": 99}).head_start == 99
    assert "head_start = 100 is not less than steps = 100" in refusal(
        {"steps": 100, "head_start": 100}
    )


def all_it_takes(field: str) -> dict[str, Any]:
    """The least that a config needs for `field` to have an effect."""
    others = {"packing": {"batch_size": 504}, "head_start": {"steps": 1_000_000}}
    needs: dict[str, Any] = dict(others.get(field, {}))
    for owner, registry in OWNERS.items():
        if field in option_fields(owner):
            needs[owner] = next(item.name for item in registry if field in item.options)
            needs |= {"network": "mlp"} if owner == "dataset" else {}
    return needs


def just_outside(field: str, limit: float, direction: int) -> float:
    if field in WHOLE:
        return int(limit) + direction
    return math.nextafter(limit, direction * math.inf)


# ------------------------------------------------------------------------ what is wrong


@every_number
@pytest.mark.parametrize("end", [0, 1], ids=["low", "high"])
def test_limits_belong_to_the_range_and_what_is_beyond_does_not(field: str, end: int) -> None:
    limit = bounds(field)[end]
    config = RunConfig.parse({**all_it_takes(field), field: limit})
    assert getattr(config, field) == limit
    beyond = just_outside(field, limit, 1 if end else -1)
    message = refusal({**all_it_takes(field), field: beyond})
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
    assert f"one of {', '.join(RunConfig.titles(field))}" in message


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


@pytest.mark.parametrize(("owner", "field"), OPTIONS)
def test_setting_without_effect_is_refused(owner: str, field: str) -> None:
    other = another_value(field)
    ruled_out = next(item.name for item in OWNERS[owner] if field not in item.options)
    others = {"network": "mlp"} if owner == "dataset" else {}
    assert refusal({**others, owner: ruled_out, field: other}) == (
        f"{field} = {other} has no effect with {owner} = {ruled_out}. Leave it out."
    )
    config = RunConfig.parse({**others, owner: ruled_out, field: RunConfig.default(field)})
    assert field not in config.applicable_fields()


def another_value(field: str) -> Any:
    """An allowed value that is not the default."""
    if field in TEXTS:
        return "real - fake" if field in FORMULAS else "AAAA"
    if field in SWITCHES:
        return not RunConfig.default(field)
    candidates = list(RunConfig.titles(field)) if field in CHOICES else bounds(field)
    return next(value for value in candidates if value != RunConfig.default(field))


@pytest.mark.parametrize("field", SWITCHES)
@pytest.mark.parametrize("value", ["maybe", None, 2])
def test_switches_are_on_or_off(field: str, value: Any) -> None:
    expected = f"{field} = {value} is not allowed. Allowed: one of true, false."
    assert refusal({field: value}) == expected


@pytest.mark.parametrize("field", SWITCHES)
def test_switches_may_come_as_text(field: str) -> None:
    assert getattr(RunConfig.parse({field: "true"}), field) is True
    assert getattr(RunConfig.parse({field: "False"}), field) is False


@pytest.mark.parametrize(
    ("field", "longest"),
    [
        ("d_formula", "300"),
        ("g_formula", "300"),
        ("text", "12"),
        ("points", "1,100"),
        ("pictures", "80"),
    ],
)
def test_texts_have_a_length(field: str, longest: str) -> None:
    too_long = "A" * (int(longest.replace(",", "")) + 1)
    for value, said in (("", ""), (too_long, quoted(too_long)), (None, "None"), (3, "3")):
        message = refusal({**all_it_takes(field), field: value})
        assert message.startswith(f"{field} = {said} is not allowed.")
        assert f"Allowed: text of up to {longest} characters" in message


def test_every_text_has_its_length_tested() -> None:
    assert set(TEXTS) == {*FORMULAS, "text", "points", "pictures"}


@pytest.mark.parametrize("field", FORMULAS)
def test_formula_that_is_not_understood_is_pointed_at(field: str) -> None:
    message = refusal({"loss": "custom", field: "softplus(raal)"})
    assert message.startswith(f"{field} = softplus(raal) is not understood. Column 10, 'raal'")
    assert "Did you mean real?" in message


@pytest.mark.parametrize(
    ("field", "value", "needed"), [("g_formula", "real", "fake"), ("d_formula", "1", "real, fake")]
)
def test_formula_that_its_player_cannot_change_is_refused(
    field: str, value: str, needed: str
) -> None:
    message = refusal({"loss": "custom", field: value})
    assert message.startswith(f"{field} = {value} is not understood. Column 1")
    assert message.endswith(f"so it teaches nothing. Use {needed}.")
    with pytest.raises(GanError, match="Use"):
        RunConfig(loss="custom").with_change(field, value)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("text", "   ", "text must be a word of 1 to 12 characters"),
        ("text", "GAN\uffff", "text has a character that cannot be drawn"),
        ("points", "A", "points is not a drawing of 1 to 400 points"),
        ("pictures", "cats", "pictures = cats names no pictures"),
        ("points", "no link!", "points is not a drawing of 1 to 400 points"),
    ],
)
def test_data_of_one_s_own_that_cannot_be_made_is_explained(
    field: str, value: str, why: str
) -> None:
    assert refusal({**all_it_takes(field), field: value}).startswith(why)


def test_packs_must_fill_the_batch() -> None:
    message = refusal({"packing": 3, "batch_size": 32})
    assert message.startswith("packing = 3 does not divide batch_size = 32.")
    assert RunConfig.parse({"packing": 3, "batch_size": 33}).packing == 3


def test_batch_norm_of_d_needs_several_packs() -> None:
    alone = {"network": "mlp", "packing": 4, "batch_size": 4}
    message = refusal({**alone, "d_norm": "batch"})
    assert message.startswith("batch_size = 4 is a single pack of packing = 4")
    RunConfig.parse({**alone, "d_norm": "layer"})
    RunConfig.parse({**alone, "d_norm": "batch", "batch_size": 8})
    RunConfig.parse({**alone, "d_norm": "batch", "network": "dcgan"})  # norms have pixels too


def test_first_of_several_faults_is_named() -> None:
    assert refusal({"steps": 0, "seed": -1}).startswith("steps = 0")


# ------------------------------------------------------------------------ what is right


@every_number
def test_numbers_may_come_as_text(field: str) -> None:
    limit = bounds(field)[0]
    config = RunConfig.parse({**all_it_takes(field), field: str(limit)})
    assert getattr(config, field) == limit
    assert type(getattr(config, field)) is RunConfig.kind(field)


def test_defaults_are_a_complete_config() -> None:
    config = RunConfig.parse({})
    assert config == PRESETS["digits_dcgan"].config
    assert config.items.dataset.name == config.dataset
    assert config.items.network.name == config.network
    assert config.items.loss.name == config.loss
    assert config.items.family.name == config.family
    assert config.items.penalty.name == config.penalty


def test_loss_comes_with_its_options() -> None:
    items = RunConfig.parse({"loss": "least_squares", "fake_target": -1}).items
    assert items.loss.equilibrium
    assert items.loss.equilibrium.d_loss == 2.0


def test_data_come_with_their_options() -> None:
    settings = {"dataset": "ring", "network": "mlp", "data_noise": 0.3}
    modes = RunConfig.parse(settings).items.dataset.modes
    assert modes
    assert modes.std == pytest.approx(math.hypot(0.01, 0.3))
    word = RunConfig.parse({"dataset": "text", "network": "mlp", "text": "I"}).items.dataset
    assert np.ptp(word.load(500), axis=0).argmax() == 1, "an I is higher than wide"


@pytest.mark.parametrize("owner", ["g", "d"])
def test_the_two_networks_have_sizes_of_their_own(owner: str) -> None:
    config = RunConfig.parse({"network": "mlp", f"{owner}_hidden_units": 7})
    other = "d" if owner == "g" else "g"
    assert getattr(config, f"{owner}_hidden_units") == 7
    assert getattr(config, f"{other}_hidden_units") == 128


def test_every_network_trains_on_every_dataset_that_fits_it() -> None:
    for network, dataset in itertools.product(NETWORKS, DATASETS):
        values = {"network": network.name, "dataset": dataset.name}
        if network.fits(dataset.shape):
            assert RunConfig.parse(values).items.dataset.name == dataset.name
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


@pytest.mark.parametrize("field", ["d_learning_rate", "g_learning_rate", "instance_noise"])
def test_numbers_may_change_mid_run(field: str) -> None:
    config = PRESETS["ring_mlp"].config
    changed = config.with_change(field, "0.25")
    assert getattr(changed, field) == 0.25
    assert changed.model_copy(update={field: getattr(config, field)}) == config


def test_loss_may_be_exchanged_mid_run_and_its_options_go_with_it() -> None:
    config = RunConfig.parse({"loss": "least_squares", "real_target": 0.9, "seed": 5})
    changed = config.with_change("loss", "hinge")
    assert changed == RunConfig.parse({"loss": "hinge", "seed": 5})


def test_penalty_and_optimizer_may_be_exchanged_mid_run() -> None:
    changed = RunConfig.parse({}).with_change("penalty", "r1").with_change("penalty_weight", 10)
    assert (changed.penalty, changed.penalty_weight) == ("r1", 10)
    assert changed.with_change("g_optimizer", "sgd").g_optimizer == "sgd"


def test_rate_out_of_range_is_refused_mid_run() -> None:
    with pytest.raises(GanError, match="d_learning_rate = 2 is not allowed"):
        RunConfig.parse({}).with_change("d_learning_rate", 2)


@pytest.mark.parametrize("field", [*(field for field in FIELDS if field not in LIVE), "nonsense"])
def test_nothing_else_may_change_mid_run(field: str) -> None:
    with pytest.raises(GanError) as raised:
        RunConfig.parse({}).with_change(field, 1)
    assert str(raised.value).startswith(f"{field} cannot change while a run trains.")
    assert ", ".join(LIVE) in str(raised.value)


# ------------------------------------------------------------------- how it is shown


def test_schedule_is_spread_over_the_most_steps_that_were_planned() -> None:
    config = RunConfig.parse({"steps": 100})
    assert config.scheduled_steps == 100
    shorter = config.with_length(70)
    assert (shorter.steps, shorter.scheduled_steps) == (70, 100)
    assert shorter.with_change("loss", "hinge").scheduled_steps == 100
    assert shorter.with_length(90).scheduled_steps == 100
    assert shorter.with_length(130).scheduled_steps == 130


@pytest.mark.parametrize("field", FIELDS)
def test_every_setting_explains_itself(field: str) -> None:
    info = RunConfig.model_fields[field]
    assert info.title
    assert info.description
    assert info.description.endswith(".")
    assert (field in live_fields()) == (field in LIVE)


@every_number
def test_logarithmic_settings_start_above_zero(field: str) -> None:
    low, high = bounds(field)
    assert low < high
    assert RunConfig.shown(field).scale == "linear" or low > 0


@pytest.mark.parametrize("owner", OWNERS)
def test_form_offers_what_has_an_effect(owner: str) -> None:
    for item in OWNERS[owner]:
        plane = {"network": "mlp"} if owner == "dataset" else {}
        offered = RunConfig.parse({**plane, owner: item.name}).applicable_fields()
        assert set(offered) & option_fields(owner) == set(item.options)
        assert offered == [field for field in FIELDS if field in offered]


def allowed_range(field: str) -> str:
    low, high = bounds(field)
    kind = "a whole number" if field in WHOLE else "a number"
    written = {
        1e-3: "0.001",
        1e-6: "0.000001",
        1000: "1,000",
        10_000: "10,000",
        100_000: "100,000",
        1_000_000: "1,000,000",
        2_000_000: "2,000,000",
    }
    return f"{kind} from {written.get(low, f'{low:g}')} to {written.get(high, f'{high:g}')}"
