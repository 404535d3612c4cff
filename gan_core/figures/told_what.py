"""The small conditional GAN on the line: both labels' densities, and what D says, as a film."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gan_core.figures.animation import film, frame_steps
from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import DISCRIMINATOR, GENERATOR, NEUTRAL, REAL, Figure
from gan_core.text import N_, Translate
from gan_core.theory.told_what import Players, World

SHOWN = (-2.6, 2.6)  # the part of the line that is drawn
X = np.linspace(*SHOWN, 131)
HEIGHT = 460
FRAME_MS = 150
DASHES = ("solid", "dash")  # of label 0 and of label 1; colours tell who it is
# Two entries to a row, however wide the figure: whoever it is, with both labels.
_ROWS = {"entrywidthmode": "fraction", "entrywidth": 0.4}
LEGEND = {"y": 1.08, "yanchor": "bottom", "x": 0, "xanchor": "left", **_ROWS}


def told_what_film(path: Sequence[Players], world: World, translate: Translate = str) -> Figure:
    """The game at its start with a button that plays it, frame by frame.

    `path` are the players at the start and after each step.
    """
    steps = frame_steps(len(path))
    stills = [_panels(path[step], world, translate) for step in steps]
    figure = panels_figure(
        stills[0],
        columns=1,
        height=HEIGHT,
        shares=(3, 2),
        legend=LEGEND,
        margin={"t": 88},
    )
    traces = [[trace for panel in panels for trace in panel.traces] for panels in stills]
    return film(figure, traces, steps, translate, frame_ms=FRAME_MS)


def _panels(players: Players, world: World, translate: Translate) -> list[Panel]:
    _ = translate
    above = Panel(_(N_("Where real and generated samples fall")))
    below = Panel(_(N_("What D says: how surely is it real?")))
    above.y = {"range": [0, 1.5], "tickvals": [0, 1]}
    below.y = {"range": [-0.1, 1.1], "tickvals": [0, 0.5, 1], "ticktext": ["0", "½", "1"]}
    above.x = {"range": SHOWN, "showticklabels": False}
    below.x = {"range": SHOWN, "title": {"text": "x"}}
    below.level(0.5)
    real, generated = _(N_("real, y = {y}")), _(N_("generated, y = {y}"))
    for y, density in enumerate(world.density(X)):
        line = {"dash": DASHES[y]}
        above.curve(X, density, REAL, name=real.format(y=y), line=line, fill="tozeroy")
    for y, density in enumerate(players.density(X)):
        above.curve(X, density, GENERATOR, name=generated.format(y=y), line={"dash": DASHES[y]})
    for y, judged in enumerate(players.judge(X)):
        name = f"D(x, {y})" if players.sees_label else "D(x)"
        below.curve(X, judged, DISCRIMINATOR, name=name, line={"dash": DASHES[y]})
    if world.sees == "reads":
        below.curve(X, players.read(X), NEUTRAL, name="Q(1 | x)", line={"dash": DASHES[1]})
    return [above, below]
