"""The recorded runs whose curves a lesson shows: what it says of them is so, and they can be made
again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.figures.curves import recorded_curves
from gan_core.figures.lessons import pictures_figure
from gan_core.gallery import FAILURES
from gan_core.metrics.mode_coverage import N_SAMPLES
from gan_core.recordings import EVERY, FIELDS, FILE, SETTINGS, Recording, recordings
from gan_core.training import recordings as made_again
from gan_core.training.pool import borrowed_trainer
from tests.plotly_objects import checked

CENTERS = DATASETS.get("ring").modes.centers  # type: ignore[union-attr]
EVEN = 2 * np.log(2)  # L_D where D can only guess


def run(name: str) -> Recording:
    return recordings()[name]


def late(name: str, field: str) -> float:
    return float(run(name).late(field).mean())


def of_losses(d_loss: list[float]) -> Recording:
    """A recording with these values of L_D."""
    curves = np.zeros((len(d_loss), len(FIELDS)))
    curves[:, 0] = d_loss
    return Recording(run("healthy").config, curves, np.zeros((1, 2)))


def test_the_file_is_small_and_holds_every_run_whole() -> None:
    assert FILE.stat().st_size < 100_000
    for name, settings in SETTINGS.items():
        config = RunConfig.parse(settings)
        assert run(name).curves.shape == (config.steps / EVERY, len(FIELDS))
        assert run(name).steps[-1] == config.steps
        assert run(name).samples.shape == (N_SAMPLES, 2)
        assert np.isfinite(run(name).curves).all()
        assert config.dataset == "ring"


def test_failures_are_those_of_the_gallery() -> None:
    for name in ("mode_collapse", "vanishing_gradient"):
        assert run(name).config == RunConfig.parse(FAILURES[name].settings)


def test_crossings_are_counted_in_the_last_quarter() -> None:
    low, high = EVEN - 0.1, EVEN + 0.1
    assert of_losses([low, high, low, high, low, low, low, low]).crossings == 0
    assert of_losses([low] * 12 + [low, high, high, low]).crossings == 2


# --------------------------------------------------- what the explanations of the lesson claim


def test_healthy_run_covers_every_spot_while_d_can_hardly_tell() -> None:
    assert run("healthy").modes_covered == len(CENTERS)
    assert run("healthy").high_quality > 50
    assert 0 < late("healthy", "d_real") - 0.5 < 0.03
    assert 0 < 0.5 - late("healthy", "d_fake") < 0.03
    gap = run("healthy").curves[:, 2] - run("healthy").curves[:, 3]
    assert late("healthy", "d_real") - late("healthy", "d_fake") > 3 * abs(gap[30:100].mean())


def test_healthy_run_is_calm_after_its_first_steps() -> None:
    moves = {name: np.abs(np.diff(run(name).curves[:, 0])) for name in ("healthy", "oscillation")}
    calm = moves["healthy"][30:].mean()
    assert calm < moves["healthy"][:30].mean() / 2
    assert calm < moves["oscillation"][30:].mean() / 2
    assert run("healthy").crossings == 0


def test_vanishing_gradient_leaves_d_sure_and_g_far_from_every_spot() -> None:
    d_loss, g_loss, d_real, d_fake = run("vanishing_gradient").curves[5:].T  # from step 50 on
    assert d_real.min() > 0.999
    assert d_fake.max() < 0.001
    assert np.abs(g_loss).max() < 0.001
    assert d_loss.max() < 0.001
    between = run("vanishing_gradient").samples[:, np.newaxis] - CENTERS
    assert np.linalg.norm(between, axis=-1).min() > 0.2  # twenty standard deviations of a spot


def test_collapsed_run_has_two_spots_and_a_d_that_is_ahead_but_not_sure() -> None:
    assert run("mode_collapse").modes_covered == 2
    d_real, d_fake = run("mode_collapse").curves[:, 2:].T
    assert d_real.min() > 0.5 > d_fake.max()
    assert 0.1 < late("mode_collapse", "d_fake") < 0.25
    assert late("mode_collapse", "g_loss") > 3 * np.log(2)


def test_oscillating_run_looks_better_by_its_losses_and_covers_nothing() -> None:
    assert run("oscillation").modes_covered == 0
    assert run("oscillation").samples.std(axis=0).max() < 0.1  # all in one place
    distance = {name: abs(late(name, "d_loss") - EVEN) for name in ("oscillation", "healthy")}
    assert distance["oscillation"] < distance["healthy"] / 10
    assert run("oscillation").crossings > 20
    differing = run("oscillation").config.model_copy(update={"seed": run("healthy").config.seed})
    assert differing == run("healthy").config


# -------------------------------------------------------------------------------- the figures


@pytest.mark.parametrize("name", SETTINGS)
def test_figure_has_the_curves_and_the_lines_of_the_equilibrium(name: str) -> None:
    loss = run(name).config.items.loss
    names = ["L<sub>D</sub>", "L<sub>G</sub>", "D(x)", "D(G(z))"]
    figure = checked(recorded_curves(loss, run(name).steps, run(name).curves))
    assert [trace.name for trace in figure.data] == names
    for trace, values in zip(figure.data, run(name).curves.T, strict=True):
        np.testing.assert_array_equal(trace.y, values)
        np.testing.assert_array_equal(trace.x, run(name).steps)
    g_loss = -np.log(2) if name == "vanishing_gradient" else np.log(2)
    assert [line.y0 for line in figure.layout.shapes] == pytest.approx([EVEN, g_loss, 0.5])


def test_pictures_stand_side_by_side_with_their_points() -> None:
    samples = {name: run(name).samples[:9] for name in ("healthy", "oscillation")}
    figure = checked(pictures_figure(samples, CENTERS, 1.4))
    assert [note.text for note in figure.layout.annotations] == list(samples)
    for trace, points in zip(figure.data[1::2], samples.values(), strict=True):
        np.testing.assert_array_equal(np.stack([trace.x, trace.y], axis=1), points)


# --------------------------------------------------------------------------- made once more


@pytest.mark.slow
def test_recordings_can_be_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {**SETTINGS["oscillation"], "steps": 100}
    monkeypatch.setattr(made_again, "SETTINGS", {"oscillation": first})
    monkeypatch.setattr(made_again, "FILE", tmp_path / "recordings" / "made.npz")
    made_again.main()
    with np.load(tmp_path / "recordings" / "made.npz") as arrays:
        curves, samples = arrays["oscillation_curves"], arrays["oscillation_samples"]
    recorded = run("oscillation").curves[: 100 // EVERY]
    np.testing.assert_allclose(curves, recorded, atol=0.005)  # another processor rounds otherwise
    assert np.abs(run("healthy").curves[: 100 // EVERY] - recorded).max() > 0.02  # another seed
    assert samples.shape == (N_SAMPLES, 2)


@pytest.mark.slow
def test_oscillating_generator_runs_about_with_all_its_points() -> None:
    config = RunConfig.parse(SETTINGS["oscillation"])
    centers = []
    with borrowed_trainer(config) as trainer:
        while trainer.step < 1500:
            trainer.run(100)
            if trainer.step >= 500:
                points = trainer.samples(N_SAMPLES)
                assert points.std(axis=0).max() < 0.35
                centers.append(points.mean(axis=0))
    between = np.array(centers)[:, np.newaxis] - np.array(centers)
    assert np.linalg.norm(between, axis=-1).max() > 1  # the ring's radius


def test_what_is_late_is_the_last_quarter() -> None:
    for recording in recordings().values():
        late = recording.late("d_real")
        assert len(late) == pytest.approx(len(recording.curves) / 4, abs=1)
        assert late.tolist() == recording.curves[-len(late) :, 2].tolist()
