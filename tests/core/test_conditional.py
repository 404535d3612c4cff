"""Conditional GANs: labels belong to their pictures, reach both players, and G obeys them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS, Dataset, keras_files
from gan_core.networks import NETWORKS
from gan_core.text import GanError
from gan_core.training.checkpoint import pack, unpack
from gan_core.training.pool import borrowed_trainer, real_labels, real_samples
from gan_core.training.trainer import Trainer
from tests import mnist

LABELLED = [dataset for dataset in DATASETS if dataset.n_classes]
TINY = {"conditional": True, "batch_size": 8, "latent_dim": 4, "g_width": 0.2, "d_width": 0.2}
TINY_MLP = {
    "conditional": True,
    "network": "mlp",
    "batch_size": 8,
    "latent_dim": 4,
    "g_hidden_units": 8,
    "d_hidden_units": 8,
    "penalty": "gradient_penalty",
}


def trainer(**settings: Any) -> Trainer:
    config = RunConfig.parse({**TINY, **settings})
    return Trainer(config, real_samples(config), labels=real_labels(config))


def one_hot(labels: Any) -> np.ndarray:
    return np.eye(10, dtype=np.float32)[np.asarray(labels)]


def nearest_mean(samples: np.ndarray, real: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The class whose mean picture is nearest to each sample, (n,)."""
    means = np.stack([real[labels == label].mean(axis=0) for label in range(10)])
    distances = [np.square(samples - mean).sum(axis=(1, 2, 3)) for mean in means]
    return np.argmin(distances, axis=0)


# ---------------------------------------------------------------------------- the labels


@pytest.mark.parametrize("dataset", LABELLED, ids=lambda dataset: dataset.name)
def test_labelled_dataset_offers_the_choice(dataset: Dataset) -> None:
    assert dataset.labels
    config = RunConfig.parse({"dataset": dataset.name, "conditional": True})
    assert config.n_classes == dataset.n_classes == 10
    assert RunConfig.parse({"dataset": dataset.name}).n_classes == 0


@pytest.mark.parametrize("name", ["digits", pytest.param("mnist", marks=mnist.needs_mnist)])
def test_labels_belong_to_the_pictures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(mnist.FOLDER))
    dataset = DATASETS.get(name)
    assert dataset.labels
    pictures, labels = dataset.load()[:5000], dataset.labels()[:5000]
    assert set(labels) == set(range(10))
    assert (nearest_mean(pictures, pictures, labels) == labels).mean() > 0.75


@pytest.mark.parametrize(
    "labels",
    [
        np.arange(20) % 10.0,
        np.arange(19) % 10,
        np.arange(20),
        np.arange(20) % 10 - 1,
        np.zeros((20, 2), np.uint8),
        np.array(["a"] * 20),
    ],
    ids=["fractions", "one too few", "eleven", "negative", "two columns", "letters"],
)
def test_wrong_labels_in_a_file_of_one_s_own_are_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: np.ndarray
) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    pictures = np.zeros((20, 28, 28), np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=pictures, y_train=labels)
    read = DATASETS.get("mnist").labels
    assert read
    with pytest.raises(GanError, match=r"y_train is .* from 0 to 9 for each of the 20 pictures"):
        read()
    np.savez(tmp_path / "mnist.npz", x_train=pictures, y_train=np.arange(20)[:, np.newaxis] % 10)
    assert read().tolist() == [*range(10)] * 2


def test_labels_are_read_without_the_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.arange(20) % 10
    np.savez(tmp_path / "mnist.npz", x_train=np.zeros((20, 28, 28), np.uint8), y_train=labels)
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(keras_files.KerasFiles, "_read", None)
    read = DATASETS.get("mnist").labels
    assert read
    np.testing.assert_array_equal(read(), labels)


def test_file_of_one_s_own_without_labels_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    np.savez(tmp_path / "mnist.npz", x_train=np.zeros((20, 28, 28), np.uint8))
    read = DATASETS.get("mnist").labels
    assert read
    with pytest.raises(GanError, match=r"mnist\.npz cannot be read .* with an array y_train"):
        read()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"dataset": "pictures"}, "conditional = True has no effect with dataset = pictures"),
        ({"dataset": "ring", "network": "mlp"}, "has no effect with dataset = ring"),
        ({"packing": 2}, "packing = 2 does not go with conditional"),
    ],
)
def test_what_has_no_classes_is_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(GanError, match=why):
        RunConfig.parse({"conditional": True, **settings})


# --------------------------------------------------------------------------- the players


@pytest.mark.parametrize("network", [network.name for network in NETWORKS])
def test_g_takes_a_class_and_d_ends_in_a_logit_for_each(network: str) -> None:
    config = RunConfig.parse({"conditional": True, "network": network, "latent_dim": 7})
    with borrowed_trainer(config) as player:
        assert player.generator.input_shape == (None, 7 + 10)
        assert player.discriminator.output_shape == (None, 1 + 10)


def test_judgement_is_the_projection_worked_out_by_hand() -> None:
    player = trainer(**TINY_MLP, d_hidden_layers=1, g_width=1.0, d_width=1.0)
    x = np.random.default_rng(0).normal(size=(6, 28, 28, 1)).astype(np.float32)
    labels = [3, 1, 4, 1, 5, 9]
    kernel, bias, vectors, offsets = player.discriminator.get_weights()
    hidden = x.reshape(6, -1) @ kernel + bias
    features = np.where(hidden > 0, hidden, 0.2 * hidden)  # φ(x)
    of_any = features @ vectors[:, 0] + offsets[0]  # ψ(φ(x))
    of_class = np.sum(vectors[:, 1:].T[labels] * features, axis=1) + offsets[1:][labels]  # y·V·φ(x)
    judged = player.judge(tf.constant(x), tf.constant(one_hot(labels))).numpy()
    np.testing.assert_allclose(judged, of_any + of_class, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(player.judge(tf.constant(x)).numpy(), of_any, rtol=1e-4, atol=1e-5)


def test_batch_has_each_picture_s_own_class_and_the_noise_has_them_too() -> None:
    player = trainer()
    x_all, labels = real_samples(player.config).numpy(), real_labels(player.config)
    assert labels is not None
    x_real, classes = player._real_batch(player._data, tf.constant(1), tf.constant(2), 0)
    assert classes is not None
    for picture, given in zip(x_real.numpy(), classes.numpy(), strict=True):
        same = np.flatnonzero((x_all == picture).all(axis=(1, 2, 3)))
        assert given.tolist() in one_hot(labels[same]).tolist()
    z = player._noise(8, tf.constant([3, 4]), classes).numpy()
    assert z.shape == (8, 4 + 10)
    np.testing.assert_array_equal(z[:, 4:], classes)
    np.testing.assert_array_equal(z[:, :4], player._noise(8, tf.constant([3, 4])))


def test_classes_take_turns_among_the_samples() -> None:
    z = trainer().fixed_noise(23).numpy()
    np.testing.assert_array_equal(z[:, 4:], one_hot(np.arange(23) % 10))
    assert trainer().samples(23).shape == (23, 28, 28, 1)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [TINY, TINY_MLP], ids=["dcgan", "mlp with penalty"])
def test_conditional_run_is_repeatable_continues_and_restarts(settings: dict[str, Any]) -> None:
    config = RunConfig.parse({**settings, "d_steps": 2, "g_steps": 2})

    def make() -> Trainer:
        return Trainer(config, real_samples(config), labels=real_labels(config))

    uninterrupted, first, second = make(), make(), make()
    records = np.concatenate([uninterrupted.run(1), uninterrupted.run(2)])
    assert np.isfinite(records).all()
    first.run(1)
    second.load_state(unpack(pack(first.state())))
    assert np.array_equal(second.run(2), records[1:])
    first.restart(config, real_samples(config), real_labels(config))
    assert np.array_equal(np.concatenate([first.run(1), first.run(2)]), records)
    first.take_turn("d", 0)
    first.take_turn("g", 1)
    assert np.isfinite(first.samples(4)).all()


def test_labels_make_a_difference() -> None:
    """The same run with the labels mixed up is another run."""
    config = RunConfig.parse(TINY)
    x_real, labels = real_samples(config), real_labels(config)
    assert labels is not None
    right, mixed = (Trainer(config, x_real, labels=each) for each in (labels, (labels + 1) % 10))
    assert not np.array_equal(right.run(1), mixed.run(1))


@pytest.mark.slow
def test_g_draws_the_class_that_it_is_told() -> None:
    config = RunConfig.parse({"conditional": True})
    with borrowed_trainer(config) as player:
        while player.step < 320:
            player.run(16)
        samples = player.samples(200)
    real, labels = real_samples(config).numpy(), real_labels(config)
    assert labels is not None
    told = np.arange(200) % 10
    right = (nearest_mean(samples, real, labels) == told).mean()
    assert right > 0.4, "chance is 0.1"


def test_penalty_is_on_d_as_it_judges_samples_of_their_classes() -> None:
    config = RunConfig.parse({**TINY_MLP, "penalty": "r1", "penalty_weight": 3.0})
    player = Trainer(config, real_samples(config), labels=real_labels(config))
    batches, _ = player._batches(player._data, player._seed, tf.constant(0))
    paid = []
    for classes in (batches.classes, None):
        with tf.GradientTape() as tape:
            tape.watch(batches.x_real)
            logits = player.judge(batches.x_real, classes)
        slope = tape.gradient(logits, batches.x_real).numpy()
        paid.append(3.0 * np.square(slope).sum(axis=(1, 2, 3)).mean() / 2)
    _, on_top = player.loss_of_d(batches, tf.constant([0, 0]))
    assert float(on_top) == pytest.approx(paid[0], rel=1e-4)
    assert paid[0] != pytest.approx(paid[1], rel=0.01), "classes do matter here"
