"""What plays a figure's frames in the browser, without asking the server: a button and a slider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gan_core.figures.style import DISCRIMINATOR, NEUTRAL, Figure
from gan_core.text import N_, Translate

MOST_FRAMES = 51  # the browser gets them all at once; between them, 50 equal parts of 500 steps
DECIMALS = 3  # of their coordinates: less than a pixel
_CONTROLS = 74  # pixels below the axis, for the button and the slider


def frame_steps(n_points: int) -> list[int]:
    """The steps at which a film of this many points stops, evenly spread, the last one included."""
    n_frames = min(n_points, MOST_FRAMES)
    return [int(step) for step in np.linspace(0, n_points - 1, n_frames).round()]


def film(
    figure: Figure,
    stills: Sequence[Sequence[Mapping[str, Any]]],
    steps: Sequence[int],
    translate: Translate = str,
    *,
    frame_ms: int,
) -> Figure:
    """The figure with the controls of a film, and with the frames that they play.

    Args:
        figure: as it is at the first of the steps.
        stills: the figure's traces at each step, of which only x and y may differ.
        steps: what the frames are named after.
        translate: into the reader's language.
        frame_ms: how long each frame is seen.
    """
    moving = [
        [axis for axis in "xy" if any(_differ(traces[0][axis], other[axis]) for other in traces)]
        for traces in zip(*stills, strict=True)
    ]
    # All traces are named, also those that rest: a panel without any would be empty meanwhile.
    numbers = list(range(len(moving)))
    button = play_button(steps, translate(N_("Play")), top=_CONTROLS, frame_ms=frame_ms)
    slider = step_slider(steps, translate, top=_CONTROLS - 22, color=NEUTRAL, active=0)
    look = figure["layout"]
    look |= {
        "height": look["height"] + _CONTROLS,
        "margin": look["margin"] | {"b": look["margin"]["b"] + _CONTROLS},
        "updatemenus": [button],
        "sliders": [slider],
    }
    frames = [
        {
            "name": str(step),
            "traces": numbers,
            "data": [{axis: still[n][axis].round(DECIMALS) for axis in moving[n]} for n in numbers],
        }
        for step, still in zip(steps, stills, strict=True)
    ]
    return figure | {"frames": frames}


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    return not np.array_equal(one, other, equal_nan=True)


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
    steps: Sequence[int],
    translate: Translate,
    *,
    top: int,
    color: str,
    active: int | None = None,
) -> dict[str, Any]:
    """For `sliders`: goes to any of these steps; it begins at the last one, or the `active` one."""
    jump = {"frame": {"duration": 0, "redraw": False}, "mode": "immediate"}
    before, after = translate(N_("Step {step}")).split("{step}")
    return {
        "name": translate(N_("Step")),
        "active": len(steps) - 1 if active is None else active,
        "x": 0.38,
        "len": 0.62,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": top, "b": 0},
        "currentvalue": {"prefix": before, "suffix": after, "xanchor": "right", "offset": 4},
        # A grip that still glides when the figure changes would come to rest where it was not sent.
        "transition": {"duration": 0},
        "ticklen": 0,
        "minorticklen": 0,
        "bordercolor": NEUTRAL,
        "bgcolor": "rgba(128,128,128,0.25)",
        "activebgcolor": color,
        "steps": [
            {"label": str(step), "method": "animate", "args": [[str(step)], jump]} for step in steps
        ],
    }
