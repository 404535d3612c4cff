"""Lesson: what generative AI is: a curve that is learned, and digits that nobody wrote."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.datasets import digits
from gan_core.figures.lessons import fit_figure, timeline_figure
from gan_core.literature import FAMILIES, of_family
from gan_core.runs.frame import picture
from gan_core.settings import Choices, Settings, Shown
from gan_core.simple_models import (
    DIGIT_MODELS,
    MOST_PEAKS,
    fit_petals,
    generate_digits,
    petal_lengths,
)
from gan_core.text import N_
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.page_settings import PageSettings
from pages.parts.projector import shows_answers
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

SHOWN = np.linspace(0, 8, 321)  # lengths in cm
GAP = (2.0, 2.8)  # cm: no flower of the data has petals of such a length
N_DRAWN = 2000
N_PICTURES = 10
PIXELS = 70  # of a picture on the page: ten stand in one row or in two, five in each


class Generative(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {"model": DIGIT_MODELS}

    peaks: int = Field(
        1,
        ge=1,
        le=MOST_PEAKS,
        title=N_("Bells in the curve"),
        description=N_("The curve is a sum of this many Gaussian bells."),
    )
    model: Annotated[str, Shown("buttons")] = Field(
        "pixels",
        title=N_("How the false digits are made"),
        description=N_("None of these models has a network; all are fitted in a moment."),
    )
    round: int = Field(0, ge=0, le=9999, title=N_("Round"))


def in_the_gap(numbers: np.ndarray) -> float:
    """The share of lengths that no flower has."""
    low, high = GAP
    return float(np.mean((numbers > low) & (numbers < high)))


@st.fragment
def learn_a_curve(is_told: bool) -> None:
    """Fit a curve to measurements, and once it `is_told` what comes of it, draw from it."""
    fit = fit_petals(settings.field("peaks"))
    drawn = fit.sample(N_DRAWN, seed=0)
    density = fit.pdf(SHOWN)
    figure = fit_figure(petal_lengths(), SHOWN, density, drawn if is_told else drawn[:0], _)
    steady_figure(figure, key="petals")
    head_start()
    if is_told:
        caption_of_the_gap(drawn)
    settings.write_url()


def caption_of_the_gap(drawn: np.ndarray) -> None:
    """How many petals have a length that no flower has, measured ones and drawn ones (n,)."""
    low, high = GAP
    st.caption(
        _(
            "Between {low} cm and {high} cm lie {real} of the measured petals and {drawn} of the "
            "new ones."
        ).format(
            low=f"{low:g}",
            high=f"{high:g}",
            real=f"{in_the_gap(petal_lengths()):.1%}",
            drawn=f"{in_the_gap(drawn):.1%}",
        )
    )


def ask_about_one_bell() -> bool:
    """The question what a model does that is too simple for its data; whether that is told."""
    share = in_the_gap(fit_petals(1).sample(N_DRAWN, seed=0))
    low, high = GAP
    return ask(
        "one bell",
        _(
            "No measured petal is between {low} and {high} cm long. With a single bell, does the "
            "model draw such petals?"
        ).format(low=f"{low:g}", high=f"{high:g}"),
        {
            "no": _("No: it has learned that there are none."),
            "few": _("Hardly ever."),
            "many": _("Yes, many."),
        },
        "many" if share > 0.05 else "few" if share > 0 else "no",
        _(
            "{share} of them. A single bell cannot have a hole, so it fills the gap with flowers "
            "that do not exist. Give it more bells, and the gap opens."
        ).format(share=f"{share:.0%}"),
        {
            "no": _(
                "It has learned two numbers: where its bell has its middle, and how wide it is. "
                "Can a bell have a hole?"
            ),
            "few": _("Look how high the single bell stands over that gap."),
        },
    )


def is_generated(round_: int) -> np.ndarray:
    """Which pictures of a round are generated, (N_PICTURES,) of bool; half of them."""
    halves = np.arange(N_PICTURES) < N_PICTURES // 2
    return np.random.default_rng(round_).permutation(halves)


def pictures(values: Generative) -> list[str]:
    """The pictures of a round, as data URIs."""
    fake = generate_digits(values.model, N_PICTURES, values.round)[..., np.newaxis]
    real = digits.load(N_PICTURES, seed=values.round)
    chosen = np.where(is_generated(values.round).reshape(-1, 1, 1, 1), fake, real)
    return [picture(each[np.newaxis], per_row=1) for each in chosen]


@st.fragment
def which_are_generated() -> None:
    """A round of real and generated digits: the reader says which is which."""
    markdown("generative_ai_guess", n=str(N_PICTURES), half=str(N_PICTURES // 2))
    settings.field("model")
    values = settings.values
    numbers = list(range(1, N_PICTURES + 1))
    names = [_("Picture {n}").format(n=number) for number in numbers]
    with st.container(horizontal=True, gap="small"):  # in one element, they would touch
        for number, name, shown in zip(numbers, names, pictures(values), strict=True):
            st.image(shown, caption=str(number), width=PIXELS, alt=name)
    guessed = st.pills(
        _("Which are generated?"),
        numbers,
        selection_mode="multi",
        key=f"guessed {values.model} {values.round}",
        persist_state="session",
    )
    truth = is_generated(values.round)
    if len(guessed) == truth.sum() and shows_answers():
        found = sum(truth[number - 1] for number in guessed)
        generated = _(", ").join(str(number) for number in numbers if truth[number - 1])
        st.info(
            _("You found {found} of {all}. The generated ones are: {which}.").format(
                found=found, all=truth.sum(), which=generated
            ),
            icon=":material/search:",
        )
    st.button(
        _("Other pictures"),
        icon=":material/refresh:",
        on_click=settings.set,
        kwargs=values.model_dump() | {"round": (values.round + 1) % 10_000},
    )
    settings.write_url()


def timeline_in_words() -> str:
    """The works of the timeline, family by family, for those who do not see it."""
    return _("; ").join(
        f"{_(title)}: " + _(", ").join(f"{work.short} {work.year}" for work in of_family(family))
        for family, title in FAMILIES.items()
    )


settings = PageSettings(Generative)
open_lesson("generative_ai")
markdown("generative_ai")
markdown("generative_ai_curve", n=str(len(petal_lengths())), drawn=f"{N_DRAWN:,}")
learn_a_curve(ask_about_one_bell())
st.header(_("Which of these is generated?"), anchor=False)
which_are_generated()
explain("generative_ai_why")
st.header(_("Four families"), anchor=False)
steady_figure(timeline_figure(_), key="timeline", says=timeline_in_words())
markdown("generative_ai_families")
close_lesson("generative_ai")
# What is worked out once is kept: slider and list then answer at once.
for n_peaks in range(1, MOST_PEAKS + 1):
    fit_petals(n_peaks)
for name in DIGIT_MODELS:
    generate_digits(name, N_PICTURES, seed=0)
