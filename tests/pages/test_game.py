"""Does the game settle: presets, links, the question's answer and the table come from the code."""

from __future__ import annotations

import math
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.theory.dirac_table import PUBLISHED, computed_table
from tests.page_visit import button, figure_keys, steady_figures, toasts, visit

pytestmark = pytest.mark.usefixtures("store")


def figure(app: AppTest, i: int) -> dict[str, Any]:
    """One of the page's figures: 0 the portrait, 1 the eigenvalues, 2 the distance."""
    return steady_figures(app)[i]


def last_distance(app: AppTest) -> str:
    text: str = figure(app, 2)["layout"]["annotations"][0]["text"]
    return text


def start_of(app: AppTest) -> tuple[float, float]:
    traces = figure(app, 0)["data"]
    [trace] = [t for t in traces if t.get("marker", {}).get("symbol") == "circle-open"]
    return trace["x"][0], trace["y"][0]


def opinion(app: AppTest) -> str:
    """What the box says of the path."""
    kinds = (app.success, app.warning, app.info)
    [said] = [box.value for boxes in kinds for box in boxes]
    return said


def controls(app: AppTest) -> set[str]:
    """The fields that have a widget."""
    widgets = [*app.sidebar.selectbox, *app.sidebar.slider]
    return {str(widget.key).removeprefix("Portrait.") for widget in widgets}


ALWAYS = {"game", "updates", "momentum", "step", "n_steps", "theta", "psi"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_first_picture_is_the_gan_that_circles_out(language: str) -> None:
    app = visit("game", lang=language)
    assert not app.exception
    assert figure_keys(app) == ["portrait", "eigenvalues", "distance"]
    assert last_distance(app) == "3.10"
    assert start_of(app) == (1.0, 1.0)
    assert "1.0050" in opinion(app)


@pytest.mark.parametrize(
    ("label", "query", "verdict", "distance"),
    [
        ("GAN circles out", {}, "Spirals outwards", "3.10"),
        ("R₁ comes to rest", {"method": "r1"}, "Converges", "2.64e-6"),
        (
            "Bilinear game: 500 steps, out to 17.0160",
            {"game": "bilinear", "step": "0.1"},
            "Spirals outwards",
            "17.0",
        ),
        ("Critical damping: γ = 1", {"method": "r1", "gamma": "1.0"}, "Converges", "9.53e-22"),
        ("WGAN never stops", {"method": "wgan"}, "Does not converge", "1.00"),
        (
            "Momentum 0.9 undoes R₁",
            {"method": "r1", "momentum": "0.9"},
            "Does not converge",
            "4.40",
        ),
        (
            "Bilinear game: momentum −0.5 comes to rest",
            {"game": "bilinear", "updates": "alternating", "momentum": "-0.5"},
            "Converges",
            "0.0700",
        ),
    ],
)
def test_presets_do_what_they_say(
    label: str, query: dict[str, str], verdict: str, distance: str
) -> None:
    app = visit("game", n_steps="20", theta="0.5", updates="optimistic")
    button(app, label).click().run()
    assert not app.exception
    assert {key: app.query_params[key] for key in query} == query
    assert set(app.query_params) == {"lang", *query}
    assert verdict in opinion(app)
    assert last_distance(app) == distance


def test_link_restores_the_picture() -> None:
    app = visit(
        "game", method="r1", gamma="0.5", updates="alternating", d_steps="3", theta="-0.5", psi="2"
    )
    assert not app.exception
    assert start_of(app) == (-0.5, 2.0)
    assert controls(app) == ALWAYS | {"method", "gamma", "d_steps"}
    assert app.slider(key="Portrait.gamma").value == 0.5
    assert app.slider(key="Portrait.d_steps").value == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_values_in_a_link_are_named_and_left_out(language: str) -> None:
    bad = {"step": "9", "theta": "nan", "method": "magic", "n_steps": "1e9"}
    app = visit("game", lang=language, **bad)
    assert not app.exception
    assert len(toasts(app)) == len(bad)
    for (name, value), toast in zip(
        sorted(bad.items(), key=lambda item: _order(item[0])), toasts(app), strict=True
    ):
        assert name in toast
        assert value in toast
    assert last_distance(app) == "3.10"


def _order(name: str) -> int:
    return ["method", "step", "n_steps", "theta"].index(name)


@pytest.mark.parametrize(
    ("query", "own"),
    [
        ({"game": "bilinear"}, set()),
        ({"game": "bilinear", "updates": "alternating"}, {"d_steps"}),
        ({"method": "minimax"}, {"method"}),
        ({"method": "wgan"}, {"method", "clip"}),
        ({"method": "wgan_gp"}, {"method", "penalty", "target"}),
        ({"method": "non_saturating_r1"}, {"method", "gamma"}),
        ({"method": "consensus"}, {"method", "weight"}),
    ],
)
def test_only_what_has_an_effect_is_asked(query: dict[str, str], own: set[str]) -> None:
    assert controls(visit("game", **query)) == ALWAYS | own


@pytest.mark.parametrize("updates", ["extragradient", "optimistic"])
def test_momentum_is_asked_only_of_players_who_follow_the_arrows(updates: str) -> None:
    app = visit("game", momentum="0.9", updates=updates)
    assert not app.exception
    assert controls(app) == ALWAYS - {"momentum"} | {"method"}
    assert last_distance(app) == last_distance(visit("game", updates=updates))


@pytest.mark.parametrize(
    "extreme",
    [
        {"game": "bilinear", "updates": "optimistic"},
        {"method": "consensus", "weight": "5", "updates": "alternating", "d_steps": "10"},
        {"method": "consensus", "weight": "5", "updates": "optimistic"},
        {"method": "r1", "gamma": "2", "updates": "extragradient"},
        {"method": "wgan_gp", "theta": "0", "psi": "0"},
        {"game": "bilinear", "momentum": "0.95"},
        {"method": "r1", "updates": "alternating", "d_steps": "10", "momentum": "-0.95"},
    ],
)
def test_extremes_neither_fail_nor_leave_the_axes(extreme: dict[str, str]) -> None:
    app = visit("game", step="1", n_steps="1000", **extreme)
    assert not app.exception
    for i, axis in ((0, "xaxis"), (1, "xaxis"), (2, "yaxis")):
        low, high = figure(app, i)["layout"][axis]["range"]
        assert math.isfinite(low)
        assert math.isfinite(high)
        assert low < high


def test_path_that_leaves_the_picture_says_so() -> None:
    app = visit("game", game="bilinear", step="1", n_steps="1000")
    assert "step 9" in " ".join(caption.value for caption in app.caption)
    assert opinion(app).startswith("**Diverges")
    assert figure(app, 0)["layout"]["xaxis"]["range"] == [-20, 20]


def test_where_the_field_jumps_there_are_no_eigenvalues() -> None:
    app = visit("game", method="wgan_gp")
    assert "no eigenvalue" in opinion(app)


def test_r1_says_at_which_gamma_its_eigenvalues_meet() -> None:
    app = visit("game", method="r1", gamma="0.6")
    [said] = [c.value for c in app.caption if "they meet" in c.value]
    assert "−0.300 + 0.400i and −0.300 − 0.400i" in said  # −γ/2 ± √(γ²/4 − ¼)
    assert "γ = 1 they meet: −0.500 and −0.500" in said
    assert not [c for c in visit("game").caption if "they meet" in c.value]


@pytest.mark.parametrize(
    ("choice", "right"), [("nearer", False), ("same", False), ("farther", True)]
)
def test_question_is_answered_by_the_computation(choice: str, right: bool) -> None:
    app = visit("game", method="r1")  # the answer does not depend on what is set
    app.radio(key="predict game").set_value(choice).run()
    assert not app.exception
    praise = [box.value for box in app.success if "1.41" in box.value and "3.10" in box.value]
    assert bool(praise) == right


def test_table_holds_every_printed_figure_and_all_agree() -> None:
    app = visit("game")
    [table] = app.table
    rows = table.value.to_numpy().tolist()
    assert len(rows) == len(PUBLISHED) == 8
    for row, published in zip(rows, PUBLISHED, strict=True):
        printed = [published.simultaneous, published.alternating, published.alternating_5]
        cells = [cell.replace("\\", "").replace("−", "-").split()[0] for cell in row[2:]]
        assert cells == [each or "–" for each in printed]
        assert row[1] == published.converges
    figures = [cell.replace("−", "-").split()[2] for row in rows for cell in row[2:]]
    computed = [cell.norm for row in computed_table() for cell in row.cells.values()]
    assert [float(each) for each in figures] == pytest.approx(computed, rel=5e-3)
    assert str(rows).count("✓") == 23
    assert "✗" not in str(rows)
    assert any("23 of 23 printed figures" in each.value for each in app.markdown)


@pytest.mark.parametrize(
    ("label", "distances"),
    [
        ("Non-saturating GAN", ("0.640", "0.139")),
        ("WGAN with clipping, c = 1", ("1.00", "0.917")),
        ("GAN with R₁, γ = 1", ("9.53e-22", "5.14e-12")),
    ],
)
def test_button_of_a_row_shows_it(label: str, distances: tuple[str, str]) -> None:
    found = []
    for query in ({}, {"updates": "alternating", "d_steps": "5"}):
        app = visit("game", step="0.5", theta="2", **query)
        button(app, label).click().run()
        found.append(last_distance(app))
    assert tuple(found) == distances
