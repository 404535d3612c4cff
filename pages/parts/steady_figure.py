"""A figure that changes in place: what a reader has zoomed into stays while new data come.

`st.plotly_chart` makes a new chart each time: that takes a few tenths of a second, and flickers.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.io import to_json

from gan_core.figures.style import Figure
from pages.parts.plotly_script import LOADER
from pages.parts.prose import _

HEAD_START_SECONDS = 0.03
_component = st.components.v2.component(
    "gan_dojo.steady_figure",
    html='<div class="steady-figure" role="figure"></div>',
    css=Path(__file__).with_suffix(".css").read_text("utf-8"),
    js=LOADER + Path(__file__).with_suffix(".js").read_text("utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def steady_figure(
    figure: Figure,
    key: str,
    *,
    says: str = "",
    mode_bar: bool = False,
    choose: Callable[[float, float], None] | None = None,
) -> None:
    """Draw a figure, or bring the one with this key up to date.

    Args:
        figure: what is drawn; the theme's own colours and letters are added.
        key: of this figure, on its page.
        says: what is to be seen in it, for those who do not see it, where no text beside it does.
        mode_bar: whether buttons for zooming show when the pointer is on it.
        choose: called with the x and y of a point that the reader has clicked, in a callback.
    """

    def clicked() -> None:
        point = st.session_state[key].clicked
        if choose and point is not None:
            choose(float(point["x"]), float(point["y"]))

    view = {
        "mode_bar": mode_bar,
        "choosable": choose is not None,
        "name": _("; ").join(filter(None, [figure_name(figure), says])),
        "signs": {"❚❚": _("Pause")},  # on buttons: what a screen reader calls them
        "failed": _("The figures could not be loaded. Reload the page."),
    }
    data = {"figure": to_json(figure, validate=False), "view": json.dumps(view)}
    _component(key=key, data=data, on_clicked_change=clicked)


def figure_name(figure: Figure) -> str:
    """What a screen reader calls a figure: its titles, its axes, and what is drawn in it."""
    look = figure["layout"]
    titles = [
        *_title(look),
        *(each["text"] for each in look.get("annotations", []) if each.get("xref") == "paper"),
        *(title for name in look if re.match("[xy]axis", name) for title in _title(look[name])),
    ]
    drawn = [each.get("name") for each in figure["data"]]
    parts = dict.fromkeys(filter(None, [*titles, *drawn]))
    return re.sub("<[^>]*>", "", _("; ").join(parts))


def _title(titled: Mapping[str, Any]) -> list[str]:
    """The title of a figure or of an axis, if it has one."""
    return [titled["title"]["text"]] if "title" in titled else []


def head_start() -> None:
    """Call it after the last figure that answers a control: it is drawn before the rest comes.

    Streamlit renders in one go whatever comes within 10 ms, and only then are figures drawn: with
    thirty other elements a figure answers a third later.
    """
    time.sleep(HEAD_START_SECONDS)
