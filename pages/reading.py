"""What to read: every work that the course cites, by topic."""

from __future__ import annotations

import streamlit as st

from gan_core.literature import TOPICS, Work, by_topic
from pages.parts.prose import _, markdown


def cited(work: Work) -> str:
    """A work as a list of references has it, in Markdown."""
    where = f"arXiv:{work.arxiv}" if work.arxiv else work.url
    return _("{authors} {year}: *{title}*, [{where}]({link})").format(
        authors=_(work.authors).replace(", ", _(", ")),
        year=work.year,
        title=_(work.title),
        where=where,
        link=work.link,
    )


st.title(_("Reading"), anchor=False)
markdown("reading")
for topic, title in TOPICS.items():
    works = [f"- {cited(work)}  \n  {_(work.purpose)}" for work in by_topic(topic)]
    st.markdown("\n".join([f"## {_(title)}", "", *works]))
