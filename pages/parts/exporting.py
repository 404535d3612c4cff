"""Take it home: a run as a program that does without this app."""

from __future__ import annotations

import re

import streamlit as st

from gan_core.export.program import program, refuse_what_cannot_be_exported
from gan_core.export.script import notebook, script
from gan_core.runs.store import Run
from gan_core.text import GanError
from pages.parts.prose import _, language, plain, say, translator
from pages.parts.store import store


def exporting(run: Run) -> None:
    """Draw the buttons that give the run away as a script and as a notebook."""
    with st.expander(_("Take it home")):
        st.markdown(
            _(
                "The whole run as a program that needs Keras and TensorFlow, not this app: the "
                "same data, networks and random numbers, and so the same losses."
            )
        )
        try:
            refuse_what_cannot_be_exported(run.config)
        except GanError as error:
            st.info(plain(say(error)), icon=":material/info:")
            return
        with st.container(horizontal=True):
            _button(run, _("Python script"), "py", "text/x-python")
            _button(run, _("Jupyter notebook"), "ipynb", "application/x-ipynb+json")


def _button(run: Run, label: str, suffix: str, mime: str) -> None:
    """A download that is written only when somebody asks for it."""
    form = {"py": script, "ipynb": notebook}[suffix]
    translate = translator(language())  # looked up now: there is no page while it downloads
    here, name = store(), re.sub(r"\W+", "_", run.name).strip("_") or "run"
    st.download_button(
        label,
        data=lambda: form(program(here, run.id, translate)),
        file_name=f"{name}.{suffix}",
        mime=mime,
        icon=":material/download:",
        key=f"{suffix} of {run.id}",
        on_click="ignore",
    )
