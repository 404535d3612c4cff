"""Lesson: the space of the noise, how far from its middle noise lies, and how to walk in it."""

from typing import Annotated

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.figures.lessons import ways_figure
from gan_core.settings import Settings, Shown
from gan_core.text import N_
from gan_core.theory.latent import lerp, slerp
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

N_NOISE = 4000
ASKED_DIM = 100  # as in the DCGAN paper
T = np.linspace(0, 1, 101)


class LatentLesson(Settings):
    """What the page lets a reader set."""

    latent_dim: Annotated[int, Field(ge=1, le=512), Shown("log")] = Field(
        64, title=N_("Noise dimensions"), description=N_("How many numbers z consists of.")
    )
    seed: int = Field(0, ge=0, le=99, title=N_("Seed"), description=N_("Other noise vectors."))


def noise(dim: int, n: int, seed: int) -> np.ndarray:
    """Noise vectors, (n, dim), as G is fed."""
    return np.random.default_rng((seed, dim)).standard_normal((n, dim))


def lengths(vectors: np.ndarray) -> np.ndarray:
    """The length of each vector (n, dim), (n,)."""
    return np.linalg.norm(vectors, axis=1)


def ask_what_lies_between() -> bool:
    """The question how unusual the middle of the straight way is; whether its answer is told."""
    usual = lengths(noise(ASKED_DIM, N_NOISE, 0))
    start, end = noise(ASKED_DIM, 2, 0)
    half = np.array([0.5])
    straight, arc = (lengths(way(start, end, half))[0] for way in (lerp, slerp))
    shorter = float(np.mean(usual < straight))
    return ask(
        "halfway",
        _(
            "Two noise vectors of {dim} numbers; we stand halfway between them, on the straight "
            "line. How many noise vectors are shorter than the one we stand at?"
        ).format(dim=ASKED_DIM),
        {
            "half": _("About half of them: it is an average one."),
            "few": _("A few in a hundred."),
            "none": _("None of {n}.").format(n=f"{N_NOISE:,}"),
        },
        "none" if shorter == 0 else "few" if shorter < 0.2 else "half",
        _(
            "Noise vectors are about {usual} long, the shortest here {least}; halfway it is "
            "{straight}. G has hardly ever been trained there. Along the arc it stays {arc}."
        ).format(
            usual=f"{usual.mean():.1f}",
            least=f"{usual.min():.1f}",
            straight=f"{straight:.1f}",
            arc=f"{arc:.1f}",
        ),
        {
            "half": _(
                "Two numbers drawn by chance often have opposite signs, and then nearly cancel in "
                "their mean. Here that happens among {dim} pairs of numbers."
            ).format(dim=ASKED_DIM),
            "few": _(
                "So it is where noise has few dimensions. In {dim}, all vectors are nearly as "
                "long as each other: look how narrow their heap is."
            ).format(dim=ASKED_DIM),
        },
    )


@st.fragment
def stage(is_told: bool) -> None:
    """The space of the noise, and two ways through it; once it `is_told`, how long they are."""
    with st.container(horizontal=True):
        settings.field("latent_dim")
        settings.field("seed")
    values = settings.values
    start, end = noise(values.latent_dim, 2, values.seed)
    ways = {
        _("straight (lerp)"): lengths(lerp(start, end, T)),
        _("along the arc (slerp)"): lengths(slerp(start, end, T)),
    }
    all_lengths = lengths(noise(values.latent_dim, N_NOISE, values.seed))
    figure = ways_figure(T, ways, all_lengths, _)
    steady_figure(figure, key="ways")
    head_start()
    st.caption(
        _("With {dim} numbers, noise vectors are {mean} long on average; √{dim} is {root}.").format(
            dim=values.latent_dim,
            mean=f"{all_lengths.mean():.2f}",
            root=f"{values.latent_dim**0.5:.2f}",
        )
    )
    if is_told:
        straight, arc = (f"{way[len(T) // 2]:.2f}" for way in ways.values())
        st.caption(
            _("Halfway, the straight way is {straight} long and the arc {arc}.").format(
                straight=straight, arc=arc
            )
        )
    settings.write_url()


settings = PageSettings(LatentLesson)
open_lesson("inside_latent")
markdown("inside_latent")
stage(ask_what_lies_between())
explain("inside_latent_why")
link("train", _("Train a small DCGAN on digits"), "play_circle", preset="digits_dcgan")
link("latent_space", _("Then walk through the latent space of its generator"), "explore")
close_lesson("inside_latent", dim=str(ASKED_DIM), root=f"{ASKED_DIM**0.5:g}")
