"""How long the noise is on the way between two samples, and how a search for noise went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import DISCRIMINATOR, GENERATOR, REAL, Figure
from gan_core.text import N_, Translate

HEIGHT = 330
WAYS = {"lerp": N_("straight (lerp)"), "slerp": N_("along the arc (slerp)")}
COLORS = {"lerp": GENERATOR, "slerp": REAL}
BAND = "rgba(128, 128, 128, 0.22)"


def norm_figure(
    ways: Mapping[str, np.ndarray], shell: tuple[float, float, float], translate: Translate = str
) -> Figure:
    """The norm of z along each of `WAYS`, noise (n, dim), over the shell where noise lies.

    `shell` is as `gan_core.theory.latent.shell` returns it.
    """
    _ = translate
    low, middle, high = shell
    panel = Panel(
        _(N_("Length of z on the way")),
        x={"title": {"text": _(N_("share of the way"))}, "range": [0, 1]},
        y={"rangemode": "tozero", "title": {"text": "‖z‖"}},
    )
    panel.lines.append(
        {"type": "rect", "x0": 0, "x1": 1, "xref": "domain", "y0": low, "y1": high}
        | {"fillcolor": BAND, "line": {"width": 0}}
    )
    panel.level(middle)
    for name, z in ways.items():
        shares = np.linspace(0, 1, len(z))
        norms = np.linalg.norm(z, axis=1)
        panel.curve(shares, norms, COLORS[name], name=_(WAYS[name]), hovertemplate="‖z‖ = %{y:.2f}")
    panel.note(
        _(N_("98 of 100 noise vectors lie in the grey band")), 0.5, high, yanchor="bottom", yshift=3
    )
    return _with_legend(panel)


def search_figure(path: Sequence[float], translate: Translate = str) -> Figure:
    """The mean squared error of the best start, after each step of the descent."""
    _ = translate
    panel = Panel(
        _(N_("Squared error of the best start")),
        x={"title": {"text": _(N_("Step"))}},
        y={"type": "log", "exponentformat": "power", "dtick": 1},
    )
    steps = np.arange(len(path))
    panel.curve(steps, np.array(path, float), DISCRIMINATOR, hovertemplate="%{y:.4g}")
    return panels_figure([panel], columns=1, height=HEIGHT, shares=[1])


def _with_legend(panel: Panel) -> Figure:
    legend = {"x": 0.5, "xanchor": "center", "y": -0.3, "yanchor": "top", "orientation": "h"}
    return panels_figure(
        [panel],
        columns=1,
        height=HEIGHT,
        shares=[1],
        legend=legend,
        hovermode="x",
        margin={"b": 100},
    )
