"""What came of runs that differ in one setting: a dot for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from gan_core.figures.bands import Level, Quantity, level_line
from gan_core.figures.style import AXIS, NEUTRAL, Figure, layout, scatter
from gan_core.text import N_, Translate, number

HEIGHT = 400
DOT = 12  # pixels across


class Dot(NamedTuple):
    """One run."""

    value: float | str  # of the setting; text where it is a choice
    measured: float
    has_ended: bool


def sweep_figure(
    dots: Sequence[Dot],
    setting: str,
    quantity: Quantity,
    *,
    logarithmic: bool = False,
    floor: float | None = None,
    translate: Translate = str,
) -> Figure:
    """The measure against the setting; runs that still train are hollow, the floor is dotted."""
    _ = translate
    is_number = all(not isinstance(dot.value, str) for dot in dots)
    kind = "category" if not is_number else "log" if logarithmic else "linear"
    traces = []
    for ended, name, symbol in (
        (True, N_("ended"), "circle"),
        (False, N_("still trains"), "circle-open"),
    ):
        chosen = [dot for dot in dots if dot.has_ended == ended]
        traces.append(
            scatter(
                x=[dot.value for dot in chosen],
                y=[dot.measured for dot in chosen],
                name=_(name),
                mode="markers",
                marker={"size": DOT, "color": quantity.color, "symbol": symbol},
                hovertemplate="%{x}: %{y:.4~g}",
            )
        )
    axis = {**AXIS, "type": kind, "title": {"text": setting}}
    if is_number:  # a tick for each run: few of them, and mostly round
        values = sorted({float(dot.value) for dot in dots})
        axis |= {"tickvals": values, "ticktext": [number(value) for value in values]}
    look = layout(
        height=HEIGHT,
        uirevision=f"{setting} {quantity.label}",
        hovermode="closest",
        xaxis=axis,
        yaxis={**AXIS, "title": {"text": quantity.label}},
    )
    if floor is not None:
        look |= {
            "shapes": [level_line(Level(floor, "")) | {"showlegend": False}],
            "annotations": [_at_the_floor(floor, _(N_("Real samples")))],
        }
    return {"data": traces, "layout": look}


def _at_the_floor(floor: float, text: str) -> dict[str, Any]:
    """Words at the right end of the floor's line."""
    place = {"xref": "paper", "x": 1, "xanchor": "right", "y": floor, "yanchor": "bottom"}
    # Above a dot that lies on the line.
    return place | {"yshift": DOT, "text": text, "showarrow": False, "font": {"color": NEUTRAL}}
