"""Pictures in a grid: some to look at, some to choose, some to mark, by mouse or by keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.links import remember
from pages.parts.prose import _

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "gan_dojo.tiles",
    html='<div class="tiles"></div>',
    css=(_HERE / "tiles.css").read_text("utf-8"),
    js=(_HERE / "tiles.js").read_text("utf-8"),
)


def tiles(
    pictures: Mapping[str, Any],
    key: str,
    *,
    columns: int,
    size: int = 64,
    shown: Sequence[int] | None = None,
    below: Sequence[str] = (),
    badges: Mapping[int, str] | None = None,
    choose: Callable[[int], None] | None = None,
) -> None:
    """Show pictures, row by row.

    Args:
        pictures: side by side in one "picture", "n" of them, each as wide as its height times
            "aspect", as `gan_core.runs.seeing` answers.
        size: pixels that a picture is wide, at most.
        shown: the places of those to show; all of them when left out.
        below: a short text below each.
        badges: letters in the corners of some.
        choose: called with the place of a picture that the reader has chosen, in a callback.
    """

    def chosen() -> None:
        place = st.session_state[key].chosen
        if choose and place is not None:
            choose(int(place))

    view = _view(pictures, columns, size, shown) | {
        "below": list(below),
        "badges": {str(place): letters for place, letters in (badges or {}).items()},
        "choosable": choose is not None,
    }
    _component(key=key, data={"view": json.dumps(view)}, on_chosen_change=chosen)


def marked_tiles(
    pictures: Mapping[str, Any],
    key: str,
    marks: Mapping[str, str],
    *,
    columns: int,
    size: int = 96,
) -> list[str | None]:
    """Show pictures that the reader marks: a click takes the next mark, a letter its own.

    `marks` maps each letter to its word. Returns the letter of each picture, None where there is
    none yet. Marks stay in the session under `key`.
    """
    kept = f"marks of {key}"
    there: list[str | None] = st.session_state.get(kept) or [None] * pictures["n"]

    def take() -> None:
        told = st.session_state[key].marks
        if told:
            remember(kept, told)

    view = _view(pictures, columns, size) | {"marks": there, "words": dict(marks), "round": key}
    _component(key=key, data={"view": json.dumps(view)}, on_marks_change=take)
    return there


def _view(
    pictures: Mapping[str, Any], columns: int, size: int, shown: Sequence[int] | None = None
) -> dict[str, Any]:
    n = pictures["n"]
    places = list(range(n) if shown is None else shown)
    return {
        "picture": pictures["picture"],
        "n": n,
        "places": places,
        "aspect": pictures["aspect"],
        "columns": columns,
        "size": size,
        "names": [_("Picture {n}").format(n=place + 1) for place in range(len(places))],
    }
