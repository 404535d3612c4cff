"""The playground: its data, its pairs and branches, its links."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.challenges import CHALLENGES
from gan_core.config import FULL_SPEED, SLOW_MOTION
from gan_core.datasets import DATASETS, drawing
from gan_core.diagnosis import diagnose
from gan_core.diagnosis.finding import Finding
from gan_core.presets import PLANE_PRESETS
from gan_core.runs import tables
from gan_core.runs.claims import holder_name
from gan_core.runs.database import StoreError
from gan_core.runs.engines import Engine
from gan_core.runs.run import Run
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS
from pages.parts import doctor, live_figure
from pages.parts.challenge import hidden_in
from pages.parts.engine import SILENT_SECONDS
from pages.parts.lesson_link import PARTS
from pages.parts.live_figure import LAYERS
from tests.page_visit import (
    button,
    by_menu,
    errors,
    figure_keys,
    go_to,
    live_data,
    live_views,
    steady_figures,
    toasts,
    visit,
)

MakeRun = Callable[..., str]
PLANES = [dataset.name for dataset in DATASETS if not dataset.is_image]


@pytest.fixture
def plane_run(store: Store) -> str:
    """A run in the plane, at step 100, which this test holds."""
    holder = holder_name()
    run_id = store.create_run(PLANE_PRESETS["ring_mlp"].config, claimed_by=holder)
    records = np.zeros((100, len(RECORD_FIELDS)), np.float32)
    store.record.append(
        run_id, holder, step=100, points={0: records}, images_per_second=1.0, frame=b"{}"
    )
    store.set_status(run_id, holder, "running")
    return run_id


def other_value(app: AppTest, key: str, name: str, value: Any) -> AppTest:
    """Choose a setting and another value for it."""
    app.selectbox(key=f"{key}: setting").set_value(name).run()
    return app.select_slider(key=f"{key}: {name}").set_value(value).run()


# ----------------------------------------------------------------------- what is shown


def test_a_new_run_stays_when_the_browser_comes_once_more_with_the_url_as_it_was(
    store: Store, plane_run: str
) -> None:
    app = visit("playground", run=plane_run, at="50")
    button(app, "Train").click().run()
    new = next(run.id for run in store.runs() if run.id != plane_run)
    app.query_params.update({"run": plane_run, "at": "50"})
    app.run()
    assert app.query_params["run"] == new
    assert "at" not in app.query_params
    app.run()  # now the browser has seen the new URL, and a reader may go back
    app.query_params["run"] = plane_run
    app.run()
    assert app.query_params["run"] == plane_run


@pytest.mark.parametrize("page", ["playground", "train"])
def test_where_one_of_two_runs_is_gone_the_other_is_shown(
    store: Store, plane_run: str, page: str
) -> None:
    app = visit(page, run="deleted", beside=plane_run)
    assert errors(app) == ["There is no run deleted. It may have been deleted."]
    assert [view["run"] for view in live_views(app)] == [plane_run]
    assert app.query_params["run"] == plane_run
    assert "beside" not in app.query_params


@pytest.mark.parametrize("page", ["playground", "train"])
def test_a_store_that_is_away_for_a_moment_takes_no_run_from_the_address(
    store: Store, plane_run: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_store: Store, _run_id: str) -> Run:
        raise StoreError("away")

    app = visit(page, run=plane_run, beside=plane_run)
    with monkeypatch.context() as patched:
        patched.setattr(Store, "run", away)
        app.run()
    assert errors(app) == ["away"]
    assert not app.exception
    assert app.query_params["run"] == app.query_params["beside"] == plane_run
    app.run()
    assert [view["run"] for view in live_views(app)] == [plane_run]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"preset": "mnist_dcgan"}, "no data of “MNIST, small DCGAN”"),
        ({"dataset": "mnist"}, "no data of “MNIST”"),
        ({"challenge": "nope"}, "The challenge that the link names is not here."),
    ],
)
def test_what_a_link_asks_for_in_vain_is_said(link: dict[str, str], said: str) -> None:
    app = visit("playground", **link)
    assert not app.exception
    [toast] = toasts(app)
    assert said in toast
    assert app.session_state["dataset"] == "ring"
    app.run()
    assert not toasts(app), "once"


def test_run_beside_itself_is_shown_once(plane_run: str) -> None:
    app = visit("playground", run=plane_run, beside=plane_run)
    assert not app.exception
    assert [view["run"] for view in live_views(app)] == [plane_run]


# ---------------------------------------------------------------------------- the form


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("dataset", PLANES)
def test_every_plane_opens(dataset: str, language: str) -> None:
    app = visit("playground", dataset=dataset, network="mlp", lang=language)
    assert not app.exception
    assert toasts(app) == []
    assert app.selectbox(key="dataset").value == dataset
    assert (figure_keys(app) == ["data"]) == (dataset != "drawing"), "the pad shows what is drawn"


def data_points(**query: str) -> np.ndarray:
    """The points that the page shows before there is a run, (n, 2)."""
    (figure,) = steady_figures(visit("playground", **query))
    (trace,) = figure["data"]
    return np.stack([trace[axis] for axis in "xy"], axis=1)


@pytest.mark.usefixtures("store")
def test_data_are_seen_as_they_are_set_before_anything_trains() -> None:
    def from_the_nearest_spot(points: np.ndarray) -> np.ndarray:
        modes = DATASETS.get("ring").modes
        assert modes
        return np.linalg.norm(points[:, None] - modes.centers, axis=2).min(axis=1)

    assert from_the_nearest_spot(data_points(dataset="ring")).max() < 0.1
    assert from_the_nearest_spot(data_points(dataset="ring", data_noise="0.2")).mean() > 0.1


def test_data_make_room_for_a_run(plane_run: str) -> None:
    assert "data" not in figure_keys(visit("playground", run=plane_run))


@pytest.mark.usefixtures("store")
def test_only_planes_and_their_presets_are_offered() -> None:
    app = visit("playground")
    titles = {DATASETS.get(name).title for name in PLANES}
    assert set(app.selectbox(key="dataset").options) == titles
    assert len(app.selectbox(key="preset").options) == len(PLANE_PRESETS)
    assert app.selectbox(key="network").options == ["Fully connected (MLP)"]


@pytest.mark.usefixtures("store")
def test_train_and_playground_have_a_form_each() -> None:
    app = visit("train", preset="fashion_dcgan", d_learning_rate="0.002")
    by_menu(app, "playground")
    assert app.selectbox(key="preset").value in PLANE_PRESETS
    assert app.selectbox(key="dataset").value in PLANES
    by_menu(app, "train")
    assert app.selectbox(key="preset").value == "fashion_dcgan"
    assert app.query_params["d_learning_rate"] == "0.002"


def test_train_queues_what_the_form_says(store: Store) -> None:
    app = visit("playground", preset="blobs_small", balance="0.7", pace="50")
    button(app, "Train").click().run()
    [run] = store.runs()
    assert (run.config.dataset, run.config.balance, run.config.pace) == ("blobs", 0.7, 50)
    assert app.query_params["run"] == run.id
    by_menu(app, "glossary")
    by_menu(app, "playground")
    assert app.query_params["run"] == run.id
    go_to(by_menu(app, "glossary"), "playground", preset="ring_mlp")
    assert "run" not in app.query_params, "a link says what is to be shown"


@pytest.mark.usefixtures("store")
def test_a_run_that_is_gone_leaves_the_playground_as_it_is() -> None:
    app = visit("playground", run="gone")
    assert "gone" in errors(app)[0]
    assert figure_keys(app) == ["data"]
    assert not app.run().error


@pytest.mark.usefixtures("store")
def test_link_hides_what_a_lesson_does_not_need() -> None:
    hidden = ("seed", "steps", "loss")
    app = visit("playground", hide=",".join(hidden), steps="500")
    keys = {widget.key for widget in (*app.sidebar.selectbox, *app.sidebar.select_slider)}
    keys |= {widget.key for widget in app.sidebar.number_input}
    assert not keys & set(hidden)
    assert "penalty" in keys
    button(app, "Train").click().run()
    assert app.session_state["steps"] == 500


def hidden_parts(app: AppTest) -> dict[str, bool]:
    """Which parts of the page are not there."""
    labels = {each.label for each in (*app.button, *app.toggle)}
    folded = {each.label.partition(":")[0] for each in app.expander}
    return {
        "preset": "preset" not in {each.key for each in app.selectbox},
        "layers": not app.button_group or "Layers" not in {g.label for g in app.button_group},
        "buttons": "Pause" not in labels,
        "turns": "Pause" in labels and "D alone" not in labels,
        "doctor": not any("**" in box.value for box in (*app.success, *app.info, *app.warning)),
        "changes": "Change while it trains" not in {each.value for each in app.subheader},
        "branch": "Branch" not in folded,
        "about": "Settings of this run" not in folded,
        "export": "Take it home" not in folded,
        "pair": "Side by side" not in folded,
        "seeds": "Bands" not in folded,
        "lesson": "A link for a lesson" not in folded,
    }


@pytest.mark.parametrize("part", ["", *PARTS])
def test_link_hides_a_part_of_the_page_and_no_other(plane_run: str, part: str) -> None:
    app = visit("playground", run=plane_run, hide=part)
    assert not app.exception
    assert [name for name, is_hidden in hidden_parts(app).items() if is_hidden] == [part] * (
        part != ""
    )


@pytest.mark.usefixtures("store")
def test_teacher_gets_a_link_that_hides_what_was_chosen() -> None:
    app = visit("playground", dataset="blobs")
    app.multiselect(key="hide").set_value(["doctor", "seed"]).run()
    [code] = app.code
    query = dict(parse_qsl(code.value.partition("?")[2]))
    assert query["hide"] == "doctor,seed"
    assert query["dataset"] == "blobs"
    assert "seed" in {each.key for each in app.sidebar.number_input}, "the teacher still sees it"


# ------------------------------------------------------------------------- data of one's own


def test_what_is_drawn_is_what_trains(store: Store) -> None:
    points = drawing.encode(np.array([[0.5, 0.5], [-0.5, 0.25]]))
    app = visit("playground", dataset="drawing", network="mlp", points=points)
    button(app, "Train").click().run()
    [run] = store.runs()
    np.testing.assert_allclose(
        drawing.decode(run.config.points), [[0.5, 0.5], [-0.5, 0.25]], atol=0.01
    )
    settings = next(each.value for each in app.markdown if "Seed:" in each.value)
    assert "- Drawn points: **2 points**" in settings


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("points", "!!", "points is not a drawing"), ("text", "   ", "text")],
)
def test_data_that_cannot_be_is_explained(name: str, value: str, says: str) -> None:
    dataset = "drawing" if name == "points" else "text"
    app = visit("playground", dataset=dataset, network="mlp", **{name: value})
    assert not app.exception
    assert any(says in toast for toast in toasts(app))


# ------------------------------------------------------------------------------ pairs


def test_pair_differs_in_one_setting(store: Store) -> None:
    app = visit("playground", preset="ring_mlp")
    other_value(app, "pair", "g_learning_rate", 0.01)
    button(app, "Train both").click().run()
    assert not app.exception
    second, first = store.runs()
    assert first.config == PLANE_PRESETS["ring_mlp"].config
    changed = first.config.model_copy(update={"g_learning_rate": 0.01})
    assert second.config.model_dump() == changed.model_dump()
    assert (app.query_params["run"], app.query_params["beside"]) == (first.id, second.id)


@pytest.mark.usefixtures("store")
def test_setting_of_a_pair_stays_while_it_is_there() -> None:
    app = visit("playground", preset="ring_mlp")
    app.selectbox(key="pair: setting").set_value("beta_1").run()
    for page in ("home", "playground"):
        by_menu(app, page)
    assert app.selectbox(key="pair: setting").value == "beta_1"
    app.selectbox(key="d_optimizer").set_value("sgd").run()
    app.selectbox(key="g_optimizer").set_value("sgd").run()
    assert not app.exception, "it has gone with the optimisers that have it"


def test_pair_of_equals_is_refused_and_nothing_is_queued(store: Store) -> None:
    app = visit("playground")
    button(app, "Train both").click().run()
    assert toasts(app) == ["Both runs would be the same. Choose another value."]
    assert store.runs() == []


# ---------------------------------------------------------------------------- branches


def test_branch_goes_on_from_the_step_that_is_shown(store: Store, plane_run: str) -> None:
    app = visit("playground", run=plane_run, at="40")
    other_value(app, f"branch of {plane_run}", "g_learning_rate", 0.01)
    button(app, "Branch").click().run()
    assert not app.exception
    branch_id = app.query_params["beside"]
    assert app.query_params["run"] == plane_run
    [change] = store.controls.changes(branch_id)
    assert (change.field, change.value, change.applied_step) == ("g_learning_rate", 0.01, 40)
    assert branch_id in [run.id for run in store.claims.wanting_worker()]


def test_new_pair_is_followed_whatever_step_was_shown(
    plane_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: dict[str, int | None] = {}  # steps to which the reader has gone back, by figure
    draw = live_figure._component

    def component(*, key: str, **given: Any) -> SimpleNamespace:
        draw(key=key, **given)
        return SimpleNamespace(scrubbed=shown.setdefault(key, None))

    monkeypatch.setattr(live_figure, "_component", component)
    app = visit("playground", run=plane_run)
    for pressed in ("Branch", "Start over"):
        shown.update(dict.fromkeys(shown, 40))
        app.run()
        assert app.query_params["at"] == "40"
        button(app, pressed).click().run()
        assert [view["at"] for view in live_views(app)] == [None, None], pressed
        assert "at" not in app.query_params


@pytest.mark.parametrize("at", ["-1", "x", "", "99999999999"])
def test_step_in_a_link_that_is_none_is_ignored(plane_run: str, at: str) -> None:
    app = visit("playground", run=plane_run, at=at)
    assert ["names no step" in toast.value for toast in app.toast] == [True]
    assert not app.exception
    assert live_data(app)["at"] is None


def game_of(app: AppTest) -> tuple[list[float], str]:
    """Heights of the lines of the equilibrium, and the title of D's answers."""
    layout = live_data(app)["figures"][0]["layout"]
    return [shape["y0"] for shape in layout.get("shapes", [])], layout["annotations"][1]["text"]


def test_branch_shows_its_own_settings_and_the_equilibrium_that_goes_with_them(
    store: Store, plane_run: str
) -> None:
    lines, title = game_of(visit("playground", run=plane_run))
    assert lines == pytest.approx([1.3863, 0.6931, 0.5], abs=1e-4)
    assert "verdict" in title
    from_the_start = store.branch(plane_run, 0, "loss", "least_squares")
    app = visit("playground", run=from_the_start)
    lines, title = game_of(app)
    assert lines == [0.5, 0.25, 0.5]
    assert "score" in title
    assert any("Loss: **Least squares**" in each.value for each in app.markdown)
    lines, title = game_of(visit("playground", run=store.branch(plane_run, 40, "loss", "hinge")))
    assert lines == [], "each loss has its own"
    assert "score" in title


# ------------------------------------------------------------------------------ layers


def test_link_switches_layers(plane_run: str) -> None:
    app = visit("playground", run=plane_run, layers="fake,arrows,nonsense")
    on = [layer for layer, is_on in live_data(app)["plane"]["layers"].items() if is_on]
    assert on == ["fake", "arrows"]
    assert ["does not have" in toast.value for toast in app.toast] == [True]
    assert app.query_params["layers"] == "fake,arrows"
    app.button_group(key="layers").set_value([]).run()
    assert app.query_params["layers"] == "none"
    assert not visit("playground", run=plane_run, layers="none").toast
    by_menu(app, "failures")
    go_to(app, "playground", run=plane_run, layers="real")  # as the gallery does
    assert live_data(app)["plane"]["layers"] == dict.fromkeys(LAYERS, False) | {"real": True}


def opinion(app: AppTest) -> str:
    """What the doctor says."""
    assert not app.exception
    [said] = [b.value for b in (*app.success, *app.info, *app.warning) if b.value.startswith("**")]
    return str(said).strip()


def test_doctor_says_what_it_sees_and_in_a_challenge_no_more(plane_run: str) -> None:
    whole = opinion(visit("playground", run=plane_run))
    seen = opinion(visit("playground", run=plane_run, hide=hidden_in(CHALLENGES["every_spot"])))
    assert whole.startswith(seen)
    assert len(whole) > len(seen), "it advises"


def heard_of(store: Store, seconds_ago: float, state: str = "ready") -> None:
    """An engine that last wrote so long ago, and lives: the machine's oldest process."""
    store.engines.seen(Engine(f"{socket.gethostname()}:1:.0", 2, state, None))
    with store._database.write() as db:
        db.execute(tables.engines.update().values(seen=time.time() - seconds_ago))


@pytest.mark.parametrize(("seconds", "is_said"), [(SILENT_SECONDS - 5, False), (50, True)])
def test_a_run_whose_engine_cannot_write_says_so(
    store: Store, plane_run: str, seconds: float, is_said: bool
) -> None:
    store.claims.take(plane_run, holder := holder_name(), force=True)
    store.set_status(plane_run, holder, "running")
    heard_of(store, seconds)
    app = visit("playground", run=plane_run)
    assert any("cannot write" in warning.value for warning in app.warning) == is_said
    assert any("cannot write" in toast for toast in toasts(app)) == is_said
    store.set_status(plane_run, holder, "finished")
    app.run()
    assert not any("cannot write" in warning.value for warning in app.warning), "nothing to write"


@pytest.mark.parametrize("page", ["train", "playground", "bug_hunt"])
def test_runs_wait_and_the_page_says_what_for(store: Store, page: str) -> None:
    app = visit(page)
    [waits] = [warning.value for warning in app.warning if "Runs wait" in warning.value]
    assert "is starting" in waits
    heard_of(store, 0, "alone")
    app.run()
    [waits] = [warning.value for warning in app.warning if "Runs wait" in warning.value]
    assert "GAN_SCHEDULER" in waits
    heard_of(store, 0)
    app.run()
    assert not any("Runs wait" in warning.value for warning in app.warning)


def test_doctor_thinks_once_for_all_who_watch_until_something_happens(
    store: Store, plane_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def counted(steps: np.ndarray, *curves: Any, **more: Any) -> list[Finding]:
        seen.append(int(steps[-1]))
        return diagnose(steps, *curves, **more)

    monkeypatch.setattr(doctor, "diagnose", counted)
    app = visit("playground", run=plane_run)
    visit("playground", run=plane_run)
    app.run()
    assert seen == [100]
    store.controls.request(plane_run, "set", "d_learning_rate", 0.25)
    app.run()
    assert seen == [100, 100]
    holder, records = holder_name(), np.zeros((5, len(RECORD_FIELDS)), np.float32)
    store.claims.take(plane_run, holder, force=True)
    store.record.append(plane_run, holder, step=105, points={0: records}, images_per_second=1.0)
    app.run()
    assert seen == [100, 100, 105]
    store.controls.request(plane_run, "turn_d")
    for control in store.controls.pending(plane_run):
        store.controls.mark_applied(plane_run, holder, control, 105)
    app.run()
    assert seen[3:] == [105], "no step, but D is another"


def test_turns_of_one_player_are_asked_for(store: Store, plane_run: str) -> None:
    holder = holder_name()
    store.claims.take(plane_run, holder, force=True)
    store.set_status(plane_run, holder, "paused")
    app = visit("playground", run=plane_run)
    button(app, "D alone").click().run()
    button(app, "G alone").click().run()
    assert [control.action for control in store.controls.pending(plane_run)] == ["turn_d", "turn_g"]


def test_slow_motion_sets_the_pace_and_shows_what_happens_in_a_step(
    store: Store, plane_run: str
) -> None:
    app = visit("playground", run=plane_run)
    assert not live_data(app)["plane"]["layers"]["game"]
    app.toggle(key=f"slow {plane_run}").set_value(True).run()
    [control] = store.controls.pending(plane_run)
    assert (control.field, control.value) == ("pace", SLOW_MOTION)
    assert live_data(app)["plane"]["layers"]["game"]
    assert app.toggle(key=f"slow {plane_run}").value
    # The browser may come once more with the layers as they were.
    app.button_group(key="layers").set_value(["real", "fake"]).run()
    assert live_data(app)["plane"]["layers"]["game"]
    app.run()  # now it has seen it
    app.button_group(key="layers").set_value(["real", "fake"]).run()
    assert not live_data(app)["plane"]["layers"]["game"], "a reader may switch it off"
    app.toggle(key=f"slow {plane_run}").set_value(False).run()
    assert store.controls.config_now(plane_run).pace == FULL_SPEED


def test_start_over_queues_the_same_run_and_stops_this_one(store: Store, plane_run: str) -> None:
    app = visit("playground", run=plane_run, at="40")
    button(app, "Start over").click().run()
    assert not app.exception
    again = app.query_params["run"]
    assert again != plane_run
    assert store.run(again).config == store.run(plane_run).config
    assert [control.action for control in store.controls.pending(plane_run)] == ["stop"]
    assert "at" not in app.query_params


def test_start_over_shows_the_new_run_though_this_one_has_ended_meanwhile(
    store: Store, plane_run: str
) -> None:
    app, holder = visit("playground", run=plane_run), holder_name()
    store.claims.take(plane_run, holder, force=True)
    store.set_status(plane_run, holder, "finished")
    button(app, "Start over").click().run()
    assert toasts(app) == []
    assert app.query_params["run"] == store.runs()[0].id != plane_run


def test_start_over_repeats_what_a_branch_changed(store: Store, plane_run: str) -> None:
    branch = store.branch(plane_run, 40, "loss", "hinge")
    app = visit("playground", run=plane_run, beside=branch)
    app.button(key=f"again {branch}").click().run()
    assert not app.exception
    again = app.query_params["beside"]
    assert again not in (plane_run, branch)
    assert app.query_params["run"] == plane_run
    assert store.controls.config_at(again, 39).loss == store.run(plane_run).config.loss
    assert store.controls.config_at(again, 40).loss == "hinge"


def test_settings_that_may_change_are_in_the_panel(store: Store, plane_run: str) -> None:
    app = visit("playground", run=plane_run)
    app.selectbox(key=f"loss of {plane_run}").set_value("wasserstein").run()
    assert not app.exception
    [control] = store.controls.pending(plane_run)
    assert (control.field, control.value) == ("loss", "wasserstein")
