"""What a GAN in the plane is to learn, before it plays: points of its data."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import Dataset
from gan_core.figures.style import AXIS, REAL, Figure, layout, scatter
from gan_core.text import N_, Translate

N_SHOWN = 1000
HEIGHT = 420


def plane_data(dataset: Dataset, translate: Translate = str) -> Figure:
    """Points of a dataset in the plane, on the part of it that figures of its runs show."""
    _ = translate
    x, y = dataset.load(N_SHOWN).astype(np.float32).T
    points = scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"color": REAL, "size": 5, "opacity": 0.6},
        hoverinfo="skip",
    )
    square = AXIS | {"range": [-dataset.extent, dataset.extent], "constrain": "domain"}
    look = layout(
        height=HEIGHT,
        title={"text": _(N_("The data that G is to learn")), "font": {"size": 14}},
        margin={"l": 40, "r": 12, "t": 40, "b": 40},
        dragmode=False,
        xaxis=square,
        yaxis=square | {"scaleanchor": "x"},
    )
    return {"data": [points], "layout": look}
