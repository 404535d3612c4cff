"""The words of the course, each in a sentence or two; `/glossary#mode-collapse` is one."""

from __future__ import annotations

import streamlit as st

from pages.parts.glossary import terms
from pages.parts.prose import _, markdown

st.title(_("Glossary"), anchor=False)
markdown("glossary_head")
for term in sorted(terms(), key=lambda term: term.title.lower()):
    st.header(term.title, anchor=term.key)
    st.markdown(term.text)
