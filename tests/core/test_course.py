"""The course's order, and progress as a code and as a file: read back, or refused with a reason."""

from __future__ import annotations

import json

import pytest

from gan_core.course import LESSONS, from_code, from_file, neighbours, number, to_code, to_file
from gan_core.text import GanError

NAMES = [lesson.name for lesson in LESSONS]
SOME = frozenset(NAMES[::2])


def test_names_and_letters_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)
    letters = [lesson.letter for lesson in LESSONS]
    assert len(set(letters)) == len(letters)
    assert all(len(letter) == 1 and letter.isalnum() for letter in letters)


def test_neighbours_walk_the_whole_course() -> None:
    assert [number(name) for name in NAMES] == list(range(1, len(NAMES) + 1))
    assert neighbours(NAMES[0])[0] is None
    walked, here = [NAMES[0]], neighbours(NAMES[0])[1]
    while here:
        assert neighbours(here.name)[0].name == walked[-1]  # type: ignore[union-attr]
        walked.append(here.name)
        here = neighbours(here.name)[1]
    assert walked == NAMES


@pytest.mark.parametrize("done", [frozenset(), SOME, frozenset(NAMES)])
def test_progress_is_read_back(done: frozenset[str]) -> None:
    assert from_code(to_code(done)) == done
    assert from_file(to_file(done).encode()) == done


@pytest.mark.parametrize("code", ["!", LESSONS[0].letter + "?", "zzz"])
def test_unknown_letter_is_named(code: str) -> None:
    with pytest.raises(GanError, match="stands for no lesson"):
        from_code(code)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is no JSON"),
        (b"\xff\xfe", "it is no JSON"),
        (b"[1]", "does not come from this course"),
        (b'{"done": []}', "does not come from this course"),
        (b'{"format": "gan-dojo-progress"}', "must be a list"),
        (b'{"format": "gan-dojo-progress", "done": [3]}', "must be a list"),
        (b'{"format": "gan-dojo-progress", "done": ["x"]}', "no lesson called x"),
    ],
)
def test_file_that_is_no_progress_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(GanError, match=reason):
        from_file(content)


def test_file_is_json_with_names() -> None:
    assert json.loads(to_file(SOME))["done"] == [name for name in NAMES if name in SOME]


def test_long_code_is_not_quoted_whole() -> None:
    with pytest.raises(GanError) as refused:
        from_code("?" * 1000)
    assert str(refused.value).count("?") <= 60  # the first of them once more


def test_letters_of_a_code_stand_in_the_order_of_the_course() -> None:
    letters = "".join(each.letter for each in LESSONS)
    assert to_code(reversed([each.name for each in LESSONS])) == letters
