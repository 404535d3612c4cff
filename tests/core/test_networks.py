"""Networks: the layers that the lessons speak of, counted by hand."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.networks import NETWORKS, Layers, Network, dcgan, dcgan_small, mlp

SHAPES = [(28, 28, 1), (2,)]
FITTING = [
    pytest.param(network, shape, id=f"{network.name}-{len(shape)}d")
    for network in NETWORKS
    for shape in SHAPES
    if network.fits(shape)
]
every_fitting_pair = pytest.mark.parametrize(("network", "shape"), FITTING)


def layers(seed: int = 1, dtype: str = "float32") -> Layers:
    return Layers(dtype, seed)


def kinds(model: Any) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def kernels(model: Any) -> list[np.ndarray]:
    return [np.asarray(weight) for weight in model.trainable_variables if weight.name == "kernel"]


def build(network: Network, shape: tuple[int, ...], seed: int = 1, **changes: Any) -> list[Any]:
    """The generator and the discriminator, small where their size can be chosen."""
    options = {"hidden_layers": 2, "hidden_units": 8, "activation": "leaky_relu"} | changes
    own = {name.removeprefix("g_").removeprefix("d_") for name in network.options}
    wanted = {name: options[name] for name in own}
    both = layers(seed)
    return [
        network.generator(both, 5, shape, **wanted),
        network.discriminator(both, shape, **wanted),
    ]


# --------------------------------------------------------------- the article's networks


def test_article_generator_has_the_article_s_layers() -> None:
    model = dcgan.generator(layers(), 100, (28, 28, 1))
    block = ["BatchNormalization", "LeakyReLU"]
    assert kinds(model) == [
        *("Dense", *block, "Reshape"),
        *("Conv2DTranspose", *block),
        *("Conv2DTranspose", *block),
        "Conv2DTranspose",
    ]
    assert [layer.output.shape[1:] for layer in model.layers if layer.name.startswith("conv")] == [
        (7, 7, 128),
        (14, 14, 64),
        (28, 28, 1),
    ]
    assert model.layers[-1].activation.__name__ == "tanh"


def test_article_generator_has_as_many_weights_as_one_counts_by_hand() -> None:
    dense = 100 * 7 * 7 * 256  # no biases: batch norm would take them away
    convolutions = 5 * 5 * 256 * 128 + 5 * 5 * 128 * 64 + 5 * 5 * 64 * 1
    norms = 4 * (7 * 7 * 256 + 128 + 64)  # scale, shift, moving mean and variance
    model = dcgan.generator(layers(), 100, (28, 28, 1))
    assert model.count_params() == dense + convolutions + norms == 2_330_944


def test_article_discriminator_has_the_article_s_layers() -> None:
    model = dcgan.discriminator(layers(), (28, 28, 1))
    block = ["Conv2D", "LeakyReLU", "Dropout"]
    assert kinds(model) == [*block, *block, "Flatten", "Dense"]
    assert [layer.rate for layer in model.layers if hasattr(layer, "rate")] == [0.3, 0.3]
    assert model.layers[3].output.shape[1:] == (7, 7, 128)
    assert model.layers[-1].activation.__name__ == "linear"  # a logit, no probability


def test_article_discriminator_has_as_many_weights_as_one_counts_by_hand() -> None:
    convolutions = (5 * 5 * 1 * 64 + 64) + (5 * 5 * 64 * 128 + 128)
    dense = 7 * 7 * 128 + 1
    model = dcgan.discriminator(layers(), (28, 28, 1))
    assert model.count_params() == convolutions + dense == 212_865


def test_small_dcgan_has_as_many_weights_as_one_counts_by_hand() -> None:
    generator = dcgan_small.generator(layers(), 64, (28, 28, 1))
    discriminator = dcgan_small.discriminator(layers(), (28, 28, 1))
    assert generator.count_params() == (
        64 * 7 * 7 * 64 + 4 * 7 * 7 * 64 + 4 * 4 * 64 * 32 + 4 * 32 + (4 * 4 * 32 * 1 + 1)
    )
    assert discriminator.count_params() == (
        (4 * 4 * 1 * 32 + 32) + (4 * 4 * 32 * 64 + 64) + (7 * 7 * 64 + 1)
    )


# -------------------------------------------------------------------- fully connected


@pytest.mark.parametrize("hidden_layers", range(6))
def test_mlp_has_the_hidden_layers_asked_for(hidden_layers: int) -> None:
    size: Any = {"hidden_layers": hidden_layers, "hidden_units": 7, "activation": "leaky_relu"}
    generator = mlp.generator(layers(), 3, (2,), **size)
    discriminator = mlp.discriminator(layers(), (2,), **size)
    assert kinds(generator) == [*["Dense", "LeakyReLU"] * hidden_layers, "Dense", "Reshape"]
    assert kinds(discriminator) == ["Flatten", *["Dense", "LeakyReLU"] * hidden_layers, "Dense"]
    assert generator.count_params() == weights_by_hand([3, *[7] * hidden_layers, 2])
    assert discriminator.count_params() == weights_by_hand([2, *[7] * hidden_layers, 1])


@pytest.mark.parametrize("activation", [name for name in mlp.ACTIVATIONS if name != "leaky_relu"])
def test_mlp_has_the_activation_asked_for(activation: str) -> None:
    for model in build(NETWORKS.get("mlp"), (2,), activation=activation):
        hidden = [layer for layer in model.layers if type(layer).__name__ == "Activation"]
        assert [layer.activation.__name__ for layer in hidden] == [activation, activation]


def test_spectral_norm_wraps_every_layer_with_weights_and_no_other() -> None:
    both = layers()
    both.spectral_norm = True
    model = dcgan.discriminator(both, (28, 28, 1))
    block = ["SpectralNorm", "LeakyReLU", "Dropout"]
    assert kinds(model) == [*block, *block, "Flatten", "SpectralNorm"]
    assert model(np.zeros((3, 28, 28, 1), np.float32)).shape == (3, 1)


def weights_by_hand(widths: list[int]) -> int:
    return sum((before + 1) * after for before, after in itertools.pairwise(widths))


def test_mlp_keeps_pictures_in_range_and_leaves_points_free() -> None:
    pictures, _ = build(NETWORKS.get("mlp"), (28, 28, 1), hidden_layers=0)
    points, _ = build(NETWORKS.get("mlp"), (2,), hidden_layers=0)
    z = np.full((1, 5), 1000.0, np.float32)
    assert np.abs(pictures(z)).max() <= 1
    assert np.abs(points(z)).max() > 1


# ------------------------------------------------------------------------- every pair


@every_fitting_pair
def test_noise_becomes_samples_and_samples_become_one_logit(
    network: Network, shape: tuple[int, ...]
) -> None:
    generator, discriminator = build(network, shape)
    samples = generator(np.zeros((3, 5), np.float32))
    assert samples.shape == (3, *shape)
    assert discriminator(samples).shape == (3, 1)


@every_fitting_pair
def test_logits_may_be_of_any_size_and_sign(network: Network, shape: tuple[int, ...]) -> None:
    _, discriminator = build(network, shape)
    samples = np.random.default_rng(1).normal(0, 100, (64, *shape)).astype(np.float32)
    logits = np.asarray(discriminator(samples))
    assert logits.min() < 0
    assert logits.max() > 1


@every_fitting_pair
def test_seed_decides_the_weights(network: Network, shape: tuple[int, ...]) -> None:
    first, again, other = (build(network, shape, seed) for seed in (1, 1, 2))
    for one, same, different in zip(first, again, other, strict=True):
        for a, b, c in zip(kernels(one), kernels(same), kernels(different), strict=True):
            np.testing.assert_array_equal(a, b)
            assert not np.isclose(a, c).all()


@every_fitting_pair
def test_layers_of_equal_size_differ(network: Network, shape: tuple[int, ...]) -> None:
    generator, discriminator = build(network, shape, hidden_layers=3, hidden_units=5)
    every_kernel = [*kernels(generator), *kernels(discriminator)]
    starts = {tuple(np.sort(kernel.ravel() / np.abs(kernel).max())[:5]) for kernel in every_kernel}
    assert len(starts) == len(every_kernel)


def test_neighbouring_seeds_share_no_layer() -> None:
    size: Any = {"hidden_layers": 5, "hidden_units": 5, "activation": "relu"}
    first, second = (kernels(mlp.generator(layers(seed), 5, (5,), **size)) for seed in (1, 2))
    assert not any(np.array_equal(a, b) for a in first for b in second)


def test_largest_seed_is_still_a_seed() -> None:
    largest = RunConfig.model_fields["seed"].metadata[1].le
    assert build(NETWORKS.get("mlp"), (2,), largest)


def test_lower_precision_keeps_its_weights_in_float32() -> None:
    size: Any = {"hidden_layers": 1, "hidden_units": 4, "activation": "leaky_relu"}
    model = mlp.generator(layers(dtype="mixed_bfloat16"), 3, (2,), **size)
    assert {layer.compute_dtype for layer in model.layers} == {"bfloat16"}
    assert {weight.dtype for weight in model.trainable_variables} == {"float32"}


@pytest.mark.parametrize("network", list(NETWORKS), ids=lambda network: network.name)
def test_network_says_what_it_is(network: Network) -> None:
    assert network.title
    assert network.help
    assert network.fits((28, 28, 1))
    assert network.fits((2,)) != network.convolutional
    assert set(network.options) <= set(RunConfig.model_fields)
