"""Figures of several panels: each says what is drawn in it, and all are put into one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gan_core.figures.style import AXIS, HALO, NEUTRAL, Figure, layout

ROOM = 0.06  # of what is drawn along an axis: how much longer it is at either end
_HEAD = 34  # pixels above a panel, for its title
_FOOT = 30  # and below it, for the numbers of its axis; an axis title needs as much again


@dataclass
class Panel:
    """One coordinate system: its title, its axes' options, and what is drawn in it."""

    title: str
    x: Mapping[str, Any] = field(default_factory=dict)
    y: Mapping[str, Any] = field(default_factory=dict)
    traces: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def curve(self, x: np.ndarray, y: np.ndarray, color: str, **options: Any) -> None:
        """Add a line through the points x, y (n,); NaN interrupts it."""
        # Simplified, as Plotly would have it, round curves get corners.
        line = {"color": color, "width": options.pop("width", 2.5), "simplify": False}
        line |= options.pop("line", {})
        # A template would be shown also where hovering is to show nothing.
        hover = {} if "hoverinfo" in options else {"hovertemplate": "%{y:.4f}"}
        self._trace(x, y, {"mode": "lines", "line": line} | hover | options)

    def dots(self, x: np.ndarray, y: np.ndarray, color: str, **options: Any) -> None:
        """Add a dot at each of the points x, y (n,)."""
        marker = {"color": color, "size": options.pop("size", 11)}
        self._trace(x, y, {"mode": "markers", "marker": marker, "hoverinfo": "skip"} | options)

    def note(self, text: str, x: float, y: float, **options: Any) -> None:
        """Write a text at a place."""
        font = {"shadow": HALO} | options.pop("font", {})
        self.notes.append(
            {"text": text, "x": x, "y": y, "showarrow": False, "font": font} | options
        )

    def level(self, y: float, color: str = NEUTRAL, dash: str = "dash") -> None:
        """Draw a thin line right across at a height."""
        ends = {"x0": 0, "x1": 1, "xref": "domain", "y0": y, "y1": y}
        self.lines.append(ends | {"line": {"color": color, "width": 1, "dash": dash}})

    def upright(self, x: float, color: str = NEUTRAL) -> None:
        """Draw a thin dotted line from bottom to top of an axis whose range is given.

        It is a trace: for a shape that moves, Plotly would draw the whole figure anew.
        """
        ends = np.array(self.y["range"])
        self.curve(np.full(2, x), ends, color, width=1, line={"dash": "dot"}, hoverinfo="skip")

    def _trace(self, x: np.ndarray, y: np.ndarray, options: dict[str, Any]) -> None:
        in_legend = {"name": options.get("name", ""), "showlegend": "name" in options}
        self.traces.append({"type": "scatter", "x": x, "y": y} | in_legend | options)


def with_room(values: ArrayLike) -> list[float]:
    """The range of an axis along which these values are drawn, with room for whole dots."""
    low, high = float(np.min(values)), float(np.max(values))
    room = ROOM * (high - low)
    return [low - room, high + room]


def panels_figure(
    panels: Sequence[Panel],
    *,
    columns: int,
    height: int,
    shares: Sequence[float],
    gap: float = 0.1,
    between: int = _HEAD + _FOOT,
    title_size: int = 15,
    margin: Mapping[str, int] = {},
    legend: Mapping[str, Any] | None = None,
    **options: Any,
) -> Figure:
    """Panels row by row, `columns` to a row; `shares` are the rows' parts of the height.

    `height` is in pixels, and so are the space `between` rows and the sides of `margin` that differ
    from the usual ones; `gap` is the space between columns as a part of the width. `legend` says
    where the legend stands; without it there is none. `options` are more of the layout.
    """
    parts: dict[str, Any] = {"annotations": [], "shapes": []}
    traces = []
    around = {"l": 48, "r": 12, "t": _HEAD, "b": 2 * _FOOT}
    inside = height - around["t"] - around["b"]
    space = between / inside
    free = 1 - space * (len(shares) - 1)
    width = (1 - gap * (columns - 1)) / columns
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        number = str(place + 1) if place else ""
        x_name, y_name = f"x{number}", f"y{number}"
        left = column * (width + gap)
        top = 1 - free * sum(shares[:row]) / sum(shares) - space * row
        bottom = max(top - free * shares[row] / sum(shares), 0.0)
        across, up = [left, left + width], [bottom, top]
        x_axis = {**AXIS, "hoverformat": ".3~f", "domain": across, "anchor": y_name}
        parts[f"xaxis{number}"] = {**x_axis, **panel.x}
        parts[f"yaxis{number}"] = {**AXIS, "domain": up, "anchor": x_name, **panel.y}
        parts["annotations"].append(_title(panel.title, left, top, title_size))
        parts["annotations"] += [{"xref": x_name, "yref": y_name} | each for each in panel.notes]
        parts["shapes"] += [_shape(each, x_name, y_name) for each in panel.lines]
        traces += [each | {"xaxis": x_name, "yaxis": y_name} for each in panel.traces]
    look = layout(height=height, margin={**around, **margin}, **parts, **options)
    look |= {"showlegend": legend is not None, "legend": look["legend"] | (legend or {})}
    return {"data": traces, "layout": look}


def _title(text: str, left: float, top: float, size: int) -> dict[str, Any]:
    place = {"x": left, "y": top, "xref": "paper", "yref": "paper"}
    look = {"xanchor": "left", "yanchor": "bottom", "font": {"size": size}}
    return place | look | {"text": text, "showarrow": False, "yshift": 4}


def _shape(line: dict[str, Any], x_name: str, y_name: str) -> dict[str, Any]:
    """A line with its coordinates taken to be those of a panel, or parts of its sides."""
    refs = {"xref": x_name, "yref": y_name}
    refs |= {key: f"{refs[key]} domain" for key in refs if line.get(key) == "domain"}
    return {"type": "line", "layer": "below"} | line | refs
