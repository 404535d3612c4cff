"""The doctor: what a run's curves show, in words, and one thing to try."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from gan_core.diagnosis import diagnose
from gan_core.diagnosis.curves import SINGLY, Series
from gan_core.diagnosis.finding import Finding
from gan_core.runs.curve import level_for
from gan_core.runs.run import Run, UnknownRun
from gan_core.text import GanError
from gan_core.training.records import RECORD_FIELDS
from pages.parts.engine import silence_notice
from pages.parts.links import hidden
from pages.parts.prose import _, language, say, translator
from pages.parts.store import store

EVERY_SECONDS = 2.0
ICONS = {
    "good": ":material/check_circle:",
    "watch": ":material/visibility:",
    "bad": ":material/medical_services:",
}


def findings(run: Run) -> list[Finding]:
    """What the run's curves show so far, the most important first.

    It is worked out once for all who watch the run, until it goes on or is changed.
    """
    config = store().controls.config_now(run.id)
    floors, n_changes = run.facts.get("floors"), len(store().controls.changes(run.id))
    settings = config.model_dump_json()
    return _findings(run.id, run.step, n_changes, settings, floors, _config=config)


@st.cache_data(max_entries=200, show_spinner=False)
def _findings(
    run_id: str,
    step: int,
    n_changes: int,  # a turn of one player is no step, and has measures of its own
    settings: str,
    floors: Mapping[str, float] | None,
    *,
    _config: RunConfig,  # the `settings`, which Streamlit can tell apart
) -> list[Finding]:
    record, n_fields = store().record, len(RECORD_FIELDS)
    steps, records = record.curve(run_id, level_for(step), n_fields)
    measured_at, measures = store().record.measures(run_id)
    series = {
        name: Series(np.array(measured_at, float), np.array(values, float))
        for name, values in measures.items()
    }
    modes = _config.items.dataset.modes
    return diagnose(
        steps,
        records,
        _config.items.loss,
        series,
        config=_config,
        one_by_one=record.curve(run_id, 0, n_fields, from_step=step - SINGLY)[1],
        g_gradient=series.get("g_gradient"),
        n_modes=len(modes.centers) if modes else None,
        floors=floors,
    )


def doctor(run: Run) -> None:
    """Draw the first finding and, while the run trains, keep it up to date."""
    every = EVERY_SECONDS if run.status == "running" else None
    st.fragment(_opinion, run_every=every)(run.id)


def _opinion(run_id: str) -> None:
    translate = translator(language())
    try:
        run = store().run(run_id)
        finding = findings(run)[0]
        if run.status == "running":
            silence_notice()
    except UnknownRun:  # somebody has deleted it: the page says so
        st.rerun()
    except GanError as error:
        st.error(say(error))
        return
    box = {"good": st.success, "watch": st.info, "bad": st.warning}[finding.severity]
    parts = ("title", "evidence", "advice")
    words = {part: getattr(finding, part).say(translate) for part in parts}
    if hidden("advice"):  # it would speak of settings that a challenge does not leave free
        words["advice"] = ""
    box(_("**{title}.** {evidence} {advice}").format(**words), icon=ICONS[finding.severity])
