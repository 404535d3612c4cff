"""What a run in the plane shows of itself: lattice, surface, slopes, and what they say of D."""

from __future__ import annotations

import base64
import gc
import itertools
import json
import math
import weakref
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import norm

from gan_core.config import RunConfig
from gan_core.metrics.density_gap import best_decision
from gan_core.ops import NUMPY
from gan_core.plane import LATTICE, LINE, SURFACE, noise_lattice, surface_points
from gan_core.runs.plane_frame import PlaneFrames
from gan_core.training.plane_view import N_ARROWS, N_LOOKED_AT, PENALTY_SEED, view_of
from gan_core.training.tensorflow_ops import TENSORFLOW
from gan_core.training.trainer import Trainer
from tests.tiny import TINY_POINTS

pytestmark = pytest.mark.usefixtures("without_xla")

EXTENT = 1.7


def config_of(**settings: Any) -> RunConfig:
    return RunConfig.parse({**TINY_POINTS, **settings})


# ---------------------------------------------------------------------- where one looks


@pytest.mark.parametrize("noise", ["gaussian", "uniform"])
def test_lattice_has_as_much_noise_between_any_two_neighbours(noise: str) -> None:
    line = noise_lattice(config_of(latent_dim=1, noise=noise))
    square = noise_lattice(config_of(noise=noise))
    assert line is not None
    assert square is not None
    assert line.shape == (LINE, 1)
    assert square.shape == (LATTICE**2, 2)
    assert noise_lattice(config_of(latent_dim=3, noise=noise)) is None
    rows = square.reshape(LATTICE, LATTICE, 2)  # row by row, each from the lowest first number
    assert (rows[:, :, 0] == rows[0, :, 0]).all()
    assert (rows[:, :, 1] == rows[:, :1, 1]).all()
    for along in (line[:, 0], rows[0, :, 0], rows[:, 0, 1]):
        share = norm.cdf(along) if noise == "gaussian" else (along + 1) / 2
        np.testing.assert_allclose(np.diff(share), 0.96 / (len(along) - 1), rtol=1e-3)
        np.testing.assert_allclose(along, -along[::-1], atol=1e-6)


def test_surface_is_laid_out_from_the_lower_left_row_by_row() -> None:
    points = surface_points(EXTENT)
    assert points.shape == (SURFACE**2, 2)
    assert points.dtype == np.float32
    rows = points.reshape(SURFACE, SURFACE, 2)
    np.testing.assert_allclose(rows[0, 0], [-EXTENT, -EXTENT])
    np.testing.assert_allclose(rows[0, -1], [EXTENT, -EXTENT])
    np.testing.assert_allclose(rows[-1, 0], [-EXTENT, EXTENT])
    assert (np.diff(rows[:, :, 0], axis=1) > 0).all()
    assert (np.diff(rows[:, :, 1], axis=0) > 0).all()


# ------------------------------------------------------------------------ what is sent


def seen_with(logits: np.ndarray, x_played: np.ndarray, **more: Any) -> dict[str, Any]:
    """What a view might have seen where D's logits on the surface are these, and G's samples."""
    return {
        "surface": logits.astype(np.float32),
        "x_played": x_played,
        "arrows": np.zeros((N_ARROWS, 2), np.float32),
        "d_gradient": 1.5,
        "g_gradient": 0.25,
        **more,
    }


def shades(encoded: str) -> np.ndarray:
    """Bytes of a surface, (SURFACE, SURFACE)."""
    return np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(SURFACE, SURFACE)


def real(config: RunConfig, n: int = 1000, seed: int = 3) -> np.ndarray:
    return config.items.dataset.load(n, seed=seed)


def test_shades_are_probabilities_from_0_to_255_at_their_places() -> None:
    config = config_of()
    x, y = surface_points(EXTENT).T
    logits = 3 * x - y
    sent = PlaneFrames(config).channels(seen_with(logits, real(config)))
    assert (sent["surface.low"], sent["surface.high"]) == (0, 1)
    found = shades(sent["surface"])
    expected = np.rint(255 / (1 + np.exp(-logits.astype(float)))).reshape(SURFACE, SURFACE)
    assert np.array_equal(found, expected)
    assert found[0, -1] == found.max() == round(255 / (1 + np.exp(-4 * EXTENT))), "the lower right"
    assert found[-1, 0] == found.min(), "the upper left"


def test_shades_of_scores_run_from_the_lowest_to_the_highest() -> None:
    config = config_of(loss="wasserstein")
    x, _ = surface_points(EXTENT).T
    sent = PlaneFrames(config).channels(seen_with(10 * x - 4, real(config)))
    assert sent["surface.low"] == pytest.approx(-10 * EXTENT - 4)
    assert sent["surface.high"] == pytest.approx(10 * EXTENT - 4)
    columns = np.rint(np.linspace(0, 255, SURFACE))
    assert (np.abs(shades(sent["surface"]) - columns) <= 1).all()


def test_one_score_everywhere_is_a_range_too() -> None:
    config = config_of(loss="wasserstein")
    sent = PlaneFrames(config).channels(seen_with(np.full(SURFACE**2, 7.0), real(config)))
    assert sent["surface.low"] == 7 < sent["surface.high"]
    assert (shades(sent["surface"]) == 0).all()


@pytest.mark.parametrize("loss", ["non_saturating", "wasserstein"])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("everywhere", [True, False])
def test_what_is_no_number_gives_valid_json(loss: str, broken: float, everywhere: bool) -> None:
    config = config_of(dataset="blobs", loss=loss)
    frames, logits = PlaneFrames(config), np.zeros(SURFACE**2)
    logits[None if everywhere else slice(5)] = broken
    x_fake = real(config)
    x_fake[None if everywhere else slice(5)] = broken
    points = np.full((N_ARROWS, 2), broken, np.float32)
    seen = seen_with(
        logits, x_fake, arrows=points, manifold=points, d_gradient=float(broken), g_gradient=1.0
    )
    sent = {**frames.constants(), **frames.channels(seen), **frames.measures(seen)}
    read = json.loads(json.dumps(sent), parse_constant=pytest.fail)
    assert read["d_gradient"] is None
    assert read["g_gradient"] == 1
    assert ("gap" in read) == (loss == "non_saturating" and np.isinf(broken))
    assert len(read["arrow.x"]) == len(read["manifold.y"]) == N_ARROWS
    for name in ("surface", "truth"):
        assert shades(read[name]).size == SURFACE**2


def test_truth_is_grey_and_the_gap_small_where_generated_points_are_like_the_data() -> None:
    """D* = ½ wherever there is much of p; samples, 1000 of them, say so up to chance."""
    config = config_of(dataset="blobs")
    frames, x_fake = PlaneFrames(config), real(config, 1000, seed=8)
    undecided = seen_with(np.zeros(SURFACE**2), x_fake)
    truth = shades(frames.channels(undecided)["truth"]).ravel().astype(float)
    p = config.items.dataset.density(surface_points(EXTENT)) if config.items.dataset.density else 0
    much = p > 0.2 * np.max(p)
    assert much.sum() > 20
    assert np.abs(truth[much] - 127.5).max() < 30
    assert np.abs(truth[much] - 127.5).mean() < 10
    gap = frames.measures(undecided)["gap"]
    assert gap is not None
    assert 0 < gap < 0.06
    sure = frames.measures(seen_with(np.full(SURFACE**2, 9.0), x_fake))["gap"]
    assert sure == pytest.approx(0.5, abs=0.02), "D = 1 everywhere is half wrong"


@pytest.mark.parametrize("game", [{}, {"instance_noise": 0.1}, {"packing": 2}])
def test_gap_is_zero_for_the_best_discriminator_and_truth_is_its_surface(
    game: dict[str, Any],
) -> None:
    """Data and generated points far apart, so that the densities can be written down by hand."""
    config = config_of(dataset="two_gaussians", data_noise=0.2, **game)
    frames = PlaneFrames(config)
    x_fake = np.random.default_rng(1).normal(0, 0.3, (400, 2)).astype(np.float32)
    blur = math.hypot(0.06 * EXTENT, config.instance_noise)
    points = surface_points(EXTENT).astype(float)
    density = config.model_copy(update={"data_noise": np.hypot(0.2, blur)}).items.dataset.density
    assert density
    squared = np.square(points[:, np.newaxis] - x_fake).sum(axis=-1)
    q = np.exp(-squared / (2 * blur**2)).mean(axis=1) / (2 * np.pi * blur**2)
    m = config.packing
    best = best_decision(density(points) ** m, q**m).clip(1e-12, 1 - 1e-12)
    seen = seen_with(np.log(best / (1 - best)), x_fake)
    assert frames.measures(seen)["gap"] == pytest.approx(0, abs=1e-6)
    sent = frames.channels(seen)
    truth, surface = (shades(sent[name]).ravel().astype(float) for name in ("truth", "surface"))
    some = density(points) + q > density(points).max() / 2
    assert np.abs(truth - surface)[some].max() < 10
    assert truth.min() < 15
    assert truth.max() > 240
    assert truth[0] == 128, "nothing is in the corner, and nothing is known there"


def test_best_discriminator_is_as_unsure_as_its_smoothed_labels() -> None:
    config = config_of(dataset="blobs", label_smoothing=0.4)
    frames, x_fake = PlaneFrames(config), real(config, 1000, seed=8)  # p = q: D* = 0.3
    for d, gap in ((0.3, 0.0), (0.5, 0.2)):
        seen = seen_with(np.full(SURFACE**2, math.log(d / (1 - d))), x_fake)
        assert frames.measures(seen)["gap"] == pytest.approx(gap, abs=0.06)


def test_gap_is_kept_back_where_the_grid_is_too_coarse_for_the_data() -> None:
    for data_noise, is_known in ((0.0, False), (0.2, True)):  # the ring's spots are tiny
        config = config_of(data_noise=data_noise)
        undecided = seen_with(np.zeros(SURFACE**2), real(config))
        assert ("gap" in PlaneFrames(config).measures(undecided)) == is_known


def test_gap_is_for_probabilities_only() -> None:
    config = config_of(dataset="blobs", loss="hinge")
    measured = PlaneFrames(config).measures(seen_with(np.zeros(SURFACE**2), real(config)))
    assert measured == {"d_gradient": 1.5, "g_gradient": 0.25}


@pytest.mark.parametrize(
    ("latent_dim", "layout"), [(1, (1, LINE)), (2, (LATTICE, LATTICE)), (3, None)]
)
def test_lattice_is_announced_with_its_rows(
    latent_dim: int, layout: tuple[int, int] | None
) -> None:
    constants = PlaneFrames(config_of(latent_dim=latent_dim)).constants()
    found = (constants.get("manifold.rows"), constants.get("manifold.columns"))
    assert found == (layout or (None, None))
    assert (constants["extent"], constants["surface.size"]) == (EXTENT, SURFACE)


# ----------------------------------------------------------------------- what is looked at


def trained(n_steps: int = 3, **settings: Any) -> Trainer:
    config = config_of(**{"activation": "tanh", **settings})
    player = Trainer(config, config.items.dataset.load(200, seed=0))
    if n_steps:
        player.run(n_steps)
    return player


def forward(x: np.ndarray, model: Any) -> np.ndarray:
    """The network in float64, with tanh between its layers."""
    parameters = [np.asarray(each, float) for each in model.get_weights()]
    pairs = list(zip(parameters[::2], parameters[1::2], strict=True))
    for i, (kernel, bias) in enumerate(pairs):
        x = x @ kernel + bias
        x = np.tanh(x) if i < len(pairs) - 1 else x
    return x


def packs(x: np.ndarray, packing: int) -> np.ndarray:
    return x.reshape(len(x) // packing, 2 * packing)


CASES = pytest.mark.parametrize(
    "settings",
    [
        {},
        {"loss": "wasserstein", "packing": 2, "penalty": "gradient_penalty"},
        {"loss": "relativistic", "g_hidden_units": 5},
        {"instance_noise": 0.3, "latent_dim": 5},
    ],
    ids=["plain", "Wasserstein in packs", "relativistic", "instance noise"],
)


@CASES
def test_arrows_are_what_finite_differences_of_g_s_loss_say(settings: dict[str, Any]) -> None:
    player = trained(**settings)
    config, x_real = player.config, real(player.config)
    arrows = view_of(player).look(x_real)["arrows"]
    assert arrows.shape == (N_ARROWS, 2)
    x_fake = forward(player.fixed_noise(N_LOOKED_AT).numpy().astype(float), player.generator)
    real_packs = packs(x_real[:N_LOOKED_AT].astype(float), config.packing)

    def g_loss(x: np.ndarray) -> float:
        fake_packs = packs(x, config.packing)
        real_logits, fake_logits = (
            forward(each, player.discriminator)[:, 0] for each in (real_packs, fake_packs)
        )
        return float(config.items.loss.generator(real_logits, fake_logits, NUMPY))

    for point, axis in itertools.product((0, 57), (0, 1)):
        sides = []
        for by in (1e-5, -1e-5):
            moved = x_fake.copy()
            moved[point, axis] += by
            sides.append(g_loss(moved))
        slope = -len(real_packs) * (sides[0] - sides[1]) / 2e-5
        assert arrows[point, axis] == pytest.approx(slope, rel=1e-2, abs=1e-4)
        assert slope != 0


def test_arrows_see_d_as_it_is_in_training() -> None:
    """Batch normalisation in D, where what one sample is told depends on the others."""
    player = trained(d_norm="batch")
    x_real = real(player.config)
    earlier = player.samples(N_LOOKED_AT)
    seen = view_of(player).look(x_real, earlier=earlier)
    x_fake = tf.constant(earlier)
    with tf.GradientTape() as tape:
        tape.watch(x_fake)
        logits = player.judge(x_fake)  # non-saturating: the real ones do not count
        loss = tf.reduce_mean(tf.math.softplus(-logits))
    expected = -N_LOOKED_AT * tape.gradient(loss, x_fake).numpy()[:N_ARROWS]
    for name in ("arrows", "followed"):
        np.testing.assert_allclose(seen[name], expected, rtol=1e-3, atol=1e-5)


def test_arrows_start_where_the_reader_sees_samples_and_the_best_d_is_that_of_the_game() -> None:
    """Samples are of an average then, which lags behind the G that plays."""
    player = trained(ema_decay=0.99, g_learning_rate=0.05, n_steps=20, dataset="blobs")
    x_real, shown = real(player.config), player.samples(1000)
    seen = view_of(player).look(x_real, shown)
    noise = player.fixed_noise(1000).numpy().astype(float)
    played = forward(noise, player.generator)
    np.testing.assert_allclose(seen["x_played"], played, rtol=1e-3, atol=1e-4)
    assert np.abs(played - shown).mean() > 0.1
    x_fake = tf.constant(shown[:N_ARROWS])
    with tf.GradientTape() as tape:
        tape.watch(x_fake)
        loss = tf.reduce_sum(tf.math.softplus(-player.judge(x_fake)))
    slopes = -tape.gradient(loss, x_fake).numpy()
    np.testing.assert_allclose(seen["arrows"], slopes, rtol=1e-3, atol=1e-5)
    frames = PlaneFrames(player.config)
    found, of_average = frames.channels(seen), frames.channels({**seen, "x_played": shown})
    of_game = frames.channels({**seen, "x_played": played})
    assert np.abs(shades(found["truth"]).astype(int) - shades(of_game["truth"])).max() <= 1
    assert found["truth"] != of_average["truth"]


def test_arrows_that_g_follows_start_at_the_earlier_points_and_see_the_new_d() -> None:
    player = trained()
    x_real = real(player.config)
    before, earlier = view_of(player).look(x_real), player.samples(N_LOOKED_AT)
    assert "followed" not in before
    player.take_turn("d", 0)  # the points stay
    after_d = view_of(player).look(x_real, earlier=earlier)
    np.testing.assert_allclose(after_d["followed"], after_d["arrows"], rtol=1e-5, atol=1e-6)
    assert not np.allclose(after_d["followed"], before["arrows"])
    player.take_turn("g", 1)  # D stays
    after_g = view_of(player).look(x_real, earlier=earlier)
    np.testing.assert_allclose(after_g["followed"], after_d["arrows"], rtol=1e-5, atol=1e-6)
    assert not np.allclose(after_g["followed"], after_g["arrows"])
    sent = PlaneFrames(player.config).channels(after_g)
    np.testing.assert_allclose(sent["followed.x"], after_g["followed"][:, 0], atol=1e-4)


@CASES
def test_gradients_are_as_long_as_a_second_tape_says(settings: dict[str, Any]) -> None:
    player = trained(**settings)
    config, x_real = player.config, real(player.config)
    seen = view_of(player).look(x_real)
    shown_real = player.shown(tf.constant(x_real[:N_LOOKED_AT]))
    loss = config.items.loss
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        shown_fake = player.shown(player.generator(player.fixed_noise(N_LOOKED_AT)))
        logits = player.judge(shown_real), player.judge(shown_fake)
        g_loss = loss.generator(*logits, TENSORFLOW)
        d_loss = loss.discriminator(*logits, TENSORFLOW)
        d_loss += config.penalty_weight * config.items.penalty.measure(
            player.judge, shown_real, shown_fake, tf.constant(PENALTY_SEED), TENSORFLOW
        )
    for name, tape, value, model in (
        ("d_gradient", d_tape, d_loss, player.discriminator),
        ("g_gradient", g_tape, g_loss, player.generator),
    ):
        gradients = tape.gradient(value, model.trainable_variables)
        squares = sum(float(np.square(each.numpy(), dtype=np.float64).sum()) for each in gradients)
        assert seen[name] == pytest.approx(np.sqrt(squares), rel=1e-4)
        assert seen[name] > 0


@CASES
def test_surface_is_what_d_says_at_its_points(settings: dict[str, Any]) -> None:
    player = trained(**settings)
    surface = view_of(player).look(real(player.config))["surface"]
    alike = np.tile(surface_points(EXTENT), (1, player.config.packing))  # packs of one point
    np.testing.assert_allclose(
        surface, forward(alike.astype(float), player.discriminator)[:, 0], rtol=1e-3, atol=1e-4
    )
    assert np.ptp(surface) > 0


def test_manifold_is_the_lattice_as_g_warps_it() -> None:
    player = trained(n_steps=0)
    seen = view_of(player).look(real(player.config))
    lattice = noise_lattice(player.config)
    assert lattice is not None
    warped = forward(lattice.astype(float), player.generator)
    np.testing.assert_allclose(seen["manifold"], warped, rtol=1e-3, atol=1e-4)
    without = trained(n_steps=0, latent_dim=3)
    assert "manifold" not in view_of(without).look(real(without.config))


def test_manifold_is_made_by_the_same_average_as_the_samples() -> None:
    player = trained(ema_decay=0.9, g_learning_rate=0.05)
    lattice = noise_lattice(player.config)
    manifold = view_of(player).look(real(player.config))["manifold"]
    assert np.array_equal(manifold, player.generated(tf.constant(lattice)))
    assert not np.allclose(manifold, forward(np.asarray(lattice, float), player.generator))


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"loss": "wasserstein", "packing": 2, "penalty": "gradient_penalty"},
        {"spectral_norm": True, "ema_decay": 0.9, "instance_noise": 0.1},
        {"g_norm": "batch", "d_norm": "batch"},
        {"precision": "bfloat16"},
    ],
    ids=["plain", "Wasserstein in packs", "spectral norm and average", "batch norm", "bfloat16"],
)
def test_a_look_changes_nothing(settings: dict[str, Any]) -> None:
    watched, alone = trained(2, **settings), trained(2, **settings)
    before = watched.state()
    seen = view_of(watched).look(real(watched.config))
    for name, array in watched.state().items():
        assert np.array_equal(array, before[name]), name
    assert np.array_equal(watched.run(2), alone.run(2))
    for name, array in alone.state().items():
        assert np.array_equal(array, watched.state()[name]), name
    for name in ("surface", "arrows", "manifold"):
        assert np.isfinite(seen[name].astype(float)).all()


def test_view_of_a_dropped_trainer_is_dropped() -> None:
    player = trained(1)
    view_of(player).look(real(player.config))
    dropped = weakref.ref(player)
    del player
    gc.collect()
    assert dropped() is None


def test_view_is_made_once_and_again_for_another_game() -> None:
    player = trained(1)
    first, x_real = view_of(player), real(player.config)
    before = first.look(x_real)
    assert view_of(player) is first
    player.change(player.config.with_change("g_learning_rate", 0.01))
    assert view_of(player) is first
    player.change(player.config.with_change("loss", "least_squares"))
    assert view_of(player) is not first
    after = view_of(player).look(x_real)
    assert np.array_equal(before["surface"], after["surface"]), "the weights are the same"
    assert not np.allclose(before["arrows"], after["arrows"]), "but not what G follows"
