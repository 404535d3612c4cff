"""What is measured when somebody asks: copies and collapse are noticed, and training is spared."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.image_measures import MEASURES
from gan_core.image_measures.neighbours import MOST, SOME
from gan_core.runs import answering, measuring
from gan_core.runs.answers import canonical
from gan_core.runs.claims import holder_name
from gan_core.runs.job import execute
from gan_core.runs.restored import restored
from gan_core.runs.store import Store, open_store
from gan_core.text import GanError
from gan_core.training import inception, pool
from gan_core.training.trainer import Trainer

TINY = {"network": "mlp", "g_hidden_units": 8, "d_hidden_units": 8, "batch_size": 8, "steps": 4}
DIGITS = DATASETS.get("digits")
Generate = Callable[[int], np.ndarray]


@pytest.fixture
def shared(sqlite_url: str) -> Store:
    return open_store(sqlite_url)


def trained(store: Store, **settings: Any) -> str:
    run_id = store.create_run(RunConfig.parse({**TINY, **settings}))
    assert execute(store.url, run_id) == "finished"
    return run_id


@pytest.fixture
def lay_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Lays pictures down as a dataset's, for this test alone."""

    def lay(pixels: np.ndarray, dataset: str = "fashion_mnist") -> None:
        np.savez(tmp_path / f"{dataset}.npz", x_train=pixels)
        monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))

    pool._real_samples.cache_clear()
    yield lay
    pool._real_samples.cache_clear()


@pytest.fixture
def measured_of(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[np.ndarray], Any]:
    """Measures a run of digits whose generator makes these pictures."""

    def measured(pictures: np.ndarray) -> Any:
        run_id = trained(shared, ema_decay=0.5)
        made = iter(np.resize(pictures, (10_000, *DIGITS.shape)))
        monkeypatch.setattr(
            Trainer, "generated", lambda trainer, z: np.stack([next(made) for _ in range(len(z))])
        )
        return measuring.measure(shared, run_id)

    return measured


# ------------------------------------------------------------------------ known answers


def test_a_memoriser_is_flagged_though_all_other_measures_praise_it(
    measured_of: Callable[[np.ndarray], Any],
) -> None:
    found = measured_of(DIGITS.load(1797, seed=4))
    assert found["copies"] == 1 > MOST
    assert max(found["distances"]["generated"]) == 0 < min(found["distances"]["held_out"])
    assert found["shown"]["distances"] == [0] * measuring.N_SHOWN
    for measure in MEASURES:
        value, floor = found["measures"][measure.name]
        gain = floor - value if measure.better == "lower" else value - floor
        assert gain > -0.05, measure.name


def test_a_collapsed_generator_is_flagged(measured_of: Callable[[np.ndarray], Any]) -> None:
    good = DIGITS.load(1, seed=4)
    found = measured_of(good)
    assert found["measures"]["precision"][0] == 1
    assert found["measures"]["recall"][0] < 0.02
    assert sorted(found["classes"]["generated"]) == [0] * 9 + [1]
    assert found["measures"]["class_gap"][0] > 0.85
    value, floor = found["measures"]["frechet"]
    assert value > 10 * floor


def test_noise_is_neither_good_nor_copied(measured_of: Callable[[np.ndarray], Any]) -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, (1000, *DIGITS.shape)).astype(np.float32)
    found = measured_of(noise)
    assert found["copies"] < SOME
    assert found["measures"]["precision"][0] < 0.05
    assert min(found["distances"]["generated"]) > max(found["distances"]["held_out"])


def test_a_diverged_generator_is_measured_without_a_crash(
    measured_of: Callable[[np.ndarray], Any],
) -> None:
    found = measured_of(np.full((1, *DIGITS.shape), np.nan, np.float32))
    assert json.loads(json.dumps(found, allow_nan=False)) == found


# ----------------------------------------------------------------------- what is returned


def test_answer_says_all_that_a_page_shows(shared: Store) -> None:
    run_id = trained(shared)
    found = measuring.measure(shared, run_id)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["step"], found["n"], found["n_train"]) == (4, 898, len(DIGITS.load()))
    assert list(found["measures"]) == MEASURES.names()
    assert [len(shares) for shares in found["classes"].values()] == [10, 10]
    assert [len(each) for each in found["distances"].values()] == [measuring.N_COMPARED] * 2
    picture = base64.b64decode(found["shown"]["picture"].split(",")[1])
    assert Image.open(io.BytesIO(picture)).size == (28 * measuring.N_SHOWN, 2 * 28)
    assert found["shown"]["size"] == [28, 28]
    assert measuring.measure(shared, run_id) == found, "the same run measures the same"


def test_floors_are_those_of_two_disjoint_halves(shared: Store) -> None:
    found = measuring.measure(shared, trained(shared))
    floors = {name: floor for name, (_, floor) in found["measures"].items()}
    assert floors["frechet"] > 0
    assert 0.7 < floors["precision"] < 1
    assert 0.7 < floors["recall"] < 1
    assert 0 < floors["class_gap"] < 0.1
    assert floors["kid"] > 0


def test_pictures_that_are_no_digits_have_neighbours_only(
    shared: Store, lay_down: Callable[..., None]
) -> None:
    lay_down(np.random.default_rng(1).integers(0, 256, (60, 28, 28), np.uint8))
    found = measuring.measure(shared, trained(shared, dataset="fashion_mnist"))
    assert found.keys() == {"step", "n_train", "copies", "distances", "shown"}
    assert [len(each) for each in found["distances"].values()] == [30, 60]
    assert found["n_train"] == 60


def test_the_checkpoint_is_what_is_measured(shared: Store) -> None:
    changed = {"ema_decay": 0.9, "g_optimizer": "rmsprop"}
    run_id = trained(shared, **changed)
    with restored(shared, run_id) as trainer:
        assert trainer.step == 4
        z = trainer.fixed_noise(3)
        first = trainer.generated(z)
    with restored(shared, run_id) as trainer:
        assert np.array_equal(trainer.generated(z), first)
        trainer.run(1)
        assert not np.array_equal(trainer.generated(z), first)


def test_settings_changed_before_the_checkpoint_count(shared: Store) -> None:
    run_id, holder = shared.create_run(RunConfig.parse({**TINY, "steps": 6})), holder_name()
    shared.controls.request(run_id, "set", "g_optimizer", "sgd")
    assert execute(shared.url, run_id, holder) == "finished"
    with restored(shared, run_id) as trainer:
        assert trainer.config.g_optimizer == "sgd"
        assert trainer.step == 6


# ------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("find", [measuring.measure, measuring.fid])
def test_what_cannot_be_measured_is_explained(
    shared: Store, find: Callable[[Store, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inception, "inception", lambda: None)
    with pytest.raises(GanError, match="There is no run nope"):
        find(shared, "nope")
    with pytest.raises(GanError, match="has no checkpoint yet"):
        find(shared, shared.create_run(RunConfig.parse(TINY)))
    with pytest.raises(GanError, match="makes points, not pictures"):
        find(shared, trained(shared, dataset="ring"))


def test_too_few_pictures_are_refused(shared: Store, lay_down: Callable[..., None]) -> None:
    lay_down(np.zeros((40, 28, 28), np.uint8))
    run_id = trained(shared, dataset="fashion_mnist")
    with pytest.raises(GanError, match="There are 1 different real pictures"):
        measuring.measure(shared, run_id)


@pytest.mark.parametrize("n", [7, 8])
def test_few_digits_are_refused_or_measured(
    shared: Store, lay_down: Callable[..., None], n: int
) -> None:
    """Precision asks each of n / 2 features for its third neighbour."""
    lay_down(np.random.default_rng(1).integers(0, 256, (n, 28, 28), np.uint8), "mnist")
    run_id = trained(shared, dataset="mnist")
    if n < 8:
        with pytest.raises(GanError, match=r"There are 7 different .* Measuring takes 8 at least"):
            measuring.measure(shared, run_id)
    else:
        assert measuring.measure(shared, run_id)["n"] == 4


# ------------------------------------------------------------------------------------- FID


@pytest.mark.slow
def test_fid_with_a_network_of_random_weights(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = inception.build(None)
    monkeypatch.setattr(inception, "inception", lambda: network)
    monkeypatch.setattr(measuring, "N_FID", 8)
    found = measuring.fid(shared, trained(shared))
    assert (found["step"], found["n"]) == (4, 8)
    assert 0 < found["floor"] < found["value"]


def test_fid_is_not_computed_while_somebody_trains(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inception, "inception", lambda: None)
    run_id = trained(shared)
    other, holder = shared.create_run(RunConfig.parse(TINY)), holder_name()
    shared.claims.take(other, holder)
    shared.set_status(other, holder, "running")
    with pytest.raises(GanError, match="Pause what trains now"):
        measuring.fid(shared, run_id)


# ------------------------------------------------------------------------- beside training


class Clock:
    """Time that passes when somebody works or sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(measuring, "time", clock)
    return clock


def test_measuring_rests_beside_training(
    shared: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared.claims, "someone_trains", lambda: True)
    for _ in range(3):
        with measuring.aside(shared):
            clock.now += 1.5
    assert 3 * 1.5 / clock.now == pytest.approx(measuring.SHARE)


def test_measuring_does_not_rest_where_nobody_trains(shared: Store, clock: Clock) -> None:
    with measuring.aside(shared):
        clock.now += 1.5
    assert clock.slept == 0


def test_measuring_goes_on_as_soon_as_training_ends(
    shared: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared.claims, "someone_trains", lambda: clock.now < 10)
    with measuring.aside(shared):
        clock.now += 1.5
    assert 10 <= clock.now < 10 + measuring.LOOK_SECONDS


def test_every_piece_of_work_is_followed_by_a_rest(
    shared: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever takes time takes it within `aside`: a clock that ticks with each call tells."""
    run_id = trained(shared)
    pieces = []

    def seen(name: str) -> None:
        healthy = getattr(measuring, name)

        def watched(*arguments: Any) -> Any:
            clock.now += 1
            pieces.append(name)
            return healthy(*arguments)

        monkeypatch.setattr(measuring, name, watched)

    for name in ("restored", "_training_pictures", "_held_out", "_seen", "measure_all"):
        seen(name)
    monkeypatch.setattr(shared.claims, "someone_trains", lambda: True)
    measuring.measure(shared, run_id)
    assert len(pieces) >= 5
    assert (clock.now - clock.slept) / clock.now == pytest.approx(measuring.SHARE)


# ---------------------------------------------------------------------------- as an answer


@pytest.mark.parametrize("topic", ["measures", "fid"])
def test_a_worker_answers(store: Store, monkeypatch: pytest.MonkeyPatch, topic: str) -> None:
    monkeypatch.setattr(answering, "open_store", lambda url: store)
    found = {"measures": "measure", "fid": "fid"}[topic]
    monkeypatch.setattr(measuring, found, lambda store, run_id: [store.url, run_id])
    question = {"topic": topic, "run": "abc", "step": 3}
    store.answers.ask(question)
    answering.answer(store.url, canonical(question))
    answer = store.answers.ask(question)
    assert answer
    assert answer.value == [store.url, "abc"]
