"""Lesson: why a distance needs a slope, what a critic is, and what holds its slope."""

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar

import streamlit as st
from pydantic import Field

from gan_core.figures.critic import critic_figure, held_figure
from gan_core.presets import PRESETS
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from gan_core.theory.critic import critic_value, optimal_critic, penalised_slope
from gan_core.theory.divergences import LN2
from gan_core.theory.mixture import Mixture
from gan_core.theory.moving_pair import DX, gaussians
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

REACH = 4.0  # θ goes from −REACH to +REACH
WIDTH = 0.25  # standard deviation of real and generated samples
APART = 3.0  # the distance in the questions, and where a slope is to be held
LEVEL = 1e-3  # a slope smaller than that, per unit of x, is drowned by the noise of a batch
BOUNDS = {"0.5": "0.5", "1": "1", "2": "2"}
WEIGHTS = {"1": "1", "10": "10", "100": "100"}
USUAL_WEIGHT = "10"  # arXiv:1704.00028, section 4
LIGHT = 1.0  # the weight in the question
PAIR = gaussians(Mixture((1.0,), (0.0,), (WIDTH,)), WIDTH, REACH)
# What the page of the best discriminator calls “q far away”.
FAR = {"weight": "1.0", "mean_1": "-3.0", "std_1": "0.6", "q_mean": "4.0", "q_std": "0.6"}


class CriticLesson(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {"bound": BOUNDS, "weight": WEIGHTS}

    theta: Annotated[float, Shown(step=0.1)] = Field(
        APART,
        ge=-REACH,
        le=REACH,
        allow_inf_nan=False,
        title=N_("θ: where the generated samples are"),
        description=N_("The real ones are around 0."),
    )
    bound: Annotated[str, Shown("buttons")] = Field(
        "1",
        title=N_("K: bound on the critic's slope"),
        description=N_("The critic may be as steep as that, and no steeper."),
    )
    weight: Annotated[str, Shown("buttons")] = Field(
        USUAL_WEIGHT,
        title=N_("λ: weight of the penalty"),
        description=N_("How much the critic pays for a slope other than 1."),
    )


def slopes_of_g(theta: float, bound: float) -> dict[str, float]:
    """How fast G's loss changes with θ, against the best D and against the best critic.

    While one of them stays as it is, −E f(G(z)) changes as bound · W₁ does, and E ln(1 − D(G(z)))
    as 2 · JSD: arXiv:1406.2661, theorem 1, and the envelope theorem.
    """
    here = PAIR.readings(theta)
    return {"d": 2 * here["js"].slope, "critic": bound * here["wasserstein_1"].slope}


def non_saturating_slope(theta: float) -> float:
    """The same of −E ln D(G(z)) against the best D: arXiv:1701.04862, theorem 2.5."""
    here = PAIR.readings(theta)
    return here["reverse_kl"].slope - 2 * here["js"].slope


def value_of(theta: float, bound: float) -> float:
    """E f(x) − E f(G(z)) of the best critic within a bound."""
    log_q = PAIR.log_q(theta)
    return critic_value(optimal_critic(PAIR.log_p, log_q, DX, bound), PAIR.log_p, log_q, DX)


def ask_who_teaches() -> bool:
    """The question whose answer G can follow from far away; whether it is told."""
    slopes = slopes_of_g(APART, bound=1)
    teaching = {name for name, slope in slopes.items() if abs(slope) > LEVEL}
    return ask(
        "who teaches",
        _(
            "G is far away, at {theta}, and both opponents are perfect. G plays minimax against D, "
            "or minimises {loss} against the critic. With which of them does G learn?"
        ).format(theta=f"$\\theta = {APART:g}$", loss="$-\\mathbb{E}_z[f(G(z))]$"),
        {
            "both": _("With both: each knows real from generated without fail."),
            "d": _("With D: its answer is the surer one."),
            "critic": _("With the critic."),
            "neither": _("With neither: whoever is perfect teaches nothing."),
        },
        "both" if len(teaching) == 2 else next(iter(teaching), "neither"),
        _(
            "Per unit that G moves, its loss against D changes by {d}, and against the critic by "
            "{critic}. D is just as sure one step to the left, so no step is better than another; "
            "the critic's line goes on rising all the way to the data."
        ).format(**{name: fixed(abs(slope), 2) for name, slope in slopes.items()}),
        {
            "both": _(
                "To know is not to teach: G learns from the slope at its samples. Look at both "
                "curves there."
            ),
            "d": _(
                "It is sure, and just as sure one step to the left. How should G find out which "
                "step is better?"
            ),
            "neither": _(
                "That holds for an opponent whose curve is level at the samples of G. Look at both "
                "curves there: is each of them level?"
            ),
        },
    )


def ask_about_twice_the_bound() -> None:
    """The question what the critic's value says when its bound is doubled."""
    before, after = value_of(APART, bound=1), value_of(APART, bound=2)
    ask(
        "twice the bound",
        _(
            "No sample moves, but the critic may now be twice as steep. What becomes of its value "
            "{value}?"
        ).format(value="$\\mathbb{E}_x[f(x)] - \\mathbb{E}_z[f(G(z))]$"),
        {
            "1": _("It stays: the distance is the same."),
            "2": _("It doubles."),
            "4": _("It becomes four times as large."),
        },
        f"{after / before:.0f}",
        _(
            "From {before} to {after}: the value is K · W₁. It goes on like that, so a critic "
            "without a bound would only grow steeper, for ever, and say nothing new."
        ).format(before=fixed(before, 2), after=fixed(after, 2)),
        {
            "1": _(
                "The distance of the samples is the same. But the value is a difference of "
                "heights, and the heights are the critic's own."
            ),
            "4": _("All its slopes double. By how much do its heights grow with them?"),
        },
    )


def ask_about_a_light_penalty() -> bool:
    """The question how steep a critic is that pays little for it; whether its answer is told."""
    best = penalised_slope(APART, LIGHT)
    return ask(
        "light penalty",
        _(
            "The penalty weighs {weight}, and the samples are {apart} apart. Which slope is best "
            "for the critic?"
        ).format(weight=f"$\\lambda = {LIGHT:g}$", apart=f"{APART:g}"),
        {
            "1": _("{one}: that is what the penalty asks for.").format(one="$1$"),
            "above": _("One above {one}.").format(one="$1$"),
            "endless": _("The steeper, the better."),
        },
        "above" if 1.01 < best < math.inf else "1",
        _(
            "It is {slope}: what a bit more of slope brings in value is there the same as what it "
            "costs in penalty. The more the penalty weighs, the nearer it comes to {one}."
        ).format(slope=fixed(best, 2), one="$1$"),
        {
            "1": _(
                "There the penalty is level: a bit steeper costs next to nothing. And what does "
                "it bring?"
            ),
            "endless": _(
                "The value grows with the slope, but the penalty with its square. Which of them "
                "wins in the end?"
            ),
        },
    )


@st.fragment
def stage(is_told: bool) -> None:
    """Where the generated samples are, how steep the critic may be, and what G learns of both.

    Once the question's answer `is_told`, in numbers.
    """
    with st.container(horizontal=True, gap="medium"):
        theta = settings.field("theta", st.container(width="stretch"))
        bound = float(settings.field("bound", st.container(width="content")))
    figure = critic_figure(
        PAIR, theta, bound, reach=REACH, steepest=max(map(float, BOUNDS)), translate=_
    )
    steady_figure(figure, key="critic")
    head_start()
    if is_told:
        st.caption(_in_numbers(theta, bound))
    settings.write_url()


def _in_numbers(theta: float, bound: float) -> str:
    here, slopes = PAIR.readings(theta), slopes_of_g(theta, bound)
    return _(
        "JSD = {jsd} nats; G's minimax loss against the best D has the slope {d} per unit of "
        "θ. W₁ = {w1}; the critic's value is {value}, and G's loss against the critic has the "
        "slope {critic}."
    ).format(
        jsd=fixed(here["js"].value, 4),
        w1=fixed(here["wasserstein_1"].value, 2),
        value=fixed(value_of(theta, bound), 2),
        **{name: fixed(slope, 2) for name, slope in slopes.items()},
    )


@st.fragment
def holding(is_told: bool) -> None:
    """The penalty's weight, and which slope the critic then takes; in numbers once it `is_told`."""
    weight = float(settings.field("weight"))
    steady_figure(held_figure(APART, weight, _), key="held")
    head_start()
    if is_told:
        st.caption(
            _(
                "Generated samples at a distance of {distance}. Without a penalty the steepest "
                "critic gets most; with λ = {weight}, the one with the slope {slope}."
            ).format(
                distance=f"{APART:g}",
                weight=f"{weight:g}",
                slope=f"{penalised_slope(APART, weight):g}",
            )
        )
    settings.write_url()


settings = PageSettings(CriticLesson)
open_lesson("the_critic")
markdown("the_critic")
stage(ask_who_teaches())
ask_about_twice_the_bound()
st.header(_("What holds the slope"), anchor=False)
markdown("the_critic_hold")
holding(ask_about_a_light_penalty())
trained = PRESETS["ring_wgan_gp"].config
explain(
    "the_critic_why",
    ln2=fixed(LN2, 4),
    apart=f"{APART:g}",
    non_saturating=f"{non_saturating_slope(APART):.0f}",
    steps=f"{trained.d_steps}",
    weight=f"{trained.penalty_weight:g}",
)
link("best_discriminator", _("The best discriminator: q far away"), "balance", **FAR)
link("losses", _("The Wasserstein loss in the loss laboratory"), "show_chart", first="wasserstein")
link(
    "train", _("Train with a critic: ring of eight, WGAN-GP"), "play_circle", preset="ring_wgan_gp"
)
close_lesson("the_critic")
