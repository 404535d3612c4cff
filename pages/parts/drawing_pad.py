"""Data of one's own for the plane: drawn with mouse, finger or keys, or read from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from gan_core.datasets import drawing
from gan_core.text import GanError
from pages.parts.browser_sentences import IN_THE_PLANE, in_the_readers_language
from pages.parts.links import remember_all
from pages.parts.prose import _, language, say

_HERE = Path(__file__).parent
_TOLD = "points that the pad has told"
_component = st.components.v2.component(
    "gan_dojo.drawing_pad",
    html='<div class="drawing-pad"></div>',
    css=(_HERE / "plane.css").read_text("utf-8"),
    js=(_HERE / "plane.js").read_text("utf-8") + (_HERE / "drawing_pad.js").read_text("utf-8"),
    isolate_styles=False,
)


def data_controls(config: RunConfig) -> None:
    """Where the data is one's own: draw it, or bring a file."""
    if config.dataset != "drawing":
        return
    pad, file = st.columns([3, 2])
    with pad:
        _pad(config)
    file.file_uploader(
        _("Or a CSV file with two columns of numbers"),
        type=["csv", "tsv", "txt"],
        max_upload_size=1,  # megabyte
        key="csv",
        on_change=_take_file,
    )


def _pad(config: RunConfig) -> None:
    """A plane to draw in; what is drawn becomes the setting `points`."""
    x, y = np.round(drawing.decode(config.points), 3).T.tolist()
    view = {
        "x": x,
        "y": y,
        "points": config.points,
        "told": config.points == st.session_state.get(_TOLD),
        "extent": config.items.dataset.extent,
        "clear": _("Clear"),
        "cleared": _("Until you draw something, Train takes the points from before."),
        "catalog": in_the_readers_language(IN_THE_PLANE),
        "language": language(),
    }
    _component(
        key="drawing pad",
        data={"view": json.dumps(view)},
        on_drawn_change=_take_drawing,
    )


def _take_drawing() -> None:
    drawn = st.session_state["drawing pad"].drawn
    if drawn:
        points = drawing.encode(np.array(drawn, float))
        remember_all({_TOLD: points, "points": points})


def _take_file() -> None:
    file = st.session_state["csv"]
    if file is None:
        return
    try:
        points = drawing.encode(drawing.from_csv(file.getvalue()))
        remember_all({_TOLD: None, "points": points})
    except GanError as error:
        st.toast(say(error), icon=":material/error:", duration="long")
