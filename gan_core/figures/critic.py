"""The best discriminator beside the best critic, and what holds a critic's slope."""

from __future__ import annotations

import numpy as np

from gan_core.figures.densities import tangent
from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import DISCRIMINATOR, GENERATOR, NEUTRAL, REAL, Figure
from gan_core.text import N_, Translate
from gan_core.theory.critic import optimal_critic, penalised_slope, penalised_value
from gan_core.theory.divergences import LN2
from gan_core.theory.moving_pair import DX, MovingPair, Reading
from gan_core.theory.optimal_discriminator import optimal_discriminator_of_logs

BUMP = 0.45  # of a panel's height, for the densities
SEEN = 1e-3  # of a panel's height: what is lower would only colour the panel's edge
ROOM = 1.1  # how much longer an axis is than what is drawn along it
STEEPEST_HELD = 4.0  # slope at which the figure of held slopes ends
BETWEEN = 112  # pixels: an axis with its name, and the title of the panel below
LEGEND = {"yref": "container", "y": 1, "yanchor": "top", "x": 0, "xanchor": "left"}


def critic_figure(
    pair: MovingPair,
    theta: float,
    bound: float,
    *,
    reach: float,
    steepest: float,
    translate: Translate = str,
) -> Figure:
    """What D and a critic within `bound` say of samples; below, the distances that G so learns of.

    The generated samples lie around `theta`. Axes are long enough for a θ of `reach` and a bound of
    `steepest`, so that they stay while a reader moves the controls.
    """
    _ = translate
    log_q = pair.log_q(theta)
    rises = steepest * (pair.x[-1] - pair.x[0] - reach)  # the steepest critic, where θ is largest
    judged = Panel(_(N_("The best D: D*(x)")), y={"range": [-0.1, 1.1], "dtick": 0.5})
    scored = Panel(
        _(N_("The best critic: f(x)")), y={"range": [-ROOM * rises / 2, ROOM * rises / 2]}
    )
    for panel, says in (
        (judged, optimal_discriminator_of_logs(pair.log_p, log_q)),
        (scored, optimal_critic(pair.log_p, log_q, DX, bound)),
    ):
        in_legend = {"showlegend": panel is judged}
        panel.x = {"range": [pair.x[0], pair.x[-1]], "title": {"text": "x"}}
        _bump(panel, pair.x, pair.log_p, REAL, name=_(N_("real")), **in_legend)
        _bump(panel, pair.x, log_q, GENERATOR, name=_(N_("generated")), **in_legend)
        panel.curve(pair.x, says, DISCRIMINATOR)
        tangent(panel, theta, _reading_at(theta, pair.x, says))

    thetas = np.linspace(-reach, reach, 161)
    swept, here = pair.sweep(thetas), pair.readings(theta)
    jsd = Panel(_(N_("JSD, in nats")), y={"range": [0, 0.9]})
    jsd.level(LN2)
    w1 = Panel("K · W₁", y={"range": [0, ROOM * steepest * reach]})
    for panel, name, factor in ((jsd, "js", 1.0), (w1, "wasserstein_1", bound)):
        panel.x = {"range": [pair.x[0], pair.x[-1]], "title": {"text": "θ"}}  # θ below its x
        panel.upright(theta, GENERATOR)
        panel.curve(thetas, factor * swept[name], NEUTRAL)
        tangent(panel, theta, Reading(factor * here[name].value, factor * here[name].slope))
    return panels_figure(
        [judged, scored, jsd, w1],
        columns=2,
        height=612,
        shares=(3, 2),
        gap=0.12,
        between=BETWEEN,
        legend=LEGEND,
        margin={"t": 80},
    )


def held_figure(distance: float, weight: float, translate: Translate = str) -> Figure:
    """What a straight critic gets for its slope: ever more, or with a penalty most near 1.

    Real samples lie at one point, generated ones at `distance` from it; `weight` is the penalty's.
    """
    _ = translate
    slopes = np.linspace(0, STEEPEST_HELD, 201)
    alone = slopes * distance
    panel = Panel(
        _(N_("What the critic gets")),
        x={"range": [0, STEEPEST_HELD], "title": {"text": _(N_("Slope of the critic"))}},
        y={"range": [-alone.max() / 2, ROOM * alone.max()]},
    )
    panel.upright(1)
    panel.curve(slopes, alone, NEUTRAL, name=_(N_("its value alone")), line={"dash": "dash"})
    less = penalised_value(slopes, distance, weight)
    panel.curve(slopes, less, DISCRIMINATOR, name=_(N_("its value less the penalty")))
    best = np.array([penalised_slope(distance, weight)])
    panel.dots(best, penalised_value(best, distance, weight), DISCRIMINATOR)
    return panels_figure(
        [panel], columns=1, height=340, shares=[1], legend=LEGEND, margin={"t": 70}
    )


def _bump(
    panel: Panel, x: np.ndarray, log_density: np.ndarray, color: str, **options: object
) -> None:
    """A density that stands on the lower edge of a panel, in a height of its own."""
    low, high = panel.y["range"]
    density = np.exp(log_density)
    height = BUMP * (high - low) * density / density.max()
    drawn = height > SEEN * (high - low)
    look = {"fill": "toself", "hoverinfo": "skip"}
    panel.curve(x[drawn], low + height[drawn], color, **look, **options)


def _reading_at(place: float, x: np.ndarray, values: np.ndarray) -> Reading:
    """A curve (n,) over the grid (n,), read at one place."""
    slopes = np.gradient(values, x)
    return Reading(float(np.interp(place, x, values)), float(np.interp(place, x, slopes)))
