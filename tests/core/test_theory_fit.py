"""One Gaussian fitted to a mixture: which modes it covers depends on the divergence."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy import optimize, stats

from gan_core.text import GanError
from gan_core.theory.divergences import DIVERGENCES
from gan_core.theory.fit import fit_gaussian
from gan_core.theory.mixture import Mixture, normal_log_pdf

TWO = Mixture((0.5, 0.5), (-4.0, 4.0), (0.5, 0.5))
UNEVEN = Mixture((0.3, 0.7), (-2.0, 3.0), (0.5, 1.0))
THREE = Mixture((0.4, 0.3, 0.3), (-3.0, 0.0, 2.0), (0.1, 0.3, 0.6))
mixtures = pytest.mark.parametrize("mixture", [TWO, UNEVEN, THREE], ids=["two", "uneven", "three"])


@mixtures
def test_kl_covers_all_modes_by_matching_moments(mixture: Mixture) -> None:
    fit = fit_gaussian(mixture, "kl")
    assert fit.mean == pytest.approx(mixture.mean, abs=1e-5)
    assert fit.std == pytest.approx(mixture.std, rel=1e-5)


def test_reverse_kl_seeks_one_mode() -> None:
    fit = fit_gaussian(TWO, "reverse_kl")
    assert abs(fit.mean) == pytest.approx(4, abs=1e-5)
    assert fit.std == pytest.approx(0.5, rel=1e-5)
    # On its mode q is twice p, and the other mode is far away: KL(q‖p) = ln 2.
    assert fit.value == pytest.approx(math.log(2), abs=1e-6)


def test_reverse_kl_finds_a_mode_narrower_than_the_coarse_grid() -> None:
    narrow = Mixture((0.9, 0.1), (-3.37, 3.0), (0.05, 0.05))
    fit = fit_gaussian(narrow, "reverse_kl")
    assert fit.mean == pytest.approx(-3.37, abs=1e-5)
    assert fit.value == pytest.approx(-math.log(0.9), abs=1e-6)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_one_gaussian_is_found_again(name: str) -> None:
    fit = fit_gaussian(Mixture((1.0,), (1.7,), (2.3,)), name)
    assert (fit.mean, fit.std) == (pytest.approx(1.7, abs=1e-5), pytest.approx(2.3, rel=1e-5))
    assert fit.value == pytest.approx(0, abs=1e-6)


@mixtures
@pytest.mark.parametrize("name", ["kl", "reverse_kl", "js", "chi2"])
def test_no_other_optimiser_finds_a_nearer_gaussian(mixture: Mixture, name: str) -> None:
    x = np.linspace(-40, 40, 3201)
    dx = float(x[1] - x[0])
    log_p = mixture.log_pdf(x)

    def loss(at: np.ndarray) -> float:
        log_q = normal_log_pdf(x, at[0], math.exp(at[1]))
        # Capped because the other optimiser takes differences, and ∞ − ∞ is no number.
        return min(float(DIVERGENCES[name].integral(log_p, log_q, dx)), 1e9)

    starts = [(mixture.mean, mixture.std), *zip(mixture.means, mixture.stds, strict=True)]
    found = [optimize.minimize(loss, (m, math.log(s)), method="Nelder-Mead") for m, s in starts]
    best = min(found, key=lambda each: each.fun)
    fit = fit_gaussian(mixture, name)
    assert fit.value == pytest.approx(best.fun, abs=1e-6)
    assert loss(np.array([fit.mean, math.log(fit.std)])) == pytest.approx(fit.value, abs=1e-6)


@mixtures
def test_wasserstein_fit_is_as_near_as_that_of_quantiles(mixture: Mixture) -> None:
    # W₁ once more, as the mean distance between quantiles: on samples, by another formula.
    u = (np.arange(4000) + 0.5) / 4000
    x = np.linspace(-12, 12, 24_001)
    parts = zip(mixture.weights, mixture.means, mixture.stds, strict=True)
    quantiles = np.interp(u, sum(w * stats.norm.cdf(x, m, s) for w, m, s in parts), x)
    standard = stats.norm.ppf(u)

    def loss(at: np.ndarray) -> float:
        return float(np.abs(quantiles - at[0] - at[1] * standard).mean())

    best = optimize.minimize(loss, (mixture.mean, mixture.std), method="Nelder-Mead")
    fit = fit_gaussian(mixture, "wasserstein_1")
    assert fit.value == pytest.approx(best.fun, rel=1e-3)
    assert loss(np.array([fit.mean, fit.std])) == pytest.approx(best.fun, rel=1e-3)


def test_fit_keeps_a_page_waiting_for_an_instant_only() -> None:
    best = math.inf
    for _ in range(5):
        begin = time.thread_time()
        fit_gaussian(TWO, "js")
        best = min(best, time.thread_time() - begin)
    assert best < 0.25  # 0.07 s on a slow core


def test_fit_refuses_what_it_cannot_do() -> None:
    with pytest.raises(GanError, match="no divergence called 'fid'"):
        fit_gaussian(TWO, "fid")
    too_narrow = Mixture((0.5, 0.5), (-100.0, 100.0), (0.1, 0.1))
    with pytest.raises(GanError, match=r"std is 0.1, too small for modes 200.0 apart"):
        fit_gaussian(too_narrow, "kl")
