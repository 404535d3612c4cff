"""What D says of the same generated points before and after G's turn: bribed, or not."""

from __future__ import annotations

from collections.abc import Sequence

from gan_core.figures.style import AXIS, DISCRIMINATOR, GENERATOR, Figure, layout, scatter
from gan_core.text import N_, Translate


def bribed_figure(
    before: Sequence[float], after: Sequence[float], n_steps: int, translate: Translate
) -> Figure:
    """D(x_fake) of each step so far, of points that stay the same while G learns."""
    _ = translate
    steps = list(range(1, len(before) + 1))
    title = _(N_("D(x_fake) of the same points"))
    curves = [
        scatter(
            x=steps,
            y=list(before),
            name=_(N_("before G's turn")),
            mode="lines+markers",
            marker={"size": 12, "symbol": "circle-open", "color": DISCRIMINATOR},
        ),
        scatter(
            x=steps,
            y=list(after),
            name=_(N_("after G's turn")),
            mode="lines+markers",
            marker={"size": 7, "color": GENERATOR},
        ),
    ]
    awaited = {
        "text": _(N_("After the last line, dots stand here.")),
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
    }
    across = {"title": {"text": _(N_("Step"))}, "range": [0.5, n_steps + 0.5], "dtick": 1}
    look = layout(
        height=280,
        title={"text": title, "font": {"size": 13}, "x": 0, "xanchor": "left", "y": 0.98},
        annotations=[] if steps else [awaited],
        xaxis={**AXIS, **across},
        yaxis={**AXIS, "range": [0, 1]},
    )
    return {"data": curves, "layout": look}
