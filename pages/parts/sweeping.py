"""Sweep one setting: choose it and its values, queue a run for each."""

from __future__ import annotations

import functools
import re
from typing import Any

import streamlit as st

from gan_core.config import RunConfig
from gan_core.runs.names import named_after
from gan_core.runs.sweeping import MOST, start_sweep, swept_fields
from gan_core.text import number
from pages.parts.choices import choose
from pages.parts.controls import label
from pages.parts.fields import shown_value
from pages.parts.links import link, remember
from pages.parts.prose import _
from pages.parts.seeds import next_seeds
from pages.parts.store import attempt, store
from pages.parts.visitor import visitor

_STARTED = "sweep that was started"


def sweep_form(config: RunConfig) -> None:
    """Draw the form; what it starts has the other settings of `config`."""
    with st.expander(_("Sweep one setting")):
        st.markdown(
            _(
                "One setting over several values, a run for each, all else as on the left: at most "
                "{most} runs. What came of them stands on the page “Sweep”."
            ).format(most=MOST)
        )
        which, where = st.columns(2)
        st.session_state.setdefault("swept setting", "d_learning_rate")
        field = choose(
            which.selectbox,
            _("Setting"),
            swept_fields(config),
            format_func=label,
            key="swept setting",
            persist_state="session",
        )
        key = f"values of {field}"
        values = _values_control(config, field, key, where)
        st.button(
            _("Train (runs: {n})").format(n=len(values)),
            icon=":material/stacked_line_chart:",
            key="start sweep",
            disabled=not values,
            on_click=attempt,
            args=(lambda: _start(config, field, key),),
        )
        started = st.session_state.get(_STARTED)
        if started:
            link("sweep", _("See what comes of them"), "scatter_plot", sweep=started)


def _start(config: RunConfig, field: str, key: str) -> None:
    values = _split(st.session_state[key])
    named = functools.partial(_run_name, field)
    sweep = start_sweep(store(), config, field, values, name=named, owner=visitor())
    remember(_STARTED, sweep.label)


def _run_name(field: str, config: RunConfig) -> str:
    """What a run of a sweep is called: its data, and the setting in which it differs."""
    differs = {"setting": label(field), "value": shown_value(config, field)}
    return named_after(_(config.items.dataset.title), "{name} · {setting} = {value}", **differs)


def _values_control(config: RunConfig, field: str, key: str, where: Any) -> list[Any]:
    """Several of a field's choices, or numbers as text; returns what it holds."""
    title = _("Values")
    if field in RunConfig.choices or RunConfig.kind(field) is bool:
        titles: dict[Any, str] = (
            RunConfig.titles(field)
            if field in RunConfig.choices
            else {False: _("no"), True: _("yes")}
        )
        return list(
            choose(
                where.multiselect,
                title,
                list(titles),
                default=list(titles)[:MOST],
                format_func=lambda name: _(titles[name]),
                key=key,
                persist_state="session",
                max_selections=MOST,
            )
        )
    low, high = RunConfig.bounds(field)
    help_text = _("Numbers with spaces between, from {low} to {high}.")
    return _split(
        where.text_input(
            title,
            _suggested(config, field),
            key=key,
            persist_state="session",
            help=help_text.format(low=number(low), high=number(high)),
        )
    )


def _split(typed: Any) -> list[Any]:
    """What is chosen of several choices, or the numbers in a text."""
    return re.findall(r"[^\s,;，；、]+", typed) if isinstance(typed, str) else list(typed)


def _suggested(config: RunConfig, field: str) -> str:
    """Values around the present one, or over the whole range; of seeds, the next ones."""
    (low, high), kind = RunConfig.bounds(field), RunConfig.kind(field)
    now = getattr(config, field)
    if field == "seed":
        around = [now, *next_seeds(now, 2)]
    elif RunConfig.shown(field).scale == "log":
        around = [now / 10, now, now * 10] if kind is float else [now // 2, now, now * 2]
    else:
        around = [low, (low + high) / 2, high]
    values = sorted({kind(min(max(value, low), high)) for value in around})
    return " ".join(number(value).replace(",", "") for value in values)  # it would part them
