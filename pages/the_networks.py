"""Lesson: what G and D are made of, how many numbers that are, and how a gradient gets lost."""

import itertools

import streamlit as st
from pydantic import Field

from gan_core.figures.lessons import backward_figure
from gan_core.settings import Settings
from gan_core.text import N_
from gan_core.theory.backward import ACTIVATIONS, BATCH, WIDTH, gradients_at_layers
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure
from pages.parts.table import table

PIXELS = 28 * 28
LATENT_DIM = 64
UNITS = 256
ASKED_LAYERS = 5
NAMES = {
    "sigmoid": N_("sigmoid behind every layer"),
    "leaky_relu": N_("LeakyReLU behind every layer"),
}


class NetworkLesson(Settings):
    """What the page lets a reader set."""

    layers: int = Field(
        3,
        ge=1,
        le=12,
        title=N_("Number of layers"),
        description=N_("How many layers the gradient has to go back through."),
    )


def dense(n_in: int, n_out: int) -> int:
    """The parameters of a dense layer: a weight from each input to each unit, and a bias each."""
    return n_in * n_out + n_out


def sizes_table() -> None:
    """What goes into each layer of a small pair and what comes out."""
    rows = []
    for player, sizes in (
        ("$G$", (LATENT_DIM, UNITS, UNITS, PIXELS)),
        ("$D$", (PIXELS, UNITS, UNITS, 1)),
    ):
        for place, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
            multiplied = f"${n_in} \\times {n_out} + {n_out}$"
            rows.append(
                [f"{player} {place}", f"{n_in}", f"{n_out}", multiplied, f"{dense(n_in, n_out):,}"]
            )
    head = [_("Layer"), _("numbers in"), _("numbers out"), _("weights + biases"), _("Parameters")]
    table(head, rows)


def weakened(activation: str, n_layers: int) -> float:
    """By which factor the gradient is weaker at the first layer than behind the last."""
    return float(1 / gradients_at_layers(activation, n_layers)[0])


def ask_what_is_left() -> bool:
    """The question how little passes through sigmoids; whether its answer is told."""
    factor = weakened("sigmoid", ASKED_LAYERS)
    return ask(
        "sigmoids",
        _("A gradient goes back through {n} layers with sigmoids. How much of it arrives?").format(
            n=ASKED_LAYERS
        ),
        {
            "half": _("About a half."),
            "tenth": _("About a tenth."),
            "less": _("Less than a hundredth."),
        },
        "less" if factor > 100 else "tenth" if factor > 5 else "half",
        _(
            "One part in {sigmoid}; with LeakyReLU one in {leaky}. A sigmoid's slope is never "
            "above a quarter, and each layer multiplies by it."
        ).format(sigmoid=f"{factor:,.0f}", leaky=f"{weakened('leaky_relu', ASKED_LAYERS):,.0f}"),
        {
            "half": _(
                "Then each layer would have to pass on nearly all of it. How steep is a sigmoid "
                "where it is steepest?"
            ),
            "tenth": _(
                "That would do for fewer layers. A sigmoid's slope is a quarter at most, and one "
                "layer's factor multiplies the next one's."
            ),
        },
    )


@st.fragment
def stage(is_told: bool) -> None:
    """The number of layers, and how much of a gradient gets through; compared once it `is_told`."""
    n_layers = settings.field("layers")
    gradients = {name: gradients_at_layers(name, n_layers) for name in ACTIVATIONS}
    figure = backward_figure(gradients, {name: _(title) for name, title in NAMES.items()}, _)
    steady_figure(figure, key="backward")
    head_start()
    st.caption(
        _(
            "Computed just now: {width} units per layer, {batch} random samples, weights as usual "
            "at the beginning of training."
        ).format(width=WIDTH, batch=BATCH)
    )
    if is_told:
        share = f"{100 * gradients['sigmoid'][0] / gradients['leaky_relu'][0]:.2g}%"
        st.caption(
            _("At the first layer, sigmoids leave {share} of what LeakyReLU leaves.").format(
                share=share
            )
        )
    settings.write_url()


settings = PageSettings(NetworkLesson)
open_lesson("the_networks")
markdown("the_networks", pixels=str(PIXELS), latent_dim=str(LATENT_DIM))
stage(ask_what_is_left())
st.header(_("How many numbers is that?"), anchor=False)
markdown("the_networks_sizes", units=str(UNITS))
sizes_table()
explain("the_networks_why", pixels=f"{PIXELS}", logistic=f"{dense(PIXELS, 1):,}")
link("networks", _("In the laboratory: networks, layer by layer"), "layers")
link("train", _("Train a small DCGAN on digits"), "play_circle", preset="digits_dcgan")
close_lesson(
    "the_networks",
    n_in=str(UNITS),
    parameters=f"{dense(UNITS, 1)}",
    only=f"{UNITS}",
    both=f"{UNITS**2:,}",
)
