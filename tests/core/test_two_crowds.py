"""Two crowds in the plane: who lies in whose balls, against a search by hand and known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.figures.balls import RANGES, balls_figure
from gan_core.figures.style import GENERATOR, REAL
from gan_core.image_measures.precision_recall import K, is_within, radii, share_within
from gan_core.two_crowds import DRAWS, N_POINTS, Generator, measure, real_points
from tests.plotly_objects import checked

KS = (1, 3, 10)
every_k = pytest.mark.parametrize("k", KS)
SPREADS, SHIFTS = (0.0, 0.3, 1.0, 2.0), (0.0, 0.4, 0.7)


def inside_by_hand(
    points: list[list[float]], centers: list[list[float]], k: int
) -> tuple[list[bool], list[float]]:
    """Which points lie in a ball of the centres, and how large the balls are, pair by pair."""
    reach = []
    for i, center in enumerate(centers):
        others = [math.dist(center, other) for j, other in enumerate(centers) if j != i]
        reach.append(sorted(others)[k - 1])
    inside = [
        any(math.dist(point, c) <= r for c, r in zip(centers, reach, strict=True))
        for point in points
    ]
    return inside, reach


@every_k
@pytest.mark.parametrize(
    "generator", [Generator(), Generator("one", shift=0.2), Generator("copies", 1.7, 0.1)]
)
def test_who_lies_in_a_ball_agrees_with_a_search_by_hand(generator: Generator, k: int) -> None:
    real, fake = real_points(), generator.generate()
    for centers, points in ((real, fake), (fake, real)):
        inside, reach = inside_by_hand(points.tolist(), centers.tolist(), k)
        assert is_within(points, centers, k).tolist() == inside
        assert radii(centers, k) == pytest.approx(reach)
        assert sum(inside) > N_POINTS / 5
    found = measure(real, fake, k)
    assert found.precision == np.mean(inside_by_hand(fake.tolist(), real.tolist(), k)[0])
    assert found.recall == np.mean(inside_by_hand(real.tolist(), fake.tolist(), k)[0])
    nearest = [min(math.dist(g, x) for x in real.tolist()) for g in fake.tolist()]
    assert found.distance == pytest.approx(np.mean(nearest))


def test_balls_of_points_in_a_row() -> None:
    row = np.array([[0.0, 0], [1, 0], [3, 0], [7, 0]])
    assert radii(row, 1).tolist() == [1, 1, 2, 4]
    assert radii(row, 2).tolist() == [3, 2, 3, 6]
    assert is_within(np.array([[-1.0, 0], [-1.1, 0], [11, 0]]), row, 1).tolist() == [1, 0, 1]


@every_k
def test_copies_are_perfect_and_have_no_distance(k: int) -> None:
    copies = Generator("copies").generate()
    assert (copies == real_points()).all()
    assert measure(real_points(), copies, k) == (1, 1, 0)


@every_k
def test_far_away_nothing_is_shared(k: int) -> None:
    fake = Generator(shift=50).generate()
    found = measure(real_points(), fake, k)
    assert (found.precision, found.recall) == (0, 0)
    assert 48 < found.distance < 50


@pytest.mark.parametrize("k", [3, 10])
def test_a_missing_spot_costs_recall_alone(k: int) -> None:
    found = measure(real_points(), Generator("one").generate(), k)
    perfect = measure(real_points(), Generator().generate(), k)
    left = float(np.mean(real_points()[:, 0] < 0))  # of all real points
    assert left - 0.1 < found.recall <= left < 0.5 < perfect.recall
    assert abs(found.precision - perfect.precision) < 0.05


def test_width_trades_precision_for_recall() -> None:
    found = [measure(real_points(), Generator(spread=s).generate(), K) for s in SPREADS]
    assert [each.precision for each in found[:2]] == [1, 1]
    assert found[0].recall == 0  # each spot a single point
    assert sorted(each.recall for each in found) == [each.recall for each in found]
    assert found[-1].recall > 0.98
    assert found[-1].precision < 0.7


@pytest.mark.parametrize("draws", DRAWS)
@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("shift", SHIFTS)
def test_more_neighbours_never_lower_a_number(draws: str, spread: float, shift: float) -> None:
    fake = Generator(draws, spread, shift).generate()
    assert fake.shape == (N_POINTS, 2)
    for points, centers in ((fake, real_points()), (real_points(), fake)):
        shares = [share_within(points, centers, k) for k in KS]
        assert shares == sorted(shares)


def test_spots_grow_and_move_around_their_middles() -> None:
    plain, other = Generator().generate(), Generator(spread=2, shift=0.5).generate()
    middles = np.array([-0.7, 0.7])[(plain[:, 0] > 0).astype(int)]
    np.testing.assert_allclose(other[:, 0], middles + 2 * (plain[:, 0] - middles) + 0.5)
    np.testing.assert_allclose(other[:, 1], 2 * plain[:, 1])
    assert set(np.sign(Generator("one").generate()[:, 0])) == {-1}


@pytest.mark.parametrize("around_real", [True, False])
def test_figure_draws_each_point_once_and_each_ball_as_large_as_it_is(around_real: bool) -> None:
    real, fake = real_points(), Generator("one").generate()
    centers, points = (real, fake) if around_real else (fake, real)
    inside = is_within(points, centers)
    drawn = checked(balls_figure(centers, radii(centers), points, inside, around_real=around_real))
    balls, within, outside, middles = drawn.data
    assert (balls.line.color, within.marker.color) == (
        (REAL, GENERATOR) if around_real else (GENERATOR, REAL)
    )
    assert within.marker.symbol != outside.marker.symbol
    assert within.marker.color != outside.marker.color
    for trace, expected in (
        (within, points[inside]),
        (outside, points[~inside]),
        (middles, centers),
    ):
        assert len(expected) > 0
        np.testing.assert_array_equal(np.stack([trace.x, trace.y], axis=1), expected)
    circles = np.stack([balls.x, balls.y], axis=1).reshape(N_POINTS, -1, 2)[:, :-1]
    reach = np.linalg.norm(circles - centers[:, np.newaxis], axis=2)
    np.testing.assert_allclose(
        reach, np.tile(radii(centers)[:, np.newaxis], reach.shape[1]), atol=1e-6
    )


def test_axes_hold_nearly_all_that_can_be_set() -> None:
    (left, right), (low, high) = RANGES
    for spread in SPREADS:
        for shift in SHIFTS:
            x, y = Generator(spread=spread, shift=shift).generate().T
            assert np.mean((x > left) & (x < right) & (y > low) & (y < high)) > 0.95
