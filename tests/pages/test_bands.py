"""Bands: other seeds are trained, shown, named in the link; what does not belong is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.presets import PRESETS
from gan_core.runs.claims import holder_name
from gan_core.runs.run import ENDED
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS
from tests.page_visit import button, by_menu, steady_figures, toasts, visit

HIGHEST = 2_000_000
Grow = Callable[..., str]


@pytest.fixture
def grow(store: Store) -> Grow:
    """Makes a run of the ring, or takes one that waits, as far as some step; returns its id.

    It covers `modes` modes from the start, and its losses are 1 and 2.
    """

    def make(
        seed: int = 1,
        modes: float = 4.0,
        step: int = 100,
        status: str = "finished",
        run_id: str = "",
        preset: str = "ring_mlp",
        **settings: Any,
    ) -> str:
        config = PRESETS[preset].config.model_copy(update={"seed": seed, **settings})
        holder = holder_name()
        run_id = run_id or store.create_run(config)
        assert store.claims.take(run_id, holder, force=True)
        records = np.tile(np.array([1.0, 2.0, 0.5, 0.5, 0.0], np.float32), (step, 1))
        assert records.shape[1] == len(RECORD_FIELDS)
        for at, points in ((0, {}), (step, {0: records})):
            store.record.append(
                run_id,
                holder,
                step=at,
                points=points,
                images_per_second=1.0,
                frame=b"{}",
                measures={"modes_covered": modes, "sliced_wasserstein": modes / 10},
            )
        store.set_facts(run_id, holder, {"floors": {"modes_covered": 8.0}})
        store.set_status(run_id, holder, status)
        if status in ENDED:
            store.claims.release(run_id, holder)
        return run_id

    return make


def change(store: Store, run_id: str, step: int, field: str, value: Any) -> None:
    """Change a run mid-run, as its worker would have done it."""
    holder = holder_name()
    store.claims.take(run_id, holder, force=True)
    store.controls.request(run_id, "set", field, value)
    [control] = store.controls.pending(run_id)
    store.controls.mark_applied(run_id, holder, control, step)


def others(app: AppTest) -> list[str]:
    asked = app.query_params.get("seeds", "")
    return str(asked[0] if isinstance(asked, list) else asked).split(",")


def traces(app: AppTest) -> dict[str, Any]:
    """The figure of the band: values by the name of the trace."""
    [figure] = steady_figures(app)
    return {trace["name"]: list(np.array(trace["y"], float)) for trace in figure["data"]}


def sentence(app: AppTest) -> str:
    """What the band says."""
    return next(each.value for each in app.markdown if each.value.startswith("At step"))


def captions(app: AppTest) -> str:
    return "\n".join(each.value for each in app.caption)


# ---------------------------------------------------------------------------- the button


@pytest.mark.parametrize("page", ["playground", "train"])
def test_button_queues_the_next_seeds_of_the_same_settings(
    store: Store, grow: Grow, page: str
) -> None:
    run_id = grow(seed=7)
    app = visit(page, run=run_id)
    button(app, "Train with other seeds").click().run()
    assert not app.exception
    assert toasts(app) == []
    runs = [store.run(each) for each in others(app)]
    assert [run.config.seed for run in runs] == [8, 9, 10, 11]
    first = store.run(run_id)
    for run in runs:
        assert run.status == "queued"
        assert run.name == f"{first.name} · seed {run.config.seed}"
        settings = run.config.model_dump()
        assert settings == first.config.model_dump() | {"seed": run.config.seed}


def test_reader_says_how_many(store: Store, grow: Grow) -> None:
    app = visit("playground", run=grow())
    app.slider(key="how many seeds").set_value(9).run()
    button(app, "Train with other seeds").click().run()
    assert [store.run(each).config.seed for each in others(app)] == list(range(2, 11))


def test_how_many_stays_on_the_way_home_and_back(grow: Grow) -> None:
    app = visit("playground", run=grow())
    app.slider(key="how many seeds").set_value(9).run()
    for page in ("home", "playground"):
        by_menu(app, page)
    assert app.slider(key="how many seeds").value == 9


def test_after_the_highest_seed_comes_the_lowest(store: Store, grow: Grow) -> None:
    app = visit("playground", run=grow(seed=HIGHEST - 1))
    button(app, "Train with other seeds").click().run()
    seeds = [store.run(each).config.seed for each in others(app)]
    assert seeds == [HIGHEST, 0, 1, 2]


def test_only_seeds_that_are_missing_are_trained(store: Store, grow: Grow) -> None:
    run_id, third = grow(), grow(seed=3)
    app = visit("playground", run=run_id, seeds=third)
    button(app, "Train with other seeds").click().run()
    assert others(app)[0] == third
    assert [store.run(each).config.seed for each in others(app)] == [3, 2, 4, 5]
    button(app, "Train with other seeds").click().run()
    assert toasts(app) == ["These seeds are there already. Choose more of them."]
    assert len(store.runs()) == 5
    assert len(others(app)) == 4, "nothing is lost"


def test_changes_so_far_are_repeated(store: Store, grow: Grow) -> None:
    run_id = grow(status="running")
    change(store, run_id, 50, "loss", "hinge")
    app = visit("playground", run=run_id)
    button(app, "Train with other seeds").click().run()
    for each in others(app):
        [repeated] = store.controls.changes(each)
        assert (repeated.field, repeated.value, repeated.applied_step) == ("loss", "hinge", 50)


def test_long_name_is_cut(store: Store, grow: Grow) -> None:
    run_id = grow()
    store.rename(run_id, "n" * 80)
    app = visit("playground", run=run_id)
    button(app, "Train with other seeds").click().run()
    assert toasts(app) == []
    assert store.run(others(app)[0]).name == "n" * 71 + " · seed 2"


def test_other_seeds_are_stopped_together_and_the_run_is_not(store: Store, grow: Grow) -> None:
    run_id = grow(status="running")
    running, waiting = grow(seed=2, status="running"), store.replicate(run_id, 3)
    app = visit("playground", run=run_id, seeds=f"{running},{waiting}")
    button(app, "Stop the other seeds").click().run()
    assert not app.exception
    assert [control.action for control in store.controls.pending(running)] == ["stop"]
    assert store.run(waiting).status == "stopped"
    assert store.controls.pending(run_id) == []


def test_other_seeds_are_stopped_though_one_has_ended_meanwhile(store: Store, grow: Grow) -> None:
    run_id, first, second = (grow(seed=seed, status="running") for seed in (1, 2, 3))
    app = visit("playground", run=run_id, seeds=f"{first},{second}")
    grow(run_id=first)
    button(app, "Stop the other seeds").click().run()
    assert toasts(app) == []
    assert [control.action for control in store.controls.pending(second)] == ["stop"]


def test_where_nothing_moves_there_is_nothing_to_stop(grow: Grow) -> None:
    app = visit("playground", run=grow(), seeds=grow(seed=2))
    assert "Stop the other seeds" not in [each.label for each in app.button]


# --------------------------------------------------------------------------- what it says


def test_band_of_three_seeds(grow: Grow) -> None:
    run_id = grow(modes=6, step=4000)
    link = ",".join([grow(seed=2, modes=3, step=4000), grow(seed=3, modes=8, step=4000)])
    app = visit("playground", run=run_id, seeds=link)
    assert not app.exception
    assert sentence(app) == (
        "At step 4,000: median **6**, from **3** to **8**, over 3 of 3 seeds. "
        "This run: 6. Real samples: 8."
    )
    drawn = traces(app)
    assert set(drawn["Median"]) == {6}
    assert set(drawn["This run"]) == {6}
    surface = np.array(drawn["Range, lowest to highest"])
    assert set(surface[np.isfinite(surface)]) == {3, 8}


def test_sentence_speaks_of_the_step_that_all_have_reached(store: Store, grow: Grow) -> None:
    run_id = grow(step=4000)
    link = ",".join(
        [
            grow(seed=2, step=500, status="running"),
            grow(seed=3, step=30, status="diverged"),
            store.replicate(run_id, 4),
        ]
    )
    app = visit("playground", run=run_id, seeds=link)
    assert sentence(app).startswith("At step 500:")
    assert "over 2 of 4 seeds" in sentence(app)
    told = captions(app)
    for each in ("2: running, step 500", "3: diverged, step 30", "4: queued, step 0"):
        assert f"Seed {each}" in told


def test_reader_chooses_what_to_see(grow: Grow) -> None:
    run_id = grow(modes=2)
    app = visit("playground", run=run_id, seeds=grow(seed=2, modes=4))
    app.selectbox(key="band").set_value("sliced_wasserstein").run()
    assert "median **0.3**, from **0.2** to **0.4**" in sentence(app)
    app.selectbox(key="band").set_value("g_loss").run()
    assert "median **2**, from **2** to **2**" in sentence(app)
    assert "Equilibrium: 0.693" in sentence(app)
    assert set(traces(app)["Median"]) == {2}
    assert app.query_params["band"] in ("g_loss", ["g_loss"])


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("g_loss", "g_loss"), ("nonsense", "modes_covered"), ("gap", "modes_covered")],
)
def test_link_says_what_to_see_if_it_is_there(grow: Grow, asked: str, shown: str) -> None:
    app = visit("playground", run=grow(), seeds=grow(seed=2), band=asked)
    assert not app.exception
    assert app.selectbox(key="band").value == shown


def test_without_modes_a_distance_comes_first(grow: Grow) -> None:
    run_id, other = (grow(seed=seed, dataset="moons") for seed in (1, 2))
    app = visit("playground", run=run_id, seeds=other)
    assert app.selectbox(key="band").value == "sliced_wasserstein"


def test_pictures_have_bands_of_their_losses(grow: Grow) -> None:
    run_id, other = (grow(seed=seed, preset="digits_mlp") for seed in (1, 2))
    app = visit("train", run=run_id, seeds=other)
    assert not app.exception
    assert app.selectbox(key="band").value == "d_loss"
    quality, *losses = app.selectbox(key="band").options
    assert quality.startswith("Fréchet distance")
    assert losses == ["D's loss", "G's loss"]
    assert "over 2 of 2 seeds" in sentence(app)


def test_equilibrium_of_a_loss_that_was_exchanged_is_not_drawn(store: Store, grow: Grow) -> None:
    run_id = grow(status="running")
    change(store, run_id, 50, "loss", "hinge")
    other = store.replicate(run_id, 2)
    grow(run_id=other)
    app = visit("playground", run=run_id, seeds=other, band="d_loss")
    assert "Equilibrium" not in sentence(app)


@pytest.mark.parametrize("status", ["queued", "running", "paused", *ENDED])
def test_members_may_be_in_any_state(store: Store, grow: Grow, status: str) -> None:
    run_id = grow(status="running")
    other = store.replicate(run_id, 2) if status == "queued" else grow(seed=2, status=status)
    app = visit("playground", run=run_id, seeds=other)
    assert not app.exception
    assert f"Seed 2: {status}" in captions(app)


# ------------------------------------------------------------------------- who belongs to it


def left_out(app: AppTest) -> str:
    [box] = [each.value for each in app.warning if "Left out" in each.value]
    return box.replace("\\", "")


def test_run_that_is_gone_is_left_out_with_a_word(store: Store, grow: Grow) -> None:
    run_id, gone, there = grow(), grow(seed=2), grow(seed=3)
    store.delete(gone)
    app = visit("playground", run=run_id, seeds=f"{gone},{there}")
    assert not app.exception
    assert f"There is no run {gone}. It may have been deleted." in left_out(app)
    assert "over 2 of 2 seeds" in sentence(app)
    button(app, "Train with other seeds").click().run()
    assert gone not in others(app)
    assert [store.run(each).config.seed for each in others(app)] == [3, 2, 4, 5]


@pytest.mark.parametrize("link", [",", "nonsense", "<b>&*_`", "a," * 500])
def test_link_that_names_nothing_shows_no_band(grow: Grow, link: str) -> None:
    app = visit("playground", run=grow(), seeds=link)
    assert not app.exception
    assert not [each for each in app.selectbox if each.key == "band"]


def test_other_settings_do_not_belong(store: Store, grow: Grow) -> None:
    run_id, other = grow(), grow(seed=2, batch_size=64)
    app = visit("playground", run=run_id, seeds=other)
    assert f"{store.run(other).name} differs in more than the seed." in left_out(app)
    assert not [each for each in app.selectbox if each.key == "band"]


def test_another_pace_does_belong(grow: Grow) -> None:
    app = visit("playground", run=grow(), seeds=grow(seed=2, pace=10))
    assert "over 2 of 2 seeds" in sentence(app)


def test_no_seed_counts_twice(store: Store, grow: Grow) -> None:
    run_id, second, again = grow(), grow(seed=2), grow(seed=2)
    app = visit("playground", run=run_id, seeds=f"{run_id},{second},{again},{second}")
    assert "over 2 of 2 seeds" in sentence(app)
    for each in (run_id, again):
        assert f"{store.run(each).name} has a seed that is there already." in left_out(app)


def test_band_has_an_end(grow: Grow) -> None:
    link = ",".join(grow(seed=seed) for seed in range(2, 13))
    app = visit("playground", run=grow(), seeds=link)
    assert "over 10 of 10 seeds" in sentence(app)
    assert "At most 9 other seeds are shown." in left_out(app)


def test_run_counts_until_it_was_changed_otherwise(store: Store, grow: Grow) -> None:
    run_id = grow()
    other = grow(seed=2, step=60, status="running")
    change(store, other, 40, "g_learning_rate", 0.01)
    app = visit("playground", run=run_id, seeds=other, band="d_loss")
    assert "Seed 2 counts up to step 40" in captions(app)
    assert len(traces(app)["Median"]) == 40, "the last of which is step 40"
    assert len(traces(app)["This run"]) == 100


def test_other_pace_mid_run_changes_nothing(store: Store, grow: Grow) -> None:
    run_id, other = grow(status="running"), grow(seed=2, status="running")
    change(store, run_id, 40, "pace", 10)
    app = visit("playground", run=run_id, seeds=other, band="d_loss")
    assert "counts up to" not in captions(app)


def test_run_that_went_on_is_compared_where_the_other_seeds_ended(store: Store, grow: Grow) -> None:
    run_id, other = (grow(seed=seed, steps=100) for seed in (1, 2))
    store.extend(run_id, 50)
    grow(run_id=run_id, step=150)
    app = visit("playground", run=run_id, seeds=other, band="d_loss")
    assert not app.exception
    assert sentence(app).startswith("At step 100:")
    assert "over 2 of 2 seeds" in sentence(app)
    assert "Equilibrium: 1.39" in sentence(app), "a new length leaves the game as it is"
    assert len(traces(app)["This run"]) == 150
    assert "counts up to" not in captions(app), "all its steps count"


def test_seed_that_went_on_counts_as_far_as_the_run(store: Store, grow: Grow) -> None:
    run_id, other = (grow(seed=seed, steps=100) for seed in (1, 2))
    store.extend(other, 50)
    grow(run_id=other, step=150)
    app = visit("playground", run=run_id, seeds=other, band="d_loss")
    assert "Seed 2 counts up to step 100" in captions(app)


def test_seed_that_diverged_before_a_change_counts_with_all_its_steps(
    store: Store, grow: Grow
) -> None:
    run_id, other = grow(status="running"), grow(seed=2, step=30, status="diverged")
    change(store, run_id, 40, "g_learning_rate", 0.01)
    app = visit("playground", run=run_id, seeds=other, band="d_loss")
    assert "counts up to" not in captions(app)


def test_new_run_begins_without_a_band(grow: Grow) -> None:
    app = visit("playground", run=grow(), seeds=grow(seed=2))
    button(app, "Train").click().run()
    assert "seeds" not in app.query_params
    assert not [each for each in app.selectbox if each.key == "band"]


def test_nothing_is_lost_when_the_page_runs_again_before_the_browser_has_the_link(
    store: Store, grow: Grow
) -> None:
    app = visit("playground", run=grow())
    button(app, "Train with other seeds").click().run()
    link = app.query_params.pop("seeds")
    app.run()
    assert app.query_params["seeds"] == link


def test_page_remembers_the_band_of_its_run(grow: Grow) -> None:
    run_id, other = grow(), grow(seed=2)
    app = visit("train", run=run_id, seeds=other)
    app.switch_page("losses.py").run()
    app.query_params.clear()  # as a browser does on the way to another page
    app.query_params["lang"] = "en"
    app.switch_page("train.py").run()
    assert not app.exception
    assert others(app) == [other]
    assert "over 2 of 2 seeds" in sentence(app)


def test_two_runs_side_by_side_have_no_band(grow: Grow) -> None:
    app = visit("playground", run=grow(), beside=grow(seed=2), seeds=grow(seed=3))
    assert not app.exception
    assert "Train with other seeds" not in [each.label for each in app.button]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_band_speaks_the_reader_s_language(store: Store, grow: Grow, language: str) -> None:
    gone = grow(seed=5)
    store.delete(gone)
    app = visit("playground", run=grow(), seeds=f"{grow(seed=2)},{gone}", lang=language)
    assert not app.exception
    chinese = "中位数" in "".join(each.value for each in app.markdown)
    assert chinese == (language == "zh")
    assert any(("中位数" in name) for name in traces(app)) == (language == "zh")


def test_runs_changed_alike_at_different_steps_part_at_the_first(store: Store, grow: Grow) -> None:
    run_id, other = grow(status="running"), grow(seed=2, status="running")
    change(store, run_id, 70, "g_learning_rate", 0.01)
    change(store, other, 40, "g_learning_rate", 0.01)
    app = visit("playground", run=run_id, seeds=other, band="d_loss")
    assert "Seed 2 counts up to step 40" in captions(app)
