"""What plays a figure's frames in the browser, without asking the server: a button and a slider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_core.figures.style import DISCRIMINATOR, NEUTRAL

MOST_FRAMES = 50  # the browser gets them all at once


def frame_steps(n_points: int) -> list[int]:
    """The steps at which a film of this many points stops, evenly spread, the last one included."""
    n_frames = min(n_points, MOST_FRAMES)
    return [int(step) for step in np.linspace(0, n_points - 1, n_frames).round()]


def play_button(steps: Sequence[int], play: str, *, top: int, frame_ms: int = 90) -> dict[str, Any]:
    """For `updatemenus`: plays the frames that are named after these steps; `top` pixels below.

    It names its frames: a figure that changes in place still has those of what it showed before.
    """
    frame = {"duration": frame_ms, "redraw": False}
    run = {"frame": frame, "transition": {"duration": 0}, "mode": "immediate"}
    hold = {"frame": {"duration": 0, "redraw": False}, "mode": "immediate"}
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": top, "l": 0},
        "font": {"color": DISCRIMINATOR},  # readable on the white that Plotly hovers with
        "bordercolor": NEUTRAL,
        "bgcolor": "rgba(128,128,128,0.1)",
        "buttons": [
            {
                "label": f"▶ {play}",
                "method": "animate",
                "args": [[str(step) for step in steps], run],
            },
            {"label": "❚❚", "method": "animate", "args": [[None], hold]},
        ],
    }


def step_slider(
    steps: Sequence[int], name: str, *, top: int, color: str, active: int | None = None
) -> dict[str, Any]:
    """For `sliders`: goes to any of these steps; it begins at the last one, or the `active` one."""
    jump = {"frame": {"duration": 0, "redraw": False}, "mode": "immediate"}
    return {
        "active": len(steps) - 1 if active is None else active,
        "x": 0.38,
        "len": 0.62,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": top, "b": 0},
        "currentvalue": {"prefix": f"{name} ", "xanchor": "right", "offset": 4},
        "ticklen": 0,
        "minorticklen": 0,
        "font": {"color": NEUTRAL},
        "bordercolor": NEUTRAL,
        "bgcolor": "rgba(128,128,128,0.25)",
        "activebgcolor": color,
        "steps": [
            {"label": str(step), "method": "animate", "args": [[str(step)], jump]} for step in steps
        ],
    }
