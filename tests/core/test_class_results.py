"""What a class knows, counted by hand."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import pytest

from gan_core.class_results import Tally, Vote, hardest, tallies, through
from gan_core.figures.classroom import answers_figure
from tests.plotly_objects import checked

RIGHT = {"loop 0": "1", "loop 1": "0"}
VOTES = [
    Vote("loop 0", "ada", choice="1", first="1"),
    Vote("loop 0", "bob", choice="1", first="2"),  # right after being told
    Vote("loop 0", "eve", choice="0", first="1"),  # wrong after having been right
    Vote("loop 1", "ada", choice="0", first="0"),
    Vote("loop 1", "bob", choice="2", first="2"),
    Vote("R1 rests", "ada", choice="1", first="1"),  # not of this check
]


def test_first_tries_are_counted_and_not_what_follows_the_answer() -> None:
    assert tallies(VOTES, RIGHT) == {"loop 0": Tally(3, 2), "loop 1": Tally(2, 1)}


def test_a_question_that_nobody_answers_has_no_share() -> None:
    found = tallies([], RIGHT)
    assert found == {"loop 0": Tally(0, 0), "loop 1": Tally(0, 0)}
    assert math.isnan(found["loop 0"].share)
    assert hardest(found, 3, easy=1.1) == []


def test_through_is_who_has_everything_right_by_now() -> None:
    assert through(VOTES, RIGHT) == 1  # Ada
    assert through(VOTES, {"loop 0": "1"}) == 2  # Bob too
    assert through(VOTES, {**RIGHT, "loop 2": "0"}) == 0


def test_hardest_come_first_and_easy_ones_not_at_all() -> None:
    of = {"a": Tally(10, 6), "b": Tally(10, 7), "c": Tally(4, 0), "d": Tally(10, 5)}
    assert hardest(of, 2, easy=0.7) == ["c", "d"]
    assert hardest(of, 9, easy=0.7) == ["c", "d", "a"]


@pytest.fixture
def figure() -> go.Figure:
    return checked(
        answers_figure({"1 · One": [Tally(4, 1), Tally(0, 0)], "2 · Two": [Tally(2, 2)]})
    )


def test_squares_say_what_was_right_at_once_of_how_many(figure: go.Figure) -> None:
    (squares,) = figure.data
    assert [list(row) for row in squares.z] == [[25.0, None], [100.0, None]]
    assert [list(row) for row in squares.text] == [
        ["<b>25%</b><br>1/4", ""],
        ["<b>100%</b><br>2/2", ""],
    ]
    assert list(squares.y) == ["1 · One", "2 · Two"]
    assert list(squares.x) == ["1", "2"]
    assert (squares.zmin, squares.zmax) == (0, 100)


def test_every_lesson_has_a_row_of_the_same_height(figure: go.Figure) -> None:
    one = checked(answers_figure({"1 · One": [Tally(4, 1)]}))
    assert figure.layout.height - one.layout.height == 50
