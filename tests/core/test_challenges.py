"""The challenges: their rules and goals, as far as that can be told without training."""

from __future__ import annotations

import pytest

from gan_core.challenges import CHALLENGES, Challenge, Goal
from gan_core.config import RunConfig
from gan_core.gallery import FAILURES
from gan_core.metrics import METRICS

every_challenge = pytest.mark.parametrize("challenge", CHALLENGES.values(), ids=list(CHALLENGES))


def test_names_are_the_keys() -> None:
    assert list(CHALLENGES) == [challenge.name for challenge in CHALLENGES.values()]


@every_challenge
def test_goals_are_measured_on_the_data(challenge: Challenge) -> None:
    dataset = challenge.config.items.dataset
    assert challenge.goals
    for goal in challenge.goals:
        assert METRICS.get(goal.metric).applies(dataset)
        if dataset.modes is not None and goal.metric == "modes_covered":
            assert goal.bound <= len(dataset.modes.centers)


@every_challenge
def test_neither_chance_nor_patience_is_free(challenge: Challenge) -> None:
    assert set(challenge.free) <= set(RunConfig.names()) - {"seed", "steps", "stop_when_flat"}


@every_challenge
def test_every_free_setting_has_an_effect(challenge: Challenge) -> None:
    options = {name: getattr(challenge.solved, name) for name in challenge.free}
    if "penalty" in challenge.free:  # its weight is there once it is chosen
        options["penalty"] = "r1"
    applicable = RunConfig.parse({**challenge.settings, **options}).applicable_fields()
    assert set(challenge.free) <= set(applicable)


@every_challenge
def test_solution_keeps_the_rules(challenge: Challenge) -> None:
    assert list(challenge.broken_rules(challenge.config)) == []
    assert list(challenge.broken_rules(challenge.solved)) == []
    assert challenge.solved != challenge.config


@every_challenge
def test_another_seed_or_length_breaks_the_rules(challenge: Challenge) -> None:
    other = RunConfig.parse({**challenge.settings, "seed": 9, "steps": 9000})
    assert set(challenge.broken_rules(other)) == {"seed", "steps"}


@every_challenge
def test_no_run_of_the_gallery_is_a_try(challenge: Challenge) -> None:
    for failure in FAILURES.values():
        for config in (failure.config, failure.cured):
            assert list(challenge.broken_rules(config))


def test_what_was_changed_on_the_way_counts_too() -> None:
    challenge = CHALLENGES["first_aid"]
    changed = ["d_learning_rate", "pace", "steps"]
    assert list(challenge.broken_rules(challenge.config, changed)) == ["steps"]


@pytest.mark.parametrize(
    ("metric", "met", "missed"),
    [("modes_covered", (7, 8), (6, None)), ("sliced_wasserstein", (0.1, 7), (7.1, None))],
)
def test_goal_is_a_least_or_a_most_as_the_metric_says(
    metric: str, met: tuple[float, ...], missed: tuple[float | None, ...]
) -> None:
    goal = Goal(metric, 7)
    assert all(map(goal.is_met, met))
    assert not any(map(goal.is_met, missed))
