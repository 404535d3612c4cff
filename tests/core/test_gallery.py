"""The gallery of failures: every run fails as it says, and its cure heals it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from string import Formatter

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.diagnosis import diagnose
from gan_core.diagnosis.curves import Series
from gan_core.diagnosis.finding import Finding
from gan_core.gallery import FAILURES, Failure
from gan_core.metrics.mode_coverage import high_quality, modes_covered
from gan_core.metrics.sliced_wasserstein import sliced_wasserstein
from gan_core.training.plane_view import view_of
from gan_core.training.pool import borrowed_trainer, real_samples
from gan_core.training.trainer import Trainer

N_SAMPLES = 2500
LOOK_EVERY = 50  # steps
MEASURE_EVERY = 200  # steps, as on the page at the gallery's pace
LONGEST = 6000  # steps: a few seconds

every_failure = pytest.mark.parametrize("failure", FAILURES.values(), ids=list(FAILURES))


# ------------------------------------------------------------------------- what stands in it


def test_names_are_the_keys() -> None:
    assert list(FAILURES) == [failure.name for failure in FAILURES.values()]
    assert {
        "mode_collapse",
        "vanishing_gradient",
        "oscillation",
        "overpowered_discriminator",
        "nan",
    } <= set(FAILURES)


@every_failure
def test_both_runs_are_small_and_in_the_plane(failure: Failure) -> None:
    for config in (failure.config, failure.cured):
        assert config.network == "mlp"
        assert config.items.dataset.shape == (2,)
        assert config.items.dataset.modes is not None  # so that one can say what is missed
        for player in ("g", "d"):
            assert getattr(config, f"{player}_hidden_layers") == 2
            assert 16 <= getattr(config, f"{player}_hidden_units") <= 64
        assert 0 < failure.at <= config.steps <= LONGEST


@every_failure
def test_the_cure_is_one_idea(failure: Failure) -> None:
    before, after = failure.config, failure.cured
    changed = {
        field for field in RunConfig.names() if getattr(before, field) != getattr(after, field)
    }
    assert changed == set(failure.cure)
    together = ({"loss", "penalty"}, {"penalty", "penalty_weight"})
    rates = {"d_learning_rate", "g_learning_rate"}
    assert len(changed) == 1 or changed in (*together, rates)


@every_failure
def test_both_runs_begin_alike(failure: Failure) -> None:
    assert failure.config.seed == failure.cured.seed
    one, other = (
        Trainer(config, real_samples(config)) for config in (failure.config, failure.cured)
    )
    for mine, its in ((one.generator, other.generator), (one.discriminator, other.discriminator)):
        for weights, others in zip(mine.get_weights(), its.get_weights(), strict=True):
            assert np.array_equal(weights, others)
    assert np.array_equal(one.x_real, other.x_real)
    assert np.array_equal(one.samples(10), other.samples(10))


@every_failure
def test_sentences_are_there_and_translatable(failure: Failure) -> None:
    for sentence in (failure.title, failure.help, failure.cure_help):
        assert sentence == sentence.strip() != ""
        assert all(name is None for _, name, *_ in Formatter().parse(sentence))
    assert not failure.title.endswith(".")
    assert failure.help.endswith(".")
    assert failure.cure_help.endswith(".")
    sentences = [
        text for each in FAILURES.values() for text in (each.title, each.help, each.cure_help)
    ]
    assert len(set(sentences)) == len(sentences)


# --------------------------------------------------------------------------- what it shows


@dataclass(frozen=True)
class Outcome:
    """What is to be seen of a run by the step `at`."""

    records: np.ndarray  # (steps, 5)
    modes: np.ndarray  # modes covered at each look of the last quarter
    high_quality: float  # per cent, at the end
    rare: np.ndarray  # per cent of points in the last spot, at each look of the last quarter
    distance: tuple[float, float]  # sliced Wasserstein, at the start and at the end
    g_gradient: tuple[float, float]
    moved: float  # the mean of the points, from start to end
    swing: float  # how far the mean of the points strays in the last quarter: std over its looks
    finding: Finding  # what the doctor says at the end

    @property
    def gap(self) -> float:
        """D(x) − D(G(z)) over the last tenth."""
        last = self.records[-len(self.records) // 10 :]
        return float((last[:, 2] - last[:, 3]).mean())

    @property
    def first_not_finite(self) -> int | None:
        """The first step whose record is no number."""
        bad = ~np.isfinite(self.records).all(axis=1)
        return int(bad.argmax()) if bad.any() else None


@functools.cache
def outcomes(name: str) -> tuple[Outcome, Outcome]:
    """How the failing and the cured run end."""
    failure = FAILURES[name]
    return outcome(failure.config, failure.at), outcome(failure.cured, failure.at)


def outcome(config: RunConfig, at: int) -> Outcome:
    dataset = config.items.dataset
    modes = dataset.modes
    assert modes
    records, seen, covered, rare, measured = [], [], [], [], []
    with borrowed_trainer(config) as trainer:
        real = np.asarray(real_samples(config))[:N_SAMPLES]
        view, first = view_of(trainer), trainer.samples(N_SAMPLES)
        g_gradient = view.look(real)["g_gradient"]
        while trainer.step < at:
            records.append(trainer.run(min(LOOK_EVERY, at - trainer.step)))
            if trainer.step % MEASURE_EVERY == 0:
                points = trainer.samples(N_SAMPLES)
                measured.append((trainer.step, modes_covered(real, points, dataset)))
            if trainer.step >= 0.75 * at:
                points = trainer.samples(N_SAMPLES)
                off = np.linalg.norm(points - modes.centers[-1], axis=1)
                seen.append(points.mean(axis=0))
                covered.append(modes_covered(real, points, dataset))
                rare.append(100 * np.mean(off < 3 * modes.std))
        last = trainer.samples(N_SAMPLES)
        curve = np.concatenate(records)
        return Outcome(
            records=curve,
            modes=np.array(covered),
            high_quality=high_quality(real, last, dataset),
            rare=np.array(rare),
            distance=(
                sliced_wasserstein(real, first, dataset),
                sliced_wasserstein(real, last, dataset),
            ),
            g_gradient=(g_gradient, view.look(real)["g_gradient"]),
            moved=float(np.linalg.norm(last.mean(axis=0) - first.mean(axis=0))),
            swing=float(np.linalg.norm(np.std(seen, axis=0))),
            finding=diagnose(
                np.arange(1, len(curve) + 1),
                curve,
                config.items.loss,
                {"modes_covered": Series(*np.array(measured, float).T)},
                config=config,
                n_modes=len(modes.centers),
            )[0],
        )


# Of ten seeds, the worst is named beside each limit, so that one sees the margin.


@pytest.mark.slow
def test_mode_collapse() -> None:
    failing, cured = outcomes("mode_collapse")
    assert failing.modes.max() <= 3  # for as long as one looks; 3
    assert failing.high_quality > 20  # it draws those well; 35
    assert failing.distance[1] > 0.4  # 0.50
    assert cured.modes[-1] >= 7  # 7
    assert cured.distance[1] < 0.1  # 0.06


@pytest.mark.slow
def test_vanishing_gradient() -> None:
    failing, cured = outcomes("vanishing_gradient")
    assert failing.g_gradient[1] < 1e-4 * failing.g_gradient[0]  # 8e-6
    assert failing.moved < 0.1  # 0.05
    assert failing.distance[1] > 0.9 * failing.distance[0]  # 0.98
    assert failing.gap > 0.99  # 1
    assert cured.distance[1] < 0.3 * failing.distance[1]  # 0.17
    assert cured.modes[-1] >= 7  # 8


@pytest.mark.slow
def test_oscillation() -> None:
    failing, cured = outcomes("oscillation")
    assert failing.swing > 0.5  # the spots are 1.4 apart; 0.67
    assert failing.swing > 4 * cured.swing  # 6.3
    assert failing.modes.min() < 2  # 1
    assert cured.modes.min() == 2  # 2
    assert cured.distance[1] < 0.2  # 0.10


@pytest.mark.slow
def test_overpowered_discriminator() -> None:
    failing, cured = outcomes("overpowered_discriminator")
    assert failing.gap > 0.9  # 0.92
    assert failing.high_quality < 10  # 4
    assert cured.gap < 0.2  # 0.06
    assert cured.distance[1] < 0.5 * failing.distance[1]  # 0.31
    assert cured.high_quality > 15  # 19
    assert cured.modes[-1] >= 7  # 7


@pytest.mark.slow
def test_nan() -> None:
    failing, cured = outcomes("nan")
    assert failing.first_not_finite is not None
    assert failing.first_not_finite < 200  # 51
    assert not np.isfinite(failing.records[failing.first_not_finite + 10 :, 0]).any()  # for good
    assert failing.modes[-1] == 0
    assert cured.first_not_finite is None
    assert cured.modes.min() == 3  # 3
    assert cured.distance[1] < 0.2  # 0.10


@pytest.mark.slow
def test_forgotten_group() -> None:
    failing, cured = outcomes("forgotten_group")
    assert failing.rare.max() < 0.5  # of 5 per cent; 0.2
    assert failing.high_quality > 90  # what it draws is good; 96
    assert cured.rare.min() > 1.5  # 2.5
    assert cured.modes.min() == 2  # 2
    assert cured.distance[1] < failing.distance[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("mode_collapse", "collapsed"),
        ("vanishing_gradient", "vanishing"),
        ("oscillation", "oscillating"),
        ("overpowered_discriminator", "vanishing"),
        ("nan", "diverged"),
        ("forgotten_group", "collapsed"),
    ],
)
def test_the_doctor_names_each_failure_and_heeding_it_twice_heals(name: str, called: str) -> None:
    failing, cured = outcomes(name)
    assert failing.finding.key == called
    assert cured.finding.severity != "bad"
    now, config = failing, FAILURES[name].config
    modes = config.items.dataset.modes
    assert modes
    needed = 0.75 * len(modes.centers)
    assert np.median(failing.modes) < needed
    for _ in range(2):
        advised = {**config.model_dump(exclude_unset=True), **now.finding.changes}
        config = RunConfig.parse(advised)
        now = outcome(config, FAILURES[name].at)
        if np.median(now.modes) >= needed:
            break
    assert np.median(now.modes) >= needed
    assert now.distance[1] < 0.2  # 0.10


@pytest.mark.slow
def test_a_run_of_the_gallery_is_repeatable_bit_for_bit() -> None:
    failure = FAILURES["oscillation"]
    again = outcome(failure.config, failure.at)
    assert np.array_equal(again.records, outcomes("oscillation")[0].records)
