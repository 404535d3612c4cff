"""Mixtures, divergences and the optimal discriminator against closed forms and other code."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import integrate, spatial, special, stats

from gan_core.text import GanError
from gan_core.theory import divergences
from gan_core.theory.divergences import (
    DIVERGENCES,
    Divergence,
    chi2,
    js,
    kl,
    reverse_kl,
    total_variation,
    wasserstein_1,
)
from gan_core.theory.grid import log_of
from gan_core.theory.mixture import Mixture, normal_log_pdf
from gan_core.theory.optimal_discriminator import (
    optimal_discriminator,
    optimal_discriminator_of_logs,
    value_at_optimum_of_logs,
)

X = np.linspace(-40, 40, 8001)
DX = float(X[1] - X[0])
TWO = Mixture((0.3, 0.7), (-2.0, 3.0), (0.5, 1.5))
THREE = Mixture((0.2, 0.5, 0.3), (-6.0, 0.0, 4.0), (1.0, 0.4, 2.0))
every_divergence = pytest.mark.parametrize(
    "divergence", DIVERGENCES.values(), ids=lambda each: each.name
)


def normal(mean: float, std: float) -> np.ndarray:
    return stats.norm(mean, std).pdf(X)


def point_mass(index: int) -> np.ndarray:
    density = np.zeros(X.shape)
    density[index] = 1 / DX
    return density


def kl_of_normals(m1: float, s1: float, m2: float, s2: float) -> float:
    return math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


# Mixtures


def cdf_of_two(x: Any) -> Any:
    """P(X ≤ x) of `TWO`, by SciPy."""
    parts = zip(TWO.weights, TWO.means, TWO.stds, strict=True)
    return sum(w * stats.norm.cdf(x, m, s) for w, m, s in parts)


def test_mixture_agrees_with_scipy() -> None:
    parts = list(zip(THREE.weights, THREE.means, THREE.stds, strict=True))
    pdf = sum(w * stats.norm(m, s).pdf(X) for w, m, s in parts)
    np.testing.assert_allclose(THREE.pdf(X), pdf, rtol=1e-11, atol=1e-300)
    assert THREE.pdf(X.reshape(9, -1)).shape == (9, 889)


def test_mixture_has_mass_mean_and_std_of_its_density() -> None:
    p = THREE.pdf(X) * DX
    assert p.sum() == pytest.approx(1)
    assert (p * X).sum() == pytest.approx(THREE.mean)
    assert math.sqrt((p * (X - THREE.mean) ** 2).sum()) == pytest.approx(THREE.std)


def test_log_density_is_finite_where_the_density_underflows() -> None:
    far = Mixture((0.5, 0.5), (0.0, 1.0), (1.0, 1.0))
    assert far.pdf(np.array(-100.0)) == 0
    # Only the nearer Gaussian counts there.
    expected = math.log(0.5) - 0.5 * 100**2 - 0.5 * math.log(2 * math.pi)
    assert far.log_pdf(np.array(-100.0)) == pytest.approx(expected, abs=1e-9)


def test_samples_come_from_the_mixture_and_from_the_seed() -> None:
    drawn = TWO.sample(20_000, seed=1)
    assert drawn.shape == (20_000,)
    assert stats.kstest(drawn, cdf_of_two).pvalue > 0.01
    assert (drawn == TWO.sample(20_000, seed=1)).all()
    assert (drawn != TWO.sample(20_000, seed=2)).any()


@pytest.mark.parametrize(
    ("weights", "means", "stds", "complaint"),
    [
        ((), (), (), "0 weights"),
        ((1.0,), (0.0, 1.0), (1.0,), "2 means"),
        ((0.5, 0.6), (0.0, 1.0), (1.0, 1.0), "add up to 1.1"),
        ((1.5, -0.5), (0.0, 1.0), (1.0, 1.0), "weight is -0.5"),
        ((1.0,), (math.inf,), (1.0,), "mean is inf"),
        ((1.0,), (0.0,), (0.0,), "std is 0.0"),
        ((1.0,), (0.0,), (math.nan,), "std is nan"),
    ],
)
def test_impossible_mixture_is_refused(
    weights: tuple[float, ...], means: tuple[float, ...], stds: tuple[float, ...], complaint: str
) -> None:
    with pytest.raises(GanError, match=complaint):
        Mixture(weights, means, stds)


def test_empty_sample_is_refused() -> None:
    with pytest.raises(GanError, match="n is 0"):
        TWO.sample(0, seed=0)


# Closed forms

NORMALS = [(0.0, 1.0, 0.0, 2.0), (-1.0, 0.5, 2.0, 1.5), (1.0, 2.0, 1.0, 2.0), (3.0, 1.2, -1.0, 0.9)]


@pytest.mark.parametrize("pair", NORMALS)
def test_kl_between_two_gaussians(pair: tuple[float, float, float, float]) -> None:
    m1, s1, m2, s2 = pair
    p, q = normal(m1, s1), normal(m2, s2)
    lp, lq = normal_log_pdf(X, m1, s1), normal_log_pdf(X, m2, s2)
    assert kl.of_logs(lp, lq, DX) == pytest.approx(kl_of_normals(m1, s1, m2, s2), abs=1e-9)
    assert reverse_kl.of_logs(lp, lq, DX) == pytest.approx(kl_of_normals(m2, s2, m1, s1), abs=1e-9)
    assert reverse_kl.of_logs(lp, lq, DX) == kl.of_logs(lq, lp, DX)
    assert js(p, q, DX) == pytest.approx(js.of_logs(lp, lq, DX), abs=1e-12)


def test_kl_of_gaussians_so_far_apart_that_densities_underflow() -> None:
    x = np.linspace(-40, 90, 20_001)
    log_p, log_q = normal_log_pdf(x, 0.0, 1.0), normal_log_pdf(x, 60.0, 0.5)
    expected = kl_of_normals(0, 1, 60, 0.5)
    assert expected > 7000
    assert kl.of_logs(log_p, log_q, x[1] - x[0]) == pytest.approx(expected, rel=1e-9)
    # From the densities the tail is lost: what is too small to store counts as no support.
    assert kl(np.exp(log_p), np.exp(log_q), x[1] - x[0]) == math.inf


@pytest.mark.parametrize("shift", [0.0, 0.5, -3.0, 17.0])
@pytest.mark.parametrize("std", [0.3, 2.0])
def test_wasserstein_and_total_variation_of_a_shift(shift: float, std: float) -> None:
    p, q = normal(0.0, std), normal(shift, std)
    assert wasserstein_1(p, q, DX) == pytest.approx(abs(shift), abs=1e-9)
    expected = math.erf(abs(shift) / (2 * math.sqrt(2) * std))
    assert total_variation(p, q, DX) == pytest.approx(expected, abs=1e-4)


def test_pearson_chi2_of_a_shift() -> None:
    # ∫ N(m, 1)² / N(0, 1) = exp(m²)
    log_p, log_q = normal_log_pdf(X, 1.5, 1.0), normal_log_pdf(X, 0.0, 1.0)
    assert chi2.of_logs(log_p, log_q, DX) == pytest.approx(math.exp(1.5**2) - 1, rel=1e-9)


def test_two_parallel_lines() -> None:
    # Across the lines the two distributions are points at distance θ.
    for steps in (1, 250, -1000):
        p, q = point_mass(4000), point_mass(4000 + steps)
        assert kl(p, q, DX) == reverse_kl(p, q, DX) == chi2(p, q, DX) == math.inf
        assert js(p, q, DX) == pytest.approx(math.log(2), abs=1e-12)
        assert total_variation(p, q, DX) == pytest.approx(1, abs=1e-12)
        assert wasserstein_1(p, q, DX) == pytest.approx(abs(steps) * DX, rel=1e-9)
    for divergence in DIVERGENCES.values():
        assert divergence(point_mass(7), point_mass(7), DX) == 0


def test_missing_support_counts_on_its_own_side_only() -> None:
    narrow = np.where(np.abs(X) < 1, 1.0, 0.0)
    wide = np.where(np.abs(X) < 2, 1.0, 0.0)
    narrow, wide = narrow / (narrow.sum() * DX), wide / (wide.sum() * DX)
    ratio = narrow.max() / wide.max()
    assert kl(narrow, wide, DX) == pytest.approx(math.log(ratio))
    assert chi2(narrow, wide, DX) == pytest.approx(ratio - 1)
    assert kl(wide, narrow, DX) == chi2(wide, narrow, DX) == math.inf
    assert reverse_kl(narrow, wide, DX) == math.inf


def test_support_is_missing_even_where_the_other_density_underflows() -> None:
    log_p = normal_log_pdf(X, 0.0, 0.5)  # e⁻³²⁰⁰ at the ends: there, but too small to store
    log_q = np.where(np.abs(X) < 39, normal_log_pdf(X, 0.0, 0.5), -np.inf)
    assert kl.of_logs(log_p, log_q, DX) == math.inf
    assert kl.of_logs(log_q, log_p, DX) == pytest.approx(0, abs=1e-12)


# Second implementations


def integral(function: Callable[[float], float]) -> float:
    value, _ = integrate.quad(function, -25, 25, points=[-6, -2, 0, 3, 4], limit=400)
    return float(value)


def test_divergences_agree_with_adaptive_integration() -> None:
    def p(x: float) -> float:
        return sum(
            w * math.exp(-((x - m) ** 2) / (2 * s**2)) / (s * math.sqrt(2 * math.pi))
            for w, m, s in zip(TWO.weights, TWO.means, TWO.stds, strict=True)
        )

    def q(x: float) -> float:
        return math.exp(-((x - 1) ** 2) / 18) / (3 * math.sqrt(2 * math.pi))

    def kl_term(a: float, b: float) -> float:
        return a * math.log(a / b) if a > 0 else 0.0

    expected = {
        "kl": integral(lambda x: kl_term(p(x), q(x))),
        "reverse_kl": integral(lambda x: kl_term(q(x), p(x)) if p(x) > 0 else 0.0),
        "js": integral(
            lambda x: kl_term(p(x), (p(x) + q(x)) / 2) / 2 + kl_term(q(x), (p(x) + q(x)) / 2) / 2
        ),
        "wasserstein_1": integral(lambda x: float(abs(cdf_of_two(x) - stats.norm.cdf(x, 1, 3)))),
        "chi2": integral(lambda x: (p(x) - q(x)) ** 2 / q(x)),
        "total_variation": integral(lambda x: abs(p(x) - q(x)) / 2),
    }
    assert expected.keys() == DIVERGENCES.keys()
    log_q = normal_log_pdf(X, 1.0, 3.0)
    for name, value in expected.items():
        computed = DIVERGENCES[name].of_logs(TWO.log_pdf(X), log_q, DX)
        assert computed == pytest.approx(value, rel=1e-4), name


def test_divergences_of_point_masses_agree_with_scipy() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        p, q = rng.dirichlet(np.full(12, 0.5)), rng.dirichlet(np.full(12, 0.5))
        assert kl(p, q, 1.0) == pytest.approx(stats.entropy(p, q))
        assert js(p, q, 1.0) == pytest.approx(spatial.distance.jensenshannon(p, q) ** 2)
        places = np.arange(12)
        assert wasserstein_1(p, q, 1.0) == pytest.approx(
            stats.wasserstein_distance(places, places, p, q)
        )
        assert total_variation(p, q, 1.0) == pytest.approx(
            math.fsum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2
        )
        assert chi2(p, q, 1.0) == pytest.approx(
            math.fsum((a - b) ** 2 / b for a, b in zip(p, q, strict=True))
        )


# Invariants


@every_divergence
def test_divergence_is_zero_for_equals_and_within_its_bounds(divergence: Divergence) -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        p, q = rng.dirichlet(np.full(6, 0.3)), rng.dirichlet(np.full(6, 0.3))
        p[rng.integers(6)] = 0.0
        p /= p.sum()
        value = divergence(p, q, 1.0)
        assert 0 < value <= divergence.bound
        assert divergence(p, p, 1.0) == pytest.approx(0, abs=1e-12)
        other = divergence(q, p, 1.0)
        assert not math.isnan(other)
        if divergence in (js, wasserstein_1, total_variation):
            assert other == pytest.approx(value)


@pytest.mark.parametrize("distance", [wasserstein_1, total_variation], ids=lambda each: each.name)
def test_triangle_inequality(distance: Divergence) -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        p, q, r = rng.dirichlet(np.full(8, 0.5), size=3)
        assert distance(p, r, 1.0) <= distance(p, q, 1.0) + distance(q, r, 1.0) + 1e-12


@every_divergence
def test_divergence_does_not_change_with_a_common_shift(divergence: Divergence) -> None:
    here = divergence(normal(-1, 1), normal(1, 1.5), DX)
    there = divergence(normal(9, 1), normal(11, 1.5), DX)
    assert there == pytest.approx(here, rel=1e-6)


@every_divergence
def test_far_tails_never_give_nan(divergence: Divergence) -> None:
    x = np.linspace(-2000, 2000, 40_001)
    log_p, log_q = normal_log_pdf(x, -1500.0, 1.0), normal_log_pdf(x, 1500.0, 1.0)
    value = divergence.of_logs(log_p, log_q, 0.1)
    assert value > 0.69
    assert not math.isnan(value)


# Bad input


@pytest.mark.parametrize(
    ("p", "q", "dx", "complaint"),
    [
        ([0.5, 0.5], [1.0], 1.0, r"p has shape \(2,\), q has \(1,\)"),
        ([], [], 1.0, "shape"),
        ([1.5, -0.5], [0.5, 0.5], 1.0, "p has a value that is negative"),
        ([0.5, 0.5], [math.nan, 0.5], 1.0, "q has a value that is negative or not finite"),
        ([0.5, 0.5], [0.5, 0.4], 1.0, "q has a mass of 0.9"),
        ([0.0, 0.0], [0.5, 0.5], 1.0, "p has a mass of 0 "),
        ([0.5, 0.5], [0.5, 0.5], 0.0, "dx is 0.0"),
        ([0.5, 0.5], [0.5, 0.5], math.inf, "dx is inf"),
    ],
)
def test_impossible_densities_are_refused(
    p: list[float], q: list[float], dx: float, complaint: str
) -> None:
    with pytest.raises(GanError, match=complaint):
        js(np.array(p), np.array(q), dx)


def test_impossible_log_densities_are_refused() -> None:
    good = np.log([0.5, 0.5])
    for bad in (math.nan, math.inf):
        with pytest.raises(GanError, match="ln q has a value"):
            kl.of_logs(good, np.array([0.0, bad]), 1.0)
    with pytest.raises(GanError, match="q has a mass of"):
        kl.of_logs(good, np.array([0.0, 1e9]), 1.0)


def test_unknown_divergence_is_refused() -> None:
    assert divergences.get("js") is js
    with pytest.raises(GanError, match="Choose one of: kl, reverse_kl, js"):
        divergences.get("hellinger")


# The optimal discriminator


def test_optimal_discriminator_is_the_share_of_real() -> None:
    p, q = np.array([3.0, 0.0, 2.0, 0.0, 1e-300]), np.array([1.0, 2.0, 0.0, 0.0, 1e-300])
    np.testing.assert_allclose(optimal_discriminator(p, q), [0.75, 0.0, 1.0, 0.5, 0.5])


def test_optimal_discriminator_maximises_the_value() -> None:
    p, q = np.array([0.2, 0.7, 0.1]), np.array([0.5, 0.1, 0.4])

    def value(d: np.ndarray) -> float:
        return float(np.sum(p * np.log(d) + q * np.log(1 - d)))

    best = optimal_discriminator(p, q)
    assert value(best) == pytest.approx(value_at_optimum_of_logs(np.log(p), np.log(q), 1.0))
    rng = np.random.default_rng(3)
    for _ in range(20):
        assert value(np.clip(best + rng.normal(0, 0.1, 3), 0.01, 0.99)) < value(best)


def test_optimal_discriminator_in_tails_that_underflow() -> None:
    log_p, log_q = normal_log_pdf(X, 0.0, 0.2), normal_log_pdf(X, 0.1, 0.2)
    d = optimal_discriminator_of_logs(log_p, log_q)
    assert d[0] == 1
    assert 0 < d[-1] < 1e-40
    assert (np.diff(d) <= 0).all()


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (normal(0, 1), normal(0, 1)),
        (normal(0, 1), normal(1, 2)),
        (TWO.pdf(X), THREE.pdf(X)),
        (normal(-20, 0.5), normal(20, 0.5)),
        (point_mass(10), point_mass(20)),
    ],
)
def test_value_at_optimum_is_minus_ln_4_plus_two_jsd(p: np.ndarray, q: np.ndarray) -> None:
    value = value_at_optimum_of_logs(log_of(p, "p"), log_of(q, "q"), DX)
    assert value == pytest.approx(-math.log(4) + 2 * js(p, q, DX), abs=1e-12)
    assert -math.log(4) - 1e-12 <= value <= 1e-12


def test_value_at_optimum_agrees_with_scipy() -> None:
    p, q = TWO.pdf(X), THREE.pdf(X)
    expected = (special.rel_entr(p, p + q) + special.rel_entr(q, p + q)).sum() * DX
    from_logs = value_at_optimum_of_logs(TWO.log_pdf(X), THREE.log_pdf(X), DX)
    assert from_logs == pytest.approx(expected, abs=1e-9)


def test_value_at_optimum_is_within_its_bounds_for_masses_that_are_not_quite_1() -> None:
    """A grid may miss or double up to a hundredth of the mass, and bounds hold all the same."""
    log_p = log_of(np.full(4, 0.2515), "p")  # a mass of 1.006
    value = value_at_optimum_of_logs(log_p, log_p, 1.0)
    assert value == pytest.approx(-math.log(4), abs=1e-12)
