"""Your own loss: what is typed is understood or refused in place, drawn, judged, and trained."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.expression import FUNCTIONS, MAX_LENGTH
from gan_core.losses import LOSSES
from gan_core.losses.custom import DISCRIMINATOR, GENERATOR, custom
from gan_core.ops import NUMPY
from gan_core.runs.store import Store
from tests.page_visit import button, go_to, steady_figures, toasts, visit

GOOD = ("Non-saturating", "Least squares", "Hinge", "Wasserstein", "Relativistic average")
BAD = {
    "G with the wrong sign": "G's loss has the wrong sign",
    "D that ignores fakes": "D's loss has no slope in fake",
    "ln of a logit": "D's loss is not a number",
    "Overflow": "no finite 32-bit number",
}
SQUARES = {"d_formula": "square(real - 1) + square(fake)", "g_formula": "square(fake - 1)"}
TRAIN = {"preset": "ring_mlp", "loss": "custom"}
MISSPELT = "softplus(-real) + 2*sofplus(fake)"


def type_formula(app: AppTest, player: str, text: str) -> AppTest:
    """Type a formula on the page “Your own loss”."""
    return app.text_input(key=f"OwnLoss.{player}_formula").set_value(text).run()


def typed(app: AppTest) -> dict[str, str]:
    return {name: str(app.text_input(key=f"OwnLoss.{name}").value) for name in SQUARES}


def formulas(app: AppTest) -> list[str]:
    """The LaTeX shown: D's loss and G's."""
    return [each.value.strip("$\n") for each in app.latex]


def picture(app: AppTest) -> object:
    [figure] = steady_figures(app)
    return figure


def said(app: AppTest) -> str:
    """What the page thinks of the loss."""
    return " ".join(each.value for kind in (app.warning, app.info, app.success) for each in kind)


def follow(app: AppTest, page: str, **query: str) -> AppTest:
    """Follow a link to another page, as a browser does: of the old URL, nothing stays."""
    app.query_params.clear()
    return go_to(app, page, lang="en", **query)


def plain(text: str) -> str:
    """Markdown without its escapes."""
    return text.replace("\\", "")


# ------------------------------------------------------------------- typed and understood


def test_page_opens_with_the_loss_that_is_usual() -> None:
    app = visit("own_loss")
    assert not app.exception
    assert typed(app) == {"d_formula": DISCRIMINATOR, "g_formula": GENERATOR}
    assert "Looks sound" in said(app)
    assert app.query_params == {"lang": "en"}


def test_what_is_typed_is_shown_as_understood_drawn_and_in_the_url() -> None:
    app = visit("own_loss")
    before = picture(app)
    for player, name in (("d", "d_formula"), ("g", "g_formula")):
        type_formula(app, player, SQUARES[name])
    loss = custom(**SQUARES)
    assert formulas(app) == [loss.discriminator_formula, loss.generator_formula]
    assert picture(app) != before
    assert app.query_params == {"lang": "en"} | SQUARES


def test_link_restores_the_very_picture() -> None:
    app = type_formula(visit("own_loss"), "g", "-fake")
    app.selectbox(key="OwnLoss.compare").set_value("hinge").run()
    app.slider(key="OwnLoss.real_logit").set_value(0.5).run()
    app.slider(key="OwnLoss.fake_logit").set_value(-1.5).run()
    again = visit("own_loss", **app.query_params)
    assert not again.exception
    assert toasts(again) == []
    assert picture(again) == picture(app)
    assert again.query_params == app.query_params


def test_choice_to_compare_with_changes_the_picture() -> None:
    app = visit("own_loss")
    before = picture(app)
    app.selectbox(key="OwnLoss.compare").set_value("wasserstein").run()
    assert picture(app) != before
    assert app.selectbox(key="OwnLoss.compare").options == [
        loss.title for loss in LOSSES if loss.name != "custom"
    ]


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ({"real_logit": "9"}, "from -8 to 8"),
        ({"fake_logit": "nan"}, "from -8 to 8"),
        ({"compare": "custom"}, "non_saturating"),
        ({"d_formula": "real" + "+real" * 100}, f"up to {MAX_LENGTH} characters"),
    ],
)
def test_wrong_value_in_a_link_is_explained_and_not_taken(
    query: dict[str, str], allowed: str
) -> None:
    app = visit("own_loss", **query)
    assert not app.exception
    [toast] = toasts(app)
    assert next(iter(query)) in toast
    assert allowed in toast
    assert app.query_params == {"lang": "en"}


# ----------------------------------------------------------------------------- refused


def test_refused_formula_is_pointed_at_and_nothing_is_lost() -> None:
    app = type_formula(visit("own_loss"), "g", "-fake")
    understood, drawn = formulas(app), picture(app)
    type_formula(app, "d", MISSPELT)
    assert not app.exception
    [error], [code] = app.error, app.code
    assert "Did you mean softplus?" in plain(error.value)
    source, carets = code.value.split("\n")
    assert source == MISSPELT
    assert source[carets.index("^") : len(carets)] == "sofplus"
    assert typed(app) == {"d_formula": MISSPELT, "g_formula": "-fake"}
    assert formulas(app) == understood
    assert picture(app) == drawn
    assert app.query_params["d_formula"] == MISSPELT


def test_refused_part_is_quoted_as_it_was_typed() -> None:
    app = visit("own_loss", d_formula="real.__class__", g_formula="fake + _x_*2")
    for error, part in zip(app.error, ("real.__class__", "_x_"), strict=True):
        assert part in plain(error.value)
        assert not re.search(r"(?<!\\)[_*]", error.value), "Markdown takes these for emphasis"


def test_refused_formula_leaves_the_last_one_that_was_understood() -> None:
    app = type_formula(visit("own_loss"), "d", "fake - real")
    drawn = picture(app)
    type_formula(app, "d", "fake - ")
    assert picture(app) == drawn
    type_formula(app, "d", "fake - real")
    assert not app.error
    assert picture(app) == drawn


@pytest.mark.parametrize("source", ["", " ", "real.__class__", "(" * 60, "9**9**9", "real\x00"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_whatever_a_link_says_gets_a_sentence(source: str, language: str) -> None:
    app = visit("own_loss", lang=language, g_formula=source)
    assert not app.exception
    [error] = app.error
    assert bool(re.search("[\u4e00-\u9fff]", error.value)) == (language == "zh")
    assert typed(app)["g_formula"] == source


# ------------------------------------------------------------------------- the examples


@pytest.mark.parametrize("name", GOOD)
def test_good_example_is_the_standard_loss_typed(name: str) -> None:
    app = button(visit("own_loss"), name).click().run()
    assert not app.exception
    assert not app.error
    assert not app.warning
    compare = LOSSES.get(str(app.selectbox(key="OwnLoss.compare").value))
    assert compare.title == name
    typed_loss = custom(**typed(app))
    real, fake = np.array([-2.5, 0.3, 4.0]), np.array([-1.2, 0.9, 2.2])
    for player in ("discriminator", "generator"):
        mine, theirs = (getattr(each, player)(real, fake, NUMPY) for each in (typed_loss, compare))
        assert mine == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("name", BAD)
def test_bad_example_says_what_is_wrong(name: str) -> None:
    app = button(visit("own_loss"), name).click().run()
    assert not app.exception
    assert not app.error
    assert BAD[name] in said(app)
    assert "Looks sound" not in said(app)


def test_example_replaces_what_was_typed() -> None:
    app = type_formula(visit("own_loss"), "d", "nonsense")
    button(app, "Hinge").click().run()
    assert not app.error
    assert typed(app) == {"d_formula": "relu(1 - real) + relu(1 + fake)", "g_formula": "-fake"}


def test_every_function_is_listed() -> None:
    app = visit("own_loss")
    [table] = app.table
    typed = table.value["Type"]
    assert [each.strip("`").split("(")[0] for each in typed] == list(FUNCTIONS)


# ------------------------------------------------------------------------- the question


def test_answer_to_the_question_agrees_with_the_loss() -> None:
    app = visit("own_loss")
    app.radio(key="predict own loss").set_value("flat").run()
    assert "another one" in app.warning[0].value
    app.radio(key="predict own loss").set_value("steep").run()
    assert "−0.9975" in app.success[0].value  # −σ(6)
    assert "−0.0025" in app.success[0].value  # −σ(−6)


# --------------------------------------------------------------------- train with the loss


def train_link(app: AppTest) -> dict[str, object]:
    [link] = app.get("page_link")
    return {"disabled": link.proto.disabled, "query": link.proto.query_string}


def test_link_to_the_train_page_carries_the_formulas() -> None:
    app = visit("own_loss", lang="zh", g_formula="-fake")
    link = train_link(app)
    assert not link["disabled"]
    assert "loss=custom" in str(link["query"])
    assert "g_formula=-fake" in str(link["query"])
    assert "lang=zh" in str(link["query"])


def test_loss_that_is_not_understood_cannot_be_trained() -> None:
    assert train_link(type_formula(visit("own_loss"), "g", "fke"))["disabled"]


def test_g_that_ignores_its_fakes_is_told_so_and_cannot_be_trained() -> None:
    app = type_formula(visit("own_loss"), "g", "square(real)")
    assert not app.exception
    [error] = app.error
    assert "does not depend on fake" in plain(error.value)
    assert typed(app)["g_formula"] == "square(real)"
    assert formulas(app) == [custom().discriminator_formula, custom().generator_formula]
    assert train_link(app)["disabled"]


def train_values(app: AppTest) -> dict[str, str]:
    return {name: str(app.text_input(key=name).value) for name in SQUARES}


@pytest.mark.usefixtures("store")
def test_train_page_takes_a_link_also_when_it_was_open_before() -> None:
    app = visit("train")
    app.slider(key="beta_1").set_value(0.9).run()
    app = follow(follow(app, "own_loss"), "train", **TRAIN, **SQUARES)
    assert not app.exception
    assert toasts(app) == []
    assert train_values(app) == SQUARES
    assert app.slider(key="beta_1").value == 0.5  # a link is a whole configuration
    assert app.selectbox(key="preset").value == "ring_mlp"


@pytest.mark.usefixtures("store")
def test_train_page_takes_the_same_link_once_more() -> None:
    app = follow(visit("own_loss"), "train", **TRAIN, **SQUARES)
    app.text_input(key="g_formula").set_value("-fake").run()
    app = follow(follow(app, "own_loss"), "train", **TRAIN, **SQUARES)
    assert train_values(app) == SQUARES


@pytest.mark.usefixtures("store")
def test_train_page_keeps_its_settings_when_no_link_leads_there() -> None:
    app = follow(visit("own_loss"), "train", **TRAIN, **SQUARES)
    app.slider(key="beta_1").set_value(0.9).run()
    app = follow(follow(app, "own_loss"), "train")
    assert train_values(app) == SQUARES
    assert app.slider(key="beta_1").value == 0.9


@pytest.mark.usefixtures("store")
def test_url_of_a_browser_that_lags_behind_undoes_nothing() -> None:
    app = visit("train", **TRAIN, **SQUARES)
    shown = dict(app.query_params)
    app.slider(key="beta_1").set_value(0.6).run()
    app.query_params.update(shown)
    del app.query_params["beta_1"]
    app.slider(key="beta_1").set_value(0.7).run()
    assert app.slider(key="beta_1").value == 0.7
    assert app.query_params["beta_1"] == "0.7"


def test_page_settings_survive_a_browser_that_lags_behind() -> None:
    app = visit("own_loss", g_formula="-fake")
    app.slider(key="OwnLoss.real_logit").set_value(1.0).run()
    del app.query_params["real_logit"]
    app.slider(key="OwnLoss.real_logit").set_value(1.1).run()
    assert app.slider(key="OwnLoss.real_logit").value == 1.1
    assert app.query_params["real_logit"] == "1.1"


def test_link_leaves_the_run_last_looked_at(store: Store, make_run: Callable[..., str]) -> None:
    app = follow(visit("train", run=make_run("finished")), "own_loss")
    app = follow(app, "train", **TRAIN, **SQUARES)
    assert "run" not in app.query_params
    assert formulas(app)[:2] == [
        custom(**SQUARES).discriminator_formula,
        custom(**SQUARES).generator_formula,
    ]
    assert len(store.runs()) == 1


def test_typed_loss_is_what_trains(store: Store) -> None:
    app = follow(visit("own_loss"), "train", **TRAIN, **SQUARES)
    button(app, "Train").click().run()
    [run] = store.runs()
    assert {name: getattr(run.config, name) for name in SQUARES} == SQUARES


def test_wrong_formula_on_the_train_page_loses_neither_run_nor_text(
    make_run: Callable[..., str], store: Store
) -> None:
    run_id = make_run("running")
    app = visit("train", run=run_id, **TRAIN)
    app.text_input(key="d_formula").set_value(MISSPELT).run()
    assert not app.exception
    [error] = app.error
    assert "sofplus" in error.value
    assert app.text_input(key="d_formula").value == MISSPELT
    assert app.query_params["run"] == run_id
    assert any(node.type == "bidi_component" for node in app.main)
    button(app, "Train").click().run()
    assert "sofplus" in toasts(app)[0]
    assert len(store.runs()) == 1
