"""What was measured of a run's pictures: classes, distances, and the nearest training pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import AXIS, GENERATOR, REAL, Figure, layout
from gan_core.text import N_, Translate

HEIGHT = 330
STRIP_HEIGHT = 190
N_BINS = 40
COLORS = {"generated": GENERATOR, "real": REAL, "held_out": REAL}
NAMES = {
    "generated": N_("generated"),
    "real": N_("real"),
    "held_out": N_("real, held out"),
}


def class_figure(classes: Mapping[str, Sequence[float]], translate: Translate = str) -> Figure:
    """How often the classifier finds each digit among "generated" and "real" pictures: bars."""
    _ = translate
    x = {"dtick": 1, "title": {"text": _(N_("Digit, as the classifier reads it"))}}
    panel = Panel(_(N_("How often each digit comes")), x=x, y={"tickformat": ".0%"})
    for of, shares in classes.items():
        panel.traces.append(
            {
                "type": "bar",
                "name": _(NAMES[of]),
                "x": list(range(len(shares))),
                "y": list(shares),
                "marker": {"color": COLORS[of]},
                "hovertemplate": "%{y:.1%}",
            }
        )
    return _with_legend(panel)


def distance_figure(distances: Mapping[str, Sequence[float]], translate: Translate = str) -> Figure:
    """How far "generated" and "held_out" pictures are from their nearest training pictures."""
    _ = translate
    panel = Panel(
        _(N_("Distance to the nearest training picture")),
        x={"title": {"text": _(N_("Distance of the pixels"))}, "rangemode": "tozero"},
        y={"ticksuffix": "%"},
    )
    highest = max(map(max, distances.values()))
    bins = {"start": 0, "end": 1.001 * highest, "size": highest / N_BINS}
    for of, values in distances.items():
        panel.traces.append(
            {
                "type": "histogram",
                "name": _(NAMES[of]),
                "x": list(values),
                "xbins": bins,
                "histnorm": "percent",
                "marker": {"color": COLORS[of]},
                "opacity": 0.6,
                "hovertemplate": "%{y:.1f}%",
            }
        )
    return _with_legend(panel, barmode="overlay")


def neighbours_figure(shown: Mapping[str, Any], translate: Translate = str) -> Figure:
    """Samples above their nearest training pictures, with the distances below.

    `shown` is as `gan_core.runs.measuring.measure` returns it.
    """
    _ = translate
    height, width = shown["size"]
    distances = [f"{distance:.3g}" for distance in shown["distances"]]
    image = {"type": "image", "source": shown["picture"], "hoverinfo": "skip"}
    bare = {"showgrid": False, "zeroline": False}
    across = {
        "tickvals": [width * (place + 0.5) for place in range(len(distances))],
        "ticktext": distances,
        "tickangle": 0,
        "title": {"text": _(N_("Distance of the pixels")), "standoff": 4},
    }
    down = {
        "tickvals": [height * 0.5, height * 1.5],
        "ticktext": [_(N_("generated")), _(N_("nearest real"))],
        "automargin": True,
    }
    look = layout(
        height=STRIP_HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 44},
        dragmode=False,
        xaxis=bare | across,
        yaxis=bare | down,
    )
    return {"data": [image], "layout": look}


def _with_legend(panel: Panel, **options: Any) -> Figure:
    panel.y = {**AXIS, "rangemode": "tozero", **panel.y}
    legend = {"x": 0.5, "xanchor": "center", "y": -0.3, "yanchor": "top"}
    return panels_figure(
        [panel], columns=1, height=HEIGHT, shares=[1], legend=legend, margin={"b": 92}, **options
    )
