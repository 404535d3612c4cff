"""Noise that becomes samples in several passes, as a film, beside what comes of it."""

from __future__ import annotations

import numpy as np

from gan_core.figures.animation import film, frame_steps
from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import GENERATOR, NEUTRAL, REAL, Figure
from gan_core.text import N_, Translate

HEIGHT = 430
EXTENT = 2.4  # of the part of the plane that is drawn
FRAME_MS = 350
N_WAYS = 60  # points whose whole way is drawn
SPOT = {"color": "rgba(0,0,0,0)", "size": 18, "line": {"color": REAL, "width": 2}}
POINT = {"color": GENERATOR, "size": 5, "opacity": 0.7}


def diffusion_film(
    path: np.ndarray,
    levels: np.ndarray,
    centers: np.ndarray,
    translate: Translate = str,
) -> Figure:
    """Points (passes + 1, n, 2) on their way with a button that plays it, and where they end.

    `levels` (passes + 1,) are the widths of the noise that is left. Drawn smaller the more of it
    there is, the points fill as much of the picture at the beginning as at the end.
    """
    seen = path / np.sqrt(1 + np.square(levels))[:, np.newaxis, np.newaxis]
    steps = frame_steps(len(seen))
    stills = [_panels(seen, step, centers, translate) for step in steps]
    figure = panels_figure(
        stills[0],
        columns=2,
        height=HEIGHT,
        shares=[1],
        gap=0.06,
        margin={"l": 8, "t": 60, "b": 24},
        legend={"y": 1.1, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        hovermode=False,
        dragmode=False,
    )
    traces = [[trace for panel in panels for trace in panel.traces] for panels in stills]
    return film(figure, traces, steps, translate, frame_ms=FRAME_MS)


def _panels(seen: np.ndarray, step: int, centers: np.ndarray, translate: Translate) -> list[Panel]:
    _ = translate
    on_the_way = Panel(_(N_("On the way")))
    at_the_end = Panel(_(N_("After the last pass")))
    ways = np.full((N_WAYS, len(seen) + 1, 2), np.nan)  # a gap after each
    ways[:, :-1] = seen[:, :N_WAYS].swapaxes(0, 1)
    x, y = ways.reshape(-1, 2).T
    on_the_way.curve(x, y, NEUTRAL, width=1, opacity=0.4, hoverinfo="skip")
    real, generated = _(N_("real")), _(N_("generated"))
    for panel, points in ((on_the_way, seen[step]), (at_the_end, seen[-1])):
        is_named = panel is on_the_way
        for (x, y), name, marker in ((centers.T, real, SPOT), (points.T, generated, POINT)):
            panel.dots(x, y, GENERATOR, name=name, marker=marker, showlegend=is_named)
    for panel, number in ((on_the_way, ""), (at_the_end, "2")):
        side = {"range": [-EXTENT, EXTENT], "showticklabels": False, "constrain": "domain"}
        panel.x = side | {"constraintoward": "left"}  # below its title
        panel.y = side | {"constraintoward": "top", "scaleanchor": f"x{number}"}
    return [on_the_way, at_the_end]
