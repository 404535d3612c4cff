"""Lesson: what generative models cost, what they cannot do, and what they are abused for."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.datasets import DATASETS
from gan_core.datasets.ring import RADIUS, ring
from gan_core.figures.diffusion import diffusion_film
from gan_core.metrics import METRICS
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from gan_core.theory.diffusion import MOST_NOISE, draw, noise_levels
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

RING, SPOTS = DATASETS.get("ring"), ring()
N_POINTS, N_SHOWN = 1000, 200  # that are counted, and that are drawn
PASSES = {f"{n}": f"{n}" for n in (1, 2, 4, 8, 16, 32)}


class Outlook(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {"passes": PASSES}

    passes: Annotated[str, Shown("buttons")] = Field(
        "16",
        title=N_("Passes"),
        description=N_("How often the network looks at a point, from noise to the end."),
    )


@st.cache_resource(show_spinner=False)
def way(n_passes: int) -> np.ndarray:
    """Where the points are at the start and after each pass, (passes + 1, n, 2)."""
    noise = np.random.default_rng(0).standard_normal((N_POINTS, 2))
    return draw(noise, n_passes, SPOTS.centers, SPOTS.std)


def measured(name: str, n_passes: int) -> float:
    """One of the metrics, of what these passes have drawn."""
    end = way(n_passes)[-1]
    return METRICS.get(name).measure(end, end, RING)


def ask_about_one_pass() -> None:
    """The question what the best network makes of noise at once."""
    distance = float(np.linalg.norm(way(1)[-1], axis=1).mean())
    is_on_spots = measured("high_quality", 1) > 50
    ask(
        "one pass",
        _("The network is the best there can be. Where do the points land if it looks but once?"),
        {
            "spots": _("On the spots: the best network knows where they are."),
            "ring": _("Somewhere on the ring, also between the spots."),
            "middle": _("In the middle, where no real sample is."),
        },
        "spots" if is_on_spots else "middle" if distance < 0.5 else "ring",
        _(
            "They lie {distance} from the middle on average; the ring has a radius of {radius}. In "
            "so much noise each spot may have been the one, and the best guess is the mean of all "
            "of them, where nothing real is. A discriminator would find that out at once: so G "
            "learns to decide for a spot in a single pass, and the game is its price."
        ).format(distance=fixed(distance, 2), radius=f"{RADIUS:g}"),
        {
            "spots": _(
                "It knows where they are, but not which of them this noise came from: it has to "
                "answer for all of them at once."
            ),
            "ring": _(
                "The best answer is the one that is least far off on average. What is the mean of "
                "all the spots of a ring?"
            ),
        },
    )
    settings.button(_("Try it"), passes="1")


@st.fragment
def passes() -> None:
    """Noise that becomes samples, in as many passes as the reader grants."""
    n_passes = int(settings.field("passes"))
    shown = way(n_passes)[:, :N_SHOWN]
    levels = noise_levels(n_passes, SPOTS.std)
    steady_figure(diffusion_film(shown, levels, SPOTS.centers, _), key="passes")
    head_start()
    st.caption(
        _(
            "Passes: {passes}. Of {n} points, {share} lie within 3σ of a spot, on {found} of {all} "
            "spots."
        ).format(
            passes=n_passes,
            n=f"{N_POINTS:,}",
            share=f"{measured('high_quality', n_passes):.0f}%",
            found=f"{measured('modes_covered', n_passes):.0f}",
            all=len(SPOTS.centers),
        )
    )
    settings.write_url()


settings = PageSettings(Outlook)
open_lesson("outlook")
markdown("outlook_cost")
passes()
ask_about_one_pass()
explain("outlook_cost_why", noise=f"{MOST_NOISE:g}", std=f"{SPOTS.std:g}")
link(
    "playground",
    _("The same ring with a GAN: one pass for each point"),
    "scatter_plot",
    preset="ring_mlp",
)
markdown("outlook")
link("reading", _("Where to read on"), "menu_book")
close_lesson("outlook")
