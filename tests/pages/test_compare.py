"""The comparison of runs: what is chosen, drawn, and said to differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gan_core.config import RunConfig
from gan_core.figures.bands import Curve, Quantity
from gan_core.figures.comparison import COLORS, DASHES, comparison_figure
from gan_core.runs import frame
from gan_core.runs.claims import holder_name
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS
from tests.page_visit import steady_figures, toasts, visit
from tests.plotly_objects import checked

POINTS: dict[str, Any] = {"dataset": "ring", "network": "mlp"}


def run_of(
    store: Store,
    name: str,
    first_loss: float = 1.0,
    floors: Mapping[str, float] | None = None,
    **settings: Any,
) -> str:
    """A run with ten records and a frame."""
    holder, config = holder_name(), RunConfig.parse(settings)
    run_id = store.create_run(config, name, claimed_by=holder)
    records = np.full((10, len(RECORD_FIELDS)), first_loss, np.float32)
    dataset = config.items.dataset
    samples = np.zeros((64, *dataset.shape), np.float32)
    store.record.append(
        run_id,
        holder,
        step=10,
        points={0: records},
        images_per_second=None,
        frame=frame.encode(samples, {}, dataset, {}),
        measures={"sliced_wasserstein": first_loss},
    )
    store.set_facts(run_id, holder, {"floors": floors or {}})
    return run_id


def figure(app: AppTest) -> Any:
    return steady_figures(app)[0]


def shown_table(app: AppTest) -> Any:
    return app.table[0].value


def test_link_names_the_runs_and_curves_bear_their_names(store: Store) -> None:
    ids = [run_of(store, "<b>one</b>", 1.0), run_of(store, "two", 2.0, loss="hinge")]
    app = visit("compare", runs=",".join(ids))
    assert not app.exception
    app.selectbox(key="curve").set_value("d_loss").run()
    lines = figure(app)["data"]
    assert [line["name"] for line in lines] == ["&lt;b&gt;one&lt;/b&gt;", "two"]
    assert app.query_params["runs"] == ",".join(ids)
    names = [image.proto.imgs[0].alt for image in app.get("image")]
    assert names == ["Samples: <b>one</b>", "Samples: two"]
    assert any("one noise" in each.value for each in app.caption)


def test_table_has_what_differs_and_nothing_else(store: Store) -> None:
    ids = [run_of(store, "a", loss="minimax"), run_of(store, "b", loss="hinge", seed=4)]
    app = visit("compare", runs=",".join(ids))
    rows = shown_table(app).to_numpy().tolist()
    assert [row[0] for row in rows] == ["Loss", "Seed", "Steps taken", "Status"]
    assert rows[0][1] != rows[0][2]
    assert rows[1][2] == "4"
    assert not any("one noise" in each.value for each in app.caption)


def test_what_a_run_does_not_have_is_no_value_of_it(store: Store) -> None:
    ids = [run_of(store, "a"), run_of(store, "b", penalty="r1", penalty_weight=3.0)]
    rows = shown_table(visit("compare", runs=",".join(ids))).to_numpy().tolist()
    assert [row[1:] for row in rows if row[0] == "Weight of the penalty"] == [["–", "3"]]


def test_points_and_pictures_share_their_losses_alone(store: Store) -> None:
    ids = [run_of(store, "points", **POINTS), run_of(store, "pictures")]
    app = visit("compare", runs=",".join(ids))
    assert not app.exception
    assert app.selectbox(key="curve").options == ["D's loss", "G's loss"]
    assert not app.get("image")


def test_runs_can_be_chosen_without_a_link_and_equal_ones_are_called_so(store: Store) -> None:
    ids = [run_of(store, "same", **POINTS), run_of(store, "same", **POINTS)]
    app = visit("compare")
    assert not app.get("bidi_component")
    app.multiselect[0].set_value(ids).run()
    assert not app.exception
    assert app.query_params["runs"] == ",".join(ids)
    assert any("the same settings" in each.value for each in app.caption)


def test_branch_differs_by_what_was_changed_and_after_which_step(store: Store) -> None:
    run_id = run_of(store, "trunk", **POINTS)
    branch_id = store.branch(run_id, 7, "g_learning_rate", 0.01)
    app = visit("compare", runs=f"{run_id},{branch_id}")
    rows = shown_table(app).to_numpy().tolist()
    assert rows[0] == ["Changed while it trained", "–", "Learning rate of G = 0.01 after step 7"]
    assert not any("the same settings" in each.value for each in app.caption)


def test_run_that_went_on_differs_by_its_new_end(store: Store) -> None:
    ids = [run_of(store, each, **POINTS, steps=10) for each in ("as long", "longer")]
    holder = holder_name()
    store.claims.take(ids[1], holder, force=True)
    store.set_status(ids[1], holder, "finished")
    store.extend(ids[1], 2000)
    app = visit("compare", runs=",".join(ids))
    rows = shown_table(app).to_numpy().tolist()
    assert rows[0] == ["Changed while it trained", "–", "Steps = 2,010 after step 10"]


@pytest.mark.parametrize(
    ("runs", "n"), [("nobody", 1), ("", 0), ("nobody,,nobody", 1), ("a,b," + "x" * 500, 3)]
)
def test_unknown_runs_in_a_link_are_left_out_and_counted(store: Store, runs: str, n: int) -> None:
    run_id = run_of(store, "there", **POINTS)
    app = visit("compare", runs=f"{runs},{run_id}")
    assert not app.exception
    assert app.multiselect[0].value == [run_id]
    missing = f"Runs that the link names and that are not here: {n}."
    assert toasts(app) == ([missing] if n else [])


def test_a_link_to_more_runs_than_can_be_compared_says_so(store: Store) -> None:
    ids = [run_of(store, f"{n}", **POINTS) for n in range(5)]
    app = visit("compare", runs=",".join(ids))
    assert app.multiselect[0].value == ids[:4]
    assert toasts(app) == ["The link names more than 4 runs."]


def test_a_run_that_has_not_begun_may_be_compared(store: Store) -> None:
    app = visit("compare", runs=f"{store.create_run(RunConfig())},{run_of(store, 'begun')}")
    assert not app.exception
    assert any(each.value == "No samples yet." for each in app.caption)


def test_each_line_has_a_colour_and_a_dash_of_its_own() -> None:
    curve = Curve(np.array([1, 2]), np.array([0.5, 0.25]))
    drawn = checked(
        comparison_figure([(str(n), curve) for n in range(4)], Quantity("Loss", COLORS[0], "nats"))
    )
    assert [line.line.color for line in drawn.data] == list(COLORS)
    assert [line.line.dash for line in drawn.data] == list(DASHES)
    assert drawn.layout.yaxis.title.text == "Loss (nats)"


def test_list_of_runs_leads_to_the_comparison(store: Store) -> None:
    for name in ("a", "b"):
        run_of(store, name, **POINTS)
    app = visit("runs")
    assert any(link.proto.label == "Compare runs side by side" for link in app.get("page_link"))


def test_link_names_the_curve(store: Store) -> None:
    ids = [run_of(store, "one", 1.0), run_of(store, "two", 2.0)]
    app = visit("compare", runs=",".join(ids), curve="g_loss")
    assert app.selectbox(key="curve").value == "g_loss"
    app.selectbox(key="curve").set_value("d_loss").run()
    assert app.query_params["curve"] == "d_loss"


def test_link_with_a_curve_that_is_not_there_shows_another(store: Store) -> None:
    app = visit("compare", runs=run_of(store, "one"), curve="nonsense")
    assert not app.exception
    assert app.query_params["curve"] == app.selectbox(key="curve").value != "nonsense"


def test_measure_stands_beside_what_real_samples_score(store: Store) -> None:
    ids = []
    for name, floor in (("a", 0.25), ("b", 0.75)):
        ids.append(run_of(store, name, **POINTS, floors={"sliced_wasserstein": floor}))
    app = visit("compare", runs=",".join(ids))
    app.selectbox(key="curve").set_value("sliced_wasserstein").run()
    [line] = figure(app)["layout"]["shapes"]
    assert (line["y0"], line["name"]) == (0.5, "Noise floor (real samples)")


def test_runs_of_other_data_have_no_floor_in_common(store: Store) -> None:
    floors = {"sliced_wasserstein": 0.25}
    ids = [
        run_of(store, f"noise {noise}", **POINTS, data_noise=noise, floors=floors)
        for noise in (0.0, 0.5)
    ]
    app = visit("compare", runs=",".join(ids))
    app.selectbox(key="curve").set_value("sliced_wasserstein").run()
    assert figure(app)["layout"].get("shapes", []) == []


def test_run_that_is_deleted_meanwhile_leaves_the_others(store: Store) -> None:
    ids = [run_of(store, name) for name in ("gone", "one", "two")]
    app = visit("compare", runs=",".join(ids))
    store.delete(ids[0])
    app.run()
    assert not app.exception
    assert app.query_params["runs"] == ",".join(ids[1:])
