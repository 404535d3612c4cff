"""What the generator makes beside what is real: pictures in a grid. (Points: see plane.js.)"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gan_core.figures.style import layout
from gan_core.text import N_

HEIGHT = 560


def live_samples(translate: Callable[[str], str] = str) -> go.Figure:
    """Generated pictures of the latest frame, above real ones."""
    _ = translate
    figure = make_subplots(
        rows=2,
        cols=1,
        row_heights=[0.8, 0.2],
        vertical_spacing=0.055,
        subplot_titles=[_(N_("Generated: G(z) for the same 64 z all along")), _(N_("Real: x"))],
    )
    for row, channel in ((1, "x_fake"), (2, "x_real")):
        image = go.Image(source=EMPTY, hoverinfo="skip", meta={"replace": {"source": channel}})
        figure.add_trace(image, row=row, col=1)
    hidden: dict[str, Any] = {"visible": False}
    figure.update_xaxes(**hidden, constrain="domain", constraintoward="left")
    figure.update_yaxes(**hidden, constrain="domain", constraintoward="top")
    figure.update_annotations(x=0, xanchor="left", font={"size": 14})
    margin = {"l": 4, "r": 4, "t": 34, "b": 8}
    return figure.update_layout(layout(height=HEIGHT, margin=margin, dragmode="pan"))


# One transparent pixel, until the first frame arrives.
EMPTY = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgYGBgAAAABQABeqhX"
    "UAAAAABJRU5ErkJggg=="
)
