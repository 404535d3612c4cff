"""One widget for one field of any settings, made from what its declaration says."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gan_core.datasets import drawing
from gan_core.settings import Settings
from gan_core.text import number
from pages.parts.choices import choose
from pages.parts.prose import _, code


def field(
    settings: type[Settings],
    name: str,
    *,
    key: str,
    options: Sequence[str] | None = None,
    also: Iterable[float] = (),
    most: float | None = None,
    place: DeltaGenerator | None = None,
    on_change: Callable[[], None] | None = None,
) -> Any:
    """Draw the widget of a field and return its value, which st.session_state[key] holds already.

    `options` are the choices, the value among them, where not all are to be had; `also` are values
    that a logarithmic slider must be able to stand at, and `most` is a bound on what a slider has
    that is lower than the field's own. `place` is where to draw it, and `on_change`
    is called when a reader has set it.
    """
    where, kind, shown = place or st, settings.kind(name), settings.shown(name)
    common: dict[str, Any] = {
        "label": label(settings, name),
        "help": _help(settings, name),
        "key": key,
        "persist_state": "session",
        "on_change": on_change,
    }
    if name in settings.choices:
        return _choice(settings, name, options, where, common)
    if kind is bool:
        return where.toggle(**common)
    if kind is str:
        return where.text_input(max_chars=settings.max_length(name), **common)
    low, high = settings.bounds(name)
    high = high if most is None else min(high, most)
    if shown.scale == "log":
        steps = scale_options(settings, name, also=[*also, st.session_state[key]])
        return where.select_slider(options=steps, format_func=number, **common)
    if high > 1000:
        return where.number_input(min_value=int(low), max_value=int(high), **common)
    if kind is int:
        step = max(1, int(shown.step))
        return where.slider(min_value=int(low), max_value=int(high), step=step, **common)
    with_unit = f"%g {shown.unit}" if shown.unit else None
    return where.slider(
        min_value=float(low), max_value=float(high), step=shown.step, format=with_unit, **common
    )


def _choice(
    settings: type[Settings],
    name: str,
    options: Sequence[str] | None,
    where: Any,
    common: dict[str, Any],
) -> str:
    titles = settings.titles(name)
    options = options or list(titles)
    common |= {"options": options, "format_func": lambda option: _(titles[option])}
    if settings.shown(name).scale == "buttons":
        return str(where.segmented_control(required=True, **common))
    return str(choose(where.selectbox, **common))


def label(settings: type[Settings], name: str) -> str:
    """A field's title."""
    title = settings.model_fields[name].title
    return _(title) if title else name


def shown_value(settings: Settings, name: str) -> str:
    """A field's value as a reader knows it."""
    value = getattr(settings, name)
    if name in settings.choices:
        return _(settings.titles(name)[value])
    if settings.kind(name) is bool:
        return _("yes") if value else _("no")
    if name == "points":  # a drawing, as text that nobody can read
        return _("{n} points").format(n=number(len(drawing.decode(value))))
    return code(value) if isinstance(value, str) else number(value)


def _help(settings: type[Settings], name: str) -> str | None:
    text = settings.model_fields[name].description
    return _(text) if text else None


def scale_options(settings: type[Settings], name: str, also: Iterable[float] = ()) -> list[float]:
    """Steps of a logarithmic slider: powers of two, or 1-2-5, and those it must have besides."""
    low, high = settings.bounds(name)
    kind = settings.kind(name)
    if kind is int and high <= 512:
        steps = {2**power for power in range(10)}
    else:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = {float(f"{digit}e{decade}") for decade in decades for digit in (1, 2, 5)}
    values = steps | {settings.default(name), *also}
    return sorted({kind(value) for value in values if low <= value <= high})
