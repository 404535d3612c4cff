"""Two densities on the line: the best discriminator between them, and how far apart they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gan_core.figures.panels import Panel, panels_figure, with_room
from gan_core.figures.style import DISCRIMINATOR, GENERATOR, NEUTRAL, REAL, Figure
from gan_core.text import N_, Translate, fixed
from gan_core.theory.divergences import LN2
from gan_core.theory.fit import Fit
from gan_core.theory.mixture import Mixture, normal_log_pdf
from gan_core.theory.moving_pair import COMPARED, DX, MovingPair, Reading, jsd_integrand
from gan_core.theory.optimal_discriminator import optimal_discriminator_of_logs

SYMBOLS = {
    "kl": "KL(p ‖ q)",
    "reverse_kl": "KL(q ‖ p)",
    "js": "JSD(p, q)",
    "wasserstein_1": "W₁(p, q)",
}
SHOWN = (-8.0, 8.0)  # the part of the line that is drawn; it stays while sliders move
REACHED = 2.0  # stds of q within which it still brings samples of a mode
LABEL_SIZE = 15


def judged_figure(pair: MovingPair, q_mean: float, translate: Translate = str) -> Figure:
    """p and q, below them D* = p/(p + q), and below that the area that is the JSD.

    Point masses are drawn as stems, as high as their probability.
    """
    _ = translate
    log_p, log_q = pair.log_p, pair.log_q(q_mean)
    integrand = jsd_integrand(log_p, log_q)
    area = (
        _(N_("Shaded area = JSD = {area} nats"))
        if not pair.of_points
        else _(N_("Sum of the bars = JSD = {area} nats"))
    )
    densities, judged, gap = panels = (
        Panel(_(N_("Where real (p) and generated (q) samples fall"))),
        Panel(_(N_("What the best discriminator says: D* = p/(p + q)"))),
        Panel(area.format(area=f"{integrand.sum() * DX:.4f}")),
    )
    for panel in panels:
        panel.x, panel.y = {"range": SHOWN}, {"rangemode": "tozero"}
    judged.y = {"range": [-0.1, 1.1], "tickvals": [0, 0.5, 1], "ticktext": ["0", "½", "1"]}
    judged.level(0.5)
    gap.x = {"range": SHOWN, "title": {"text": "x"}}

    unit = DX if pair.of_points else 1.0  # of a point mass, the probability is drawn
    p, q, integrand = np.exp(log_p) * unit, np.exp(log_q) * unit, integrand * unit
    densities.y = {"range": [0, 1.25 * max(p.max(), q.max())]}  # room for the names
    gap.y = {"range": [0, max(0.1, 1.1 * integrand.max())]}  # rounding noise is no area
    says = optimal_discriminator_of_logs(log_p, log_q)
    if pair.of_points:
        _stems(densities, pair.x, p, REAL, name="p", width=14)  # q may stand in front of it
        _stems(densities, pair.x, q, GENERATOR, name="q", width=6)
        _stems(gap, pair.x, integrand, NEUTRAL, name="JSD", width=6)
        here = (p > 0) | (q > 0)  # elsewhere no sample ever comes, and D may say anything
        judged.dots(pair.x[here], says[here], DISCRIMINATOR, size=14)
    else:
        _curve(densities, pair.x, p, REAL, name="p", fill="tozeroy")
        _curve(densities, pair.x, q, GENERATOR, name="q")
        _curve(gap, pair.x, integrand, NEUTRAL, name="JSD", fill="tozeroy")
        _curve(judged, pair.x, says, DISCRIMINATOR, name="D*")
    _name_peaks(densities, pair.x, p, q, _)
    return panels_figure(panels, columns=1, height=560, shares=(4, 3, 3))


def slopes_figure(
    pair: MovingPair,
    q_mean: float,
    here: Mapping[str, Reading],
    means: np.ndarray,
    translate: Translate = str,
) -> Figure:
    """Each divergence over q's mean (k,), one panel each, with its tangent where q is now."""
    _ = translate
    units = {"nat": _(N_("{name}, in nats")), "x": _(N_("{name}, in units of x"))}
    panels = []
    for name, values in pair.sweep(means).items():
        panel = Panel(
            units[COMPARED[name].unit].format(name=SYMBOLS[name]),
            x={"range": [means[0], means[-1]]},
        )
        _sweep(panel, means, values, leaps=pair.of_points)
        if name == "js":
            panel.y = {"range": [0, 0.9]}
            panel.level(LN2)
            left = {"xanchor": "left", "yanchor": "bottom"}
            panel.note(_(N_("never above ln 2")), float(means[0]), LN2, **left)
        elif np.isfinite(values).all():
            panel.y = {"range": with_room([0, values.max()])}
        else:
            panel.y = {"range": with_room([0, 1]), "tickvals": [0]}
            # Where q is not, whose place gets a line from bottom to top.
            x, side = (means[0], "left") if q_mean > 0 else (means[-1], "right")
            says = _(N_("∞ as soon as<br>the two are apart"))
            panel.note(says, float(x), 0.6, xanchor=side, font={"size": LABEL_SIZE})
        panel.upright(q_mean, GENERATOR)
        tangent(panel, q_mean, here[name])
        panels.append(panel)
    for panel in panels[2:]:
        panel.x = {**panel.x, "title": {"text": _(N_("Mean of q"))}}
    return panels_figure(panels, columns=2, height=460, shares=(1, 1))


def fits_figure(p: Mixture, fits: Mapping[str, Fit], translate: Translate = str) -> Figure:
    """p, and over it the Gaussian nearest to it in the sense of each divergence, a panel each."""
    _ = translate
    x = np.linspace(*SHOWN, 401)
    density = p.pdf(x)
    fitted = {name: np.exp(normal_log_pdf(x, fit.mean, fit.std)) for name, fit in fits.items()}
    top = 1.55 * max(each.max() for each in (density, *fitted.values()))  # room for the note
    panels = []
    for name, fit in fits.items():
        panel = Panel(
            _(N_("Smallest {name}")).format(name=SYMBOLS[name]),
            x={"range": SHOWN},
            y={"range": [0, top]},
        )
        panel.curve(x, density, REAL, fill="tozeroy", name="p")
        panel.curve(x, fitted[name], GENERATOR, name="q")
        right = {"xanchor": "right", "yanchor": "top", "align": "right"}
        panel.note(_describe(p, fit, _), SHOWN[1], top, **right)
        panels.append(panel)
    for panel in panels[2:]:
        panel.x = {**panel.x, "title": {"text": "x"}}
    return panels_figure(panels, columns=2, height=460, shares=(1, 1))


def _curve(panel: Panel, x: np.ndarray, y: np.ndarray, color: str, **options: Any) -> None:
    shown = (x >= SHOWN[0]) & (x <= SHOWN[1])
    panel.curve(x[shown], y[shown], color, **options)


def _stems(panel: Panel, x: np.ndarray, y: np.ndarray, color: str, **options: Any) -> None:
    """A bar for each point mass; none in between, where no sample ever comes."""
    at = np.flatnonzero(y)
    # Up from 0 and down again, and NaN between two of them.
    xs = np.stack([x[at], x[at], x[at]], axis=1).ravel()
    ys = np.stack([np.zeros(at.size), y[at], np.full(at.size, np.nan)], axis=1).ravel()
    panel.curve(xs, ys, color, **options)


def _name_peaks(panel: Panel, x: np.ndarray, p: np.ndarray, q: np.ndarray, _: Translate) -> None:
    """Name both densities at their peaks, on sides that keep the two names apart."""
    p_is_left = x[p.argmax()] <= x[q.argmax()]
    for text, density, color, is_left in (
        (_(N_("p: the data")), p, REAL, p_is_left),
        (_(N_("q: the generator")), q, GENERATOR, not p_is_left),
    ):
        peak = int(density.argmax())
        side = {"xanchor": "right", "xshift": -14} if is_left else {"xanchor": "left", "xshift": 14}
        panel.note(
            text,
            float(x[peak]),
            float(density[peak]),
            yanchor="bottom",
            font={"color": color, "size": LABEL_SIZE},
            **side,
        )


def _sweep(panel: Panel, means: np.ndarray, values: np.ndarray, *, leaps: bool) -> None:
    """The curve. Between point masses most divergences leap at 0, which gets a dot of its own."""
    drawn = np.isfinite(values)
    if leaps:
        together = values == 0
        drawn &= ~together
        panel.dots(means[together], values[together], NEUTRAL)
    panel.curve(means, np.where(drawn, values, np.nan), NEUTRAL)


def tangent(panel: Panel, q_mean: float, here: Reading) -> None:
    """Where q is now, and the slope there, one unit to either side."""
    if not math.isfinite(here.slope):
        return
    x = np.array([q_mean - 1, q_mean + 1])
    panel.curve(x, here.value + here.slope * (x - q_mean), GENERATOR, width=5, hoverinfo="skip")
    panel.dots(np.array([q_mean]), np.array([here.value]), GENERATOR)


def _describe(p: Mixture, fit: Fit, _: Translate) -> str:
    """The fitted Gaussian in numbers, and of how many modes of p it brings samples."""
    mean = fixed(fit.mean, 2)
    reached = sum(abs(each - fit.mean) <= REACHED * fit.std for each in p.means)
    return "<br>".join(
        (
            _(N_("mean {mean}, width {std}")).format(mean=mean, std=f"{fit.std:.2f}"),
            _(N_("modes reached: {n} of {total}")).format(n=reached, total=len(p.means)),
        )
    )
