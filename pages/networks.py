"""Networks: what generator and discriminator are made of, and which layers the gradient reaches."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import streamlit as st
from pydantic import Field
from streamlit.delta_generator import DeltaGenerator

from gan_core.config import RunConfig
from gan_core.figures.first_gradients import COLORS, gradient_figure, gradients_of
from gan_core.figures.network_sketch import network_sketch, shape_text
from gan_core.figures.style import DISCRIMINATOR, GENERATOR
from gan_core.networks import NETWORKS, NORMS, USUAL
from gan_core.networks.mlp import ACTIVATIONS
from gan_core.runs.answers import Question
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_
from pages.parts.asking import when_answered
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.question import predict
from pages.parts.steady_figure import steady_figure
from pages.parts.table import table

Network = Mapping[str, Any]  # as gan_core.training.anatomy describes it


class Networks(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "network": NETWORKS,
        "norm": NORMS,
        "activation": ACTIVATIONS,
    }

    network: str = Field(
        "dcgan", title=N_("Network"), description=N_("How generator and discriminator are built.")
    )
    latent_dim: Annotated[int, Shown("log")] = Field(
        100,
        ge=1,
        le=512,
        title=N_("Noise dimensions"),
        description=N_("How many random numbers z the generator turns into one sample."),
    )
    hidden_layers: int = Field(
        2, ge=0, le=5, title=N_("Hidden layers"), description=N_("In each of the two networks.")
    )
    hidden_units: Annotated[int, Shown("log")] = Field(
        128,
        ge=1,
        le=512,
        title=N_("Units per hidden layer"),
        description=N_("In each of the two networks."),
    )
    width: Annotated[float, Shown("log")] = Field(
        1.0,
        ge=0.2,
        le=2.0,
        title=N_("Width"),
        description=N_("How many filters the convolutions have: 1 as published, 2 twice as many."),
    )
    extra_convs: int = Field(
        0,
        ge=0,
        le=3,
        title=N_("Extra convolutions"),
        description=N_(
            "This many more of 3×3 at each size of the picture inside the network: deeper."
        ),
    )
    norm: str = Field(
        USUAL,
        title=N_("Normalisation"),
        description=N_(
            "Keeps values in range. Usual: batch in a DCGAN's generator, otherwise none."
        ),
    )
    activation: str = Field(
        "leaky_relu",
        title=N_("Activation"),
        description=N_("What each hidden unit does with the sum of its inputs."),
    )
    spectral_norm: bool = Field(
        False,
        title=N_("Spectral normalisation"),
        description=N_(
            "Divides each layer of D by its largest stretch, so that D does not grow very steep."
        ),
    )
    depth: int = Field(
        5,
        ge=1,
        le=5,
        title=N_("Hidden layers of the pairs compared"),
        description=N_("In each of the two networks."),
    )

    def config(self) -> RunConfig:
        """The run whose networks these settings describe."""
        names = ("network", "latent_dim", "spectral_norm", *NETWORKS.get(self.network).options)
        return RunConfig.parse({name: getattr(self, of_both(name)) for name in names})


def of_both(option: str) -> str:
    """The setting here that stands for an option of one player: the two are equally large."""
    return option.removeprefix("g_").removeprefix("d_")


PRESETS: Mapping[str, Mapping[str, Any]] = {
    N_("DCGAN, full size"): {},
    N_("MLP with two hidden layers"): {"network": "mlp"},
    N_("All sigmoid, five layers"): {
        "network": "mlp",
        "hidden_layers": 5,
        "activation": "sigmoid",
    },
    N_("Logistic regression"): {"network": "mlp", "hidden_layers": 0},
}
FULL_SIZE = Networks().config()
PICTURE = shape_text(FULL_SIZE.items.dataset.shape[:2])

KINDS = {
    "Dense": N_("each output is a weighted sum of all inputs"),
    "Conv2D": N_("moves small filters over the picture: each finds one feature"),
    "Conv2DTranspose": N_("paints a small patch for each value: a convolution in reverse"),
    "BatchNormalization": N_(
        "gives each channel mean 0 and spread 1 over the batch, then rescales"
    ),
    "GroupNormalization": N_(
        "gives each sample mean 0 and spread 1 over all its values, then rescales each channel"
    ),
    "LeakyReLU": N_("bends: without that, all layers together would be one linear layer"),
    "Activation": N_("bends: without that, all layers together would be one linear layer"),
    "Dropout": N_("in training, sets values to 0 at random, so that none is relied on alone"),
    "Reshape": N_("the same numbers, laid out as a picture"),
    "Flatten": N_("the same numbers, in a single row"),
}
NBSP = "\N{NO-BREAK SPACE}"
CONVOLUTIONS = ("Conv2D", "Conv2DTranspose")


def question(config: RunConfig) -> Question:
    """What a worker is asked: the anatomy of a run's networks."""
    return {"topic": "anatomy", "settings": config.model_dump(exclude_defaults=True)}


def show_networks(shown: Mapping[str, Network], full_size: Mapping[str, Network]) -> None:
    """Both sketches, the question, both tables."""
    generator, discriminator = shown["generator"], shown["discriminator"]
    _sketch(
        generator,
        _("**Generator:** {n_in} random numbers become a picture. {n} parameters."),
        ("z", "G(z)"),
        GENERATOR,
    )
    _sketch(
        discriminator,
        _("**Discriminator:** a picture becomes one number. {n} parameters."),
        ("x", "C(x)"),
        DISCRIMINATOR,
    )
    st.caption(
        _(
            "Blocks are pictures, as wide as they have channels (values per pixel). "
            "Bars are rows of numbers; their height follows the logarithm of the length."
        )
    )
    _ask_where_the_parameters_are(full_size["generator"])
    first, second = st.tabs([_("Generator, layer by layer"), _("Discriminator, layer by layer")])
    _layers(generator, first)
    _layers(discriminator, second)
    met = {layer["kind"] for network in (generator, discriminator) for layer in network["layers"]}
    meaning = _("`{kind}`: {does}")
    sentences = [meaning.format(kind=kind, does=_(KINDS[kind])) for kind in KINDS if kind in met]
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
    if generator["fixed"] + discriminator["fixed"]:
        st.caption(
            _(
                "Fixed parameters are numbers that a network keeps but no gradient moves, such as "
                "the running mean and variance of a batch normalisation."
            )
        )


def _sketch(network: Network, title: str, ends: tuple[str, str], color: str) -> None:
    n = network["trainable"] + network["fixed"]
    st.markdown(title.format(n_in=shape_text(network["input"]), n=f"{n:,}"))
    steady_figure(network_sketch(network, ends, color, _), key=f"sketch {ends}")


def parameters_of(network: Network, kinds: tuple[str, ...]) -> int:
    """How many parameters the layers of these kinds have together."""
    return sum(
        layer["trainable"] + layer["fixed"] for layer in network["layers"] if layer["kind"] in kinds
    )


def _ask_where_the_parameters_are(generator: Network) -> None:
    counts = {
        "dense": parameters_of(generator, ("Dense",)),
        "convolutions": parameters_of(generator, CONVOLUTIONS),
        "norms": parameters_of(generator, ("BatchNormalization",)),
    }
    predict(
        "parameters",
        _("Where are most parameters of the full-size DCGAN's generator?"),
        {
            "dense": _("In the dense layer at its start"),
            "convolutions": _("In its transposed convolutions, all together"),
            "norms": _("In its batch normalisations"),
        },
        max(counts, key=counts.__getitem__),
        _(
            "Dense: {dense}; convolutions: {convolutions}; normalisations: {norms}. A dense layer "
            "has a weight for every pair of input and output; a convolution uses the same small "
            "filters at every place."
        ).format(**{name: f"{count:,}" for name, count in counts.items()}),
        {
            "convolutions": _(
                "They do most of the work, but a filter's weights are the same at every place, and "
                "count once. Add up their rows in the table."
            ),
            "norms": _(
                "They keep a few numbers for each channel, however large its picture is. Add up "
                "their rows in the table."
            ),
        },
    )


def _layers(network: Network, place: DeltaGenerator) -> None:
    """Draw a table of the layers."""
    titles = (_("Layer"), _("Shape in → shape out"), _("Parameters"))
    total = _("Total")
    last = (f"**{total}**", "", f"**{_count(network)}**")
    table(titles, [*map(_row, network["layers"]), last], place)


def _row(layer: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        " · ".join([f"`{layer['kind']}`", *_details(layer)]),
        f"{shape_text(layer['in'])}{NBSP}→{NBSP}{shape_text(layer['out'])}",
        _count(layer),
    )


def _details(layer: Mapping[str, Any]) -> list[str]:
    """What else is to be said of a layer, in words."""
    details = []
    if layer["kernel"]:
        details.append(f"{shape_text(layer['kernel'])}")
        details.append(_("stride {stride}").format(stride=layer["stride"]))
    if layer["bias"] is False:
        details.append(_("no bias"))
    if layer["activation"] and layer["kind"] != "LeakyReLU":
        details.append(ACTIVATIONS[layer["activation"]])
    if layer["slope"]:
        details.append(_("slope {slope} below 0").format(slope=f"{layer['slope']:g}"))
    if layer["rate"]:
        details.append(f"{layer['rate']:.0%}")
    if layer["spectral_norm"]:
        details.append(_("spectral norm"))
    return details


def _count(counted: Mapping[str, Any]) -> str:
    """Parameters of a layer or a network."""
    trainable, fixed = f"{counted['trainable']:,}", f"{counted['fixed']:,}"
    if not counted["fixed"]:
        return trainable
    return _("{trainable} + {fixed} fixed").format(trainable=trainable, fixed=fixed)


def show_gradients(*anatomies: Mapping[str, Any]) -> None:
    """The curves, and by how much the sigmoid's first gradient is smaller."""
    by_activation = dict(zip(COLORS, anatomies, strict=True))
    steady_figure(gradient_figure(by_activation, _), key="gradients")
    factors = {
        player: gradients_of(by_activation["leaky_relu"][player])[0]
        / gradients_of(by_activation["sigmoid"][player])[0]
        for player in ("discriminator", "generator")
    }
    markdown(
        "networks_factor",
        d_factor=rounded(factors["discriminator"]),
        g_factor=rounded(factors["generator"]),
    )
    example = anatomies[0]
    st.caption(
        _(
            "{units} units per layer, {latent_dim} random numbers. Loss: {loss}. Root mean square "
            "over the weights of a layer, on a batch of {batch_size} real and as many generated "
            "digits, over {n_seeds} initialisations (Glorot's)."
        ).format(
            units=Networks.default("hidden_units"),
            latent_dim=Networks.default("latent_dim"),
            loss=_(FULL_SIZE.items.loss.title),
            batch_size=example["batch_size"],
            n_seeds=example["n_seeds"],
        )
    )


def rounded(factor: float) -> str:
    """Two digits of a factor: 57,000."""
    return f"{float(f'{factor:.2g}'):,.10g}"


settings = PageSettings(Networks)
markdown("networks", picture=PICTURE)
with st.container(horizontal=True):
    for title, preset in PRESETS.items():
        settings.button(_(title), **preset)
values = settings.values
with st.container(horizontal=True, vertical_alignment="bottom"):
    for name in ("network", "latent_dim", "spectral_norm"):
        settings.field(name)
options = tuple(dict.fromkeys(map(of_both, NETWORKS.get(values.network).options)))
if "hidden_layers" in options and not values.hidden_layers:
    options = ("hidden_layers",)  # there is nothing that the others would change
    markdown("networks_logistic", n_weights=str(math.prod(FULL_SIZE.items.dataset.shape)))
with st.container(horizontal=True, vertical_alignment="bottom"):
    for name in options:
        settings.field(name)
when_answered([question(values.config()), question(FULL_SIZE)], show_networks, height=1100)
link(
    "train",
    _("Train these two networks"),
    "play_circle",
    **{name: str(value) for name, value in values.config().model_dump(exclude_unset=True).items()},
)

markdown("networks_gradients")
settings.field("depth")
pairs = [
    Networks(network="mlp", hidden_layers=values.depth, activation=activation).config()
    for activation in COLORS
]
when_answered([question(pair) for pair in pairs], show_gradients, height=480)
markdown("networks_myths", picture=PICTURE)
markdown("networks_next")
