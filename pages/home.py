"""Start: what a GAN is, in one screen, and the way to the first training."""

from __future__ import annotations

import streamlit as st

from pages.parts.prose import _, language, markdown

markdown("home")
st.page_link(
    "train.py",
    label=_("Train your first GAN"),
    icon=":material/play_circle:",
    query_params={"lang": language()},
)
markdown("home_next")
