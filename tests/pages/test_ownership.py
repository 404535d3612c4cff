"""Whose a run is: one's own are at hand, another's ask first, and nobody else notices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.bug_hunt import HUNT, case_of, faulty, mends_while_it_trains
from gan_core.presets import PLANE_PRESETS
from gan_core.runs.claims import holder_name
from gan_core.runs.run import ENDED
from gan_core.runs.store import Store
from gan_core.runs.sweeping import start_sweep
from pages.parts import visitor
from tests.page_visit import button, go_to, texts, toasts, visit

CONFIG = PLANE_PRESETS["ring_mlp"].config
ANOTHER = "a" * 32
NOTICE = "This run was started from another browser."
ASK = "Control it anyway"
COPY = "Start my own copy"
CONTROLS = {"Pause", "Resume", "One step", "D alone", "G alone", "Stop", "Cancel"}
Start = Callable[..., str]


@pytest.fixture
def me(cookies: dict[str, str]) -> str:
    """The visitor's number."""
    return cookies[visitor.COOKIE]


@pytest.fixture
def started(store: Store) -> Start:
    """Starts a run of anybody's, and has it get somewhere."""

    def start(owner: str | None = ANOTHER, status: str = "running", name: str = "") -> str:
        run_id, holder = store.create_run(CONFIG, name, owner=owner), holder_name()
        store.claims.take(run_id, holder)
        store.record.append(run_id, holder, step=9, points={}, images_per_second=None)
        store.set_status(run_id, holder, status)
        if status in ENDED:
            store.claims.release(run_id, holder)
        return run_id

    return start


def labels(app: AppTest) -> set[str]:
    return {each.label for each in (*app.main.button, *app.main.toggle)}


def asked_of(store: Store, run_id: str) -> list[str]:
    return [control.action for control in store.controls.pending(run_id)]


# ------------------------------------------------------------------------ who visits


@pytest.mark.parametrize(
    "value", ["", "A" * 32, "a" * 31, "a" * 33, "a" * 32 + "\n", '"><script>alert(1)</script>', "é"]
)
def test_cookie_that_holds_something_else_is_ignored(
    store: Store, cookies: dict[str, str], value: str
) -> None:
    cookies[visitor.COOKIE] = value
    button(visit("train"), "Train").click().run()
    [owner] = store.owners.all().values()
    assert owner != value
    assert visitor.known({visitor.COOKIE: owner}) == owner


def test_numbers_are_never_the_same() -> None:
    numbers = {visitor.new() for _ in range(100)}
    assert len(numbers) == 100
    assert all(visitor.known({visitor.COOKIE: number}) for number in numbers)


def test_browser_that_got_two_numbers_is_known_by_the_first() -> None:
    first, second = visitor.new(), visitor.new()
    for kept in ((first, second), (second, first)):
        assert visitor.known({visitor.cookie_of(number): number for number in kept}) == first


def test_browser_that_keeps_no_cookies_is_known_until_it_reloads(
    store: Store, cookies: dict[str, str]
) -> None:
    cookies.clear()
    app = visit("train")
    button(app, "Train").click().run()
    assert NOTICE not in " ".join(texts(app))
    button(go_to(app, "playground"), "Train").click().run()
    assert len({*store.owners.all().values()}) == 1
    button(visit("train"), "Train").click().run()
    assert len({*store.owners.all().values()}) == 2


# ---------------------------------------------------------------- whose a new run is


def press(label: str, page: str, **query: str) -> AppTest:
    app = visit(page, **query)
    return button(app, label).click().run()


@pytest.mark.parametrize(
    ("page", "label", "n_runs"),
    [
        ("train", "Train", 1),
        ("train", "Train (runs: 3)", 3),
        ("playground", "Train", 1),
        ("playground", "Train both", 2),
        ("failures", "Train both", 2),
        ("bug_hunt", "Run it", 2),
    ],
)
def test_run_belongs_to_whoever_pressed(
    store: Store, me: str, page: str, label: str, n_runs: int
) -> None:
    app = visit(page)
    if page == "playground" and label == "Train both":
        app.selectbox(key="pair: setting").set_value("loss").run()
        app.selectbox(key="pair: loss").set_value("hinge").run()
    button(app, label).click().run()
    told = ["Both runs have begun: they are shown below."] if page == "bug_hunt" else []
    assert toasts(app) == told
    assert [*store.owners.all().values()] == [me] * n_runs
    assert me not in str(app.query_params), "links are shared"


@pytest.mark.parametrize("label", [COPY, "Branch", "Train with other seeds"])
def test_run_made_of_another_s_is_one_s_own_and_leaves_it_alone(
    store: Store, me: str, started: Start, label: str
) -> None:
    run_id = started()
    app = visit("train", run=run_id)
    if label == "Branch":
        app.selectbox(key=f"branch of {run_id}: setting").set_value("loss").run()
        app.selectbox(key=f"branch of {run_id}: loss").set_value("hinge").run()
    button(app, label).click().run()
    assert not app.exception
    assert toasts(app) == []
    owners = store.owners.all()
    assert owners.pop(run_id) == ANOTHER
    assert owners
    assert {*owners.values()} == {me}
    assert asked_of(store, run_id) == []
    if label == COPY:
        assert [app.query_params["run"]] == [*owners]


def test_another_s_run_is_not_stopped_where_its_fault_is_mended(store: Store, me: str) -> None:
    fault = next(filter(mends_while_it_trains, HUNT))
    run_id, holder = store.create_run(faulty(fault), owner=ANOTHER), holder_name()
    store.claims.take(run_id, holder)
    store.set_status(run_id, holder, "running")
    at = case_of(fault).at + 1
    store.record.append(run_id, holder, step=at, points={}, images_per_second=1.0)
    app = visit("bug_hunt", program=str([*HUNT].index(fault) + 1), run=run_id)
    app.toggle(key=f"show {fault.name}").set_value(True).run()
    button(app, "Fix it").click().run()
    assert toasts(app) == []
    assert store.owners.of(app.query_params["mended"]) == me
    assert asked_of(store, run_id) == []


# ------------------------------------------------------------------- another's asks


@pytest.mark.parametrize("page", ["train", "playground"])
@pytest.mark.parametrize("status", ["queued", "running", "paused", "finished", "stopped", "failed"])
def test_another_s_run_is_changed_only_by_who_wants_to(
    started: Start, page: str, status: str
) -> None:
    run_id = started(status=status)
    app = visit(page, run=run_id)
    assert NOTICE in " ".join(texts(app))
    assert {ASK, COPY} <= labels(app)
    changing = {*CONTROLS, "Start over", "Slow motion", "Go on for 19,991 more steps"}
    assert not labels(app) & changing
    assert f"loss of {run_id}" not in {each.key for each in app.selectbox}
    app.toggle(key=f"switch: control {run_id}").set_value(True).run()
    assert labels(app) & changing
    assert COPY in labels(app), "it never stops another's run"
    assert (f"loss of {run_id}" in {each.key for each in app.selectbox}) == (status not in ENDED)


def test_who_wants_to_control_another_s_run_says_so_once(store: Store, started: Start) -> None:
    run_id = started(name="theirs")
    app = visit("runs")
    app.toggle(key=f"switch: control {run_id}").set_value(True).run()
    app.text_input(key=f"name {run_id}").set_value("ours")
    app.button(key=f"rename {run_id}").click().run()
    assert store.run(run_id).name == "ours"
    app = go_to(app, "train", run=run_id)
    button(app, "Pause").click().run()
    assert asked_of(store, run_id) == ["pause"]
    button(app, COPY).click().run()
    assert asked_of(store, run_id) == ["pause"]


@pytest.mark.parametrize("owner", ["me", "nobody"])
def test_one_s_own_run_and_nobody_s_are_at_hand(
    store: Store, me: str, started: Start, owner: str
) -> None:
    run_id = started(me if owner == "me" else None)
    app = visit("train", run=run_id)
    assert NOTICE not in " ".join(texts(app))
    assert {"Pause", "Stop", "Start over", "Slow motion"} <= labels(app)
    assert not labels(app) & {ASK, COPY}
    button(app, "Start over").click().run()
    assert asked_of(store, run_id) == ["stop"]


@pytest.mark.parametrize(
    ("hide", "asks"), [("buttons", True), ("changes", True), ("buttons,changes", False)]
)
def test_link_that_hides_all_that_changes_a_run_asks_nothing(
    started: Start, hide: str, asks: bool
) -> None:
    assert (ASK in labels(visit("playground", run=started(), hide=hide))) == asks


@pytest.mark.parametrize("theirs", [True, False])
def test_other_seeds_of_somebody_else_are_not_stopped(
    store: Store, me: str, started: Start, theirs: bool
) -> None:
    run_id = started(me)
    others = [store.replicate(run_id, 2, owner=ANOTHER)]
    if not theirs:
        others.append(store.replicate(run_id, 3, owner=me))
    app = visit("playground", run=run_id, seeds=",".join(others))
    label = "Stop the other seeds"
    assert (label in labels(app)) != theirs
    if not theirs:
        button(app, label).click().run()
        assert [store.run(each).status for each in others] == ["queued", "stopped"]


# ---------------------------------------------------------------------- lists of runs


def listed(app: AppTest) -> list[str]:
    """Names of the runs in the list, from top to bottom."""
    links = [node.proto.label for node in app.main if node.type == "page_link"]
    return [label for label in links if label != "Compare runs side by side"]


def whose(app: AppTest, value: str) -> AppTest:
    return app.button_group(key="switch of whose runs are listed").set_value(value).run()


def has_choice(app: AppTest) -> bool:
    return "switch of whose runs are listed" in {each.key for each in app.button_group}


def test_list_has_one_s_own_runs_first_and_all_on_demand(me: str, started: Start) -> None:
    for name, owner in (("theirs", ANOTHER), ("mine", me), ("nobody's", None)):
        started(owner, name=name)
    app = visit("runs")
    assert listed(app) == ["mine"]
    assert not any("**mine**" in each.value for each in app.caption)
    app = whose(app, "all")
    assert listed(app) == ["nobody\\'s", "mine", "theirs"]
    assert ["**mine**" in each.value for each in app.caption] == [False, True, False]
    assert len(go_to(app, "compare").multiselect[0].options) == 3, "the choice stays"
    assert len(listed(go_to(go_to(app, "home"), "runs"))) == 3


@pytest.mark.parametrize("owners", [["me", "nobody"], ["another", "nobody"], ["another", "third"]])
def test_where_there_is_nothing_to_choose_all_are_listed(
    me: str, started: Start, owners: list[str]
) -> None:
    known = {"me": me, "nobody": None, "another": ANOTHER, "third": "b" * 32}
    for name in owners:
        started(known[name], name=name)
    app = visit("runs")
    assert listed(app) == owners[::-1]
    assert not has_choice(app)
    assert not any("**mine**" in each.value for each in app.caption)


def test_comparison_offers_one_s_own_runs_and_those_that_a_link_names(
    me: str, started: Start
) -> None:
    mine, linked = started(me, name="a"), started(name="b")
    started(name="c")
    app = visit("compare")
    assert app.multiselect[0].options == ["a · running"]
    app = visit("compare", runs=f"{mine},{linked}")
    assert app.multiselect[0].value == [mine, linked]
    assert app.multiselect[0].options == ["b · running", "a · running · mine"]
    assert len(whose(app, "all").multiselect[0].options) == 3


def test_sweeps_are_one_s_own_at_first_but_for_the_one_that_a_link_names(
    store: Store, me: str
) -> None:
    start_sweep(store, CONFIG, "beta_1", [0, 0.5], owner=me)
    theirs = start_sweep(store, CONFIG, "beta_1", [0, 0.5], owner=ANOTHER)
    assert numbers_of_sweeps(visit("sweep")) == ["1"]
    app = visit("sweep", sweep=theirs.label)
    assert app.selectbox(key="sweep").value == theirs.label
    assert numbers_of_sweeps(app) == ["2", "1 · mine"]


def numbers_of_sweeps(app: AppTest) -> list[str]:
    return [title.split(" · ", 2)[2] for title in app.selectbox(key="sweep").options]
