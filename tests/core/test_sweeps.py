"""Sweeps: what is queued, what is refused before anything is, and the figure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gan_core import __main__ as shell
from gan_core.config import RunConfig
from gan_core.figures.bands import Quantity
from gan_core.figures.sweep import Dot, sweep_figure
from gan_core.presets import PRESETS
from gan_core.runs.store import Store
from gan_core.runs.sweeping import MOST, start_sweep, swept_fields
from gan_core.text import GanError
from tests.plotly_objects import checked

CONFIG = PRESETS["ring_wgan_gp"].config
RATES = ["1e-4", "1e-3", "1e-2", "0.001"]


def test_a_run_for_each_value_differs_in_it_alone(store: Store) -> None:
    sweep = start_sweep(store, CONFIG, "d_learning_rate", RATES)
    runs = [store.run(run_id) for run_id in sweep.runs]
    assert [run.config.d_learning_rate for run in runs] == [1e-4, 1e-3, 1e-2]
    differing = [
        {name for name in RunConfig.names() if getattr(run.config, name) != getattr(CONFIG, name)}
        for run in runs
    ]
    assert all(names <= {"d_learning_rate"} for names in differing)
    assert [run.status for run in runs] == ["queued"] * 3
    assert store.sweeps.all() == [sweep]


def test_options_of_an_exchanged_choice_go_with_it(store: Store) -> None:
    sweep = start_sweep(store, CONFIG, "penalty", ["none", "r1", "gradient_penalty"])
    assert [store.run(run_id).config.penalty for run_id in sweep.runs] == [
        "none",
        "r1",
        "gradient_penalty",
    ]


def test_sweeps_have_labels_of_their_own_and_lose_runs_that_are_deleted(store: Store) -> None:
    first = start_sweep(store, CONFIG, "beta_1", [0, 0.5])
    second = start_sweep(store, CONFIG, "beta_1", [0, 0.5])
    assert first.label != second.label
    store.delete(first.runs[0])
    assert [list(sweep.runs) for sweep in store.sweeps.all()] == [second.runs, first.runs[1:]]
    store.delete(first.runs[1])
    assert store.sweeps.all() == [second]


@pytest.mark.parametrize(
    ("field", "values", "says"),
    [
        (
            "d_learning_rate",
            ["1e-3", "2"],
            r"d_learning_rate = 2 is not allowed. Allowed: a number",
        ),
        ("batch_size", [32, "x"], "batch_size = x is not allowed. Allowed: a whole number from"),
        ("loss", ["hinge", "nope"], "loss = nope is not allowed. Allowed: one of non_saturating"),
        ("steps", [10, 20], "steps cannot be swept here. These can: "),
        ("d_formula", ["real", "fake"], "d_formula cannot be swept here"),
        ("nope", [1, 2], "nope cannot be swept here"),
        ("seed", [1, "1"], "A sweep has 2 to 12 different values; here are 1."),
        ("seed", list(range(MOST + 1)), "A sweep has 2 to 12 different values; here are 13."),
    ],
)
def test_nothing_is_queued_where_anything_is_wrong(
    store: Store, field: str, values: list[Any], says: str
) -> None:
    with pytest.raises(GanError, match=says):
        start_sweep(store, CONFIG, field, values)
    assert store.runs() == []


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_offered_can_be_swept(preset: str) -> None:
    for field in swept_fields(PRESETS[preset].config):
        is_number = RunConfig.kind(field) in (int, float)
        assert field in RunConfig.choices or RunConfig.kind(field) is bool or is_number


def test_shell_queues_a_sweep(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GAN_STORE", store.url)
    arguments = ["sweep", "--preset", "ring_mlp", "--set", "seed=7", "--json"]
    assert shell.main([*arguments, "--field", "d_learning_rate", "--values", *RATES]) == 0
    told = json.loads(capsys.readouterr().out)
    [sweep] = store.sweeps.all()
    assert told == {"sweep": sweep.label, "runs": list(sweep.runs)}
    assert {store.run(run_id).config.seed for run_id in sweep.runs} == {7}
    assert shell.main([*arguments, "--field", "beta_1", "--values", "0", "2"]) == 2
    assert "beta_1 = 2 is not allowed. Allowed: a number from 0" in capsys.readouterr().err


def test_dots_stand_at_their_values_on_a_fitting_axis() -> None:
    quantity = Quantity("Modes", "#123456")
    dots = [Dot(1e-3, 3.0, True), Dot(1e-2, 8.0, False)]
    figure = checked(sweep_figure(dots, "Rate", quantity, logarithmic=True, floor=8.0))
    ended, others = figure.data
    assert (ended.x, ended.y, others.x, others.y) == ((1e-3,), (3.0,), (1e-2,), (8.0,))
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.ticktext == ("0.001", "0.01")
    assert figure.layout.shapes[0].y0 == 8.0
    choices = checked(sweep_figure([Dot("Hinge", 1.0, True)], "Loss", quantity, logarithmic=True))
    assert choices.layout.xaxis.type == "category"
