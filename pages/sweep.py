"""Sweep: what came of runs that differ in one setting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.figures.comparison import COLORS
from gan_core.figures.sweep import Dot, sweep_figure
from gan_core.runs.curve import level_for
from gan_core.runs.run import Run
from gan_core.runs.sweeps import Sweep
from gan_core.text import GanError, number, rounded
from gan_core.training.records import RECORD_FIELDS
from pages.parts import links
from pages.parts.choices import choose
from pages.parts.controls import form_in_link, label
from pages.parts.fields import shown_value
from pages.parts.measured import choose_quantity, curve_of, quantities, real_level
from pages.parts.ownership import own_or_all
from pages.parts.prose import _, markdown, say
from pages.parts.run_panel import STATUSES
from pages.parts.steady_figure import steady_figure
from pages.parts.store import store

EVERY_SECONDS = 2.0
POINTS = 600
LAST = 0.1  # of a loss, the mean over this share of the run counts
MOST_COMPARED = len(COLORS)
_KEY = "sweep"


def chosen(sweeps: Sequence[Sweep]) -> Sweep:
    """The one that the reader has chosen, or that a link names; the URL remembers it."""
    known = {sweep.label: sweep for sweep in sweeps}
    asked = links.asked(_KEY)
    if asked in known:
        st.session_state[_KEY] = asked
    elif asked is not None:
        links.not_to_be_had(_("The sweep that the link names is not here; this is another one."))
    kept = {sweep.runs[0] for sweep in sweeps if sweep.label == st.session_state.get(_KEY)}
    listed, marked = own_or_all({sweep.runs[0]: sweep for sweep in sweeps}, keep=kept)
    known = {sweep.label: sweep for sweep in listed.values()}
    if st.session_state.get(_KEY) not in known:
        st.session_state[_KEY] = next(iter(known))
    name: str = choose(
        st.selectbox,
        _("Sweep"),
        list(known),
        format_func=lambda name: _title(name, is_marked=known[name].runs[0] in marked),
        key=_KEY,
        persist_state="session",
    )
    links.tell(_KEY, name)
    return known[name]


def _title(name: str, *, is_marked: bool) -> str:
    """A label as a reader knows it; it `is_marked` where others' stand beside one's own."""
    dataset, field, number = name.split(" · ")
    whose = (_("mine"),) if is_marked else ()
    return " · ".join((_(DATASETS.get(dataset).title), label(field), number, *whose))


def show(sweep: Sweep, name: str, moving: bool) -> None:
    """The dots and the list as they stand; once nothing moves any more, the page runs again."""
    try:
        runs = [store().run(run_id) for run_id in sweep.runs]
        measured = [_last(run, name) for run in runs]
        dots = [
            Dot(_shown(run, sweep.field), value, not run.is_active)
            for run, value in zip(runs, measured, strict=True)
            if value is not None
        ]
        real = real_level(runs, name)
        quantity = quantities(runs[0])[name]
        figure = sweep_figure(
            dots,
            label(sweep.field),
            quantity,
            logarithmic=RunConfig.shown(sweep.field).scale == "log",
            floor=real.value if real else None,
            translate=_,
        )
        steady_figure(figure, key="sweep figure", mode_bar=True)
        _list(runs, measured, sweep.field, quantity.title)
    except GanError as error:
        st.error(say(error), icon=":material/error:")
        return
    if moving and not any(run.is_active for run in runs):
        st.rerun()


def _shown(run: Run, field: str) -> float | str:
    """A number, or a choice as a reader knows it."""
    is_number = RunConfig.kind(field) in (int, float) and field not in RunConfig.choices
    return float(getattr(run.config, field)) if is_number else shown_value(run.config, field)


def _last(run: Run, name: str) -> float | None:
    """What was measured last; of losses, the mean over the last steps."""
    values = curve_of(run, name, level_for(run.step, POINTS)).values
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    n = max(1, round(LAST * len(known))) if name in RECORD_FIELDS else 1
    return float(known[-n:].mean())


def _list(runs: Sequence[Run], measured: Sequence[float | None], field: str, quantity: str) -> None:
    for run, value in zip(runs, measured, strict=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            title = f"{label(field)} = {shown_value(run.config, field)}"
            links.link("train", title, "open_in_new", run=run.id, **form_in_link(run.config))
            facts = [_(STATUSES[run.status]), _("Step {step}").format(step=number(run.step))]
            if value is not None:
                facts.append(_("{label}: {value}").format(label=quantity, value=rounded(value)))
            st.caption(" · ".join(facts))
    compared = ",".join(run.id for run in runs[:MOST_COMPARED])
    links.link("compare", _("Compare runs side by side"), "compare_arrows", runs=compared)


markdown("sweep")
try:
    there = store().sweeps.all()
    if there:
        sweep = chosen(there)
        first = store().run(sweep.runs[0])
        name = choose_quantity(_("Measure"), quantities(first), key="measure")
        moving = any(store().run(run_id).is_active for run_id in sweep.runs)
        st.fragment(show, run_every=EVERY_SECONDS if moving else None)(sweep, name, moving)
    else:
        st.info(_("There is no sweep yet. Start one on the page “Train”, below the run."))
except GanError as error:
    st.error(say(error), icon=":material/error:")
