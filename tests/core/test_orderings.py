"""What holds over ten seeds: orderings, not values, which differ from paper to paper."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from tests.benchmarks.orderings import (
    CLAIMS,
    MODES,
    N_SEEDS,
    PACKED,
    PLAIN,
    Figures,
    as_text,
)


@functools.cache
def figures(claim: str) -> Figures:
    return CLAIMS[claim](range(N_SEEDS))


def values(claim: str, case: str, what: str) -> np.ndarray:
    return np.array(figures(claim)[case][what])


@pytest.mark.slow
def test_packing_covers_more_of_the_ring() -> None:
    plain, packed = (values("packing", case, MODES) for case in (PLAIN, PACKED))
    assert packed.mean() > plain.mean() + 2  # 4.2 more
    assert np.sum(packed > plain) >= 7  # 9, and one tie


def test_table_has_a_row_for_each_measure() -> None:
    table = as_text({"claim": {"case": {"modes": [2.0, 4.0], "slope": [0.5, 0.5]}}})
    assert table.splitlines()[2:] == [
        "| claim | case | modes | 3 ± 1 | 2 | 4 |",
        "| claim | case | slope | 0.5 ± 0 | 0.5 | 0.5 |",
    ]
