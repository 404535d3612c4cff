"""The words of the course, each in a sentence or two; `/glossary#mode-collapse` is one."""

from __future__ import annotations

import streamlit as st

from pages.parts.glossary import in_order
from pages.parts.prose import _, markdown

st.title(_("Glossary"), anchor=False)
markdown("glossary_head")
for term in in_order():
    st.header(term.title, anchor=term.key)
    st.markdown(term.text)
