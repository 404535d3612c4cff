"""Networks: the layers that the lessons speak of, counted by hand."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.networks import NETWORKS, Layers, Network, dcgan, dcgan_small, mlp
from gan_core.training.build import build_networks

SHAPES = [(28, 28, 1), (32, 32, 3), (2,)]
FITTING = [
    pytest.param(network, shape, id=f"{network.name}-{'x'.join(map(str, shape))}")
    for network in NETWORKS
    for shape in SHAPES
    if network.fits(shape)
]
CONVOLUTIONAL = [network for network in NETWORKS if network.convolutional]
WEIGHTED = ("Dense", "Conv2D", "Conv2DTranspose")
every_convolutional = pytest.mark.parametrize("network", CONVOLUTIONAL, ids=lambda item: item.name)
every_fitting_pair = pytest.mark.parametrize(("network", "shape"), FITTING)


def layers(seed: int = 1, dtype: str = "float32") -> Layers:
    return Layers(dtype, seed)


def kinds(model: Any) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def kernels(model: Any) -> list[np.ndarray]:
    return [np.asarray(weight) for weight in model.trainable_variables if weight.name == "kernel"]


def build(network: Network, shape: tuple[int, ...], seed: int = 1, **changes: Any) -> list[Any]:
    """The generator and the discriminator, small where their size can be chosen."""
    options = {"hidden_layers": 2, "hidden_units": 8, "width": 0.2} | changes
    own = {name.removeprefix("g_").removeprefix("d_"): name for name in network.options}
    wanted = {name: options.get(name, RunConfig.default(own[name])) for name in own}
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


def test_dcgan_for_colour_has_as_many_weights_as_one_counts_by_hand() -> None:
    generator = dcgan.generator(layers(), 100, (32, 32, 3))
    discriminator = dcgan.discriminator(layers(), (32, 32, 3))
    assert generator.count_params() == (
        (100 * 8 * 8 * 256 + 5 * 5 * 256 * 128 + 5 * 5 * 128 * 64 + 5 * 5 * 64 * 3)
        + 4 * (8 * 8 * 256 + 128 + 64)
    )
    assert discriminator.count_params() == (
        (5 * 5 * 3 * 64 + 64) + (5 * 5 * 64 * 128 + 128) + (8 * 8 * 128 + 1)
    )


# ------------------------------------------------------- width, depth, norm, activation


@every_convolutional
@pytest.mark.parametrize("width", [0.2, 0.5, 2.0])
def test_width_multiplies_the_filters_and_nothing_else(network: Network, width: float) -> None:
    for usual, other in zip(
        build(network, (28, 28, 1), width=1.0),
        build(network, (28, 28, 1), width=width),
        strict=True,
    ):
        assert kinds(usual) == kinds(other)
        assert usual.input_shape == other.input_shape
        assert usual.output_shape == other.output_shape
        for one, two in zip(kernels(usual)[:-1], kernels(other)[:-1], strict=True):
            filters = [max(kernel.shape[-1], kernel.shape[-2]) for kernel in (one, two)]
            assert filters[1] == pytest.approx(width * filters[0], rel=0.1)


@every_convolutional
@pytest.mark.parametrize("extra", [1, 3])
def test_extra_convolutions_keep_the_size_of_the_picture(network: Network, extra: int) -> None:
    for usual, deeper in zip(
        build(network, (32, 32, 3)), build(network, (32, 32, 3), extra_convs=extra), strict=True
    ):
        more = [
            layer
            for layer in deeper.layers
            if type(layer).__name__ == "Conv2D" and layer.kernel_size == (3, 3)
        ]
        assert len(more) == 2 * extra, "at both sizes inside the network"
        assert len(kernels(deeper)) == len(kernels(usual)) + 2 * extra
        assert all(layer.input.shape == layer.output.shape for layer in more)


@pytest.mark.parametrize("network", list(NETWORKS), ids=lambda network: network.name)
@pytest.mark.parametrize(
    ("norm", "kind"), [("batch", "BatchNormalization"), ("layer", "GroupNormalization")]
)
def test_norm_follows_all_layers_but_each_last_and_the_first_of_d(
    network: Network, norm: str, kind: str
) -> None:
    generator, discriminator = build(network, (28, 28, 1), norm=norm, hidden_layers=3)
    for model, without in ((generator, 1), (discriminator, 2)):
        with_weights = [i for i, name in enumerate(kinds(model)) if name in WEIGHTED]
        normed = [i for i in with_weights if kinds(model)[i + 1 : i + 2] == [kind]]
        first = 1 if model is discriminator else 0
        assert normed == with_weights[first:-1]
        assert len(normed) == len(with_weights) - without
        assert not any(model.layers[i].use_bias for i in normed)
        assert kinds(model).count(kind) == len(normed)


@pytest.mark.parametrize("network", list(NETWORKS), ids=lambda network: network.name)
def test_usual_norm_is_batch_in_convolutional_generators_and_none_elsewhere(
    network: Network,
) -> None:
    usual = build(network, (28, 28, 1))
    explicit = [
        build(network, (28, 28, 1), norm="batch" if network.convolutional else "none")[0],
        build(network, (28, 28, 1), norm="none")[1],
    ]
    for one, same in zip(usual, explicit, strict=True):
        assert kinds(one) == kinds(same)
        assert one.count_params() == same.count_params()


@pytest.mark.parametrize("shape", [(6,), (4, 4, 3)], ids=["vector", "map"])
def test_layer_norm_gives_each_sample_mean_0_and_spread_1(shape: tuple[int, ...]) -> None:
    norm = layers().layer_norm()
    x = np.random.default_rng(1).normal(3, 5, (2, *shape)).astype(np.float32)
    normed = np.asarray(norm(x)).reshape(2, -1)
    flat = x.reshape(2, -1)
    expected = (flat - flat.mean(axis=1, keepdims=True)) / flat.std(axis=1, keepdims=True)
    np.testing.assert_allclose(normed, expected, rtol=1e-3, atol=1e-3)
    assert norm.count_params() == 2 * shape[-1], "a scale and a shift for each channel"


@every_convolutional
@pytest.mark.parametrize("activation", [name for name in mlp.ACTIVATIONS if name != "leaky_relu"])
def test_convolutional_pair_has_the_activation_asked_for(network: Network, activation: str) -> None:
    for usual, other in zip(
        build(network, (28, 28, 1)), build(network, (28, 28, 1), activation=activation), strict=True
    ):
        bent = [layer for layer in other.layers if type(layer).__name__ == "Activation"]
        assert {layer.activation.__name__ for layer in bent} == {activation}
        assert len(bent) == kinds(usual).count("LeakyReLU")


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


@pytest.mark.parametrize("network", list(NETWORKS), ids=lambda network: network.name)
@pytest.mark.parametrize("spectral_norm", [False, True])
def test_lower_precision_ends_in_float32(network: Network, spectral_norm: bool) -> None:
    """bfloat16 has 256 numbers between 1 and 2: different pictures would have the same logit."""
    config = RunConfig.parse({"network": network.name, "spectral_norm": spectral_norm})
    generator, discriminator = build_networks(config, "mixed_bfloat16")
    rng = np.random.default_rng(1)
    x = generator(rng.normal(size=(200, config.latent_dim)).astype(np.float32))
    assert x.dtype == tf.float32
    logits = discriminator(x)
    assert logits.dtype == tf.float32
    assert len(np.unique(logits)) > 195


def test_lower_precision_keeps_its_weights_in_float32() -> None:
    size: Any = {"hidden_layers": 1, "hidden_units": 4, "activation": "leaky_relu"}
    model = mlp.generator(layers(dtype="mixed_bfloat16"), 3, (2,), **size)
    *hidden, last, shaped = model.layers
    assert {layer.compute_dtype for layer in hidden} == {"bfloat16"}
    assert {layer.compute_dtype for layer in (last, shaped)} == {"float32"}
    assert {weight.dtype for weight in model.trainable_variables} == {"float32"}


@pytest.mark.parametrize("network", list(NETWORKS), ids=lambda network: network.name)
def test_network_says_what_it_is(network: Network) -> None:
    assert network.title
    assert network.help
    assert network.fits((28, 28, 1))
    assert network.fits((32, 32, 3))
    assert network.fits((2,)) != network.convolutional
    assert network.fits((30, 30, 1)) != network.convolutional, "30 cannot be halved twice"
    assert set(network.options) <= set(RunConfig.model_fields)
