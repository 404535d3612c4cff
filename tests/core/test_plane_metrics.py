"""Metrics of points in the plane: against values known beforehand, and second implementations."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from gan_core.datasets import DATASETS
from gan_core.metrics import METRICS, Metric, is_plane
from gan_core.metrics.density_gap import best_decision, decision_gap
from gan_core.metrics.jensen_shannon import CELLS, jensen_shannon
from gan_core.metrics.mmd import N_USED, mmd
from gan_core.metrics.sliced_wasserstein import (
    DIRECTIONS,
    distances_of_halves,
    sliced_wasserstein,
)
from gan_core.theory.halves import N_SPLITS, random_halves, seldom_exceeded

Draw = Callable[[int, int], np.ndarray]
LN2 = math.log(2)
PLANE = replace(DATASETS.get("ring"), name="plane", extent=3.0)  # a cell is 0.2 wide
FILLED = 120  # cells of the uniform distribution: four columns
PLANE_METRICS = [METRICS.get(name) for name in ("jensen_shannon", "sliced_wasserstein", "mmd")]
every_metric = pytest.mark.parametrize("metric", PLANE_METRICS, ids=lambda metric: metric.name)


def normal(n: int, seed: int, std: float = 0.54, shift: float = 0.0) -> np.ndarray:
    """Round Gaussian points (n, 2) around (shift, 0); most of the plane is within ±5σ."""
    return np.random.default_rng(seed).normal([shift, 0.0], std, (n, 2))


def uniform(n: int, seed: int) -> np.ndarray:
    """Points (n, 2) spread over the leftmost 120 of the 900 cells."""
    lowest, highest = [-3.0, -3.0], [-3.0 + 6 * FILLED / CELLS**2, 3.0]
    return np.random.default_rng(seed).uniform(lowest, highest, (n, 2))


def at(x: float, y: float, n: int = 100) -> np.ndarray:
    """Points (n, 2), all in one place."""
    return np.tile([x, y], (n, 1))


def js(real: np.ndarray, fake: np.ndarray) -> float:
    return jensen_shannon(real, fake, PLANE)


def sw(real: np.ndarray, fake: np.ndarray) -> float:
    return sliced_wasserstein(real, fake, PLANE)


# ------------------------------------------------------------------------- Jensen–Shannon


def test_js_of_equal_histograms_is_zero() -> None:
    points = normal(1000, seed=1)
    assert js(points, points[::-1]) == pytest.approx(0, abs=1e-12)
    assert js(at(0.01, 0.01), at(0.19, 0.19)) == pytest.approx(0, abs=1e-12)  # of one cell


def test_js_of_disjoint_histograms_is_ln_2() -> None:
    assert js(at(0.1, 0.1), at(0.3, 0.1)) == pytest.approx(LN2, abs=1e-12)
    assert js(at(0.1, 0.1), at(0.1, 0.3)) == pytest.approx(LN2, abs=1e-12)
    assert js(normal(1000, 1, 0.1, -1), normal(1000, 2, 0.1, 1)) == pytest.approx(LN2, abs=1e-12)


def test_js_is_symmetric() -> None:
    x, y = normal(1000, seed=1), normal(1000, seed=2, shift=1)
    assert 0.05 < js(x, y) < LN2
    assert js(x, y) == pytest.approx(js(y, x), abs=1e-12)


@pytest.mark.parametrize("far", [3.001, -1e30, math.inf, math.nan])
def test_js_counts_points_outside_the_plane(far: float) -> None:
    real, half = at(0.1, 0.1), at(0.1, 0.1)
    half[::2, 1] = far
    assert js(real, at(far, 0.1)) == pytest.approx(LN2, abs=1e-12)
    # p = (1, 0), q = (½, ½) in the cell and outside, so that the mean is (¾, ¼).
    by_hand = (math.log(4 / 3) + (math.log(2 / 3) + math.log(2)) / 2) / 2
    assert js(real, half) == pytest.approx(by_hand, abs=1e-12)


def test_js_ends_where_the_plane_ends() -> None:
    wider = replace(PLANE, extent=30.0)  # a cell is 2 wide
    assert js(at(0.1, 0.1), at(1.9, 1.9)) == pytest.approx(LN2, abs=1e-12)
    assert jensen_shannon(at(0.1, 0.1), at(1.9, 1.9), wider) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("draw", [uniform, normal])
def test_a_perfect_generator_scores_the_noise_floor(draw: Draw) -> None:
    """150 points score 0.3 bits and more against their own distribution; it takes thousands."""

    def bits(n: int, seed: int) -> float:
        return js(draw(n, seed), draw(n, 100 + seed)) / LN2

    assert 0.30 <= np.mean([bits(150, seed) for seed in range(20)]) <= 0.41
    assert max(bits(20_000, seed) for seed in range(5)) <= 0.01


def test_noise_floor_is_about_the_cells_filled_by_four_n() -> None:
    floors = [js(uniform(2500, seed), uniform(2500, 100 + seed)) for seed in range(20)]
    assert np.mean(floors) == pytest.approx((FILLED - 1) / (4 * 2500), rel=0.05)


# --------------------------------------------------------------------- sliced Wasserstein


@pytest.mark.parametrize("shift", [(1.0, 0.0), (0.0, -2.5), (0.3, 0.4), (-2.0, 1.0)])
def test_sliced_wasserstein_of_a_shift(shift: tuple[float, float]) -> None:
    points = normal(500, seed=1)
    by_direction = np.abs(DIRECTIONS @ shift).mean()
    assert sw(points, points + shift) == pytest.approx(by_direction)
    assert by_direction == pytest.approx(2 / math.pi * math.hypot(*shift), rel=1e-3)


def test_sliced_wasserstein_knows_no_order() -> None:
    points = normal(500, seed=1)
    shuffled = np.random.default_rng(2).permutation(points)
    assert sw(points, shuffled) == pytest.approx(0, abs=1e-12)
    assert sw(normal(500, seed=3), points) == sw(normal(500, seed=3), shuffled) > 0.01


def test_sliced_wasserstein_agrees_with_scipy() -> None:
    x, y = normal(200, seed=1), normal(200, seed=2, std=0.3, shift=1)
    slices = [stats.wasserstein_distance(x @ each, y @ each) for each in DIRECTIONS]
    assert sw(x, y) == pytest.approx(np.mean(slices))


def test_halves_are_compared_as_the_sliced_distance_does() -> None:
    points, n = normal(130, seed=1), 65
    points[:3] = points[3]  # some of them coincide
    values, sides = distances_of_halves(points, PLANE), random_halves(n)
    for split in range(N_SPLITS):
        first = sides[:, split] > 0
        assert values[split] == pytest.approx(sw(points[first], points[~first]))


@pytest.mark.parametrize("seed", range(10))
def test_sliced_wasserstein_is_a_distance(seed: int) -> None:
    stds, shifts = np.random.default_rng(seed).uniform(0.1, 2, (2, 3))
    x, y, z = (normal(50, 10 * seed + i, stds[i], shifts[i]) for i in range(3))
    assert sw(x, y) == pytest.approx(sw(y, x))
    assert sw(x, z) <= sw(x, y) + sw(y, z)


# ------------------------------------------------------------------------------------ MMD


def naive_mmd(real: np.ndarray, fake: np.ndarray) -> float:
    """Equation 3 of Gretton et al. as it is written."""

    def distance(a: np.ndarray, b: np.ndarray) -> float:
        return math.dist(a, b)

    m, n = len(real), len(fake)
    pairs = [distance(real[i], real[j]) for i in range(m) for j in range(i)]
    sigma = float(np.median(pairs))

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return math.exp(-(distance(a, b) ** 2) / (2 * sigma**2))

    real_real = sum(kernel(real[i], real[j]) for i in range(m) for j in range(m) if i != j)
    fake_fake = sum(kernel(fake[i], fake[j]) for i in range(n) for j in range(n) if i != j)
    real_fake = sum(kernel(a, b) for a in real for b in fake)
    return real_real / (m * (m - 1)) + fake_fake / (n * (n - 1)) - 2 * real_fake / (m * n)


@pytest.mark.parametrize(("n", "std", "shift"), [(40, 1.0, 0.0), (40, 0.1, 0.5), (25, 2.0, 3.0)])
def test_mmd_agrees_with_the_sums(n: int, std: float, shift: float) -> None:
    real, fake = normal(40, seed=1), normal(n, 2, std, shift)
    assert mmd(real, fake, PLANE) == pytest.approx(naive_mmd(real, fake), abs=1e-12)


def test_mmd_is_unbiased() -> None:
    values = [mmd(normal(40, seed), normal(40, 1000 + seed), PLANE) for seed in range(200)]
    standard_error = np.std(values) / math.sqrt(len(values))
    assert abs(np.mean(values)) < 3 * standard_error
    assert min(values) < 0  # what a biased estimate never is
    assert standard_error < 1 / 40 / 3  # the biased one, higher by about 1/n, would be noticed


@pytest.mark.parametrize("name", ["mmd", "sliced_wasserstein"])
def test_floor_is_what_equal_distributions_seldom_exceed(name: str) -> None:
    metric = METRICS.get(name)
    draws = [(normal(200, seed), normal(200, 1000 + seed)) for seed in range(60)]
    floors = [metric.noise_floor(real, other, PLANE) for real, other in draws[:12]]
    assert 0 < max(floors) < 4 * min(floors)
    values = np.array([metric.measure(real, other, PLANE) for real, other in draws])
    assert np.mean(values < np.median(floors)) >= 0.85
    far = metric.measure(normal(200, 1), normal(200, 2, shift=0.5), PLANE)
    assert far > 2 * max(floors)


@every_metric
def test_floor_of_points_that_coincide_is_zero(metric: Metric) -> None:
    assert metric.noise_floor(at(0, 0), at(0, 0), PLANE) == pytest.approx(0, abs=1e-12)


def test_mmd_grows_with_the_shift() -> None:
    real = normal(500, seed=1)
    values = [mmd(real, normal(500, 2, shift=shift), PLANE) for shift in (0, 0.5, 1, 2, 5)]
    assert values == sorted(values)
    assert values[0] < 0.01
    assert values[-1] > 0.5


def test_mmd_measures_the_first_points() -> None:
    real, fake = normal(2500, seed=1), normal(2500, seed=2, shift=1)
    assert mmd(real, fake, PLANE) == mmd(real[:N_USED], fake[:N_USED], PLANE)


# ---------------------------------------------------------------------- all three of them


@every_metric
def test_metric_is_for_the_plane(metric: Metric) -> None:
    assert all(metric.applies(dataset) == (dataset.shape == (2,)) for dataset in DATASETS)
    assert is_plane(PLANE)
    assert not is_plane(DATASETS.get("digits"))


@every_metric
def test_broken_generators_get_a_number_for_the_worst(metric: Metric) -> None:
    real = normal(2000, seed=1)
    floor = metric.measure(real, normal(2000, seed=2), PLANE)
    generated = {
        "one place": at(0.5, 0.5, 2000),
        "nan": np.full((2000, 2), np.nan),
        "inf": at(math.inf, -math.inf, 2000),
        "float32's largest": at(3e38, -3e38, 2000).astype(np.float32),
        "half": np.where(np.arange(2000)[:, np.newaxis] % 2, real, np.nan),
    }
    for name, fake in generated.items():
        value = metric.measure(real, fake, PLANE)
        json.dumps(value, allow_nan=False)
        assert value > 2 * floor, name


@every_metric
def test_data_in_one_place_can_be_matched(metric: Metric) -> None:
    real = at(0.5, 0.5)
    assert metric.measure(real, real.copy(), PLANE) == pytest.approx(0, abs=1e-12)
    assert metric.measure(real, at(-0.5, 0.5), PLANE) > 0.5


# ---------------------------------------------------------------------- D beside D*


def test_best_decision_is_a_half_where_there_is_nothing() -> None:
    p, q = np.array([0.0, 1.0, 0.0, 3.0, 1e-300]), np.array([0.0, 0.0, 2.0, 1.0, 1e-300])
    np.testing.assert_allclose(best_decision(p, q), [0.5, 1, 0, 0.75, 0.5])


@pytest.mark.parametrize("label_smoothing", [0.0, 0.3])
@pytest.mark.parametrize("packing", [1, 3])
def test_no_answer_of_d_costs_less_than_the_best_one(label_smoothing: float, packing: int) -> None:
    s, p, q = label_smoothing, np.array([0.2, 1.5]), np.array([0.9, 0.6])
    best = best_decision(p, q, label_smoothing=s, packing=packing)
    for of_real, of_fake, found in zip(p**packing, q**packing, best, strict=True):

        def cost(d: float, of_real: float = of_real, of_fake: float = of_fake) -> float:
            soft = (1 - s) * np.log(d) + s * np.log(1 - d)
            return float(-of_real * soft - of_fake * np.log(1 - d))

        cheapest = minimize_scalar(cost, bounds=(1e-9, 1 - 1e-9), method="bounded")
        assert found == pytest.approx(cheapest.x, abs=1e-4)


def test_gap_is_zero_at_the_best_decision() -> None:
    p, q = np.random.default_rng(1).uniform(size=(2, 100))
    best = best_decision(p, q)
    assert decision_gap(best, best, p, q) == 0
    assert decision_gap(best + 0.01, best, p, q) == pytest.approx(0.01)


def test_gap_of_a_constant_decision_between_two_points() -> None:
    p, q = np.array([3.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])  # D* = 1, 0 and, freely, ½
    best = best_decision(p, q)
    assert decision_gap(np.full(3, 0.8), best, p, q) == pytest.approx((3 * 0.2 + 1 * 0.8) / 4)
    assert decision_gap(np.array([0.0, 1.0, 0.9]), best, p, q) == 1


def test_gap_is_always_a_number() -> None:
    p, q = np.array([3.0, 0.0]), np.array([0.0, 1.0])
    assert decision_gap(np.array([1.0, np.nan]), best_decision(p, q), p, q) == pytest.approx(1 / 4)
    assert decision_gap(np.array([0.2, 0.7]), np.full(2, 0.5), np.zeros(2), np.zeros(2)) == 0


def test_floor_of_mmd_is_of_the_points_that_mmd_measures() -> None:
    metric, real, other = METRICS.get("mmd"), normal(700, seed=1), normal(700, seed=2)
    first = metric.noise_floor(real[:N_USED], other[:N_USED], PLANE)
    assert metric.noise_floor(real, other, PLANE) == first


@pytest.mark.parametrize("name", ["mmd", "sliced_wasserstein"])
def test_points_that_are_no_numbers_are_worse_than_any_place_in_the_plane(name: str) -> None:
    metric, real = METRICS.get(name), at(0.0, 0.0)  # where 0 in place of NaN would be a hit
    fake = real.copy()
    fake[::2] = np.nan
    corner = real.copy()
    corner[::2] = PLANE.extent
    value = metric.measure(real, fake, PLANE)
    assert value >= metric.measure(real, corner, PLANE) > 0


def test_what_is_seldom_exceeded_is_never_below_zero() -> None:
    assert seldom_exceeded(np.full(N_SPLITS, -1e-17)) == 0
    assert seldom_exceeded(np.arange(101.0)) == 95
