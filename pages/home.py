"""Start: what a GAN is, a whole one at play, and the ways on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from gan_core.course import LESSONS
from gan_core.figures.tiny_gan import tiny_gan_film
from gan_core.theory.tiny_gan import A_WHOLE_GAME, World
from pages.parts.lesson import numbered
from pages.parts.progress import done, kept_in_links
from pages.parts.prose import _, language, markdown, translator
from pages.parts.steady_figure import steady_figure


@st.cache_data(show_spinner=False)
def film(code: str) -> tuple[go.Figure, list[dict[str, Any]]]:
    """The game of five numbers, with words in this language."""
    return tiny_gan_film(A_WHOLE_GAME, World(), translator(code))


def first_steps() -> None:
    """The two ways to begin, or to go on where the course was left."""
    lesson = next((each for each in LESSONS if each.name not in done()), LESSONS[0])
    walk = _("Go on: {lesson}").format(lesson=numbered(lesson))
    with st.container(horizontal=True):
        if st.button(_("Train your first GAN"), type="primary", icon=":material/play_circle:"):
            st.switch_page("train.py", query_params=kept_in_links())
        if st.button(walk if done() else _("Walk through the course"), icon=":material/school:"):
            st.switch_page(f"{lesson.name}.py", query_params=kept_in_links())


def card(title: str, *links: tuple[str, str, str, str]) -> None:
    """One part of the menu, with what one finds there: page, name, what for, and icon of each."""
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.subheader(title, anchor=False)
        for page, name, what_for, icon in links:
            st.page_link(
                f"{page}.py",
                label=f"**{name}**",
                icon=f":material/{icon}:",
                query_params=kept_in_links(),
            )
            st.caption(what_for)


st.html(f"<style>{Path(__file__).with_suffix('.css').read_text('utf-8')}</style>")
with st.container(horizontal=True, gap="large", key="home_head"):
    with st.container():
        markdown("home")
        first_steps()
    with st.container():
        markdown("home_predict")
        figure, frames = film(language())
        steady_figure(figure, key="the game as a film", frames=frames)
        markdown("home_film")

with st.container(horizontal=True, key="home_parts"):
    card(
        _("Course"),
        (
            LESSONS[0].name,
            _("Lessons"),
            _("From the two players to a trained generator"),
            "school",
        ),
        ("glossary", _("Glossary"), _("Every term in a sentence or two"), "dictionary"),
        ("reading", _("Reading"), _("The papers, and what each is for"), "menu_book"),
        ("classroom", _("The class"), _("For teachers: the class at a glance"), "groups"),
    )
    card(
        _("Understand"),
        (
            "losses",
            _("Loss laboratory"),
            _("What the two players minimise: formulas, curves and slopes"),
            "show_chart",
        ),
        ("own_loss", _("Your own loss"), _("Type a loss of your own, and train with it"), "edit"),
        (
            "best_discriminator",
            _("The best discriminator"),
            _("How good can a discriminator be, and what is it worth?"),
            "balance",
        ),
        (
            "game",
            _("Does the game settle?"),
            _("The smallest games of all, step by step"),
            "cyclone",
        ),
        (
            "networks",
            _("Networks"),
            _("What the two networks are made of, layer by layer"),
            "layers",
        ),
    )
    card(
        _("Practice"),
        (
            "playground",
            _("Playground"),
            _("See all of a small GAN at once: play, go back, branch"),
            "scatter_plot",
        ),
        (
            "failures",
            _("Failure gallery"),
            _("How GANs fail, and what heals them"),
            "healing",
        ),
        ("challenges", _("Challenges"), _("Mend such runs yourself"), "flag"),
        (
            "latent_space",
            _("Latent space"),
            _("Walk through the noise of a trained generator"),
            "explore",
        ),
        (
            "be_the_discriminator",
            _("Be the discriminator"),
            _("Judge pictures yourself, against D"),
            "psychology_alt",
        ),
    )
