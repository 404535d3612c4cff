"""What the generator makes beside what is real: pictures in a grid. (Points: see plane.js.)"""

from __future__ import annotations

from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import Figure
from gan_core.text import N_, Translate

HEIGHT = 560


def live_samples(translate: Translate = str) -> Figure:
    """Generated pictures of the latest frame, above real ones."""
    _ = translate
    hidden = {"visible": False, "constrain": "domain"}
    image = {"type": "image", "source": EMPTY, "hoverinfo": "skip"}
    panels = [
        Panel(
            title,
            x=hidden | {"constraintoward": "left"},
            y=hidden | {"constraintoward": "top"},
            traces=[image | {"meta": {"replace": {"source": channel}}}],
        )
        for title, channel in (
            (_(N_("Generated: G(z), for the same z all along")), "x_fake"),
            (_(N_("Real: x")), "x_real"),
        )
    ]
    return panels_figure(
        panels,
        columns=1,
        height=HEIGHT,
        shares=[0.8, 0.2],
        between=26,
        margin={"l": 4, "r": 4, "b": 8},
        title_size=14,
        dragmode="pan",
    )


# One transparent pixel, until the first frame arrives.
EMPTY = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgYGBgAAAABQABeqhX"
    "UAAAAABJRU5ErkJggg=="
)
