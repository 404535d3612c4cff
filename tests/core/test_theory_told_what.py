"""The small conditional GAN: gradients by hand are TensorFlow's, and G obeys only if D is told."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from numpy.polynomial.hermite_e import herme2poly

from gan_core.theory import tiny_gan
from gan_core.theory.told_what import (
    DEGREE,
    KINDS,
    N_STEPS,
    STARTS,
    STD,
    Players,
    World,
    d_gradient,
    g_gradient,
    outcome,
    play,
    reading_gradient,
)

SEEDS = range(5)
RNG = np.random.default_rng(0)
NO_READING = np.zeros(DEGREE + 1)
WORLD = World(wrong=0.2, seed=3)
A, B = np.array([0.7, -0.2]), np.array([-1.2, 0.9])
PLAYERS = {
    "seen": Players(A, B, 0.3 * RNG.standard_normal((2, DEGREE + 1)), NO_READING),
    "unseen": Players(A, B, 0.3 * RNG.standard_normal((1, DEGREE + 1)), NO_READING),
    "read": Players(
        A, B, 0.3 * RNG.standard_normal((1, DEGREE + 1)), 0.3 * RNG.standard_normal(DEGREE + 1)
    ),
}


def end(**given: object) -> Players:
    return list(play(World(**given)))[-1]  # type: ignore[arg-type]


def batch(world: World) -> tuple[np.ndarray, np.ndarray]:
    """What D sees in the first step: real samples, and the noise of generated ones."""
    x_real, z = world.batches()
    return x_real[0], z[0, 0]


def by_autodiff(players: Players, x_real: np.ndarray, z: np.ndarray) -> dict[str, np.ndarray]:
    """The same losses written as in the paper, in powers of x, with gradients by TensorFlow."""
    a, b, w, u = (tf.Variable(value, dtype=tf.float64) for value in vars(players).values())
    powers = np.zeros((DEGREE + 1, DEGREE + 1))  # of each Hermite polynomial
    for k in range(DEGREE + 1):
        powers[k, : k + 1] = herme2poly(np.eye(DEGREE + 1)[k, : k + 1])
    with tf.GradientTape(persistent=True) as tape:
        of_power = tf.broadcast_to(w @ powers, (2, DEGREE + 1))
        x_fake = a[:, None] * z + b[:, None]

        def judge(x: tf.Tensor) -> tf.Tensor:
            return tf.sigmoid(sum(of_power[:, k, None] * x**k for k in range(DEGREE + 1)))

        d_real, d_fake = judge(tf.constant(x_real)), judge(x_fake)
        d_loss = -tf.reduce_mean(tf.math.log(d_real)) - tf.reduce_mean(tf.math.log(1 - d_fake))
        g_loss = -tf.reduce_mean(tf.math.log(d_fake))
        said = tf.sigmoid(sum((u[None] @ powers)[0, k] * x_fake**k for k in range(DEGREE + 1)))
        unread = -tf.reduce_mean(tf.math.log(tf.stack([1 - said[0], said[1]])))
        paid_by_g = g_loss + unread
    return {
        "losses": np.array([d_loss, g_loss]),
        "d": tape.gradient(d_loss, w).numpy(),
        "reading": tape.gradient(unread, u).numpy(),
        "g": np.stack([each.numpy() for each in tape.gradient(paid_by_g, [a, b])]),
    }


@pytest.mark.parametrize("players", PLAYERS.values(), ids=PLAYERS)
def test_gradients_by_hand_are_those_of_tensorflow(players: Players) -> None:
    x_real, z = batch(WORLD)
    expected = by_autodiff(players, x_real, z)
    np.testing.assert_allclose(tiny_gan.losses(players, x_real, z), expected["losses"], rtol=1e-9)
    np.testing.assert_allclose(d_gradient(players, x_real, z), expected["d"], rtol=1e-9)
    np.testing.assert_allclose(g_gradient(players, z), expected["g"], rtol=1e-9)
    np.testing.assert_allclose(reading_gradient(players, z), expected["reading"], rtol=1e-9)


def test_with_the_label_seen_it_is_two_tiny_gans() -> None:
    quadratic = np.array([[0.3, 0.9, -0.4], [-1.0, 1.2, 0.3]])  # in powers, and in polynomials:
    w = np.pad(quadratic + quadratic[:, 2:] * [1, 0, 0], [(0, 0), (0, DEGREE - 2)])
    players, (x_real, z) = Players(A, B, w, NO_READING), batch(WORLD)
    for y in (0, 1):
        w_y = (float(quadratic[y, 0]), float(quadratic[y, 1]), float(quadratic[y, 2]))
        alone = tiny_gan.Players(float(A[y]), float(B[y]), w_y)
        assert players.judge(x_real)[y] == pytest.approx(alone.judge(x_real[y]))
        of_one = tiny_gan.g_gradient(alone, z[y])
        assert g_gradient(players, z)[:, y] == pytest.approx(of_one / 2)  # each is half the batch


@pytest.mark.parametrize("wrong", [0.0, 0.1])
@pytest.mark.parametrize("start", STARTS)
def test_with_the_label_seen_g_obeys_wherever_it_begins(start: str, wrong: float) -> None:
    for seed in SEEDS:
        players = end(start=start, wrong=wrong, seed=seed)
        assert outcome(players) == "obeyed"
        assert players.b == pytest.approx(KINDS, abs=0.15)
        assert abs(players.a) == pytest.approx([STD, STD], abs=0.15)
        assert min(players.obedience()) > 0.95


@pytest.mark.parametrize(("start", "expected"), [("swapped", "swapped"), ("right", "obeyed")])
def test_without_it_g_stays_as_it_began(start: str, expected: str) -> None:
    for seed in SEEDS:
        players = end(sees="sample", start=start, seed=seed)
        assert outcome(players) == expected
        assert sorted(players.b) == pytest.approx(KINDS, abs=0.15)


def test_without_it_chance_decides_where_g_has_no_preference() -> None:
    outcomes = {outcome(end(sees="sample", start="same", seed=seed)) for seed in range(16)}
    assert {"obeyed", "swapped"} <= outcomes


def test_with_the_label_read_each_has_a_kind_of_its_own_and_chance_says_which() -> None:
    outcomes = []
    for seed in range(24):
        players = end(sees="reads", start="same", seed=seed)
        outcomes.append(outcome(players))
        assert sorted(players.b) == pytest.approx(KINDS, abs=0.2)
        of_large = players.read(np.sort(players.b))[1]
        assert (of_large > 0.95) == (outcomes[-1] == "obeyed"), "it reads what G means by the label"
    assert 6 <= outcomes.count("obeyed") <= 18
    assert "same" not in outcomes


@pytest.mark.parametrize(("start", "expected"), [("swapped", "swapped"), ("right", "obeyed")])
def test_reading_does_not_tell_what_a_label_means(start: str, expected: str) -> None:
    for seed in SEEDS:
        assert outcome(end(sees="reads", start=start, seed=seed)) == expected


def test_labels_dealt_at_random_teach_nothing() -> None:
    for seed in SEEDS:
        assert outcome(end(start="same", wrong=0.5, seed=seed)) == "same"


@pytest.mark.parametrize("seed", SEEDS)
def test_exchanged_labels_change_no_loss_of_a_d_that_sees_none(seed: int) -> None:
    x_real, z = batch(World(seed=seed))
    unseen = PLAYERS["unseen"]
    exchanged = Players(A[::-1], B[::-1], unseen.w, NO_READING)
    assert tiny_gan.losses(exchanged, x_real, z[::-1]) == pytest.approx(
        tiny_gan.losses(unseen, x_real, z)
    )
    seen = PLAYERS["seen"]
    exchanged = Players(A[::-1], B[::-1], seen.w, NO_READING)
    assert tiny_gan.losses(exchanged, x_real, z[::-1]) != pytest.approx(
        tiny_gan.losses(seen, x_real, z), rel=0.01
    )


def test_share_of_wrong_labels_is_that_of_the_samples() -> None:
    world = World(wrong=0.3)
    x_real, _ = world.batches()
    assert (x_real[:, 0] > 0).mean() == pytest.approx(0.3, abs=0.02)
    x = np.linspace(-4, 4, 801)
    assert world.density(x).sum(axis=1) * 0.01 == pytest.approx([1, 1])
    assert (world.density(x)[0] * (x > 0)).sum() * 0.01 == pytest.approx(0.3, abs=0.01)


def test_obedience_is_the_share_of_samples() -> None:
    players = PLAYERS["seen"]
    x = players.generate(RNG.standard_normal((2, 100_000)))
    nearer = abs(x - KINDS[:, None]) < abs(x - KINDS[::-1, None])
    assert players.obedience() == pytest.approx(nearer.mean(axis=1), abs=0.005)


def test_a_game_is_replayed_exactly() -> None:
    one, other = list(play(WORLD)), list(play(WORLD))
    assert len(one) == N_STEPS + 1
    assert one[-1].w.tolist() == other[-1].w.tolist()


@pytest.mark.parametrize("b", [(-1.5, -0.5), (0.5, 1.5)])
def test_a_generator_that_obeys_but_one_label_does_not_obey(b: tuple[float, float]) -> None:
    players = Players(np.full(2, 0.1), np.array(b), np.zeros((2, DEGREE + 1)), NO_READING)
    assert sorted(players.obedience()) == pytest.approx([0, 1], abs=1e-3)
    assert outcome(players) == "same"
