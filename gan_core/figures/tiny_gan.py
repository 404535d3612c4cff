"""The GAN of five numbers on the line: both densities, D, and what each sample is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_core.figures.animation import film, frame_steps
from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import DISCRIMINATOR, GENERATOR, NEUTRAL, REAL, Figure
from gan_core.text import N_, Translate
from gan_core.theory.mixture import normal_log_pdf
from gan_core.theory.optimal_discriminator import optimal_discriminator_of_logs
from gan_core.theory.tiny_gan import Players, World, play, pull

SHOWN = (-3.5, 3.5)  # the part of the line that is drawn
HEIGHT = 470
FRAME_MS = 150  # of a film: slow enough to see the two answer each other
N_SHOWN = 16  # samples of each kind; all 64 would hide each other
STAGES = ("start", "generate", "judge", "learn")  # each shows what the ones before it show
_REAL_Y = -0.07  # where real samples lie
_ROWS_Y = np.array([-0.15, -0.22, -0.29, -0.36])  # and generated ones, so that arrows keep apart
_SHORTEST = 0.04  # shorter, an arrow is a head that points nowhere
_SMALLEST_STD = 0.02  # narrower, the curve of G would be a needle out of sight


def tiny_gan_figure(
    players: Players,
    world: World,
    move: int,
    stage: str,
    before: Players | None = None,
    translate: Translate = str,
) -> Figure:
    """Densities of real and generated samples above what D says; `stage` is one of `STAGES`.

    The samples are those of the move with this number. `before` are the players a move earlier,
    drawn pale.
    """
    return _figure(_panels(players, world, move, stage, before, translate))


def tiny_gan_film(moves: str, world: World, translate: Translate = str) -> Figure:
    """The game at its start with a button that plays these moves, frame by frame.

    The samples are the same throughout, so that each can be followed.
    """
    path = list(play(moves, world))
    steps = frame_steps(len(path))
    stills = [_panels(path[step], world, 0, "learn", None, translate) for step in steps]
    figure = _figure(stills[0])
    traces = [[trace for panel in panels for trace in panel.traces] for panels in stills]
    return film(figure, traces, steps, translate, frame_ms=FRAME_MS)


def _figure(panels: Sequence[Panel]) -> Figure:
    legend = {"y": 1.09, "yanchor": "bottom", "x": 0, "xanchor": "left"}
    return panels_figure(
        panels, columns=1, height=HEIGHT, shares=(3, 2), legend=legend, margin={"t": 64}
    )


def _panels(
    players: Players,
    world: World,
    move: int,
    stage: str,
    before: Players | None,
    translate: Translate,
) -> list[Panel]:
    _ = translate
    above = Panel(_(N_("Where real and generated samples fall")))
    below = Panel(_(N_("What D says: how surely is it real?")))
    x = np.linspace(*SHOWN, 201)
    log_p = normal_log_pdf(x, world.mean, world.std)
    log_q = _log_q(players, x)
    above.y = {"range": [-0.42, 1.45], "tickvals": [0, 1]}
    below.y = {"range": [-0.1, 1.1], "tickvals": [0, 0.5, 1], "ticktext": ["0", "½", "1"]}
    above.x = {"range": SHOWN, "showticklabels": False}
    below.x = {"range": SHOWN, "title": {"text": "x"}}
    below.level(0.5)
    if before:
        pale: dict[str, Any] = {"opacity": 0.35, "hoverinfo": "skip", "width": 6}
        above.curve(x, np.exp(_log_q(before, x)), GENERATOR, **pale)
        below.curve(x, before.judge(x), DISCRIMINATOR, **pale)
    above.curve(x, np.exp(log_p), REAL, name=_(N_("real")), fill="tozeroy")
    above.curve(x, np.exp(log_q), GENERATOR, name=_(N_("generated")))
    below.curve(x, players.judge(x), DISCRIMINATOR, name="D")
    best = optimal_discriminator_of_logs(log_p, log_q)
    dotted = {"color": NEUTRAL, "width": 1.5, "dash": "dot"}
    below.curve(x, best, NEUTRAL, name=_(N_("the best D")), line=dotted)
    x_real, z = (each[:N_SHOWN] for each in world.batch(move))
    x_fake = players.generate(z)
    y_fake = _ROWS_Y[np.argsort(np.argsort(z)) % len(_ROWS_Y)]
    if STAGES.index(stage) >= STAGES.index("generate"):
        above.dots(x_real, np.full_like(x_real, _REAL_Y), REAL, size=9)
        above.dots(x_fake, y_fake, GENERATOR, size=9)
    if STAGES.index(stage) >= STAGES.index("judge"):
        for samples, color in ((x_real, REAL), (x_fake, GENERATOR)):
            below.dots(samples, players.judge(samples), color, size=9)
    if stage == "learn":
        _arrows(above, x_fake, y_fake, pull(players, z))
    return [above, below]


def _log_q(players: Players, x: np.ndarray) -> np.ndarray:
    return normal_log_pdf(x, players.b, max(abs(players.a), _SMALLEST_STD))


def _arrows(panel: Panel, x_fake: np.ndarray, y_fake: np.ndarray, pulls: np.ndarray) -> None:
    """An arrow at each generated sample: the way to where D is less sure that it is fake.

    All are one line with gaps: as arrows of Plotly's own, they took more time than all the rest.
    """
    gap = np.full_like(x_fake, np.nan)
    length = 0.5 * np.clip(pulls, -2, 2)
    tip = np.where(np.abs(length) < _SHORTEST, np.nan, x_fake + length)
    x = np.stack([x_fake, tip, gap], axis=1).ravel()  # (3 n,)
    y = np.repeat(y_fake, 3)
    heads: dict[str, Any] = {"symbol": "arrow", "angleref": "previous", "line": {"width": 0}}
    heads |= {"size": [0, 9, 0] * len(x_fake), "color": GENERATOR, "opacity": 1}
    panel.curve(x, y, GENERATOR, width=1.5, mode="lines+markers", marker=heads, hoverinfo="skip")
