"""What holds over ten seeds: orderings, not values, which differ from paper to paper."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from tests.benchmarks.orderings import (
    AS_IT_WAS,
    CLAIMS,
    DISTANCE,
    DISTANCES,
    MINIMAX,
    MODES,
    N_SEEDS,
    PACKED,
    PENALTY_WEIGHT,
    PLAIN,
    PULL,
    QUALITY,
    READ,
    WASSERSTEIN,
    WITH_PENALTY,
    WITH_R1,
    Figures,
    as_text,
    on_lines,
)


@functools.cache
def figures(claim: str) -> Figures:
    return CLAIMS[claim](range(N_SEEDS))


def values(claim: str, case: str, what: str) -> np.ndarray:
    return np.array(figures(claim)[case][what])


@pytest.mark.slow
def test_packing_covers_more_of_the_ring() -> None:
    plain, packed = (values("variety", case, MODES) for case in (PLAIN, PACKED))
    assert packed.mean() > plain.mean() + 2  # 4.2 more
    assert np.sum(packed > plain) >= 7  # 9, and one tie


@pytest.mark.slow
def test_kinds_to_read_cover_more_of_the_ring_with_more_points_on_it() -> None:
    plain, read = (values("variety", case, MODES) for case in (PLAIN, READ))
    assert read.mean() > plain.mean() + 2  # 3.2 more
    assert np.sum(read > plain) >= 7  # 8, and one tie
    on_spots, of_packed = (values("variety", case, QUALITY) for case in (READ, PACKED))
    assert on_spots.mean() > of_packed.mean() + 20  # 47 more: packing pays with points beside them


@pytest.mark.slow
@pytest.mark.parametrize("penalty", [WITH_R1, WITH_PENALTY])
def test_penalty_recovers_a_collapsed_run(penalty: str) -> None:
    before, after = (values("recovery", case, MODES) for case in (AS_IT_WAS, penalty))
    assert (after >= before + 2).all()
    far, near = (values("recovery", case, DISTANCE) for case in (AS_IT_WAS, penalty))
    assert (near < 0.5 * far).all()
    # Points scattered over the plane would cover as many modes, with one point in 200 on them.
    assert values("recovery", penalty, QUALITY).mean() > 8


@pytest.mark.slow
@pytest.mark.parametrize("distance", DISTANCES)
def test_wasserstein_keeps_a_slope_where_minimax_has_none(distance: float) -> None:
    minimax, wasserstein = (
        values("slope", on_lines(loss, distance), PULL) for loss in (MINIMAX, WASSERSTEIN)
    )
    assert np.abs(minimax).max() < 0.03  # 0.007, at the least distance
    assert wasserstein == pytest.approx(1 + distance / (2 * PENALTY_WEIGHT), abs=0.1)  # off by 0.02


def test_table_has_a_row_for_each_measure() -> None:
    table = as_text({"claim": {"case": {"modes": [2.0, 4.0], "slope": [0.5, 0.5]}}})
    assert table.splitlines()[2:] == [
        "| claim | case | modes | 3 ± 1 | 2 | 4 |",
        "| claim | case | slope | 0.5 ± 0 | 0.5 | 0.5 |",
    ]
