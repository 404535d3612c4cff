"""p stays and q moves: values, slopes and the area that is the JSD, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.theory.divergences import js
from gan_core.theory.mixture import Mixture
from gan_core.theory.moving_pair import COMPARED, DX, gaussians, jsd_integrand, points
from gan_core.theory.optimal_discriminator import value_at_optimum_of_logs

REACH = 6.0
P_STD, Q_STD = 0.5, 0.8
ONE = Mixture((1.0,), (-1.0,), (P_STD,))
TWO = Mixture((0.6, 0.4), (-2.0, 2.0), (0.7, 0.2))


@pytest.mark.parametrize("mean", [-6.0, -1.3, 0.0, 4.0])
def test_kl_and_its_slope_are_those_of_two_gaussians(mean: float) -> None:
    here = gaussians(ONE, Q_STD, REACH).readings(mean)
    distance = mean - ONE.mean
    ratio = P_STD / Q_STD
    kl = (ratio**2 + (distance / Q_STD) ** 2 - 1) / 2 - math.log(ratio)
    reverse = (1 / ratio**2 + (distance / P_STD) ** 2 - 1) / 2 + math.log(ratio)
    assert here["kl"].value == pytest.approx(kl, rel=1e-6, abs=1e-6)
    assert here["kl"].slope == pytest.approx(distance / Q_STD**2, rel=1e-6, abs=1e-6)
    assert here["reverse_kl"].value == pytest.approx(reverse, rel=1e-6, abs=1e-6)
    assert here["reverse_kl"].slope == pytest.approx(distance / P_STD**2, rel=1e-6, abs=1e-6)


def test_only_the_slope_of_jsd_dies_when_gaussians_part() -> None:
    here = gaussians(ONE, P_STD, REACH).readings(REACH)
    assert here["js"].value == pytest.approx(math.log(2), abs=1e-9)
    assert here["js"].slope == pytest.approx(0, abs=1e-9)
    assert here["wasserstein_1"].value == pytest.approx(REACH - ONE.mean, abs=1e-6)
    assert here["wasserstein_1"].slope == pytest.approx(1, abs=1e-6)
    assert here["kl"].slope == pytest.approx((REACH - ONE.mean) / P_STD**2, rel=1e-6)


@pytest.mark.parametrize("theta", [-6.0, -0.7, 0.1, 3.0, 6.0])
def test_two_lines_have_the_published_values(theta: float) -> None:
    here = points(REACH).readings(theta)
    assert here["kl"].value == here["reverse_kl"].value == math.inf
    assert math.isnan(here["kl"].slope)
    assert math.isnan(here["reverse_kl"].slope)
    assert (here["js"].value, here["js"].slope) == (math.log(2), 0)
    assert here["wasserstein_1"].value == pytest.approx(abs(theta), abs=1e-12)
    assert here["wasserstein_1"].slope == pytest.approx(math.copysign(1, theta), abs=1e-12)


@pytest.mark.parametrize("theta", [-DX, DX])
def test_lines_side_by_side_have_no_slope_across_the_leap(theta: float) -> None:
    here = points(REACH).readings(theta)
    assert math.isnan(here["kl"].slope)
    assert (here["js"].value, here["js"].slope) == (math.log(2), 0)
    assert here["wasserstein_1"].slope == pytest.approx(math.copysign(1, theta), abs=1e-12)


def test_lines_upon_each_other_have_no_distance_and_no_slope() -> None:
    here = points(REACH).readings(0.0)
    assert {each.value for each in here.values()} == {0.0}
    assert all(math.isnan(each.slope) for each in here.values())


def test_sweep_agrees_with_the_readings() -> None:
    pair = gaussians(TWO, Q_STD, REACH)
    means = np.array([-5.0, 0.3, 6.0])
    for name, values in pair.sweep(means).items():
        assert values.tolist() == pytest.approx(
            [pair.readings(mean)[name].value for mean in means], rel=1e-12
        )
    assert list(pair.sweep(means)) == list(COMPARED)


@pytest.mark.parametrize("mean", [-2.0, 0.5, 6.0])
@pytest.mark.parametrize("std", [0.2, 1.0, 4.0])
def test_area_is_the_jsd_and_gives_the_value_of_the_game(mean: float, std: float) -> None:
    pair = gaussians(TWO, std, REACH)
    log_q = pair.log_q(mean)
    integrand = jsd_integrand(pair.log_p, log_q)
    assert (integrand >= -1e-15).all()
    area = float(integrand.sum() * DX)
    assert area == pytest.approx(js.of_logs(pair.log_p, log_q, DX), abs=1e-12)
    value = value_at_optimum_of_logs(pair.log_p, log_q, DX)
    assert value == pytest.approx(-math.log(4) + 2 * area, abs=1e-10)
    # As fine a grid as the narrowest Gaussian needs: a finer one gives the same.
    x = np.linspace(-40, 40, 160_001)
    log_fine_q = Mixture((1.0,), (mean,), (std,)).log_pdf(x)
    fine = jsd_integrand(TWO.log_pdf(x), log_fine_q).sum() * (x[1] - x[0])
    assert area == pytest.approx(fine, abs=1e-5)


def test_area_of_points_is_ln_2() -> None:
    pair = points(REACH)
    area = jsd_integrand(pair.log_p, pair.log_q(2.0)).sum() * DX
    assert area == pytest.approx(math.log(2), abs=1e-12)
    assert jsd_integrand(pair.log_p, pair.log_q(0.0)).sum() == 0


@pytest.mark.parametrize("name", ["kl", "reverse_kl", "js", "wasserstein_1"])
def test_where_densities_are_one_there_is_a_level_slope(name: str) -> None:
    """Not NaN: only point masses have a leap or a corner there that has no slope."""
    same = gaussians(Mixture((1.0,), (0.0,), (0.5,)), 0.5, reach=2.0)
    here = same.readings(0.0)[name]
    assert here.value == pytest.approx(0, abs=1e-12)
    assert here.slope == pytest.approx(0, abs=1e-9)
