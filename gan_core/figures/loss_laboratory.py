"""Losses and their slopes over D's output, drawn by the very functions that train.

D's output for one sample is C, a logit or a score. Arrays of logits have shape (points, 1): each
point is a batch of one real and one generated sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import DISCRIMINATOR, GENERATOR, HALO, NEUTRAL, REAL, Figure
from gan_core.losses import Loss
from gan_core.losses.doubts import LIMIT, slope
from gan_core.ops import NUMPY, Ops, Tensor
from gan_core.text import N_, Translate, fixed

Axis = Literal["logit", "probability"]
Side = Literal["real", "fake"]
Player = Callable[[Tensor, Tensor, Ops], Tensor]
Range = tuple[float, float]

COLORS = (DISCRIMINATOR, GENERATOR, REAL)  # of the first loss, the second and the third
FLAT = 0.05  # a slope of G's loss smaller than that teaches G next to nothing
HEIGHT = 600

_LOGITS = np.linspace(-LIMIT, LIMIT, 161)[:, np.newaxis]  # (161, 1)
_GRID = np.meshgrid(_LOGITS[::5, 0], _LOGITS[::5, 0])  # (33, 33) each: where ranges are looked up
_MOST = {"loss": 16.0, "slope": 2.5}  # what grows beyond, as e^C does, leaves the picture
_WIDTHS = (5.0, 3.2, 1.8)  # where curves coincide, each one shows beside the next
_DASH = {"real": "solid", "fake": "dash"}
_SYMBOL = {"real": "circle", "fake": "diamond"}
# Of the highest star and the lowest: clear of D's valley and of G's slopes, which fall. One between
# has no room for words.
_LABEL_AT = {"D": ("top center", "bottom center"), "G": ("top right", "bottom left")}
_SIDES: dict[str, tuple[Side, ...]] = {"D": ("real", "fake"), "G": ("fake",)}  # over which to draw
_NOTE = 0.1  # of a panel's height, for the words on one loss
_LEGEND = 44  # pixels above the panels, which takes two rows; more rows take from the panels


@dataclass(frozen=True)
class Flat:
    """A stretch of D's output on the fake, from `low` to `high`, where L_G has hardly a slope.

    `is_losing`: G would still have something to gain. Otherwise it has what it wants.
    """

    low: float
    high: float
    is_losing: bool


@dataclass(frozen=True)
class Reading:
    """What both players pay at one place, and G's slope there, per unit of D's output."""

    d_loss: float
    g_loss: float
    g_slope: float


def reading(loss: Loss, real_logit: float, fake_logit: float) -> Reading:
    """Losses and G's slope for one real and one generated sample."""
    real, fake = np.full((1, 1), real_logit), np.full((1, 1), fake_logit)
    d, g = loss.discriminator, loss.generator
    numbers = d(real, fake, NUMPY), g(real, fake, NUMPY), slope(g, "fake", real, fake)
    return Reading(*(np.asarray(each).item() for each in numbers))


def flat_stretches(loss: Loss, real_logit: float = 0.0) -> list[Flat]:
    """Where |∂L_G / ∂C(G(z))| is smaller than `FLAT`, for C(G(z)) from −8 to 8.

    G is losing there if it pays more than at the equilibrium; where that is not known, more than
    where D gives every sample the output 0.
    """
    real = np.full_like(_LOGITS, real_logit)
    with np.errstate(all="ignore"):
        is_flat = np.abs(slope(loss.generator, "fake", real, _LOGITS)) < FLAT
        pays = loss.generator(real, _LOGITS, NUMPY)
        even = loss.equilibrium.logit if loss.equilibrium else 0.0
        fair = reading(loss, even, even).g_loss
    ends = np.flatnonzero(np.diff(np.concatenate([[False], is_flat, [False]])))
    return [
        Flat(
            low=_LOGITS[first, 0].item(),
            high=_LOGITS[beyond - 1, 0].item(),
            is_losing=bool(pays[(first + beyond - 1) // 2] > fair),
        )
        for first, beyond in ends.reshape(-1, 2)
        if beyond - first > 1  # a single point is the bottom of a valley
    ]


def loss_figure(
    losses: Sequence[Loss],
    real_logit: float,
    fake_logit: float,
    axis: Axis = "logit",
    translate: Translate = str,
) -> Figure:
    """L_D above L_G, and beside each its slope, over D's output on one sample; up to three losses.

    Solid curves: D's output on the real sample varies, and on the fake it is `fake_logit`; dashed
    ones: the other way round. Points stand at the two outputs, stars at the equilibrium. `axis`
    "probability" is for losses that give one; others are left out, and leave their colours.
    """
    _ = translate
    drawn = [
        _Drawn(each, n, axis, real_logit, fake_logit)
        for n, each in enumerate(losses)
        if axis == "logit" or each.gives_probability
    ]
    panels = {
        ("D", "loss"): Panel(_(N_("What D pays: L<sub>D</sub>"))),
        ("D", "slope"): Panel(_(N_("The slope of L<sub>D</sub>"))),
        ("G", "loss"): Panel(_(N_("What G pays: L<sub>G</sub>"))),
        ("G", "slope"): Panel(_(N_("The slope of L<sub>G</sub>"))),
    }
    with np.errstate(all="ignore"):  # a loss that somebody has typed may be undefined
        for (player, quantity), panel in panels.items():
            values = [_values(each.loss, player, quantity) for each in drawn]
            notes = len(losses) if quantity == "slope" else 0
            panel.y = {"range": _range(values, _MOST[quantity], notes)}
            if quantity == "slope":
                panel.level(0.0, dash="solid")
        for each in drawn:
            for (player, quantity), panel in panels.items():
                each.curves(panel, player, quantity, _)
            each.bands(panels["G", "loss"])
            each.bands(panels["G", "slope"], _)
        for (player, quantity), panel in panels.items():  # last, that is on top of all curves
            _points(panel, drawn, player, quantity)
            _stars(panel, drawn, player, quantity)
    return _put_together(list(panels.values()), drawn, axis, _)


@dataclass(frozen=True)
class _Drawn:
    """One loss in the figure: the `place`-th, with D's outputs for the two samples."""

    loss: Loss
    place: int
    axis: Axis
    real_logit: float
    fake_logit: float

    @property
    def color(self) -> str:
        return COLORS[self.place]

    def curves(self, panel: Panel, player: str, quantity: str, translate: Translate) -> None:
        for side in _SIDES[player]:
            y = self.along(player, quantity, side, _LOGITS)
            name = translate(N_("{title}, {output}")).format(
                title=translate(self.loss.title), output="D(x)" if side == "real" else "D(G(z))"
            )
            line = {"color": self.color, "width": _WIDTHS[self.place], "dash": _DASH[side]}
            panel.curve(self.x(_LOGITS[:, 0]), y, self.color, line=line, name=name)

    def bands(self, panel: Panel, translate: Translate | None = None) -> None:
        """Shade where L_G is flat; with `translate`, say what that means."""
        low, high = panel.y["range"]
        for flat in flat_stretches(self.loss, self.real_logit):
            x0, x1 = self.x(np.array([flat.low, flat.high])).tolist()
            panel.lines.append(
                {"type": "rect", "x0": x0, "x1": x1, "yref": "domain", "y0": 0, "y1": 1}
                | {"fillcolor": self.color, "opacity": 0.16, "line": {"width": 0}}
            )
            if not translate:
                continue
            says = (
                N_("saturated: G is stuck") if flat.is_losing else N_("flat: G has what it wants")
            )
            is_left = flat.low + flat.high < 0
            panel.note(
                translate(says),
                x0 if is_left else x1,
                high - (high - low) * _NOTE * (self.place + 0.5),
                xanchor="left" if is_left else "right",
                font={"color": self.color, "size": 14},
            )

    def along(self, player: str, quantity: str, side: Side, logits: np.ndarray) -> np.ndarray:
        """The quantity where D's output on the sample of `side` is `logits`, (points, 1)."""
        real = logits if side == "real" else np.full_like(logits, self.real_logit)
        fake = logits if side == "fake" else np.full_like(logits, self.fake_logit)
        function = _player(self.loss, player)
        if quantity == "slope":
            return slope(function, side, real, fake)
        return np.asarray(function(real, fake, NUMPY))

    def x(self, logits: np.ndarray) -> np.ndarray:
        """Where D's outputs lie on the horizontal axis."""
        return logits if self.axis == "logit" else np.asarray(self.loss.decision(logits, NUMPY))


def _points(panel: Panel, drawn: Sequence[_Drawn], player: str, quantity: str) -> None:
    """Dots where the sliders stand; one outside of the picture becomes an arrow at its edge."""
    low, high = panel.y["range"]
    marks = []
    for each in drawn:
        for side in _SIDES[player]:
            at = np.full((1, 1), each.real_logit if side == "real" else each.fake_logit)
            y = each.along(player, quantity, side, at).item()
            symbol = "triangle-up" if y > high else "triangle-down" if y < low else _SYMBOL[side]
            marks.append((each.x(at).item(), np.clip(y, low, high), each.color, symbol))
    _mark(panel, marks, size=12)


def _stars(panel: Panel, drawn: Sequence[_Drawn], player: str, quantity: str) -> None:
    """Stars where no player can gain, if that is known; on the losses with their values."""
    marks: dict[tuple[float, float], str] = {}  # losses may share an equilibrium: one star
    for each in drawn:
        equilibrium = each.loss.equilibrium
        if not equilibrium or (player == "G" and equilibrium.g_loss is None):
            continue
        logit = equilibrium.logit
        there, at = replace(each, real_logit=logit, fake_logit=logit), np.full((1, 1), logit)
        for side in _SIDES[player] if quantity == "slope" else ("fake",):
            y = there.along(player, quantity, side, at).item()
            marks[round(each.x(at).item(), 6), round(y, 6)] = each.color
    stars = sorted(((x, y, color, "star") for (x, y), color in marks.items()), key=lambda m: -m[1])
    stars = stars[:1] + stars[:0:-1]  # the highest, then from the lowest up
    if quantity == "slope":
        _mark(panel, stars, size=15)
    else:
        label = {"mode": "markers+text", "textposition": _LABEL_AT[player][: len(stars)]}
        labelled = stars[: len(_LABEL_AT[player])]
        label["text"] = [fixed(y, 3) for _, y, *_ in labelled]
        font = {"color": [star[2] for star in stars], "shadow": HALO}
        _mark(panel, stars, size=15, **label, textfont=font)


def _mark(
    panel: Panel, marks: Sequence[tuple[float, float, str, str]], size: int, **options: Any
) -> None:
    """Draw marks, each of them x, y, colour and symbol."""
    if not marks:
        return
    x, y, color, symbol = (list(each) for each in zip(*marks, strict=True))
    look = {"color": color, "symbol": symbol, "size": size, "line": {"color": "white", "width": 1}}
    panel.dots(np.array(x), np.array(y), NEUTRAL, marker=look, cliponaxis=False, **options)


def _player(loss: Loss, player: str) -> Player:
    return loss.discriminator if player == "D" else loss.generator


def _values(loss: Loss, player: str, quantity: str) -> np.ndarray:
    """The quantity all over the picture, whatever the sliders say."""
    real, fake = (each[..., np.newaxis] for each in _GRID)
    function = _player(loss, player)
    if quantity == "loss":
        return np.ravel(function(real, fake, NUMPY))
    return np.ravel([slope(function, side, real, fake) for side in _SIDES[player]])


def _range(values: Sequence[np.ndarray], most: float, notes: int) -> Range:
    """What to show: all but the extremes, and never so much that 1 looks like nothing.

    Above is room for notes, so that none stands on the zero line or on a curve.
    It does not depend on the sliders, so that nothing jumps while they move.
    """
    finite = [each[np.isfinite(each)] for each in values]
    ends = [np.quantile(each, (0.01, 0.99)) for each in finite if each.size]
    low = max(min([0.0, *(end[0] for end in ends)]), -most)
    high = min(max([0.0, *(end[1] for end in ends)]), most)
    margin = 0.06 * (high - low) or 1.0
    low, high = low - margin, high + margin
    return float(low), float(low + (high - low) / (1 - _NOTE * notes))


def _put_together(
    panels: list[Panel], drawn: Sequence[_Drawn], axis: Axis, translate: Translate
) -> Figure:
    _ = translate
    rises = all(_calls_high_outputs_real(each.loss) for each in drawn)
    titles = {
        "logit": N_("“fake” ← C → “real”") if rises else N_("C, D's output"),
        "probability": N_("D: probability of “real”"),
    }
    ranges = {"logit": (-LIMIT, LIMIT), "probability": (-0.01, 1.01)}
    for panel in panels:
        panel.x = {"range": ranges[axis]}
        panel.traces = [each | {"showlegend": False} for each in panel.traces]
    for panel in panels[2:]:
        panel.x = {**panel.x, "title": {"text": _(titles[axis])}}
    panels[0].traces += _legend(drawn, _)
    # Above the titles; as part of the paper, it pushes the panels down by what it needs.
    legend = {"y": 1.06, "yanchor": "bottom", "x": 0, "xanchor": "left"}
    return panels_figure(panels, columns=2, height=HEIGHT + _LEGEND, shares=(1, 1), legend=legend)


def _calls_high_outputs_real(loss: Loss) -> bool:
    """Whether D pays less where real samples get the higher output; targets may be swapped."""
    with np.errstate(all="ignore"):  # a typed loss may have no value there
        return reading(loss, 1.0, -1.0).d_loss < reading(loss, -1.0, 1.0).d_loss


def _legend(drawn: Sequence[_Drawn], translate: Translate) -> list[dict[str, Any]]:
    """Traces without points that say what colours, dashes and symbols mean."""
    _ = translate
    nothing = {"type": "scatter", "x": [None], "y": [None], "showlegend": True}
    colors = [
        {"mode": "lines", "name": _(each.loss.title), "line": {"color": each.color, "width": 5}}
        for each in drawn
    ]
    dashes = [
        {"mode": "lines+markers", "name": name}
        | {"line": {"color": NEUTRAL, "width": 2, "dash": _DASH[side]}}
        | {"marker": {"color": NEUTRAL, "size": 10, "symbol": _SYMBOL[side]}}
        for side, name in (
            ("real", _(N_("real sample, D(x)"))),
            ("fake", _(N_("fake sample, D(G(z))"))),
        )
    ]
    star = {"color": NEUTRAL, "size": 13, "symbol": "star"}
    stars = [{"mode": "markers", "name": _(N_("equilibrium")), "marker": star}]
    has_star = any(each.loss.equilibrium for each in drawn)
    return [nothing | each for each in (*colors, *dashes, *(stars if has_star else ()))]
