"""Widgets for a run's configuration, made from what `RunConfig` says of each field.

The URL holds the preset and every field that differs from it: a link is a whole configuration.
"""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from gan_core.config import CHOICES, RunConfig, allowed_names, bounds, network_fields, shown
from gan_core.datasets import DATASETS
from gan_core.networks import NETWORKS
from gan_core.presets import PRESETS, preset
from gan_core.registry import Registry
from gan_core.text import GanError, number
from pages.parts.prose import _, say

_FIRST = ("dataset", "network", "loss", "d_learning_rate", "g_learning_rate", "batch_size", "steps")
_TOGETHER = ("dataset", "network")  # each must fit the other
_HIDDEN = ("family",)  # there is one so far


def preset_control() -> None:
    """Draw the choice of a preset; choosing one sets every field."""
    _read_url()
    st.selectbox(
        _("Preset"),
        list(PRESETS),
        format_func=lambda name: _(PRESETS[name].title),
        key="preset",
        persist_state="session",
        on_change=_take_preset,
    )
    chosen = PRESETS[st.session_state["preset"]]
    st.caption(_(chosen.help))


def config_controls() -> dict[str, Any]:
    """Draw the hyperparameters; return the values of those that apply."""
    dataset = field("dataset")
    fitting = [network.name for network in NETWORKS if network.fits(DATASETS.get(dataset).shape)]
    values: dict[str, Any] = {"dataset": dataset, "network": field("network", fitting)}
    applicable = [
        name
        for name in RunConfig.parse(values).applicable_fields()
        if name not in _HIDDEN and name not in values
    ]
    values |= {name: field(name) for name in applicable if name in _FIRST}
    with st.expander(_("More settings")):
        values |= {name: field(name) for name in applicable if name not in _FIRST}
    _write_url(values)
    return values


def current_values() -> dict[str, Any]:
    """What the widgets hold now: quick people press Train before the page has run again."""
    choices = {name: st.session_state[name] for name in ("dataset", "network")}
    fields = RunConfig.parse(choices).applicable_fields()
    return {name: st.session_state[name] for name in fields if name in st.session_state}


def _take_preset() -> None:
    config = PRESETS[st.session_state["preset"]].config
    for name in RunConfig.model_fields:
        st.session_state[name] = getattr(config, name)


def _read_url() -> None:
    """Once per visit, take the configuration of a link; what it says wrongly is not taken."""
    if "preset" in st.session_state:
        return
    st.session_state["preset"] = first = next(iter(PRESETS))
    try:
        st.session_state["preset"] = preset(st.query_params.get("preset", first)).name
    except GanError as error:
        st.toast(say(error), icon=":material/error:", duration="long")
    _take_preset()
    taken: dict[str, Any] = dict(PRESETS[st.session_state["preset"]].settings)
    if "network" in st.query_params:  # what shapes the preset's network need not fit another one
        taken = {key: value for key, value in taken.items() if key not in network_fields()}
    others = [(name,) for name in RunConfig.model_fields if name not in _TOGETHER]
    for group in (_TOGETHER, *others):
        asked = {name: st.query_params[name] for name in group if name in st.query_params}
        try:
            config = RunConfig.parse(taken | asked)
        except GanError as error:
            st.toast(say(error), icon=":material/error:", duration="long")
            continue
        for name in asked:
            taken[name] = st.session_state[name] = getattr(config, name)


def _write_url(values: dict[str, Any]) -> None:
    config = PRESETS[st.session_state["preset"]].config
    st.query_params["preset"] = st.session_state["preset"]
    for name in RunConfig.model_fields:
        if values.get(name, getattr(config, name)) != getattr(config, name):
            st.query_params[name] = str(values[name])
        elif name in st.query_params:
            del st.query_params[name]


def field(name: str, options: list[str] | None = None) -> Any:
    """Draw the widget of one field and return its value."""
    if name in CHOICES:
        return _choice(name, options or allowed_names(name))
    low, high = bounds(name)
    if name not in st.session_state:  # forgotten while the chosen networks did not have it
        st.session_state[name] = getattr(PRESETS[st.session_state["preset"]].config, name)
    common: dict[str, Any] = {"help": _help(name), "key": name, "persist_state": "session"}
    if shown(name).scale == "log":
        options_now = scale_options(name, also=st.session_state[name])
        return st.select_slider(label(name), options_now, format_func=number, **common)
    if high > 1000:
        return st.number_input(label(name), int(low), int(high), **common)
    if RunConfig.model_fields[name].annotation is int:
        return st.slider(label(name), int(low), int(high), **common)
    return st.slider(label(name), float(low), float(high), step=0.01, **common)


def _help(name: str) -> str | None:
    text = RunConfig.model_fields[name].description
    return _(text) if text else None


def _choice(name: str, options: list[str]) -> str:
    registry = CHOICES[name]
    titles = {item.name: item for item in registry} if isinstance(registry, Registry) else {}
    if st.session_state.get(name) not in options:
        st.session_state[name] = options[0]  # the data chosen just now rules the old network out
    chosen = st.selectbox(
        label(name),
        options,
        format_func=lambda option: _(titles[option].title) if option in titles else option,
        help=_help(name),
        key=name,
        persist_state="session",
    )
    return str(chosen)


def label(name: str) -> str:
    """A field's title."""
    title = RunConfig.model_fields[name].title
    return _(title) if title else name


def scale_options(name: str, also: float | None = None) -> list[float]:
    """Steps of a logarithmic slider: powers of two, or 1-2-5, and every preset's value."""
    low, high = bounds(name)
    info = RunConfig.model_fields[name]
    presets = {getattr(preset.config, name) for preset in PRESETS.values()}
    if info.annotation is int and high <= 512:
        steps = {2**power for power in range(10)}
    else:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = {float(f"{digit}e{decade}") for decade in decades for digit in (1, 2, 5)}
    values = steps | presets | ({also} if also is not None else set())
    kind = int if info.annotation is int else float
    return sorted({kind(value) for value in values if low <= value <= high})
