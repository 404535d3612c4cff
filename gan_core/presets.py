"""Presets: good starting points, each a complete configuration."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gan_core.config import RunConfig
from gan_core.text import N_, GanError, Text


@dataclass(frozen=True)
class Preset:
    """A named configuration; `settings` holds what differs from the defaults."""

    name: str
    title: str
    help: str
    settings: Mapping[str, Any]

    @functools.cached_property
    def config(self) -> RunConfig:
        """The complete configuration."""
        return RunConfig.parse(self.settings)


_RING = {
    "dataset": "ring",
    "network": "mlp",
    "latent_dim": 2,
    "g_hidden_units": 64,
    "d_hidden_units": 64,
    "d_learning_rate": 1e-3,
    "g_learning_rate": 1e-3,
    "batch_size": 128,
    "steps": 20_000,
}

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "digits_dcgan",
            N_("Digits, small DCGAN"),
            N_("Recognisable digits within half a minute on a laptop, without internet."),
            {},
        ),
        Preset(
            "digits_mlp",
            N_("Digits, fully connected"),
            N_("Two hidden layers in each network, as in the first GAN paper."),
            {
                "network": "mlp",
                "g_hidden_units": 256,
                "d_hidden_units": 256,
                "batch_size": 64,
                "d_learning_rate": 2e-4,
                "g_learning_rate": 2e-4,
                "steps": 10_000,
            },
        ),
        Preset(
            "digits_conditional",
            N_("Digits, conditional"),
            N_("Both players are told which digit it is: ask for a seven, and get one."),
            {"conditional": True, "batch_size": 64, "steps": 5000},
        ),
        Preset(
            "digits_infogan",
            N_("Digits, InfoGAN"),
            N_(
                "Nobody says which digit it is. G is told one of ten kinds and two numbers, and D "
                "must read them off the picture: kinds come close to digits, numbers to slant or "
                "shape."
            ),
            {"family": "infogan", "batch_size": 64, "steps": 5000},
        ),
        Preset(
            "full_dcgan",
            N_("Digits, full-size DCGAN"),
            N_("100 noise numbers, three transposed convolutions of 5×5. Slow on a CPU."),
            {
                "network": "dcgan",
                "latent_dim": 100,
                "batch_size": 64,
                "d_learning_rate": 2e-4,
                "g_learning_rate": 2e-4,
            },
        ),
        Preset(
            "ring_mlp",
            N_("Ring of eight, fully connected"),
            N_("Points in the plane at thousands of steps a second. Watch modes come and go."),
            _RING,
        ),
        Preset(
            "ring_wgan_gp",
            N_("Ring of eight, WGAN-GP"),
            N_("A critic that a gradient penalty keeps from growing steep. It loses few modes."),
            {
                **_RING,
                "loss": "wasserstein",
                "penalty": "gradient_penalty",
                "penalty_weight": 0.1,
                "d_steps": 5,
                "beta_1": 0.0,
            },
        ),
        Preset(
            "ring_average",
            N_("Ring of eight, averaged generator"),
            N_("R₁ keeps D flat at the data, and samples come from G's averaged weights: calmer."),
            {**_RING, "penalty": "r1", "penalty_weight": 0.01, "ema_decay": 0.999},
        ),
        Preset(
            "ring_infogan",
            N_("Ring of eight, InfoGAN"),
            N_(
                "G is told one of eight kinds, and D must read off each point which. See each kind "
                "find a spot of its own."
            ),
            {
                **_RING,
                "family": "infogan",
                "n_kinds": 8,
                "n_codes": 0,
                "penalty": "r1",
                "penalty_weight": 0.01,
                "ema_decay": 0.999,
            },
        ),
        Preset(
            "blobs_small",
            N_("Three blobs, small networks"),
            N_(
                "16 units in two layers: about as small as networks can be and still find all "
                "three."
            ),
            {
                **_RING,
                "dataset": "blobs",
                "g_hidden_units": 16,
                "d_hidden_units": 16,
            },
        ),
        Preset(
            "ring_trained",
            N_("Ring of eight, trained already"),
            N_("Both players have learned for a while before you see them; they go on slowly."),
            {**_RING, "head_start": 5000, "pace": 10},
        ),
        Preset(
            "mnist_dcgan",
            N_("MNIST, small DCGAN"),
            N_("60,000 digits; needs the internet once, or a folder in GAN_DATA_DIR."),
            {"dataset": "mnist", "batch_size": 64, "steps": 5000},
        ),
        Preset(
            "mnist_infogan",
            N_("MNIST, InfoGAN"),
            N_(
                "The experiment of the InfoGAN paper: ten kinds and two numbers that D must read "
                "off 28 × 28 pixels."
            ),
            {"family": "infogan", "dataset": "mnist", "batch_size": 64, "steps": 5000},
        ),
        Preset(
            "cifar10_dcgan",
            N_("CIFAR-10, small DCGAN"),
            N_("50,000 colour photographs; needs the internet once, or a folder in GAN_DATA_DIR."),
            {"dataset": "cifar10", "batch_size": 64, "steps": 20_000},
        ),
        Preset(
            "pictures_dcgan",
            N_("Your own pictures, small DCGAN"),
            N_("Bring a folder, a zip or an .npz. Until then: coloured shapes."),
            {"dataset": "pictures", "augmentation": True, "batch_size": 64, "steps": 20_000},
        ),
        Preset(
            "fashion_dcgan",
            N_("Fashion-MNIST, small DCGAN"),
            N_("60,000 pictures of clothes; needs the internet once, or a folder in GAN_DATA_DIR."),
            {"dataset": "fashion_mnist", "batch_size": 64, "steps": 5000},
        ),
    )
}

PLANE_PRESETS = {
    name: preset for name, preset in PRESETS.items() if not preset.config.items.dataset.is_image
}


def preset(name: str) -> Preset:
    """Return the preset called `name`; raises `GanError` that lists the names there are."""
    if name not in PRESETS:
        raise GanError(
            N_("There is no {kind} called {name!r}. Choose one of: {names}."),
            kind=Text(N_("preset")),
            name=name,
            names=", ".join(PRESETS),
        )
    return PRESETS[name]


def nearest(
    config: RunConfig, presets: Mapping[str, Preset] = PRESETS
) -> tuple[str, dict[str, str]]:
    """The preset that differs least from a configuration, and the settings that differ."""
    differences = {name: _differing(each.config, config) for name, each in presets.items()}
    name = min(differences, key=lambda name: len(differences[name]))
    return name, {field: str(getattr(config, field)) for field in differences[name]}


def command(config: RunConfig) -> str:
    """The line for a shell that trains a configuration: the nearest preset, and what differs."""
    name, differing = nearest(config)
    changes = [shlex.quote(f"{field}={value}") for field, value in differing.items()]
    return " ".join(["python -m gan_core train --preset", name, *(changes and ["--set", *changes])])


def _differing(one: RunConfig, other: RunConfig) -> list[str]:
    return [name for name in RunConfig.names() if getattr(one, name) != getattr(other, name)]
