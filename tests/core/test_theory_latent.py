"""Moving through noise: known lengths, known directions."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.text import GanError
from gan_core.theory import latent

SHARES = np.linspace(0, 1, 11)
DIM = 64


def two(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.random.default_rng(seed).normal(size=(2, DIM))
    return a, b


@pytest.mark.parametrize("way", [latent.lerp, latent.slerp])
def test_a_way_begins_and_ends_where_it_should(way) -> None:  # type: ignore[no-untyped-def]
    a, b = two()
    points = way(a, b, SHARES)
    assert points.shape == (11, DIM)
    assert np.allclose(points[[0, -1]], [a, b])


def test_slerp_keeps_the_length_and_turns_evenly() -> None:
    a, b = (5 * each / np.linalg.norm(each) for each in two())
    points = latent.slerp(a, b, SHARES)
    assert np.allclose(np.linalg.norm(points, axis=1), 5)
    cosines = (points[:-1] * points[1:]).sum(axis=1) / 25
    assert np.allclose(cosines, np.cos(np.arccos(a @ b / 25) / 10))


def test_lerp_between_right_angles_is_shorter_by_root_two_half_way() -> None:
    a, b = np.eye(DIM)[:2]
    assert np.linalg.norm(latent.lerp(a, b, np.array([0.5]))) == pytest.approx(np.sqrt(0.5))
    assert np.linalg.norm(latent.slerp(a, b, np.array([0.5]))) == pytest.approx(1)


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0, 0.0])
def test_between_parallel_vectors_there_is_no_arc(factor: float) -> None:
    a, _ = two()
    points = latent.slerp(a, factor * a, SHARES)
    assert np.allclose(points, latent.lerp(a, factor * a, SHARES))


@pytest.mark.parametrize("radius", [0.0, 0.3, 1.0])
def test_neighbours_of_noise_are_noise_that_resembles_it(radius: float) -> None:
    z, fresh = np.random.default_rng(1).normal(size=(2, 4000, DIM))
    near = np.concatenate(
        [latent.around(one, radius, new[np.newaxis]) for one, new in zip(z, fresh, strict=True)]
    )
    assert near.std() == pytest.approx(1, abs=0.01)
    assert (near * z).mean() == pytest.approx(np.sqrt(1 - radius**2), abs=0.01)
    assert radius or np.array_equal(near, z)


def test_lines_stay_in_the_cube_of_uniform_noise_and_arcs_leave_it() -> None:
    a, b = latent.noise(2, DIM, "uniform", 0)
    assert latent.outside_the_cube(latent.lerp(a, b, SHARES)) == 0
    assert latent.outside_the_cube(latent.slerp(a, b, SHARES)) > 0
    assert latent.outside_the_cube(np.array([-1.0, 1.0, 1.5, -2.0])) == 0.5


def test_the_shell_is_where_theory_has_it() -> None:
    low, middle, high = latent.shell(100, "gaussian")
    assert middle == pytest.approx(10, abs=0.1)
    assert low < 9 < 11 < high
    assert latent.shell(100, "uniform")[1] == pytest.approx(np.sqrt(100 / 3), abs=0.1)


def test_noise_is_its_seed_alone() -> None:
    z = latent.noise(3, 5, "gaussian", 4)
    assert z.dtype == np.float32
    assert np.array_equal(z, latent.noise(3, 5, "gaussian", 4))
    assert not np.array_equal(z, latent.noise(3, 5, "gaussian", 5))
    assert not np.array_equal(z, latent.noise(3, 5, "gaussian", (4, 1)))
    assert np.abs(latent.noise(1000, 5, "uniform", 4)).max() <= 1


# ---------------------------------------------------------------------------------- directions


def planted() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """z, a direction in it, and activations that vary most along that direction."""
    random = np.random.default_rng(3)
    z = random.normal(size=(2000, 8))
    basis, _ = np.linalg.qr(random.normal(size=(8, 8)))
    stretches = np.array([9.0, 4, 1, 1, 1, 1, 1, 1])
    towards = np.linalg.qr(random.normal(size=(30, 8)))[0]  # (units, 8)
    return z, basis, 7 + (z @ basis * stretches) @ towards.T


def test_planted_directions_are_found_with_steps_of_one_standard_deviation() -> None:
    z, basis, activations = planted()
    found = latent.principal_directions(z, activations, 2)
    for step, direction in zip(found.steps, basis.T, strict=False):
        assert abs(step @ direction) == pytest.approx(1, abs=0.05)
        assert np.linalg.norm(step) == pytest.approx(1, abs=0.05)
        assert step[np.abs(step).argmax()] > 0
    assert found.shares == pytest.approx(np.array([81, 16]) / (81 + 16 + 6), abs=0.03)


def test_moving_by_standard_deviations_adds_up() -> None:
    z, _, activations = planted()
    found = latent.principal_directions(z, activations, 2)
    moved = found.moved(z[0], np.array([[0, 0], [1, 0], [1, -2]]))
    assert np.allclose(
        moved - z[0], [0 * z[0], found.steps[0], found.steps[0] - 2 * found.steps[1]]
    )


def test_there_are_no_more_directions_than_the_activations_have() -> None:
    z = np.random.default_rng(1).normal(size=(50, 4))
    found = latent.principal_directions(z, z[:, :2] @ np.ones((2, 9)), 5)
    assert found.steps.shape == (1, 4)
    assert found.shares == pytest.approx([1])


@pytest.mark.parametrize("value", [0.0, 3.0, np.nan])
def test_activations_that_do_not_vary_have_no_directions(value: float) -> None:
    with pytest.raises(GanError, match="answers the same to any noise"):
        latent.principal_directions(np.eye(4), np.full((4, 6), value), 2)
