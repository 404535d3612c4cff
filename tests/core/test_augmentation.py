"""Differentiable augmentation: each part against a second implementation, and its gradient."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.training import augmentation
from gan_core.training.augmentation import augmented
from gan_core.training.trainer import Trainer

SHAPES = pytest.mark.parametrize(
    "shape", [(28, 28, 1), (32, 32, 3)], ids=lambda shape: "x".join(map(str, shape))
)
SEED = tf.constant([3, 4])


def pictures(n: int, shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (n, *shape)).astype(np.float32)


@SHAPES
def test_seed_decides_all_and_each_picture_changes_in_its_own_way(shape: tuple[int, ...]) -> None:
    x = np.repeat(pictures(1, shape), 50, axis=0)
    once, again = augmented(x, SEED).numpy(), augmented(x, SEED).numpy()
    assert once.shape == x.shape
    assert once.dtype == np.float32
    np.testing.assert_array_equal(once, again)
    assert len(np.unique(once.reshape(50, -1), axis=0)) == 50
    assert not np.array_equal(once, augmented(x, tf.constant([3, 5])).numpy())


@SHAPES
def test_moved_pictures_are_those_that_numpy_moves(shape: tuple[int, ...]) -> None:
    x = pictures(400, shape)
    moved = augmentation._moved(tf.constant(x), SEED).numpy()
    most = shape[0] // 8 if shape[0] == 32 else 4  # an eighth, rounded: 28 / 8 = 3.5
    seen = set()
    for picture, result in zip(x, moved, strict=True):
        fitting = [
            (down, right)
            for down in range(-most, most + 1)
            for right in range(-most, most + 1)
            if np.array_equal(shifted(picture, down, right), result)
        ]
        assert len(fitting) == 1
        seen |= {*fitting}
    for axis in (0, 1):
        assert {move[axis] for move in seen} == {*range(-most, most + 1)}


def shifted(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    side = len(picture)
    padded = np.pad(picture, ((side, side), (side, side), (0, 0)))
    return padded[side - down : 2 * side - down, side - right : 2 * side - right]


@SHAPES
def test_cut_is_a_square_of_half_the_side_that_may_reach_over_the_edge(
    shape: tuple[int, ...],
) -> None:
    side, n = shape[0], 2000
    x = np.ones((n, *shape), np.float32)
    cut = augmentation._cut(tf.constant(x), SEED).numpy()
    assert set(np.unique(cut)) == {0, 1}
    gone = cut[..., 0] == 0  # (n, side, side)
    np.testing.assert_array_equal(gone, (cut == 0).all(axis=-1))
    rows, columns = gone.any(axis=2), gone.any(axis=1)
    np.testing.assert_array_equal(gone, rows[:, :, np.newaxis] & columns[:, np.newaxis])
    for along in (rows, columns):
        lengths = along.sum(axis=1)
        assert lengths.max() == side // 2
        assert lengths.min() == side // 4
        first, last = along.argmax(axis=1), side - 1 - along[:, ::-1].argmax(axis=1)
        np.testing.assert_array_equal(last - first + 1, lengths)
        assert (first.min(), last.max()) == (0, side - 1)
        inner = (first > 0) & (last < side - 1)
        assert (lengths[inner] == side // 2).all()


@SHAPES
def test_tint_is_the_paper_s_brightness_saturation_and_contrast(shape: tuple[int, ...]) -> None:
    x = pictures(64, shape).astype(np.float64)
    drawn = tf.random.stateless_uniform([3, 64, 1, 1, 1], SEED).numpy().astype(np.float64)
    expected = []
    for picture, (brightness, saturation, contrast) in zip(
        x, np.moveaxis(drawn, 0, 1)[..., 0, 0, 0], strict=True
    ):
        lit = picture + brightness - 0.5
        grey = lit.mean(axis=2, keepdims=True)
        saturated = lit if shape[-1] == 1 else grey + 2 * saturation * (lit - grey)
        mean = saturated.mean()
        expected.append(mean + (contrast + 0.5) * (saturated - mean))
    found = augmentation._tinted(tf.constant(x, tf.float32), SEED).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert drawn.min() < 0.05
    assert drawn.max() > 0.95


@SHAPES
@pytest.mark.parametrize("xla", [False, True])
def test_gradient_is_that_of_an_affine_map(shape: tuple[int, ...], xla: bool) -> None:
    """⟨augmented(x + d) − augmented(x), w⟩ = ⟨d, gradient of ⟨augmented(x), w⟩⟩, exactly so."""
    x, d, w = (tf.constant(pictures(8, shape, seed)) for seed in (1, 2, 3))
    change = tf.function(augmented, jit_compile=xla)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.reduce_sum(w * change(x, SEED))
    gradient = tape.gradient(value, x)
    moved = tf.reduce_sum(w * (change(x + d, SEED) - change(x, SEED)))
    assert float(moved) == pytest.approx(float(tf.reduce_sum(d * gradient)), rel=1e-3)
    assert np.abs(gradient).max() > 0


def trainer(**settings: object) -> Trainer:
    tiny = {"batch_size": 4, "latent_dim": 4, "g_width": 0.2, "d_width": 0.2}
    config = RunConfig.parse({**tiny, **settings})
    return Trainer(config, config.items.dataset.load(50, seed=0))


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{}, {"network": "mlp", "g_width": 1.0, "d_width": 1.0}], ids=["dcgan", "mlp"]
)
def test_run_with_augmentation_is_repeatable_and_continues(settings: dict[str, object]) -> None:
    def make() -> Trainer:
        return trainer(dataset="pictures", augmentation=True, **settings)

    uninterrupted, first, second = make(), make(), make()
    records = np.concatenate([uninterrupted.run(1), uninterrupted.run(2)])
    assert np.isfinite(records).all()
    first.run(1)
    second.load_state(first.state())
    assert np.array_equal(second.run(2), records[1:])


def test_d_sees_real_and_generated_pictures_changed_and_a_reader_sees_them_as_they_are() -> None:
    plain, changed = trainer(), trainer(augmentation=True)
    np.testing.assert_array_equal(plain.samples(4), changed.samples(4))
    x = tf.constant(plain.x_real[:4])
    assert np.array_equal(plain.shown(x, SEED), x)
    assert not np.array_equal(changed.shown(x, SEED), x)
    assert np.array_equal(changed.shown(x), x), "without a seed nothing is left to chance"
    for each in (plain, changed):
        each.run(1)
    before, after = (each.run(1)[0] for each in (plain, changed))
    assert not np.array_equal(before, after)


@pytest.mark.slow
def test_augmentation_helps_d_generalise_on_a_small_set() -> None:
    """The paper's point: without it, D soon knows its few pictures by heart."""
    gaps = {}
    for switched_on in (False, True):
        settings = {"augmentation": switched_on, "batch_size": 32, "g_width": 0.5, "d_width": 0.5}
        config = RunConfig.parse(settings | {"d_learning_rate": 2e-3})
        digits = config.items.dataset.load(64, seed=1)
        player = Trainer(config, digits[:32])
        while player.step < 160:
            player.run(16)
        seen, unseen = (
            tf.sigmoid(player.judge(tf.constant(part), training=False)).numpy().mean()
            for part in (digits[:32], digits[32:])
        )
        gaps[switched_on] = seen - unseen
    assert gaps[True] < gaps[False] / 3
