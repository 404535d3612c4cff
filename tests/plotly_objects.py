"""Figures as Plotly's own objects have them: those know each property, and what it may be."""

from __future__ import annotations

import json

import plotly.graph_objects as go
from plotly.io import to_json

from gan_core.figures.style import Figure


def checked(figure: Figure) -> go.Figure:
    """The figure, once Plotly's objects have taken it as it is sent."""
    assert_taken(json.loads(to_json(figure, validate=False)))
    return go.Figure(figure)


def assert_taken(sent: Figure) -> None:
    """Plotly's objects take a figure as the browser gets it, without any change.

    What they would silently put right, such as a title that is no more than a string, the browser
    would leave out.
    """
    taken = json.loads(json.dumps(go.Figure(sent).to_plotly_json()))
    del taken["layout"]["template"]  # of every figure that is made of objects
    assert taken["data"] == sent["data"]
    assert taken["layout"] == {name: it for name, it in sent["layout"].items() if it != []}
