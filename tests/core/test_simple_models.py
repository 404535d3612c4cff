"""Models without a network: what they learn is what is known of them."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.simple_models import (
    DIGIT_MODELS,
    MOST_PEAKS,
    N_COMPONENTS,
    digit_features,
    fit_petals,
    flat_digits,
    generate_digits,
    petal_lengths,
)

X = np.linspace(-5, 15, 4001)


@pytest.mark.parametrize("n_peaks", [1, 2, MOST_PEAKS])
def test_density_is_one_in_all_and_gives_the_mean_of_the_data(n_peaks: int) -> None:
    density = fit_petals(n_peaks).pdf(X)
    dx = X[1] - X[0]
    assert density.sum() * dx == pytest.approx(1, abs=1e-3)
    assert (X * density).sum() * dx == pytest.approx(petal_lengths().mean(), abs=0.02)


def test_a_single_bell_has_the_mean_and_spread_of_the_data() -> None:
    fit = fit_petals(1)
    assert fit.means[0] == pytest.approx(petal_lengths().mean())
    assert fit.stds[0] == pytest.approx(petal_lengths().std(), rel=1e-3)


def test_more_bells_fit_better_and_leave_the_gap_empty() -> None:
    one, two = (np.log(fit_petals(n).pdf(petal_lengths())).sum() for n in (1, 2))
    assert two > one + 50
    in_gap = [((s := fit_petals(n).sample(2000, 0)) > 2).mean() - (s > 2.8).mean() for n in (1, 2)]
    assert in_gap[0] > 0.1
    assert in_gap[1] < 0.01


def test_samples_repeat_with_their_seed() -> None:
    fit = fit_petals(2)
    np.testing.assert_array_equal(fit.sample(9, 1), fit.sample(9, 1))
    assert not np.array_equal(fit.sample(9, 1), fit.sample(9, 2))


@pytest.mark.parametrize("model", DIGIT_MODELS)
def test_digits_are_pictures_in_range_and_repeat_with_their_seed(model: str) -> None:
    pictures = generate_digits(model, 5, seed=3)
    assert pictures.shape == (5, 28, 28)
    assert np.abs(pictures).max() <= 1
    np.testing.assert_array_equal(pictures, generate_digits(model, 5, seed=3))


def test_pixels_by_themselves_are_right_on_average_and_unrelated() -> None:
    drawn = generate_digits("pixels", 2000, 0).reshape(2000, -1)
    busy = np.flatnonzero(flat_digits().std(axis=0) > 0.7)[:2]
    assert abs(np.corrcoef(drawn[:, busy].T)[0, 1]) < 0.1
    assert np.corrcoef(flat_digits()[:, busy].T)[0, 1] > 0.5  # neighbours in real digits


def test_copies_lie_nearer_to_a_real_digit_than_other_pictures() -> None:
    real = digit_features(flat_digits())
    assert real.shape == (1797, N_COMPONENTS)

    def nearest(model: str) -> float:
        drawn = digit_features(generate_digits(model, 40, 0))
        between = np.linalg.norm(drawn[:, np.newaxis] - real, axis=-1)  # (40, 1797)
        return float(between.min(axis=1).mean())

    assert nearest("copies") < nearest("directions")
