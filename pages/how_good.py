"""Lesson: how good a generator is, as a number, which means nothing without its floor."""

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.figures.lessons import floor_figure
from gan_core.image_measures.frechet import frechet_distance
from gan_core.runs.frame import picture
from gan_core.settings import Settings
from gan_core.simple_models import (
    DIGIT_MODELS,
    N_COMPONENTS,
    digit_features,
    generate_digits,
    real_digit_features,
)
from gan_core.text import N_
from pages.parts.lesson import ask, close_lesson, explain, laboratory, open_lesson
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

SIZES = (50, 100, 200, 400, 800)  # pictures on each side; the bundled digits have enough for 800
REPEATS = 5  # each floor is the average of so many
N_DRAWN, PIXELS = 10, 64  # pictures on the page, side by side, and the width of each
FEW, MANY = SIZES[0], SIZES[-1]


class GoodLesson(Settings):
    """What the page lets a reader set."""

    seed: int = Field(
        0, ge=0, le=99, title=N_("Seed"), description=N_("Other pictures, the same models.")
    )


@st.cache_data(show_spinner=False, max_entries=100)
def floors(seed: int) -> list[float]:
    """Real digits against as many other real ones, for each size."""
    features, rng = real_digit_features(), np.random.default_rng(seed)
    mixed = [rng.permutation(features) for _ in range(REPEATS)]
    return [
        float(np.mean([frechet_distance(each[:n], each[n : 2 * n]) for each in mixed]))
        for n in SIZES
    ]


@st.cache_data(show_spinner=False, max_entries=100)
def scores(model: str, seed: int) -> list[float]:
    """Generated digits against as many real ones, for each size."""
    real = np.random.default_rng(seed).permutation(real_digit_features())
    fake = digit_features(generate_digits(model, MANY, seed))
    return [frechet_distance(real[:n], fake[:n]) for n in SIZES]


def compute(seed: int) -> tuple[list[float], dict[str, list[float]]]:
    """The noise floor, and the scores of every model by its name."""
    return floors(seed), {name: scores(name, seed) for name in DIGIT_MODELS}


def ask_about_real_digits() -> None:
    """The question what a perfect generator scores."""
    few, many = floors(0)[0], floors(0)[-1]
    ask(
        "floor",
        _(
            "A perfect generator makes {n} digits; we compare them with {n} real ones. Which "
            "Fréchet distance does it get?"
        ).format(n=FEW),
        {
            "zero": _("Exactly 0: it is perfect."),
            "little": _("Nearly 0, below one."),
            "much": _("Far above 0."),
        },
        "much" if few > 5 else "little" if few else "zero",
        _(
            "About {few}. That is what real digits get against other real ones: chance makes any "
            "two small samples differ. With {n} on each side it is {many}."
        ).format(few=f"{few:.1f}", many=f"{many:.1f}", n=MANY),
    )


def ask_about_comparing() -> None:
    """The question whether two scores of different n compare."""
    model = "directions"
    poor, real = scores(model, 0)[-1], floors(0)[0]
    ask(
        "different n",
        _(
            "One paper reports {poor} with {many} pictures, another {real} with {few}. Whose "
            "generator is better?"
        ).format(poor=f"{poor:.1f}", many=MANY, real=f"{real:.1f}", few=FEW),
        {
            "first": _("The first: its distance is smaller."),
            "second": _("The second: it needed fewer pictures."),
            "neither": _("That cannot be told."),
        },
        "neither" if poor < real else "first",
        _(
            "The first one is “{model}”, the second real digits: at different n, the smaller "
            "number proves nothing. A distance means something only beside its noise floor, at the "
            "same n."
        ).format(model=_(DIGIT_MODELS[model])),
    )


@st.fragment
def stage() -> None:
    """A seed, the distances from it, and what the models draw from it."""
    seed = settings.field("seed")
    floor, by_model = compute(seed)
    by_title = {_(title): by_model[name] for name, title in DIGIT_MODELS.items()}
    figure = floor_figure(SIZES, floor, by_title, _)
    steady_figure(figure, key="floor")
    with st.expander(_("What these models draw")):
        for name, title in DIGIT_MODELS.items():
            st.caption(_(title))
            drawn = generate_digits(name, N_DRAWN, seed)[..., np.newaxis]
            st.image(picture(drawn, per_row=N_DRAWN), width=N_DRAWN * PIXELS, alt=_(title))
    head_start()
    st.caption(
        _("The distances at n = {n}: {distances}.").format(
            n=MANY,
            distances=_(", ").join(
                f"{title} {values[-1]:.3g}"
                for title, values in {_("real against real"): floor, **by_title}.items()
            ),
        )
    )
    settings.write_url()
    compute(seed + 1)  # the one that a reader of these is likeliest to ask for next


settings = PageSettings(GoodLesson)
open_lesson("how_good")
markdown("how_good", features=str(N_COMPONENTS))
stage()
ask_about_real_digits()
ask_about_comparing()
explain(
    "how_good_why",
    few=str(FEW),
    many=str(MANY),
    model=f"{scores('directions', 0)[0]:.1f}",
    floor=f"{floors(0)[0]:.1f}",
    model_many=f"{scores('directions', 0)[-1]:.1f}",
    floor_many=f"{floors(0)[-1]:.1f}",
)
laboratory("train", _("Train on digits, and watch the measures beside their floors"), "play_circle")
laboratory("playground", _("Modes covered, live, in the playground"), "scatter_plot")
close_lesson("how_good")
