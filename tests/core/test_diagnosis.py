"""The diagnosis: what each curve is called, where a finding begins, and that nothing upsets it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.diagnosis import diagnose
from gan_core.diagnosis.curves import SINGLY, Series
from gan_core.diagnosis.finding import Finding
from gan_core.losses import LOSSES, Loss
from gan_core.losses.custom import custom
from gan_core.runs.curve import Pyramid, level_for, stride
from gan_core.text import Text
from gan_core.training.records import RECORD_FIELDS

KEYS = {
    "starting",
    "diverged",
    "diverging",
    "unbounded",
    "noisy",
    "vanishing",
    "d_wins",
    "g_wins",
    "d_blind",
    "collapsed",
    "missed",
    "oscillating",
    "balanced",
    "moving",
    "steady",
}
N = 600
Curve = float | np.ndarray


def curves(
    n: int = N,
    d_loss: Curve = 1.0,
    g_loss: Curve = 1.0,
    d_real: Curve = 0.7,
    d_fake: Curve = 0.3,
    d_penalty: Curve = 0.0,
) -> np.ndarray:
    """Records (n, 5) of these curves, with the noise of a batch on the losses."""
    noise = np.random.default_rng(0).normal(0, 0.01, (n, 2))
    columns = (d_loss + noise[:, 0], g_loss + noise[:, 1], d_real, d_fake, d_penalty)
    return np.stack([np.broadcast_to(column, n) for column in columns], axis=1)


def series(*values: float) -> Series:
    return Series(np.arange(1, len(values) + 1) * 100, np.array(values))


def findings(
    records: np.ndarray, loss: str | Loss = "non_saturating", **more: Any
) -> list[Finding]:
    modes = more.pop("modes", ())
    metrics = {**more.pop("metrics", {}), **({"modes_covered": series(*modes)} if modes else {})}
    loss = LOSSES.get(loss) if isinstance(loss, str) else loss
    return diagnose(np.arange(len(records)), records, loss, metrics, **with_config(more))


def with_config(more: dict[str, Any]) -> dict[str, Any]:
    """What is told beside the curves: its settings as a config."""
    settings = {name: value for name, value in more.items() if name in RunConfig.model_fields}
    others = {name: value for name, value in more.items() if name not in settings}
    return {"n_modes": 8, **others, "config": config_of(**settings)}


def config_of(**settings: Any) -> RunConfig:
    rates = {"d_learning_rate": 1e-3, "g_learning_rate": 1e-3}
    return RunConfig.parse({"dataset": "ring", "network": "mlp", **rates, **settings})


def keys(records: np.ndarray, loss: str | Loss = "non_saturating", **more: Any) -> list[str]:
    return [finding.key for finding in findings(records, loss, **more)]


def wave(n_periods: float, height: float, n: int = N) -> np.ndarray:
    """A sine with so many periods in the last third, from trough to crest `height`."""
    return height / 2 * np.sin(2 * np.pi * 3 * n_periods * np.arange(n) / n)


def random_walk(n: int = N, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.02, n).cumsum()


RAMP = np.arange(N) / N
RISING = np.geomspace(1, 1e6, N)
LOST: dict[str, Any] = {"d_real": 0.99, "d_fake": 0.01, "d_loss": 0.02}
BALANCED: dict[str, Any] = {"d_real": 0.55, "d_fake": 0.45, "d_loss": 1.3, "g_loss": 0.8}
ALIKE: dict[str, Any] = {"d_real": 0.51, "d_fake": 0.49, "d_loss": 1.38, "g_loss": 0.7}
TYPED = custom("square(real - 1) + square(fake)", "square(fake - 1)")
SMOOTHED = LOSSES.get("non_saturating").configured(RunConfig(label_smoothing=0.3))
FADING = series(*np.geomspace(1, 1e-4, 12))
PENALISED: dict[str, Any] = {"penalty": "r1"}


def wild(spread: float, n: int = N) -> np.ndarray:
    return np.random.default_rng(1).normal(3, spread, n)


# What is given, and all that must be found, most important first.
CASES: dict[str, tuple[list[str], np.ndarray, dict[str, Any]]] = {
    "no record": (["starting"], np.empty((0, 5)), {}),
    "one record": (["starting"], curves(1), {}),
    "19 records": (["starting"], curves(19, **LOST), {}),
    "20 records": (["d_wins"], curves(20, **LOST), {}),
    "the last is NaN": (["diverged"], np.vstack([curves(30), np.full(5, np.nan)]), {}),
    "the last is infinite": (["diverged"], curves(30, g_loss=np.full(30, np.inf)), {}),
    "nothing but NaN": (["diverged"], np.full((3, 5), np.nan), {}),
    "NaN long ago": (["balanced"], np.vstack([np.full(5, np.nan), curves(**BALANCED)]), {}),
    "NaN without a bound": (["diverged"], np.full((3, 5), np.nan), {"loss": "wasserstein"}),
    "growing again and again": (["diverging"], curves(g_loss=RISING), {}),
    "growing, still small": (["moving"], curves(g_loss=RISING * 1e-5), {}),
    "growing slowly": (["moving"], curves(g_loss=20 + 20 * RAMP), {}),
    "absurdly large": (["diverging"], curves(g_loss=2000.0), {}),
    "merely large": (["steady"], curves(g_loss=1000.0), {}),
    "far down": (["diverging"], curves(d_loss=-RISING), {"loss": "wasserstein"}),
    "far down, penalised": (
        ["diverging"],
        curves(d_loss=-RISING),
        {"loss": "wasserstein", **PENALISED},
    ),
    "far down, clipped": (
        ["diverging"],
        curves(d_loss=-RISING),
        {"loss": "wasserstein", "weight_clip": 0.01},
    ),
    "scores that grow": (["unbounded"], curves(d_loss=-3 * RAMP**3), {"loss": "wasserstein"}),
    "scores that grow slowly": (["moving"], curves(d_loss=-3 * RAMP), {"loss": "wasserstein"}),
    "scores that grow, penalised": (
        ["moving"],
        curves(d_loss=-3 * RAMP**3),
        {"loss": "wasserstein", **PENALISED},
    ),
    "scores that grow, clipped": (
        ["moving"],
        curves(d_loss=-3 * RAMP**3),
        {"loss": "wasserstein", "weight_clip": 0.01},
    ),
    "scores that grow, normalised": (
        ["moving"],
        curves(d_loss=-3 * RAMP**3),
        {"loss": "wasserstein", "spectral_norm": True},
    ),
    "a bounded loss that falls": (["moving"], curves(d_loss=1 - RAMP**3), {"loss": "hinge"}),
    "jumping": (["noisy"], curves(d_loss=wild(0.8)), {}),
    "jumping less": (["moving"], curves(d_loss=wild(0.65)), {}),
    "jumping scores": (["noisy"], curves(d_loss=wild(4.0)), {"loss": "hinge"}),
    "D is sure": (["d_wins"], curves(**LOST), {}),
    "D is nearly sure": (["steady"], curves(d_real=0.92, d_fake=0.08, d_loss=0.2), {}),
    "D is sure and learns faster": (["d_wins"], curves(**LOST), {"d_learning_rate": 1e-2}),
    "D is sure all the same": (["d_wins"], curves(**LOST), PENALISED),
    "D is sure at the least rate": (
        ["d_wins"],
        curves(**LOST),
        {"d_learning_rate": 1e-6, "g_learning_rate": 1e-6, **PENALISED},
    ),
    "D is sure, few modes": (["d_wins", "collapsed"], curves(**LOST), {"modes": (2, 2, 2, 2, 2)}),
    "hinge at its bottom": (["d_wins"], curves(d_loss=0.05), {"loss": "hinge"}),
    "hinge above it": (["steady"], curves(d_loss=0.3), {"loss": "hinge"}),
    "a flat loss": (["vanishing"], curves(**LOST), {"loss": "minimax"}),
    "a loss nearly flat": (
        ["d_wins"],
        curves(d_real=0.99, d_fake=0.06, d_loss=0.1),
        {"loss": "minimax"},
    ),
    "gradients fade": (["vanishing"], curves(**LOST), {"g_gradient": FADING}),
    "gradients fade less": (
        ["d_wins"],
        curves(**LOST),
        {"g_gradient": series(*np.geomspace(1, 0.02, 12))},
    ),
    "gradients fade in balance": (["balanced"], curves(**BALANCED), {"g_gradient": FADING}),
    "gradients of scores fade": (
        ["vanishing"],
        curves(d_loss=0.05),
        {"loss": "hinge", "g_gradient": FADING},
    ),
    "gradients of a typed loss fade": (
        ["vanishing"],
        curves(),
        {"loss": TYPED, "g_gradient": FADING},
    ),
    "gradients of a typed loss fade, and all is found": (
        ["steady"],
        curves(),
        {"loss": TYPED, "g_gradient": FADING, "modes": (8, 8, 8, 8, 8)},
    ),
    "G is ahead": (["g_wins"], curves(d_real=0.6, d_fake=0.65), {}),
    "G is ahead and learns faster": (
        ["g_wins"],
        curves(d_real=0.6, d_fake=0.65),
        {"g_learning_rate": 1e-2},
    ),
    "G is ahead, smoothed": (
        ["g_wins"],
        curves(d_real=0.45, d_fake=0.47),
        {"loss": SMOOTHED},
    ),
    "D is sure, smoothed": (
        ["d_wins"],
        curves(d_real=0.69, d_fake=0.02, d_loss=0.65),
        {"loss": SMOOTHED},
    ),
    "only the smoothed D is in balance": (
        ["balanced"],
        curves(d_real=0.35, d_fake=0.34, d_loss=1.3),
        {"loss": SMOOTHED},
    ),
    "the smoothed D is not in balance at ½": (
        ["steady"],
        curves(d_real=0.55, d_fake=0.44, d_loss=1.3),
        {"loss": SMOOTHED},
    ),
    "G is hardly ahead": (["balanced"], curves(d_real=0.57, d_fake=0.59), {}),
    "both are trusted": (["steady"], curves(d_real=0.75, d_fake=0.65), {}),
    "D's scores are upside down": (
        ["g_wins"],
        curves(d_loss=2.5, d_real=-0.2, d_fake=0.3),
        {"loss": "hinge"},
    ),
    "D's scores are upside down at first": (
        ["moving"],
        curves(100, d_loss=2.5, d_real=-0.2, d_fake=0.3),
        {"loss": "hinge"},
    ),
    "D's scores are hardly so": (
        ["balanced"],
        curves(d_loss=2.2, d_real=-0.1, d_fake=0.1),
        {"loss": "hinge"},
    ),
    "D guesses": (["d_blind"], curves(**ALIKE), {"modes": (0, 1, 0, 0, 0)}),
    "D guesses and learns slowly": (
        ["d_blind"],
        curves(**ALIKE),
        {"modes": (0, 1, 0, 0, 0), "d_learning_rate": 1e-5},
    ),
    "D guesses on scores": (
        ["d_blind"],
        curves(d_loss=0.0),
        {"loss": "wasserstein", "modes": (1, 1, 1, 1, 1)},
    ),
    "D guesses, rightly": (["balanced"], curves(**ALIKE), {"modes": (8, 8, 8, 8, 8)}),
    "few modes, a code unread": (
        ["collapsed"],
        curves(d_penalty=0.1),
        {"modes": (3, 3, 3, 3, 3), "family": "infogan"},
    ),
    "few modes": (["collapsed"], curves(), {"modes": (3, 3, 3, 3, 3)}),
    "few modes, penalised": (["collapsed"], curves(), {"modes": (3, 3, 3, 3, 3), **PENALISED}),
    "no modes": (["missed"], curves(), {"modes": (0, 0, 0, 0, 0)}),
    "half of the modes": (["steady"], curves(), {"modes": (4, 4, 4, 4, 4)}),
    "few modes, growing": (["moving"], curves(), {"modes": (0, 0, 1, 1, 2, 3)}),
    "few modes, too few measurements": (["moving"], curves(), {"modes": (1, 1, 1, 1)}),
    "few modes in an average's youth": (
        ["steady"],
        curves(),
        {"modes": (1, 1, 1, 1, 1), "ema_decay": 0.999},
    ),
    "few modes in an average later": (
        ["collapsed"],
        curves(),
        {"modes": (1, 1, 1, 1, 1), "ema_decay": 0.99},
    ),
    "few modes in an average of many turns": (
        ["collapsed"],
        curves(),
        {"modes": (1, 1, 1, 1, 1), "ema_decay": 0.997, "g_steps": 10},
    ),
    "one of two modes": (["collapsed"], curves(), {"modes": (1, 1, 1, 1, 1), "n_modes": 2}),
    "the only mode": (["steady"], curves(), {"modes": (1, 1, 1, 1, 1), "n_modes": 1}),
    "modes that nobody counted": (
        ["steady"],
        curves(),
        {"modes": (1, 1, 1, 1, 1), "n_modes": None},
    ),
    "three modes lost": (["collapsed"], curves(), {"modes": (8, 8, 8, 5, 5, 5)}),
    "two modes lost": (["steady"], curves(), {"modes": (8, 8, 8, 6, 6, 6)}),
    "modes lost, nobody knows of how many": (
        ["collapsed"],
        curves(),
        {"modes": (8, 8, 8, 5, 5, 5), "n_modes": None},
    ),
    "one lucky measurement": (["steady"], curves(), {"modes": (5, 8, 5, 5, 5, 5)}),
    "a wave in D's loss": (["oscillating"], curves(d_loss=1 + wave(6, 0.5)), {}),
    "a wave in D's loss, penalised": (
        ["oscillating"],
        curves(d_loss=1 + wave(6, 0.5)),
        PENALISED,
    ),
    "a wave in D's answers": (["oscillating"], curves(d_fake=0.3 + wave(8, 0.2)), {}),
    "a wave in scores": (["oscillating"], curves(d_loss=wave(6, 1.0)), {"loss": "wasserstein"}),
    "a wave in a typed loss": (["oscillating"], curves(d_loss=1 + wave(6, 0.5)), {"loss": TYPED}),
    "a wave on a slope": (["oscillating"], curves(d_loss=2 - RAMP + wave(6, 0.5)), {}),
    "a low wave": (["balanced"], curves(**{**BALANCED, "d_fake": 0.45 + wave(6, 0.08)}), {}),
    "a wave that has only begun": (["moving"], curves(d_loss=1 + wave(2, 0.5)), {}),
    "the lead changes hands": (
        ["oscillating"],
        curves(d_loss=wave(3.4, 1.2)),
        {"loss": "wasserstein", "modes": (1, 1, 1, 1, 1), "n_modes": 2},
    ),
    "the lead changes hands twice": (
        ["d_blind"],
        curves(d_loss=wave(2.4, 1.2)),
        {"loss": "wasserstein", "modes": (1, 1, 1, 1, 1), "n_modes": 2},
    ),
    "a fast D that answers alike": (
        ["collapsed"],
        curves(**ALIKE),
        {"modes": (1, 1, 1, 1, 1), "n_modes": 2, "d_steps": 5, "d_learning_rate": 1e-2},
    ),
    "modes come and go": (["oscillating"], curves(), {"modes": (8, 8, 8, 8, 8, *(6, 8) * 4)}),
    "modes come and go twice": (["steady"], curves(), {"modes": (8, 8, 8, 8, 8, *(6, 8) * 2, 8)}),
    "balance": (["balanced"], curves(**BALANCED), {}),
    "hardly balance": (["steady"], curves(d_real=0.66, d_fake=0.45), {}),
    "balance at first": (["moving"], curves(199, **BALANCED), {}),
    "balance a little later": (["balanced"], curves(200, **BALANCED), {}),
    "balance of scores": (["balanced"], curves(d_loss=1.75), {"loss": "hinge"}),
    "hardly balance of scores": (["steady"], curves(d_loss=1.65), {"loss": "hinge"}),
    "balance, growing modes": (["moving"], curves(**BALANCED), {"modes": (0, 0, 1, 1, 2, 3)}),
    "moving": (["moving"], curves(d_loss=1.4 - 0.6 * RAMP), {}),
    "level": (["steady"], curves(d_loss=1.0, g_loss=2.0), {}),
    "constant": (["steady"], np.ones((N, 5)) * [1.0, 1.0, 0.7, 0.3, 0.0], {}),
}
NAMES = pytest.mark.parametrize("name", CASES)


def found(name: str) -> list[Finding]:
    _, records, more = CASES[name]
    more = dict(more)
    return findings(records, more.pop("loss", "non_saturating"), **more)


@NAMES
def test_each_curve_is_called_what_it_is(name: str) -> None:
    assert [finding.key for finding in found(name)] == CASES[name][0]


def test_every_finding_has_a_case() -> None:
    assert {key for expected, _, _ in CASES.values() for key in expected} == KEYS


@NAMES
def test_findings_are_whole_and_their_advice_can_be_followed(name: str) -> None:
    for finding in found(name):
        for text in (finding.title, finding.evidence, finding.advice):
            assert text.say()
            assert not set("{}") & set(text.say())
            assert Text.from_json(json.loads(json.dumps(text.to_json()))).say() == text.say()
        config = RunConfig.parse({"dataset": "ring", "network": "mlp", **finding.changes})
        for field in finding.changes:
            assert str(RunConfig.model_fields[field].title) in finding.advice.say()
            assert field in config.applicable_fields()
        assert finding.severity != "good" or not finding.changes


@NAMES
def test_the_same_curves_get_the_same_findings(name: str) -> None:
    assert found(name) == found(name)


def test_advice_to_change_live_fields_can_be_followed_one_by_one() -> None:
    [finding] = found("D is sure")
    config = RunConfig.parse({"dataset": "ring", "network": "mlp"})
    for field, value in finding.changes.items():
        config = config.with_change(field, value)
    assert (config.penalty, config.penalty_weight) == ("r1", 0.1)


def test_evidence_has_the_numbers() -> None:
    [finding] = found("a flat loss")
    assert "D(x) = 0.99 and generated ones D(G(z)) = 0.01." in finding.evidence.say()
    assert "its slope is 0.01," in finding.evidence.say()
    assert finding.changes == {"loss": "non_saturating"}
    assert "“Non-saturating” under “Loss”" in finding.advice.say()
    [finding] = found("three modes lost")
    assert "Around step 200, G reached 8 " in finding.evidence.say()
    [finding] = found("the last is NaN")
    assert "From step 30 on" in finding.evidence.say()
    [finding] = found("growing again and again")
    assert "absurd" not in finding.evidence.say()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("D is sure and learns faster", {"d_learning_rate": 1e-3}),
        ("D is sure all the same", {"d_learning_rate": 2.5e-4}),
        ("D is sure at the least rate", {"instance_noise": 0.1}),
        ("gradients fade", {"instance_noise": 0.1}),
        ("G is ahead", {"g_learning_rate": 2.5e-4}),
        ("G is ahead and learns faster", {"d_learning_rate": 1e-2}),
        ("D guesses", {"d_steps": 5}),
        ("D guesses and learns slowly", {"d_learning_rate": 1e-3}),
        ("few modes", {"penalty": "r1", "penalty_weight": 0.1}),
        ("few modes, penalised", {"packing": 2}),
        ("few modes, a code unread", {"penalty": "r1", "penalty_weight": 0.1}),
        ("no modes", {"d_learning_rate": 1e-4, "g_learning_rate": 1e-4}),
        ("a wave in D's loss, penalised", {"beta_1": 0.0}),
        ("jumping", {"d_learning_rate": 1e-4, "g_learning_rate": 1e-4}),
        ("far down", {"penalty": "gradient_penalty", "penalty_weight": 1.0}),
        ("far down, penalised", {"d_learning_rate": 1e-4, "g_learning_rate": 1e-4}),
        ("far down, clipped", {"d_learning_rate": 1e-4, "g_learning_rate": 1e-4}),
        ("NaN without a bound", {"penalty": "gradient_penalty", "penalty_weight": 1.0}),
        ("balance", {}),
    ],
)
def test_advice_depends_on_what_is_set_already(name: str, changes: dict[str, Any]) -> None:
    assert found(name)[0].changes == changes


def test_the_worst_comes_first() -> None:
    ranks = ["bad", "watch", "good"]
    records = curves(**{**LOST, "d_loss": 0.5 + wave(6, 0.5)})
    severities = [each.severity for each in findings(records, modes=(8, 8, 8, 5, 5, 5))]
    assert len(severities) == 3
    assert severities == sorted(severities, key=ranks.index)


def test_balance_far_from_the_data_says_so() -> None:
    def advice(distance: float, floors: dict[str, float] | None) -> str:
        metrics = {"sliced_wasserstein": series(0.5, distance, distance)}
        [finding] = findings(curves(**BALANCED), metrics=metrics, floors=floors)
        assert finding.key == "balanced"
        return finding.advice.say()

    assert "4 times as far from the data" in advice(0.04, {"sliced_wasserstein": 0.01})
    assert "Two weak players" in advice(0.02, {"sliced_wasserstein": 0.01})
    assert "Two weak players" in advice(0.04, None)
    assert "Two weak players" in advice(0.04, {"sliced_wasserstein": math.nan})


@pytest.mark.parametrize(("loss", "even"), [("non_saturating", "½"), (SMOOTHED, "0.35")])
def test_balance_names_what_d_says_when_it_can_only_guess(loss: str | Loss, even: str) -> None:
    [finding] = findings(curves(d_real=0.42, d_fake=0.41), loss)
    assert finding.key == "balanced"
    assert f"Both are near {even}: D can hardly" in finding.evidence.say()


def test_random_walks_are_hardly_ever_taken_for_waves() -> None:
    walks = [1 + random_walk(seed=seed) for seed in range(100)]
    assert sum("oscillating" in keys(curves(d_loss=walk)) for walk in walks) <= 2


@pytest.mark.parametrize("n_periods", [4, 10, 25])
def test_waves_are_seen_through_noise(n_periods: int) -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, N)
    records = curves(d_loss=1 + wave(n_periods, 0.5) + noise)
    [finding] = findings(records)
    assert finding.key == "oscillating"
    assert f"once in {round(199 / n_periods)} steps" in finding.evidence.say()


def test_the_circles_of_the_dirac_gan_are_seen_and_r1_ends_them() -> None:
    """The game of arXiv:1801.04406 in which G = θ, D(x) = ψx, and all of the data lies at 0."""

    def play(r1_weight: float) -> np.ndarray:
        theta, psi, records = 1.0, 1.0, []
        for _ in range(3000):
            score = psi * theta
            records.append((score, -score, 0.0, score, r1_weight * psi**2 / 2))
            psi -= 0.05 * (theta + r1_weight * psi)
            theta += 0.05 * psi
        return np.array(records)

    assert keys(play(0.0), "wasserstein") == ["oscillating"]
    assert keys(play(0.3), "wasserstein") == ["balanced"]


@NAMES
def test_only_the_order_of_steps_matters(name: str) -> None:
    """Records may be means over many steps, of a run that began long ago."""
    _, records, more = CASES[name]
    more = dict(more)
    loss, modes = more.pop("loss", "non_saturating"), more.pop("modes", ())
    loss = LOSSES.get(loss) if isinstance(loss, str) else loss
    metrics = {"modes_covered": series(*modes)} if modes else {}
    steps = 5000 + 64 * np.arange(len(records))
    again = diagnose(steps, records.astype(np.float32), loss, metrics, **with_config(more))
    assert [finding.key for finding in again] == CASES[name][0]


@pytest.mark.parametrize(
    ("case", "settings", "advised"),
    [
        ("blind", {}, {"d_steps": 5}),
        ("blind", {"d_steps": 5}, {"d_learning_rate": 2e-3}),
        (
            "blind",
            {"d_steps": 5, "d_learning_rate": 1.0, "g_learning_rate": 1.0},
            {"d_learning_rate": 0.1, "g_learning_rate": 0.1},
        ),
        ("blind", {"d_steps": 10}, {"penalty": "r1", "penalty_weight": 0.1}),
        ("swinging", {"penalty": "none", "beta_1": 0.9}, {"beta_1": 0.0}),
        ("ahead", {"d_learning_rate": 1e-6, "g_learning_rate": 1e-6}, {"d_steps": 5}),
        ("ahead", {"d_learning_rate": 2e-6, "g_learning_rate": 2e-6}, {"g_learning_rate": 1e-6}),
        ("swinging", {"beta_1": 0.5}, {"beta_1": 0.0}),
        ("swinging", {"beta_1": 0.0}, {"d_learning_rate": 1e-4, "g_learning_rate": 1e-4}),
        ("swinging", {"beta_1": 0.0, "d_learning_rate": 1e-6, "g_learning_rate": 1e-6}, {}),
        ("collapsed", {}, {"packing": 2}),
        ("collapsed", {"packing": 4, "batch_size": 64}, {"packing": 8}),
        ("collapsed", {"batch_size": 33}, {"instance_noise": 0.1}),
        ("collapsed", {"batch_size": 4, "packing": 2, "d_norm": "batch"}, {"instance_noise": 0.1}),
        ("collapsed", {"batch_size": 33, "instance_noise": 0.3}, {"instance_noise": 0.6}),
        ("collapsed", {"family": "infogan"}, {"instance_noise": 0.1}),
    ],
)
def test_nothing_is_advised_that_is_there_already(
    case: str, settings: dict[str, Any], advised: dict[str, Any]
) -> None:
    few: dict[str, Any] = {"modes": (1, 1, 1, 1, 1, 1, 1)}
    records, more = {
        "blind": (curves(**ALIKE), few),
        "ahead": (curves(d_real=0.6, d_fake=0.65), {}),
        "swinging": (curves(**BALANCED | {"d_loss": 1.3 + wave(5, 1.0)}), PENALISED),
        "collapsed": (curves(**BALANCED), few | PENALISED),
    }[case]
    assert findings(records, **{**more, **settings})[0].changes == pytest.approx(advised)


def test_nothing_upsets_it() -> None:
    """Random lengths, sizes, holes and losses; warnings are errors here."""
    rng = np.random.default_rng(7)
    sizes = np.array([0.0, 1e-30, 1e-6, 1e-3, 1.0, 10.0, 1e4, 1e30, 3e38, 1e300])
    losses = [*LOSSES, TYPED, custom("log(real) + 1/fake", "sqrt(fake)"), custom("0*real", "fake")]

    def values(*shape: int) -> np.ndarray:
        drawn = rng.choice(sizes, shape) if rng.random() < 0.3 else rng.choice(sizes)
        drawn = drawn * rng.choice([rng.normal(size=shape), rng.random(shape), np.ones(shape)])
        holes = rng.choice([0.0, 0.0, 0.01, 0.5])
        return np.where(rng.random(shape) < holes, rng.choice([np.nan, np.inf, -np.inf]), drawn)

    def measured() -> Series:
        n = int(rng.choice([0, 1, 2, 3, 4, 5, 6, 20]))
        return Series(np.sort(rng.integers(0, 1000, n)), values(n))

    for _ in range(500):
        n = int(rng.choice([0, 1, 2, 19, 20, 21, 49, 50, 51, 151, 200, 700]))
        records = values(n, 5)
        if rng.random() < 0.5:
            records[:, 2:4] = rng.random((n, 2))
        if n and rng.random() < 0.5:
            records[-1] = rng.normal(size=5)
        steps = np.sort(rng.integers(0, 2 * n + 1, n)) if rng.random() < 0.3 else np.arange(n)
        names = ["modes_covered", "high_quality", "sliced_wasserstein", "jensen_shannon"]
        config = config_of(
            d_learning_rate=float(10 ** rng.uniform(-6, 0)),
            g_learning_rate=float(10 ** rng.uniform(-6, 0)),
            ema_decay=float(rng.choice([0.0, 0.5, 0.999])),
            beta_1=float(rng.choice([0.0, 0.5])),
            d_steps=int(rng.choice([1, 5, 10])),
            packing=int(rng.choice([1, 2, 4])),
            instance_noise=float(rng.choice([0.0, 0.3, 1.0])),
        )
        found_now = diagnose(
            steps,
            records,
            losses[rng.integers(len(losses))],
            {name: measured() for name in names if rng.random() < 0.7},
            config=config,
            g_gradient=measured() if rng.random() < 0.5 else None,
            n_modes=int(rng.choice([1, 2, 8, 25])) if rng.random() < 0.7 else None,
            floors={"sliced_wasserstein": float(rng.choice(sizes))} if rng.random() < 0.5 else None,
        )
        assert found_now
        for finding in found_now:
            assert finding.key in KEYS
            said = [text.say() for text in (finding.title, finding.evidence, finding.advice)]
            assert all(said)
            assert not set("{}") & set("".join(said))
            advised = config_of(**{**config.model_dump(exclude_unset=True), **finding.changes})
            assert advised != config or not finding.changes


@pytest.mark.parametrize("n_steps", [2000, 2060, 30_000])
def test_losses_that_jump_do_so_however_long_the_run_is(n_steps: int) -> None:
    """Of a long run, the curve has means over 4, 16 … steps, and means jump less."""
    records = curves(n_steps, d_loss=wild(1.5, n_steps))
    level = level_for(n_steps)
    points = Pyramid(len(RECORD_FIELDS)).add(records.astype(np.float32))[level]
    steps = stride(level) * np.arange(1, len(points) + 1)
    found = diagnose(
        steps,
        points,
        LOSSES.get("non_saturating"),
        {},
        **with_config({"one_by_one": records[-SINGLY:]}),
    )
    assert found[0].key == "noisy"


def test_modes_that_came_and_went_long_ago_are_forgotten() -> None:
    """Every run begins with some to and fro; what counts is the second half."""
    restless, calm = [8, 2, 8, 2, 8, 2, 8, 2], [8] * 9
    assert "oscillating" in keys(curves(**BALANCED), modes=[*calm, *restless])
    assert keys(curves(**BALANCED), modes=[*restless, *calm]) == ["balanced"]
