"""Messages: what a watcher is sent."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from gan_core.presets import PRESETS
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import Pyramid
from gan_core.runs.messages import delta, snapshot, state
from gan_core.runs.store import Store
from gan_core.text import Text
from gan_core.training.records import RECORD_FIELDS

CONFIG = PRESETS["ring_mlp"].config


def records(n: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(n, len(RECORD_FIELDS))).astype(np.float32)


@pytest.fixture
def run(store: Store) -> tuple[str, str]:
    """The id of a run and the name of its holder."""
    run_id, holder = store.create_run(CONFIG), holder_name()
    store.claims.take(run_id, holder)
    store.set_status(run_id, holder, "running")
    return run_id, holder


def write(store: Store, run: tuple[str, str], whole: np.ndarray, chunk: int) -> None:
    pyramid = Pyramid(len(RECORD_FIELDS))
    for begin in range(0, len(whole), chunk):
        points = pyramid.add(whole[begin : begin + chunk])
        step = begin + chunk
        frame = json.dumps({"x_fake.x": [step]}).encode()
        store.record.append(
            *run,
            step=step,
            points=points,
            images_per_second=float(step),
            frame=frame,
            measures={"mmd": step / 4},
        )
        store.record.append_quality(*run, step, {"frechet": step / 8})


def read(message: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(message)
    return answer


def test_snapshot_of_a_new_run_is_empty(store: Store) -> None:
    message = read(snapshot(store, store.create_run(CONFIG), 0))
    assert message["reset"] is True
    assert message["curves"]["step"] == {"step": [], **{name: [] for name in RECORD_FIELDS}}
    assert message["curves"]["speed_step"] == {"speed_step": [], "images_per_second": []}
    assert message["curves"]["frame_step"] == {"frame_step": []}
    assert message["curves"]["quality_step"] == {"quality_step": []}
    assert (message["frame"], message["frame_step"]) == ({}, 0)
    assert message["progress"] == {"step": 0, "images_per_second": None}
    assert message["state"]["status"] == "queued"
    assert (message["state"]["place"], message["state"]["waiting"]) == (1, 1)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_snapshot_holds_the_whole_run_at_its_level(
    store: Store, run: tuple[str, str], level: int
) -> None:
    whole = records(96)
    write(store, run, whole, chunk=32)
    store.set_facts(*run, {"x_real": {"x_real.x": [7]}})
    message = read(snapshot(store, run[0], level))
    width = 4**level
    curve = message["curves"]["step"]
    assert curve["step"] == list(range(width, 97, width))
    means = whole.reshape(-1, width, len(RECORD_FIELDS)).mean(axis=1)
    for name, column in zip(RECORD_FIELDS, means.T, strict=True):
        np.testing.assert_allclose(curve[name], column, atol=1e-5)
    assert message["curves"]["speed_step"]["images_per_second"] == [32, 64, 96]
    assert message["curves"]["frame_step"] == {"frame_step": [32, 64, 96], "mmd": [8, 16, 24]}
    assert message["curves"]["quality_step"] == {
        "quality_step": [32, 64, 96],
        "frechet": [4, 8, 12],
    }
    assert message["frame_step"] == 96
    assert message["frame"] == {"x_real.x": [7], "x_fake.x": [96]}
    assert message["progress"] == {"step": 96, "images_per_second": 96}


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("chunk", [3, 4, 32])
def test_delta_of_all_events_says_what_the_snapshot_says(
    store: Store, run: tuple[str, str], level: int, chunk: int
) -> None:
    write(store, run, records(96), chunk)
    whole = read(snapshot(store, run[0], level))
    message = read(delta(store.events.after(0, [run[0]]), level, {}))
    assert message["curves"] == whole["curves"]
    assert message["frame"] == whole["frame"]
    at = message["progress"].pop("at")
    assert message["progress"] == whole["progress"]
    assert at > 1e9  # seconds since 1970


def test_delta_leaves_out_what_did_not_change(store: Store, run: tuple[str, str]) -> None:
    before = store.events.last_seq()
    store.record.append(*run, step=1, points={0: records(1)}, images_per_second=None)
    events = store.events.after(before, [run[0]])
    assert read(delta(events, 0, {})).keys() == {"curves", "progress"}
    assert read(delta(events, 0, {}))["curves"]["speed_step"]["speed_step"] == []
    assert read(delta(events, 1, {})).keys() == {"progress"}  # no point of level 1 yet
    assert read(delta([], 0, {})) == {}


def test_delta_of_a_frame_alone_is_json(store: Store, run: tuple[str, str]) -> None:
    before = store.events.last_seq()
    for step in (1, 2):
        frame = b'{"x_fake.x": [%d]}' % step
        measures = {"modes_covered": 3.0 + step}
        store.record.append(
            *run, step=step, points={}, images_per_second=None, frame=frame, measures=measures
        )
    events = store.events.after(before, [run[0]])
    told = {
        "curves": {"frame_step": {"frame_step": [1, 2], "modes_covered": [4.0, 5.0]}},
        "frame_step": 2,
        "frame": {"x_fake.x": [2]},
    }
    assert read(delta(events, 0, {})) == told
    assert read(delta(events, 0, {"state": {}})) == told | {"state": {}}


def test_delta_of_quality_alone_adds_to_its_curve(store: Store, run: tuple[str, str]) -> None:
    before = store.events.last_seq()
    store.record.append_quality(*run, 7, {"frechet": 2.5})
    told = read(delta(store.events.after(before, [run[0]]), 0, {}))
    assert told == {"curves": {"quality_step": {"quality_step": [7], "frechet": [2.5]}}}


def test_state_speaks_in_a_form_that_can_be_translated(store: Store, run: tuple[str, str]) -> None:
    message = Text("Compiling {what} …", {"what": Text("the step")})
    store.set_status(*run, "running", message)
    told = state(store, store.run(run[0]))["state"]
    assert Text.from_json(json.loads(json.dumps(told["message"]))) == message
    assert told["status"] == "running"
    assert told["steps"] == CONFIG.steps
    assert (told["place"], told["waiting"]) == (0, 0)


def test_state_has_what_holds_now(store: Store, run: tuple[str, str]) -> None:
    assert state(store, store.run(run[0]))["state"]["pace"] == 10_000
    store.controls.request(run[0], "set", "pace", 0.2)
    [control] = store.controls.pending(run[0])
    store.controls.mark_applied(*run, control, 3)
    now = state(store, store.run(run[0]))
    assert (now["state"]["pace"], now["state"]["d_steps"], now["state"]["g_steps"]) == (0.2, 1, 1)
    assert now["marks"] == [], "the pace changes nothing that a mark could stand for"


def test_new_length_of_a_run_is_its_end_and_a_mark(store: Store, run: tuple[str, str]) -> None:
    store.record.append(*run, step=CONFIG.steps, points={}, images_per_second=None)
    store.set_status(*run, "finished")
    store.extend(run[0], 980_000)
    now = state(store, store.run(run[0]))
    assert now["state"]["steps"] == 1_000_000
    assert now["marks"] == [{"step": CONFIG.steps, "title": "Steps", "value": "1,000,000"}]


def test_changes_made_mid_run_become_marks(store: Store, run: tuple[str, str]) -> None:
    store.controls.request(run[0], "set", "d_learning_rate", 0.00025)
    store.controls.request(run[0], "set", "g_learning_rate", 0.5)
    assert state(store, store.run(run[0]))["marks"] == []  # asked for, not done
    for control in store.controls.pending(run[0]):
        store.controls.mark_applied(*run, control, 12)
    assert state(store, store.run(run[0]))["marks"] == [
        {"step": 12, "title": "Learning rate of D", "value": "0.00025"},
        {"step": 12, "title": "Learning rate of G", "value": "0.5"},
    ]


def test_mark_of_an_exchanged_loss_has_the_loss_s_title(store: Store, run: tuple[str, str]) -> None:
    store.controls.request(run[0], "set", "loss", "hinge")
    store.controls.request(run[0], "turn_d")
    for control in store.controls.pending(run[0]):
        store.controls.mark_applied(*run, control, 1)
    [mark] = state(store, store.run(run[0]))["marks"]  # a turn of one player is no setting
    assert mark == {"step": 1, "title": "Loss", "value": "Hinge"}
