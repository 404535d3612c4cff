"""One quantity of several runs, over one axis of steps."""

from __future__ import annotations

import html
from collections.abc import Sequence

from gan_core.figures.bands import Curve, Level, Quantity, level_line
from gan_core.figures.style import AXIS, DISCRIMINATOR, GENERATOR, REAL, Figure, layout, scatter
from gan_core.text import N_, Translate

HEIGHT = 380
COLORS = (DISCRIMINATOR, GENERATOR, REAL, "#B86BA0")
DASHES = ("solid", "dash", "dot", "dashdot")  # for those who tell no colours apart
_FEW = 12  # points of a curve that are marked, so that one alone can be seen


def comparison_figure(
    curves: Sequence[tuple[str, Curve]],
    quantity: Quantity,
    levels: Sequence[Level] = (),
    translate: Translate = str,
) -> Figure:
    """A line for each of up to four runs, given with the names that people gave them."""
    lines = [
        scatter(
            x=curve.steps,
            y=curve.values,
            name=html.escape(name),
            mode="lines+markers" if len(curve.steps) <= _FEW else "lines",
            line={
                "color": color,
                "dash": dash,
                "width": 2,
                "shape": "hv" if quantity.whole else "linear",
            },
            hovertemplate="%{y:.4~g}",
        )
        for (name, curve), color, dash in zip(curves, COLORS, DASHES, strict=False)
    ]
    look = layout(
        height=HEIGHT,
        uirevision=quantity.title,
        xaxis={**AXIS, "title": {"text": translate(N_("Step"))}},
        yaxis=quantity.axis(),
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"},
        showlegend=True,
        shapes=[level_line(level) for level in levels],
    )
    return {"data": lines, "layout": look}
