"""How good a run's pictures are: measured by a worker when somebody asks."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import streamlit as st

from gan_core.figures.measures import class_figure, distance_figure, neighbours_figure
from gan_core.image_measures import MEASURES
from gan_core.image_measures.neighbours import MOST, SOME, verdict
from gan_core.runs.run import Run
from gan_core.text import N_, rounded
from pages.parts.asking import ask_button, asked, when_answered
from pages.parts.prose import _, language, markdown, translator
from pages.parts.steady_figure import steady_figure
from pages.parts.table import table

HEIGHT = 900  # of what will be shown, in pixels
MEASURING = N_(
    "A worker is measuring. Beside training, that takes minutes; pause, to have it soon."
)
MEASURING_FID = N_("A worker is computing the FID. That takes minutes.")
BETTER = {"lower": N_("lower"), "higher": N_("higher")}


def measures(run: Run) -> None:
    """Draw what was measured at the run's latest checkpoint, or when it was last asked for."""
    st.subheader(_("How good are the pictures?"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        ask_button(run, "measures", _("Measure this run"), ":material/straighten:")
        ask_button(run, "fid", _("FID (Inception-v3)"), ":material/hourglass:")
    if question := asked(run, "measures"):
        show = functools.partial(_show, run)
        when_answered([question], show, height=HEIGHT, meanwhile=MEASURING)
    if question := asked(run, "fid"):
        when_answered([question], _show_fid, height=80, meanwhile=MEASURING_FID)


def _show(run: Run, measured: Mapping[str, Any]) -> None:
    """The table, how often each class comes, and what lies nearest among the training pictures."""
    st.caption(_("Measured after step {step}.").format(step=f"{measured['step']:,}"))
    if "measures" in measured:
        _show_table(measured)
    else:
        st.caption(
            _(
                "Fréchet distance, KID, precision, recall and classes are what a digit classifier "
                "sees: they are for digits only."
            )
        )
    columns = st.columns(2 if "classes" in measured else 1)
    if "classes" in measured:
        with columns[0]:
            steady_figure(class_figure(measured["classes"], _), key=f"classes of {run.id}")
    with columns[-1]:
        steady_figure(distance_figure(measured["distances"], _), key=f"distances of {run.id}")
    _show_nearest(run, measured)


def _show_table(measured: Mapping[str, Any]) -> None:
    n = f"{measured['n']:,}"
    head = (_("Measure"), _("Generated, n = {n}").format(n=n), _("Real, n = {n}").format(n=n))
    rows = [
        (
            _(measure.title),
            *map(rounded, measured["measures"][measure.name]),
            _(BETTER[measure.better]),
        )
        for measure in MEASURES
    ]
    table((*head, _("Better")), rows)
    with st.expander(_("What these measures say")):
        st.markdown("\n".join(f"- **{_(each.title)}**: {_(each.help)}" for each in MEASURES))
        markdown("measures", n=n)


def _show_nearest(run: Run, measured: Mapping[str, Any]) -> None:
    copies = measured["copies"]
    box = st.warning if copies >= MOST else st.info if copies >= SOME else st.success
    box(verdict(copies).say(translator(language())))
    st.markdown(
        _(
            "The {n_shown} of {n} samples that are most like copies, above the nearest of the "
            "{n_train} training pictures:"
        ).format(
            n_shown=len(measured["shown"]["distances"]),
            n=len(measured["distances"]["generated"]),
            n_train=f"{measured['n_train']:,}",
        )
    )
    figure = neighbours_figure(measured["shown"], _)
    steady_figure(figure, key=f"nearest of {run.id}")


def _show_fid(found: Mapping[str, Any]) -> None:
    st.markdown(
        _(
            "FID (Inception-v3) after step {step}: **{value}**; real pictures: {floor}; n = {n}."
        ).format(
            step=f"{found['step']:,}",
            value=rounded(found["value"]),
            floor=rounded(found["floor"]),
            n=f"{found['n']:,}",
        )
    )
    st.caption(
        _(
            "With the weights that Keras has. Published values come from others, and from 50,000 "
            "pictures: compare only with values from here."
        )
    )
