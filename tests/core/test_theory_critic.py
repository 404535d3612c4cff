"""The best critic on the line against SciPy's distance and a linear program; held slopes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, sparse, stats

from gan_core.text import GanError
from gan_core.theory.critic import (
    critic_value,
    optimal_critic,
    penalised_slope,
    penalised_value,
)
from gan_core.theory.grid import log_of
from gan_core.theory.mixture import Mixture
from gan_core.theory.moving_pair import DX, MovingPair, gaussians, points
from gan_core.theory.optimal_discriminator import optimal_discriminator_of_logs

REACH = 4.0
STD = 0.25
ONE = Mixture((1.0,), (0.0,), (STD,))
TWO = Mixture((0.6, 0.4), (-2.0, 1.5), (0.5, 0.3))
PAIRS = {
    "bumps": gaussians(ONE, STD, REACH),
    "two modes": gaussians(TWO, 0.8, REACH),
    "points": points(REACH),
}
every_pair = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
bounds = pytest.mark.parametrize("bound", [0.5, 1.0, 2.0])


def mass(log_density: np.ndarray) -> np.ndarray:
    return np.exp(log_density) * DX


def critic(pair: MovingPair, theta: float, bound: float) -> np.ndarray:
    return optimal_critic(pair.log_p, pair.log_q(theta), DX, bound)


def value(pair: MovingPair, theta: float, bound: float) -> float:
    return critic_value(critic(pair, theta, bound), pair.log_p, pair.log_q(theta), DX)


def best_value_by_linear_program(
    x: np.ndarray, p: np.ndarray, q: np.ndarray, bound: float
) -> float:
    """max Σ f (p − q) over all f with |fᵢ₊₁ − fᵢ| ≤ bound · (xᵢ₊₁ − xᵢ)."""
    n = x.size
    differences = sparse.diags([-1.0, 1.0], [0, 1], shape=(n - 1, n))
    limit = bound * np.diff(x)
    free = [(0.0, 0.0), *[(None, None)] * (n - 1)]  # f is free up to a constant
    found = optimize.linprog(
        -(p - q),
        A_ub=sparse.vstack([differences, -differences]),
        b_ub=np.concatenate([limit, limit]),
        bounds=free,
    )
    assert found.success
    return -float(found.fun)


@bounds
@pytest.mark.parametrize("theta", [-4.0, -0.7, 0.0, 0.1, 3.0])
@every_pair
def test_value_is_the_bound_times_the_distance_by_scipy(
    pair: MovingPair, theta: float, bound: float
) -> None:
    p, q = mass(pair.log_p), mass(pair.log_q(theta))
    distance = stats.wasserstein_distance(pair.x, pair.x, p, q)
    assert value(pair, theta, bound) == pytest.approx(bound * distance, abs=1e-6)


@bounds
@pytest.mark.parametrize("theta", [-1.0, 0.5, 3.0])
@every_pair
def test_no_critic_of_a_linear_program_does_better(
    pair: MovingPair, theta: float, bound: float
) -> None:
    p, q = mass(pair.log_p), mass(pair.log_q(theta))
    best = best_value_by_linear_program(pair.x, p, q, bound)
    assert value(pair, theta, bound) == pytest.approx(best, abs=1e-6)


@bounds
@every_pair
def test_critic_is_nowhere_steeper_than_its_bound(pair: MovingPair, bound: float) -> None:
    slopes = np.diff(critic(pair, 3.0, bound)) / DX
    assert np.abs(slopes).max() == pytest.approx(bound)
    assert set(np.round(np.abs(slopes), 9)) <= {0.0, bound}


@pytest.mark.parametrize("theta", [-3.0, -0.1, 0.5, 4.0])
def test_between_two_lines_the_values_are_the_published_ones(theta: float) -> None:
    """KL = ∞, JSD = ln 2, W₁ = |θ|: arXiv:1701.07875, example 1."""
    pair = PAIRS["points"]
    here = pair.readings(theta)
    assert (here["kl"].value, here["js"].value) == (math.inf, math.log(2))
    assert value(pair, theta, 1.0) == pytest.approx(abs(theta), abs=1e-12)


def test_critic_of_one_and_the_same_distribution_is_flat() -> None:
    assert np.abs(critic(PAIRS["bumps"], 0.0, 1.0)).max() == 0


def test_real_samples_score_higher_and_scores_lie_evenly_around_zero() -> None:
    pair = PAIRS["bumps"]
    scores = critic(pair, 3.0, 1.0)
    assert np.interp(0.0, pair.x, scores) - np.interp(3.0, pair.x, scores) == pytest.approx(3)
    assert scores.max() == pytest.approx(-scores.min())


@bounds
@pytest.mark.parametrize("theta", [-2.0, 0.3, 1.0])
def test_slope_of_the_distance_is_what_the_critic_tells_the_generator(
    theta: float, bound: float
) -> None:
    pair = PAIRS["bumps"]
    told = np.gradient(-critic(pair, theta, bound), DX)
    expected = bound * pair.readings(theta)["wasserstein_1"].slope
    assert mass(pair.log_q(theta)) @ told == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("theta", [-1.0, 0.3, 0.8, 3.0])
def test_slope_of_jsd_is_half_of_what_the_best_d_tells_the_generator(theta: float) -> None:
    """The envelope theorem: D* stays while q moves, arXiv:1406.2661, theorem 1."""
    pair = PAIRS["bumps"]
    log_q = pair.log_q(theta)
    # D's logit ln(p/q) has the slope −θ/σ², and ln(1 − D) the slope −D times that.
    told = optimal_discriminator_of_logs(pair.log_p, log_q) * theta / STD**2
    assert mass(log_q) @ told == pytest.approx(2 * pair.readings(theta)["js"].slope, abs=1e-3)


@pytest.mark.parametrize("theta", [0.3, 1.0, 3.0])
def test_non_saturating_slope_is_that_of_kl_less_twice_the_jsd(theta: float) -> None:
    """arXiv:1701.04862, theorem 2.5."""
    pair = PAIRS["bumps"]
    log_q, here = pair.log_q(theta), pair.readings(theta)
    # D's logit ln(p/q) has the slope −θ/σ², and −ln D the slope −(1 − D) times that.
    told = optimal_discriminator_of_logs(log_q, pair.log_p) * theta / STD**2
    expected = here["reverse_kl"].slope - 2 * here["js"].slope
    assert mass(log_q) @ told == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("weight", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("distance", [0.0, 0.5, 3.0])
def test_penalised_slope_is_the_best_one(distance: float, weight: float) -> None:
    found = optimize.minimize_scalar(
        lambda slope: -penalised_value(np.array(slope), distance, weight)
    )
    assert penalised_slope(distance, weight) == pytest.approx(found.x, abs=1e-6)


def test_no_bent_critic_beats_the_straight_one_under_the_penalty() -> None:
    """Slopes s(x) between the two points: max ∫ s dx − λ · mean (s − 1)²."""
    distance, weight, n = 3.0, 10.0, 20
    found = optimize.minimize(
        lambda s: -(s.mean() * distance - weight * np.square(s - 1).mean()),
        np.linspace(-1, 3, n),
    )
    np.testing.assert_allclose(found.x, penalised_slope(distance, weight), atol=1e-3)


@pytest.mark.parametrize("bound", [0.0, -1.0, math.inf, math.nan])
def test_bound_must_be_above_zero(bound: float) -> None:
    with pytest.raises(GanError, match="bound"):
        critic(PAIRS["bumps"], 1.0, bound)


def test_densities_must_have_their_mass_on_the_grid() -> None:
    x = np.arange(-1, 1, DX)
    p = log_of(stats.norm.pdf(x), "p")
    with pytest.raises(GanError, match="mass"):
        optimal_critic(p, p, DX, 1.0)


def test_penalty_must_weigh_something() -> None:
    with pytest.raises(GanError, match="weight"):
        penalised_slope(1.0, 0.0)


@bounds
@pytest.mark.parametrize("name", ["bumps", "two modes"])
def test_critic_is_level_where_nothing_is_left_to_carry(name: str, bound: float) -> None:
    """There, P and Q differ by rounding alone, the sign of which means nothing."""
    scores = critic(PAIRS[name], 0.5, bound)
    assert np.ptp(scores[:10]) == 0
    assert np.ptp(scores[-10:]) == 0
