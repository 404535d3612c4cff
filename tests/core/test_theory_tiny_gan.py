"""The GAN of five numbers: gradients by hand are those of TensorFlow, and moves replay exactly."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from gan_core.text import GanError
from gan_core.theory.tiny_gan import (
    START,
    Players,
    World,
    chain_rule,
    d_gradient,
    g_gradient,
    losses,
    play,
    pull,
    read_moves,
    train_d,
    train_g,
    write_moves,
)

PLAYERS = [START, Players(0.7, -1.2, (0.3, 0.9, -0.4)), Players(-0.2, 2.5, (-1.0, 1.2, 0.3))]
WORLD = World(mean=1.3, std=0.6, seed=3)


def by_autodiff(players: Players, x_real: np.ndarray, z: np.ndarray) -> dict[str, np.ndarray]:
    """The same losses written as in the paper, with gradients by TensorFlow."""
    ab, w = (tf.Variable(v, dtype=tf.float64) for v in ([players.a, players.b], players.w))
    with tf.GradientTape(persistent=True) as tape:
        x_fake = ab[0] * z + ab[1]
        tape.watch(x_fake)
        d_real, d_fake = (
            tf.sigmoid(w[0] + w[1] * x + w[2] * x * x) for x in (tf.constant(x_real), x_fake)
        )
        d_loss = -tf.reduce_mean(tf.math.log(d_real)) - tf.reduce_mean(tf.math.log(1 - d_fake))
        each = -tf.math.log(d_fake)
        g_loss = tf.reduce_mean(each)
    return {
        "losses": np.array([d_loss, g_loss]),
        "d": tape.gradient(d_loss, w).numpy(),
        "g": tape.gradient(g_loss, ab).numpy(),
        "pull": -tape.gradient(each, x_fake).numpy(),
    }


@pytest.mark.parametrize("players", PLAYERS)
def test_gradients_by_hand_are_those_of_tensorflow(players: Players) -> None:
    x_real, z = WORLD.batch(7)
    expected = by_autodiff(players, x_real, z)
    np.testing.assert_allclose(losses(players, x_real, z), expected["losses"], rtol=1e-9)
    np.testing.assert_allclose(d_gradient(players, x_real, z), expected["d"], rtol=1e-9)
    np.testing.assert_allclose(g_gradient(players, z), expected["g"], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(pull(players, z), expected["pull"], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("players", PLAYERS)
def test_each_factor_of_the_chain_rule_is_that_of_tensorflow(players: Players) -> None:
    z = WORLD.batch(7)[1]
    n_samples = tf.ones_like(z)
    a, b = (tf.Variable(number * n_samples) for number in (players.a, players.b))  # one each
    with tf.GradientTape(persistent=True) as tape:
        x = a * z + b
        logit = players.w[0] + players.w[1] * x + players.w[2] * x * x
        loss = -tf.math.log(tf.sigmoid(logit))
    rule = chain_rule(players, z)
    for found, of, by in (
        (rule.loss_by_logit, loss, logit),
        (rule.logit_by_x, logit, x),
        (rule.x_by_ab[0], x, a),
        (rule.x_by_ab[1], x, b),
        (rule.loss_by_ab[0], loss, a),
        (rule.loss_by_ab[1], loss, b),
    ):
        np.testing.assert_allclose(found, tape.gradient(of, by), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("moves", ["", "D5", "D5G2", "B40", "D30G100"])
def test_step_of_g_is_that_of_plain_gradient_descent(moves: str) -> None:
    *before, players, after = play(moves + "G", WORLD)
    x_real, z = WORLD.batch(len(before))
    a, b = np.array([players.a, players.b]) - WORLD.g_rate * by_autodiff(players, x_real, z)["g"]
    assert (after.a, after.b) == pytest.approx((a, b), rel=1e-12)
    assert after.w == players.w
    slopes = [chain_rule(players, each).loss_by_ab for each in z]  # sample by sample, as by hand
    a, b = np.array([players.a, players.b]) - WORLD.g_rate * np.mean(slopes, axis=0)
    assert (after.a, after.b) == pytest.approx((a, b), rel=1e-12)


@pytest.mark.parametrize("players", PLAYERS[1:])
def test_a_step_changes_its_own_player_and_lowers_its_own_loss(players: Players) -> None:
    gentle = World(WORLD.mean, WORLD.std, d_rate=0.01, g_rate=0.01, seed=3)
    batch = gentle.batch(0)
    d_loss, g_loss = losses(players, *batch)
    after_d, after_g = train_d(players, gentle, 0), train_g(players, gentle, 0)
    assert (after_d.a, after_d.b) == (players.a, players.b)
    assert after_g.w == players.w
    assert losses(after_d, *batch)[0] < d_loss
    assert losses(after_g, *batch)[1] < g_loss


def test_flat_discriminator_teaches_the_generator_nothing() -> None:
    assert list(play("G", WORLD)) == [START, START]


def test_best_discriminator_leaves_the_generator_at_rest_where_it_is_right() -> None:
    even = Players(1.0, 0.0, (0.0, 0.0, 0.0))
    x = np.linspace(-2, 2, 5)
    assert even.judge(x).tolist() == [0.5] * 5
    assert not g_gradient(even, x).any()


def test_both_find_the_data() -> None:
    *_, end = play("B300", World())
    assert end.b == pytest.approx(World.mean, abs=0.2)
    assert abs(end.a) == pytest.approx(World.std, abs=0.2)


def test_moves_replay_one_after_the_other() -> None:
    whole = list(play("D3GB2", WORLD))
    assert len(whole) == 1 + 3 + 1 + 2 * 2
    assert list(play("D3G", WORLD)) == whole[:5]
    assert whole[-1] != list(play("D3GB2", World(seed=4)))[-1]


@pytest.mark.parametrize("moves", ["", "D", "DDDGBB", "GDGD", "B" * 2000])
def test_moves_are_read_back(moves: str) -> None:
    assert read_moves(write_moves(moves)) == moves


@pytest.mark.parametrize("text", ["X", "3D", "D-1", "d", "D 2", "D2001", "D1999G2", "D999999"])
def test_moves_that_cannot_be_played_are_refused(text: str) -> None:
    with pytest.raises(GanError, match="moves = "):
        read_moves(text)
