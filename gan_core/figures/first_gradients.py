"""How strongly the first step pulls at each layer, for networks that differ in one thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import Figure
from gan_core.networks.mlp import ACTIVATIONS
from gan_core.text import N_, Translate

HEIGHT = 400
# Of Okabe and Ito's palette, apart from the two players' colours.
COLORS = {"leaky_relu": "#009E73", "relu": "#56B4E9", "sigmoid": "#CC79A7"}
MARKERS = {"relu": {"size": 15, "symbol": "circle-open"}}  # a ring: its curve hides another's
PLAYERS = {"discriminator": N_("Discriminator"), "generator": N_("Generator")}
X = {"dtick": 1}
Y = {"type": "log", "dtick": 1, "exponentformat": "power"}


def gradients_of(network: Mapping[str, Any]) -> list[float]:
    """The gradient at each layer with weights, the first layer first."""
    return [each["gradient"] for each in network["layers"] if each["gradient"] is not None]


def gradient_figure(
    anatomies: Mapping[str, Mapping[str, Any]], translate: Translate = str
) -> Figure:
    """Gradient over layer, D's on the left and G's on the right, a curve per activation.

    Args:
        anatomies: activation → what `gan_core.training.anatomy` says of the networks that have it.
    """
    _ = translate
    all_of = _(N_("all {activation}"))
    panels: list[Panel] = []
    for player, title in PLAYERS.items():
        panel = Panel(_(title), x=X | {"title": {"text": _(N_("Layer, input → output"))}}, y=Y)
        for activation, anatomy in anatomies.items():
            gradients = np.array(gradients_of(anatomy[player]))
            panel.curve(
                np.arange(1, len(gradients) + 1),
                gradients,
                COLORS[activation],
                name=all_of.format(activation=ACTIVATIONS[activation]),
                mode="lines+markers",
                marker=MARKERS.get(activation, {"size": 9}),
                hovertemplate="%{y:.1e}",
                showlegend=not panels,
            )
        panels.append(panel)
    panels[0].y = Y | {"title": {"text": _(N_("Gradient per weight (RMS)"))}}
    panels[1].y = Y | {"matches": "y", "showticklabels": False}
    legend = {"y": -0.24, "yanchor": "top", "x": 0.5, "xanchor": "center", "font": {"size": 15}}
    return panels_figure(
        panels,
        columns=2,
        height=HEIGHT,
        shares=[1],
        gap=0.04,
        legend=legend,
        margin={"l": 68, "b": 96},
    )
