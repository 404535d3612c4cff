"""Live figures: Plotly figures that a run's stream moves in place, without page reruns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from gan_core.runs.store import Run
from pages.parts.prose import catalog, language

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "gan_dojo.live_run",
    html='<div class="live-run"></div>',
    css=(_HERE / "live_figure.css").read_text("utf-8"),
    js=(_HERE / "live_figure.js").read_text("utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def live_run(run: Run, figures: list[go.Figure], tiles: dict[str, Any], speed: str) -> None:
    """Show progress and figures of a run, fed by one socket.

    Each trace's `meta` names the channels that feed it (see `gan_core.figures`); `tiles` maps a
    channel to the label under which its latest value is shown; `speed` says "{rate} images/s".
    When the run's status changes, the page runs again, so that its buttons fit.
    """
    view = {
        "run": run.id,
        "status": run.status,
        "figures": [json.loads(figure.to_json() or "{}") for figure in figures],
        "tiles": tiles,
        "speed": speed,
        "catalog": catalog(language()),
        "language": language(),
    }
    _component(
        key=f"live {run.id}",
        # As a string: Streamlit searches lists for tables, and loads pandas to do so.
        data={"view": json.dumps(view)},
        on_status_change=lambda: None,
    )
