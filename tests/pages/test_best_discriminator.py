"""The page of the best discriminator: its numbers, presets, links and question."""

from __future__ import annotations

import math
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.figures.densities import SYMBOLS
from gan_core.theory.fit import fit_gaussian
from gan_core.theory.mixture import Mixture
from tests.page_visit import button, steady_figures, toasts, visit

PAGE = "best_discriminator"
MODES = ((0.6, 0.4), (-2.0, 2.0), (0.7, 0.7))  # p at first


def values(app: AppTest) -> list[str]:
    """JSD, V from the JSD, V from what D* says."""
    return [tile.value for tile in app.metric]


def rows(app: AppTest) -> dict[str, list[str]]:
    """Value, slope and advice of each divergence, by its symbol."""
    [table] = app.table
    return {row[0]: row[1:] for row in table.value.to_numpy().tolist()}


def slider(app: AppTest, name: str) -> Any:
    return next(each for each in app.slider if each.key == f"BestDiscriminator.{name}")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("shape", ["gaussians", "points"])
def test_page_opens_in_both_languages_and_shapes(language: str, shape: str) -> None:
    app = visit(PAGE, lang=language, shape=shape)
    assert not app.exception
    assert not app.error
    assert len(steady_figures(app)) == (3 if shape == "gaussians" else 2)


@pytest.mark.parametrize(
    "query",
    [{}, {"q_mean": "-6", "q_std": "4"}, {"q_std": "0.2", "std_1": "0.2"}, {"weight": "1"}],
)
def test_value_of_the_game_agrees_with_the_jsd_to_four_digits(query: dict[str, str]) -> None:
    jsd, from_jsd, from_decisions = values(visit(PAGE, **query))
    assert from_jsd == from_decisions
    expected = -math.log(4) + 2 * float(jsd)
    assert float(from_jsd.replace("−", "-")) == pytest.approx(expected, abs=2e-4)


def test_preset_q_equals_p() -> None:
    app = button(visit(PAGE), "q equals p").click().run()
    assert values(app) == ["0.0000", "−1.3863", "−1.3863"]
    assert {row[2] for row in rows(app).values()} == {"stay: q is where p is"}


def test_preset_far_away_leaves_jsd_without_a_slope() -> None:
    app = button(visit(PAGE), "q far away").click().run()
    found = rows(app)
    assert found[SYMBOLS["js"]] == ["0.6931", "0.0000", "nothing: level"]
    assert found[SYMBOLS["wasserstein_1"]] == ["7.0000", "1.0000", "go left"]
    assert found[SYMBOLS["kl"]][2] == "go left"
    assert "BestDiscriminator.mean_2" not in [each.key for each in app.slider]  # p has one mode


def test_preset_two_lines() -> None:
    app = button(visit(PAGE), "Two lines").click().run()
    assert values(app) == ["0.6931", "0.0000", "0.0000"]
    found = rows(app)
    assert found[SYMBOLS["kl"]] == ["∞", "–", "nothing: infinite on both sides"]
    assert found[SYMBOLS["reverse_kl"]] == found[SYMBOLS["kl"]]
    assert found[SYMBOLS["js"]] == ["0.6931", "0.0000", "nothing: level"]
    assert found[SYMBOLS["wasserstein_1"]] == ["3.0000", "1.0000", "go left"]
    assert app.query_params["shape"] == "points"
    slider(app, "q_mean").set_value(-2.0).run()
    assert rows(app)[SYMBOLS["wasserstein_1"]] == ["2.0000", "−1.0000", "go right"]


def test_preset_two_modes_shows_covering_and_seeking() -> None:
    app = button(visit(PAGE), "Two modes, one q").click().run()
    notes = [each["text"] for each in steady_figures(app)[2]["layout"]["annotations"]]
    reached = [text.split("<br>")[1] for text in notes if "reached" in text]
    assert reached[:2] == ["modes reached: 2 of 2", "modes reached: 1 of 2"]


@pytest.mark.parametrize("name", ["kl", "reverse_kl", "js", "wasserstein_1"])
def test_button_puts_q_where_the_fit_is(name: str) -> None:
    app = visit(PAGE, mean_1="-1.5", std_1="0.4")
    button(app, SYMBOLS[name]).click().run()
    assert not app.exception
    fit = fit_gaussian(Mixture((0.6, 0.4), (-1.5, 2.0), (0.4, 0.7)), name)
    assert slider(app, "q_mean").value == pytest.approx(fit.mean, abs=0.006)
    assert slider(app, "q_std").value == pytest.approx(fit.std, abs=0.006)
    assert slider(app, "mean_1").value == -1.5  # p stays
    assert float(rows(app)[SYMBOLS[name]][0]) == pytest.approx(fit.value, abs=2e-3)


def test_link_restores_the_picture() -> None:
    app = visit(PAGE)
    for name, value in (("q_mean", -2.5), ("q_std", 0.6), ("weight", 0.25), ("mean_2", 3.0)):
        slider(app, name).set_value(value).run()
    query = {name: app.query_params[name] for name in ("q_mean", "q_std", "weight", "mean_2")}
    again = visit(PAGE, **query)
    assert values(again) == values(app)
    assert steady_figures(again) == steady_figures(app)
    assert values(app) != values(visit(PAGE))


@pytest.mark.parametrize(
    ("name", "bad", "allowed"),
    [
        ("q_std", "0", "0.2 to 4"),
        ("q_mean", "left", "-6 to 6"),
        ("weight", "nan", "0.05 to 1"),
        ("std_2", "inf", "0.2 to 2"),
        ("shape", "circle", "gaussians, points"),
    ],
)
def test_bad_value_in_a_link_is_named_and_not_taken(name: str, bad: str, allowed: str) -> None:
    app = visit(PAGE, **{name: bad})
    assert not app.exception
    [message] = toasts(app)
    assert all(part in message for part in (name, bad, allowed))
    assert values(app) == values(visit(PAGE))


def test_settings_of_the_gaussians_survive_a_look_at_the_lines() -> None:
    app = visit(PAGE, std_1="1.2")
    before = values(app)
    [shape] = [each for each in app.selectbox if each.key == "BestDiscriminator.shape"]
    shape.set_value("points").run()
    assert values(app) != before
    [shape] = [each for each in app.selectbox if each.key == "BestDiscriminator.shape"]
    shape.set_value("gaussians").run()
    assert values(app) == before


def test_only_w1_is_the_right_answer() -> None:
    for name in SYMBOLS:
        app = visit(PAGE)
        app.radio(key="predict slope").set_value(name).run()
        assert len(app.success) == (name == "wasserstein_1")
        assert len(app.warning) == (name != "wasserstein_1")
    app = visit(PAGE)
    app.radio(key="predict slope").set_value("wasserstein_1").run()
    assert all(part in app.success[0].value for part in (SYMBOLS["wasserstein_1"], "0.6931"))


def test_fits_are_computed_once_for_each_p(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[Mixture] = []

    def counting(p: Mixture, name: str) -> Any:
        fitted.append(p)
        return fit_gaussian(p, name)

    monkeypatch.setattr("gan_core.theory.fit.fit_gaussian", counting)
    app = visit(PAGE, std_2="1.85")
    computed = len(fitted)
    slider(app, "q_mean").set_value(2.0).run()
    assert len(fitted) == computed
    slider(app, "std_2").set_value(1.9).run()
    assert len(fitted) == computed + 4
