"""Build it yourself: a whole GAN as a program, block by block, as the export writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import streamlit as st
from pydantic import Field

from gan_core.export.program import Program, Section, program_of
from gan_core.export.script import notebook, script
from gan_core.presets import PRESETS
from gan_core.settings import Choices, Settings
from gan_core.text import N_
from pages.parts.lesson import close_lesson, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, language, markdown, translator

OFFERED = ("digits_mlp", "ring_mlp", "digits_dcgan")
EXPLAINED = {  # by the name of the section
    "settings": N_(
        "What is needed, and every number that one might want to change, in one place. SEED fixes "
        "all that is random: the same seed gives the same run."
    ),
    "data": N_(
        "What D is shown as real. Pictures are scaled to −1…1, because G ends in tanh and can "
        "draw nothing else; points are left as they are."
    ),
    "weights": N_(
        "Each layer begins with random weights of its own, of a size that lets signals pass "
        "through without growing or fading (Glorot's)."
    ),
    "generator": N_(
        "From LATENT_DIM random numbers to a sample. Pictures end in tanh, −1 to 1; points end in "
        "a plain layer that can reach any place."
    ),
    "discriminator": N_(
        "From a sample to one number, a logit: there is no sigmoid at its end, for the losses "
        "below take logits."
    ),
    "losses": N_(
        "What each player minimises. $\\mathbb E_x$ is the mean over real samples $x$, "
        "$\\mathbb E_z$ the mean over noise $z$ that G is fed, and $D(x)$ the probability of "
        "“real” that D gives $x$: σ of its logit. softplus(a) is ln(1 + eᵃ), so −ln σ(a) can be "
        "written as softplus(−a), which stays exact where σ rounds to 0 or 1."
    ),
    "penalty": N_("What D pays in addition, for being steep."),
    "batches": N_(
        "A batch of real samples, drawn at random from all data, and a batch of noise that G turns "
        "into samples, in training mode."
    ),
    "turns": N_(
        "One turn of each player. G's gradient runs through D, but only G's weights are given to "
        "the optimiser: that is what freezing means. D's tape does not see G, which saves work: "
        "D's turn needs no gradient through G."
    ),
    "step": N_("D learns, then G: compiled once, then run thousands of times."),
    "loop": N_(
        "The loop itself: it writes the losses down, says twenty times how things are, and stops "
        "when a loss is no number any more."
    ),
    "results": N_("A table of all losses, samples from noise that stays the same, and G itself."),
}


class Blueprint(Settings):
    """Which program is shown."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "preset": {name: PRESETS[name].title for name in OFFERED}
    }

    preset: str = Field(
        OFFERED[0],
        title=N_("What to build"),
        description=N_("Each is a preset of the page “Train”, whole."),
    )


def show(section: Section) -> None:
    """One block of the program, and what it is for."""
    st.subheader(section.title, anchor=False)
    st.markdown(_(EXPLAINED[section.name]))
    for formula in section.formulas:
        st.latex(formula)
    st.code(section.code.strip("\n"), language="python")


def downloads(name: str, program: Program) -> None:
    """The same program as a file."""
    with st.container(horizontal=True):
        for text, form, suffix, mime in (
            (_("Python script"), script, "py", "text/x-python"),
            (_("Jupyter notebook"), notebook, "ipynb", "application/x-ipynb+json"),
        ):
            st.download_button(
                text,
                data=form(program),
                file_name=f"{name}.{suffix}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
            )


settings = PageSettings(Blueprint)
open_lesson("build_it")
markdown("build_it")
settings.field("preset")
chosen = PRESETS[settings.values.preset]
program = program_of(chosen.config, _(chosen.title), translator(language()))
downloads(chosen.name, program)
for section in program.sections:
    show(section)
link("train", _("Train it here, and watch"), "play_circle", preset=chosen.name)
markdown("build_it_next")
close_lesson("build_it")
