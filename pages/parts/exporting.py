"""Take it home: what came of a run, and the run as a program that does without this app."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from gan_core.export.curves import curves_csv
from gan_core.export.film import film_gif, samples_png
from gan_core.export.program import program, refuse_what_cannot_be_exported
from gan_core.export.script import notebook, script
from gan_core.runs.store import Run
from gan_core.text import GanError
from pages.parts.prose import _, language, plain, say, translator
from pages.parts.store import store


def exporting(run: Run) -> None:
    """Draw the buttons that give away a run's results, and itself as script and notebook."""
    with st.expander(_("Take it home")):
        if run.step:
            _results(run)
        _program(run)


def _results(run: Run) -> None:
    here = store()
    st.markdown(
        _("What came of it: losses and measures by step, samples, and how they came about.")
    )
    with st.container(horizontal=True):
        _button(run, _("Curves (CSV)"), "csv", "text/csv", lambda: curves_csv(here, run.id))
        if run.config.items.dataset.is_image:
            _button(run, _("Samples (PNG)"), "png", "image/png", lambda: samples_png(here, run.id))
            _button(run, _("Film (GIF)"), "gif", "image/gif", lambda: film_gif(here, run.id))


def _program(run: Run) -> None:
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
    here, translate = store(), translator(language())  # there is no page while it downloads

    def written(form: Callable[..., str]) -> Callable[[], str]:
        return lambda: form(program(here, run.id, translate))

    with st.container(horizontal=True):
        _button(run, _("Python script"), "py", "text/x-python", written(script))
        _button(run, _("Jupyter notebook"), "ipynb", "application/x-ipynb+json", written(notebook))


def _button(
    run: Run, label: str, suffix: str, mime: str, data: Callable[[], str] | Callable[[], bytes]
) -> None:
    """A download that is made only when somebody asks for it."""
    name = re.sub(r"\W+", "_", run.name).strip("_") or "run"
    st.download_button(
        label,
        data=data,
        file_name=f"{name}.{suffix}",
        mime=mime,
        icon=":material/download:",
        key=f"{suffix} of {run.id}",
        on_click="ignore",
    )
