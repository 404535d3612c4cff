"""The loss laboratory: its links, its presets, and its question."""

from __future__ import annotations

import pytest

from tests.page_visit import button, toasts, visit

pytestmark = pytest.mark.usefixtures("store")


def test_link_restores_losses_and_points() -> None:
    app = visit("losses", first="hinge", second="wasserstein", real_logit="3.5")
    assert not app.exception
    assert app.selectbox(key="LossLaboratory.first").value == "hinge"
    assert app.selectbox(key="LossLaboratory.second").value == "wasserstein"
    assert app.slider(key="LossLaboratory.real_logit").value == 3.5


def test_equilibrium_is_named_as_far_as_it_is_one() -> None:
    app = visit("losses", first="hinge", second="wasserstein", third="least_squares")
    said = [each.value for each in app.caption if each.value.startswith("Equilibrium")]
    assert said == [
        "Equilibrium, at any constant output from −1 to 1: ${L_D = 2.0000}$; "
        "G's loss depends on the output.",
        "Equilibrium, at any constant output: ${L_D = 0.0000}$; G's loss depends on the output.",
        "Equilibrium, at the output 0.5: ${L_D = 0.5000}$, ${L_G = 0.2500}$",
    ]


def test_link_with_a_value_out_of_range_says_so() -> None:
    app = visit("losses", fake_logit="99")
    [message] = toasts(app)
    assert message.startswith("fake_logit = 99 is not allowed. Allowed: a number from -8 to 8")
    assert app.slider(key="LossLaboratory.fake_logit").value == -2.0


def test_losing_badly_moves_the_points_and_the_link() -> None:
    app = visit("losses")
    button(app, "G is losing badly").click().run()
    assert app.slider(key="LossLaboratory.fake_logit").value == -5.0
    assert app.query_params["fake_logit"] == "-5.0"
    [table] = app.table
    [*_, [slope, minimax, non_saturating]] = table.value.to_numpy()
    assert slope == r"$\partial L_G / \partial C(G(z))$"
    assert minimax == "$-0.007$"  # saturated
    assert non_saturating == "$-0.993$"


@pytest.mark.parametrize(("answer", "right"), [("non_saturating", True), ("minimax", False)])
def test_question_knows_which_loss_has_a_slope(answer: str, right: bool) -> None:
    app = visit("losses")
    app.radio(key="predict saturation").set_value(answer).run()
    assert bool(app.success) == right
    assert bool(app.warning) != right
