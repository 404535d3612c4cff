"""One run on a page: its figures, its buttons, its settings."""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core.config import FULL_SPEED, SLOW_MOTION, RunConfig, live_fields
from gan_core.figures.samples import live_samples
from gan_core.image_measures import MEASURES, N_LIVE, is_digits
from gan_core.metrics import METRICS
from gan_core.runs.figures import run_curves
from gan_core.runs.run import Run, UnknownRun
from gan_core.text import N_, number
from pages.parts import fields
from pages.parts.branching import branch_form
from pages.parts.controls import label, preset_values
from pages.parts.doctor import doctor
from pages.parts.exporting import exporting
from pages.parts.layers import switch_on
from pages.parts.links import go_to, hidden, not_to_be_had, whole_number
from pages.parts.live_figure import live_run
from pages.parts.looking_links import looking_links
from pages.parts.measures import measures
from pages.parts.ownership import may_change
from pages.parts.prose import _, plain, say
from pages.parts.store import attempt, is_anothers, stop, store
from pages.parts.visitor import visitor

RATES = ("d_learning_rate", "g_learning_rate", "pace")  # changed most
STATUSES = {  # as the browser's script and the list of runs show them
    "queued": N_("queued"),
    "running": N_("running"),
    "paused": N_("paused"),
    "finished": N_("finished"),
    "stopped": N_("stopped"),
    "diverged": N_("diverged"),
    "failed": N_("failed"),
}


def asked_run() -> Run | None:
    """The run that the URL names; where it is gone, the one beside it, and the URL forgets it."""
    if "run" not in st.query_params:
        return None
    try:
        return store().run(st.query_params["run"])
    except UnknownRun as error:
        st.error(say(error), icon=":material/error:")
    del st.query_params["run"]
    try:
        left = store().run(st.query_params.pop("beside", ""))
    except UnknownRun:
        return None
    st.query_params["run"] = left.id
    return left


def beside(run_id: str) -> list[str]:
    """The run that a link shows beside another one, if any; where it is gone, that is said."""
    named = st.query_params.get("beside")
    if not named or named == run_id:
        return []
    try:
        store().run(named)
    except UnknownRun as error:
        st.warning(say(error))
        st.query_params.pop("beside")
        return []
    return [named]


def run_panels(run_ids: Sequence[str], *, layers: Collection[str] = ()) -> None:
    """One run, or two beside each other that show the same step."""
    group = " ".join(run_ids) if len(run_ids) > 1 else ""
    for column, run_id in zip(st.columns(len(run_ids)), run_ids, strict=True):
        with column:
            run_panel(store().run(run_id), layers=layers, group=group)


def run_panel(run: Run, *, layers: Collection[str] = (), group: str = "") -> None:
    """Draw the whole panel of a run, with these layers of the plane if its data are points.

    Runs of one `group` show the same step.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        is_free = not (hidden("buttons") and hidden("changes")) and may_change(run)
    if not hidden("buttons"):
        _buttons(run, is_free=is_free)
    step = live_view(run, layers=layers, group=group)
    with st.container():  # below the figures: they stay where they are when the run ends
        if is_free and run.status == "finished" and not (hidden("buttons") or hidden("go_on")):
            _go_on(run)
    if not hidden("doctor"):
        doctor(run)
    if run.config.items.dataset.is_image:
        with st.container():
            measures(run)
            if store().checkpoints.moment(run.id):
                looking_links(run)
    if not hidden("branch"):
        branch_form(run, step)
    # In a container, there or not: what follows keeps its place, and an open expander stays open.
    with st.container():
        if is_free and run.is_active and not hidden("changes"):
            _live_settings(run)
    if not hidden("about"):
        _about(run)
    if not hidden("export"):
        exporting(run)


def live_view(run: Run, *, layers: Collection[str] = (), group: str = "") -> int | None:
    """Draw a run's figures and measures alone; return the step to which a reader has gone back."""
    dataset = run.config.items.dataset
    floors = run.facts.get("floors", {})
    tiles = {
        metric.name: {
            "label": _(metric.title),
            "unit": metric.unit,
            "floor": floors.get(metric.name),
        }
        for metric in METRICS
        if metric.applies(dataset)
    }
    if not dataset.is_image:
        tiles["gap"] = {"label": _("D's distance from the best D"), "unit": "", "floor": 0.0}
    if is_digits(dataset):
        title = MEASURES.get("frechet").title_of(N_LIVE, _)
        tiles["frechet"] = {"label": title, "unit": "", "floor": floors.get("frechet")}
    speed = _("{rate} images/s") if dataset.is_image else _("{rate} points/s")
    figures = [run_curves(store(), run, _)]
    if dataset.is_image:
        figures.insert(0, live_samples(_))
    shown_layers = None if dataset.is_image else layers
    at = whole_number("at")
    if at is None and "at" in st.query_params:
        not_to_be_had(_("The link names no step of a run; this is the latest."))
    step = live_run(run, figures, tiles, speed, layers=shown_layers, group=group, at=at)
    if run.config.n_told:
        told = (
            _("Each column is one kind or class, which G was told.")
            if dataset.is_image
            else _("Each number is one kind, which G was told and D reads off the point.")
        )
        st.caption(told)
    _keep_in_link(step)
    return step


def _keep_in_link(step: int | None) -> None:
    if step is not None:
        st.query_params["at"] = str(step)
    else:
        st.query_params.pop("at", None)


def _buttons(run: Run, *, is_free: bool) -> None:
    """What a run is called, its controls where it `is_free` to be changed, and its repetition."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(run.name)}**", width="content")
        if is_free:
            _controls(run)
        st.button(
            _("Start my own copy") if is_anothers(run) else _("Start over"),
            icon=":material/replay:",
            key=f"again {run.id}",
            on_click=attempt,
            args=(lambda: _start_over(run),),
        )
        if is_free and not run.config.items.dataset.is_image:
            _slow_motion(run)


def _controls(run: Run) -> None:
    """Pause, resume, one step, stop: those that the run's status allows."""
    running, paused = run.status in ("running", "queued"), run.status == "paused"
    resumable = paused or run.status in ("stopped", "failed")
    if resumable:
        _button(run, "resume", _("Resume"), ":material/play_arrow:", enabled=True, key="go")
    else:
        enabled = run.status == "running"
        _button(run, "pause", _("Pause"), ":material/pause:", enabled=enabled, key="go")
    _button(run, "step", _("One step"), ":material/skip_next:", enabled=paused)
    if not hidden("turns"):
        _button(run, "turn_d", _("D alone"), ":material/policy:", enabled=paused)
        _button(run, "turn_g", _("G alone"), ":material/brush:", enabled=paused)
    end = _("Cancel") if run.status == "queued" else _("Stop")
    _button(run, "stop", end, ":material/stop:", enabled=running or paused)


def _button(
    run: Run, action: str, text: str, icon: str, *, enabled: bool, key: str | None = None
) -> None:
    """A button for a control. Those of one `key` are the same one: where it became another, both
    would be there for a moment, and its neighbours would slip away under the mouse.
    """
    st.button(
        text,
        icon=icon,
        key=f"{key or action} {run.id}",
        disabled=not enabled,
        on_click=attempt,
        args=(lambda: _request_and_wait(run, action),),
    )


def _start_over(run: Run) -> None:
    """Queue the same run from its first step, changes included, and show it instead.

    The one that was shown stops, unless it is another's.
    """
    shown = {name: st.query_params.get(name) for name in ("run", "beside")}
    again = store().repeat(run.id, owner=visitor())
    stop(run)
    shown = {name: again if run_id == run.id else run_id for name, run_id in shown.items()}
    go_to(**shown, at=None)


def _go_on(run: Run) -> None:
    """How many more steps, and a button that has the run take them.

    Proposed are those that were planned and not taken, or else as many again.
    """
    key, most = f"more steps of {run.id}", int(RunConfig.bounds("steps")[1]) - run.step
    if most < 1:
        return
    config = store().controls.config_now(run.id)
    planned = config.scheduled_steps
    with st.container(horizontal=True, vertical_alignment="bottom"):
        proposed = planned - run.step or min(planned, most)
        n = st.number_input(_("More steps"), 1, most, proposed, key=key, width=160)
        st.button(
            _("Go on for {n} more steps").format(n=number(n)),
            icon=":material/resume:",
            key=f"go on {run.id}",
            on_click=attempt,
            args=(lambda: store().extend(run.id, st.session_state[key]),),
        )
    if config.rate_schedule == "constant":
        st.caption(_("The same steps that a longer run would have taken from the start."))
    elif run.step + n <= planned:
        said = _("Both learning rates go on as planned: they reach 0 at step {step}.")
        st.caption(said.format(step=number(planned)))
    else:
        st.caption(
            _(
                "Both learning rates rise again first: their schedule is spread over all steps, "
                "the new ones included. A run of that length from the start would have gone "
                "another way."
            )
        )


def _slow_motion(run: Run) -> None:
    """A switch between full speed and a pace at which one can say what happens in a step."""
    key = f"slow {run.id}"
    st.session_state[key] = store().controls.config_now(run.id).pace <= SLOW_MOTION

    def change() -> None:
        pace = SLOW_MOTION if st.session_state[key] else FULL_SPEED
        store().controls.request(run.id, "set", "pace", pace)
        if st.session_state[key]:
            switch_on("game")

    st.toggle(
        _("Slow motion"),
        key=key,
        disabled=not run.is_active,
        help=_("A step takes five seconds, and its parts follow one another, each with a word."),
        on_change=attempt,
        args=(change,),
    )


def _request_and_wait(run: Run, action: str) -> None:
    """Ask, and give the worker a moment, so that the page that follows shows the answer."""
    store().controls.request(run.id, action)
    for _attempt in range(10):
        if action in ("step", "turn_d", "turn_g") or store().run(run.id).status != run.status:
            return
        time.sleep(0.03)


def _live_settings(run: Run) -> None:
    """Settings that may change while the run trains; each change is marked on the curves."""
    config = store().controls.config_now(run.id)
    st.subheader(_("Change while it trains"), anchor=False)
    applicable = [name for name in live_fields() if name in config.applicable_fields()]
    for column, name in zip(st.columns(len(RATES)), RATES, strict=True):
        _live_setting(run, config, name, column)
    with st.expander(_("Loss, penalty, optimisers and turns")):
        others = [name for name in applicable if name not in RATES]
        for column, name in zip(itertools.cycle(st.columns(3)), others, strict=False):
            _live_setting(run, config, name, column)
        st.caption(_("Another loss, penalty or number of turns is compiled first: a few seconds."))


def _live_setting(run: Run, config: RunConfig, name: str, place: DeltaGenerator) -> None:
    key = f"{name} of {run.id}"
    st.session_state[key] = getattr(config, name)  # as the run has it, whoever has set it
    fields.field(
        RunConfig,
        name,
        key=key,
        also=preset_values(name) if name in RATES else (),
        place=place,
        on_change=lambda: attempt(
            lambda: store().controls.request(run.id, "set", name, st.session_state[key])
        ),
    )


def _about(run: Run) -> None:
    """The run's settings as they are now, and what was picked for the machine it trains on."""
    config = store().controls.config_now(run.id)
    with st.expander(_("Settings of this run")):
        # Not st.table: it would load pandas into the web process.
        settings = (
            _("{label}: {value}").format(
                label=label(name), value=f"**{fields.shown_value(config, name)}**"
            )
            for name in config.applicable_fields()
        )
        st.markdown("\n".join(f"- {setting}" for setting in settings))
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
