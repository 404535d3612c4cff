"""What can be drawn of a run over its steps, whatever measured it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from gan_core.config import option_fields
from gan_core.figures.bands import Curve, Level, Quantity
from gan_core.figures.style import DISCRIMINATOR, GENERATOR
from gan_core.image_measures import MEASURES, N_LIVE, is_digits
from gan_core.metrics import METRICS
from gan_core.runs.run import Run
from gan_core.training.records import RECORD_FIELDS
from pages.parts import links
from pages.parts.choices import choose
from pages.parts.prose import _
from pages.parts.store import store

_LIVE_QUALITY = "frechet"


def quantities(run: Run) -> dict[str, Quantity]:
    """What there is of a run, by name."""
    dataset = run.config.items.dataset
    found = {
        metric.name: Quantity(_(metric.title), DISCRIMINATOR, metric.unit, metric.whole)
        for metric in METRICS
        if metric.applies(dataset)
    }
    if is_digits(dataset):
        title = MEASURES.get(_LIVE_QUALITY).title_of(N_LIVE, _)
        found[_LIVE_QUALITY] = Quantity(title, DISCRIMINATOR, any_size=True)
    if "gap" in store().record.measures(run.id)[1]:
        found["gap"] = Quantity(_("D's distance from the best D"), DISCRIMINATOR)
    found["d_loss"] = Quantity(_("D's loss"), DISCRIMINATOR)
    found["g_loss"] = Quantity(_("G's loss"), GENERATOR)
    return found


def choose_quantity(
    label: str, there: Mapping[str, Quantity], *, key: str, at_first: Sequence[str] = ()
) -> str:
    """Let the reader choose one of them; the URL remembers it.

    `at_first` are those to begin with, if there are any, the first before the others.
    """
    asked = links.asked(key)
    if asked in there:
        st.session_state[key] = asked
    elif asked is not None:
        links.not_to_be_had(_("The curve that the link names is not here."))
    if st.session_state.get(key) not in there:
        st.session_state[key] = next(name for name in (*at_first, *there) if name in there)
    chosen: str = choose(
        st.selectbox,
        label,
        list(there),
        format_func=lambda name: there[name].title,
        key=key,
        persist_state="session",
        width=320,
    )
    links.tell(key, chosen)
    return chosen


def real_level(runs: Sequence[Run], name: str) -> Level | None:
    """What real samples score, the median over the runs; None: not known, or not the same data."""
    of_data = {"dataset", *option_fields("dataset")}
    if len({run.config.model_dump_json(include=of_data) for run in runs}) > 1:
        return None
    floors = [run.facts.get("floors", {}).get(name) for run in runs]
    known = [floor for floor in floors if floor is not None]
    if not known:
        return None
    better = next(each.better for each in (*METRICS, *MEASURES) if each.name == name)
    title = _("Noise floor (real samples)") if better == "lower" else _("Real samples")
    return Level(float(np.median(known)), title)


def curve_of(run: Run, name: str, level: int) -> Curve:
    """All values of a quantity; of losses, means of the steps of this level."""
    if name in RECORD_FIELDS:
        steps, records = store().record.curve(run.id, level, len(RECORD_FIELDS))
        return Curve(steps, records[:, RECORD_FIELDS.index(name)].astype(float))
    read = store().record.quality if name == _LIVE_QUALITY else store().record.measures
    measured_at, measures = read(run.id)
    values = measures.get(name, [None] * len(measured_at))
    return Curve(np.array(measured_at, np.int64), np.array(values, float))
