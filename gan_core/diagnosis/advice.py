"""What to try: sentences, and the settings that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gan_core.config import RunConfig
from gan_core.diagnosis.reading import Reading
from gan_core.losses.doubts import has_no_bottom
from gan_core.text import N_, GanError, Text, number

R1_WEIGHT = 0.1  # enough for points in the plane; a picture needs more
GRADIENT_PENALTY_WEIGHT = 1.0
NOISE = 0.1
D_STEPS = 5  # as the Wasserstein GAN's critic has

Advice = tuple[Text, Mapping[str, Any]]  # in words, and as fields of a `RunConfig`


def advise(template: str, changes: Mapping[str, Any]) -> Advice:
    """The sentence, with each field's title under its name and its value under name + "_value"."""
    values: dict[str, Any] = {}
    for field, value in changes.items():
        values[field] = Text(str(RunConfig.model_fields[field].title))
        values[f"{field}_value"] = (
            Text(RunConfig.titles(field)[value]) if field in RunConfig.choices else number(value)
        )
    return Text(template, values), changes


def teach_d(run: Reading) -> Advice:
    """What makes D learn faster than G."""
    d_rate, g_rate = run.rates
    if d_rate < g_rate:
        return advise(
            N_(
                "Set “{d_learning_rate}” to {d_learning_rate_value}, which is G's: a D that learns "
                "faster has more to teach."
            ),
            {"d_learning_rate": allowed_rate(g_rate)},
        )
    if run.config.d_steps < D_STEPS:
        return advise(
            N_(
                "Set “{d_steps}” to {d_steps_value}: a D that learns more often before each turn "
                "of G has more to teach."
            ),
            {"d_steps": D_STEPS},
        )
    if allowed_rate(2 * d_rate) == d_rate:
        return smaller_steps(run)
    return advise(
        N_(
            "Set “{d_learning_rate}” to {d_learning_rate_value}: a D that learns faster has more "
            "to teach."
        ),
        {"d_learning_rate": allowed_rate(2 * d_rate)},
    )


def smaller_steps(run: Reading) -> Advice:
    """A tenth of both learning rates, or as little as is allowed."""
    smaller = tuple(allowed_rate(rate / 10) for rate in run.rates)
    if smaller == run.rates:
        return advise(
            N_(
                "Both learning rates are as low as they can be. Try other networks or another loss."
            ),
            {},
        )
    d_rate, g_rate = smaller
    return advise(
        N_(
            "Start again with {d_learning_rate_value} under “{d_learning_rate}” and "
            "{g_learning_rate_value} under “{g_learning_rate}”, so that the players take smaller "
            "steps."
        ),
        {"d_learning_rate": d_rate, "g_learning_rate": g_rate},
    )


def calm(run: Reading) -> Advice:
    """What keeps numbers finite: a bound on D where its loss has none, smaller steps elsewhere."""
    grows = not run.is_held and has_no_bottom(run.loss)
    return gradient_penalty() if grows else smaller_steps(run)


def gradient_penalty() -> Advice:
    """A bound on how steep D is."""
    return advise(
        N_(
            "Start again with “{penalty_value}” under “{penalty}” and {penalty_weight_value} under "
            "“{penalty_weight}”: it keeps D from growing ever steeper."
        ),
        {"penalty": "gradient_penalty", "penalty_weight": GRADIENT_PENALTY_WEIGHT},
    )


def instance_noise(run: Reading) -> Advice:
    """Noise on all that D sees, or twice as much, as long as more is allowed."""
    now, most = run.config.instance_noise, RunConfig.bounds("instance_noise")[1]
    if now == most:
        return smaller_steps(run)
    return advise(
        N_(
            "Set “{instance_noise}” to {instance_noise_value}: blurred, real and generated samples "
            "overlap, and D can no longer be sure."
        ),
        {"instance_noise": min(most, max(NOISE, 2 * now))},
    )


def no_momentum(run: Reading) -> Advice:
    """Optimisers that remember nothing, or smaller steps where they already do not."""
    if not run.config.beta_1:
        return smaller_steps(run)
    return advise(
        N_(
            "Start again with {beta_1_value} under “{beta_1}”: memory of past gradients pushes "
            "both players beyond where they should stop."
        ),
        {"beta_1": 0.0},
    )


def packing(run: Reading) -> Advice:
    """A D that looks at twice as many samples at once; noise where D can look at no such packs."""
    changes = {"packing": 2 * run.config.packing}
    if not _is_allowed(run.config, changes):
        return instance_noise(run)
    return advise(
        N_(
            "Start again with {packing_value} under “{packing}”: a D that looks at several "
            "samples together notices that they are all alike."
        ),
        changes,
    )


def _is_allowed(config: RunConfig, changes: Mapping[str, Any]) -> bool:
    """Whether a run may begin with these changes of its settings."""
    try:
        RunConfig.parse({**config.model_dump(exclude_unset=True), **changes})
    except GanError:
        return False
    return True


def r1(template: str) -> Advice:
    """A penalty on D's slope at real samples, with a reason for it."""
    return advise(template, {"penalty": "r1", "penalty_weight": R1_WEIGHT})


def allowed_rate(rate: float) -> float:
    """A learning rate within its bounds, with two digits that count."""
    low, high = RunConfig.bounds("d_learning_rate")
    return float(f"{min(max(rate, low), high):.2g}")
