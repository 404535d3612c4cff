"""The curves of a run: losses, the discriminator's decisions, and what is measured beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gan_core.datasets import Dataset
from gan_core.figures.panels import Panel, panels_figure
from gan_core.figures.style import (
    ANY_SIZE,
    DISCRIMINATOR,
    GENERATOR,
    NEUTRAL,
    REAL,
    Figure,
    Trace,
    scatter,
)
from gan_core.image_measures import MEASURES, N_LIVE, is_digits
from gan_core.losses import Loss
from gan_core.metrics import METRICS
from gan_core.ops import NUMPY
from gan_core.text import N_, Translate

HEIGHT = 560
PLANE_HEIGHT = 480
RECORDED_HEIGHT = 360
STEPS = {"rangemode": "nonnegative"}  # before the first, too, when nothing is drawn yet
BETWEEN = 42  # pixels, for the numbers of an axis and the title below
_ANY_SIZE = ANY_SIZE | {"nticks": 3}  # there is room for so many
DISTANCES = {"jensen_shannon": DISCRIMINATOR, "sliced_wasserstein": GENERATOR}

# Row, name, channel and colour of each curve of the game.
_GAME = (
    (1, "L<sub>D</sub>", "d_loss", DISCRIMINATOR),
    (1, "L<sub>G</sub>", "g_loss", GENERATOR),
    (2, "D(x)", "d_real", REAL),
    (2, "D(G(z))", "d_fake", GENERATOR),
)


def live_curves(
    losses: Sequence[Loss],
    on_top: str,
    dataset: Dataset,
    translate: Translate = str,
) -> Figure:
    """Curves over the step, with one common axis: losses, decisions, throughput.

    `losses` are all that the run has had, and `on_top` is the name of what D pays besides, if it
    does. Dashed lines stand at the values of the equilibrium, where D cannot tell real from fake,
    as far as it has but one; where the loss was exchanged, nowhere. Where it is measured, the
    Fréchet distance follows, its noise floor dotted.
    """
    _ = translate
    speed = _(N_("Images per second") if dataset.is_image else N_("Points per second"))
    titles, heights = [*_titles_of_the_game(losses, on_top, _), speed], [0.42, 0.36, 0.22]
    if is_digits(dataset):
        frechet = MEASURES.get("frechet").title_of(N_LIVE, _)
        titles, heights = [*titles[:2], frechet, speed], [0.3, 0.26, 0.26, 0.18]
    panels = [Panel(title) for title in titles]
    _draw_the_game(panels, losses, on_top, _)
    if is_digits(dataset):
        _draw_the_quality(panels[2], _)
        _say_steps_but_once(panels[:3])  # the axis below is theirs too
    panels[-1].traces.append(_curve(speed, "images_per_second", NEUTRAL, x="speed_step"))
    panels[-1].y = {"rangemode": "tozero"}
    return _stack(panels, heights, losses, on_top, _)


def plane_curves(
    losses: Sequence[Loss],
    on_top: str,
    floors: Mapping[str, float],
    translate: Translate = str,
) -> Figure:
    """Losses, decisions, distances from the data, and the sizes of both gradients over the step.

    Dotted lines are noise floors: what real points score against other real points. For the rest,
    see `live_curves`.
    """
    _ = translate
    sizes = {"‖∇L<sub>D</sub>‖": DISCRIMINATOR, "‖∇L<sub>G</sub>‖": GENERATOR}
    titles = [
        *_titles_of_the_game(losses, on_top, _),
        _keyed(
            _(N_("Distance")),
            {_(METRICS.get(name).title): color for name, color in DISTANCES.items()},
            _,
        ),
        _keyed(_(N_("Size of the gradients")), sizes, _),
    ]
    panels = [Panel(title) for title in titles]
    _draw_the_game(panels, losses, on_top, _)
    distance, gradients = panels[2:]
    distance.y, gradients.y = {"rangemode": "tozero"}, _ANY_SIZE
    for name, color in DISTANCES.items():
        title = _(METRICS.get(name).title)
        distance.traces.append(_curve(title, name, color, x="frame_step"))
        if name in floors:
            distance.level(floors[name], color, dash="dot")
    for (name, color), channel in zip(sizes.items(), ("d_gradient", "g_gradient"), strict=True):
        gradients.traces.append(_curve(name, channel, color, x="frame_step"))
    _say_steps_but_once(panels[:3])
    shares = [0.28, 0.24, 0.24, 0.24]
    return _stack(panels, shares, losses, on_top, _, height=PLANE_HEIGHT, top=24)


def recorded_curves(
    loss: Loss, steps: np.ndarray, curves: np.ndarray, translate: Translate = str
) -> Figure:
    """Losses and decisions (n, 4) of a run that has ended, over its steps (n,).

    The columns are L_D, L_G, D(x), D(G(z)). Dashed lines stand as in `live_curves`.
    """
    _ = translate
    panels = [Panel(title) for title in _titles_of_the_game([loss], "", _)]
    for (row, name, _channel, color), values in zip(_GAME, curves.T, strict=True):
        panels[row - 1].curve(steps, values, color, name=name, width=1.6)
    for row, value, color in _equilibrium_lines([loss]):
        panels[row - 1].level(value, color)
    panels[0].x = {"showticklabels": False}
    panels[1].x = {"title": {"text": _(N_("Step"))}}
    panels[1].y = {"range": [-0.03, 1.03]}  # a curve on the edge would be cut in half
    return panels_figure(panels, columns=1, height=RECORDED_HEIGHT, shares=[1, 1])


def _keyed(title: str, colors: Mapping[str, str], _: Translate) -> str:
    """A title that says in colour which curves lie below it, and so needs no legend."""
    names = (f'<span style="color:{color}">{name}</span>' for name, color in colors.items())
    return _(N_("{title}: {names}")).format(title=title, names=_(N_(", ")).join(names))


def _stack(
    panels: Sequence[Panel],
    shares: Sequence[float],
    losses: Sequence[Loss],
    on_top: str,
    _: Translate,
    height: int = HEIGHT,
    top: int = 34,
) -> Figure:
    """The panels one above the other, with the step as their common axis."""
    for panel in panels[:-1]:
        panel.x = {"matches": f"x{len(panels)}", **STEPS, **panel.x}
    panels[-1].x = {"title": {"text": _(N_("Step"))}, **STEPS}
    # What the browser compares: where any of it is another, it draws the figure anew.
    game = [len(losses) > 1, _give_probabilities(losses), on_top]
    return panels_figure(
        panels,
        columns=1,
        height=height,
        shares=shares,
        between=BETWEEN,
        title_size=14,
        margin={"t": top, "b": 44},
        meta=game,
    )


def _say_steps_but_once(panels: Sequence[Panel]) -> None:
    for panel in panels:
        panel.x = {"showticklabels": False}


def _titles_of_the_game(losses: Sequence[Loss], on_top: str, _: Translate) -> list[str]:
    paid = {"L<sub>D</sub>": DISCRIMINATOR, "L<sub>G</sub>": GENERATOR}
    if on_top:
        paid[on_top] = NEUTRAL
    verdict, score = N_("Discriminator's verdict"), N_("Discriminator's score")
    decisions = _(verdict if _give_probabilities(losses) else score)
    said = {"D(x)": REAL, "D(G(z))": GENERATOR}
    return [_keyed(_(N_("Losses")), paid, _), _keyed(decisions, said, _)]


def _give_probabilities(losses: Sequence[Loss]) -> bool:
    return all(loss.gives_probability for loss in losses)


def _draw_the_game(
    panels: Sequence[Panel], losses: Sequence[Loss], on_top: str, _: Translate
) -> None:
    """Losses in the first panel, decisions in the second, with their equilibrium."""
    for row, name, channel, color in _GAME:
        panels[row - 1].traces.append(_curve(name, channel, color))
    if on_top:
        panels[0].traces.append(_curve(on_top, "d_penalty", NEUTRAL))
    for row, value, color in _equilibrium_lines(losses):
        panels[row - 1].level(value, color)
    if _give_probabilities(losses):
        panels[1].y = {"range": [0, 1]}


def _draw_the_quality(panel: Panel, _: Translate) -> None:
    """The Fréchet distance of what is generated, and of real pictures from other real ones."""
    generated = _curve(_(N_("generated")), "frechet", GENERATOR, x="quality_step")
    real = _curve(_(N_("real")), "frechet_floor", REAL, x="quality_step")
    panel.traces += [generated | {"mode": "lines+markers"}, real]
    real["line"]["dash"] = "dot"
    panel.y = _ANY_SIZE


def _equilibrium_lines(losses: Sequence[Loss]) -> list[tuple[int, float, str]]:
    """Row, height and colour of each line; none for several losses, as each has its own."""
    loss = losses[0]
    if len(losses) > 1 or not loss.equilibrium:
        return []
    lines = [(1, loss.equilibrium.d_loss, DISCRIMINATOR)]
    if loss.equilibrium.g_loss is not None:
        lines.append((1, loss.equilibrium.g_loss, GENERATOR))
    if not loss.equilibrium.constants:
        lines.append((2, float(loss.decision(loss.equilibrium.logit, NUMPY)), NEUTRAL))
    return lines


def _curve(name: str, channel: str, color: str, x: str = "step") -> Trace:
    return scatter(
        name=name,
        x=[],
        y=[],
        mode="lines",
        line={"color": color, "width": 1.6},
        hovertemplate="%{y:.4g}",
        meta={"append": {"x": x, "y": channel}},
    )
