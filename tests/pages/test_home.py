"""The first page: a whole game at a glance, and the ways on."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.course import LESSONS, to_code
from gan_core.theory.tiny_gan import A_WHOLE_GAME, World, play
from tests.page_visit import visit


def test_its_game_ends_where_the_generator_is_right_and_d_can_only_guess() -> None:
    world = World()
    *_before, end = play(A_WHOLE_GAME, world)
    assert [abs(end.a), end.b] == pytest.approx([world.std, world.mean], abs=0.1)
    near = world.mean + world.std * np.linspace(-1.5, 1.5, 31)
    assert end.judge(near) == pytest.approx(np.full(31, 0.5), abs=0.1)


@pytest.mark.parametrize(
    ("n_done", "label"),
    [
        (0, "Walk through the course"),
        (2, "Go on: 3 · The losses"),
        (len(LESSONS), "Walk through the course"),
    ],
)
def test_the_course_goes_on_where_it_was_left(n_done: int, label: str) -> None:
    code = to_code(frozenset(lesson.name for lesson in LESSONS[:n_done]))
    app = visit("home", lang="en", **({"progress": code} if code else {}))
    assert label in [button.label for button in app.button]
    next(button for button in app.button if button.label == label).click().run()
    assert app.title[0].value == ("3 · The losses" if n_done == 2 else "1 · What generative AI is")
    assert app.query_params.get("progress", "").partition(".")[0] == code
