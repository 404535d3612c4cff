"""The faults of the bug hunt: each shows its symptom, and its fix removes it."""

from __future__ import annotations

import ast
import dataclasses
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gan_core.bug_hunt import HUNT, case_of, faulty, healthy, mends_while_it_trains
from gan_core.config import RunConfig
from gan_core.export.program import refuse_what_cannot_be_exported
from gan_core.faults import FAULTS, NONE, Fault
from gan_core.faults.logits_as_probabilities import EPSILON
from gan_core.metrics.mode_coverage import modes_covered
from gan_core.metrics.sliced_wasserstein import sliced_wasserstein
from gan_core.text import GanError
from gan_core.training.device import pick
from gan_core.training.plane_view import view_of
from gan_core.training.pool import real_samples
from gan_core.training.tensorflow_ops import TENSORFLOW
from gan_core.training.trainer import Trainer

N_SAMPLES = 1000
LOOKS = 20

every_fault = pytest.mark.parametrize("fault", HUNT, ids=lambda fault: fault.name)


# ------------------------------------------------------------------------ what it shows


@dataclass(frozen=True)
class Phase:
    """What is to be seen of a run in some of its steps."""

    records: np.ndarray  # (steps, 5)
    samples: list[np.ndarray]  # (n, *shape) at each look of the second half
    real: np.ndarray
    dataset: Any

    @property
    def last(self) -> np.ndarray:
        """Means of the last hundred records."""
        return np.asarray(self.records[-100:].mean(axis=0))

    @property
    def d_loss(self) -> float:
        return float(self.last[0])

    @property
    def g_loss(self) -> float:
        return float(self.last[1])

    @property
    def d_real(self) -> float:
        return float(self.last[2])

    @property
    def d_fake(self) -> float:
        return float(self.last[3])

    @property
    def off(self) -> float:
        """How far the mean picture is from that of the data: root mean square over its pixels."""
        difference = self.samples[-1].mean(axis=0) - self.real.mean(axis=0)
        return float(np.sqrt(np.mean(np.square(difference))))

    @property
    def variety(self) -> float:
        """How much pictures differ, compared with the data: 1 would be as much."""
        return float(self.samples[-1].std(axis=0).mean() / self.real.std(axis=0).mean())

    @property
    def modes(self) -> np.ndarray:
        return np.array([modes_covered(self.real, each, self.dataset) for each in self.samples])

    @property
    def distance(self) -> float:
        """Median of the sliced Wasserstein distances."""
        return float(
            np.median([sliced_wasserstein(self.real, s, self.dataset) for s in self.samples])
        )

    @property
    def spread(self) -> float:
        """Median of the points' standard deviations, compared with the data."""
        spreads = [np.linalg.norm(each.std(axis=0)) for each in self.samples]
        return float(np.median(spreads) / np.linalg.norm(self.real.std(axis=0)))

    @property
    def swing(self) -> float:
        """How far the mean of the points strays: standard deviation over the looks."""
        return float(np.linalg.norm(np.std([s.mean(axis=0) for s in self.samples], axis=0)))


def play(trainer: Trainer, until: int) -> Phase:
    """Train, and look now and then."""
    config = trainer.config
    records, samples, first = [], [], trainer.step
    while trainer.step < until:
        n_steps = max(1, min((until - first) // LOOKS, until - trainer.step))
        records.append(trainer.run(n_steps))
        if trainer.step >= (first + until) / 2:
            samples.append(trainer.samples(N_SAMPLES))
    real = np.asarray(real_samples(config))[:N_SAMPLES]
    return Phase(np.concatenate(records), samples, real, config.items.dataset)


@functools.cache
def phases(name: str, seed: int = 1) -> tuple[Phase, Phase]:
    """How the run with the fault is at `at`, and how the mended run ends."""
    fault = FAULTS.get(name)
    config = faulty(fault).model_copy(update={"seed": seed})
    trainer = Trainer(config, real_samples(config))
    sick = play(trainer, case_of(fault).at)
    if mends_while_it_trains(fault):
        trainer.change(trainer.config.with_change("fault", NONE))
    else:
        config = healthy(fault).model_copy(update={"seed": seed})
        trainer = Trainer(config, real_samples(config))
    return sick, play(trainer, trainer.config.steps)


# Of three seeds, the worst is named beside each limit, so that one sees the margin.


@pytest.mark.slow
def test_logits_as_probabilities_freeze_the_losses_until_they_are_read_as_logits() -> None:
    sick, healed = phases("logits_as_probabilities")
    assert sick.g_loss == pytest.approx(-np.log(EPSILON), abs=0.1)  # 16.11
    assert np.ptp(sick.records[-100:, 1]) < 0.2
    assert sick.d_loss < 1e-3  # with one seed 16.1
    assert sick.off > 0.5  # 0.75
    assert healed.off < 0.3  # 0.21
    assert healed.variety > 0.8  # 0.92
    assert 0.5 < healed.g_loss < 4  # 1.1 to 1.8


@pytest.mark.slow
def test_without_freezing_g_wins_and_draws_noise_until_d_is_frozen() -> None:
    sick, healed = phases("discriminator_not_frozen")
    assert sick.g_loss < 0.2  # 0.10
    assert sick.d_fake > 0.95  # 0.97
    assert sick.d_loss > 2  # 3.7, and 2 ln 2 for mere guessing
    assert sick.off > 0.5  # 1.08
    assert healed.d_fake < 0.5  # 0.40
    assert healed.off < 0.3  # 0.20
    assert healed.variety > 0.8  # 0.93


@pytest.mark.slow
def test_pictures_not_scaled_are_told_by_brightness_until_they_are_scaled() -> None:
    sick, healed = phases("pictures_not_scaled")
    assert sick.d_real > 0.99  # 1
    assert sick.d_fake < 0.2  # 0.10
    assert sick.samples[-1].mean() > sick.real.mean() + 0.5  # it draws ever brighter
    assert sick.off > 0.5  # 1.06
    assert healed.d_real < 0.8  # 0.58
    assert healed.off < 0.3  # 0.17
    assert healed.variety > 0.8  # 0.97


@pytest.mark.slow
def test_batch_norm_in_inference_mode_loses_spots_until_it_trains() -> None:
    sick, healed = phases("inference_mode")
    assert sick.modes.max() <= 1  # 1
    assert sick.spread < 0.3  # 0.09
    assert healed.modes.min() == 3  # 3
    assert healed.spread > 0.8  # 0.98
    assert healed.distance < 0.3 * sick.distance  # 0.14


@pytest.mark.slow
def test_sorted_data_send_g_round_in_circles_until_they_are_shuffled() -> None:
    sick, healed = phases("sorted_data")
    assert sick.swing > 0.5  # 0.82
    assert sick.modes.max() <= 2  # 2
    assert healed.swing < 0.2  # 0.06
    assert healed.modes.min() == 3  # 3
    assert healed.distance < 0.3 * sick.distance  # 0.11


@pytest.mark.slow
def test_sigmoids_draw_one_point_and_leaky_relu_all_spots() -> None:
    sick, healed = phases("sigmoid_everywhere")
    assert sick.spread < 0.05  # 0.00
    assert sick.modes.max() <= 1  # 1
    assert abs(sick.d_loss - 2 * np.log(2)) < 0.2  # it looks as if all were well; 0.06
    assert healed.modes.min() == 3  # 3
    assert healed.spread > 0.8  # 0.97


def test_a_batch_that_is_not_full_stops_the_run_until_it_is_left_out() -> None:
    fault = FAULTS.get("incomplete_batch")
    trainer = small_trainer(fault)
    assert len(trainer.run(1000)) == case_of(fault).at == 1797 // 64
    with pytest.raises(GanError) as raised:
        trainer.run(1)
    assert str(raised.value).startswith("Batch 29 of the data has only 5 samples")
    assert "target.shape=(64, 1), output.shape=(5, 1)" in str(raised.value)  # Keras' own words
    trainer.change(trainer.config.with_change("fault", NONE))
    assert len(trainer.run(3)) == 3


# -------------------------------------------------------------------- what the trainer does


def small_trainer(fault: Fault, *, mended: bool = False) -> Trainer:
    """A trainer of the fault's run with networks so small that it is made in no time."""
    config = healthy(fault) if mended else faulty(fault)
    sizes = {"g_hidden_units": 4, "d_hidden_units": 4}
    config = RunConfig.parse({**config.model_dump(exclude_unset=True), **sizes})
    plan = dataclasses.replace(pick(config), xla=False)  # what compiles sooner
    return Trainer(config, real_samples(config), plan)


def weights_of(model: keras.Model) -> list[np.ndarray]:
    return [np.asarray(weights) for weights in model.get_weights()]


def same(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


@every_fault
def test_both_runs_begin_with_the_same_weights_and_noise(fault: Fault) -> None:
    sick, well = small_trainer(fault), small_trainer(fault, mended=True)
    assert same(weights_of(sick.generator), weights_of(well.generator))
    assert same(weights_of(sick.discriminator), weights_of(well.discriminator))
    assert np.array_equal(sick.fixed_noise(5), well.fixed_noise(5))


@pytest.mark.parametrize(
    "fault", [each for each in HUNT if mends_while_it_trains(each)], ids=lambda fault: fault.name
)
def test_mended_run_goes_on_like_one_without_the_fault(fault: Fault) -> None:
    mended, well = small_trainer(fault), small_trainer(fault, mended=True)
    mended.change(mended.config.with_change("fault", NONE))
    assert mended.config == well.config
    for trainer in (mended, well):
        trainer.take_turn("d", 0)
        trainer.take_turn("g", 1)
    for mine, its in zip(mended._variables(), well._variables(), strict=True):
        assert np.array_equal(mine, its)


def test_misread_loss_is_what_keras_computes_without_from_logits() -> None:
    loss = FAULTS.get("logits_as_probabilities").loss(RunConfig().items.loss)
    real, fake = tf.constant([[-2.0, 0.3, 5.0]]), tf.constant([[0.6, -1.0, 3.0]])
    keras_loss = keras.losses.binary_crossentropy
    ones = tf.ones_like(real)
    expected = keras_loss(ones, real) + keras_loss(0 * ones, fake)
    np.testing.assert_allclose(loss.discriminator(real, fake, TENSORFLOW), expected, rtol=1e-6)
    np.testing.assert_allclose(
        loss.generator(real, fake, TENSORFLOW), keras_loss(ones, fake), rtol=1e-6
    )


@pytest.mark.parametrize("mended", [False, True])
def test_d_moves_in_g_s_turn_only_if_it_is_not_frozen(mended: bool) -> None:
    trainer = small_trainer(FAULTS.get("discriminator_not_frozen"), mended=mended)
    before = weights_of(trainer.discriminator)
    trainer.take_turn("g", 0)
    assert same(before, weights_of(trainer.discriminator)) == mended


@pytest.mark.parametrize(("mended", "limits"), [(False, (0, 255)), (True, (-1, 1))])
def test_d_gets_pictures_as_bytes_only_with_the_fault(
    mended: bool, limits: tuple[float, float]
) -> None:
    trainer = small_trainer(FAULTS.get("pictures_not_scaled"), mended=mended)
    x_real, _ = trainer._real_batch(trainer._data, trainer._seed, tf.constant(0), 0)
    assert (np.min(x_real), np.max(x_real)) == limits


@pytest.mark.parametrize("mended", [False, True])
def test_moving_averages_move_only_in_training_mode(mended: bool) -> None:
    trainer = small_trainer(FAULTS.get("inference_mode"), mended=mended)
    before = [np.asarray(each) for each in trainer.generator.non_trainable_variables]
    assert before
    trainer.take_turn("d", 0)
    after = [np.asarray(each) for each in trainer.generator.non_trainable_variables]
    assert same(before, after) != mended


def test_sorted_data_come_group_by_group_and_start_again() -> None:
    trainer = small_trainer(FAULTS.get("sorted_data"))
    modes = trainer.config.items.dataset.modes
    assert modes

    def groups(step: int) -> set[int]:
        x_real, _ = trainer._real_batch(trainer._data, trainer._seed, tf.constant(step), 0)
        offsets = np.asarray(x_real)[:, np.newaxis] - modes.centers
        return set(np.square(offsets).sum(axis=-1).argmin(axis=1).tolist())

    n_batches = len(trainer.x_real) // trainer.config.batch_size
    assert groups(0) == {0}
    assert groups(n_batches // 2) == {1}
    assert groups(n_batches - 20) == {2}
    assert groups(n_batches + 5) == {0}
    assert groups(1_000_000 - 1) <= {0, 1, 2}  # no overflow on the way


def test_each_hidden_layer_is_a_sigmoid() -> None:
    trainer = small_trainer(FAULTS.get("sigmoid_everywhere"))
    for network in (trainer.generator, trainer.discriminator):
        kinds = [each.activation.__name__ for each in network.layers if _is_activation(each)]
        assert kinds == ["sigmoid"] * 5


def _is_activation(layer: Any) -> bool:
    return type(layer).__name__ in ("Activation", "LeakyReLU", "ReLU")


# ------------------------------------------------------------------------ where it may stand


def test_a_run_has_no_fault_unless_it_is_asked_for_one() -> None:
    assert RunConfig().fault == NONE
    assert "fault" not in RunConfig().applicable_fields()


@every_fault
def test_fault_stands_among_the_settings_of_its_run_and_in_no_program(fault: Fault) -> None:
    config = faulty(fault)
    assert "fault" in config.applicable_fields()
    with pytest.raises(GanError, match=f"fault = {fault.name} is a mistake"):
        refuse_what_cannot_be_exported(config)
    refuse_what_cannot_be_exported(healthy(fault))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("logits_as_probabilities", {"loss": "hinge"}),
        ("logits_as_probabilities", {"label_smoothing": 0.1}),
        ("discriminator_not_frozen", {"ema_decay": 0.9}),
        ("pictures_not_scaled", {"dataset": "ring", "network": "mlp"}),
        ("inference_mode", {"network": "mlp"}),
        ("inference_mode", {"g_norm": "layer"}),
        ("sorted_data", {"dataset": "spiral", "network": "mlp"}),
        ("incomplete_batch", {"packing": 2}),
        ("incomplete_batch", {"conditional": True}),
        ("sigmoid_everywhere", {}),
    ],
)
def test_fault_where_it_cannot_happen_is_refused(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(GanError) as raised:
        RunConfig.parse({**settings, "fault": name})
    assert str(raised.value) == (f"fault = {name} needs other settings: {FAULTS.get(name).needs}.")


def test_networks_that_are_built_wrongly_cannot_be_mended_while_they_train() -> None:
    fault = FAULTS.get("sigmoid_everywhere")
    with pytest.raises(GanError, match="networks stay as built"):
        faulty(fault).with_change("fault", NONE)
    with pytest.raises(GanError, match="networks stay as built"):
        healthy(fault).with_change("fault", fault.name)


# -------------------------------------------------------------------------- what stands in it


@every_fault
def test_case_is_small_and_leaves_steps_to_heal_in(fault: Fault) -> None:
    config = faulty(fault)
    assert config.network == "mlp"
    assert case_of(fault).at < config.steps <= 5000
    assert config.model_copy(update={"fault": NONE}) == healthy(fault)


@every_fault
def test_sentences_are_there_and_translatable(fault: Fault) -> None:
    case = case_of(fault)
    for sentence in (fault.help, case.hint, case.why, case.symptom, case.healing):
        assert sentence == sentence.strip() != ""
        assert sentence[-1] in ".?"
        assert "{" not in case.filled(sentence)
        assert not re.search(r"\d[.,]?\d", sentence.replace("255", "")), (
            "numbers come from the code"
        )
    assert not fault.title.endswith(".")


@every_fault
def test_the_wrong_line_stands_in_the_program_once_and_can_be_mended(fault: Fault) -> None:
    case = case_of(fault)
    lines = case.code.splitlines()
    for line in (case.wrong, *case.also):
        assert lines.count(line) == 1
    assert case.right not in lines
    assert all(len(line) <= 90 for line in (*lines, case.right))
    ast.parse(case.code)
    ast.parse(case.code.replace(case.wrong, case.right))


def program(code: str) -> SimpleNamespace:
    """What a program of the hunt defines, run beside small networks and data."""
    images = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    seen: list[Any] = []

    def train_step(x_real: Any, z: Any) -> tuple[float, float]:
        seen.append(x_real)
        return 0.0, 0.0

    names: dict[str, Any] = {
        "keras": keras,
        "layers": layers,
        "np": np,
        "tf": tf,
        "BATCH_SIZE": 4,
        "LATENT_DIM": 2,
        "EPOCHS": 1,
        "generator": keras.Sequential([keras.Input((2,)), layers.Dense(2)]),
        "discriminator": keras.Sequential([keras.Input((2,)), layers.Dense(1)]),
        "cross_entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "g_optimizer": keras.optimizers.Adam(),
        "d_optimizer": keras.optimizers.Adam(),
        "images": images,
        "load_pixels": lambda: np.full((10, 28, 28), 255, np.uint8),
        "load_points": lambda: np.repeat(np.arange(3.0), 400)[:, np.newaxis],
        "seen": seen,
        "train_step": train_step,
    }
    exec(code, names)
    return SimpleNamespace(**names)


def clipped_loss(of: SimpleNamespace) -> bool:
    """Whether D's loss has no slope where it is sure."""
    loss = of.cross_entropy(tf.ones((1, 1)), tf.constant([[-5.0]]))
    return bool(loss > 10)


def moves_d(of: SimpleNamespace) -> bool:
    before = weights_of(of.discriminator)
    of.generator_step()
    return not same(before, weights_of(of.discriminator))


def normalises_nothing(of: SimpleNamespace) -> bool:
    before = [np.asarray(each) for each in of.generator.non_trainable_variables]
    of.generator_step()
    return same(before, [np.asarray(each) for each in of.generator.non_trainable_variables])


SYMPTOMS: dict[str, Callable[[SimpleNamespace], bool]] = {
    "logits_as_probabilities": clipped_loss,
    "discriminator_not_frozen": moves_d,
    "pictures_not_scaled": lambda of: bool(np.max(of.images) > 1),
    "inference_mode": normalises_nothing,
    "sorted_data": lambda of: bool(np.max(of.seen[:30]) < 2),
    "incomplete_batch": lambda of: False,  # it runs at all
    "sigmoid_everywhere": lambda of: of.hidden_layers()[0].activation.__name__ == "sigmoid",
}


@every_fault
def test_program_has_the_fault_and_the_mended_one_has_not(
    fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    case = case_of(fault)
    assert not SYMPTOMS[fault.name](program(case.code.replace(case.wrong, case.right)))
    if fault.name == "incomplete_batch":
        with pytest.raises(ValueError, match="same shape"):
            program(case.code)
    else:
        assert SYMPTOMS[fault.name](program(case.code))
    capsys.readouterr()


@pytest.mark.parametrize("mended", [False, True])
def test_to_look_at_a_run_in_the_plane_does_not_move_its_averages(mended: bool) -> None:
    trainer = small_trainer(FAULTS.get("inference_mode"), mended=mended)
    before = [np.asarray(each) for each in trainer._variables()]
    view_of(trainer).look(np.asarray(trainer.x_real)[:50])
    assert same(before, [np.asarray(each) for each in trainer._variables()])


def test_sorted_data_move_on_with_each_turn_of_d() -> None:
    """A program's data move on with each batch that is taken from them, not with each step."""
    config = faulty(FAULTS.get("sorted_data"))
    sizes = {"g_hidden_units": 4, "d_hidden_units": 4, "d_steps": 2}
    config = RunConfig.parse({**config.model_dump(exclude_unset=True), **sizes})
    plan = dataclasses.replace(pick(config), xla=False)
    trainer = Trainer(config, real_samples(config), plan)
    x_all = np.asarray(trainer._data[0])
    size, buffer = config.batch_size, config.items.fault.buffer
    for step, turn in ((0, 0), (0, 1), (5, 0), (5, 1)):
        x_real, _ = trainer._real_batch(trainer._data, trainer._seed, tf.constant(step), turn)
        first = (2 * step + turn) * size
        window = {point.tobytes() for point in x_all[first : first + buffer]}
        assert {point.tobytes() for point in np.asarray(x_real)} <= window, (step, turn)
