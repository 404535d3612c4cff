"""The perfect diffusion model: its denoiser is the mean that it is to be, its path ends right."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane
from gan_core.metrics import METRICS
from gan_core.theory.diffusion import MOST_NOISE, denoised, draw, noise_levels

RNG = np.random.default_rng(0)
CENTERS = np.array([[1.0, 0.0], [-0.5, 0.8], [-0.4, -0.9]])
STD = 0.2
NOISE = RNG.standard_normal((1000, 2))
RING = DATASETS.get("ring")


@pytest.mark.parametrize("sigma", [0.05, 0.4, 3.0])
def test_denoiser_is_the_mean_of_all_that_may_have_been(sigma: float) -> None:
    side = np.linspace(-3, 3, 601)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    p = Plane(CENTERS, STD).density(grid)
    for x in ([0.3, 0.1], [-0.6, 0.7], [0.0, -1.2]):
        may_have_been = p * np.exp(-np.square(grid - x).sum(axis=1) / (2 * sigma**2))
        mean = may_have_been @ grid / may_have_been.sum()
        assert denoised(np.array([x]), sigma, CENTERS, STD)[0] == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("sigma", [0.05, 0.4, 3.0])
def test_denoiser_points_along_the_slope_of_the_log_density(sigma: float) -> None:
    x, h = RNG.standard_normal((50, 2)), 1e-5
    blurred = Plane(CENTERS, STD).blurred(sigma)
    slope = np.stack(
        [
            (np.log(blurred.density(x + h * e)) - np.log(blurred.density(x - h * e))) / (2 * h)
            for e in np.eye(2)
        ],
        axis=1,
    )
    score = (denoised(x, sigma, CENTERS, STD) - x) / sigma**2
    assert score == pytest.approx(slope, rel=1e-4, abs=1e-5)


def test_with_one_centre_many_passes_come_to_the_path_in_closed_form() -> None:
    center = np.array([[0.7, -0.3]])
    start = MOST_NOISE * NOISE
    errors = []
    for n_passes in (10, 100, 1000):
        left = noise_levels(n_passes, STD)[-2]
        exact = center + (start - center) * np.hypot(STD, left) / np.hypot(STD, MOST_NOISE)
        errors.append(abs(draw(NOISE, n_passes, center, STD)[-2] - exact).max())
    assert errors[0] > 5 * errors[1] > 25 * errors[2]  # Euler's error falls as the steps do
    assert errors[2] < 0.002


@pytest.mark.parametrize("n_passes", [1, 2, 16])
def test_noise_falls_to_nothing(n_passes: int) -> None:
    levels = noise_levels(n_passes, STD)
    assert levels.shape == (n_passes + 1,)
    assert levels[0] == pytest.approx(MOST_NOISE)
    assert levels[-1] == 0
    assert (np.diff(levels) < 0).all()


def test_one_pass_draws_the_mean_of_what_may_have_been() -> None:
    path = draw(NOISE, 1, CENTERS, STD)
    assert path[-1] == pytest.approx(denoised(MOST_NOISE * NOISE, MOST_NOISE, CENTERS, STD))


def test_more_passes_hit_more_of_the_ring_and_miss_no_spot() -> None:
    modes = RING.modes
    assert modes
    ends = [draw(NOISE, n, modes.centers, modes.std)[-1] for n in (1, 2, 4, 8, 16, 32)]
    hits = [METRICS.get("high_quality").measure(NOISE, end, RING) for end in ends]
    assert hits == sorted(hits)
    assert hits[0] == 0
    assert hits[-1] > 95
    assert METRICS.get("modes_covered").measure(NOISE, ends[-1], RING) == len(modes.centers)


@pytest.mark.parametrize("std", [0.1, 0.3])
def test_noise_falls_from_far_more_than_the_data_to_a_tenth_of_their_width(std: float) -> None:
    levels = noise_levels(9, std)
    assert (len(levels), levels[-1]) == (10, 0)
    assert levels[[0, -2]] == pytest.approx([MOST_NOISE, std / 10])
    assert (np.diff(levels) < 0).all()
