"""The best discriminator: what D can know at most, what that is worth, and what G learns of it."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.figures.densities import SYMBOLS, fits_figure, judged_figure, slopes_figure
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from gan_core.theory.divergences import js
from gan_core.theory.fit import Fit, fit_gaussian
from gan_core.theory.mixture import Mixture
from gan_core.theory.moving_pair import (
    COMPARED,
    DX,
    MovingPair,
    Reading,
    gaussians,
    points,
)
from gan_core.theory.optimal_discriminator import value_at_optimum_of_logs
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.question import predict
from pages.parts.steady_figure import steady_figure
from pages.parts.table import table

REACH = 6.0  # q's mean goes from −REACH to +REACH
SWEPT = np.linspace(-REACH, REACH, 121)  # steps of 0.1, as the slider's
LEVEL = 1e-3  # a slope smaller than that, per unit of x, is drowned by the noise of a batch
SAME = 1e-9  # a divergence that is 0 but for rounding
APART = 3.0  # the distance of the two lines in the question

Mean = Annotated[float, Field(ge=-3, le=3, allow_inf_nan=False), Shown(step=0.1)]
Std = Annotated[float, Field(ge=0.2, le=2, allow_inf_nan=False), Shown(step=0.05)]


class BestDiscriminator(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "shape": {
            "gaussians": N_("Gaussians, which always overlap a little"),
            "points": N_("Two lines, which never overlap"),
        }
    }

    shape: str = Field(
        "gaussians",
        title=N_("What p and q are"),
        description=N_(
            "Two parallel lines, cut across, are two points: all of p at 0, all of q at its mean."
        ),
    )
    q_mean: Annotated[float, Shown(step=0.1)] = Field(
        1.0,
        ge=-REACH,
        le=REACH,
        allow_inf_nan=False,
        title=N_("q: mean"),
        description=N_("Where the generator puts its samples."),
    )
    q_std: Annotated[float, Shown(step=0.05)] = Field(
        1.0,
        ge=0.2,
        le=4,
        allow_inf_nan=False,
        title=N_("q: width"),
        description=N_("Standard deviation of the generated samples."),
    )
    weight: Annotated[float, Shown(step=0.05)] = Field(
        0.6,
        ge=0.05,
        le=1,
        allow_inf_nan=False,
        title=N_("p: share of the first mode"),
        description=N_("At 1 the data have only one mode."),
    )
    mean_1: Mean = Field(
        -2.0, title=N_("p: mean of the first mode"), description=N_("Where its samples are.")
    )
    std_1: Std = Field(
        0.7,
        title=N_("p: width of the first mode"),
        description=N_("Standard deviation of its samples."),
    )
    mean_2: Mean = Field(
        2.0, title=N_("p: mean of the second mode"), description=N_("Where its samples are.")
    )
    std_2: Std = Field(
        0.7,
        title=N_("p: width of the second mode"),
        description=N_("Standard deviation of its samples."),
    )


ONE_MODE = {"weight": 1.0, "mean_1": 0.0, "std_1": 1.0}
PRESETS: dict[str, dict[str, Any]] = {
    N_("q equals p"): ONE_MODE | {"q_mean": 0.0, "q_std": 1.0},
    N_("q far away"): {"weight": 1.0, "mean_1": -3.0, "std_1": 0.6, "q_mean": 4.0, "q_std": 0.6},
    N_("Two modes, one q"): {
        "mean_1": -3.0,
        "std_1": 0.6,
        "mean_2": 3.0,
        "std_2": 0.6,
        "q_mean": 0.0,
        "q_std": 1.0,
    },
    N_("Two lines"): {"shape": "points", "q_mean": 3.0},
}


def data(values: BestDiscriminator) -> Mixture:
    """The density p."""
    if values.weight == 1:
        return Mixture((1.0,), (values.mean_1,), (values.std_1,))
    return Mixture(
        (values.weight, 1 - values.weight),
        (values.mean_1, values.mean_2),
        (values.std_1, values.std_2),
    )


@st.cache_data(max_entries=1000, show_spinner=False)
def fits(p: Mixture) -> dict[str, Fit]:
    """The nearest Gaussian in the sense of each divergence, by its name."""
    return {name: fit_gaussian(p, name) for name in COMPARED}


def exact(value: float) -> str:
    """Four decimals, a real minus sign, and no −0."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return fixed(value, 4)


def slider_names(values: BestDiscriminator) -> list[str]:
    """The settings that have an effect, q's first: it is moved most."""
    if values.shape == "points":
        return ["q_mean"]
    second_mode = ["mean_2", "std_2"] if values.weight < 1 else []
    return ["q_mean", "q_std", "weight", "mean_1", "std_1", *second_mode]


def value_tiles(pair: MovingPair, q_mean: float) -> None:
    """V(G, D*) in two ways: from what D* says, and from the JSD."""
    log_q = pair.log_q(q_mean)
    jsd = js.of_logs(pair.log_p, log_q, DX)
    value = value_at_optimum_of_logs(pair.log_p, log_q, DX)
    for tile, label, number in zip(
        st.columns(3),
        (
            _("JSD in nats (at most {bound})").format(bound=exact(js.bound)),
            _("V from the JSD: −ln 4 + 2 · JSD"),
            _("V from what D* says"),
        ),
        (jsd, -math.log(4) + 2 * jsd, value),
        strict=True,
    ):
        tile.metric(label, exact(number), label_visibility="collapsed")
        tile.caption(label)  # a metric's own label would be cut, not wrapped, on a small screen


def direction(reading: Reading) -> str:
    """What the slope tells G."""
    if reading.value < SAME:
        return _("stay: q is where p is")
    if math.isnan(reading.slope):
        return _("nothing: infinite on both sides")
    if abs(reading.slope) < LEVEL:
        return _("nothing: level")
    return _("go right") if reading.slope < 0 else _("go left")


def reading_table(here: Mapping[str, Reading]) -> None:
    """Draw each divergence with value, slope and what the slope says."""
    head = (
        _("Divergence"),
        _("Value"),
        _("Slope per unit of q's mean"),
        _("It tells the generator"),
    )
    rows = [
        (SYMBOLS[name], exact(each.value), exact(each.slope), direction(each))
        for name, each in here.items()
    ]
    table(head, rows)


def ask_which_slope() -> None:
    """The question about supports that have parted, answered by the slopes themselves."""
    here = points(REACH).readings(APART)
    [answer] = [name for name, each in here.items() if abs(each.slope) > LEVEL]
    infinite = _(
        "A KL asks how many times as large as the other one density is. Where that other is 0, the "
        "answer has no end, here and a step further: no step is better than the next."
    )
    level = _("The JSD has a largest value, ln 2. How steep is it once it has got there?")
    predict(
        "slope",
        _(
            "q has moved so far that the two no longer overlap. Which of these still tells G in "
            "which direction to go?"
        ),
        {name: SYMBOLS[name] for name in here},
        answer,
        _(
            "Only {answer}: two lines {distance} apart give it the value {value} and the slope "
            "{slope}. The JSD has reached {jsd} and its slope is {level}; both KL are infinite, "
            "here and a step further. Gaussians are kinder: their tails never end, so KL keeps "
            "a slope."
        ).format(
            answer=SYMBOLS[answer],
            distance=f"{APART:g}",
            value=exact(here[answer].value),
            slope=exact(here[answer].slope),
            jsd=exact(here["js"].value),
            level=exact(here["js"].slope),
        ),
        dict.fromkeys(here, infinite) | {"js": level},
    )


def fit_buttons(values: BestDiscriminator, found: Mapping[str, Fit]) -> None:
    """Buttons that put q where a fit is."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("Put q where this is smallest:"), width="content")
        for name, fit in found.items():
            fitted = {"q_mean": allowed("q_mean", fit.mean), "q_std": allowed("q_std", fit.std)}
            st.button(
                SYMBOLS[name],
                key=f"put q at {name}",
                on_click=settings.set,
                kwargs=values.model_dump() | fitted,
            )


def allowed(field: str, value: float) -> float:
    """The value to two decimals, within the field's bounds."""
    low, high = BestDiscriminator.bounds(field)
    return min(max(round(value, 2), low), high)


settings = PageSettings(BestDiscriminator)
with st.sidebar:
    settings.field("shape")
    for name in slider_names(settings.values):
        settings.field(name)
values = settings.values
is_points = values.shape == "points"
pair = points(REACH) if is_points else gaussians(data(values), values.q_std, REACH)
here = pair.readings(values.q_mean)

markdown("best_discriminator")
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown(_("**Look at:**"), width="content")
    for label, preset in PRESETS.items():
        settings.button(_(label), **preset)
steady_figure(judged_figure(pair, values.q_mean, _), key="judged")
markdown("best_discriminator_value")
value_tiles(pair, values.q_mean)
with st.expander(_("Where both formulas come from"), icon=":material/function:"):
    markdown("best_discriminator_derivation")

st.header(_("Move q away"), anchor=False)
markdown("best_discriminator_away")
steady_figure(slopes_figure(pair, values.q_mean, here, SWEPT, _), key="slopes")
reading_table(here)
ask_which_slope()

st.header(_("Fit q to p"), anchor=False)
markdown("best_discriminator_fit")
if is_points:
    st.info(_("A line has no width that q could fit. Choose Gaussians on the left."))
else:
    found = fits(data(values))
    steady_figure(fits_figure(data(values), found, _), key="fits")
    fit_buttons(values, found)
markdown("best_discriminator_next")
