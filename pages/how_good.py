"""Lesson: how good a generator is, as a number, which means nothing without its floor."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.figures.balls import balls_figure
from gan_core.figures.lessons import floor_figure
from gan_core.image_measures import MEASURES
from gan_core.image_measures.frechet import frechet_distance
from gan_core.image_measures.precision_recall import K, is_within, radii
from gan_core.runs.frame import picture
from gan_core.settings import Choices, Settings, Shown
from gan_core.simple_models import (
    DIGIT_MODELS,
    N_COMPONENTS,
    digit_features,
    generate_digits,
    real_digit_features,
)
from gan_core.text import N_, fixed
from gan_core.two_crowds import DRAWS, N_POINTS, Generator, Measured, measure, real_points
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.projector import wide
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure
from pages.parts.table import table

SIZES = (50, 100, 200, 400, 800)  # pictures on each side; the bundled digits have enough for 800
REPEATS = 5  # each floor is the average of so many
N_DRAWN, PIXELS = 10, 64  # pictures on the page, side by side, and the width of each
FEW, MANY = SIZES[0], SIZES[-1]
PRECISION, RECALL = MEASURES.get("precision"), MEASURES.get("recall")
LARGEST_K = 10  # of the neighbours that balls reach to
WIDE, NARROW = 2.0, 0.3  # multiples of the real spots' width
MUCH = 0.2  # how far a share has to be below that of a perfect generator to have fallen


class GoodLesson(Settings):
    """What the page lets a reader set."""

    seed: int = Field(
        0, ge=0, le=99, title=N_("Seed"), description=N_("Other pictures, the same models.")
    )


class Crowds(Settings):
    """What a reader may set of the two crowds in the plane."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "draws": DRAWS,
        "balls": {"real": N_("the real points"), "generated": N_("the generated points")},
    }

    draws: str = Field(
        Generator.draws,
        title=N_("G draws"),
        description=N_("As long as nothing else is changed, it draws them perfectly."),
    )
    spread: Annotated[float, Field(ge=0, le=WIDE), Shown(step=0.1)] = Field(
        Generator.spread,
        title=N_("Width of G's spots"),
        description=N_("As a multiple of the real ones'; with 0, each spot is a single point."),
    )
    shift: Annotated[float, Field(ge=0, le=0.7), Shown(step=0.05)] = Field(
        Generator.shift,
        title=N_("Moved to the right by"),
        description=N_("At the far end, G's left spot lies halfway between the real ones."),
    )
    balls: Annotated[str, Shown("buttons")] = Field(
        "real",
        title=N_("Balls around"),
        description=N_("Those of the real points tell precision, the others recall."),
    )
    k: int = Field(
        K,
        ge=1,
        le=LARGEST_K,
        title=N_("k: neighbours that a ball reaches to"),
        description=N_("Each ball ends at the k-th nearest point of the same crowd."),
    )

    @property
    def generator(self) -> Generator:
        """The generator that is set."""
        return Generator(self.draws, self.spread, self.shift)


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


def ask_about_real_digits() -> bool:
    """The question what a perfect generator scores; whether its answer is told."""
    few, many = floors(0)[0], floors(0)[-1]
    return ask(
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
        {
            "zero": _(
                "For that, the two sets would have to be alike. But no two draws of real digits "
                "are the same."
            ),
            "little": _(
                "The distance compares a mean and a covariance in many dimensions. How well are "
                "they known from so few pictures?"
            ),
        },
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
        {
            "first": _("A distance falls with n by itself: compare the noise floor at both n."),
            "second": _(
                "Fewer pictures are no merit: they only make the distance noisier and higher."
            ),
        },
    )


@st.fragment
def stage(is_told: bool) -> None:
    """A seed, the distances from it, and what the models draw from it.

    Once it `is_told` what real digits get, that is among them.
    """
    seed = settings.field("seed")
    floor, by_model = compute(seed)
    by_title = {_(title): by_model[name] for name, title in DIGIT_MODELS.items()}
    figure = floor_figure(SIZES, floor if is_told else None, by_title, _)
    steady_figure(figure, key="floor")
    with st.expander(_("What these models draw")):
        for name, title in DIGIT_MODELS.items():
            st.caption(_(title))
            drawn = generate_digits(name, N_DRAWN, seed)[..., np.newaxis]
            st.image(picture(drawn, per_row=N_DRAWN), width=N_DRAWN * PIXELS, alt=_(title))
    head_start()
    told = {_("real against real"): floor} if is_told else {}
    st.caption(
        _("The distances at n = {n}: {distances}.").format(
            n=MANY,
            distances=_("; ").join(
                _("{label}: {value}").format(label=title, value=fixed(values[-1], 1))
                for title, values in (told | by_title).items()
            ),
        )
    )
    settings.write_url()
    compute(seed + 1)  # the one that a reader of these is likeliest to ask for next


def measured(generator: Generator, k: int = K) -> Measured:
    """How close its points are to the real ones."""
    return measure(real_points(), generator.generate(), k)


def in_words(found: Measured) -> list[str]:
    """Precision, recall and the distance to the nearest real point, as they are read."""
    return [f"{found.precision:.0%}", f"{found.recall:.0%}", f"{found.distance:.3f}"]


@st.fragment
def neighbours() -> None:
    """Two crowds, the balls of one, who lies inside, and what that makes of the generator."""
    values = crowds.values
    real, fake = real_points(), values.generator.generate()
    around_real = values.balls == "real"
    centers, points = (real, fake) if around_real else (fake, real)
    figure = balls_figure(
        centers,
        radii(centers, values.k),
        points,
        is_within(points, centers, values.k),
        around_real=around_real,
        translate=_,
    )
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            steady_figure(figure, key="balls")
            head_start()
            table(
                [
                    _("Points"),
                    _(PRECISION.title),
                    _(RECALL.title),
                    _("Mean distance to the nearest real point"),
                ],
                [
                    [_("of this G"), *in_words(measured(values.generator, values.k))],
                    [_("new real ones"), *in_words(measured(Generator(), values.k))],
                ],
            )
        with st.container(width=wide(300)):
            for name in Crowds.names():
                crowds.field(name)
    crowds.write_url()


def ask_about_one_spot() -> None:
    """The question which of the two numbers tells that a kind is missing."""
    found, perfect = measured(Generator("one")), measured(Generator())
    falls = {
        name
        for name in ("precision", "recall")
        if getattr(found, name) < getattr(perfect, name) - MUCH
    }
    precision, recall, _distance = in_words(found)
    ask(
        "one spot",
        _("G makes only one of the two spots, and that one perfectly. Which number falls?"),
        {
            "precision": _(PRECISION.title),
            "recall": _(RECALL.title),
            "both": _("Both"),
        },
        falls.pop() if len(falls) == 1 else "both",
        _(
            "Recall is {recall}: no generated point is near the real ones of the other spot. "
            "Precision stays high, {precision}: whatever G makes lies among real points."
        ).format(precision=precision, recall=recall),
        {
            "precision": _(
                "Precision asks of each generated point whether it lies among real ones. Where do "
                "those of this G lie?"
            ),
            "both": _(
                "Each asks its own question. Precision: do generated points lie among real ones? "
                "Recall: do real points lie among generated ones?"
            ),
        },
    )
    crowds.button(_("Try it"), draws="one", balls="generated")


def ask_about_copies() -> None:
    """The question what the two numbers say of a generator that has memorised."""
    found = measured(Generator("copies"))
    precision, recall, distance = in_words(found)
    ask(
        "copies",
        _(
            "G has memorised the real points: it repeats each of them, and makes nothing new. What "
            "becomes of the two numbers?"
        ),
        {
            "precision": _("Precision falls: what is copied is not real."),
            "recall": _("Recall falls: nothing new is made."),
            "perfect": _("Neither falls: both are perfect."),
        },
        "perfect" if found.precision == found.recall == 1 else "recall",
        _(
            "Precision is {precision} and recall {recall}, more than new real points get. What "
            "gives the copies away is the distance to the nearest real point: it is {distance}, "
            "and for new real points {usual} on average."
        ).format(
            precision=precision,
            recall=recall,
            distance=distance,
            usual=in_words(measured(Generator()))[-1],
        ),
        {
            "precision": _(
                "Precision does not ask where a point comes from, only whether it lies among the "
                "real ones. Can a copy lie elsewhere?"
            ),
            "recall": _(
                "Recall does not ask for anything new, only whether each real point has generated "
                "ones around it. Each has its copy."
            ),
        },
    )
    crowds.button(_("Try it"), draws="copies")


def explain_neighbours() -> None:
    """Why there are two numbers, and what neither tells."""
    shown = {
        "wide": measured(Generator(spread=WIDE)),
        "narrow": measured(Generator(spread=NARROW)),
        "perfect": measured(Generator()),
        "least": measured(Generator(), k=1),
    }
    numbers: dict[str, str] = {}
    for name, found in shown.items():
        numbers[f"{name}_precision"], numbers[f"{name}_recall"], _distance = in_words(found)
    explain("how_good_neighbours_why", width=f"{WIDE:g}", part=f"{NARROW:g}", k=str(K), **numbers)


settings = PageSettings(GoodLesson)
crowds = PageSettings(Crowds)
open_lesson("how_good")
markdown("how_good", features=str(N_COMPONENTS))
stage(ask_about_real_digits())
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
st.header(_("Precision and recall, by neighbours"), anchor=False)
markdown("how_good_neighbours", n=str(N_POINTS))
neighbours()
ask_about_one_spot()
ask_about_copies()
explain_neighbours()
link(
    "train",
    _("Train on digits, and watch the measures beside their floors"),
    "play_circle",
    preset="digits_dcgan",
)
link(
    "playground",
    _("Modes covered, live, in the playground"),
    "scatter_plot",
    preset="ring_mlp",
)
close_lesson("how_good")
