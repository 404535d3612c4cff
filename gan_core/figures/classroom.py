"""What a class has answered, as one picture: a row for each lesson, a square for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gan_core.class_results import Tally
from gan_core.figures.style import Figure, layout
from gan_core.text import N_, Translate

ROW, TOP, EDGES = 50, 56, 82  # pixels
LOW, MIDDLE, HIGH = "#E0661C", "#F2E3C6", "#2A8FD0"  # told apart by colour-blind readers
TITLE = N_("Right at the first try")


def answers_figure(rows: Mapping[str, Sequence[Tally]], translate: Translate = str) -> Figure:
    """The tallies of each lesson's questions, by the lesson's title.

    A square is coloured, and inscribed, with the part that was right at the first try, and with how
    many have answered.
    """
    _ = translate
    most = max(map(len, rows.values()))
    padded = [[*each, *[Tally(0, 0)] * (most - len(each))] for each in rows.values()]
    number = _(N_("Question {n}")).format(n="%{x}")
    squares = {
        "type": "heatmap",
        "z": [[100 * each.share if each.n else None for each in row] for row in padded],
        "x": [f"{place + 1}" for place in range(most)],
        "y": list(rows),
        "text": [[_inscription(each) for each in row] for row in padded],
        "texttemplate": "%{text}",
        "textfont": {"color": "#111111", "size": 14},
        "hovertemplate": f"%{{y}}<br>{number}: %{{text}}<extra></extra>",
        "zmin": 0,
        "zmax": 100,
        "colorscale": [[0, LOW], [0.5, MIDDLE], [1, HIGH]],
        "xgap": 3,
        "ygap": 3,
        "showscale": False,
        "name": _(TITLE),
    }
    bare = {"fixedrange": True, "showgrid": False, "zeroline": False, "ticks": ""}
    look = layout(
        height=EDGES + ROW * len(rows),
        margin={"l": 10, "r": 10, "t": TOP, "b": 10},
        hovermode="closest",
        xaxis=bare | {"side": "top", "type": "category", "title": {"text": _(N_("Question"))}},
        yaxis=bare | {"autorange": "reversed", "automargin": True},
    )
    return {"data": [squares], "layout": look}


def _inscription(tally: Tally) -> str:
    return f"<b>{tally.share:.0%}</b><br>{tally.at_first}/{tally.n}" if tally.n else ""
