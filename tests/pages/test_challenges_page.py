"""The challenges: their page, their box in the playground, and what the class has tried."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.challenges import CHALLENGES, Challenge
from gan_core.config import RunConfig
from gan_core.runs.claims import holder_name
from gan_core.runs.job import execute
from gan_core.runs.store import Store
from pages.parts import visitor
from pages.parts.challenge import link_to, tries
from tests.page_visit import button, by_menu, go_to, visit, visit_folded

every_challenge = pytest.mark.parametrize("challenge", CHALLENGES.values(), ids=list(CHALLENGES))
SPOTS = CHALLENGES["every_spot"]
GOOD = {"modes_covered": 8.0, "sliced_wasserstein": 0.0912}
BAD = GOOD | {"modes_covered": 2.0}


def trained(
    store: Store,
    measures: dict[str, float],
    config: RunConfig = SPOTS.config,
    *,
    status: str = "finished",
    owner: str | None = None,
    turn: str = "",
    missing: int = 0,
) -> str:
    """A run as if it had been trained, `missing` steps before its last, with these measures there.

    Before its first step, a player may have had a turn alone.
    """
    holder = holder_name()
    run_id = store.create_run(config, claimed_by=holder, owner=owner)
    if turn:
        ask(store, run_id, holder, 0, turn)
    reach(store, run_id, holder, config.steps - missing, measures)
    store.give_back(run_id, holder, status)
    return run_id


def ask(store: Store, run_id: str, holder: str, step: int, *request: object) -> None:
    """Have something asked of a run, and obeyed after a step."""
    store.controls.request(run_id, *request)  # type: ignore[arg-type]
    [asked] = store.controls.pending(run_id)
    store.controls.mark_applied(run_id, holder, asked, step)


def reach(store: Store, run_id: str, holder: str, step: int, measures: dict[str, float]) -> None:
    """Have a run come to a step with these measures."""
    store.record.append(
        run_id,
        holder,
        step=step,
        points={},
        images_per_second=1.0,
        frame=b"{}",
        measures=measures,
    )


def gone_on(store: Store, run_id: str, measures: dict[str, float], status: str) -> str:
    """Let a finished run take 500 steps more; returns who trains it."""
    holder = holder_name()
    store.extend(run_id, 500, claimed_by=holder)
    reach(store, run_id, holder, SPOTS.config.steps + 500, measures)
    store.set_status(run_id, holder, status)
    return holder


def box(run_id: str | None = None) -> AppTest:
    """The playground with a challenge, and with a run if there is one."""
    app = visit("playground", **link_to(SPOTS), **({"run": run_id} if run_id else {}))
    assert not app.exception
    return app


def sentences(app: AppTest) -> list[str]:
    return [each.value for each in (*app.markdown, *app.success, *app.warning, *app.caption)]


def labels(app: AppTest) -> set[str]:
    return {each.label for each in app.button}


def drawn(app: AppTest) -> set[str]:
    """The settings that can be changed."""
    widgets = (*app.selectbox, *app.slider, *app.select_slider, *app.number_input)
    return {str(each.key) for each in widgets} & set(RunConfig.names())


def says(app: AppTest, words: str) -> bool:
    return any(words in sentence for sentence in sentences(app))


@every_challenge
def test_link_sets_up_the_run_and_leaves_what_is_free(store: Store, challenge: Challenge) -> None:
    app = visit("playground", **link_to(challenge))
    assert not app.exception
    fields = drawn(app)
    assert fields <= set(challenge.free)
    assert fields >= set(challenge.free) - {"penalty_weight"}  # is there once a penalty is
    button(app, "Train").click().run()
    (run,) = store.runs()
    assert run.config == challenge.config


@pytest.mark.slow
@every_challenge
def test_run_misses_its_goals_as_it_is_and_reaches_them_with_the_solution(
    store: Store, challenge: Challenge
) -> None:
    for config, solves in ((challenge.config, False), (challenge.solved, True)):
        holder = holder_name()
        run_id = store.create_run(config, claimed_by=holder)
        assert execute(store.url, run_id, holder) in ("finished", "diverged")
        newest, *_earlier = tries()
        assert (newest.challenge, newest.solved) == (challenge.name, solves)


def test_box_says_what_is_to_be_reached_before_anything_is_trained(store: Store) -> None:
    app = box()
    assert says(app, "Modes covered: at least **7**")
    assert says(app, "Sliced W₁: at most **0.2**")
    assert not says(app, "now")
    way_out = next(each.proto for each in app.get("page_link") if "Leave" in each.proto.label)
    app.query_params.clear()
    go_to(app, way_out.page, **dict(parse_qsl(way_out.query_string)))
    assert not says(app, "Modes covered: at least")
    assert "preset" in {each.key for each in app.selectbox}


def test_settings_stay_where_a_challenge_is_left(store: Store) -> None:
    app = visit("playground", **link_to(CHALLENGES["first_aid"]))
    app.select_slider(key="d_learning_rate").set_value(0.01).run()
    way_out = next(each.proto for each in app.get("page_link") if "Leave" in each.proto.label)
    query = dict(parse_qsl(way_out.query_string))
    assert query["d_learning_rate"] == "0.01"
    app.query_params.clear()
    go_to(app, way_out.page, **query)
    assert app.select_slider(key="d_learning_rate").value == 0.01


def test_run_that_reaches_all_goals_solves_it(store: Store) -> None:
    app = box(trained(store, GOOD))
    by_menu(app, "glossary")
    by_menu(app, "playground")
    assert "preset" not in {each.key for each in app.selectbox}, "what is not free stays hidden"
    assert says(app, "now 0.0912")
    assert says(app, f"**Solved.** {SPOTS.why}")


def test_run_that_misses_a_goal_does_not(store: Store) -> None:
    app = box(trained(store, BAD))
    assert says(app, "now 2")
    assert says(app, "Not yet.")


def test_run_with_another_seed_does_not_count(store: Store) -> None:
    config = RunConfig.parse({**SPOTS.settings, "seed": 9})
    assert says(box(trained(store, GOOD, config)), "not to be changed: Seed")


def test_run_in_which_one_player_had_turns_alone_does_not_count(store: Store) -> None:
    run_id = trained(store, GOOD, turn="turn_g")
    assert says(box(run_id), "Turns of one player alone")
    assert tries() == []


def test_nothing_is_offered_that_would_break_the_rules(store: Store) -> None:
    paused = trained(store, BAD, status="paused")
    assert {"Resume", "One step"} <= labels(box(paused))
    assert not {"D alone", "G alone"} & labels(box(paused))
    assert not any(label.startswith("Go on for") for label in labels(box(trained(store, BAD))))
    app = visit("playground", run=paused)
    assert {"D alone", "G alone"} <= labels(app)


def test_slow_motion_breaks_no_rule(store: Store) -> None:
    run_id = trained(store, GOOD, RunConfig.parse({**SPOTS.settings, "pace": 1.0}))
    assert [each.solved for each in tries()] == [True]
    assert says(box(run_id), "Solved")


def test_run_that_was_stopped_does_not_count(store: Store) -> None:
    app = box(trained(store, GOOD, status="stopped", missing=1))
    assert says(app, "This run ended at step 3,999")
    assert tries() == []


def test_run_that_diverged_was_a_try(store: Store) -> None:
    trained(store, GOOD, status="diverged", missing=1)
    assert [each.solved for each in tries()] == [False]


@pytest.mark.parametrize("status", ["running", "paused", "stopped", "finished", "diverged"])
@pytest.mark.parametrize(("then", "later"), [(GOOD, BAD), (BAD, GOOD)])
def test_run_that_goes_on_elsewhere_is_judged_by_the_step_that_counts(
    store: Store, status: str, then: dict[str, float], later: dict[str, float]
) -> None:
    run_id = trained(store, then)
    holder = gone_on(store, run_id, later, status="running")
    ask(store, run_id, holder, SPOTS.config.steps + 100, "set", "loss", "hinge")
    ask(store, run_id, holder, SPOTS.config.steps + 100, "turn_g")
    store.set_status(run_id, holder, status)
    assert [each.solved for each in tries()] == [then is GOOD]
    assert says(box(run_id), "Solved." if then is GOOD else "Not yet.")


def test_branch_counts_if_nothing_but_what_is_free_was_changed(store: Store) -> None:
    run_id = trained(store, BAD)
    gone_on(store, run_id, GOOD, "finished")
    for field, value, counts in (("d_learning_rate", 0.001, True), ("loss", "hinge", False)):
        branch = store.branch(run_id, 2000, field, value)
        holder = holder_name()
        store.claims.take(branch, holder)
        reach(store, branch, holder, SPOTS.config.steps, GOOD)
        assert any(each.solved for each in tries()) == counts
        store.delete(branch)


def test_turn_at_the_very_step_that_counts_breaks_the_rules(store: Store) -> None:
    run_id = trained(store, BAD)
    holder = gone_on(store, run_id, BAD, "running")
    ask(store, run_id, holder, SPOTS.config.steps, "turn_g")
    assert tries() == []


@pytest.mark.usefixtures("store")
def test_what_is_free_is_in_view() -> None:
    app = visit_folded("playground", **link_to(SPOTS))
    assert set(SPOTS.free) <= drawn(app)


def test_run_that_trains_is_not_judged_yet(store: Store) -> None:
    app = box(trained(store, GOOD, status="running", missing=1))
    assert says(app, "What counts is step 4,000.")
    assert not says(app, "Solved.")


def test_unknown_challenge_is_the_playground_as_ever(store: Store) -> None:
    app = visit("playground", challenge="of_nobody")
    assert not app.exception
    assert says(app, "press **Train**")


def test_page_tells_what_the_visitor_has_tried(store: Store) -> None:
    trained(store, BAD, owner=visitor.visitor())
    trained(store, GOOD, owner=visitor.new())
    assert says(visit("challenges"), "tries: 1")
    trained(store, GOOD, owner=visitor.visitor())
    app = visit("challenges")
    assert says(app, "solved")
    assert not says(app, "tries")


def test_class_is_counted_by_heads(store: Store) -> None:
    one, other = visitor.new(), visitor.new()
    for owner, measures in ((one, BAD), (one, GOOD), (one, GOOD), (other, BAD)):
        trained(store, measures, owner=owner)
    trained(store, GOOD)  # from a shell: nobody knows by whom
    (table,) = visit("classroom").table
    assert table.value.values.tolist() == [[SPOTS.title, "2", "1"]]
