"""The training loop: lines run one after the other, with D frozen and not."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.theory.loop import N_LINES, N_STEPS, moments
from tests.page_visit import button, visit

pytestmark = pytest.mark.usefixtures("store")

LAST = N_STEPS * N_LINES


def program(app: AppTest) -> str:
    pieces = [str(each.proto.body) for each in app.main if each.type == "html"]
    [shown] = [piece for piece in pieces if "<table" in piece]
    return shown


def lit(app: AppTest) -> str:
    """The row of the line that has just run."""
    [row] = [row for row in program(app).split("<tr") if row.startswith(' class="now"')]
    return row


def test_lines_run_one_after_the_other_and_the_address_keeps_the_place() -> None:
    app = visit("training_loop")
    assert not app.exception
    assert "for step in range(STEPS)" in lit(app)
    button(app, "Next line").click().run()
    assert "next(batches)" in lit(app)
    assert "shape 64×2" in lit(app)
    assert app.query_params["at"] == "2"
    button(app, "Next step").click().run()
    assert "next(batches)" in lit(app)
    assert any(f"Step 2 of {N_STEPS}" in each.value for each in app.markdown)
    button(app, "From the start").click().run()
    assert "for step in range(STEPS)" in lit(app)


def test_the_last_line_is_the_last() -> None:
    app = visit("training_loop", at=str(LAST))
    assert "judged_again" in lit(app)
    button(app, "Next line").click().run()
    assert not app.exception
    assert "judged_again" in lit(app)


@pytest.mark.parametrize("frozen", [True, False])
def test_values_are_those_that_were_computed(frozen: bool) -> None:
    app = visit("training_loop", at=str(N_LINES), frozen=str(frozen))
    last = moments(frozen=frozen, n_steps=1)[-1].values
    assert f"{last['before']:.4f}" in lit(app)
    assert f"now {last['after']:.4f}" in lit(app)
    assert ("+ discriminator.trainable_variables" in program(app)) != frozen
    assert ("D&#x27;s weights have moved by 0.0000" in program(app)) == frozen
    app.radio(key="predict whose weights").set_value("both").run()
    said = " ".join(each.value for each in app.markdown)
    assert ("the judge was bribed" in said) != frozen


def test_playing_runs_line_after_line_by_the_clock_alone_and_ends_with_the_last() -> None:
    app = visit("training_loop", at="5")
    app.toggle(key="play loop").set_value(True).run()
    assert app.session_state["Loop.at"] == app.run().session_state["Loop.at"] == 6
    button(app, "From the start").click().run()
    assert app.session_state["Loop.at"] == 1
    app.session_state["Loop.at"] = LAST - 1
    app.run()
    button(app, "Next line").click().run()
    assert not app.toggle(key="play loop").value
