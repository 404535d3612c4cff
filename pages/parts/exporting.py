"""Take it home: what came of a run, and the run as a program that does without this app."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import streamlit as st

from gan_core.export.curves import curves_csv
from gan_core.export.data_code import PICTURES_FILE
from gan_core.export.film import NO_FFMPEG, film_gif, film_mp4, has_ffmpeg, samples_png
from gan_core.export.own_pictures import pictures_npz
from gan_core.export.program import program, refuse_what_cannot_be_exported
from gan_core.export.report import report_html
from gan_core.export.samples import samples_npz
from gan_core.export.script import notebook, script
from gan_core.runs.run import Run
from gan_core.text import N_, GanError
from pages.parts.asking import ask_button, asked, when_answered
from pages.parts.prose import _, language, say, translator
from pages.parts.store import store

PREPARING = N_("A worker is preparing the files …")
ROW = 56  # pixels


def exporting(run: Run) -> None:
    """Draw the buttons that give away a run's results, and itself as script and notebook."""
    with st.expander(_("Take it home")):
        if run.step:
            _results(run)
            _prepared_by_a_worker(run)
        _program(run)


def _results(run: Run) -> None:
    here, code = store(), language()  # there is no page while it downloads
    st.markdown(
        _("What came of it: losses and measures by step, samples, and how they came about.")
    )
    is_image = run.config.items.dataset.is_image
    with st.container(horizontal=True):
        _button(
            run,
            _("Report (HTML)"),
            "html",
            "text/html",
            lambda: report_html(here, run.id, translator(code), code),
        )
        _button(run, _("Curves (CSV)"), "csv", "text/csv", lambda: curves_csv(here, run.id))
        npz = "application/octet-stream"
        _button(run, _("Samples (NPZ)"), "npz", npz, lambda: samples_npz(here, run.id))
        if is_image:
            _button(run, _("Samples (PNG)"), "png", "image/png", lambda: samples_png(here, run.id))
            _button(run, _("Film (GIF)"), "gif", "image/gif", lambda: film_gif(here, run.id))
        if is_image and has_ffmpeg():
            _button(run, _("Film (MP4)"), "mp4", "video/mp4", lambda: film_mp4(here, run.id))
    if is_image and not has_ffmpeg():
        st.caption(_(NO_FFMPEG))


def _prepared_by_a_worker(run: Run) -> None:
    """What takes TensorFlow: a worker makes it first."""
    st.markdown(
        _(
            "Both networks as files that `keras.saving.load_model` opens without this app, and "
            "everything that was measured as a log for TensorBoard."
        )
    )
    if run.config.spectral_norm:
        st.caption(
            _(
                "D's file has plain layers whose weights are divided already by their norms: it "
                "answers alike, and would train on without spectral normalisation."
            )
        )
    with st.container(horizontal=True):
        _prepared(run, "weights", _("Prepare the weights (Keras)"), _("Weights (Keras)"))
        _prepared(run, "tensorboard", _("Prepare TensorBoard logs"), _("TensorBoard logs"))


def _prepared(run: Run, topic: str, prepare: str, download: str) -> None:
    """A button that asks for a zip, and one that downloads it once it is there."""
    ask_button(run, topic, prepare, ":material/deployed_code:")
    question, here = asked(run, topic), store()  # there is no page while it downloads
    if not question:
        return

    def offer(_unread: None) -> None:
        zipped = functools.partial(here.answers.file, question)
        _button(run, download, f"{topic}.zip", "application/zip", zipped)

    when_answered([question], offer, height=ROW, meanwhile=PREPARING)


def _program(run: Run) -> None:
    st.markdown(
        _(
            "The whole run as a program that needs what its first lines import, not this app: "
            "the same data, networks and random numbers, and so the same losses."
        )
    )
    try:
        # The settings with which the program begins.
        refuse_what_cannot_be_exported(store().controls.config_at(run.id, 0))
    except GanError as error:
        st.info(say(error), icon=":material/info:")
        return
    here, translate = store(), translator(language())  # there is no page while it downloads

    def written(form: Callable[..., str]) -> Callable[[], str]:
        return lambda: form(program(here, run.id, translate))

    has_own_pictures = run.config.dataset == "pictures"
    if has_own_pictures:
        takes_both = _("The program reads its pictures from the file {file} beside it: take both.")
        st.caption(takes_both.format(file=PICTURES_FILE))
    with st.container(horizontal=True):
        _button(run, _("Python script"), "py", "text/x-python", written(script))
        _button(run, _("Jupyter notebook"), "ipynb", "application/x-ipynb+json", written(notebook))
        if has_own_pictures:
            _button(
                run,
                _("Its pictures (NPZ)"),
                "pictures.npz",
                "application/octet-stream",
                lambda: pictures_npz(here, run.id),
                file_name=PICTURES_FILE,
            )


def _button(
    run: Run,
    label: str,
    suffix: str,
    mime: str,
    data: Callable[[], str] | Callable[[], bytes],
    file_name: str = "",
) -> None:
    """A download that is made only when somebody asks for it, by default under the run's name."""
    name = re.sub(r"\W+", "_", run.name).strip("_") or "run"
    st.download_button(
        label,
        data=data,
        file_name=file_name or f"{name}.{suffix}",
        mime=mime,
        icon=":material/download:",
        key=f"{suffix} of {run.id}",
        on_click="ignore",
    )
