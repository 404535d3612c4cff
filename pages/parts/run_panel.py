"""One run on a page: its figures, its buttons, its settings."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from gan_core.config import RunConfig, live_fields
from gan_core.figures.curves import live_curves
from gan_core.figures.samples import live_samples
from gan_core.metrics import METRICS
from gan_core.runs.store import Run, Store, default_url, open_store
from gan_core.text import N_, GanError, number
from pages.parts.controls import label, preset_values
from pages.parts.fields import scale_options
from pages.parts.live_figure import live_run
from pages.parts.prose import _, plain, say

STATUSES = {  # as the browser's script and the list of runs show them
    "queued": N_("queued"),
    "running": N_("running"),
    "paused": N_("paused"),
    "finished": N_("finished"),
    "stopped": N_("stopped"),
    "diverged": N_("diverged"),
    "failed": N_("failed"),
}
# Sentences of the browser's script, named here so that they are translated.
_IN_THE_BROWSER = (
    N_("Progress"),
    N_("step {step} of {steps}"),
    N_("{time} left"),
    N_("{label}: {value}"),
    N_("{label}: {value} (real data: {floor})"),
    N_("Waiting for a free slot: position {place} of {waiting}."),
    N_("Connection lost. Trying again …"),
    N_("This run no longer exists."),
    N_("The figures could not be loaded. Reload the page."),
)


def store() -> Store:
    """The store of this app."""
    return open_store(default_url())


def run_panel(run: Run) -> None:
    """Draw the whole panel of a run."""
    st.subheader(plain(run.name), anchor=False)
    _buttons(run)
    items = run.config.items
    floors = run.facts.get("floors", {})
    tiles = {
        metric.name: {
            "label": _(metric.title),
            "unit": metric.unit,
            "floor": floors.get(metric.name),
        }
        for metric in METRICS
        if metric.applies(items.dataset)
    }
    speed = _("{rate} images/s") if items.dataset.is_image else _("{rate} points/s")
    live_run(
        run,
        [live_samples(items.dataset, _), live_curves(items.loss, items.penalty, items.dataset, _)],
        tiles,
        speed,
    )
    if run.is_active:
        _live_settings(run)
    _about(run)


def attempt(action: Callable[[], object]) -> None:
    """Do what a button asks; a refusal becomes a message and changes nothing."""
    try:
        action()
    except GanError as error:
        st.toast(say(error), icon=":material/error:")


def _buttons(run: Run) -> None:
    """Pause, resume, one step, stop: those that the run's status allows."""
    running, paused = run.status in ("running", "queued"), run.status == "paused"
    resumable = paused or run.status in ("stopped", "failed")
    with st.container(horizontal=True):
        if resumable:
            _button(run, "resume", _("Resume"), ":material/play_arrow:", enabled=True)
        else:
            _button(run, "pause", _("Pause"), ":material/pause:", enabled=run.status == "running")
        _button(run, "step", _("One step"), ":material/skip_next:", enabled=paused)
        stop = _("Cancel") if run.status == "queued" else _("Stop")
        _button(run, "stop", stop, ":material/stop:", enabled=running or paused)


def _button(run: Run, action: str, text: str, icon: str, *, enabled: bool) -> None:
    st.button(
        text,
        icon=icon,
        key=f"{action} {run.id}",
        disabled=not enabled,
        on_click=attempt,
        args=(lambda: _request_and_wait(run, action),),
    )


def _request_and_wait(run: Run, action: str) -> None:
    """Ask, and give the worker a moment, so that the page that follows shows the answer."""
    store().request(run.id, action)
    for _attempt in range(10):
        if action == "step" or store().run(run.id).status != run.status:
            return
        time.sleep(0.03)


def _live_settings(run: Run) -> None:
    """Settings that may change while the run trains; each change is marked on the curves."""
    config = run.config
    for change in store().changes(run.id) + store().pending(run.id):
        if change.field:
            config = config.with_rate(change.field, change.value)
    st.subheader(_("Change while it trains"), anchor=False)
    fields = live_fields()
    for column, name in zip(st.columns(len(fields)), fields, strict=True):
        key = f"{name} of {run.id}"
        value = getattr(config, name)
        column.select_slider(
            label(name),
            scale_options(RunConfig, name, also=[value, *preset_values(name)]),
            value,
            format_func=number,
            key=key,
            on_change=_set,
            args=(run.id, name, key),
        )


def _set(run_id: str, field: str, key: str) -> None:
    attempt(lambda: store().request(run_id, "set", field, st.session_state[key]))


def _about(run: Run) -> None:
    """The run's settings, and what was picked for the machine it trains on."""
    with st.expander(_("Settings of this run")):
        fields = [name for name in run.config.applicable_fields() if name != "family"]
        # Not st.table: it would load pandas into the web process.
        st.markdown(
            "\n".join(f"- {label(name)}: **{_shown(run.config, name)}**" for name in fields)
        )
        plan = run.facts.get("plan")
        if plan:
            st.caption(
                _("Trained on {device} in {dtype}, {xla}; TensorFlow {version}.").format(
                    device=plan["device"],
                    dtype=plan["dtype"],
                    xla=_("with XLA") if plan["xla"] else _("without XLA"),
                    version=run.facts["versions"]["tensorflow"],
                )
            )


def _shown(config: RunConfig, name: str) -> str:
    value = getattr(config, name)
    if name in RunConfig.choices:
        return _(RunConfig.titles(name)[value])
    if RunConfig.kind(name) is bool:
        return _("yes") if value else _("no")
    return f"`{value}`" if isinstance(value, str) else number(value)
