"""Loss laboratory: what D and G pay, the slopes they feel, and where a loss saturates."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import streamlit as st
from pydantic import Field

from gan_core.config import RunConfig
from gan_core.figures.loss_laboratory import COLORS, FLAT, Axis, loss_figure, reading
from gan_core.losses import LOSSES, Equilibrium, Loss
from gan_core.losses.doubts import LIMIT
from gan_core.ops import NUMPY
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.question import predict
from pages.parts.steady_figure import steady_figure
from pages.parts.table import table

STANDARD = {loss.name: loss.title for loss in LOSSES if loss.name != "custom"}
NONE = "none"
PLACES = ("first", "second", "third")
SURELY_FAKE = 0.01  # what D says of a fake in the question

Logit = Annotated[float, Field(ge=-LIMIT, le=LIMIT, allow_inf_nan=False), Shown(step=0.1)]


def as_in_a_run(option: str) -> Any:
    """The declaration of an option of losses, the same as in a run's configuration."""
    return RunConfig.model_fields[option]


class LossLaboratory(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "first": STANDARD,
        "second": {NONE: N_("none")} | STANDARD,
        "third": {NONE: N_("none")} | STANDARD,
        "axis": {
            "logit": N_("logit: D's output itself"),
            "probability": N_("probability that it is real"),
        },
        "divergence": RunConfig.choices["divergence"],
    }

    first: str = Field(
        "minimax", title=N_("Loss"), description=N_("What the two players minimise.")
    )
    second: str = Field(
        "non_saturating", title=N_("Second loss"), description=N_("Drawn beside the first one.")
    )
    third: str = Field(NONE, title=N_("Third loss"), description=N_("Drawn beside the first one."))
    label_smoothing: float = as_in_a_run("label_smoothing")
    fake_target: float = as_in_a_run("fake_target")
    real_target: float = as_in_a_run("real_target")
    generator_target: float = as_in_a_run("generator_target")
    divergence: str = as_in_a_run("divergence")
    axis: str = Field(
        "logit",
        title=N_("Horizontal axis"),
        description=N_("Curves over the probability are for losses that give one."),
    )
    real_logit: Logit = Field(
        2.0,
        title=N_("D's output on the real sample"),
        description=N_("A logit or a score: the higher, the more real the sample looks to D."),
    )
    fake_logit: Logit = Field(
        -2.0,
        title=N_("D's output on the fake sample"),
        description=N_("A logit or a score: the higher, the more real the sample looks to D."),
    )


def chosen(values: LossLaboratory) -> list[Loss]:
    """The one to three losses, with their options; one chosen twice is shown once."""
    names = dict.fromkeys(getattr(values, place) for place in PLACES)
    return [LOSSES.get(name).configured(values) for name in names if name != NONE]


def option_names(losses: list[Loss]) -> list[str]:
    """The options that have an effect, each once."""
    return list(dict.fromkeys(option for loss in losses for option in loss.options))


def exact(value: float) -> str:
    """Three decimals as a formula, without −0."""
    return f"${value:z.3f}$"


def preset_buttons(values: LossLaboratory, first: Loss) -> None:
    """Situations worth a look, of the losses that are chosen."""
    even = first.equilibrium.logit if first.equilibrium else 0.0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("**Look at:**"), width="content")
        for label, real, fake in (
            (_("G is losing badly"), 4.0, -5.0),
            (_("D is perfect"), LIMIT, -LIMIT),
            (_("Equilibrium"), even, even),
        ):
            place = {"real_logit": real, "fake_logit": fake}
            settings.button(label, **(values.model_dump() | place))


def formulas(loss: Loss, color: str) -> None:
    """What the two players minimise, in the colour of its curves."""
    title = f':color[**{_(loss.title)}**]{{foreground="{color}"}}'
    # Within a line, long formulas break where they must.
    st.markdown(f"{title}\n\n${loss.discriminator_formula}$\n\n${loss.generator_formula}$")
    if loss.equilibrium:
        st.caption(f"{_where(loss.equilibrium)} {_prices(loss.equilibrium)}")
    st.caption(loss.reference)


def _where(equilibrium: Equilibrium) -> str:
    # No formulas: before the sign that follows a formula, a line may break.
    if not equilibrium.constants:
        return _("Equilibrium, at the output {logit}:").format(logit=f"{equilibrium.logit:.3g}")
    low, high = equilibrium.constants
    if math.isinf(high):
        return _("Equilibrium, at any constant output:")
    return _("Equilibrium, at any constant output from {low} to {high}:").format(
        low=f"{low:g}".replace("-", "−"), high=f"{high:g}"
    )


def _prices(equilibrium: Equilibrium) -> str:
    """What both pay there; in braces, each formula stays on one line."""
    d_price = f"${{L_D = {equilibrium.d_loss:.4f}}}$"
    if equilibrium.g_loss is None:
        return _("{d_price}; G's loss depends on the output.").format(d_price=d_price)
    return _(", ").join([d_price, f"${{L_G = {equilibrium.g_loss:.4f}}}$"])


def sliders(loss: Loss) -> None:
    """D's outputs for the two samples, and what they mean in the first loss."""
    columns = st.columns(2, gap="medium")
    for column, field, symbol in zip(
        columns, ("real_logit", "fake_logit"), ("D(x)", "D(G(z))"), strict=True
    ):
        decision = float(loss.decision(settings.field(field, column), NUMPY))
        column.markdown(f"${symbol} = {decision:.3f}$")


def readings(losses: list[Loss], real_logit: float, fake_logit: float) -> None:
    """Draw a table of what the players pay and feel at the sliders' place, a column per loss."""
    symbols = ("D(x)", "D(G(z))", "L_D", "L_G", "L_D + L_G", r"\partial L_G / \partial C(G(z))")
    head = [_("Loss")]
    columns = [[f"${symbol}$" for symbol in symbols]]
    for loss, color in zip(losses, COLORS, strict=False):
        here = reading(loss, real_logit, fake_logit)
        decisions = (float(loss.decision(each, NUMPY)) for each in (real_logit, fake_logit))
        numbers = (*decisions, here.d_loss, here.g_loss, here.d_loss + here.g_loss, here.g_slope)
        head.append(f':color[{_(loss.title)}]{{foreground="{color}"}}')
        columns.append([exact(number) for number in numbers])
    table(head, zip(*columns, strict=True))


def slopes_when_losing() -> dict[str, float]:
    """The slopes of G's loss in the two original games, where D is sure that a sample is fake."""
    logit = math.log(SURELY_FAKE / (1 - SURELY_FAKE))
    return {
        name: reading(LOSSES.get(name), 0.0, logit).g_slope
        for name in ("minimax", "non_saturating")
    }


def ask_which_is_steep() -> None:
    """The question about saturation, answered by the slopes themselves."""
    slopes = slopes_when_losing()
    steep = [name for name, value in slopes.items() if abs(value) >= FLAT]
    predict(
        "saturation",
        _(
            "D is sure that a sample of the generator is fake: $D(G(z)) = {probability}$. Which "
            "generator loss still has a slope there?"
        ).format(probability=SURELY_FAKE),
        {name: _(STANDARD[name]) for name in slopes}
        | {"both": _("Both of them"), "neither": _("Neither of them")},
        {0: "neither", 1: steep[0] if steep else "", 2: "both"}[len(steep)],
        _(
            "There the slope is {non_saturating} for the non-saturating loss and {minimax} for "
            "minimax: nearly flat, just where the generator has most to learn."
        ).format(**{name: exact(value) for name, value in slopes.items()}),
        {
            "minimax": _("Look at its curve where D gives small logits: how steep is it there?"),
            "both": _("Look at both curves where D gives small logits: are both of them steep?"),
            "neither": _("Look at both curves where D gives small logits: are both of them flat?"),
        },
    )


settings = PageSettings(LossLaboratory)
with st.sidebar:
    for place in PLACES:
        settings.field(place)
    options = option_names(chosen(settings.values))
    for option in options:
        settings.field(option)
    settings.field("axis")
values = settings.values
losses = chosen(values)
without_probability = [_(loss.title) for loss in losses if not loss.gives_probability]

markdown("losses")
ask_which_is_steep()
preset_buttons(values, losses[0])
beside_each_other = st.container(horizontal=True, gap="medium")  # on a narrow screen, below
left, right = beside_each_other.container(width=290), beside_each_other.container()
with left:
    for loss, color in zip(losses, COLORS, strict=False):
        formulas(loss, color)
with right:
    sliders(losses[0])
    axis: Axis = "probability" if values.axis == "probability" else "logit"
    if axis == "probability" and without_probability:
        st.caption(
            _("{names}: no probability but a score, and so drawn over the logit only.").format(
                names=_(", ").join(without_probability)
            )
        )
        if len(without_probability) == len(losses):
            axis = "logit"
    figure = loss_figure(losses, values.real_logit, values.fake_logit, axis, _)
    steady_figure(figure, key="losses")
readings(losses, values.real_logit, values.fake_logit)
markdown("losses_next")
