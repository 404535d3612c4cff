"""The two networks of a run, layer by layer, as a program builds them with Keras.

The functions that build networks are called with an empty shell of Keras that only notes what it
is asked for. So the layers that are exported are those that train, and the web process needs no
Keras to name them.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from gan_core.config import RunConfig
from gan_core.export.excerpt import Excerpt, excerpt
from gan_core.export.written import Call, Code, Module, Name, Operation, statements
from gan_core.networks import Layers

_SHELLS = {
    "keras": Module("keras"),
    "gan_core.batch_norm": Module("keras.layers"),  # which has a layer of that name, only slower
    "gan_core.dropout": Module("dropout"),
    "gan_core.spectral_norm": Module("spectral_norm"),
}
_SHORT = {  # what the program imports under a short name
    "keras.layers.": "layers.",
    "dropout.": "",
    "spectral_norm.": "",
}
# Layers of this project that the program brings along, with the modules that define them.
_BROUGHT = {"Dropout": "gan_core.dropout", "SpectralNorm": "gan_core.spectral_norm"}


def network_code(config: RunConfig, *, dtype: str) -> dict[str, str]:
    """Statements that build `generator` and `discriminator`, by these names.

    `dtype` is the policy that the program sets for all layers.
    """
    build, shape = config.items.network, config.items.dataset.shape
    layers = _WrittenLayers(dtype, seed=0)  # the program itself adds what follows from SEED
    n_inputs: Code = Name("LATENT_DIM")
    if config.conditional:
        n_inputs = Operation("+", n_inputs, Name("N_CLASSES"))
        layers.n_logits = Operation("+", 1, Name("N_CLASSES"))
    if config.n_read and config.n_kinds:
        n_inputs = Operation("+", n_inputs, Name("N_KINDS"))
        layers.n_logits = Operation("+", layers.n_logits, Name("N_KINDS"))
    if config.n_read and config.n_codes:
        layers.n_logits = Operation("+", layers.n_logits, Name("N_CODES"))
    generator = _with_shells(build.generator)(
        layers, n_inputs, shape, **config.network_options("g")
    )
    layers.spectral_norm = config.spectral_norm
    packed_shape = (*shape[:-1], shape[-1] * config.packing)
    discriminator = _with_shells(build.discriminator)(
        layers, packed_shape, **config.network_options("d")
    )
    networks = {"generator": generator, "discriminator": discriminator}
    return {
        name: "\n".join(statements(_plain(network), f"{name} = ", indent="")) + "\n"
        for name, network in networks.items()
    }


def layers_code(networks: Mapping[str, str]) -> list[Excerpt]:
    """The layers of this project that these statements use."""
    return [
        excerpt(module, [name])
        for name, module in _BROUGHT.items()
        if any(re.search(rf"\b{name}\(", code) for code in networks.values())
    ]


def _with_shells(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose imports give shells of the modules in place of them."""
    assert isinstance(function, FunctionType)
    names = {**function.__globals__, "__builtins__": {**vars(builtins), "__import__": _shell_of}}
    copy = FunctionType(
        function.__code__, names, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _shell_of(name: str, *_: Any) -> Module:
    return _SHELLS[name]


class _WrittenLayers(Layers):
    """`Layers` of which each is written down."""

    n_logits: Any


for _name, _member in vars(Layers).items():
    if isinstance(_member, FunctionType) and _name != "__init__":
        setattr(_WrittenLayers, _name, _with_shells(_member))


def _plain(part: Any) -> Any:
    """The same layers as one writes them by hand: the program sets precision and seeds."""
    if isinstance(part, Name):
        text = part.text
        for long, short in _SHORT.items():
            text = text.replace(long, short)
        return Name(text)
    if isinstance(part, Call):
        if _names(part.function) == "keras.initializers.GlorotUniform":
            return Call(Name("glorot"), (part.options["seed"],))
        options = {
            name: Call(Name("layer_seed"), (value,)) if name == "seed" else _plain(value)
            for name, value in part.options.items()
            if value is not None and name != "name" and not _is_policy(value)
        }
        return Call(_plain(part.function), [_plain(each) for each in part.arguments], options)
    if isinstance(part, list):
        return [_plain(each) for each in part]
    return part


def _is_policy(value: Any) -> bool:
    return isinstance(value, Call) and _names(value.function) == "keras.DTypePolicy"


def _names(function: Any) -> str:
    return function.text if isinstance(function, Name) else ""
