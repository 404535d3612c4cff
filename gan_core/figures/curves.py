"""The curves of a run: losses, the discriminator's decisions, and speed."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gan_core.datasets import Dataset
from gan_core.figures.style import AXIS, DISCRIMINATOR, GENERATOR, NEUTRAL, REAL, layout
from gan_core.losses import Loss
from gan_core.ops import NUMPY
from gan_core.penalties import Penalty
from gan_core.text import N_

HEIGHT = 560


def live_curves(
    loss: Loss, penalty: Penalty, dataset: Dataset, translate: Callable[[str], str] = str
) -> go.Figure:
    """Three curves over the step, with one common axis: losses, decisions, throughput.

    Dashed lines stand at the values of the equilibrium, where D cannot tell real from fake; where
    any constant is as good, only at D's loss.
    """
    _ = translate
    decisions = (
        N_("Discriminator's verdict") if loss.gives_probability else N_("Discriminator's score")
    )
    speed = N_("Images per second") if dataset.is_image else N_("Points per second")
    figure = make_subplots(
        rows=3,
        cols=1,
        shared_xaxes=True,
        row_heights=[0.42, 0.36, 0.22],
        vertical_spacing=0.09,
        subplot_titles=[_(N_("Losses")), _(decisions), _(speed)],
    )
    for row, name, channel, color in (
        (1, "L<sub>D</sub>", "d_loss", DISCRIMINATOR),
        (1, "L<sub>G</sub>", "g_loss", GENERATOR),
        (2, "D(x)", "d_real", REAL),
        (2, "D(G(z))", "d_fake", GENERATOR),
    ):
        figure.add_trace(_curve(name, channel, color), row=row, col=1)
    if penalty.formula:
        figure.add_trace(_curve(_(N_("Penalty")), "d_penalty", NEUTRAL), row=1, col=1)
    throughput = _curve(_(speed), "images_per_second", NEUTRAL, x="speed_step")
    figure.add_trace(throughput.update(showlegend=False), row=3, col=1)
    for row, value, color in _equilibrium_lines(loss):
        figure.add_hline(value, row=row, col=1, line={"color": color, "width": 1, "dash": "dash"})
    figure.update_annotations(x=0, xanchor="left", font={"size": 14})
    figure.update_xaxes(**AXIS, showticklabels=True)
    figure.update_xaxes(title_text=_(N_("Step")), row=3, col=1)
    figure.update_yaxes(**AXIS)
    if loss.gives_probability:
        figure.update_yaxes(range=[0, 1], row=2, col=1)
    figure.update_yaxes(rangemode="tozero", row=3, col=1)
    return figure.update_layout(layout(height=HEIGHT))


def _equilibrium_lines(loss: Loss) -> list[tuple[int, float, str]]:
    """Row, height and colour of each line."""
    if not loss.equilibrium:
        return []
    lines = [(1, loss.equilibrium.d_loss, DISCRIMINATOR)]
    if not loss.equilibrium.any_constant:
        decision = float(loss.decision(loss.equilibrium.logit, NUMPY))
        lines += [(1, loss.equilibrium.g_loss, GENERATOR), (2, decision, NEUTRAL)]
    return lines


def _curve(name: str, channel: str, color: str, x: str = "step") -> go.Scatter:
    return go.Scatter(
        name=name,
        x=[],
        y=[],
        mode="lines",
        line={"color": color, "width": 1.6},
        hovertemplate="%{y:.4g}",
        meta={"append": {"x": x, "y": channel}},
    )
