"""Visits to the app's pages without a browser: Streamlit runs the scripts, tests look at them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from gan_core.config import RunConfig
from pages.parts.controls import GROUPS

NAVIGATION = Path(__file__).parents[1] / "pages" / "navigation.py"
PATIENCE = 60  # seconds for one run of a script on a busy machine
FIELDS = set(RunConfig.names())
FOLDS = (*GROUPS, "game")  # what pages draw only once a reader unfolds it


def visit(page: str, **query: str) -> AppTest:
    """Open a page with these URL parameters, in a new session, everything unfolded."""
    return _visit(page, query, dict.fromkeys(FOLDS, True))


def visit_folded(page: str, **query: str) -> AppTest:
    """Open a page as a reader first sees it: what is folded away is not drawn."""
    return _visit(page, query, {})


def _visit(page: str, query: dict[str, str], state: dict[str, bool]) -> AppTest:
    app = AppTest.from_file(NAVIGATION, default_timeout=PATIENCE)
    for key, value in state.items():
        app.session_state[key] = value
    app.query_params.update({"lang": "en", **query})
    return app.run() if page == "home" else go_to(app, page)


def go_to(app: AppTest, page: str, **query: str) -> AppTest:
    """Open another page in the same session."""
    app.query_params.update(query)
    app.switch_page(f"{page}.py")
    return app.run()


def by_menu(app: AppTest, page: str) -> AppTest:
    """Open another page in the same session by the menu, which says nothing but the page."""
    app.query_params.clear()
    return go_to(app, page, lang="en")


def button(app: AppTest, label: str) -> Button:
    """The first button with this label."""
    return next(button for button in app.button if button.label == label)


def toasts(app: AppTest) -> list[str]:
    """What the messages in the corner say."""
    return [_without_escapes(toast.value) for toast in app.toast]


def errors(app: AppTest) -> list[str]:
    """What the red boxes on the page say."""
    return [_without_escapes(error.value) for error in app.error]


def _without_escapes(markdown: str) -> str:
    return re.sub(r"\\([!-/:-@[-`{-~])", r"\1", markdown)


def live_data(app: AppTest) -> dict[str, Any]:
    """What the live figure in the browser is given."""
    component: Any = next(node for node in app.main if node.type == "bidi_component")
    return _view(component)


def live_views(app: AppTest) -> list[dict[str, Any]]:
    """What each of the live figures is given."""
    views = (_view(node) for node in app.main if node.type == "bidi_component")
    return [view for view in views if "run" in view]


def steady_figures(app: AppTest) -> list[dict[str, Any]]:
    """The figures that change in place, in their order on the page."""
    return [figure for node in app.main if (figure := _figure(node))]


def figure_names(app: AppTest) -> list[str]:
    """What a screen reader calls those figures, and the live ones."""
    steady = [_view(node)["name"] for node in app.main if _figure(node)]
    return steady + [each["name"] for view in live_views(app) for each in view["figures"]]


def figure_keys(app: AppTest) -> list[str]:
    """The keys of those figures."""
    return [str(node.key) for node in app.main if _figure(node)]


def keys_of_fields(app: AppTest) -> set[str]:
    """The keys of components that are also fields of a run: one would take the other's value."""
    return {str(node.key) for node in app.main if node.type == "bidi_component"} & FIELDS


def tiles_of(app: AppTest) -> list[dict[str, Any]]:
    """What the grids of pictures are given, in their order on the page."""
    views = (_view(node) for node in app.main if node.type == "bidi_component")
    return [view for view in views if "picture" in view]


def _figure(node: Any) -> dict[str, Any] | None:
    if node.type != "bidi_component":
        return None
    figure: dict[str, Any] | None = json.loads(json.loads(node.proto.json).get("figure", "null"))
    return figure


def _view(component: Any) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(json.loads(component.proto.json).get("view", "{}"))
    return view


def texts(app: AppTest) -> list[str]:
    """Every label, sentence and help text of the page, formulas left out."""
    return [text for root in (app.main, app.sidebar) for node in root for text in _texts(node)]


def _texts(node: Any) -> Iterator[str]:
    if node.type in ("latex", "button_group"):  # formulas; the languages' own names
        return
    message = getattr(node.proto, "popover", node.proto) if node.type == "popover" else node.proto
    for part in ("body", "label", "help"):
        text = getattr(message, part, "")
        if text and not text.startswith("<script>"):
            yield text
    yield from getattr(message, "options", ())
    if node.type == "bidi_component":
        yield from _figure_texts(_figure(node))
        view = _view(node)
        yield from _figure_texts(view.get("figures", []))
        yield from (tile["label"] for tile in view.get("tiles", {}).values())
        yield from filter(None, [view.get("speed")])
        for of_pictures in ("names", "below"):
            yield from view.get(of_pictures, ())


def _figure_texts(figure: Any) -> Iterator[str]:
    if isinstance(figure, list):
        for part in figure:
            yield from _figure_texts(part)
    elif isinstance(figure, dict):
        for key, part in figure.items():
            if key in ("text", "name") and isinstance(part, str):
                yield part
            elif key != "template":
                yield from _figure_texts(part)
