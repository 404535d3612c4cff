"""A loss as a function of the discriminator's logit, drawn by the very function that trains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from gan_core.figures.style import AXIS, DISCRIMINATOR, GENERATOR, REAL, layout
from gan_core.losses import Loss, probability
from gan_core.ops import NUMPY
from gan_core.text import N_

HEIGHT = 320

# D's outputs for one sample it is sure of, (real, fake); either costs D nothing.
SURE_LOGITS = (np.full((1, 1), 1000.0), np.full((1, 1), -1000.0))
SURE_SCORES = (np.ones((1, 1)), np.zeros((1, 1)))


def loss_curve(loss: Loss, translate: Callable[[str], str] = str) -> go.Figure:
    """What each player pays for one sample, over D's output on it.

    D's loss is a sum over a real and a fake sample. Each term is drawn alone: the other sample gets
    the output at which it costs nothing, "surely real" or "surely fake".
    """
    _ = translate
    is_probability = loss.decision is probability
    output = np.linspace(-6, 6, 241) if is_probability else np.linspace(-1, 2, 241)  # (241,)
    logits = output[:, np.newaxis]  # (241, batch 1)
    surely_real, surely_fake = SURE_LOGITS if is_probability else SURE_SCORES  # both (1, 1)
    on_real = loss.discriminator(logits, surely_fake, NUMPY)
    on_fake = loss.discriminator(surely_real, logits, NUMPY)
    on_own = loss.generator(surely_real, logits, NUMPY)
    figure = go.Figure()
    for name, y, line in (
        (_(N_("D on a real sample")), on_real, {"color": REAL}),
        (_(N_("D on a fake sample")), on_fake, {"color": DISCRIMINATOR}),
        # Dashed, because in some losses it covers one of D's curves.
        (_(N_("G on its own sample")), on_own, {"color": GENERATOR, "dash": "dash"}),
    ):
        figure.add_trace(go.Scatter(name=name, x=output, y=y, mode="lines", line=line))
    title = (
        N_("D's logit: left “fake”, right “real”")
        if is_probability
        else N_("D's score: 0 is fake, 1 is real")
    )
    figure.update_xaxes(**AXIS, title_text=_(title))
    figure.update_yaxes(**AXIS, title_text=_(N_("Loss")))
    return figure.update_layout(
        layout(height=HEIGHT, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    )
