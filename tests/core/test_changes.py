"""What differs from a run's config: settings exchanged mid-run, turns of one player, branches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.runs.claims import holder_name
from gan_core.runs.controls import Control
from gan_core.runs.job import execute
from gan_core.runs.store import Store, open_store
from gan_core.text import GanError
from gan_core.training.checkpoint import unpack
from gan_core.training.pool import borrowed_trainer, taken_seat
from gan_core.training.records import RECORD_FIELDS
from gan_core.training.trainer import Trainer
from tests.tiny import TINY_POINTS

pytestmark = pytest.mark.usefixtures("without_xla")

TINY = {**TINY_POINTS, "steps": 200}
CONSTRAINED = {
    "penalty": "r1",
    "spectral_norm": True,
    "instance_noise": 0.1,
    "packing": 2,
    "ema_decay": 0.9,
    "weight_clip": 0.5,
    "noise": "uniform",
}
CHANGES = [
    ("loss", "least_squares"),
    ("real_target", 0.9),
    ("penalty", "gradient_penalty"),
    ("d_optimizer", "rmsprop"),
    ("g_learning_rate", 0.01),
    ("d_steps", 2),
]
PLAYERS = pytest.mark.parametrize("player", ["d", "g"])
Player = Literal["d", "g"]
Request = tuple[Any, ...]  # what `Controls.request` takes after the run's id


@pytest.fixture(autouse=True)
def _checkpoints_only_where_a_test_expects_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan_core.runs.job.CHECKPOINT_SECONDS", 1e9)


def trainer(**settings: Any) -> Trainer:
    config = RunConfig.parse({**TINY, **settings})
    return Trainer(config, config.items.dataset.load(200, seed=0))


def weights(model: Any) -> list[np.ndarray]:
    return [variable.numpy() for variable in model.trainable_variables]


def same(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> list[bool]:
    return [np.array_equal(a, b) for a, b in zip(one, other, strict=True)]


def assert_equal_states(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert np.array_equal(one[name], other[name]), name


# ------------------------------------------------------------------- settings mid-run


def test_exchanged_loss_finds_the_weights_as_they_were_and_moves_them_differently() -> None:
    changed, unchanged = trainer(), trainer()
    for each in (changed, unchanged):
        each.run(5)
    before = changed.state()
    assert changed.change(changed.config.with_change("loss", "least_squares")), "must compile"
    assert_equal_states(changed.state(), before)
    first = dict(zip(RECORD_FIELDS, changed.run(1)[0], strict=True))
    without = dict(zip(RECORD_FIELDS, unchanged.run(1)[0], strict=True))
    assert first["d_real"] != without["d_real"], "least squares reads the logit as it is"
    assert first["d_loss"] != without["d_loss"]
    assert not any(same(weights(changed.generator), weights(unchanged.generator)))


def test_loss_after_the_exchange_is_the_new_one_of_the_old_weights() -> None:
    """The first record after the change equals that of a run with the new loss and those weights.

    The step is the same, and with it every random number.
    """
    changed, other = trainer(), trainer(loss="hinge")
    changed.run(5)
    other.load_state(changed.state())
    changed.change(changed.config.with_change("loss", "hinge"))
    assert np.array_equal(changed.run(4), other.run(4))
    assert_equal_states(changed.state(), other.state())


def test_new_rates_and_another_pace_need_no_compiling() -> None:
    player = trainer()
    player.run(1)
    assert not player.change(player.config.with_change("d_learning_rate", 0.25))
    assert float(player._d_optimizer.learning_rate) == 0.25
    assert not player.change(player.config.with_change("pace", 10))
    assert player.config.pace == 10


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, CONSTRAINED], ids=["plain", "constrained"])
def test_same_config_and_same_changes_give_the_same_bits(settings: dict[str, Any]) -> None:
    def play(*groups: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Three steps between any two changes, taken in these groups."""
        player, records = trainer(**settings), []
        for change in [CHANGES[0], CHANGES[3], CHANGES[4], None]:
            records += [player.run(n) for n in groups]
            if change:
                player.change(player.config.with_change(*change))
        return np.concatenate(records), player.state()

    (records, state), (again, state_again) = play(3), play(1, 2)
    assert np.array_equal(records, again)
    assert_equal_states(state, state_again)
    assert np.isfinite(records).all()


def test_exchanged_optimizer_starts_without_memory_and_the_other_keeps_its_own() -> None:
    player = trainer()
    player.run(3)
    player.change(player.config.with_change("g_optimizer", "rmsprop"))
    assert int(player._g_optimizer.iterations) == 0
    assert int(player._d_optimizer.iterations) == 3
    before = weights(player.generator)
    player.run(1)
    assert not any(same(before, weights(player.generator)))


def test_samples_are_the_generator_s_own_until_a_new_optimizer_has_an_average() -> None:
    """Its memory, and with it the running average of G's weights, begins with zeros."""
    averaged = trainer(ema_decay=0.9, g_learning_rate=0.05)
    averaged.run(5)
    averaged.change(averaged.config.with_change("g_optimizer", "rmsprop"))
    z = averaged.fixed_noise(4)
    own = averaged._compiled_sample(averaged.generator, z).numpy()
    assert np.abs(own).min() > 0
    assert np.array_equal(averaged.samples(4), own)


def test_changed_trainer_is_lent_again_as_what_it_has_become() -> None:
    plain = {**TINY, "batch_size": 6}  # no other test's, so that the pool holds no such trainer
    config = RunConfig.parse(plain)
    with taken_seat(config) as seat:
        for change in CHANGES:
            config = config.with_change(*change)
            seat.change(config)
        with seat.turn() as first:
            first.run(2)
    with borrowed_trainer(RunConfig.parse(plain)) as other:
        assert other is not first
    with borrowed_trainer(config) as again:
        assert again is first
        new = Trainer(config, again.x_real)
        assert np.array_equal(again.run(3), new.run(3))
        assert_equal_states(again.state(), new.state())


# --------------------------------------------------------------- turns of one player


@PLAYERS
@pytest.mark.parametrize("settings", [{}, CONSTRAINED], ids=["plain", "constrained"])
def test_turn_moves_one_player_alone(player: Player, settings: dict[str, Any]) -> None:
    game = trainer(**settings)
    game.run(2)
    d_before, g_before = weights(game.discriminator), weights(game.generator)
    game.take_turn(player, 0)
    d_same = same(d_before, weights(game.discriminator))
    g_same = same(g_before, weights(game.generator))
    assert game.step == 2
    assert all(d_same) if player == "g" else not any(d_same)
    assert all(g_same) if player == "d" else not any(g_same)
    assert int(game._d_optimizer.iterations) == 2 + (player == "d")
    assert int(game._g_optimizer.iterations) == 2 + (player == "g")


@pytest.mark.slow
@PLAYERS
def test_turn_is_repeatable_and_each_number_is_a_turn_of_its_own(player: Player) -> None:
    def after(number: int) -> dict[str, np.ndarray]:
        game = trainer()
        game.take_turn(player, number)
        return game.state()

    assert_equal_states(after(0), after(0))
    moved = "discriminator" if player == "d" else "generator"
    names = [f"variable_{i}" for i in range(len(after(0)) - 1)]
    differ = [name for name in names if not np.array_equal(after(0)[name], after(1)[name])]
    assert differ, f"the {moved} saw the same batch twice"


@PLAYERS
def test_turn_sees_a_batch_that_no_step_sees(player: Player) -> None:
    """Otherwise both would end in the same weights, up to rounding."""
    stepped, turned = trainer(), trainer()
    stepped.run(1)
    turned.take_turn("d", 0)
    if player == "g":
        turned.take_turn("g", 1)
    model = "discriminator" if player == "d" else "generator"
    pairs = zip(weights(getattr(stepped, model)), weights(getattr(turned, model)), strict=True)
    assert not all(np.allclose(one, other, rtol=1e-4, atol=1e-6) for one, other in pairs)


@pytest.mark.slow
@PLAYERS
def test_turn_lowers_the_player_s_own_loss(player: Player) -> None:
    """Many turns of one player against another that stands still: it wins."""
    game = trainer(d_learning_rate=0.01, g_learning_rate=0.01, batch_size=128)

    def record() -> dict[str, float]:
        probe = trainer(batch_size=128)
        probe.load_state(game.state())
        return dict(zip(RECORD_FIELDS, map(float, probe.run(1)[0]), strict=True))

    before = record()
    for number in range(60):
        game.take_turn(player, number)
    assert record()[f"{player}_loss"] < before[f"{player}_loss"] - 0.1


# ------------------------------------------------------------------------ in a job


@pytest.fixture
def shared(sqlite_url: str) -> Store:
    """The store that this process's jobs open too."""
    return open_store(sqlite_url)


@pytest.fixture
def play(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str | None]:
    """Executes a run, makes requests precisely when it has taken so many steps, and may crash.

    Without the plane's part of the frames, which would be compiled anew after each change.
    """
    healthy = Trainer.run

    def execute_with(
        run_id: str,
        requests: Mapping[int, Sequence[Request]] | None = None,
        crash_at: int | None = None,
        see_plane: bool = False,
    ) -> str | None:
        left = dict(requests or {})

        def run(player: Trainer, n_steps: int) -> np.ndarray:
            if player.step == crash_at:
                raise RuntimeError("the power is gone")
            ahead = [step for step in (*left, crash_at) if step is not None and step > player.step]
            records = healthy(player, min([n_steps, *(step - player.step for step in ahead)]))
            for request in left.pop(player.step, ()):
                shared.controls.request(run_id, *request)
            return records

        with monkeypatch.context() as patched:
            patched.setattr(Trainer, "run", run)
            if not see_plane:
                patched.setattr("gan_core.runs.job.PlaneFrames", lambda config: None)
            return execute(shared.url, run_id)

    return execute_with


def start(store: Store, **settings: Any) -> str:
    return store.create_run(RunConfig.parse({**TINY, **settings}))


def checkpoint(store: Store, run_id: str) -> dict[str, np.ndarray]:
    data = store.checkpoints.data(run_id)
    assert data
    return unpack(data)


def records(store: Store, run_id: str) -> np.ndarray:
    return store.record.curve(run_id, 0, len(RECORD_FIELDS))[1]


ASKED: dict[int, list[Request]] = {
    40: [("set", "g_optimizer", "rmsprop")],
    60: [("turn_d",), ("turn_g",), ("set", "d_learning_rate", 0.002), ("turn_d",), ("resume",)],
    120: [("set", "loss", "hinge")],
}


@pytest.mark.slow
@pytest.mark.parametrize("stop_at", [90, 150])
def test_run_stopped_and_resumed_ends_like_one_that_was_not(
    shared: Store, play: Callable[..., str | None], stop_at: int
) -> None:
    whole, stopped = start(shared), start(shared)
    assert play(whole, ASKED) == "finished"
    assert play(stopped, {**ASKED, stop_at: [("stop",)]}) == "stopped"
    assert int(checkpoint(shared, stopped)["step"]) == stop_at
    shared.controls.request(stopped, "resume")
    later = {step: asked for step, asked in ASKED.items() if step > stop_at}
    assert play(stopped, later) == "finished"
    assert_same_run(shared, whole, stopped)


@pytest.mark.slow
@pytest.mark.parametrize("crash_at", [50, 61, 150])
def test_run_that_lost_its_worker_replays_what_the_checkpoint_does_not_have(
    shared: Store, play: Callable[..., str | None], crash_at: int
) -> None:
    whole, crashed = start(shared), start(shared)
    assert play(whole, ASKED) == "finished"
    assert play(crashed, ASKED, crash_at) == "failed"
    saved = shared.checkpoints.data(crashed)
    assert (int(unpack(saved)["step"]) if saved else 0) == (0 if crash_at < 60 else 60)
    shared.controls.request(crashed, "resume")
    later = {step: asked for step, asked in ASKED.items() if step > crash_at}
    assert play(crashed, later) == "finished"
    assert_same_run(shared, whole, crashed)


def assert_same_run(store: Store, one: str, other: str) -> None:
    assert np.array_equal(records(store, one), records(store, other))
    assert_equal_states(checkpoint(store, one), checkpoint(store, other))
    assert int(checkpoint(store, one)["n_changes"]) == 6
    applied = [
        [(each.action, each.applied_step) for each in store.controls.changes(run)]
        for run in (one, other)
    ]
    assert applied[0] == applied[1]


@pytest.mark.slow
@pytest.mark.parametrize("left_out", [("turn_d",), ("turn_g",), ("set", "loss", "hinge")])
def test_changes_reach_the_weights(
    shared: Store, play: Callable[..., str | None], left_out: Request
) -> None:
    whole, part = start(shared), start(shared)
    play(whole, ASKED)
    play(part, {step: [each for each in at if each != left_out] for step, at in ASKED.items()})
    one, other = (checkpoint(shared, each)["variable_0"] for each in (whole, part))
    assert not np.array_equal(one, other)


def test_turn_pauses_the_run_and_is_seen_at_once(
    shared: Store, play: Callable[..., str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 0.1)
    run_id = start(shared)
    assert play(run_id, {50: [("turn_d",)]}, see_plane=True) == "paused"
    assert shared.run(run_id).step == 50
    events = shared.events.after(0, [run_id])
    before, after = [event for event in events if event.kind == "frame"][-2:]
    assert before.step == after.step == 50
    assert before.measures
    assert after.measures
    assert before.measures["d_gradient"] != after.measures["d_gradient"]
    assert before.measures["jensen_shannon"] == after.measures["jensen_shannon"]
    assert len(checkpoint(shared, run_id)) > 1


def test_single_steps_have_one_frame_each_with_the_arrows_that_g_followed(
    shared: Store, play: Callable[..., str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 0.1)
    run_id = start(shared)
    assert play(run_id, {50: [("step",), ("step",)]}, see_plane=True) == "paused"
    shown = [event for event in shared.events.after(0, [run_id]) if event.kind == "frame"]
    assert [event.step for event in shown][-3:] == [50, 51, 52]
    for step in (51, 52):
        frame = shared.record.frame_at(run_id, step)
        assert frame
        assert frame.payload
        assert "followed.x" in json.loads(frame.payload)


def test_a_single_step_that_was_seen_is_not_lost_with_the_worker(
    shared: Store, play: Callable[..., str | None]
) -> None:
    run_id = start(shared)
    assert play(run_id, {50: [("step",), ("step",)]}, crash_at=51) == "failed"
    assert shared.run(run_id).step == checkpoint(shared, run_id)["step"] == 51


def test_what_was_asked_too_late_does_not_act_when_a_finished_run_goes_on(
    shared: Store, play: Callable[..., str | None]
) -> None:
    run_id = start(shared)
    late: Request = ("set", "d_learning_rate", 0.25)
    assert play(run_id, {TINY["steps"]: [("pause",), late]}) == "finished"
    assert shared.controls.config_now(run_id) == shared.run(run_id).config
    shared.extend(run_id, 20)
    assert play(run_id) == "finished"
    assert [each.field for each in shared.controls.changes(run_id)] == ["steps"], (
        "its new length alone"
    )


# -------------------------------------------------------------------------- branches


def finished(store: Store, play: Callable[..., str | None], **settings: Any) -> str:
    """A run whose loss and rate changed on the way."""
    run_id = start(store, **settings)
    changes = {50: [("set", "d_learning_rate", 0.002)], 120: [("set", "loss", "hinge")]}
    assert play(run_id, changes) == "finished"
    return run_id


def test_branch_equals_its_parent_up_to_the_step_and_differs_after(
    shared: Store, play: Callable[..., str | None]
) -> None:
    parent = finished(shared, play)
    branch = shared.branch(parent, 80, "loss", "least_squares")
    assert shared.run(branch).config == shared.run(parent).config
    assert play(branch) == "finished"
    before, after = records(shared, parent), records(shared, branch)
    assert len(after) == 200
    assert np.array_equal(before[:80], after[:80])
    assert not (before[80:] == after[80:]).all(axis=1).any()
    kept = [(each.field, each.value, each.applied_step) for each in shared.controls.changes(branch)]
    assert kept == [("d_learning_rate", 0.002, 50), ("loss", "least_squares", 80)]


@pytest.mark.slow
def test_branch_where_the_parent_changed_comes_after_that_change(
    shared: Store, play: Callable[..., str | None]
) -> None:
    parent = finished(shared, play)
    branch = shared.branch(parent, 120, "g_learning_rate", 0.002)
    assert [each.field for each in shared.controls.changes(branch)] == [
        "d_learning_rate",
        "loss",
        "g_learning_rate",
    ]
    assert shared.controls.config_now(branch).loss == "hinge"
    play(branch)
    before, after = records(shared, parent), records(shared, branch)
    assert np.array_equal(before[:121, 0], after[:121, 0]), "D's loss does not know of G's rate yet"
    assert not np.array_equal(before[122:], after[122:])


def test_branch_to_the_same_value_is_its_parent_again(
    shared: Store, play: Callable[..., str | None]
) -> None:
    parent = start(shared)
    play(parent, {30: [("turn_g",), ("turn_d",), ("resume",)]})
    branch = shared.branch(
        parent, 100, "d_learning_rate", shared.run(parent).config.d_learning_rate
    )
    assert play(branch) == "finished"
    assert np.array_equal(records(shared, parent), records(shared, branch))


@pytest.mark.slow
def test_branch_of_a_branch_keeps_the_earlier_changes(
    shared: Store, play: Callable[..., str | None]
) -> None:
    parent = finished(shared, play)
    branch = shared.branch(parent, 80, "penalty", "r1")
    play(branch)
    twig = shared.branch(branch, 100, "penalty_weight", 10.0)
    assert play(twig) == "finished"
    assert [(each.field, each.applied_step) for each in shared.controls.changes(twig)] == [
        ("d_learning_rate", 50),
        ("penalty", 80),
        ("penalty_weight", 100),
    ]
    curves = [records(shared, each) for each in (parent, branch, twig)]
    assert np.array_equal(curves[0][:80], curves[2][:80])
    assert np.array_equal(curves[1][:100], curves[2][:100])
    assert not np.array_equal(curves[0][80:100], curves[2][80:100])
    assert not np.array_equal(curves[1][100:], curves[2][100:])


@pytest.mark.slow
def test_branch_continues_from_its_own_checkpoint(
    shared: Store, play: Callable[..., str | None]
) -> None:
    parent = finished(shared, play)
    whole, halted = (shared.branch(parent, 80, "d_steps", 2) for _ in range(2))
    play(whole)
    for stop_at in (60, 100):  # while it is still replayed, and after
        assert play(halted, {stop_at: [("stop",)]}) == "stopped"
        shared.controls.request(halted, "resume")
    assert play(halted) == "finished"
    assert np.array_equal(records(shared, whole), records(shared, halted))
    assert_equal_states(checkpoint(shared, whole), checkpoint(shared, halted))


def test_change_asked_for_where_the_replay_is_paused_comes_after_what_is_replayed_there(
    shared: Store, play: Callable[..., str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 0.5)
    past = Control(0, "set", "d_learning_rate", 0.002, 3)
    run_id = shared.create_run(RunConfig.parse({**TINY, "steps": 5}), changes=[past])
    assert play(run_id, {3: [("pause",), ("set", "d_learning_rate", 0.004)]}) == "paused"
    assert shared.controls.pending(run_id) == []
    assert [each.value for each in shared.controls.changes(run_id)] == [0.002, 0.004]
    assert int(checkpoint(shared, run_id)["n_changes"]) == 2


def test_branch_of_a_run_in_slow_motion_is_replayed_at_full_speed(
    shared: Store, play: Callable[..., str | None]
) -> None:
    parent, holder = start(shared, steps=102, pace=2), holder_name()
    shared.claims.take(parent, holder)
    shared.record.append(parent, holder, step=100, points={}, images_per_second=None)
    branch = shared.branch(parent, 100, "loss", "hinge")
    began = time.monotonic()
    assert play(branch) == "finished"
    assert 0.4 < time.monotonic() - began < 40  # 50 seconds at its own pace


def test_branch_waits_for_a_worker_at_once(shared: Store) -> None:
    parent = start(shared)
    holder = holder_name()
    shared.claims.take(parent, holder)
    shared.record.append(parent, holder, step=10, points={}, images_per_second=None)
    branch = shared.branch(parent, 5, "loss", "hinge")
    assert [run.id for run in shared.claims.wanting_worker()] == [branch]
    assert shared.claims.take(branch, holder_name())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((11, "loss", "hinge"), "step = 11 is not allowed. Allowed: a whole number from 0 to 10."),
        ((-1, "loss", "hinge"), "step = -1 is not allowed"),
        ((5, "seed", 3), "seed cannot change while a run trains"),
        ((5, "nonsense", 3), "nonsense cannot change while a run trains"),
        ((5, "loss", "nonsense"), "loss = nonsense is not allowed"),
        ((5, "d_learning_rate", 2.0), "d_learning_rate = 2.0 is not allowed"),
        ((5, "real_target", 0.5), "real_target = 0.5 has no effect with loss = non_saturating"),
    ],
)
def test_branch_that_cannot_be_is_refused_and_leaves_no_run_behind(
    shared: Store, arguments: tuple[int, str, Any], why: str
) -> None:
    parent, holder = start(shared), holder_name()
    shared.claims.take(parent, holder)
    shared.record.append(parent, holder, step=10, points={}, images_per_second=None)
    with pytest.raises(GanError) as refused:
        shared.branch(parent, *arguments)
    assert str(refused.value).startswith(why)
    assert [run.id for run in shared.runs()] == [parent]
    assert shared.controls.changes(parent) == []


def test_branch_of_a_run_that_is_not_there_is_refused(shared: Store) -> None:
    with pytest.raises(GanError, match="no run nonsense"):
        shared.branch("nonsense", 0, "loss", "hinge")
    assert shared.runs() == []


# -------------------------------------------------------------------------- other seeds


@pytest.mark.slow
def test_replica_repeats_every_change_and_turn(
    shared: Store, play: Callable[..., str | None]
) -> None:
    """With the same seed it is the same run, bit for bit; with another one it is not."""
    parent = start(shared)
    turns = [("turn_g",), ("turn_d",), ("set", "loss", "hinge"), ("resume",)]
    play(parent, {20: [("set", "pace", 5000)], 30: turns, 120: [("set", "d_learning_rate", 0.002)]})
    same_seed, other_seed = (shared.replicate(parent, seed) for seed in (1, 2))
    assert play(same_seed) == play(other_seed) == "finished"
    of_parent, of_same, of_other = (
        records(shared, each) for each in (parent, same_seed, other_seed)
    )
    assert np.array_equal(of_parent, of_same)
    assert of_other.shape == of_parent.shape
    assert not (of_other == of_parent).all(axis=1).any()


@pytest.mark.slow
def test_replica_equals_a_run_with_its_seed_that_was_changed_as_often(
    shared: Store, play: Callable[..., str | None]
) -> None:
    replica = shared.replicate(finished(shared, play), 5)
    play(replica)
    assert np.array_equal(records(shared, replica), records(shared, finished(shared, play, seed=5)))


# -------------------------------------------------------------------- after the end, and on


def prolonged(store: Store, play: Callable[..., str | None], **settings: Any) -> str:
    """A run of 40 steps that went on after its end, and after its second one: 90 steps."""
    run_id = start(store, steps=40, d_learning_rate=0.05, g_learning_rate=0.05, **settings)
    for n_more in (30, 20):
        assert play(run_id) == "finished"
        store.extend(run_id, n_more)
    assert play(run_id) == "finished"
    assert len(records(store, run_id)) == 90
    return run_id


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_replica_and_branch_of_a_prolonged_run_follow_its_schedule(
    shared: Store, play: Callable[..., str | None], schedule: str
) -> None:
    """Over the steps until each of its ends, which were not the same."""
    parent = prolonged(shared, play, rate_schedule=schedule)
    rate = shared.run(parent).config.d_learning_rate
    replica = shared.replicate(parent, shared.run(parent).config.seed)
    branch = shared.branch(parent, 89, "d_learning_rate", rate)
    for each in (replica, branch):
        assert play(each) == "finished"
        assert np.array_equal(records(shared, parent), records(shared, each))
        assert {40, 70, 90} <= {*shared.record.frame_steps(each)}, "what was reached at its ends"
    assert_equal_states(checkpoint(shared, parent), checkpoint(shared, replica))


def test_branch_of_a_prolonged_run_goes_as_far_as_it(
    shared: Store, play: Callable[..., str | None]
) -> None:
    parent = prolonged(shared, play, rate_schedule="linear")
    for step in (20, 39, 40, 69):
        branch = shared.branch(parent, step, "d_learning_rate", 0.05)
        assert play(branch) == "finished"
        assert np.array_equal(records(shared, branch), records(shared, parent))


def test_branch_of_a_prolonged_run_obeys_at_once_though_its_parent_s_end_lies_ahead(
    shared: Store, play: Callable[..., str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = shared.branch(prolonged(shared, play), 20, "d_learning_rate", 0.04)
    asked: list[Request] = [("set", "g_learning_rate", 0.01), ("turn_d",)]
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 0.1)
    assert play(branch, {30: asked}) == "paused"
    shared.controls.request(branch, "turn_g")
    assert [run.id for run in shared.claims.wanting_worker()] == [branch]
    assert play(branch) == "paused"
    shared.controls.request(branch, "resume")
    assert play(branch) == "finished"
    found = [
        (each.field or each.action, each.applied_step) for each in shared.controls.changes(branch)
    ]
    in_between = [("g_learning_rate", 30), ("turn_d", 30), ("turn_g", 30)]
    assert found == [("d_learning_rate", 20), *in_between, ("steps", 40), ("steps", 70)]
    assert len(records(shared, branch)) == 90


def test_branch_of_a_prolonged_run_keeps_its_pace_though_its_parent_s_end_lies_ahead(
    shared: Store, play: Callable[..., str | None]
) -> None:
    branch = shared.branch(prolonged(shared, play), 20, "pace", 20)
    began = time.monotonic()
    assert play(branch) == "finished"
    assert time.monotonic() - began > 2  # 70 steps; those after the last end alone take a second


def test_prolonged_run_that_lost_its_worker_ends_like_one_that_did_not(
    shared: Store, play: Callable[..., str | None]
) -> None:
    settings = {"steps": 40, "rate_schedule": "linear"}
    whole, crashed = (start(shared, **settings) for _ in range(2))
    for each in (whole, crashed):
        assert play(each) == "finished"
        shared.extend(each, 30)
    assert play(crashed, crash_at=50) == "failed"
    shared.controls.request(crashed, "resume")
    assert play(whole) == play(crashed) == "finished"
    assert np.array_equal(records(shared, whole), records(shared, crashed))
    assert_equal_states(checkpoint(shared, whole), checkpoint(shared, crashed))


def test_prolonged_run_can_be_taken_step_by_step(
    shared: Store, play: Callable[..., str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its old end, where the new length is still to be replayed."""
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 0.1)
    whole, stepped = (start(shared, steps=40, rate_schedule="linear") for _ in range(2))
    for each in (whole, stepped):
        assert play(each) == "finished"
        shared.extend(each, 10)
    shared.controls.request(stepped, "step")
    shared.controls.request(stepped, "step")
    assert play(stepped) == "paused"
    assert shared.run(stepped).step == 42
    shared.controls.request(stepped, "resume")
    assert play(whole) == play(stepped) == "finished"
    assert np.array_equal(records(shared, whole), records(shared, stepped))
