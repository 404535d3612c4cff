"""Colours and layout that every figure shares; the theme's own come from the page."""

from __future__ import annotations

from typing import Any

Trace = dict[str, Any]
# What Plotly's script draws: {"data": traces, "layout": …}, and "frames" if it can be played.
# Plotly's own objects would check each property, which takes longer than to compute what is drawn;
# the tests have them check it.
Figure = dict[str, Any]

# Near Okabe and Ito's palette, which colour-blind readers tell apart; bright enough on black.
DISCRIMINATOR = "#2A8FD0"
GENERATOR = "#E0661C"
REAL = "#009E73"
NEUTRAL = "#888888"

# A shadow of letters in the page's own background, so that curves behind them do not blur them.
HALO = ", ".join(["0 0 3px Canvas"] * 4)


def scatter(**options: Any) -> Trace:
    """A trace of points, or of the line through them."""
    return {"type": "scatter"} | options


def layout(**options: Any) -> dict[str, Any]:
    """Layout options of a figure that sits in a page of either theme."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 13},
        "margin": {"l": 52, "r": 12, "t": 34, "b": 40},
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        "hovermode": "x unified",
        "uirevision": "keep",  # zoom survives updates
    } | options


AXIS = {
    "gridcolor": "rgba(128,128,128,0.25)",
    "zeroline": False,
    "automargin": True,
    "ticklabelstandoff": 4,  # in a corner, the numbers of two axes would touch
}
ANY_SIZE = {"type": "log", "minorloglabels": "complete"}  # 0.5, not a small 5
