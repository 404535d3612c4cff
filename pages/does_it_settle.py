"""Lesson: why two players who both improve may go round for ever, and what makes them settle."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.figures.phase_portrait import (
    distance_curve,
    phase_portrait,
    three_digits,
)
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_
from gan_core.theory.dirac_gan import CRITICAL_R1, METHODS, r1_eigenvalues
from gan_core.theory.dirac_table import N_STEPS, START, STEP
from gan_core.theory.dynamics import Updates, trajectory
from gan_core.theory.games import Game
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.projector import wide
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

GAMMA = 0.3  # of R1, as in the paper's table
SHOWN = ("minimax", "r1")


class SettleLesson(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "method": {name: METHODS[name]().title for name in SHOWN}
    }

    method: Annotated[str, Shown("buttons")] = Field(
        "minimax", title=N_("Method"), description=N_("What the two players minimise.")
    )
    n_steps: int = Field(
        0, ge=0, le=500, title=N_("Number of steps"), description=N_("How long they play.")
    )


def game_of(method: str) -> Game:
    """The Dirac-GAN trained by a method."""
    make: Callable[..., Game] = METHODS[method]
    return make(**({"gamma": GAMMA} if method == "r1" else {}))


def path_of(method: str, n_steps: int = N_STEPS) -> np.ndarray:
    """Where (θ, ψ) has been, from the start on, (n_steps + 1, 2)."""
    return trajectory(game_of(method), START, n_steps, Updates(step=STEP))


def distance_after(method: str) -> float:
    """The distance from the equilibrium after all the steps of the paper's table."""
    return math.hypot(*path_of(method)[-1])


def ask_whether_they_come_nearer() -> bool:
    """The question what becomes of two players who both improve; whether its answer is told."""
    before, after = math.hypot(*START), distance_after("minimax")
    return ask(
        "nearer",
        _("Both get better with every step. What becomes of their distance from the cross?"),
        {
            "nearer": _("It shrinks: they come to rest there."),
            "round": _("It stays: they go round the cross."),
            "away": _("It grows: they go round, and outwards."),
        },
        "away" if after > 1.1 * before else "round" if after > 0.9 * before else "nearer",
        _(
            "In {steps} steps it grows from {before} to {after}. Each goes where it was best to go "
            "a moment ago, and by then the other has moved: the arrows lead round, and steps "
            "straight ahead lead off the circle, outwards."
        ).format(steps=N_STEPS, before=three_digits(before), after=three_digits(after)),
        {
            "nearer": _(
                "Each gets better against the other as that one stood. But both move: take some "
                "steps, and watch their distance from the cross."
            ),
            "round": _(
                "The arrows do lead round. But a step runs straight on along its arrow: where "
                "does that end, on the circle or off it?"
            ),
        },
    )


def ask_whether_r1_rests() -> None:
    """The question what a penalty on D's slope does to the game."""
    before, after = math.hypot(*START), distance_after("r1")
    ask(
        "R1 rests",
        _(
            "Now D pays for being steep at the real data (the penalty R₁, with weight {gamma}). "
            "What becomes of the spiral in {steps} steps?"
        ).format(gamma=f"{GAMMA:g}", steps=N_STEPS),
        {
            "slower": _("It still goes outwards, more slowly."),
            "circle": _("It becomes a circle."),
            "in": _("It turns inwards and comes to rest."),
        },
        "in" if after < 0.01 * before else "circle" if after < 1.1 * before else "slower",
        _(
            "From {before} the distance falls to {after}; without the penalty it grows to "
            "{without}. A D that must be flat at the data has no push left once G is there."
        ).format(
            before=three_digits(before),
            after=three_digits(after),
            without=three_digits(distance_after("minimax")),
        ),
        {
            "slower": _(
                "Then the penalty would take away less than each step adds. Take the steps with "
                "R₁, and watch the distance."
            ),
            "circle": _(
                "Then the penalty would take away just as much as each step adds, by chance. Take "
                "the steps with R₁, and watch the distance."
            ),
        },
    )


@st.fragment
def stage(is_told: bool) -> None:
    """The method, and where the two players go with it; once it `is_told`, why."""
    controls = st.container(horizontal=True)
    values = settings.values
    path = path_of(values.method, values.n_steps)
    # Both before the first is sent: what comes together, the browser draws in one go.
    game = game_of(values.method)
    portrait = phase_portrait(game, path, translate=_, with_slider=False)
    distance = distance_curve(path, _)
    with st.container(horizontal=True):
        with st.container(width=wide(480)):
            steady_figure(portrait, key="lesson portrait")
        with st.container(width="stretch"):
            if is_told:
                markdown("does_it_settle_words")
            if values.n_steps:
                steady_figure(distance, key="lesson distance")
                head_start()
                st.caption(
                    _("From {start} the distance has come to {end} after {steps} steps.").format(
                        start=three_digits(math.hypot(*START)),
                        end=three_digits(math.hypot(*path[-1])),
                        steps=values.n_steps,
                    )
                )
    with controls:
        settings.field("method")
        settings.field("n_steps")
    settings.write_url()


settings = PageSettings(SettleLesson)
open_lesson("does_it_settle")
markdown("does_it_settle")
stage(ask_whether_they_come_nearer())
ask_whether_r1_rests()
explain(
    "does_it_settle_why",
    step=f"{STEP:g}",
    steps=str(N_STEPS),
    start=three_digits(math.hypot(*START)),
    end=three_digits(distance_after("minimax")),
    rate=f"{-r1_eigenvalues(GAMMA)[0].real:.2f}",
    gamma=f"{GAMMA:g}",
    critical=f"{CRITICAL_R1:g}",
)
link("game", _("In the laboratory: other methods, other ways to move"), "cyclone")
link("game", _("R₁ in the laboratory"), "cyclone", method="r1")
close_lesson("does_it_settle")
