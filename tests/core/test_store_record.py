"""The store's record: curves, frames and measures, and how a run is rewound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gan_core.runs import record as record_module
from gan_core.runs.store import Store
from tests.recorded import (
    CONFIG,
    IN_EACH_DATABASE,
    N_FIELDS,
    append,
    assert_holds_exactly,
    claimed_run,
    expected_curve,
    records,
    write,
)

pytestmark = IN_EACH_DATABASE


def test_curves_come_back_as_they_were_written(store: Store) -> None:
    run_id, holder = claimed_run(store)
    whole = records(4321)
    write(store, run_id, holder, whole, chunk=700)
    assert_holds_exactly(store, run_id, whole)


def test_curve_can_be_asked_for_from_any_step(store: Store) -> None:
    run_id, holder = claimed_run(store)
    whole = records(200)
    write(store, run_id, holder, whole)
    for level, from_step in ((0, 73), (1, 73), (1, 72), (0, 200), (3, 64)):
        steps, points = expected_curve(whole, level)
        found = store.record.curve(run_id, level, N_FIELDS, from_step)
        np.testing.assert_array_equal(found[0], steps[steps > from_step])
        np.testing.assert_array_equal(found[1], points[steps > from_step])


@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_first_points_of_a_curve_come_alone(store: Store, chunk: int) -> None:
    run_id, holder = claimed_run(store)
    whole = records(100)
    write(store, run_id, holder, whole, chunk)
    for level, from_step, most in ((0, 0, 10), (0, 73, 10), (1, 0, 3), (0, 95, 10)):
        steps, points = expected_curve(whole, level)
        found = store.record.curve(run_id, level, N_FIELDS, from_step, most)
        np.testing.assert_array_equal(found[0], steps[steps > from_step][:most])
        np.testing.assert_array_equal(found[1], points[steps > from_step][:most])


def test_empty_run_has_an_empty_curve(store: Store) -> None:
    steps, points = store.record.curve(store.create_run(CONFIG), 0, N_FIELDS)
    assert steps.shape == (0,)
    assert points.shape == (0, N_FIELDS)


def test_speed_is_kept_along_the_run(store: Store) -> None:
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100), chunk=50)
    assert store.record.throughput(run_id, 0) == ([50, 100], [100.0, 200.0])
    assert store.record.throughput(run_id, 1) == ([48, 100], [100.0, 200.0])


def test_latest_frame_is_the_newest(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.record.latest_frame(run_id) is None
    write(store, run_id, holder, records(100))
    frame = store.record.latest_frame(run_id)
    assert frame is not None
    assert (frame.step, frame.payload) == (100, b"100")
    assert store.record.frame_steps(run_id) == [50, 100]


def test_frame_of_a_step_is_the_last_before_it(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.record.frame_at(run_id, 5) is None
    for step, frame in ((10, b"10"), (20, b"20"), (20, b"20 again"), (30, b"30")):
        append(store, run_id, holder, step, frame=frame)
    found = {
        step: event.payload
        for step in (0, 9, 10, 19, 20, 29, 30, 1000)
        if (event := store.record.frame_at(run_id, step))
    }
    assert found == {
        0: b"10",  # the first there is
        9: b"10",
        10: b"10",
        19: b"10",
        20: b"20 again",
        29: b"20 again",
        30: b"30",
        1000: b"30",
    }


def test_measures_are_kept_with_their_frames(store: Store) -> None:
    run_id, holder = claimed_run(store)
    assert store.record.measures(run_id) == ([], {})
    told: list[tuple[int, Any]] = [(0, None), (4, {"gap": 0.5, "mmd": None}), (8, {"size": 2.0})]
    for step, measures in told:
        store.record.append(
            run_id,
            holder,
            step=step,
            points={},
            images_per_second=None,
            frame=b"{}",
            measures=measures,
        )
    append(store, run_id, holder, 9)  # no frame: nothing is measured there
    assert store.record.measures(run_id) == (
        [0, 4, 8],
        {"gap": [None, 0.5, None], "mmd": [None] * 3, "size": [None, None, 2.0]},
    )
    frames = [event for event in store.events.after(0, [run_id]) if event.kind == "frame"]
    assert [event.measures for event in frames] == [{}, {"gap": 0.5, "mmd": None}, {"size": 2.0}]


def test_frames_are_thinned_but_the_first_and_the_newest_stay(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "MAX_FRAMES", 8)
    run_id, holder = claimed_run(store)
    for step in range(150):
        append(store, run_id, holder, step, frame=b"{}")
        steps = store.record.frame_steps(run_id)
        assert steps[0] == 0
        assert steps[-1] == step
        assert len(steps) <= 8 + 1
        gaps = np.diff(steps[:-1])
        assert (gaps == gaps[:1]).all()  # evenly spaced
        assert step < 8 or len(steps) > 4


def test_frame_at_an_end_stays_when_the_run_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "MAX_FRAMES", 8)
    run_id, holder = claimed_run(store)

    def take(steps: range) -> None:
        for step in steps:
            more: dict[str, Any] = {"frame": b"{}", "measures": {"gap": float(step)}}
            store.record.append(
                run_id, holder, step=step, points={}, images_per_second=None, **more
            )

    take(range(12))
    store.give_back(run_id, holder, "finished")
    store.extend(run_id, 500, claimed_by=holder)
    take(range(12, 200))
    assert len(store.record.frame_steps(run_id)) <= 8 + 2
    assert store.record.measures_at(run_id, 11) == {"gap": 11.0}
    assert store.record.measures_at(run_id, 13) is None


def test_quality_is_kept_apart_from_what_frames_measure(store: Store) -> None:
    run_id, holder = claimed_run(store)
    append(store, run_id, holder, 5, frame=b"{}")
    for step, value in ((0, 8.0), (4, 2.5)):
        store.record.append_quality(run_id, holder, step, {"frechet": value})
    assert store.record.quality(run_id) == ([0, 4], {"frechet": [8.0, 2.5]})
    assert store.record.measures(run_id) == ([5], {})
    assert store.record.frame_steps(run_id) == [5]


def test_quality_is_thinned_as_frames_are(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_module, "MAX_FRAMES", 4)
    run_id, holder = claimed_run(store)
    for step in range(40):
        append(store, run_id, holder, step, frame=b"{}")
        store.record.append_quality(run_id, holder, step, {"frechet": float(step)})
        steps, values = store.record.quality(run_id)
        assert (steps[0], steps[-1]) == (0, step)
        assert len(steps) <= 4 + 1
        assert values["frechet"] == steps
        assert store.record.frame_steps(run_id) == steps


def test_rewind_forgets_the_quality_of_what_comes_anew(store: Store) -> None:
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100))
    for step in (0, 30, 60, 90):
        store.record.append_quality(run_id, holder, step, {"frechet": 1.0})
    store.record.rewind(run_id, holder, 60, N_FIELDS)
    assert store.record.quality(run_id)[0] == [0, 30]


@pytest.mark.parametrize("step", [0, 1, 64, 349, 350, 351, 4095, 4096, 4100, 4199, 4200])
def test_rewind_cuts_precisely_and_the_run_goes_on_as_if_nothing_had_been(
    store: Store, step: int
) -> None:
    run_id, holder = claimed_run(store)
    whole = records(4500)
    write(store, run_id, holder, whole[:4200], chunk=350)
    pyramid = store.record.rewind(run_id, holder, step, N_FIELDS)
    assert store.run(run_id).step == step
    assert_holds_exactly(store, run_id, whole[:step])
    assert all(kept < step for kept in store.record.frame_steps(run_id))
    append(store, run_id, holder, 4500, pyramid.add(whole[step:]))
    assert_holds_exactly(store, run_id, whole)


def test_rewind_tells_whoever_watches(store: Store) -> None:
    run_id, holder = claimed_run(store)
    write(store, run_id, holder, records(100))
    before = store.events.last_seq()
    store.record.rewind(run_id, holder, 70, N_FIELDS)
    events = store.events.after(before, [run_id])
    assert events[-1].kind == "rewind"
    assert events[-1].step == 70


def test_rewind_of_one_run_leaves_the_others(store: Store) -> None:
    (run_id, holder), (other, other_holder) = claimed_run(store), claimed_run(store)
    write(store, run_id, holder, records(100))
    write(store, other, other_holder, records(100))
    store.record.rewind(run_id, holder, 10, N_FIELDS)
    assert_holds_exactly(store, other, records(100))
    assert store.record.frame_steps(other) == [50, 100]
