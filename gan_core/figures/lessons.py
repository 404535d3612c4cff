"""The small figures of the lessons: one idea each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gan_core.figures.panels import Panel, panels_figure, with_room
from gan_core.figures.style import DISCRIMINATOR, GENERATOR, NEUTRAL, REAL, Figure
from gan_core.literature import FAMILIES, of_family
from gan_core.text import N_, Translate

PURPLE = "#CC79A7"  # Okabe and Ito's, for what belongs to neither player
N_BINS = 40  # of a histogram
FAMILY_COLORS = {
    "vae": REAL,
    "gan": GENERATOR,
    "autoregressive": DISCRIMINATOR,
    "diffusion": PURPLE,
}


def timeline_figure(translate: Translate = str) -> Figure:
    """The works that began each family of generative models or carried it on, by year."""
    _ = translate
    rows = list(FAMILIES)
    panel = Panel(
        "", x={"dtick": 1, "range": [2012.4, 2022.8]}, y={"range": [-0.6, len(rows) - 0.4]}
    )
    for row, family in enumerate(rows):
        height = len(rows) - 1 - row
        works = of_family(family)
        years = np.array([work.year for work in works])
        panel.curve(
            years,
            np.full(len(works), height),
            FAMILY_COLORS[family],
            mode="lines+markers+text",
            marker={"size": 12},
            text=[work.short for work in works],
            textposition=[
                "top center" if i % 2 == 0 else "bottom center" for i in range(len(works))
            ],
            name=_(FAMILIES[family]),
            hovertext=[f"{_(work.authors)} {work.year}<br>{work.title}" for work in works],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    panel.y = {
        **panel.y,
        "tickvals": list(range(len(rows))),
        "ticktext": [_(FAMILIES[family]) for family in reversed(rows)],
    }
    return panels_figure(
        [panel], columns=1, height=310, shares=[1], hovermode="closest", margin={"t": 8, "b": 30}
    )


def fit_figure(
    data: np.ndarray,
    x: np.ndarray,
    density: np.ndarray,
    drawn: np.ndarray,
    translate: Translate = str,
) -> Figure:
    """Data (n,) with the density (k,) over x (k,) that was fitted to it; below, what it draws.

    Nothing may be `drawn` yet, (0,).
    """
    _ = translate
    panels = [
        Panel(_(N_("Measured, and the curve that was learned"))),
        Panel(_(N_("New numbers, drawn from the curve"))),
    ]
    edges = np.linspace(x[0], x[-1], N_BINS + 1)
    width = edges[1] - edges[0]
    for panel, values, color in zip(panels, (data, drawn), (REAL, GENERATOR), strict=True):
        panel.x = {"range": [x[0], x[-1]]}
        panel.y = {"range": [0, 1.15], "showticklabels": False, "showgrid": False}
        counts = np.histogram(values, edges)[0]
        share = counts / (max(len(values), 1) * width)  # as high as the density
        panel.traces.append(
            {"type": "bar", "x": edges[:-1], "y": share, "width": width, "offset": 0}
            | {"marker": {"color": color}, "opacity": 0.55, "hoverinfo": "skip"}
        )
        panel.curve(x, density, NEUTRAL, hoverinfo="skip")
    panels[0].x = {**panels[0].x, "showticklabels": False}
    panels[1].x = {**panels[1].x, "title": {"text": _(N_("Length of a petal in cm"))}}
    return panels_figure(panels, columns=1, height=400, shares=(1, 1))


def two_losses_figure(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    logits: np.ndarray,
    here: float,
    translate: Translate = str,
) -> Figure:
    """L_G (n,) and its slope (n,) over D's logit (n,) for a generated sample, a curve per loss."""
    _ = translate
    panels = [
        Panel(_(N_("What G pays: L<sub>G</sub>"))),
        Panel(_(N_("The slope that G follows"))),
    ]
    for panel, *drawn in zip(panels, *curves.values(), strict=True):
        panel.x = {
            "title": {"text": _(N_("“fake” ← C → “real”"))},
            "range": [logits[0], logits[-1]],
        }
        panel.y = {"range": with_room(drawn)}
        panel.upright(here)
    for (title, values), color in zip(curves.items(), (DISCRIMINATOR, GENERATOR), strict=True):
        for panel, y in zip(panels, values, strict=True):
            panel.curve(logits, y, color, name=title, showlegend=panel is panels[0])
            at = np.interp(here, logits, y)
            panel.dots(np.array([here]), np.array([at]), color, showlegend=False)
    legend = {"y": 1.16, "yanchor": "bottom", "x": 0, "xanchor": "left"}
    return panels_figure(panels, columns=2, height=320, shares=[1], legend=legend, margin={"t": 70})


def backward_figure(
    sizes: Mapping[str, np.ndarray], names: Mapping[str, str], translate: Translate = str
) -> Figure:
    """Gradient (layers,) at each layer, a curve per activation; each mark is a factor of ten."""
    _ = translate
    panel = Panel(
        _(N_("Size of the gradient at each layer")),
        x={"dtick": 1, "title": {"text": _(N_("Layer, from input to output"))}},
        y={"type": "log", "dtick": 1, "exponentformat": "power"},
    )
    for (name, values), color in zip(sizes.items(), (PURPLE, REAL), strict=True):
        panel.curve(
            np.arange(1, len(values) + 1),
            values,
            color,
            name=names[name],
            mode="lines+markers",
            marker={"size": 9},
            hovertemplate="%{y:.1e}",
        )
    legend = {"y": -0.25, "yanchor": "top", "x": 0.5, "xanchor": "center"}
    return panels_figure(
        [panel], columns=1, height=380, shares=[1], legend=legend, margin={"b": 110}
    )


def points_figure(
    points: np.ndarray, centers: np.ndarray, extent: float, translate: Translate = str
) -> Figure:
    """Points (n, 2) over the spots (k, 2) where real ones gather."""
    panel = _points_panel("", points, centers, extent, spot_size=26, translate=translate)
    return panels_figure([panel], columns=1, height=380, shares=[1], margin={"t": 8, "b": 30})


def pictures_figure(
    pictures: Mapping[str, np.ndarray],
    centers: np.ndarray,
    extent: float,
    translate: Translate = str,
) -> Figure:
    """As `points_figure`, several small ones side by side, each below its title."""
    panels = [
        _points_panel(title, points, centers, extent, spot_size=12, translate=translate)
        for title, points in pictures.items()
    ]
    for panel in panels:
        no_numbers = {"showticklabels": False, "showgrid": False}
        panel.x, panel.y = {**panel.x, **no_numbers}, {**panel.y, **no_numbers}
    margin = {"l": 4, "r": 4, "b": 8}
    return panels_figure(
        panels, columns=len(panels), height=200, shares=[1], gap=0.03, margin=margin
    )


def _points_panel(
    title: str,
    points: np.ndarray,
    centers: np.ndarray,
    extent: float,
    *,
    spot_size: int,
    translate: Translate,
) -> Panel:
    _ = translate
    square = {"range": [-extent, extent], "constrain": "domain"}
    panel = Panel(title, x=square, y=square)
    ring = {"color": "rgba(0,0,0,0)", "size": spot_size, "line": {"color": REAL, "width": 2}}
    panel.dots(centers[:, 0], centers[:, 1], REAL, name=_(N_("real")), marker=ring)
    small = {"color": GENERATOR, "size": 4, "opacity": 0.6}
    panel.dots(points[:, 0], points[:, 1], GENERATOR, name=_(N_("generated")), marker=small)
    return panel


def floor_figure(
    sizes: Sequence[int],
    floor: Sequence[float] | None,
    scores: Mapping[str, Sequence[float]],
    translate: Translate = str,
) -> Figure:
    """A score over the number of samples: the noise floor, and generators by their titles.

    Without a floor, its colour and its place in the legend are kept for it.
    """
    _ = translate
    panel = Panel(
        _(N_("Fréchet distance to real digits")),
        x={
            "type": "log",
            "tickvals": list(sizes),
            "ticktext": [f"{n}" for n in sizes],
            "title": {"text": _(N_("n: pictures on each side"))},
        },
        y={"type": "log", "tickvals": [1, 2, 5, 10, 20, 50, 100]},
    )
    untold = [np.nan] * len(sizes)
    curves = {_(N_("real against real: the noise floor")): floor or untold, **scores}
    for (title, values), color in zip(
        curves.items(), (REAL, DISCRIMINATOR, GENERATOR, PURPLE), strict=True
    ):
        panel.curve(
            np.array(sizes),
            np.array(values),
            color,
            name=title,
            mode="lines+markers",
            marker={"size": 9},
            hovertemplate="%{y:.3g}",
        )
    legend = {"y": -0.25, "yanchor": "top", "x": 0.5, "xanchor": "center"}
    return panels_figure(
        [panel], columns=1, height=420, shares=[1], legend=legend, margin={"b": 130}
    )


def ways_figure(
    t: np.ndarray, lengths: Mapping[str, np.ndarray], noise: np.ndarray, translate: Translate = str
) -> Figure:
    """Lengths (n,) along each way at t (n,); beside them how long noise vectors (m,) are."""
    _ = translate
    along = Panel(_(N_("Length on the way")), x={"title": {"text": "t"}})
    usual = Panel(_(N_("Length of noise")))
    top = 1.15 * max(noise.max(), *(each.max() for each in lengths.values()))
    for (title, values), color in zip(lengths.items(), (GENERATOR, DISCRIMINATOR), strict=True):
        along.curve(t, values, color, name=title)
    counts, edges = np.histogram(noise, N_BINS // 2)
    usual.traces.append(
        {"type": "bar", "orientation": "h", "x": counts, "y": edges[:-1], "offset": 0}
        | {"width": edges[1] - edges[0], "marker": {"color": NEUTRAL}}
        | {"hoverinfo": "skip", "showlegend": False, "name": ""}
    )
    usual.x = {"showticklabels": False, "showgrid": False}
    along.y = usual.y = {"range": [0, top]}
    legend = {"y": 1.14, "yanchor": "bottom", "x": 0, "xanchor": "left"}
    return panels_figure(
        [along, usual], columns=2, height=340, shares=[1], legend=legend, margin={"t": 70}
    )
