"""Metrics: measured on samples whose answer is known beforehand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from gan_core.datasets import DATASETS, Dataset
from gan_core.metrics import METRICS, Metric
from gan_core.metrics.mode_coverage import high_quality, modes_covered

RING = DATASETS.get("ring")
STD = 0.01
APPLICABLE = [
    pytest.param(metric, dataset, id=f"{metric.name}-{dataset.name}")
    for metric, dataset in product(METRICS, [DATASETS.get("ring"), DATASETS.get("digits")])
    if metric.applies(dataset)
]


def centers() -> np.ndarray:
    angles = np.arange(8) * np.pi / 4
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def measure(points: np.ndarray) -> tuple[float, float]:
    """(modes covered, per cent of high quality) of generated points on the ring."""
    real = RING.load(len(points), seed=9)
    return modes_covered(real, points, RING), high_quality(real, points, RING)


def test_points_on_the_modes_are_perfect() -> None:
    assert measure(centers()) == (8, 100)


def test_real_samples_are_as_good_as_the_normal_distribution_allows() -> None:
    modes, quality = measure(RING.load(20_000, seed=1))
    assert modes == 8
    assert quality == pytest.approx(100 * (1 - np.exp(-9 / 2)), abs=0.3)  # within 3σ in the plane


def test_collapsed_generator_covers_one_mode_with_perfect_quality() -> None:
    assert measure(np.tile(centers()[3], (2500, 1))) == (1, 100)


def test_one_sample_covers_a_mode() -> None:
    points = np.concatenate([np.tile(centers()[0], (2499, 1)), centers()[5:6]])
    assert measure(points) == (2, 100)


def test_samples_between_the_modes_count_for_nothing() -> None:
    assert measure(np.zeros((2500, 2))) == (0, 0)


@pytest.mark.parametrize(("stds", "expected"), [(2.999, (8, 100)), (3.001, (0, 0))])
def test_high_quality_ends_at_three_standard_deviations(
    stds: float, expected: tuple[float, float]
) -> None:
    outwards = centers()
    assert measure(centers() + stds * STD * outwards) == expected


def test_quality_is_the_share_of_good_samples() -> None:
    points = np.concatenate([centers(), np.zeros((24, 2))])
    assert measure(points) == (8, 25)


def test_float32_samples_are_measured_like_float64() -> None:
    points = RING.load(500, seed=4)
    assert measure(points) == measure(points.astype(np.float64))


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_samples_that_are_no_numbers_have_no_quality(broken: float) -> None:
    points = centers()
    points[:4, 1] = broken
    assert measure(points) == (4, 50)
    assert measure(np.full((8, 2), broken)) == (0, 0)


@pytest.mark.parametrize("metric", list(METRICS), ids=lambda metric: metric.name)
def test_metric_says_what_it_is(metric: Metric) -> None:
    assert metric.title
    assert metric.help
    assert metric.better in ("lower", "higher")
    assert metric.n_samples > 0
    assert "arXiv:" in metric.reference


@pytest.mark.parametrize(("metric", "dataset"), APPLICABLE)
def test_real_samples_measure_better_than_noise(metric: Metric, dataset: Dataset) -> None:
    real = dataset.load(metric.n_samples, seed=1)
    floor = metric.measure(real, dataset.load(metric.n_samples, seed=2), dataset)
    noise = np.random.default_rng(3).uniform(-1, 1, real.shape).astype(np.float32)
    value = metric.measure(real, noise, dataset)
    assert isinstance(floor, float)
    assert isinstance(value, float)
    assert floor > value if metric.better == "higher" else floor < value


def test_modes_are_only_counted_where_they_are_known() -> None:
    digits = DATASETS.get("digits")
    coverage = METRICS.get("modes_covered")
    assert coverage.applies(RING)
    assert not coverage.applies(digits)
    with pytest.raises(ValueError, match="digits"):
        coverage.measure(digits.load(8), digits.load(8), digits)
