"""Challenges: runs that fall short, a few settings to turn, and a goal to be reached."""

from __future__ import annotations

import streamlit as st

from gan_core.challenges import CHALLENGES, Challenge
from gan_core.text import GanError
from pages.parts.challenge import link_to, show_goals, tries
from pages.parts.links import forget_other_pages
from pages.parts.prose import _, markdown, say
from pages.parts.visitor import visitor


def card(challenge: Challenge, mine: list[bool]) -> None:
    """What is wrong, and what is to be reached; of each of one's tries, whether it solved it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_(challenge.title), anchor=False, width="content")
            if any(mine):
                st.badge(_("solved"), icon=":material/emoji_events:", color="green")
            elif mine:
                st.badge(_("tries: {n}").format(n=len(mine)), color="gray")
        st.markdown(_(challenge.task))
        show_goals(challenge)
        if st.button(_("Take it on"), icon=":material/flag:", key=challenge.name):
            st.switch_page("playground.py", query_params=link_to(challenge))


forget_other_pages()
st.title(_("Challenges"), anchor=False)
markdown("challenges")
try:
    mine = tries(owner=visitor())
except GanError as error:
    st.error(say(error), icon=":material/error:")
    mine = []
for challenge in CHALLENGES.values():
    card(challenge, [each.solved for each in mine if each.challenge == challenge.name])
