"""Branches and pairs: two runs that differ in one setting, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from gan_core.config import RunConfig, live_fields, option_fields
from gan_core.runs.run import Run
from gan_core.text import N_, GanError
from pages.parts import fields
from pages.parts.choices import choose
from pages.parts.controls import label
from pages.parts.links import go_to
from pages.parts.prose import _
from pages.parts.store import attempt, store
from pages.parts.visitor import visitor

_DATA = ("data_noise", "balance", "text", "points")
# Two runs with other data, or of another length, could not be compared.
_LENGTH = ("steps", "stop_when_flat", "patience")
NOT_COMPARED = ("dataset", "network", "precision", "pace", *_LENGTH, *_DATA)


def branch_form(run: Run, scrubbed: int | None) -> None:
    """Go back to a step and on from there with one setting changed."""
    step = _step_shown(run.id, scrubbed)
    with st.expander(_("Branch: from the step that is shown, with one setting changed")):
        config = store().controls.config_at(run.id, step)
        names = [name for name in live_fields() if name in config.applicable_fields()]
        key = f"branch of {run.id}"
        _one_setting(config, names, key)
        st.button(
            _("Branch"),
            icon=":material/call_split:",
            key=f"branch {run.id}",
            on_click=attempt,
            args=(lambda: _branch(run.id, scrubbed, *_chosen(config, key)),),
        )
        if run.status == "running" and scrubbed is None:
            st.caption(
                _(
                    "Both runs are the same up to the step at which you press: that part is "
                    "played again, at full speed."
                )
            )
        else:
            same = _(
                "Both runs are the same up to step {step}: this part is played again, at full "
                "speed."
            )
            st.caption(same.format(step=f"{step:,}"))


def _step_shown(run_id: str, scrubbed: int | None) -> int:
    """The step that the figure shows now: a page is not drawn again while its run trains."""
    now, end = store().run(run_id).step, store().controls.config_now(run_id).steps
    return min(now if scrubbed is None else scrubbed, now, end - 1)


def _branch(run_id: str, scrubbed: int | None, name: str, value: Any) -> None:
    step = _step_shown(run_id, scrubbed)
    branch = store().branch(run_id, step, name, value, owner=visitor())
    go_to(run=run_id, beside=branch, at=None)


def pair_form(config: RunConfig) -> None:
    """Start two runs from the same weights that differ in one setting."""
    with st.expander(_("Side by side: two runs that differ in one setting")):
        names = [name for name in config.applicable_fields() if name not in NOT_COMPARED]
        _one_setting(config, names, "pair")
        st.button(
            _("Train both"),
            icon=":material/splitscreen_vertical_add:",
            on_click=attempt,
            args=(lambda: start_pair(config, dict([_chosen(config, "pair")])),),
        )


def start_pair(config: RunConfig, changes: Mapping[str, Any]) -> None:
    """Queue a run and another one with some settings changed, and show both."""
    settings = config.model_dump(exclude_unset=True, exclude=_options_of(changes))
    other = RunConfig.parse({**settings, **changes})  # refused before anything is queued
    if other == config:
        raise GanError(N_("Both runs would be the same. Choose another value."))
    first, second = (store().create_run(each, owner=visitor()) for each in (config, other))
    go_to(run=first, beside=second, at=None)


def _options_of(changes: Mapping[str, Any]) -> set[str]:
    """The options of what is exchanged: another loss need not have them."""
    return {option for field in changes for option in option_fields(field)}


def _one_setting(config: RunConfig, names: Iterable[str], key: str) -> None:
    """Draw the choice of a setting and its value."""
    which, value = st.columns(2)
    name = choose(
        which.selectbox,
        _("Setting"),
        list(names),
        format_func=label,
        key=f"{key}: setting",
        persist_state="session",
    )
    widget = f"{key}: {name}"
    if widget not in st.session_state:
        st.session_state[widget] = getattr(config, name)
    fields.field(RunConfig, name, key=widget, place=value)


def _chosen(config: RunConfig, key: str) -> tuple[str, Any]:
    """What the widgets hold now: quick people press before the page has run again."""
    name = st.session_state[f"{key}: setting"]
    return name, st.session_state.get(f"{key}: {name}", getattr(config, name))
