"""Bands over several seeds: at each step the median of the runs, and the range they span.

Runs measure at steps of their own. Between two of its measurements a run counts with what lies
between them; before its first and after its last it does not count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from plotly.colors import hex_to_rgb

from gan_core.figures.style import ANY_SIZE, AXIS, NEUTRAL, Figure, Trace, layout, scatter
from gan_core.text import N_, Translate

HEIGHT = 360
POINTS = 200  # of a band, once there are as many steps; at most twice as many
FEWEST = 2  # runs: one alone has no range


class Curve(NamedTuple):
    """What one run measured, and when; NaN where it had nothing to measure."""

    steps: np.ndarray  # (n,) whole numbers, ascending
    values: np.ndarray  # (n,)


class Band(NamedTuple):
    """What several runs make together; NaN where fewer than `FEWEST` count."""

    steps: np.ndarray  # (m,)
    low: np.ndarray  # (m,)
    median: np.ndarray  # (m,)
    high: np.ndarray  # (m,)
    n_runs: np.ndarray  # (m,) how many count


@dataclass(frozen=True)
class Quantity:
    """What a band is of. One that is `whole` has no values between those that were measured.

    Those of `any_size` come to rest far below where they begin.
    """

    title: str
    color: str
    unit: str = ""
    whole: bool = False
    any_size: bool = False

    @property
    def label(self) -> str:
        """What stands beside its axis."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def axis(self) -> dict[str, Any]:
        """The axis over which its curves are drawn."""
        return AXIS | {"title": {"text": self.label}} | (ANY_SIZE if self.any_size else {})


class Level(NamedTuple):
    """A value to compare with."""

    value: float
    title: str


def band(curves: Sequence[Curve], *, whole: bool = False, at: Sequence[int] | None = None) -> Band:
    """The band of one or more runs, at the steps `at` or at evenly spaced ones."""
    steps = _grid(curves) if at is None else np.asarray(at, np.int64)
    values = np.stack([values_at(curve, steps, whole) for curve in curves])  # (runs, steps)
    n_runs = np.isfinite(values).sum(axis=0)
    enough = n_runs >= FEWEST
    low, median, high = np.full((3, len(steps)), np.nan)
    for each, of in ((low, np.nanmin), (median, np.nanmedian), (high, np.nanmax)):
        each[enough] = of(values[:, enough], axis=0)
    return Band(steps, low, median, high, n_runs)


def _grid(curves: Sequence[Curve]) -> np.ndarray:
    """Steps that enough runs have reached; while a band grows, those it has stay where they are."""
    reached = [curve.steps for curve in curves if len(curve.steps)]
    if len(reached) < FEWEST:
        return np.empty(0, np.int64)
    first = sorted(int(steps[0]) for steps in reached)[FEWEST - 1]
    last = sorted(int(steps[-1]) for steps in reached)[-FEWEST]
    if last < first:
        return np.empty(0, np.int64)
    spacing = 2 ** max(0, math.floor(math.log2(max(last, 1) / POINTS)))
    inside = np.arange(first // spacing + 1, -(-last // spacing)) * spacing
    return np.union1d(inside, [first, last])


def values_at(curve: Curve, steps: np.ndarray, whole: bool) -> np.ndarray:
    """What a run counts with at `steps` (m,): NaN outside of its own."""
    values = np.where(np.isfinite(curve.values), curve.values, np.nan)
    if len(values) and whole:  # the nearest that was measured
        places = np.interp(steps, curve.steps, np.arange(len(values)))
        values = values[np.rint(places).astype(int)]
        return np.where((steps >= curve.steps[0]) & (steps <= curve.steps[-1]), values, np.nan)
    if len(values):
        return np.interp(steps, curve.steps, values, left=np.nan, right=np.nan)
    return np.full(len(steps), np.nan)


def band_figure(
    own: Curve,
    others: Sequence[Curve],
    quantity: Quantity,
    levels: Sequence[Level] = (),
    translate: Translate = str,
) -> Figure:
    """A run's own curve over the step, and the band that it makes with the others.

    The median is dashed where not all runs count: some are on their way, others have ended.
    """
    _ = translate
    shown = band([own, *others], whole=quantity.whole)
    counts_all = shown.n_runs > len(others)
    of_all = np.where(counts_all, shown.median, np.nan)
    is_dashed = bool((np.isfinite(shown.median) & ~counts_all).any())
    counted = np.stack([shown.low, shown.high, shown.n_runs], axis=1)  # (m, 3)
    hover = _(N_("{median}, from {low} to {high}, over {n} seeds")).format(
        median="%{y:.4~g}",
        low="%{customdata[0]:.4~g}",
        high="%{customdata[1]:.4~g}",
        n="%{customdata[2]}",
    )
    color, shape = quantity.color, "hvh" if quantity.whole else "linear"
    traces = [
        _range(shown, color, shape) | {"name": _(N_("Range, lowest to highest"))},
        _line(shown.steps, shown.median, color, 2, shape=shape, dash="4px,3px")
        | {"name": _(N_("Median, not of all seeds")), "showlegend": is_dashed}
        | {"customdata": counted, "hovertemplate": f"{hover}<extra></extra>"},
        _line(shown.steps, of_all, color, 3, shape=shape)
        | {"name": _(N_("Median")), "hoverinfo": "skip"},
        _line(*own, NEUTRAL, 1.4, shape=shape)
        | {"name": _(N_("This run")), "hovertemplate": "%{y:.4~g}"},
    ]
    look = layout(
        height=HEIGHT,
        uirevision=quantity.title,  # zoom survives an update, but not another quantity
        xaxis={**AXIS, "title": {"text": _(N_("Step"))}},
        yaxis=quantity.axis(),
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"},  # the tools stand right
        shapes=[level_line(level) for level in levels],
    )
    return {"data": traces, "layout": look}


def _line(steps: np.ndarray, values: np.ndarray, color: str, width: float, **how: Any) -> Trace:
    return scatter(x=steps, y=values, mode="lines", line={"color": color, "width": width, **how})


def _range(shown: Band, color: str, shape: str) -> Trace:
    """A surface for each stretch without a gap: along the lowest, and back along the highest."""
    x, y = [], []
    for part in np.ma.notmasked_contiguous(np.ma.masked_invalid(shown.low)):
        x += [*shown.steps[part], *shown.steps[part][::-1], np.nan]
        y += [*shown.low[part], *shown.high[part][::-1], np.nan]
    red, green, blue = hex_to_rgb(color)
    return scatter(
        x=np.array(x),
        y=np.array(y),
        mode="lines",
        line={"width": 0, "shape": shape},
        fill="toself",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.22)",
        hoverinfo="skip",
    )


def level_line(level: Level) -> dict[str, Any]:
    """A dotted line right across."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": level.value,
        "y1": level.value,
        "line": {"color": NEUTRAL, "width": 1.6, "dash": "dot"},
        "name": level.title,
        "showlegend": True,
    }
