"""The curves of a run: losses, the discriminator's decisions, and speed."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gan_core.datasets import Dataset
from gan_core.figures.style import AXIS, DISCRIMINATOR, GENERATOR, NEUTRAL, REAL, layout
from gan_core.losses import Loss, probability
from gan_core.text import N_

HEIGHT = 560


def live_curves(loss: Loss, dataset: Dataset, translate: Callable[[str], str] = str) -> go.Figure:
    """Three curves over the step, with one common axis: losses, decisions, throughput.

    Dashed lines stand at the values of the equilibrium, where D cannot tell real from fake.
    """
    _ = translate
    is_probability = loss.decision is probability
    decisions = N_("Discriminator's verdict") if is_probability else N_("Discriminator's score")
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
    throughput = _curve(_(speed), "images_per_second", NEUTRAL, x="speed_step")
    figure.add_trace(throughput.update(showlegend=False), row=3, col=1)
    for row, value, color in (
        (1, loss.equilibrium[0], DISCRIMINATOR),
        (1, loss.equilibrium[1], GENERATOR),
        (2, 0.5, NEUTRAL),
    ):
        figure.add_hline(value, row=row, col=1, line={"color": color, "width": 1, "dash": "dash"})
    figure.update_annotations(x=0, xanchor="left", font={"size": 14})
    figure.update_xaxes(**AXIS, showticklabels=True)
    figure.update_xaxes(title_text=_(N_("Step")), row=3, col=1)
    figure.update_yaxes(**AXIS)
    if is_probability:
        figure.update_yaxes(range=[0, 1], row=2, col=1)
    figure.update_yaxes(rangemode="tozero", row=3, col=1)
    return figure.update_layout(layout(height=HEIGHT))


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
