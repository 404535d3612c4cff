"""Which pixels of a picture D's answer hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import Figure
from gan_core.text import N_, Translate

HEIGHT = 390
# Transparent where the slope is 0, so that the picture shows.
SLOPES = [
    [0.0, "rgba(0, 90, 200, 1)"],
    [0.25, "rgba(0, 110, 220, 0.65)"],
    [0.5, "rgba(128, 128, 128, 0)"],
    [0.75, "rgba(230, 70, 20, 0.65)"],
    [1.0, "rgba(215, 45, 0, 1)"],
]
# Below its picture: beside it, it would take a third of a narrow page's width.
COLORBAR = {
    "orientation": "h",
    "thickness": 12,
    "title": {"text": "∂C/∂x", "side": "top"},
    "x": 0.52,
    "xanchor": "left",
    "len": 0.48,
    "y": 0,
    "yanchor": "top",
}


def gradient_map(
    picture: str, gradient: Sequence[Sequence[float]], translate: Translate = str
) -> Figure:
    """A picture, and beside it the same under D's gradient (height, width): red where more
    brightness makes D think "real", blue where it makes D think "fake"."""
    _ = translate
    slopes = np.array(gradient, float)
    height, width = slopes.shape
    limit = float(np.abs(slopes).max()) or 1.0
    image: dict[str, Any] = {"type": "image", "source": picture, "hoverinfo": "skip"}
    heat = {
        "type": "heatmap",
        "z": slopes,
        "zmin": -limit,
        "zmax": limit,
        "colorscale": SLOPES,
        "hovertemplate": "∂C/∂x = %{z:.3g}<extra></extra>",
        "colorbar": COLORBAR,
    }
    hidden = {"visible": False}
    at_its_left = {"constrain": "domain", "constraintoward": "left"}  # below its title
    across = {**hidden, **at_its_left, "range": [-0.5, width - 0.5]}
    down = {**hidden, "range": [height - 0.5, -0.5]}
    panels = [
        Panel(_(title), x=across, y=down | {"scaleanchor": f"x{number}"}, traces=traces)
        for title, number, traces in (
            (N_("The picture"), "", [image]),
            (N_("The slope of D's logit, over it"), "2", [image | {"opacity": 0.35}, heat]),
        )
    ]
    return panels_figure(
        panels,
        columns=2,
        height=HEIGHT,
        shares=[1],
        gap=0.04,
        margin={"l": 12, "b": 60},
        dragmode=False,
    )
