"""The page of networks: asks a worker, shows what it says, and says what is the matter if not."""

from __future__ import annotations

import functools
import json
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.figures.first_gradients import COLORS
from gan_core.runs import answering
from gan_core.runs.answers import Answer
from gan_core.runs.claims import holder_name
from gan_core.runs.engines import Engine
from gan_core.runs.store import Store
from gan_core.text import Text
from pages.parts import asking
from tests.page_visit import button, errors, go_to, steady_figures, toasts, visit

BUILDING = "A worker is building the networks …"
MLP = {"network": "mlp", "hidden_units": "4", "latent_dim": "2"}


@functools.cache
def said_of(asked: str) -> Any:
    """What a worker says, here in this process, and once for all tests."""
    return answering.TOPICS["anatomy"](json.loads(asked), cast(Store, None))


def answer_all(store: Store) -> None:
    while asked := store.answers.next_unanswered():
        store.answers.answer(asked, Answer(said_of(asked)))


def settle(store: Store, app: AppTest) -> AppTest:
    """The page after its questions were answered."""
    answer_all(store)
    app.run()
    assert not app.exception
    assert not app.error
    return app


def opened(store: Store, **query: str) -> AppTest:
    """The page as its second visitor sees it."""
    visit("networks", **query)
    answer_all(store)
    app = visit("networks", **query)
    assert not app.exception
    return app


def shapes(chart: Any) -> list[str]:
    """The shapes below the blocks of a sketch."""
    annotations = [each["text"] for each in chart["layout"]["annotations"]]
    return [text[3:-4] for text in annotations if text[:3] == "<b>"][:-2]  # then the two ends


def table(app: AppTest, network: int) -> list[list[str]]:
    """Cells of a table without its head: 0 for the generator's, 1 for the discriminator's."""
    return cast(list[list[str]], app.table[network].value.to_numpy().tolist())


def sentences(app: AppTest) -> str:
    return "\n".join(each.value for each in app.markdown)


# ----------------------------------------------------------------------- what it shows


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_shows_the_article_s_dcgan(store: Store, language: str) -> None:
    app = opened(store, lang=language)
    generator, discriminator, gradients = steady_figures(app)
    assert shapes(generator) == ["100", "12,544", "7×7×256", "7×7×128", "14×14×64", "28×28×1"]
    assert shapes(discriminator) == ["28×28×1", "14×14×64", "7×7×128", "6,272", "1"]
    assert len(gradients["data"]) == 2 * len(COLORS)
    assert table(app, 0)[0][2] == "1,254,400"
    assert table(app, 1)[-1][2] == "**212,865**"
    assert "2,330,944" in sentences(app)


@pytest.mark.slow
def test_table_names_each_layer_with_its_shapes(store: Store) -> None:
    rows = table(opened(store), 0)
    assert rows[7][0] == "`Conv2DTranspose` · 5×5 · stride 2 · no bias"
    assert rows[7][1].replace("\N{NO-BREAK SPACE}", " ") == "7×7×128 → 14×14×64"
    assert rows[1][2] == "25,088 + 25,088 fixed"


def test_each_kind_of_layer_is_explained_once(store: Store) -> None:
    text = sentences(opened(store))
    for kind in ("Dense", "Conv2D", "Conv2DTranspose", "BatchNormalization", "LeakyReLU"):
        assert text.count(f"- `{kind}`: ") == 1


def test_factor_is_that_of_the_curves(store: Store) -> None:
    app = opened(store)
    traces = steady_figures(app)[2]["data"]
    curves = {(trace["name"], trace["xaxis"]): trace["y"] for trace in traces}
    for axis, player in (("x", "discriminator"), ("x2", "generator")):
        factor = curves["all LeakyReLU", axis][0] / curves["all Sigmoid", axis][0]
        assert f"**1/{float(f'{factor:.2g}'):,.0f}**" in sentences(app), player
        assert factor > 100


def test_question_is_answered_by_the_network_itself(store: Store) -> None:
    app = opened(store)
    [radio] = app.radio
    radio.set_value("convolutions").run()
    assert not app.success
    app.radio[0].set_value("dense").run()
    assert "Dense: 1,254,400; convolutions: 1,025,600;" in app.success[0].value


# ------------------------------------------------------------------ presets and links


def test_logistic_regression_has_one_layer_and_is_called_so(store: Store) -> None:
    app = opened(store)
    assert "logistic regression**, and no deep network" not in sentences(app)
    button(app, "Logistic regression").click().run()
    settle(store, app)
    assert [row[2] for row in table(app, 1)] == ["0", "785", "**785**"]
    assert "each of the 784 pixels" in sentences(app)
    assert app.query_params["hidden_layers"] == "0"


@pytest.mark.parametrize(
    ("preset", "layers"),
    [("MLP with two hidden layers", ["LeakyReLU"] * 2), ("All sigmoid, five layers", ["Act"] * 5)],
)
def test_presets_set_what_they_say(store: Store, preset: str, layers: list[str]) -> None:
    app = opened(store)
    button(app, preset).click().run()
    settle(store, app)
    bent = [row[0][1:] for row in table(app, 1) if row[0][1:4] in ("Lea", "Act")]
    assert len(bent) == len(layers)
    assert all(found.startswith(wanted) for found, wanted in zip(bent, layers, strict=True))
    button(app, "DCGAN, full size").click().run()
    assert "2,330,944" in sentences(app)
    assert "network" not in app.query_params


def test_link_restores_the_picture(store: Store) -> None:
    app = opened(store, **MLP, hidden_layers="1", depth="1")
    generator, discriminator, gradients = steady_figures(app)
    assert shapes(generator) == ["2", "4", "784", "28×28×1"]
    assert shapes(discriminator) == ["28×28×1", "784", "4", "1"]
    assert gradients["data"][0]["x"] == [1, 2]


def test_spectral_norm_is_told_of_d_alone(store: Store) -> None:
    app = opened(store, **MLP, spectral_norm="True")
    assert [row[0] for row in table(app, 1)].count("`Dense` · spectral norm") == 3
    assert "spectral norm" not in str(table(app, 0))


@pytest.mark.parametrize(
    ("name", "value"), [("depth", "9"), ("latent_dim", "0"), ("network", "x"), ("activation", "y")]
)
def test_bad_link_gives_a_message_and_the_default(store: Store, name: str, value: str) -> None:
    app = visit("networks", **{name: value})
    [message] = toasts(app)
    assert f"{name} = {value} is not allowed" in message
    assert shapes(steady_figures(settle(store, app))[0])[0] == "100"


def test_pair_can_be_trained_as_it_is_shown(store: Store) -> None:
    app = opened(store, **MLP, hidden_layers="1", activation="sigmoid")
    [link] = [node for node in app.main if node.type == "page_link"]
    query = dict(part.split("=") for part in link.proto.query_string.split("&"))
    trained = go_to(app, "train", **query)
    assert not trained.exception
    assert not toasts(trained)
    expected = {"network": "mlp", "latent_dim": 2, "activation": "sigmoid"}
    for player in ("g", "d"):
        expected |= {f"{player}_hidden_layers": 1, f"{player}_hidden_units": 4}
    for name, value in expected.items():
        assert str(trained.session_state[name]) == str(value)


# ------------------------------------------------------------------ until the answer


@pytest.mark.usefixtures("store")
def test_without_an_engine_the_page_says_so_at_once() -> None:
    app = visit("networks")
    assert not app.exception
    assert [each.value for each in app.warning] == [
        "The training engine is starting. A worker will answer then."
    ] * 2
    assert steady_figures(app) == []
    assert "Often said" in sentences(app), "the rest of the page is there"


def test_while_a_worker_is_at_it_the_page_waits_a_moment_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE_SECONDS", 0.2)
    store.engines.seen(Engine(holder_name(), 1.0, "ready", None))
    app = visit("networks")
    assert [each.value for each in app.info] == [BUILDING] * 2
    settle(store, app)
    assert not app.info
    assert len(steady_figures(app)) == 3


def test_what_was_answered_once_is_there_at_once_for_the_next_visitor(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit("networks")
    answer_all(store)
    store.engines.seen(Engine(holder_name(), 1.0, "ready", None))
    monkeypatch.setattr(asking, "_look_again", pytest.fail)
    app = visit("networks")
    assert not app.exception
    assert len(steady_figures(app)) == 3
    assert store.answers.next_unanswered() is None


def fail_all(store: Store) -> None:
    while asked := store.answers.next_unanswered():
        store.answers.answer(asked, answering.failure(MemoryError("no more")))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_failure_is_a_sentence(store: Store, language: str) -> None:
    visit("networks")
    fail_all(store)
    app = visit("networks", lang=language)
    assert not app.exception
    assert len(app.error) == 2
    assert "MemoryError: no more" in errors(app)[0]


def test_what_failed_may_be_asked_again(store: Store) -> None:
    visit("networks")
    fail_all(store)
    app = visit("networks")
    while app.error:
        button(app, "Ask again").click().run()
    assert len(steady_figures(settle(store, app))) == 3


def test_one_failure_does_not_hide_the_other_figures(store: Store) -> None:
    app = visit("networks")
    while asked := store.answers.next_unanswered():
        fails = '"activation": "sigmoid"' in asked
        said = Answer(error=Text("No.")) if fails else Answer(said_of(asked))
        store.answers.answer(asked, said)
    app.run()
    assert errors(app) == ["No."]
    assert len(steady_figures(app)) == 2


def test_unusable_store_is_explained_in_a_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_STORE", "sqlite:////proc/nope/x.db")
    app = visit("networks")
    assert not app.exception
    assert "sqlite:////proc/nope/x.db" in errors(app)[0]
