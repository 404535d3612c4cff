"""Start: what a GAN is, a whole one at play, and the ways on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from gan_core.course import LESSONS
from gan_core.figures.style import Figure
from gan_core.figures.tiny_gan import tiny_gan_film
from gan_core.text import N_
from gan_core.theory.tiny_gan import A_WHOLE_GAME, World
from pages.parts.lesson import numbered
from pages.parts.links import link
from pages.parts.menu import BESIDE_THE_LESSONS, SECTIONS, Entry
from pages.parts.progress import done, kept_in_links
from pages.parts.prose import _, language, markdown, translator
from pages.parts.steady_figure import steady_figure


@st.cache_resource(show_spinner=False)
def film(code: str) -> Figure:
    """The game of five numbers, with words in this language."""
    return tiny_gan_film(A_WHOLE_GAME, World(), translator(code))


def first_steps() -> None:
    """The two ways to begin, or to go on where the course was left."""
    left = [each for each in LESSONS if each.name not in done()]
    lesson, begun = (left or LESSONS)[0], 0 < len(left) < len(LESSONS)
    go_on, walk = _("Go on: {lesson}").format(lesson=numbered(lesson)), _("Walk through the course")
    with st.container(horizontal=True):
        if st.button(_("Train your first GAN"), type="primary", icon=":material/play_circle:"):
            st.switch_page("train.py", query_params=kept_in_links())
        if st.button(go_on if begun else walk, icon=":material/school:"):
            st.switch_page(f"{lesson.name}.py", query_params=kept_in_links())


def card(title: str, entries: Iterable[Entry]) -> None:
    """One part of the menu, with what one finds there."""
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.subheader(title, anchor=False)
        for entry in entries:
            link(entry.name, f"**{_(entry.title)}**", entry.icon, **kept_in_links())
            st.caption(_(entry.about))


st.html(f"<style>{Path(__file__).with_suffix('.css').read_text('utf-8')}</style>")
with st.container(horizontal=True, gap="large", key="home_head"):
    with st.container():
        markdown("home")
        first_steps()
    with st.container():
        markdown("home_predict")
        steady_figure(film(language()), key="the game as a film")
        markdown("home_film")

lessons = Entry(
    LESSONS[0].name, N_("Lessons"), "school", N_("From the two players to a trained generator")
)
with st.container(horizontal=True, key="home_parts"):
    card(_("Course"), (lessons, *BESIDE_THE_LESSONS))
    for title, entries in SECTIONS.items():
        card(_(title), entries)
