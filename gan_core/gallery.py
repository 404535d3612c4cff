"""The gallery of failures: small runs in the plane that go wrong, each with what heals it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gan_core.config import RunConfig
from gan_core.text import N_

PACE = 500.0  # steps per second: at full speed a run would be over after a few pictures


@dataclass(frozen=True)
class Failure:
    """A run that fails in one way, and the same run healed by one idea.

    `help` says what is to be seen and why, `cure_help` why the cure heals. `settings` holds what
    differs from the defaults, `cure` what it changes of that. By step `at` both runs show it.
    """

    name: str
    title: str
    help: str
    settings: Mapping[str, Any]
    cure: Mapping[str, Any]
    cure_help: str
    at: int

    @property
    def config(self) -> RunConfig:
        """The run that fails."""
        return RunConfig.parse({"pace": PACE, **self.settings})

    @property
    def cured(self) -> RunConfig:
        """The run that does not; the same seed, and the same first weights."""
        return RunConfig.parse({"pace": PACE, **self.settings, **self.cure})


_SMALL = {
    "network": "mlp",
    "latent_dim": 2,
    "g_hidden_units": 32,
    "d_hidden_units": 32,
    "batch_size": 64,
    "seed": 1,
}

# Each was chosen because it fails, and its cure heals, with every one of ten seeds: a claim that
# rests on one seed would not survive a processor that rounds differently.
FAILURES: Mapping[str, Failure] = {
    failure.name: failure
    for failure in (
        Failure(
            "mode_collapse",
            N_("Mode collapse"),
            N_(
                "G draws two of the eight spots, and stays there. D learns fifty times as fast as "
                "G and grows very steep: all that G learns from it is to keep to the spots it has."
            ),
            {
                **_SMALL,
                "dataset": "ring",
                "d_learning_rate": 1e-2,
                "g_learning_rate": 1e-3,
                "d_steps": 5,
                "steps": 4000,
            },
            {"penalty": "r1", "penalty_weight": 0.1},
            N_(
                "R₁ keeps D from growing steep: where G's points are, its slope is a hundredth of "
                "what it was, and G finds nearly every spot."
            ),
            at=4000,
        ),
        Failure(
            "vanishing_gradient",
            N_("Vanishing gradient"),
            N_(
                "G stays where it began. D tells real from generated samples without a doubt, and "
                "there the minimax loss is flat: a few millionths are left of G's gradient."
            ),
            {
                **_SMALL,
                "dataset": "ring",
                "noise": "uniform",  # without tails: no generated point reaches the data by chance
                "loss": "minimax",
                "g_hidden_units": 64,
                "g_optimizer": "sgd",  # Adam would scale the tiny gradient up, and G would move on
                "d_learning_rate": 1e-2,
                "g_learning_rate": 1e-2,
                "beta_1": 0.0,
                "d_steps": 5,
                "steps": 3000,
            },
            {"loss": "wasserstein", "penalty": "gradient_penalty"},
            N_(
                "A critic is a D that gives scores without bound instead of probabilities. With "
                "its slope held near 1, it pulls G just as hard however sure it is."
            ),
            at=3000,
        ),
        Failure(
            "oscillation",
            N_("Oscillation"),
            N_(
                "G swings from one spot to the other and back, and never settles on both. With "
                "much momentum, each player runs on towards where the other no longer is."
            ),
            {
                **_SMALL,
                "dataset": "two_gaussians",
                "loss": "wasserstein",
                "d_learning_rate": 1e-3,
                "g_learning_rate": 1e-3,
                "beta_1": 0.9,
                "steps": 2000,
            },
            {"beta_1": 0.0},
            N_("Without momentum, each player answers to where the other is now."),
            at=2000,
        ),
        Failure(
            "overpowered_discriminator",
            N_("Overpowered discriminator"),
            N_(
                "D is right almost every time, and the samples stay poor. It learns a hundred "
                "times as fast as G: ten turns for each of G's, at ten times the rate."
            ),
            {
                **_SMALL,
                "dataset": "ring",
                "loss": "minimax",
                "d_learning_rate": 3e-3,
                "g_learning_rate": 3e-4,
                "d_steps": 10,
                "steps": 4000,
            },
            {"d_learning_rate": 3e-5},
            N_(
                "Ten turns at a tenth of G's rate make D as fast as G: it stays in doubt, and its "
                "doubts are what G learns from."
            ),
            at=4000,
        ),
        Failure(
            "nan",
            N_("Not a number (NaN)"),
            N_(
                "Within a few dozen steps the losses are no numbers any more, and the points are "
                "gone. Each step overshoots, so the next gradient is larger still, without end."
            ),
            {
                **_SMALL,
                "dataset": "blobs",
                "d_optimizer": "sgd",
                "g_optimizer": "sgd",
                "d_learning_rate": 1.0,
                "g_learning_rate": 1.0,
                "steps": 4000,
            },
            {"d_learning_rate": 0.01, "g_learning_rate": 0.01},
            N_("Steps a hundredth as long stay where the gradient still tells the way down."),
            at=4000,
        ),
        Failure(
            "forgotten_group",
            N_("Forgotten minority"),
            N_(
                "One real sample in twenty lies in the right spot, and G draws none there. D "
                "knows that spot well, but begins to rise towards it only beyond nearly all of G's "
                "points."
            ),
            {
                **_SMALL,
                "dataset": "two_gaussians",
                "balance": 0.95,
                "d_learning_rate": 1e-2,
                "g_learning_rate": 1e-3,
                "d_steps": 5,
                "steps": 4000,
            },
            {"penalty": "r1", "penalty_weight": 0.3},
            N_(
                "With R₁, D rises gently, and its rise begins closer to the left spot: G's "
                "outermost points follow."
            ),
            at=4000,
        ),
    )
}
