"""Start: what a GAN is, in one screen, the way to the first training, and to the theory."""

from __future__ import annotations

import streamlit as st

from gan_core.course import LESSONS
from pages.parts.prose import _, language, markdown

markdown("home")


def link(page: str, label: str, icon: str) -> None:
    """A link to another page, in the same language."""
    query = {"lang": language()}
    st.page_link(f"{page}.py", label=label, icon=f":material/{icon}:", query_params=query)


link("train", _("Train your first GAN"), "play_circle")
link(LESSONS[0].name, _("Or walk through the course, lesson by lesson"), "school")
markdown("home_next")
for page, label, icon in (
    ("playground", _("See all of a small GAN at once: play, go back, branch"), "scatter_plot"),
    ("failures", _("How GANs fail, and what heals them"), "healing"),
    ("challenges", _("Mend such runs yourself: the challenges"), "flag"),
    ("losses", _("What the two players minimise: formulas, curves and slopes"), "show_chart"),
    ("own_loss", _("Type a loss of your own, and train with it"), "edit"),
    ("best_discriminator", _("How good can a discriminator be, and what is it worth?"), "balance"),
    ("game", _("Does the game settle, or go round for ever?"), "cyclone"),
    ("networks", _("What the two networks are made of, layer by layer"), "layers"),
):
    link(page, label, icon)
