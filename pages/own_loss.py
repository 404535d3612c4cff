"""Your own loss: type what D and G pay, see it beside a standard loss, and train with it."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.expression import FUNCTIONS, MAX_LENGTH, ExpressionError, pointed
from gan_core.figures.loss_laboratory import loss_figure
from gan_core.losses import LOSSES, Loss
from gan_core.losses.custom import DISCRIMINATOR, GENERATOR, custom, read
from gan_core.losses.doubts import LIMIT, doubts, slope
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, language, markdown, say
from pages.parts.question import predict
from pages.parts.steady_figure import steady_figure
from pages.parts.table import table

Logit = Annotated[float, Field(ge=-LIMIT, le=LIMIT, allow_inf_nan=False), Shown(step=0.1)]
Formula = Annotated[str, Field(max_length=MAX_LENGTH)]  # any text: what is wrong is shown beside it


class OwnLoss(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "compare": {loss.name: loss.title for loss in LOSSES if loss.name != "custom"}
    }

    d_formula: Formula = Field(
        DISCRIMINATOR,
        title=N_("D's loss"),
        description=N_("In terms of the logits `real` and `fake`, averaged over the batch."),
    )
    g_formula: Formula = Field(
        GENERATOR,
        title=N_("G's loss"),
        description=N_("In terms of the logits `real` and `fake`, averaged over the batch."),
    )
    compare: str = Field(
        "non_saturating",
        title=N_("Drawn beside it"),
        description=N_("A standard loss to compare yours with."),
    )
    real_logit: Logit = Field(
        2.0,
        title=N_("D's logit for a real sample"),
        description=N_("The value of `real` at which the points stand on the curves."),
    )
    fake_logit: Logit = Field(
        -2.0,
        title=N_("D's logit for a fake"),
        description=N_("The value of `fake` at which the points stand on the curves."),
    )


GOOD_EXAMPLES = {
    N_("Non-saturating"): {},
    N_("Least squares"): {
        "d_formula": "square(real - 1) + square(fake)",
        "g_formula": "square(fake - 1)",
        "compare": "least_squares",
    },
    N_("Hinge"): {
        "d_formula": "relu(1 - real) + relu(1 + fake)",
        "g_formula": "-fake",
        "compare": "hinge",
    },
    N_("Wasserstein"): {
        "d_formula": "fake - real",
        "g_formula": "-fake",
        "compare": "wasserstein",
    },
    N_("Relativistic average"): {
        "d_formula": "softplus(mean(fake) - real) + softplus(fake - mean(real))",
        "g_formula": "softplus(mean(real) - fake) + softplus(real - mean(fake))",
        "compare": "relativistic",
    },
}
BAD_EXAMPLES = {
    N_("G with the wrong sign"): {"g_formula": "-softplus(-fake)"},
    N_("D that ignores fakes"): {"d_formula": "softplus(-real)"},
    N_("ln of a logit"): {"d_formula": "-log(real) - log(1 - fake)", "g_formula": "-log(fake)"},
    N_("Overflow"): {"g_formula": "-log(sigmoid(fake))"},
}

# Each function of `FUNCTIONS`: its arguments, in LaTeX what it computes, and what it is good for.
MEANINGS = {
    "exp": ("a", r"e^a", N_("grows ever faster; too large for the computer from 89 on")),
    "log": ("a", r"\ln a", N_("natural logarithm; only for numbers above 0")),
    "softplus": (
        "a",
        r"\ln(1 + e^a)",
        N_("a smooth ramp: about 0 on the left, about *a* on the right"),
    ),
    "sigmoid": ("a", r"\frac{1}{1 + e^{-a}}", N_("makes a probability of a logit")),
    "tanh": ("a", r"\tanh a", N_("a smooth step from −1 to 1")),
    "square": ("a", r"a^2", N_("the further from 0, the steeper; the same as `a**2`")),
    "sqrt": ("a", r"\sqrt{a}", N_("square root; not for negative numbers")),
    "abs": ("a", r"\lvert a \rvert", N_("how far *a* is from 0")),
    "relu": ("a", r"\max(0, a)", N_("a ramp with a kink: flat on the left, *a* on the right")),
    "maximum": ("a, b", r"\max(a, b)", N_("the larger of two")),
    "minimum": ("a, b", r"\min(a, b)", N_("the smaller of two")),
    "mean": ("a", r"\mathbb{E}[a]", N_("the average over the batch")),
}

SURE = -6.0  # the logit that D gives to a fake in the question
SATURATING = "-softplus(fake)"  # ln(1 − D), the minimax loss of G


def examples(title: str, each: Mapping[str, Mapping[str, str]]) -> None:
    """Draw a row of buttons that fill in the formulas."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(title, width="content")
        for label, values in each.items():
            settings.button(_(label), **values)


def formula(name: str) -> tuple[str, bool]:
    """Draw the field of a formula; return the last one that was understood, and if it is this."""
    source, memory = settings.field(name), f"understood {name}"
    try:
        read(name, source)
    except ExpressionError as error:
        st.code(pointed(source, error), language=None)
        st.error(say(error), icon=":material/error:")
        return st.session_state.get(memory, OwnLoss.default(name)), False
    st.session_state[memory] = source
    return source, True


def opinion(loss: Loss) -> None:
    """Say what speaks against the loss."""
    found = doubts(loss)
    for doubt in found:
        if doubt.is_fatal:
            st.warning(doubt.text.say(_), icon=":material/warning:")
        else:
            st.info(doubt.text.say(_), icon=":material/info:")
    if not found:
        st.success(
            _("Looks sound: D lifts real above fake, G lifts its fakes, and each feels a slope."),
            icon=":material/check_circle:",
        )


def train_link(d_formula: str, g_formula: str, *, enabled: bool) -> None:
    """A link to the train page with this loss, on the ring of eight."""
    st.page_link(
        "train.py",
        label=_("**Train with it**, on the ring of eight"),
        icon=":material/play_circle:",
        query_params={
            "lang": language(),
            "preset": "ring_mlp",
            "loss": "custom",
            "d_formula": d_formula,
            "g_formula": g_formula,
        },
        disabled=not enabled,
    )


def function_table() -> None:
    """Draw the functions that may be typed."""
    rows = []
    for name in FUNCTIONS:
        arguments, latex, use = MEANINGS[name]
        rows.append((f"`{name}({arguments})`", f"${latex}$", _(use)))
    table((_("Type"), _("It means"), _("What it does")), rows)


def g_slope(g_formula: str) -> float:
    """The slope of G's loss at the fake that D is sure of."""
    logits = np.array([0.0]), np.array([SURE])
    return float(slope(custom(g_formula=g_formula).generator, "fake", *logits))


def ask_whether_g_feels_it() -> None:
    """The question whether a loss still has a slope where D is sure, answered by the slope."""
    slopes = {"own": g_slope(GENERATOR), "saturating": g_slope(SATURATING)}
    predict(
        "own loss",
        _(
            "G's loss is `{formula}`. D is sure that a sample of G is fake: it gives it the logit "
            "{logit}. Does G feel a slope there?"
        ).format(formula=GENERATOR, logit=f"{SURE:g}".replace("-", "−")),
        {
            "steep": _("Yes, nearly the steepest there is."),
            "flat": _("Hardly any: D is too sure."),
        },
        "steep" if abs(slopes["own"]) > 0.5 else "flat",
        _(
            "The slope is {own}: the surer D is, the harder G is pushed. With `{formula}`, which "
            "is ln(1 − D), it would be {saturating}: nearly flat. G would then learn least just "
            "when it has most to learn."
        ).format(
            formula=SATURATING,
            **{name: fixed(value, 4) for name, value in slopes.items()},
        ),
        {
            "flat": _(
                "So it is with minimax, ln(1 − D). This formula is another one: look at its curve "
                "where the logit is small."
            )
        },
    )


settings = PageSettings(OwnLoss)
markdown("own_loss")
ask_whether_g_feels_it()
examples(_("**Examples:**"), GOOD_EXAMPLES)
examples(_("**Broken, why?**"), BAD_EXAMPLES)

d_place, g_place = st.container(), st.container()
with d_place:
    d_formula, d_understood = formula("d_formula")
with g_place:
    g_formula, g_understood = formula("g_formula")
understood = d_understood and g_understood
loss = custom(d_formula, g_formula)
for place, is_typed, meant in (
    (d_place, d_understood, loss.discriminator_formula),
    (g_place, g_understood, loss.generator_formula),
):
    if not is_typed:
        place.caption(_("The last formula that was understood:"))
    place.latex(meant)
if understood:
    opinion(loss)
else:
    st.caption(_("What follows is the last loss that was understood."))
train_link(d_formula, g_formula, enabled=understood)

with st.expander(_("What you may type")):
    markdown("own_loss_syntax")
    function_table()

settings.field("compare")
for name, column in zip(("real_logit", "fake_logit"), st.columns(2), strict=True):
    settings.field(name, column)
values = settings.values
figure = loss_figure(
    [loss, LOSSES.get(values.compare)], values.real_logit, values.fake_logit, "logit", _
)
steady_figure(figure, key="own loss")
markdown("own_loss_next")
