"""Links to the pages that look into the networks of a run of pictures."""

from __future__ import annotations

import streamlit as st

from gan_core.runs.run import Run
from pages.parts.prose import _, language


def looking_links(run: Run | None = None) -> None:
    """Lead to those pages, with a run or with the latest one."""
    query = {"lang": language()} | ({"run": run.id} if run else {})
    with st.container(horizontal=True):
        for name, label, symbol in (
            ("latent_space", _("Latent space"), "explore"),
            ("inside_networks", _("Inside the networks"), "visibility"),
            ("be_the_discriminator", _("Be the discriminator"), "psychology_alt"),
        ):
            st.page_link(
                f"{name}.py",
                label=label,
                icon=f":material/{symbol}:",
                query_params=query,
                width="content",
            )
