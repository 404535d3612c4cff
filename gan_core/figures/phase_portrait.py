"""A game of two numbers, drawn: its phase portrait, its eigenvalues, and its distance over steps.

The portrait plays the path as an animation in the browser, without asking the server.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gan_core.figures.animation import frame_steps, play_button, step_slider
from gan_core.figures.style import AXIS, GENERATOR, NEUTRAL, REAL, Figure, Trace, layout, scatter
from gan_core.text import N_, Translate
from gan_core.theory.dynamics import vector_field
from gan_core.theory.games import Game
from gan_core.theory.verdict import ON_CIRCLE

PORTRAIT_HEIGHT = 600
EIGENVALUE_HEIGHT = 290
DISTANCE_HEIGHT = 230

PATH = "#B86BA8"  # of neither player; Okabe and Ito's purple, readable on white and on black
INSIDE = "rgba(0,158,115,0.13)"  # `REAL`, thin

VIEWS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 20.0)  # from 0 to the picture's edge
ARROWS = 13  # in each direction
LATTICE = 0.05  # starts stand on its multiples, as on the sliders'
TINY = 1e-100  # distances below it are not drawn: as good as 0
DECIMALS = 4  # of the film's coordinates: less than a tenth of a pixel
TAIL = 16  # points of the path behind the moving one
FIXED = {"autoexpand": False}  # with margins made to fit its numbers, Plotly draws a figure twice
SMALL = {"xaxis": "x2", "yaxis": "y2"}  # the picture of the whole circle, in a corner

AXIS_TITLES = {
    "bilinear": (N_("x: wants x·y small"), N_("y: wants x·y large")),
    "": (
        N_("θ: the point that the generator makes"),
        N_("ψ: the discriminator's slope (high = fake)"),
    ),
}


def phase_portrait(
    game: Game,
    path: np.ndarray,
    farthest_start: float | None = None,
    translate: Translate = str,
    *,
    with_slider: bool = True,
) -> Figure:
    """The path (n + 1, 2) over the arrows of the game's field, with a button that plays it.

    Clicks fall on the first trace alone, whose points lie within ±`farthest_start`; without it,
    nobody is asked to click. The picture follows the path as far as the last of `VIEWS`. The slider
    that goes to any step of the film takes Plotly a quarter of all its time.
    """
    _ = translate
    view = view_of(path)
    shown = _within_picture(path)
    steps = frame_steps(len(shown))
    still = [
        *_starts(view, farthest_start, _(N_("Click to start here"))),
        _arrows(game, view),
        *_clip_lines(game, view),
        _line(shown.astype(np.float32), _(N_("Path")), width=1.6),
        _marker(path[0], _(N_("Start")), "circle-open", PATH, 13),
        _marker(np.zeros(2), _(N_("Equilibrium")), "x", REAL, 12),
    ]
    title_x, title_y = AXIS_TITLES.get(game.name, AXIS_TITLES[""])
    square = AXIS | {
        "range": [-view, view],
        "dtick": view / 2,
        "fixedrange": True,
        "constrain": "domain",
    }
    look = layout(
        height=PORTRAIT_HEIGHT,
        margin={"l": 66, "r": 16, "t": 38, "b": 103} | FIXED,
        hovermode="closest",
        dragmode=False,
        xaxis=square | {"title": {"text": _(title_x)}},
        yaxis=square | {"title": {"text": _(title_y)}, "scaleanchor": "x"},
        updatemenus=[play_button(steps, _(N_("Play")), top=62)],
        sliders=[step_slider(steps, _, top=40, color=PATH)] if with_slider else [],
    )
    # All traces are named, though one moves: those left out would no longer answer to clicks.
    traces = list(range(len(still) + 1))
    frames = [
        {"name": str(step), "traces": traces, "data": [*[{}] * len(still), _tail(shown, step)]}
        for step in steps
    ]
    return {"data": [*still, _comet(shown, steps[-1])], "layout": look, "frames": frames}


def view_of(path: np.ndarray) -> float:
    """Half the width of the picture: the smallest of `VIEWS` with room for the path."""
    farthest = np.nanmax(np.abs(path))
    return next((view for view in VIEWS if farthest * 1.05 <= view), VIEWS[-1])


def first_step_outside(path: np.ndarray) -> int | None:
    """The first step after which the path (n + 1, 2) lies outside the picture; None if none."""
    outside = ~(np.abs(path) <= view_of(path)).all(axis=1)  # NaN, where it diverged, is outside
    return int(np.argmax(outside)) if outside.any() else None


def _within_picture(path: np.ndarray) -> np.ndarray:
    """The path as far as it is drawn."""
    left_at = first_step_outside(path)
    return path if left_at is None else path[: left_at + 1]


def _starts(view: float, farthest: float | None, invitation: str) -> list[Trace]:
    """Invisible points to click on, at multiples of `LATTICE` up to ±`farthest`."""
    if farthest is None:
        return []
    reach = min(view, farthest)
    spacing = LATTICE * max(1, round(reach / 12 / LATTICE))
    n = int(reach / spacing + 1e-9)
    across = np.round(spacing * np.arange(-n, n + 1), 2)
    theta, psi = np.meshgrid(across, across)
    return [
        scatter(
            name=invitation,
            x=theta.ravel().astype(np.float32),
            y=psi.ravel().astype(np.float32),
            mode="markers",
            marker={"size": 2, "opacity": 0},
            showlegend=False,
            hovertemplate=f"{invitation}<br>(%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
        )
    ]


def _arrows(game: Game, view: float) -> Trace:
    """The directions of the field, all of one length."""
    spacing = 2 * view / ARROWS
    across = -view + spacing * (np.arange(ARROWS) + 0.5)
    clip = math.inf if game.clip is None else game.clip
    up = across[np.abs(across) <= clip]  # ψ never leaves the band
    v_theta, v_psi = vector_field(game, across, up)
    theta, psi = np.meshgrid(across, up)
    length = np.hypot(v_theta, v_psi)
    moving = length > 0
    direction = np.stack([v_theta[moving], v_psi[moving]]) / length[moving]  # (2, n)
    centre = np.stack([theta[moving], psi[moving]])
    half = 0.34 * spacing * direction
    tips, gap = centre + half, np.full_like(centre, np.nan)
    back, aside = 0.24 * spacing * direction, 0.13 * spacing * direction[::-1] * [[-1], [1]]
    # As corners of one path: 300 markers would take Plotly ten times as long as all the rest.
    corners = [centre - half, tips, tips - back + aside, tips, tips - back - aside, gap]
    x, y = np.stack(corners, axis=-1).reshape(2, -1).astype(np.float32)
    return scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": NEUTRAL, "width": 1.2, "simplify": False},
        opacity=0.6,
        showlegend=False,
        hoverinfo="skip",
    )


def _clip_lines(game: Game, view: float) -> list[Trace]:
    """The two edges of the band in which clipping holds ψ, if this game clips."""
    if game.clip is None:
        return []
    edge = game.clip
    return [
        scatter(
            x=[-view, view, None, -view, view],
            y=[-edge, -edge, None, edge, edge],
            mode="lines",
            line={"color": NEUTRAL, "width": 1.5, "dash": "dash"},
            hoverinfo="skip",
            showlegend=False,
        )
    ]


def _line(points: np.ndarray, name: str, width: float) -> Trace:
    x, y = points.T
    line = {"color": PATH, "width": width, "simplify": False}  # simplified, curves get corners
    return scatter(name=name, x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _marker(point: np.ndarray, name: str, symbol: str, color: str, size: int) -> Trace:
    return scatter(
        name=name,
        x=[point[0]],
        y=[point[1]],
        mode="markers",
        marker={
            "symbol": symbol,
            "size": size,
            "color": color,
            "line": {"width": 2, "color": color},
        },
        hoverinfo="skip",
    )


def _comet(path: np.ndarray, step: int) -> Trace:
    """The moving point with its tail, after `step` steps."""
    return scatter(
        **_tail(path, step),
        mode="lines+markers",
        line={"color": PATH, "width": 4},
        marker={"color": PATH, "size": [0] * TAIL + [15], "line": {"width": 0}, "opacity": 1},
        showlegend=False,
        hoverinfo="skip",
    )


def _tail(path: np.ndarray, step: int) -> dict[str, Any]:
    """Coordinates of the last `TAIL` steps and the point itself; before the start, the start."""
    last = path[np.maximum(np.arange(step - TAIL, step + 1), 0)].round(DECIMALS)
    return {"x": last[:, 0].tolist(), "y": last[:, 1].tolist()}


def eigenvalue_plane(
    eigenvalues: np.ndarray | None,
    locus: np.ndarray | None = None,
    translate: Translate = str,
) -> Figure:
    """The eigenvalues (n,) of one step beside the edge of the unit circle, and small, all of it.

    Inside they are green circles, outside orange diamonds, on the edge grey squares. `locus` are
    eigenvalues (m,) for other settings, drawn as dots. Without eigenvalues the circle is empty.
    """
    _ = translate
    values = np.array([], dtype=complex) if eigenvalues is None else np.asarray(eigenvalues)
    centre, half = _window(values)
    turn = np.exp(2j * np.pi * np.linspace(0, 1, 721))
    traces = [_disc(turn)]
    if locus is not None:
        traces.append(_points(locus, {"color": NEUTRAL, "size": 3, "opacity": 0.7}))
    for symbol, color, chosen in (
        ("circle", REAL, values[np.abs(values) < 1 - ON_CIRCLE]),
        ("square", NEUTRAL, values[np.abs(np.abs(values) - 1) <= ON_CIRCLE]),
        ("diamond", GENERATOR, values[np.abs(values) > 1 + ON_CIRCLE]),
    ):
        marker = {"symbol": symbol, "color": color, "size": 13}
        sizes = {
            "mode": "markers+text",
            "text": [f"{abs(value):.4f}" for value in chosen],
            "textposition": _label_places(chosen),
        }
        traces.append(_points(chosen, marker, **sizes))
        if half < 1:
            traces.append(_points(chosen, marker | {"size": 5}, **SMALL))
    if half < 1:
        traces.append(_disc(turn, **SMALL))
    square = AXIS | {"fixedrange": True}
    small = {"range": [-1.25, 1.25], "visible": False, "fixedrange": True, "constrain": "domain"}
    title_x, title_y = _(N_("real part")), _(N_("imaginary part"))
    across = {"range": [centre - half, centre + half], "title": {"text": title_x}}
    up = {"range": [-half, half], "title": {"text": title_y}, "scaleanchor": "x"}
    look = layout(
        height=EIGENVALUE_HEIGHT,
        margin={"l": 52, "r": 12, "t": 34, "b": 40},
        title=_title(_(N_("Eigenvalues of one step, each with its size"))),
        showlegend=False,
        hovermode=False,
        dragmode=False,
        xaxis=square | across,
        yaxis=square | up,
        xaxis2=small | {"domain": [0.01, 0.2], "anchor": "y2"},
        yaxis2=small | {"domain": [0.03, 0.36], "anchor": "x2", "scaleanchor": "x2"},
    )
    return {"data": traces, "layout": look}


def _window(values: np.ndarray) -> tuple[float, float]:
    """Centre and half width of a square with all eigenvalues and 1, or with the whole circle."""
    around = np.append(values, 1)
    centre = float(around.real.min() + around.real.max()) / 2
    half = 1.7 * max(float(np.ptp(around.real)) / 2, float(np.abs(around.imag).max()), 0.01)
    if values.size and half < 0.8:
        return centre, half
    return 0.0, max(1.25, 1.25 * float(np.abs(around).max()))


def _label_places(values: np.ndarray) -> list[str]:
    """Where the sizes stand, so that those of a pair keep apart."""
    places = []
    for i, value in enumerate(values):
        is_upper = value.imag > 0 or (value.imag == 0 and i % 2 == 0)
        places.append(f"{'top' if is_upper else 'bottom'} {'right' if value.imag else 'center'}")
    return places


def _disc(edge: np.ndarray, **place: str) -> Trace:
    return scatter(
        x=edge.real.astype(np.float32),
        y=edge.imag.astype(np.float32),
        mode="lines",
        fill="toself",
        fillcolor=INSIDE,
        line={"color": REAL, "width": 1.5},
        **place,
    )


def _points(values: np.ndarray, marker: dict[str, Any], **options: Any) -> Trace:
    return scatter(
        **{"x": values.real, "y": values.imag, "mode": "markers", "marker": marker} | options
    )


def distance_curve(path: np.ndarray, translate: Translate = str) -> Figure:
    """The distance ‖(θ, ψ)‖ from the equilibrium over the steps, on a logarithmic axis."""
    _ = translate
    distance = np.hypot(path[:, 0], path[:, 1])
    drawable = np.isfinite(distance) & (distance > TINY)
    steps, distance = np.flatnonzero(drawable), distance[drawable]
    traces = [_line(np.stack([steps, distance], axis=1), "", width=2.5)]
    notes = []
    low, high = 1.0, 1.0
    if steps.size:
        low, high = distance.min(), distance.max()
        ends = {"x": steps[[0, -1]], "y": distance[[0, 0]]}
        line = {"color": NEUTRAL, "width": 1, "dash": "dash"}
        traces.append(scatter(**ends, mode="lines", line=line, hoverinfo="skip"))
        notes.append(_last_value(int(steps[-1]), distance))
    decades = math.log10(high / low)
    room = max(0.35, 0.15 * decades)
    up = {
        "type": "log",
        "range": [math.log10(low) - room, math.log10(high) + room],
        "fixedrange": True,
        "exponentformat": "power",
        "dtick": math.ceil(decades / 4),
    }
    if decades < 1.5:
        powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
        up["tickvals"] = [float(f"{digit}e{power}") for power in powers for digit in (1, 2, 5)]
    look = layout(
        height=DISTANCE_HEIGHT,
        margin={"l": 58, "r": 18, "t": 34, "b": 50} | FIXED,
        title=_title(_(N_("Distance from the equilibrium"))),
        showlegend=False,
        hovermode=False,
        dragmode=False,
        annotations=notes,
        xaxis=AXIS | {"fixedrange": True, "title": {"text": _(N_("Step"))}},
        yaxis=AXIS | up,
    )
    return {"data": traces, "layout": look}


def _last_value(step: int, distance: np.ndarray) -> dict[str, Any]:
    """The last distance, written where its curve ends, on the side where the curve is not."""
    end = distance[-max(1, len(distance) // 4) :]  # above or below what the text spans
    falls = distance[-1] < distance[0]
    return {
        "x": step,
        "y": math.log10(end.min() if falls else end.max()),
        "text": three_digits(distance[-1]),
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "top" if falls else "bottom",
        "font": {"color": PATH, "size": 15},
    }


def three_digits(value: float) -> str:
    """A number to three digits, as papers print it: 3.10, 0.640, 2.64e-6."""
    mantissa, _, exponent = f"{value:#.3g}".partition("e")
    return f"{mantissa.rstrip('.')}e{int(exponent)}" if exponent else mantissa.rstrip(".")


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 14}, "x": 0, "xanchor": "left", "y": 0.98}
