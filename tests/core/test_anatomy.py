"""What is said of networks: shapes and parameters counted by hand, gradients against Keras' own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.figures.first_gradients import COLORS, gradient_figure, gradients_of
from gan_core.figures.network_sketch import network_sketch, shape_text, stages
from gan_core.networks import NETWORKS
from gan_core.training.anatomy import SEEDS, anatomy, first_gradients
from gan_core.training.build import build_networks, packed
from gan_core.training.device import pick
from gan_core.training.pool import real_labels, real_samples
from gan_core.training.trainer import Trainer
from tests.plotly_objects import checked

SMALL = {
    "network": "mlp",
    "g_hidden_layers": 1,
    "d_hidden_layers": 1,
    "g_hidden_units": 3,
    "d_hidden_units": 3,
    "latent_dim": 2,
}


def of(**settings: Any) -> dict[str, Any]:
    return anatomy(RunConfig.parse(settings))


@pytest.fixture(scope="module")
def article() -> dict[str, Any]:
    return of(network="dcgan", latent_dim=100)


@pytest.fixture(scope="module")
def five_deep() -> dict[str, dict[str, Any]]:
    return {
        name: of(network="mlp", g_hidden_layers=5, d_hidden_layers=5, activation=name)
        for name in COLORS
    }


def rows(network: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (each["kind"], each["out"], each["trainable"], each["fixed"]) for each in network["layers"]
    ]


# ------------------------------------------------------------------- counted by hand


def test_article_generator_layer_by_layer(article: dict[str, Any]) -> None:
    first, second, third = 7 * 7 * 256, 128, 64
    assert article["generator"]["input"] == [100]
    assert rows(article["generator"]) == [
        ("Dense", [first], 100 * first, 0),  # 1,254,400: no bias before a norm
        ("BatchNormalization", [first], 2 * first, 2 * first),
        ("LeakyReLU", [first], 0, 0),
        ("Reshape", [7, 7, 256], 0, 0),
        ("Conv2DTranspose", [7, 7, 128], 5 * 5 * 256 * 128, 0),
        ("BatchNormalization", [7, 7, 128], 2 * second, 2 * second),
        ("LeakyReLU", [7, 7, 128], 0, 0),
        ("Conv2DTranspose", [14, 14, 64], 5 * 5 * 128 * 64, 0),
        ("BatchNormalization", [14, 14, 64], 2 * third, 2 * third),
        ("LeakyReLU", [14, 14, 64], 0, 0),
        ("Conv2DTranspose", [28, 28, 1], 5 * 5 * 64, 0),
    ]
    assert article["generator"]["trainable"] + article["generator"]["fixed"] == 2_330_944


def test_article_discriminator_layer_by_layer(article: dict[str, Any]) -> None:
    assert article["discriminator"]["input"] == [28, 28, 1]
    assert rows(article["discriminator"]) == [
        ("Conv2D", [14, 14, 64], 5 * 5 * 1 * 64 + 64, 0),
        ("LeakyReLU", [14, 14, 64], 0, 0),
        ("Dropout", [14, 14, 64], 0, 0),
        ("Conv2D", [7, 7, 128], 5 * 5 * 64 * 128 + 128, 0),
        ("LeakyReLU", [7, 7, 128], 0, 0),
        ("Dropout", [7, 7, 128], 0, 0),
        ("Flatten", [7 * 7 * 128], 0, 0),
        ("Dense", [1], 7 * 7 * 128 + 1, 0),
    ]
    last = article["discriminator"]["layers"][-1]
    assert last["activation"] is None, "D returns a logit"


def test_details_of_layers(article: dict[str, Any]) -> None:
    layers = article["generator"]["layers"]
    assert layers[0]["bias"] is False
    assert (layers[2]["activation"], layers[2]["slope"]) == ("leaky_relu", pytest.approx(0.3))
    assert (layers[7]["kernel"], layers[7]["stride"]) == ([5, 5], 2)
    assert layers[10]["activation"] == "tanh"
    assert article["discriminator"]["layers"][2]["rate"] == pytest.approx(0.3)


def test_no_hidden_layer_is_logistic_regression() -> None:
    found = of(network="mlp", g_hidden_layers=0, d_hidden_layers=0, latent_dim=64)
    assert rows(found["discriminator"]) == [
        ("Flatten", [784], 0, 0),
        ("Dense", [1], 784 + 1, 0),
    ]
    assert found["generator"]["trainable"] == 64 * 784 + 784


def test_spectral_norm_is_told_and_keeps_one_vector_per_layer() -> None:
    found = of(**SMALL, spectral_norm=True)
    dense = [each for each in found["discriminator"]["layers"] if each["kind"] == "Dense"]
    assert [each["spectral_norm"] for each in dense] == [True, True]
    assert [each["fixed"] for each in dense] == [3, 1]
    assert not any(each["spectral_norm"] for each in found["generator"]["layers"])


@pytest.mark.parametrize("network", [network.name for network in NETWORKS])
def test_no_pair_pools_and_every_discriminator_ends_in_one_logit(network: str) -> None:
    generator, discriminator = build_networks(RunConfig.parse({"network": network}), "float32")
    kinds = [type(layer).__name__ for layer in (*generator.layers, *discriminator.layers)]
    assert not [kind for kind in kinds if "Pool" in kind]
    assert generator.output_shape[1:] == discriminator.input_shape[1:] == (28, 28, 1)
    assert discriminator.output_shape[1:] == (1,)


# ------------------------------------------------------------------------- gradients


def test_gradient_of_a_linear_pair_is_the_one_worked_out_by_hand() -> None:
    """D(x) = w·x + b with the non-saturating loss: by hand, in NumPy."""
    settings = {
        "dataset": "ring",
        "network": "mlp",
        "g_hidden_layers": 0,
        "d_hidden_layers": 0,
        "latent_dim": 3,
    }
    config = RunConfig.parse(settings)
    x_all = np.asarray(DATASETS.get("ring").load(50, seed=4), np.float32)
    found = first_gradients(config, tf.constant(x_all), None, 4)

    generator, discriminator = build_networks(RunConfig.parse(settings | {"seed": 4}), "float32")
    g, w = (np.asarray(net.trainable_variables[0]) for net in (generator, discriminator))
    rows = tf.random.stateless_uniform([config.batch_size], [4 * 16, 0], maxval=50, dtype=tf.int32)
    x = x_all[rows.numpy()]
    z = tf.random.stateless_normal([config.batch_size, 3], [4 * 16 + 1, 0]).numpy()
    sigmoid = lambda logit: 1 / (1 + np.exp(-logit))  # noqa: E731
    real, fake = sigmoid(x @ w), sigmoid(z @ g @ w)  # (batch, 1)
    d_gradient = (x.T @ (real - 1) + (z @ g).T @ fake) / config.batch_size
    g_gradient = z.T @ ((fake - 1) @ w.T) / config.batch_size
    assert gradients(found, "discriminator") == pytest.approx([np.mean(d_gradient**2)], rel=1e-4)
    assert gradients(found, "generator") == pytest.approx([np.mean(g_gradient**2)], rel=1e-4)


def gradients(found: dict[str, list[float | None]], player: str) -> list[float]:
    return [each for each in found[player] if each is not None]


def test_gradient_is_the_root_of_the_mean_square_over_seeds() -> None:
    config = RunConfig.parse(SMALL)
    x_all = tf.constant(config.items.dataset.load(seed=config.seed))
    squares = [first_gradients(config, x_all, None, seed)["generator"][0] for seed in SEEDS]
    expected = np.sqrt(np.mean(np.asarray(squares, float)))
    assert anatomy(config)["generator"]["layers"][0]["gradient"] == pytest.approx(expected)


def test_gradient_does_not_depend_on_the_run_s_seed() -> None:
    assert of(**SMALL, seed=1) == of(**SMALL, seed=2_000_000)


@pytest.mark.parametrize(
    "settings",
    [
        {"noise": "uniform"},
        {"fault": "logits_as_probabilities"},
        {"conditional": True},
        {"penalty": "gradient_penalty", "penalty_weight": 10.0},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_gradients_are_those_of_a_run_s_first_step(settings: dict[str, Any]) -> None:
    """Without momentum and with a rate of 1, D's first step is its gradient."""
    config = RunConfig.parse(
        SMALL
        | settings
        | {"d_optimizer": "sgd", "beta_1": 0.0, "d_learning_rate": 1.0, "g_learning_rate": 1e-6}
        | {"precision": "float32", "seed": 3}
    )
    x_all, labels = real_samples(config), real_labels(config)
    found = gradients(first_gradients(config, x_all, labels, 3), "discriminator")
    trainer = Trainer(config, x_all, replace(pick(config), xla=False), labels)
    before = trainer.discriminator.get_weights()
    trainer.run(1)
    moved = [
        new - old for new, old in zip(trainer.discriminator.get_weights(), before, strict=True)
    ]
    assert found == pytest.approx([np.mean(kernel**2) for kernel in moved[::2]], rel=1e-4)


def test_packs_have_gradients_too() -> None:
    found = of(**SMALL, dataset="ring", packing=4)
    assert found["discriminator"]["input"] == [8]
    assert all(np.isfinite(gradients_of(found["discriminator"])))


def test_packs_lie_along_the_last_axis() -> None:
    packs = packed(tf.reshape(tf.range(8), [4, 2]), 2)
    assert packs.numpy().tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_sigmoids_choke_the_gradient_and_rectifiers_do_not(
    five_deep: dict[str, dict[str, Any]],
) -> None:
    for player in ("generator", "discriminator"):
        sigmoid = gradients_of(five_deep["sigmoid"][player])
        assert sigmoid == sorted(sigmoid), "it grows from layer to layer"
        for other in ("relu", "leaky_relu"):
            assert gradients_of(five_deep[other][player])[0] > 50 * sigmoid[0]


def test_trainer_starts_from_the_networks_that_are_described() -> None:
    config = RunConfig.parse(SMALL | {"spectral_norm": True, "precision": "float32"})
    trainer = Trainer(config, np.zeros((4, 28, 28, 1), np.float32))
    described = build_networks(config, "float32")
    for mine, theirs in zip(described, (trainer.generator, trainer.discriminator), strict=True):
        for one, other in zip(mine.weights, theirs.weights, strict=True):
            assert np.array_equal(one, other)


# --------------------------------------------------------------------------- figures


def test_sketch_has_a_block_for_each_stage_with_its_shape(article: dict[str, Any]) -> None:
    generator = article["generator"]
    shapes = [shape_text(stage.shape) for stage in stages(generator)]
    assert shapes == ["12,544", "7×7×256", "7×7×128", "14×14×64", "28×28×1"]
    figure = checked(network_sketch(generator, ("in", "out"), "#123456"))
    shown = [each.text for each in figure.layout.annotations]
    assert [text for text in shown if "×" in text and text.startswith("<b>")] == [
        f"<b>{shape}</b>" for shape in shapes[1:]
    ]
    assert {"<b>in</b>", "<b>out</b>", "<b>100</b>"} <= set(shown)
    assert "transposed<br>convolution<br>5×5<br>stride 2<br>tanh" in shown


def test_stages_keep_all_parameters(article: dict[str, Any]) -> None:
    for player in ("generator", "discriminator"):
        network = article[player]
        counted = sum(stage.parameters for stage in stages(network))
        assert counted == network["trainable"] + network["fixed"]


def test_bent_layers_of_a_stack_stay_with_their_dense_layer() -> None:
    found = stages(of(**SMALL, activation="sigmoid")["discriminator"])
    assert [stage.operation(str) for stage in found] == ["flatten", "dense<br>Sigmoid", "dense"]


def test_points_need_no_reshaping_and_no_flattening() -> None:
    found = of(**SMALL, dataset="ring")
    for player in ("generator", "discriminator"):
        assert {stage.layers[0]["kind"] for stage in stages(found[player])} == {"Dense"}


def test_blocks_are_as_high_as_their_pictures(article: dict[str, Any]) -> None:
    figure = checked(network_sketch(article["generator"], ("z", "x"), "#123456"))
    paths = [shape.path for shape in figure.layout.shapes]
    heights, widths = [], []
    for path in paths:
        corners = np.array([corner.split(",") for corner in path[1:-1].split("L")], float)
        size = corners.max(0) - corners.min(0)
        widths.append(size[0])
        heights.append(size[1])
    fronts = [2, 5, 8, 11]  # after two vectors: front, roof and side of each block
    assert [heights[i] / heights[11] for i in fronts] == pytest.approx(
        [0.25, 0.25, 0.5, 1], rel=1e-3
    )
    assert widths[2] / widths[5] == pytest.approx(np.sqrt(256 / 128), rel=1e-3)


def test_gradient_figure_shows_each_layer_of_each_pair(
    five_deep: dict[str, dict[str, Any]],
) -> None:
    figure = checked(gradient_figure(five_deep))
    assert len(figure.data) == 2 * len(COLORS)
    for trace, (player, name) in zip(
        figure.data,
        [(player, name) for player in ("discriminator", "generator") for name in COLORS],
        strict=True,
    ):
        assert list(trace.x) == [1, 2, 3, 4, 5, 6]
        assert list(trace.y) == gradients_of(five_deep[name][player])
    assert figure.layout.yaxis.type == "log"
