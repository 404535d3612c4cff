"""Lesson: questions that everybody asks, and answers that hold."""

from __future__ import annotations

import re

import streamlit as st

from pages.parts.lesson import close_lesson, open_lesson
from pages.parts.links import link
from pages.parts.projector import shows_answers
from pages.parts.prose import _, markdown, read


def show(question: str, answer: str) -> None:
    """A question, and its answer, to be opened; a teacher may keep it back."""
    with st.container():
        st.subheader(question, anchor=False)
        st.html('<div class="write-here"></div>')  # on paper
    if shows_answers():
        with st.expander(_("An answer"), icon=":material/lightbulb:"):
            st.markdown(answer)


open_lesson("questions")
markdown("questions_intro")
for section in re.split(r"^## ", read("questions"), flags=re.MULTILINE)[1:]:
    show(*section.split("\n", 1))
link("glossary", _("Words that you have met: the glossary"), "dictionary")
close_lesson("questions")
