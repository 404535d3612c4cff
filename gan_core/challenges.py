"""Challenges: runs in the plane that fall short, the settings that may be changed, and a goal."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gan_core.config import RunConfig
from gan_core.gallery import FAILURES
from gan_core.metrics import METRICS
from gan_core.presets import PRESETS
from gan_core.text import N_

WITHOUT_EFFECT = ("pace",)  # slow motion: whoever wants to see a step may do so


class Goal(NamedTuple):
    """What a metric has to reach: at least `bound` where more is better, else at most."""

    metric: str
    bound: float

    @property
    def is_least(self) -> bool:
        """Whether the bound is the least that will do."""
        return METRICS.get(self.metric).better == "higher"

    def is_met(self, value: float | None) -> bool:
        """Whether a value will do; what is no number (None) never does."""
        return value is not None and (value >= self.bound if self.is_least else value <= self.bound)


@dataclass(frozen=True)
class Challenge:
    """A run that misses its goals; whoever changes no more than the `free` settings may reach them.

    `settings` holds what differs from the defaults, `solution` changes of it that reach the goals,
    one way among others. `task` says what is wrong, `why` what ways there are, and why they help.
    """

    name: str
    title: str
    task: str
    settings: Mapping[str, Any]
    free: tuple[str, ...]
    goals: tuple[Goal, ...]
    solution: Mapping[str, Any]
    why: str

    @functools.cached_property
    def config(self) -> RunConfig:
        """The run to begin with."""
        return RunConfig.parse(self.settings)

    @functools.cached_property
    def solved(self) -> RunConfig:
        """The run with the known solution."""
        return RunConfig.parse({**self.settings, **self.solution})

    def broken_rules(self, config: RunConfig, changed: Iterable[str] = ()) -> Iterator[str]:
        """The settings that differ, or have `changed` while it trained, and were not free to."""
        start, changed = self.config, set(changed)
        for name in RunConfig.names():
            differs = name in changed or getattr(config, name) != getattr(start, name)
            if differs and name not in (*self.free, *WITHOUT_EFFECT):
                yield name


# Another seed than the gallery's: its cures would solve them without anybody thinking.
_SEED = {"seed": 2}

CHALLENGES: Mapping[str, Challenge] = {
    challenge.name: challenge
    for challenge in (
        Challenge(
            "first_aid",
            N_("First aid"),
            N_(
                "Both players take steps so long that within moments nothing is a number any more. "
                "Find rates with which G finds all three spots."
            ),
            {**FAILURES["nan"].settings, **_SEED},
            ("d_learning_rate", "g_learning_rate"),
            (Goal("modes_covered", 3), Goal("sliced_wasserstein", 0.2)),
            {"d_learning_rate": 0.01, "g_learning_rate": 0.01},
            N_(
                "Steps a hundredth as long stay where the gradient still tells the way down. With "
                "steps a tenth as long, G ends in one spot at best: not to diverge is not yet to "
                "learn."
            ),
        ),
        Challenge(
            "every_spot",
            N_("Nearly every spot, without a penalty"),
            N_(
                "G draws two spots of eight, for D runs far ahead of it. A penalty on D's slope "
                "would help, but there is none to be had. What else may be turned?"
            ),
            {**FAILURES["mode_collapse"].settings, **_SEED},
            ("d_learning_rate", "g_learning_rate", "d_steps", "packing"),
            (Goal("modes_covered", 7), Goal("sliced_wasserstein", 0.2)),
            {"d_learning_rate": 1e-3, "packing": 2},
            N_(
                "A D that learns five times as fast as G, and not fifty, grows less steep, so that "
                "G's points are drawn to spots further off. Packing shows D several samples at "
                "once: then it sees that all of them lie in the same spots."
            ),
        ),
        Challenge(
            "wake_up",
            N_("Wake the generator"),
            N_(
                "D tells real from generated points without a doubt, and there the minimax loss is "
                "flat: G does not move. The loss stays as it is. What makes D doubt?"
            ),
            {**FAILURES["vanishing_gradient"].settings, **_SEED},
            ("instance_noise", "d_steps", "d_learning_rate", "g_learning_rate", "g_optimizer"),
            (Goal("sliced_wasserstein", 0.25),),
            {"instance_noise": 0.5},
            N_(
                "Instance noise blurs real and generated points until they overlap. D cannot be "
                "sure any more, and where it doubts, its slope shows G the way (arXiv:1701.04862)."
            ),
        ),
        Challenge(
            "come_to_rest",
            N_("Come to rest"),
            N_(
                "G swings between the two spots and never settles on both. The momentum β₁ stays "
                "as large as it is. Which game comes to rest all the same?"
            ),
            {**FAILURES["oscillation"].settings, **_SEED},
            ("loss", "penalty", "penalty_weight"),
            (Goal("modes_covered", 2), Goal("high_quality", 70)),
            {"loss": "hinge"},
            N_(
                "The hinge loss has D gain nothing more once it is right by a margin, and R₁ has "
                "it pay for being steep at the data: either way D stops pushing once G is there. "
                "The plain Wasserstein loss rewards D without end."
            ),
        ),
        Challenge(
            "sharp",
            N_("Sharp and complete"),
            N_(
                "G finds all eight spots, but most of its points lie beside them. Bring 60% of "
                "them home without losing a spot."
            ),
            {**PRESETS["ring_mlp"].settings, "steps": 5000, "seed": 1},
            (
                "ema_decay",
                "rate_schedule",
                "d_learning_rate",
                "g_learning_rate",
                "beta_1",
                "penalty",
                "penalty_weight",
            ),
            (Goal("modes_covered", 8), Goal("high_quality", 60)),
            {"ema_decay": 0.995},
            N_(
                "G's weights go round the goal. Their average lies in the middle "
                "(arXiv:1806.04498), and rates that fall to zero let G come to rest there."
            ),
        ),
    )
}
