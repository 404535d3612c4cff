"""Names of runs that are made of others': as long as may be, and different."""

from __future__ import annotations

import pytest

from gan_core.runs.names import MAX_NAME, named_after

SEED = "{name} · seed {seed}"


@pytest.mark.parametrize("length", [1, MAX_NAME - 9, MAX_NAME - 8, MAX_NAME])
def test_name_is_cut_only_as_far_as_it_must_be(length: int) -> None:
    made = named_after("n" * length, SEED, seed=2)
    assert made.endswith("n · seed 2")
    assert len(made) == min(length + 9, MAX_NAME)


def test_cut_leaves_no_space_at_the_end() -> None:
    assert named_after("n" * 70 + " mine", SEED, seed=2) == "n" * 70 + " · seed 2"
