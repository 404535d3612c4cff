"""Live figures: Plotly figures that a run's stream moves in place, without page reruns."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

import streamlit as st

from gan_core.config import RunConfig
from gan_core.figures.style import Figure
from gan_core.plane import noise_lattice
from gan_core.runs.curve import level_for
from gan_core.runs.messages import snapshot
from gan_core.runs.run import Run
from pages.parts.browser_sentences import in_the_readers_language, of_a_run
from pages.parts.links import was_led_to
from pages.parts.plotly_script import LOADER
from pages.parts.prose import language
from pages.parts.steady_figure import figure_name, head_start
from pages.parts.store import store

_HERE = Path(__file__).parent
_SEEN = "runs seen"
LAYERS = ("real", "fake", "surface", "truth", "manifold", "arrows", "game")


def _read(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


_component = st.components.v2.component(
    "gan_dojo.live_run",
    html='<div class="live-run"></div>',
    css=_read("plane.css") + _read("game_sketch.css") + _read("live_figure.css"),
    js=LOADER + "".join(map(_read, ("plane.js", "game_sketch.js", "live_figure.js"))),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def live_run(
    run: Run,
    figures: list[Figure],
    tiles: dict[str, Any],
    speed: str,
    *,
    layers: Collection[str] | None = None,
    group: str = "",
    at: int | None = None,
) -> int | None:
    """Show progress and figures of a run, fed by one socket.

    Each trace's `meta` names the channels that feed it (see `gan_core.figures`); `tiles` maps a
    channel to the label under which its latest value is shown; `speed` says "{rate} images/s".
    When the run's status changes, the page runs again, so that its buttons fit and its message is
    said in the reader's language. With `layers`, the plane is shown, with those of its `LAYERS`;
    runs of one `group` show the same step.

    A run that the reader has just had started is brought into sight where the page begins with it.
    `at` is the step to begin with; returns the one to which the reader has gone back, if any.
    """
    view = {
        "run": run.id,
        "status": run.status,
        "has_facts": bool(run.facts),
        "message": run.message.to_json() if run.message else None,
        "figures": [figure | {"name": figure_name(figure)} for figure in figures],
        "tiles": tiles,
        "speed": speed,
        "plane": layers is not None
        and {
            "layers": {layer: layer in layers for layer in LAYERS},
            "flow": noise_lattice(run.config) is not None,
            "game": _networks(run.config),
        },
        "group": group,
        "at": at,
        "led": was_led_to(run.id),
        "catalog": in_the_readers_language(of_a_run(run.message)),
        "language": language(),
    }
    first = _first_message(run)
    result = _component(
        key=f"live {run.id} {group}",  # a new pair has not gone back to any step
        # As a string: Streamlit searches lists for tables, and loads pandas to do so.
        data={"view": json.dumps(view), "first": first},
        on_status_change=lambda: None,
        on_scrubbed_change=lambda: None,
    )
    if first:
        head_start()
    return _scrubbed(cast(int | None, result.scrubbed), at)


def _first_message(run: Run) -> str:
    """What the socket is going to say first, for a session that has not seen this run yet.

    A reader who opens the page then need not wait for the socket. Of a run that has just begun it
    says nothing: to draw its empty figures would only keep its first sample waiting.
    """
    seen = st.session_state.setdefault(_SEEN, set())
    is_new = run.id not in seen
    seen.add(run.id)
    return snapshot(store(), run.id, level_for(run.step)) if is_new and run.step else ""


def _scrubbed(told: int | None, at: int | None) -> int | None:
    """The step that is shown: what the browser has told, or what it was told to begin with."""
    if told is None:
        return at
    return told if told >= 0 else None


def _networks(config: RunConfig) -> dict[str, int]:
    """Sizes of the two networks, for their sketch."""
    return {
        "latent_dim": config.latent_dim,
        "g_layers": config.g_hidden_layers,
        "g_units": config.g_hidden_units,
        "d_layers": config.d_hidden_layers,
        "d_units": config.d_hidden_units,
    }
