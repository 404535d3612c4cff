"""What to read: every work that the course cites, by topic."""

from __future__ import annotations

import streamlit as st

from gan_core.literature import TOPICS, by_topic
from pages.parts.prose import _, markdown

st.title(_("Reading"), anchor=False)
markdown("reading")
for topic, title in TOPICS.items():
    st.header(_(title), anchor=False)
    st.markdown(
        "\n".join(
            f"- {work.authors} {work.year}: *{work.title}*, "
            f"[{f'arXiv:{work.arxiv}' if work.arxiv else work.url}]({work.link})"
            for work in by_topic(topic)
        )
    )
