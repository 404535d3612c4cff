"""Nearest training pictures: found, measured, and a copier told from an honest generator."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gan_core.datasets import DATASETS, scale_to_tanh
from gan_core.image_measures.neighbours import (
    BY_CHANCE,
    MOST,
    SOME,
    TrainingPictures,
    closeness,
    share_of_copies,
    verdict,
)
from tests import mnist

N = 300


def pictures(n: int, seed: int = 1, side: int = 6) -> np.ndarray:
    x = np.random.default_rng(seed).uniform(-1, 1, (n, side, side, 1))
    return x.astype(np.float32)


def test_nearest_agrees_with_a_search_through_all() -> None:
    training, x = pictures(70), pictures(130, seed=2)
    found = TrainingPictures(training).nearest(x)
    all_distances = np.linalg.norm(
        x.reshape(130, 1, -1).astype(float) - training.reshape(1, 70, -1), axis=2
    )
    order = all_distances.argsort(axis=1)[:, :2]
    assert np.array_equal(found.rows, order)
    np.testing.assert_allclose(found.distances, np.take_along_axis(all_distances, order, axis=1))


def test_a_training_picture_is_its_own_neighbour_unless_it_is_held_out() -> None:
    training = TrainingPictures(pictures(70))
    rows = np.array([69, 0, 33])
    found = training.nearest(training.pictures[rows])
    assert found.rows[:, 0].tolist() == rows.tolist()
    assert found.distances[:, 0].tolist() == [0, 0, 0]
    held_out = training.nearest(training.pictures[rows], own_rows=rows)
    assert np.array_equal(held_out.distances[:, 0], found.distances[:, 1])
    assert (held_out.rows != rows[:, np.newaxis]).all()


def test_of_equal_training_pictures_one_stays() -> None:
    training = pictures(40)
    doubled = TrainingPictures(np.concatenate([training[:10], training]))
    assert np.array_equal(doubled.pictures, training)
    assert doubled.nearest(training).distances[:, 1].min() > 0


def test_broken_pictures_have_neighbours_too() -> None:
    x = pictures(3, seed=2)
    x[0] = np.nan
    x[1, 0] = np.inf
    found = TrainingPictures(pictures(20)).nearest(x)
    assert np.isfinite(found.distances).all()


def test_closeness_goes_from_a_copy_to_no_preference() -> None:
    distances = np.array([[0, 5], [1, 4], [3, 3], [0, 0]], float)
    assert closeness(distances).tolist() == [0, 0.25, 1, 1]


def test_held_out_pictures_are_copies_by_chance_only() -> None:
    held_out = np.random.default_rng(1).uniform(1, 2, (10_000, 2))
    held_out.sort(axis=1)
    assert share_of_copies(held_out, held_out) == pytest.approx(BY_CHANCE, abs=1e-3)


@pytest.mark.parametrize(
    ("share", "says"), [(0.0, "No sign"), (SOME, "Some samples"), (MOST, "The generator copies")]
)
def test_verdict_in_words(share: float, says: str) -> None:
    sentence = verdict(share).say()
    assert sentence.startswith(says)
    assert f"{share:.1%}" in sentence


# ------------------------------------------------------------------ generators of real digits


def copies(training: TrainingPictures, x: np.ndarray) -> float:
    rows = np.random.default_rng(0).permutation(len(training.pictures))[:N]
    held_out = training.nearest(training.pictures[rows], own_rows=rows)
    return share_of_copies(training.nearest(x).distances, held_out.distances)


@pytest.fixture(scope="module")
def bundled() -> tuple[TrainingPictures, np.ndarray]:
    """Some of the bundled digits to train on, and the others."""
    x = DATASETS.get("digits").load(1797, seed=5)
    return TrainingPictures(x[:N_TRAINED]), x[N_TRAINED:]


N_TRAINED = 1400


def test_a_memoriser_is_flagged(bundled: tuple[TrainingPictures, np.ndarray]) -> None:
    training, _ = bundled
    noise = np.random.default_rng(1).normal(0, 0.03, training.pictures[:N].shape)
    assert copies(training, training.pictures[:N]) == 1
    assert copies(training, (training.pictures[:N] + noise).astype(np.float32)) > 0.95
    half_copied = np.concatenate([training.pictures[:N], pictures(N, side=28)])
    assert copies(training, half_copied) == pytest.approx(0.5, abs=0.02)


def test_new_digits_are_no_copies(bundled: tuple[TrainingPictures, np.ndarray]) -> None:
    training, others = bundled
    assert copies(training, others) < SOME


def test_blurred_digits_are_near_to_everything_and_no_copies(
    bundled: tuple[TrainingPictures, np.ndarray],
) -> None:
    training, others = bundled
    blurred = np.stack([gaussian_filter(x, (1.0, 1.0, 0)) for x in others])
    blurry, sharp = (training.nearest(x).distances[:, 0].mean() for x in (blurred, others))
    assert copies(training, blurred) < SOME
    assert blurry < 1.3 * sharp


@mnist.needs_mnist
def test_on_mnist_a_memoriser_is_flagged_and_unseen_digits_are_not() -> None:
    with np.load(mnist.FILE) as arrays:
        training = TrainingPictures(scale_to_tanh(arrays["x_train"]))
        unseen = scale_to_tanh(arrays["x_test"][:N])
    assert copies(training, unseen) < SOME
    shaken = training.pictures[:N] + np.random.default_rng(1).normal(0, 0.1, (N, 28, 28, 1))
    assert copies(training, shaken.astype(np.float32)) > 0.95


def test_samples_as_close_as_held_out_pictures_are_no_copies() -> None:
    held_out = np.array([[2.0, 2.0]] * 50)  # none has a favourite
    assert share_of_copies(np.array([[3.0, 3.0], [1.9, 2.0]]), held_out) == 0.5
