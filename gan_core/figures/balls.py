"""Points of one crowd inside and outside the balls around those of another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gan_core.figures.lessons import PURPLE
from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import GENERATOR, REAL, Figure
from gan_core.text import N_, Translate

RANGES = (-1.6, 2.0), (-0.95, 0.95)  # of x and y: as far as points come, so that axes stay
HEIGHT = 370
CORNERS = 40  # of what stands for a circle
LEGEND = {"y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"}


class Crowd(NamedTuple):
    """The colour of a crowd, and what its points are called."""

    color: str
    center: str
    inside: str
    outside: str


REAL_CROWD = Crowd(
    REAL,
    N_("real point, with its ball"),
    N_("real, inside a ball"),
    N_("real, in no ball"),
)
FAKE_CROWD = Crowd(
    GENERATOR,
    N_("generated point, with its ball"),
    N_("generated, inside a ball"),
    N_("generated, in no ball"),
)


def balls_figure(
    centers: np.ndarray,
    radii: np.ndarray,
    points: np.ndarray,
    inside: np.ndarray,
    *,
    around_real: bool,
    translate: Translate = str,
) -> Figure:
    """Balls of `radii` (m,) around `centers` (m, 2), and `points` (n, 2), `inside` (n,) or not.

    `around_real` says that the centres are real points and the others generated ones.
    """
    _ = translate
    owners, judged = (REAL_CROWD, FAKE_CROWD) if around_real else (FAKE_CROWD, REAL_CROWD)
    panel = Panel("")
    x, y = _circles(centers, radii)
    panel.curve(x, y, owners.color, width=1, fill="toself", opacity=0.35, hoverinfo="skip")
    for chosen, color, symbol, name in (
        (inside, judged.color, "circle", judged.inside),
        (~inside, PURPLE, "x", judged.outside),
    ):
        x, y = points[chosen].T
        marker = {"color": color, "symbol": symbol, "size": 8}
        panel.dots(x, y, color, name=_(name), marker=marker)
    # On top, and small: where a point has been copied, both are to be seen.
    x, y = centers.T
    panel.dots(x, y, owners.color, size=3.5, name=_(owners.center))
    x_range, y_range = RANGES
    panel.x = {"range": x_range, "dtick": 0.5, "constrain": "domain"}
    panel.y = {"range": y_range, "dtick": 0.5, "constrain": "domain", "scaleanchor": "x"}
    return panels_figure(
        [panel],
        columns=1,
        height=HEIGHT,
        shares=[1],
        legend=LEGEND,
        margin={"t": 56, "b": 30},
        hovermode=False,
    )


def _circles(centers: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Circles as one line that is interrupted by NaN, (2, m · (CORNERS + 2)), float32."""
    turn = np.linspace(0, 2 * np.pi, CORNERS + 1)
    around = np.stack([np.cos(turn), np.sin(turn)])  # (2, corners)
    circles = centers.T[..., np.newaxis] + radii[:, np.newaxis] * around[:, np.newaxis]
    gap = np.full((2, len(centers), 1), np.nan)
    return np.concatenate([circles, gap], axis=2).reshape(2, -1).astype(np.float32)
