"""Measures of pictures: on features whose answer is known, and against second implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import linalg
from sklearn.neighbors import NearestNeighbors

from gan_core.datasets import DATASETS
from gan_core.image_measures import MEASURES, Measure, Seen, all_floors, is_digits, measure_all
from gan_core.image_measures.classes import class_gap, class_shares
from gan_core.image_measures.frechet import frechet_distance
from gan_core.image_measures.kernel_distance import _kernel, kernel_distance
from gan_core.image_measures.precision_recall import K, precision, recall, share_within
from gan_core.theory.halves import N_SPLITS, random_halves
from gan_core.theory.kernels import mmd_of_splits

every_measure = pytest.mark.parametrize("measure", list(MEASURES), ids=lambda each: each.name)
EVEN = np.tile(np.arange(10), 80)


def normal(n: int, seed: int, shift: float = 0.0, std: float = 1.0, d: int = 8) -> np.ndarray:
    """Features (n, d) of which the mean is (shift, …, shift)."""
    return np.random.default_rng(seed).normal(shift, std, (n, d))


def with_moments(mean: np.ndarray, cov: np.ndarray, n: int = 200) -> np.ndarray:
    """Features (n, d) that have exactly this mean and covariance."""
    x = np.random.default_rng(1).normal(size=(n, len(mean)))
    x -= x.mean(axis=0)
    white = x @ np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False))).T
    return white @ np.linalg.cholesky(cov).T + mean


def seen(features: np.ndarray, classes: np.ndarray = EVEN) -> Seen:
    return Seen(features, np.resize(classes, len(features)))


@every_measure
def test_measure_says_what_it_is(measure: Measure) -> None:
    assert measure.title
    assert measure.help
    assert measure.better in ("lower", "higher")
    assert "arXiv:" in measure.reference


@every_measure
def test_real_features_measure_better_than_others(measure: Measure) -> None:
    real, other = seen(normal(800, 1)), seen(normal(800, 2))
    fake = seen(normal(800, 3, shift=2, std=2), np.arange(3))
    floor, value = measure.measure(real, other), measure.measure(real, fake)
    assert isinstance(value, float)
    assert floor > value if measure.better == "higher" else floor < value


def test_a_set_against_itself_is_perfect() -> None:
    real = seen(normal(300, 1))
    found = measure_all(real, real)
    assert found["frechet"] == pytest.approx(0, abs=1e-10)
    assert found["kid"] < 0  # unbiased: nearer to itself than chance allows
    assert (found["precision"], found["recall"], found["class_gap"]) == (1, 1, 0)


def test_a_collapsed_generator_is_precise_and_has_no_recall() -> None:
    real = normal(500, 1)
    fake = np.repeat(real[:1], 500, axis=0)  # the same good picture again and again
    found = measure_all(seen(real), seen(fake, np.array([7])))
    assert found["precision"] == 1
    assert found["recall"] <= 1 / 500
    assert found["class_gap"] == pytest.approx(0.9)
    assert found["frechet"] > 5


# ----------------------------------------------------------------------- Fréchet distance


@pytest.mark.parametrize("shift", [0.0, 0.5, -3.0])
@pytest.mark.parametrize(("std_x", "std_y"), [(1.0, 1.0), (1.0, 2.0), (0.1, 3.0)])
def test_frechet_distance_of_round_gaussians(shift: float, std_x: float, std_y: float) -> None:
    """d·shift² + d·(σ_x − σ_y)², in closed form."""
    d = 6
    x = with_moments(np.zeros(d), std_x**2 * np.eye(d))
    y = with_moments(np.full(d, shift), std_y**2 * np.eye(d))
    exact = d * shift**2 + d * (std_x - std_y) ** 2
    assert frechet_distance(x, y) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_frechet_distance_agrees_with_the_matrix_root_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = (rng.normal(size=(100, 5)) @ rng.normal(size=(5, 5)) + rng.normal(size=5) for _ in "xy")
    cov_x, cov_y = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = linalg.sqrtm(cov_x @ cov_y).real
    by_scipy = np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(cov_x + cov_y - 2 * root)
    assert frechet_distance(x, y) == pytest.approx(by_scipy, rel=1e-6)
    assert frechet_distance(y, x) == pytest.approx(by_scipy, rel=1e-6)


def test_frechet_distance_needs_no_full_rank() -> None:
    few, point = normal(5, 1, d=64), np.ones((10, 64))
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(point, point) == 0
    spread = np.trace(np.cov(few, rowvar=False))
    assert frechet_distance(few, point) == pytest.approx(((few.mean(0) - 1) ** 2).sum() + spread)
    assert frechet_distance(normal(50, 1, d=1), normal(50, 2, 3, d=1)) > 4


def test_frechet_distance_of_float32_features() -> None:
    x, y = normal(400, 1), normal(400, 2, shift=1)
    single = frechet_distance(x.astype(np.float32), y.astype(np.float32))
    assert single == pytest.approx(frechet_distance(x, y), rel=1e-5)


def test_the_noise_floor_sinks_with_n() -> None:
    floors = [frechet_distance(normal(n, 1, d=32), normal(n, 2, d=32)) for n in (100, 400, 1600)]
    assert floors[0] > 3 * floors[1] > 9 * floors[2] > 0


# ------------------------------------------------------------------------------------ KID


def test_kernel_distance_agrees_with_sums_over_pairs() -> None:
    x, y = normal(12, 1, d=3), normal(9, 2, shift=0.5, d=3)

    def k(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / 3 + 1) ** 3)

    within_x = np.mean([k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j])
    within_y = np.mean([k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j])
    across = np.mean([k(a, b) for a in x for b in y])
    assert kernel_distance(x, y) == pytest.approx(within_x + within_y - 2 * across)


def test_kernel_distance_of_two_constants() -> None:
    """Features that are all 1 and all 0 in d dimensions: (1 + 1)³ + 1 − 2·1 = 7."""
    assert kernel_distance(np.ones((5, 4)), np.zeros((6, 4))) == pytest.approx(7)


def test_kernel_distance_is_unbiased_however_few_there_are() -> None:
    floors = [kernel_distance(normal(20, seed), normal(20, 500 + seed)) for seed in range(400)]
    error = np.std(floors) / math.sqrt(len(floors))
    assert abs(np.mean(floors)) < 4 * error
    assert min(floors) < 0 < max(floors)


def test_halves_are_compared_as_the_kernel_distance_does() -> None:
    """Split by split: the first halving is the one that the same generator makes here."""
    samples, n = normal(1300, 1), 650  # more than one block of the kernel
    sides = random_halves(n)
    values = mmd_of_splits(samples, _kernel)
    for split in (0, N_SPLITS - 1):
        first = sides[:, split] > 0
        direct = kernel_distance(samples[first], samples[~first])
        assert values[split] == pytest.approx(direct, abs=1e-12)


def test_floor_of_the_kernel_distance_is_above_zero_whatever_the_draw() -> None:
    floors = [all_floors(seen(normal(60, i)), seen(normal(60, 99 + i)))["kid"] for i in range(12)]
    assert 0 < max(floors) < 4 * min(floors)


# ------------------------------------------------------------------- precision and recall


def test_share_within_agrees_with_sklearn() -> None:
    manifold, samples = normal(120, 1, d=4), normal(80, 2, shift=0.7, d=4)
    neighbours = NearestNeighbors(n_neighbors=K + 1).fit(manifold)
    radii = neighbours.kneighbors(manifold)[0][:, K]
    by_hand = np.mean([(np.linalg.norm(manifold - x, axis=1) <= radii).any() for x in samples])
    assert 0.2 < by_hand < 0.95
    assert share_within(samples, manifold) == by_hand


def test_precision_asks_about_quality_and_recall_about_variety() -> None:
    real = normal(600, 1, d=2)
    half = seen(real[real[:, 0] > 0] + 1e-6)  # good, but only one side
    assert precision(seen(real), half) == 1
    assert 0.4 < recall(seen(real), half) < 0.7
    wide = seen(normal(600, 2, std=20, d=2))  # covers all, and much else
    assert precision(seen(real), wide) < 0.1
    assert recall(seen(real), wide) > 0.9


def test_far_away_nothing_is_shared() -> None:
    real, fake = seen(normal(100, 1)), seen(normal(100, 2, shift=50))
    assert precision(real, fake) == recall(real, fake) == 0


# -------------------------------------------------------------------------------- classes


def test_shares_of_classes_count_absent_ones() -> None:
    shares = class_shares(seen(np.zeros((8, 1)), np.array([3, 3, 3, 9])))
    assert shares.tolist() == [0, 0, 0, 0.75, 0, 0, 0, 0, 0, 0.25]


@pytest.mark.parametrize(
    ("classes", "gap"), [([5], 0.9), (range(10), 0.0), (range(5), 0.5), ([0, 1, 1, 1], 0.8)]
)
def test_class_gap_is_what_would_have_to_change(classes: list[int], gap: float) -> None:
    fake = seen(np.zeros((40, 1)), np.array(classes))
    assert class_gap(seen(np.zeros((800, 1))), fake) == pytest.approx(gap)
    assert class_gap(fake, seen(np.zeros((800, 1)))) == pytest.approx(gap)


def test_only_digits_are_classified() -> None:
    known = [dataset.name for dataset in DATASETS if is_digits(dataset)]
    assert known == ["digits", "mnist"]


def test_a_ball_without_extent_holds_what_lies_in_its_centre() -> None:
    """Equation 1 has ≤: among copies of one picture, the k-th nearest is at distance 0."""
    copies = np.ones((K + 1, 2))
    assert share_within(np.array([[1.0, 1.0], [1.0, 1.1]]), copies) == 0.5
