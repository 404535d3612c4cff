"""Lesson: what the two players pay, and why the first formula is not the one to train with."""

import math
from typing import Annotated

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.figures.lessons import two_losses_figure
from gan_core.figures.loss_laboratory import reading
from gan_core.losses import LOSSES
from gan_core.losses.doubts import LIMIT, slope
from gan_core.ops import NUMPY
from gan_core.settings import Settings, Shown
from gan_core.text import N_, fixed
from gan_core.theory.divergences import LN2
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

SHOWN = np.linspace(-LIMIT, LIMIT, 161)
BOTH = ("minimax", "non_saturating")
SURE = 0.01  # what D says of a poor fake in the question


class LossLesson(Settings):
    """What the page lets a reader set."""

    logit: Annotated[float, Field(ge=-LIMIT, le=LIMIT, allow_inf_nan=False), Shown(step=0.1)] = (
        Field(
            0.0,
            title=N_("D's output C on a generated sample"),
            description=N_("A logit: below 0, D thinks that the sample is fake."),
        )
    )


def slope_of(name: str, logit: float) -> float:
    """The slope of a loss of G, where D gives a generated sample this logit."""
    return reading(LOSSES.get(name), 0.0, logit).g_slope


def curves() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """L_G and its slope over `SHOWN`, for both losses by their titles."""
    found, logits = {}, SHOWN[:, np.newaxis]  # (n, 1): a batch of one for each
    for name in BOTH:
        loss = LOSSES.get(name)
        pays = np.asarray(loss.generator(logits, logits, NUMPY))
        slopes = slope(loss.generator, "fake", logits, logits)
        found[_(loss.title)] = pays, slopes
    return found


def ask_who_learns() -> bool:
    """The question about saturation, answered by the slopes; whether its answer is told."""
    logit = math.log(SURE / (1 - SURE))
    slopes = {name: slope_of(name, logit) for name in BOTH}
    return ask(
        "who learns",
        _(
            "G is a beginner: of its samples D says {sure}. With which loss does G learn faster?"
        ).format(sure=f"$D(G(z)) = {SURE:g}$"),
        {name: _(LOSSES.get(name).title) for name in BOTH}
        | {"same": _("With both alike: they have the same equilibrium.")},
        max(slopes, key=lambda name: abs(slopes[name])),
        _(
            "Its slope there is {non_saturating}, that of minimax {minimax}: about {times} times "
            "as steep. Minimax is flat just where G has most to learn; that is what saturated "
            "means."
        ).format(
            **{name: fixed(value, 3) for name, value in slopes.items()},
            times=f"{slopes['non_saturating'] / slopes['minimax']:.0f}",
        ),
        {
            "minimax": _("Look at its slope at the left, where D is sure: what is left of it?"),
            "same": _(
                "They have the same goal, but not the same way there: look at both slopes at the "
                "left, where D is sure."
            ),
        },
    )


def equilibrium(name: str) -> dict[str, str]:
    """What both players pay at the equilibrium of a loss, for the prose."""
    found = LOSSES.get(name).equilibrium
    assert found
    assert found.g_loss is not None
    return {
        f"{name}_{player}": fixed(value, 4)
        for player, value in (("d", found.d_loss), ("g", found.g_loss))
    }


@st.fragment
def stage(is_told: bool) -> None:
    """D's output, and what both losses say of it; in numbers once it `is_told`."""
    logit = settings.field("logit")
    st.latex(f"D(G(z)) = \\sigma(C) = {1 / (1 + math.exp(-logit)):.3f}")
    figure = two_losses_figure(curves(), SHOWN, logit, _)
    steady_figure(figure, key="two losses")
    head_start()
    if is_told:
        slopes = {name: fixed(slope_of(name, logit), 4) for name in BOTH}
        st.caption(
            _(
                "For this sample the slope is {minimax} with the minimax loss and {non_saturating} "
                "with the non-saturating one."
            ).format(**slopes)
        )
    settings.write_url()


settings = PageSettings(LossLesson)
open_lesson("the_losses")
markdown("the_losses")
stage(ask_who_learns())
explain(
    "the_losses_why", ln2=f"{LN2:.4f}", **equilibrium("minimax"), **equilibrium("non_saturating")
)
link(
    "losses",
    _("In the loss laboratory: G is losing badly"),
    "show_chart",
    real_logit="4.0",
    fake_logit="-5.0",
)
link("own_loss", _("Type a loss of your own, and train with it"), "edit")
close_lesson("the_losses", ln2=f"{LN2:.3f}", two_ln2=f"{2 * LN2:.3f}")
