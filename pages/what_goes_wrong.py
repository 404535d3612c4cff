"""Lesson: how GANs fail, told from the points alone, and what heals each failure."""

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.datasets import DATASETS
from gan_core.datasets.ring import ring
from gan_core.figures.curves import recorded_curves
from gan_core.figures.lessons import pictures_figure, points_figure
from gan_core.gallery import FAILURES
from gan_core.metrics.mode_coverage import (
    HIGH_QUALITY_STDS,
    N_SAMPLES,
    high_quality,
    modes_covered,
)
from gan_core.recordings import EVERY, recordings
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from pages.parts.lesson import ask, close_lesson, exercise, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.projector import shows_answers, wide
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure
from pages.parts.table import table

RING, SPOTS = DATASETS.get("ring"), ring()
N_SHOWN = 250
BLUR = 8  # standard deviations of a spot
KEPT = 2  # spots of a generator that has collapsed
SHARE_OF_STRAYS = 0.5

CASES = {  # links have the letters; readers see numbers, for D is the discriminator
    "a": N_("Generator 1"),
    "b": N_("Generator 2"),
    "c": N_("Generator 3"),
    "d": N_("Generator 4"),
}


# Recorded runs in the order in which their curves are read, and in that of the pictures.
RUNS = ("vanishing_gradient", "healthy", "mode_collapse", "oscillation")
PICTURES = {
    N_("Picture A"): "mode_collapse",
    N_("Picture B"): "oscillation",
    N_("Picture C"): "healthy",
    N_("Picture D"): "vanishing_gradient",
}


class WrongLesson(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {"case": CASES}

    case: Annotated[str, Shown("buttons")] = Field(
        "a",
        title=N_("Generator"),
        description=N_("Each of them goes wrong in its own way, or not."),
    )


def points_of(case: str, n: int = N_SAMPLES) -> np.ndarray:
    """What a generator makes, (n, 2); made up here, so that the answer is known."""
    rng = np.random.default_rng(1)
    real = RING.load(n, seed=1)
    if case == "a":  # mode collapse
        kept = SPOTS.centers[rng.integers(KEPT, size=n)]
        return kept + SPOTS.std * rng.standard_normal((n, 2))
    if case == "b":  # blurred: near everything, on nothing
        return real + BLUR * SPOTS.std * rng.standard_normal((n, 2))
    if case == "c":  # as good as real
        return real
    return np.where(  # half of it strays between the spots
        rng.random((n, 1)) < SHARE_OF_STRAYS, rng.uniform(-1, 1, (n, 2)), real
    )


@st.cache_data(show_spinner=False)
def measured(case: str) -> tuple[float, float]:
    """How many spots a generator covers, and how many per cent of its points lie on one."""
    real, fake = RING.load(N_SAMPLES), points_of(case)
    return modes_covered(real, fake, RING), high_quality(real, fake, RING)


def measures_table(case: str) -> None:
    """The two measures of the chosen generator, beside those of real points."""
    rows = [
        [title, f"{covered:.0f} / {len(SPOTS.centers)}", f"{quality:.1f}%"]
        for title, (covered, quality) in (
            (_(CASES[case]), measured(case)),
            (_("real points"), measured("c")),
        )
    ]
    table([_("Whose points"), _("Modes covered"), _("High-quality samples")], rows)


def verdict(covered: float, quality: float) -> str:
    """What the two measures of a generator say, in a sentence."""
    return _(
        "This one finds {covered} of {all} spots, and {quality} of its points lie on one."
    ).format(covered=f"{covered:.0f}", all=len(SPOTS.centers), quality=f"{quality:.1f}%")


def ask_which_collapsed() -> bool:
    """The question which generator shows mode collapse, answered by the measures."""
    found = {case: measured(case) for case in CASES}
    collapsed = min(found, key=lambda case: found[case][0])
    return ask(
        "collapsed",
        _("Which of the generators has **collapsed**: all it makes is good, but of few kinds?"),
        {case: _(title) for case, title in CASES.items()},
        collapsed,
        _(
            "It finds {covered} of {all} spots, and {quality} of its points lie on one: each looks "
            "right, and most kinds are missing. Looking at single samples would never show it."
        ).format(
            covered=f"{found[collapsed][0]:.0f}",
            all=len(SPOTS.centers),
            quality=f"{found[collapsed][1]:.1f}%",
        ),
        {case: verdict(*each) for case, each in found.items()},
    )


def ask_which_is_fooled() -> bool:
    """The question whether covering all spots is enough."""
    found = {case: measured(case) for case in CASES}
    covering = [case for case in found if found[case][0] == len(SPOTS.centers)]
    worst = min(covering, key=lambda case: found[case][1])
    return ask(
        "covers all",
        _(
            "Which generator covers every spot, and yet has the smallest share of its points on "
            "a spot?"
        ),
        {case: _(title) for case, title in CASES.items()},
        worst,
        _(
            "A spot counts as covered with a single point near it. Only {quality} of this one's "
            "points lie on a spot. Most others lie just beside one, while those of {other} stray "
            "far off, which neither number tells: look at several measures, and at the points."
        ).format(quality=f"{found[worst][1]:.1f}%", other=_(CASES["d"])),
        {case: verdict(*each) for case, each in found.items()},
    )


def points_in_words(case: str) -> str:
    """Where a generator's points lie, for those who do not see it; the verdict is the reader's."""
    points = points_of(case)
    apart = np.linalg.norm(points[:, np.newaxis] - SPOTS.centers, axis=-1)  # (n, spots)
    counts = np.bincount(apart.argmin(axis=1), minlength=len(SPOTS.centers))
    return _(
        "points whose nearest spot is each of them in turn: {counts}; half of all points are "
        "farther from it than {far} standard deviations of a spot"
    ).format(
        counts=_(", ").join(f"{count:,}" for count in counts),
        far=f"{np.median(apart.min(axis=1)) / SPOTS.std:.1f}",
    )


@st.fragment
def stage(is_told: bool) -> None:
    """A generator, its points, and once it `is_told`, its measures."""
    settings.field("case")
    case = settings.values.case
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=wide(430)):
            figure = points_figure(points_of(case)[:N_SHOWN], SPOTS.centers, 1.4, _)
            steady_figure(figure, key="points of each generator", says=points_in_words(case))
            head_start()
        with st.container(width="stretch"):
            if is_told:
                measures_table(case)
            within = 100 * (1 - math.exp(-(HIGH_QUALITY_STDS**2) / 2))
            markdown(
                "what_goes_wrong_measures",
                n=f"{N_SAMPLES:,}",
                stds=f"{HIGH_QUALITY_STDS:g}",
                real=f"{within:.1f}%",
            )
    settings.write_url()


def curves_of_run(place: int) -> None:
    """The curves of the run at a place of `RUNS`."""
    run = recordings()[RUNS[place]]
    figure = recorded_curves(run.config.items.loss, run.steps, run.curves, _)
    run_ends = _(
        "At the end, D(x) is around {d_real}, D(G(z)) around {d_fake}, D pays {d_loss}, G pays "
        "{g_loss}; in the last quarter, D's loss crosses its dashed line {crossings} times"
    ).format(**numbers_of(RUNS[place]))
    steady_figure(figure, key=f"curves of run {place}", says=run_ends)


@st.cache_data(show_spinner=False)
def numbers_of(name: str) -> dict[str, str]:
    """What is said of a recorded run; of curves, the mean of the last quarter."""
    run = recordings()[name]
    d_real, d_fake, g_loss, d_loss = (
        run.late(field).mean() for field in ("d_real", "d_fake", "g_loss", "d_loss")
    )
    return {
        "d_real": fixed(d_real, 2),
        "d_fake": fixed(d_fake, 2),
        "g_loss": fixed(g_loss, 2),
        "d_loss": fixed(d_loss, 3),
        "modes": f"{run.modes_covered:.0f}",
        "quality": f"{run.high_quality:.0f}%",
        "crossings": str(run.crossings),
    }


def recorded_numbers() -> dict[str, str]:
    """What the explanations say of the recorded runs."""
    numbers = {"modes": str(len(SPOTS.centers))}
    for name in recordings():
        numbers |= {f"{name}_{key}": value for key, value in numbers_of(name).items()}
    oscillation = recordings()["oscillation"]
    return numbers | {
        "even": f"{oscillation.even_d_loss:.3f}",
        "late": f"{EVERY * len(oscillation.late('d_loss')):,}",
    }


def pictures_in_words() -> str:
    """What the four pictures show, for those who do not see them."""
    found = [
        _("{picture}: points on {modes} of {all} spots, {quality} of them on a spot").format(
            picture=_(title), all=len(SPOTS.centers), **numbers_of(name)
        )
        for title, name in PICTURES.items()
    ]
    return _("; ").join(found)


def read_the_curves() -> None:
    """The exercise: curves of recorded runs, and which samples belong to them."""
    st.header(_("Read the curves"), anchor=False)
    markdown("what_goes_wrong_read", runs=str(len(RUNS)), shown=str(N_SHOWN), every=str(EVERY))
    with st.container(key="pictures_of_runs"):
        shown = {_(title): recordings()[name].samples for title, name in PICTURES.items()}
        pictures = {title: samples[:N_SHOWN] for title, samples in shown.items()}
        figure = pictures_figure(pictures, SPOTS.centers, 1.4, _)
        steady_figure(figure, key="four pictures", says=pictures_in_words())
    exercise("what_goes_wrong_curves", curves_of_run, **recorded_numbers())


def failures_and_cures() -> None:
    """Each failure of the gallery, to be opened; on paper nothing can be."""
    with st.container(key="not_on_paper"):
        st.header(_("Failures and their cures"), anchor=False)
        for failure in FAILURES.values():
            with st.expander(_(failure.title)):
                st.markdown(_(failure.help))
                st.markdown(_("**The cure**: {help}").format(help=_(failure.cure_help)))


settings = PageSettings(WrongLesson)
open_lesson("what_goes_wrong")
markdown("what_goes_wrong", modes=str(len(SPOTS.centers)), generators=str(len(CASES)))
above_the_questions = st.container()
are_told = [ask_which_collapsed(), ask_which_is_fooled()]
with above_the_questions:
    stage(all(are_told))
read_the_curves()
if shows_answers():
    failures_and_cures()
explain("what_goes_wrong_why")
link("failures", _("Watch each of them happen in the failure gallery"), "healing")
link("challenges", _("Mend such runs yourself: the challenges"), "flag")
close_lesson("what_goes_wrong")
