"""Curves at several resolutions: the same points however the records arrive."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from gan_core.runs.curve import FACTOR, LEVELS, MAX_POINTS, Pyramid, level_for, stride

N_FIELDS = 3


def records(n: int) -> np.ndarray:
    return np.random.default_rng(1).normal(5, 2, (n, N_FIELDS)).astype(np.float32)


def pyramid_of(chunks: list[np.ndarray]) -> dict[int, np.ndarray]:
    """All points of all levels, after these chunks one by one."""
    pyramid = Pyramid(N_FIELDS)
    new = [pyramid.add(chunk) for chunk in chunks]
    return {
        level: np.concatenate(
            [np.empty((0, N_FIELDS), np.float32), *(n[level] for n in new if level in n)]
        )
        for level in range(LEVELS)
    }


def cut(whole: np.ndarray, size: int) -> list[np.ndarray]:
    return [whole[i : i + size] for i in range(0, len(whole), size)]


def test_points_are_the_means_of_their_steps() -> None:
    whole = records(5000)  # more than one point at the coarsest level
    points = pyramid_of([whole])
    for level in range(LEVELS):
        width = 4**level
        means = [
            whole[i : i + width].astype(np.float64).mean(axis=0)
            for i in range(0, len(whole) - width + 1, width)
        ]
        np.testing.assert_allclose(points[level], means, rtol=1e-5)
        assert points[level].dtype == np.float32


def test_mean_of_huge_losses_is_a_number() -> None:
    points = Pyramid(1).add(np.array([[2e38], [2e38], [1], [1]], np.float32))
    np.testing.assert_allclose(points[1], [[1e38]], rtol=1e-6)
    assert points[1].dtype == np.float32


@pytest.mark.parametrize("size", [1, 3, 4, 7, 64, 1000, 4096])
def test_chunks_make_no_difference(size: int) -> None:
    whole = records(4500)
    at_once, in_chunks = pyramid_of([whole]), pyramid_of(cut(whole, size))
    for level in range(LEVELS):
        np.testing.assert_array_equal(in_chunks[level], at_once[level])


def test_uneven_chunks_make_no_difference() -> None:
    whole = records(4500)
    ends = np.sort(np.random.default_rng(2).integers(0, 4501, 40))
    chunks = [whole[a:b] for a, b in itertools.pairwise([0, *ends, 4500])]
    at_once, in_chunks = pyramid_of([whole]), pyramid_of(chunks)
    for level in range(LEVELS):
        np.testing.assert_array_equal(in_chunks[level], at_once[level])


def test_levels_without_a_new_point_are_left_out() -> None:
    pyramid = Pyramid(N_FIELDS)
    assert list(pyramid.add(records(3))) == [0]
    assert list(pyramid.add(records(1))) == [0, 1]
    assert list(pyramid.add(records(0))) == []


def test_strides_are_powers_of_the_factor() -> None:
    assert [stride(level) for level in range(LEVELS)] == [1, 4, 16, 64, 256, 1024, 4096]
    assert FACTOR == 4


@pytest.mark.parametrize("level", range(LEVELS - 1))
def test_level_is_left_when_a_picture_is_full(level: int) -> None:
    assert level_for(MAX_POINTS * 4**level) == level
    assert level_for(MAX_POINTS * 4**level + 1) == level + 1


@pytest.mark.parametrize(("n_steps", "level"), [(100, 0), (101, 1), (400, 1), (401, 2)])
def test_picture_may_be_smaller(n_steps: int, level: int) -> None:
    assert level_for(n_steps, 100) == level


def test_short_runs_show_every_step_and_the_longest_the_coarsest() -> None:
    assert level_for(0) == 0
    assert level_for(10**12) == LEVELS - 1


def test_longest_run_that_can_be_asked_for_is_no_more_than_a_picture() -> None:
    assert 1_000_000 / stride(level_for(1_000_000)) <= MAX_POINTS
