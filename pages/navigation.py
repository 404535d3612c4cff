"""The course map: which pages there are, in which order. This script runs first for every page."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts this script's folder there, not the project's
    sys.path.insert(0, str(ROOT))

from pages.parts.prose import _, language_switch  # noqa: E402

st.set_page_config(
    page_title="GAN Dojo", page_icon=str(ROOT / "assets" / "logo.svg"), layout="wide"
)
st.logo(str(ROOT / "assets" / "logo.svg"), size="large")

# Streamlit leaves a hand's breadth above the page; a projector has none to spare.
st.html("<style>.stMainBlockContainer { padding: 4.2rem 2.5rem 2rem; max-width: 1500px; }</style>")

here = Path(__file__).parent
page = st.navigation(
    [
        st.Page(
            here / "home.py", title=_("Home"), url_path="home", default=True, icon=":material/home:"
        ),
        st.Page(
            here / "train.py", title=_("Train"), url_path="train", icon=":material/play_circle:"
        ),
        st.Page(here / "runs.py", title=_("Runs"), url_path="runs", icon=":material/list:"),
    ],
    position="top",
)
with st.sidebar:
    language_switch()
page.run()
