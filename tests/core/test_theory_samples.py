"""Divergences between samples: exact ones by sorting, others through histograms."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import spatial, stats

from gan_core.text import GanError
from gan_core.theory.samples import (
    histogram,
    histogram_chi2,
    histogram_js,
    histogram_kl,
    histogram_reverse_kl,
    histogram_total_variation,
    wasserstein_1_samples,
)

EDGES = np.linspace(-3, 3, 13)
Score = Callable[[np.ndarray, np.ndarray, np.ndarray], float]
SCORES: list[Score] = [
    histogram_kl,
    histogram_reverse_kl,
    histogram_js,
    histogram_chi2,
    histogram_total_variation,
]


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 50), (30, 30), (41, 7), (500, 333)])
def test_wasserstein_agrees_with_scipy(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    x, y = rng.normal(0, 1, n), rng.normal(0.3, 2, m)
    assert wasserstein_1_samples(x, y) == pytest.approx(stats.wasserstein_distance(x, y))
    assert wasserstein_1_samples(y, x) == pytest.approx(wasserstein_1_samples(x, y))


def test_wasserstein_of_equally_many_pairs_them_in_order() -> None:
    x, y = np.array([5.0, 1.0, 3.0]), np.array([2.0, 2.0, 9.0])
    assert wasserstein_1_samples(x, y) == pytest.approx((1 + 1 + 4) / 3)


def test_wasserstein_of_copies_and_shifts() -> None:
    x = np.random.default_rng(4).normal(size=200)
    assert wasserstein_1_samples(x, np.repeat(x, 3)) == pytest.approx(0, abs=1e-12)
    assert wasserstein_1_samples(x, x + 7.5) == pytest.approx(7.5)
    assert wasserstein_1_samples(x, x - 1e6) == pytest.approx(1e6)


def test_histogram_holds_left_edges_and_loses_nothing() -> None:
    shares = histogram(np.array([-9.0, 0.0, 0.5, 1.0, 9.0]), np.array([0.0, 1.0]))
    np.testing.assert_allclose(shares, [0.2, 0.4, 0.4])


def test_histogram_scores_agree_with_counting() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(0, 1, 4000), rng.normal(0.4, 1.3, 3000)
    open_edges = [-np.inf, *EDGES, np.inf]
    pairs = list(itertools.pairwise(open_edges))
    p = [sum(low <= v < high for v in x.tolist()) / 4000 for low, high in pairs]
    q = [sum(low <= v < high for v in y.tolist()) / 3000 for low, high in pairs]
    assert min(p) > 0
    assert min(q) > 0
    assert histogram_kl(x, y, EDGES) == pytest.approx(stats.entropy(p, q))
    assert histogram_reverse_kl(x, y, EDGES) == pytest.approx(stats.entropy(q, p))
    chi2 = math.fsum((a - b) ** 2 / b for a, b in zip(p, q, strict=True))
    assert histogram_chi2(x, y, EDGES) == pytest.approx(chi2)
    assert histogram_js(x, y, EDGES) == pytest.approx(spatial.distance.jensenshannon(p, q) ** 2)
    expected = math.fsum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2
    assert histogram_total_variation(x, y, EDGES) == pytest.approx(expected)


def test_histograms_that_do_not_overlap() -> None:
    x, y = np.full(10, -1.3), np.full(20, 1.3)
    for score in (histogram_kl, histogram_reverse_kl, histogram_chi2):
        assert score(x, y, EDGES) == math.inf
    assert histogram_js(x, y, EDGES) == pytest.approx(math.log(2))
    assert histogram_total_variation(x, y, EDGES) == pytest.approx(1)


def test_perfect_samples_have_a_noise_floor_that_falls_with_n() -> None:
    rng = np.random.default_rng(6)
    floors = [
        histogram_js(rng.normal(size=n), rng.normal(size=n), EDGES) for n in (50, 1000, 50_000)
    ]
    assert floors[0] > 5 * floors[1] > 25 * floors[2] > 0


@pytest.mark.parametrize("bad", [[], [1.0, math.nan], [math.inf], [[1.0, 2.0]]])
def test_impossible_samples_are_refused(bad: list[float]) -> None:
    good = np.array([1.0, 2.0])
    with pytest.raises(GanError, match="x has shape"):
        wasserstein_1_samples(np.array(bad), good)
    with pytest.raises(GanError, match="y has shape"):
        wasserstein_1_samples(good, np.array(bad))
    with pytest.raises(GanError, match="edges has shape"):
        histogram(good, np.array(bad))


@pytest.mark.parametrize("score", SCORES)
def test_edges_that_do_not_ascend_are_refused(score: Score) -> None:
    with pytest.raises(GanError, match="do not ascend"):
        score(np.array([1.0]), np.array([1.0]), np.array([0.0, 0.0, 1.0]))
