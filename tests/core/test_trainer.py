"""The trainer: what one step does, and that a run is repeatable bit for bit."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.ops import NUMPY
from gan_core.training.checkpoint import pack, unpack
from gan_core.training.device import pick
from gan_core.training.pool import borrowed_trainer
from gan_core.training.records import RECORD_FIELDS
from gan_core.training.trainer import Trainer

TINY_POINTS = {
    "dataset": "ring",
    "network": "mlp",
    "hidden_units": 8,
    "latent_dim": 2,
    "batch_size": 8,
}
TINY_PICTURES = {"batch_size": 4, "latent_dim": 8}
CASES = pytest.mark.parametrize(
    "settings", [TINY_POINTS, TINY_PICTURES], ids=["points", "pictures"]
)


def trainer(settings: dict[str, Any], **more: Any) -> Trainer:
    config = RunConfig.parse({**settings, **more})
    return Trainer(config, config.items.dataset.load(200, seed=0))


def train(player: Trainer, *calls: int) -> np.ndarray:
    return np.concatenate([player.run(n_steps) for n_steps in calls])


@CASES
def test_same_config_and_seed_give_the_same_bits_however_steps_are_grouped(
    settings: dict[str, Any],
) -> None:
    together, apart = trainer(settings), trainer(settings)
    assert np.array_equal(train(together, 6), train(apart, 1, 3, 2))
    for name, array in together.state().items():
        assert np.array_equal(array, apart.state()[name]), name


@CASES
def test_a_run_continued_from_its_checkpoint_equals_one_that_never_stopped(
    settings: dict[str, Any],
) -> None:
    uninterrupted = trainer(settings)
    records = train(uninterrupted, 6)
    first = trainer(settings)
    train(first, 2)
    second = trainer(settings)
    second.load_state(unpack(pack(first.state())))
    assert second.step == 2
    assert np.array_equal(train(second, 4), records[2:])
    assert np.array_equal(second.samples(3), uninterrupted.samples(3))


def test_a_restarted_trainer_equals_a_new_one() -> None:
    config = RunConfig.parse({**TINY_POINTS, "seed": 5, "g_learning_rate": 0.02})
    x_real = config.items.dataset.load(100, seed=5)
    new, used = Trainer(config, x_real), trainer(TINY_POINTS)
    train(used, 4)
    used.restart(config, x_real)
    assert used.step == 0
    assert np.array_equal(train(used, 3), train(new, 3))
    assert np.array_equal(used.samples(3), new.samples(3))


def test_a_trainer_is_lent_again_to_a_run_of_its_mould_only() -> None:
    config = RunConfig.parse(TINY_POINTS)
    with borrowed_trainer(config) as first:
        first.run(1)
        with borrowed_trainer(config) as beside:
            assert beside is not first
    with borrowed_trainer(RunConfig.parse({**TINY_POINTS, "seed": 9, "steps": 5})) as again:
        assert again in (first, beside)
        assert again.step == 0
    with borrowed_trainer(RunConfig.parse({**TINY_POINTS, "batch_size": 4})) as other:
        assert other not in (first, beside)


def test_dropout_too_continues_where_it_was() -> None:
    settings = {"network": "dcgan", "batch_size": 2, "latent_dim": 4}
    uninterrupted, first, second = trainer(settings), trainer(settings), trainer(settings)
    records = train(uninterrupted, 3)
    train(first, 1)
    second.load_state(first.state())
    assert np.array_equal(train(second, 2), records[1:])


def test_another_seed_gives_another_run() -> None:
    one, two = trainer(TINY_POINTS, seed=1), trainer(TINY_POINTS, seed=2)
    assert not np.array_equal(train(one, 1), train(two, 1))


def test_records_are_the_losses_of_the_networks_before_their_turn() -> None:
    """The first step's record, computed a second time with NumPy from the initial weights.

    Without XLA, because XLA draws other normal numbers from the same seed.
    """
    config = RunConfig.parse(TINY_POINTS)
    x_real_all = config.items.dataset.load(200, seed=0)
    player = Trainer(config, x_real_all, dataclasses.replace(pick(config), xla=False))
    weights = [layer.get_weights() for layer in (player.generator, player.discriminator)]
    import tensorflow as tf

    seed, first = tf.constant(config.seed), tf.constant(0)
    z = player._normal(8, player._seed_of(seed, 1, first)).numpy()
    x_real = player._real_batch(tf.constant(x_real_all), player._seed_of(seed, 0, first)).numpy()

    def forward(x: np.ndarray, parameters: list[np.ndarray]) -> np.ndarray:
        pairs = list(zip(parameters[::2], parameters[1::2], strict=True))
        for i, (kernel, bias) in enumerate(pairs):
            x = x @ kernel + bias
            if i < len(pairs) - 1:
                x = np.where(x > 0, x, 0.2 * x)
        return x

    x_fake = forward(z, weights[0])
    real_logits, fake_logits = forward(x_real, weights[1])[:, 0], forward(x_fake, weights[1])[:, 0]
    record = dict(zip(RECORD_FIELDS, train(player, 1)[0], strict=True))
    loss = player.config.items.loss
    assert record["d_loss"] == pytest.approx(
        loss.discriminator(real_logits, fake_logits, NUMPY), rel=1e-5
    )
    assert record["d_real"] == pytest.approx(NUMPY.sigmoid(real_logits).mean(), rel=1e-5)
    assert record["d_fake"] == pytest.approx(NUMPY.sigmoid(fake_logits).mean(), rel=1e-5)


def test_each_player_moves_only_its_own_weights() -> None:
    """With one player's rate (almost) zero, its weights stay where they were."""
    frozen_g = trainer(TINY_POINTS)
    frozen_g.set_rates(d_learning_rate=1e-3, g_learning_rate=0.0)
    before = [w.numpy() for w in frozen_g.generator.trainable_variables]
    d_before = [w.numpy() for w in frozen_g.discriminator.trainable_variables]
    train(frozen_g, 2)
    after = [w.numpy() for w in frozen_g.generator.trainable_variables]
    d_after = [w.numpy() for w in frozen_g.discriminator.trainable_variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(d_before, d_after, strict=True))


def test_the_discriminator_stays_as_it_is_in_the_generators_turn() -> None:
    frozen_d = trainer(TINY_POINTS)
    frozen_d.set_rates(d_learning_rate=0.0, g_learning_rate=1e-3)
    before = [w.numpy() for w in frozen_d.discriminator.trainable_variables]
    train(frozen_d, 3)
    after = [w.numpy() for w in frozen_d.discriminator.trainable_variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_batch_norm_sees_the_batch_while_training_and_its_averages_while_sampling() -> None:
    player = trainer(TINY_PICTURES)
    moving = [v for v in player.generator.non_trainable_variables if "moving_mean" in v.path]
    before = [v.numpy() for v in moving]
    player.samples(4)
    assert all(np.array_equal(v.numpy(), b) for v, b in zip(moving, before, strict=True))
    train(player, 1)
    assert not any(np.array_equal(v.numpy(), b) for v, b in zip(moving, before, strict=True))


def test_samples_come_from_the_same_noise_all_along() -> None:
    player = trainer(TINY_PICTURES)
    assert np.array_equal(player.samples(4), player.samples(4))
    assert player.samples(4).shape == (4, 28, 28, 1)
    assert np.abs(player.samples(4)).max() <= 1


def test_more_turns_of_d_learn_more() -> None:
    once, thrice = trainer(TINY_POINTS, d_steps=1), trainer(TINY_POINTS, d_steps=3)
    assert not np.array_equal(train(once, 2), train(thrice, 2))


def test_plan_follows_what_was_measured() -> None:
    dense, convolutional = RunConfig.parse(TINY_POINTS), RunConfig.parse(TINY_PICTURES)
    assert pick(dense).xla
    assert not pick(convolutional).xla
    assert pick(dense).dtype == "float32"
    assert pick(RunConfig.parse({"precision": "bfloat16"})).dtype == "mixed_bfloat16"
    assert pick(RunConfig.parse({"precision": "float32"})).dtype == "float32"


@pytest.mark.parametrize("xla", [False, True])
def test_bfloat16_networks_train_with_finite_float32_losses(xla: bool) -> None:
    config = RunConfig.parse({**TINY_POINTS, "precision": "bfloat16"})
    plan = dataclasses.replace(pick(config), xla=xla)
    records = Trainer(config, config.items.dataset.load(50, seed=0), plan).run(3)
    assert records.dtype == np.float32
    assert np.isfinite(records).all()
