"""The form of a run's configuration, made from what `RunConfig` says of each field.

The URL holds the preset and every field that differs from it: a link is a whole configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from gan_core.config import RunConfig, option_fields, plateaus
from gan_core.datasets import DATASETS
from gan_core.faults import FAULTS, NONE
from gan_core.networks import NETWORKS
from gan_core.presets import PRESETS, Preset, nearest, preset
from gan_core.text import N_, GanError
from pages.parts import fields, links
from pages.parts.choices import choose
from pages.parts.prose import _, say

_TOGETHER = ("dataset", "network")  # each must fit the other
_CHOSEN = ("family", "loss", "penalty")  # have options, which follow them
_DRAWN = ("points", "pictures", "fault")  # set on the page or by a link, not in the form
_OWN = ("points", "pictures")  # brought by a reader, which costs more than a choice
_OTHER_DATA = N_("The link is for another page: here are no data of “{data}”.")
_FORM_OF, _FORMS = "page of the form", "forms of other pages"
_FIRST = ("d_learning_rate", "g_learning_rate", "batch_size", "steps", "head_start", "pace")
GROUPS = {  # folded away, and drawn once they are unfolded: half of all widgets of a page
    N_("The two networks"): (
        "latent_dim",
        "noise",
        "g_hidden_layers",
        "g_hidden_units",
        "g_width",
        "g_extra_convs",
        "g_norm",
        "d_hidden_layers",
        "d_hidden_units",
        "d_width",
        "d_extra_convs",
        "d_norm",
        "activation",
        "spectral_norm",
        "ema_decay",
    ),
    N_("The rules of the game"): (
        "d_steps",
        "g_steps",
        "d_optimizer",
        "g_optimizer",
        "rate_schedule",
        "beta_1",
        "weight_clip",
        "instance_noise",
        "packing",
    ),
    N_("When it ends early"): ("stop_when_flat", "patience"),
    N_("Chance and precision"): ("seed", "precision"),
}


def preset_control(presets: Mapping[str, Preset] = PRESETS) -> None:
    """Draw the choice among `presets`; choosing one sets every field."""
    _bring_out_form()
    _read_url(presets)
    if links.hidden("preset"):
        return
    choose(
        st.selectbox,
        _("Preset"),
        list(presets),
        format_func=lambda name: _(PRESETS[name].title),
        key="preset",
        persist_state="session",
        on_change=_take_preset,
        kwargs={"keep": _OWN},
    )
    chosen = PRESETS[st.session_state["preset"]]
    st.caption(_(chosen.help))


def config_controls(datasets: list[str] | None = None) -> dict[str, Any]:
    """Draw the hyperparameters; return the values of those that apply.

    `datasets` are the choices of data, where not all are to be had.
    """
    asked: str = st.session_state.get("dataset", "")
    if datasets and asked not in ("", *datasets):
        links.not_to_be_had(_(_OTHER_DATA).format(data=_(DATASETS.get(asked).title)))
    dataset = field("dataset", datasets)
    fitting = [network.name for network in NETWORKS if network.fits(DATASETS.get(dataset).shape)]
    values: dict[str, Any] = {"dataset": dataset}
    options = _fields(option_fields("dataset"), values | {"network": fitting[0]})
    values |= {"network": field("network", fitting)} | options
    for choice in _CHOSEN:
        values[choice] = field(choice)
        values |= _fields(option_fields(choice), values)
    values |= _fields(_FIRST, values)
    for title, names in GROUPS.items():
        hidden = [links.hidden(name) for name in _applicable(names, values)]
        if all(hidden):
            values |= _fields(names, values, drawn=False)
            continue
        # What a link leaves of a group is what the link is about.
        group = st.expander(_(title), key=title, on_change="rerun", expanded=any(hidden))
        with group:
            values |= _fields(names, values, drawn=bool(group.open))
    values |= _fault()
    _write_url(values)
    return values


def _fault() -> dict[str, str]:
    """The fault that a link has built in, which the form does not offer."""
    fault = FAULTS.get(field("fault"))
    if fault.name == NONE:
        return {}
    warning = _("Built in by the link: {fault}. Choose a preset to be rid of it.")
    st.warning(warning.format(fault=_(fault.title)), icon=":material/bug_report:")
    return {"fault": fault.name}


def _fields(names: Iterable[str], choices: dict[str, Any], *, drawn: bool = True) -> dict[str, Any]:
    """Draw those of the fields that have an effect with these choices; return their values."""
    return {
        name: field(name, _choices(name, choices), drawn=drawn)
        for name in _applicable(names, choices)
    }


def _applicable(names: Iterable[str], choices: Mapping[str, Any]) -> list[str]:
    """Those of the fields that have an effect with these choices."""
    made = {name: choices[name] for name in (*_TOGETHER, *_CHOSEN) if name in choices}
    return [name for name in RunConfig.parse(made).applicable_fields() if name in names]


def _choices(name: str, chosen: Mapping[str, Any]) -> list[str] | None:
    """What a field may name, where that depends on the data; None: all there is."""
    return plateaus(DATASETS.get(chosen["dataset"])) if name == "stop_when_flat" else None


def current_values() -> dict[str, Any]:
    """What the widgets hold now: quick people press Train before the page has run again."""
    choices = {name: st.session_state[name] for name in (*_TOGETHER, *_CHOSEN)}
    names = RunConfig.parse(choices).applicable_fields()
    if st.session_state.get("fault", NONE) != NONE:
        names.append("fault")
    return {name: st.session_state[name] for name in names if name in st.session_state}


def _bring_out_form() -> None:
    """Put what the widgets hold away for the page it belongs to, and bring out this page's own."""
    page, before = links.page(), st.session_state.get(_FORM_OF)
    if page == before:
        return
    kept = st.session_state.setdefault(_FORMS, {})
    names = ("preset", *RunConfig.names())
    kept[before] = {name: st.session_state.pop(name) for name in names if name in st.session_state}
    st.session_state.update(kept.get(page, {}))
    st.session_state[_FORM_OF] = page


def _take_preset(keep: Sequence[str] = ()) -> None:
    """Set every field as the preset has it, but leave those to `keep` of which it says nothing."""
    chosen = PRESETS[st.session_state["preset"]]
    left = {name for name in keep if name not in chosen.settings}
    names = [name for name in RunConfig.names() if name not in left]
    links.remember_all({name: getattr(chosen.config, name) for name in names})


def _read_url(presets: Mapping[str, Preset]) -> None:
    """Take the configuration of a link just followed; what it says wrongly is not taken."""
    if "preset" in st.session_state and not links.followed(_in_url()):
        return
    links.know(_in_url())
    first = next(iter(presets))
    st.session_state["preset"] = first
    try:
        asked = preset(st.query_params.get("preset", first))
        if asked.name in presets:
            st.session_state["preset"] = asked.name
        else:
            links.not_to_be_had(_(_OTHER_DATA).format(data=_(asked.title)))
    except GanError as error:
        links.not_to_be_had(say(error))
    _take_preset()
    taken: dict[str, Any] = dict(PRESETS[st.session_state["preset"]].settings)
    for owner in (*_TOGETHER, *_CHOSEN):
        if owner in st.query_params:  # what shapes the preset's choice need not fit another one
            taken = {key: taken[key] for key in taken if key not in option_fields(owner)}
    if not _take(RunConfig.names(), taken):
        return
    others = [(name,) for name in RunConfig.names() if name not in _TOGETHER]
    for group in (_TOGETHER, *others):  # something is wrong: what, and what can be taken?
        if problem := _take(group, taken):
            links.not_to_be_had(say(problem))


def _take(names: Sequence[str], taken: dict[str, Any]) -> GanError | None:
    """Add what the URL says of these fields to what is taken from it, unless they do not fit."""
    asked = {name: st.query_params[name] for name in names if name in st.query_params}
    try:
        config = RunConfig.parse(taken | asked)
    except GanError as error:
        return error
    for name in asked:
        taken[name] = st.session_state[name] = getattr(config, name)
    return None


def _write_url(values: dict[str, Any]) -> None:
    config = PRESETS[st.session_state["preset"]].config
    st.query_params["preset"] = st.session_state["preset"]
    for name in RunConfig.names():
        if values.get(name, getattr(config, name)) != getattr(config, name):
            st.query_params[name] = str(values[name])
        elif name in st.query_params:
            del st.query_params[name]
    links.know(_in_url())


def _in_url() -> dict[str, str]:
    """What the URL says of the configuration."""
    names = ("preset", *RunConfig.names())
    return {name: st.query_params[name] for name in names if name in st.query_params}


def form_in_link(config: RunConfig, presets: Mapping[str, Preset] = PRESETS) -> dict[str, str]:
    """What a link says to have the form hold this configuration."""
    name, settings = nearest(config, presets)
    return {"preset": name, **settings}


def field(name: str, options: list[str] | None = None, *, drawn: bool = True) -> Any:
    """Draw the widget of one field, unless it is not to be seen, and return its value."""
    if name not in st.session_state:  # forgotten while the choices did not have it
        st.session_state[name] = getattr(PRESETS[st.session_state["preset"]].config, name)
    if options and st.session_state[name] not in options:  # another choice has ruled it out
        st.session_state[name] = options[0]
    if not drawn or name in _DRAWN or links.hidden(name):
        return st.session_state[name]
    return fields.field(RunConfig, name, key=name, options=options, also=preset_values(name))


def label(name: str) -> str:
    """A field's title."""
    return fields.label(RunConfig, name)


def preset_values(name: str) -> list[float]:
    """The values that a numeric field has in the presets."""
    return [getattr(preset.config, name) for preset in PRESETS.values()]
