"""Pages that look into the networks of a run, with a worker that answers at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig
from gan_core.figures.gradient_map import gradient_map
from gan_core.figures.latent import norm_figure, search_figure
from gan_core.figures.samples import EMPTY
from gan_core.runs import answering, tables
from gan_core.runs.answers import Answer, Answers, Question, canonical
from gan_core.runs.checkpoints import Checkpoints, Moment
from gan_core.runs.claims import holder_name
from gan_core.runs.store import Store
from gan_core.runs.views import MOST_DIRECTIONS, N_GUESS, N_READ, N_REAL, N_SAMPLES, noise, walk
from gan_core.theory.latent import shell
from pages.parts import store as store_of_the_app
from tests.checkpointed import STEP, TINY, checkpointed_run
from tests.page_visit import button, figure_keys, go_to, keys_of_fields, tiles_of, toasts, visit
from tests.pages.test_pages import assert_all_in_language
from tests.plotly_objects import checked

PAGES = ("latent_space", "inside_networks", "be_the_discriminator")
TOOLS = ("vary", "directions", "code", "walk", "sum", "search")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('looking') / 'store.sqlite3'}")
    yield store
    store._database.engine.dispose()


@pytest.fixture(scope="module")
def runs(shared: Store) -> dict[str, str]:
    """Runs with networks, and some that nobody can look into."""
    settings: dict[str, dict[str, Any]] = {
        "plain": {},
        "scores": {"loss": "wasserstein", "noise": "uniform"},
        "packs": {"packing": 2},
        "kinds": {"family": "infogan"},
        "classes": {"conditional": True, "latent_dim": 2},
    }
    # Names without words, so that a page in Chinese is all Chinese.
    ids = {
        kind: checkpointed_run(shared, str(n), **settings[kind]) for n, kind in enumerate(settings)
    }
    points = {"dataset": "ring", "network": "mlp"}
    ids["points"] = shared.create_run(RunConfig.parse(points))
    ids["new"] = shared.create_run(RunConfig.parse(TINY))
    return ids


@pytest.fixture
def _answered_at_once(shared: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_STORE", shared.url)
    monkeypatch.setattr(store_of_the_app, "open_store", lambda url: shared)
    monkeypatch.setattr(answering, "open_store", lambda url: shared)
    ask = Answers.ask

    def ask_a_worker(answers: Answers, question: Question) -> Answer | None:
        if ask(answers, question) is None:
            answering.answer(shared.url, canonical(question))
        return ask(answers, question)

    monkeypatch.setattr(Answers, "ask", ask_a_worker)


at_once = pytest.mark.usefixtures("_answered_at_once")


def opened(page: str, **query: str) -> AppTest:
    app = visit(page, **query)
    assert not app.exception
    assert not app.error
    return app


def mark_all(app: AppTest, letters: str) -> AppTest:
    """The page after the reader has marked all pictures."""
    [grid] = tiles_of(app)
    app.session_state[f"marks of {grid['round']}"] = list(letters)
    return app.run()


# ------------------------------------------------------------------------------ which run


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("page", PAGES)
def test_without_a_run_the_page_leads_to_training(page: str) -> None:
    app = opened(page)
    assert any("no run of pictures" in each.value for each in app.info)
    assert "Train" in [link.proto.label for link in app.get("page_link")]
    assert not tiles_of(app)


@at_once
@pytest.mark.parametrize("page", PAGES)
def test_only_runs_of_pictures_with_a_checkpoint_are_offered(
    page: str, runs: dict[str, str]
) -> None:
    app = opened(page, run=runs["plain"])
    box = app.selectbox(key="run that is looked into")
    assert box.value == app.query_params["run"] == runs["plain"]
    assert len(box.options) == len(set(box.options)) == 5
    box.set_value(runs["classes"]).run()
    assert not app.exception
    assert app.query_params["run"] == runs["classes"]


@at_once
@pytest.mark.parametrize("asked", ["nobody", "points", "new"])
def test_a_link_to_what_cannot_be_looked_into_says_so(runs: dict[str, str], asked: str) -> None:
    app = opened("latent_space", run=runs.get(asked, asked))
    assert any("no networks of pictures" in each for each in toasts(app))
    assert app.query_params["run"] == runs["classes"], "the latest"


@at_once
def test_panel_and_list_of_runs_lead_here(runs: dict[str, str]) -> None:
    labels = {"Latent space", "Inside the networks", "Be the discriminator"}
    for app in (visit("train", run=runs["plain"]), visit("runs")):
        assert not app.exception
        assert labels <= {link.proto.label for link in app.get("page_link")}
    points = visit("train", run=runs["points"])
    assert not labels & {link.proto.label for link in points.get("page_link")}


@at_once
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("page", "query"),
    [
        *(("latent_space", {"tool": tool}) for tool in TOOLS),
        ("latent_space", {"tool": "search", "of": "generated"}),
        ("inside_networks", {}),
        ("inside_networks", {"of": "real"}),
        ("be_the_discriminator", {}),
    ],
)
def test_everything_is_said_in_one_language(
    runs: dict[str, str], page: str, query: dict[str, str], language: str
) -> None:
    run = runs["kinds" if query.get("tool") == "code" else "plain"]
    app = opened(page, run=run, lang=language, **query)
    assert tiles_of(app)
    assert not keys_of_fields(app)
    assert_all_in_language(app, language)


# ------------------------------------------------------------------------- latent space


@at_once
def test_choice_of_samples_stands_in_the_link_and_on_the_pictures(runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["plain"], a="5", b="5", c="7", letter="b")
    grid = tiles_of(app)[0]
    assert grid["n"] == N_SAMPLES
    assert grid["badges"] == {"5": "AB", "7": "C"}
    assert grid["choosable"]
    assert app.query_params["a"] == "5"


@at_once
@pytest.mark.parametrize("garbage", [{"a": "24"}, {"b": "-1"}, {"tool": "fly"}, {"radius": "2"}])
def test_what_a_link_may_not_say_is_explained(
    runs: dict[str, str], garbage: dict[str, str]
) -> None:
    app = opened("latent_space", run=runs["plain"], **garbage)
    assert any("is not allowed" in each for each in toasts(app))


@at_once
def test_neighbours_follow_the_radius(runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["plain"], radius="0.0")
    before = tiles_of(app)[1]["picture"]
    app.slider(key="LatentSpace.radius").set_value(0.8).run()
    assert tiles_of(app)[1]["picture"] != before
    assert app.query_params["radius"] == "0.8"


@at_once
def test_there_are_no_more_directions_than_dimensions(runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["classes"], tool="directions")
    assert len(tiles_of(app)) == 2 + 2
    moves = [each.key for each in app.slider if "direction" in str(each.key)]
    assert moves == ["LatentSpace.direction_1", "LatentSpace.direction_2"]


@at_once
def test_sliders_move_along_the_directions(runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["plain"], tool="directions")
    grids = tiles_of(app)
    assert len(grids) == 2 + MOST_DIRECTIONS
    assert any("**Direction 1**" in each.value for each in app.markdown)
    app.slider(key="LatentSpace.direction_1").set_value(3.0).run()
    assert not app.exception
    assert app.query_params["direction_1"] == "3.0"
    assert tiles_of(app)[1]["picture"] != grids[1]["picture"]
    assert tiles_of(app)[2]["picture"] == grids[2]["picture"]


@at_once
def test_kinds_to_choose_from_end_with_the_last_one(shared: Store) -> None:
    run_id = checkpointed_run(shared, family="infogan", n_kinds=3)
    app = opened("latent_space", run=run_id, label="7")
    [label] = [each for each in app.slider if each.label == "Class or kind"]
    assert label.max == label.value == 2
    shared.delete(run_id)


@at_once
def test_code_has_a_row_of_kinds_one_for_each_number_and_what_d_reads(
    shared: Store, runs: dict[str, str]
) -> None:
    app = opened("latent_space", run=runs["kinds"], tool="code", label="7")
    config = shared.run(runs["kinds"]).config
    _, kinds, *numbers, real = tiles_of(app)
    assert kinds["below"] == [str(kind) for kind in range(config.n_kinds)]
    assert kinds["badges"] == {"7": "A"}
    assert kinds["choosable"]
    assert len(numbers) == config.n_codes
    assert numbers[0]["below"] == ["−3.0", "−2.0", "−1.0", "0.0", "1.0", "2.0", "3.0"]
    assert real["n"] == len(real["below"]) == N_READ
    assert any("G was told 7." in each.value for each in app.markdown)
    assert any("**Number 2**: in A it is" in each.value for each in app.markdown)


@at_once
def test_where_nothing_is_read_the_page_leads_to_an_infogan(runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["plain"], tool="code")
    assert len(tiles_of(app)) == 1, "the samples to choose from"
    [info] = app.info
    assert "reads no code" in info.value
    [link] = [each for each in app.get("page_link") if each.proto.label == "Train an InfoGAN"]
    assert "preset=digits_infogan" in link.proto.query_string


@at_once
def test_walk_shows_the_length_below_each_picture(shared: Store, runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["plain"], tool="walk", a="2", b="3")
    _, lerp, slerp = tiles_of(app)
    z = noise(shared.run(runs["plain"]).config, 1)
    for grid, way in zip((lerp, slerp), walk(z[2], z[3]).values(), strict=True):
        assert grid["below"] == [f"{length:.1f}" for length in np.linalg.norm(way, axis=1)]
    assert figure_keys(app) == ["norms"]


@at_once
@pytest.mark.parametrize("tool", ["vary", "directions", "walk", "sum"])
def test_where_uniform_noise_is_left_the_page_says_so(runs: dict[str, str], tool: str) -> None:
    said = {
        kind: [each.value for each in opened("latent_space", run=runs[kind], tool=tool).caption]
        for kind in ("plain", "scores")
    }
    assert any("uniform noise, from −1 to 1" in each for each in said["scores"])
    assert not any("uniform noise" in each for each in said["plain"])


@at_once
def test_search_of_a_sample_is_a_check_with_a_known_answer(runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["plain"], tool="search", of="generated")
    assert any("Here a z is known" in each.value for each in app.markdown)
    app.button_group(key="LatentSpace.of").set_value("real").run()
    assert not app.exception
    assert not any("Here a z is known" in each.value for each in app.markdown)
    assert tiles_of(app)[1]["n"] == N_REAL


@at_once
def test_class_is_offered_where_the_players_are_told_of_one(runs: dict[str, str]) -> None:
    app = opened("latent_space", run=runs["classes"], label="3")
    other = opened("latent_space", run=runs["classes"], label="4")
    assert tiles_of(app)[0]["picture"] != tiles_of(other)[0]["picture"]
    plain = opened("latent_space", run=runs["plain"])
    assert "Class" not in [each.label for each in plain.slider]


# ------------------------------------------------------------------- inside the networks


@at_once
def test_slope_and_weights_are_shown(runs: dict[str, str]) -> None:
    app = opened("inside_networks", run=runs["plain"], row="3")
    assert tiles_of(app)[0]["badges"] == {"3": "x"}
    assert any("D(x) = " in each.value for each in app.markdown)
    assert len(tiles_of(app)) == 3
    assert any("strongest 8 of 8 units" in each.value for each in app.markdown)
    scores = opened("inside_networks", run=runs["scores"])
    assert not any("D(x) = " in each.value for each in scores.markdown)


@at_once
def test_answers_of_d_mean_what_its_loss_at_the_checkpoint_says(shared: Store) -> None:
    run_id, holder = checkpointed_run(shared), holder_name()
    shared.claims.take(run_id, holder, force=True)
    shared.set_status(run_id, holder, "running")
    shared.controls.request(run_id, "set", "loss", "wasserstein")
    # Where it rests, after its checkpoint: D has not learned by it yet.
    shared.controls.mark_applied(run_id, holder, shared.controls.pending(run_id)[0], STEP)
    app = opened("inside_networks", run=run_id)
    assert any("D(x) = " in each.value for each in app.markdown)
    shared.delete(run_id)


@at_once
@pytest.mark.parametrize("page", ["inside_networks", "be_the_discriminator"])
def test_judges_of_packs_are_refused_with_a_sentence(page: str, runs: dict[str, str]) -> None:
    app = visit(page, run=runs["packs"])
    assert not app.exception
    [error] = app.error
    assert "judges packs of 2 pictures" in error.value


# ------------------------------------------------------------------ be the discriminator


@at_once
def test_a_game_from_marks_to_the_truth(shared: Store, runs: dict[str, str]) -> None:
    app = opened("be_the_discriminator", run=runs["plain"], seed="3")
    assert button(app, "Check").disabled
    assert any(each.value == f"Still to be marked: {N_GUESS}" for each in app.caption)
    assert "below" not in tiles_of(app)[0], "the truth stays here"
    question = Moment(runs["plain"], STEP, 0).question("guess", seed=3, label=0)
    dealt: Any = shared.answers.ask(question)
    truth = ["r" if real else "f" for real in dealt.value["real"]]
    mark_all(app, "".join(truth))
    button(app, "Check").click().run()
    assert not app.exception
    you, d = app.metric
    assert (you.label, you.value) == ("You", "100%")
    right = sum(
        (decision > 0.5) == real
        for decision, real in zip(dealt.value["decision"], dealt.value["real"], strict=True)
    )
    assert d.value == f"{right / N_GUESS:.0%}"
    [grid] = tiles_of(app)
    assert grid["badges"] == {}
    assert [text.split(" · ")[0] for text in grid["below"]] == [
        "real" if letter == "r" else "fake" for letter in truth
    ]


@at_once
def test_a_newer_checkpoint_takes_no_marks(
    runs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("be_the_discriminator", run=runs["plain"], seed="4")
    mark_all(app, "r" * N_GUESS)
    before = tiles_of(app)
    newer = {runs["plain"]: Moment(runs["plain"], STEP + 1, 0)}
    monkeypatch.setattr(Checkpoints, "moments", lambda checkpoints: newer)
    app.run()
    assert not app.exception
    assert tiles_of(app) == before
    assert not button(app, "Check").disabled


@at_once
@pytest.mark.parametrize("page", PAGES)
def test_what_the_run_has_left_behind_is_asked_anew(
    page: str, shared: Store, runs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = Moment(runs["plain"], STEP, 0)
    left = replace(now, step=STEP - 1)
    seen = iter([left])  # when the page looked, and no longer
    monkeypatch.setattr(Checkpoints, "moments", lambda _: {runs["plain"]: next(seen, now)})
    app = opened(page, run=runs["plain"], seed="5")
    assert tiles_of(app)
    with shared._read() as db:
        answered = db.scalars(
            sa.select(tables.answers.c.question).where(tables.answers.c.value.is_not(None))
        ).all()
    steps = [json.loads(question).get("step") for question in answered]
    assert now.step in steps
    assert left.step not in steps


@at_once
def test_wrong_marks_are_shown_as_such(runs: dict[str, str]) -> None:
    app = mark_all(opened("be_the_discriminator", run=runs["plain"]), "r" * N_GUESS)
    button(app, "Check").click().run()
    assert app.metric[0].value == "50%"
    assert len(tiles_of(app)[0]["badges"]) == N_GUESS // 2


@at_once
def test_another_twelve_are_other_ones_and_the_first_are_remembered(runs: dict[str, str]) -> None:
    app = mark_all(opened("be_the_discriminator", run=runs["plain"]), "f" * N_GUESS)
    first = tiles_of(app)[0]
    button(app, "Another twelve").click().run()
    assert app.query_params["seed"] == "2"
    assert tiles_of(app)[0]["picture"] != first["picture"]
    assert tiles_of(app)[0]["marks"] == [None] * N_GUESS
    app = go_to(app, "runs")
    app = go_to(app, "be_the_discriminator", seed="1")
    assert tiles_of(app)[0]["marks"] == ["f"] * N_GUESS


@at_once
def test_a_critic_without_probability_calls_half_of_them_real(runs: dict[str, str]) -> None:
    app = mark_all(opened("be_the_discriminator", run=runs["scores"]), "f" * N_GUESS)
    button(app, "Check").click().run()
    assert any("gives no probability" in each.value for each in app.caption)
    assert app.metric[1].value in {f"{k / N_GUESS:.0%}" for k in range(0, N_GUESS + 1, 2)}


# -------------------------------------------------------------------------------- figures


def test_norms_are_drawn_over_the_shell() -> None:
    ways = walk(np.array([3.0, 0]), np.array([0, 3.0]))
    figure = checked(norm_figure(ways, (1.0, 2.0, 4.0)))
    lerp, slerp = figure.data
    assert min(lerp.y) == pytest.approx(3 / np.sqrt(2))
    assert list(slerp.y) == pytest.approx([3.0] * len(slerp.y))
    assert (figure.layout.shapes[0].y0, figure.layout.shapes[0].y1) == (1.0, 4.0)
    assert shell(2, "gaussian")[0] > 0


def test_search_is_drawn_step_by_step() -> None:
    [line] = checked(search_figure([1.0, 0.1, 0.01])).data
    assert list(line.x) == [0, 1, 2]
    assert list(line.y) == [1.0, 0.1, 0.01]


@pytest.mark.parametrize(("slopes", "limit"), [([[1.0, -4.0]], 4.0), ([[0.0, 0.0]], 1.0)])
def test_slopes_have_a_scale_around_zero(slopes: list[list[float]], limit: float) -> None:
    heat = checked(gradient_map(EMPTY, slopes)).data[-1]
    assert (heat.zmin, heat.zmax) == (-limit, limit)
