"""The trainer: what one step does, and that a run is repeatable bit for bit."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import N_FOR_STATISTICS, RunConfig
from gan_core.ops import NUMPY
from gan_core.penalties import PENALTIES
from gan_core.training.build import packed
from gan_core.training.checkpoint import pack, unpack
from gan_core.training.device import pick
from gan_core.training.pool import borrowed_trainer, real_samples
from gan_core.training.records import RECORD_FIELDS
from gan_core.training.trainer import Trainer
from tests.tiny import TINY_POINTS

pytestmark = pytest.mark.usefixtures("without_xla")

TINY_PICTURES = {"batch_size": 4, "latent_dim": 8}
EVERY_CONSTRAINT = {
    **TINY_POINTS,
    "penalty": "gradient_penalty",
    "spectral_norm": True,
    "instance_noise": 0.1,
    "packing": 2,
    "ema_decay": 0.9,
    "d_steps": 2,
    "g_steps": 2,
    "weight_clip": 0.5,
    "label_smoothing": 0.1,
}
CASES = pytest.mark.parametrize(
    "settings",
    [TINY_POINTS, TINY_PICTURES, pytest.param(EVERY_CONSTRAINT, marks=pytest.mark.slow)],
    ids=["points", "pictures", "every constraint"],
)


def trainer(settings: dict[str, Any], **more: Any) -> Trainer:
    config = RunConfig.parse({**settings, **more})
    return Trainer(config, config.items.dataset.load(200, seed=0))


def trainer_as_in_the_app(settings: dict[str, Any], **more: Any) -> Trainer:
    """With XLA, where it is picked."""
    config = RunConfig.parse({**settings, **more})
    return Trainer(config, config.items.dataset.load(200, seed=0), pick(config))


def train(player: Trainer, *calls: int) -> np.ndarray:
    return np.concatenate([player.run(n_steps) for n_steps in calls])


@pytest.mark.slow
@CASES
def test_same_config_and_seed_give_the_same_bits_however_steps_are_grouped(
    settings: dict[str, Any],
) -> None:
    together, apart = trainer_as_in_the_app(settings), trainer_as_in_the_app(settings)
    assert np.array_equal(train(together, 6), train(apart, 1, 3, 2))
    for name, array in together.state().items():
        assert np.array_equal(array, apart.state()[name]), name


@pytest.mark.slow
@CASES
def test_a_run_continued_from_its_checkpoint_equals_one_that_never_stopped(
    settings: dict[str, Any],
) -> None:
    uninterrupted = trainer_as_in_the_app(settings)
    records = train(uninterrupted, 6)
    first = trainer_as_in_the_app(settings)
    train(first, 2)
    second = trainer_as_in_the_app(settings)
    second.load_state(unpack(pack(first.state())))
    assert second.step == 2
    assert np.array_equal(train(second, 4), records[2:])
    assert np.array_equal(second.samples(3), uninterrupted.samples(3))


@pytest.mark.parametrize(
    "settings",
    [TINY_POINTS, pytest.param(EVERY_CONSTRAINT, marks=pytest.mark.slow)],
    ids=["points", "every constraint"],
)
def test_a_restarted_trainer_equals_a_new_one(settings: dict[str, Any]) -> None:
    config = RunConfig.parse({**settings, "seed": 5, "g_learning_rate": 0.02})
    x_real = config.items.dataset.load(100, seed=5)
    new, used = Trainer(config, x_real, pick(config)), trainer_as_in_the_app(settings)
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


@pytest.mark.slow
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
    seed, first = tf.constant(config.seed), tf.constant(0)
    z = player._noise(8, player._seed_of(seed, 1, first)).numpy()
    x_real, _ = player._real_batch([tf.constant(x_real_all)], seed, first, 0)
    x_real = x_real.numpy()

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
    frozen_g.change(frozen_g.config.model_copy(update={"g_learning_rate": 0.0}))
    before = [w.numpy() for w in frozen_g.generator.trainable_variables]
    d_before = [w.numpy() for w in frozen_g.discriminator.trainable_variables]
    train(frozen_g, 2)
    after = [w.numpy() for w in frozen_g.generator.trainable_variables]
    d_after = [w.numpy() for w in frozen_g.discriminator.trainable_variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(d_before, d_after, strict=True))


def test_the_discriminator_stays_as_it_is_in_the_generators_turn() -> None:
    frozen_d = trainer(TINY_POINTS)
    frozen_d.change(frozen_d.config.model_copy(update={"d_learning_rate": 0.0}))
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


def test_each_player_learns_once_in_each_of_its_turns() -> None:
    player = trainer(TINY_POINTS, d_steps=3, g_steps=2)
    train(player, 2)
    assert int(player._d_optimizer.iterations) == 2 * 3
    assert int(player._g_optimizer.iterations) == 2 * 2


def test_clipping_bounds_every_weight_of_d_and_none_of_g() -> None:
    clipped = trainer(TINY_POINTS, weight_clip=0.01)
    train(clipped, 2)
    assert max(np.abs(w.numpy()).max() for w in clipped.discriminator.trainable_variables) <= 0.01
    assert max(np.abs(w.numpy()).max() for w in clipped.generator.trainable_variables) > 0.01


def test_penalty_is_recorded_with_its_weight_and_moves_d() -> None:
    plain, light, heavy = (
        trainer(TINY_POINTS, **penalty)
        for penalty in ({}, {"penalty": "r1"}, {"penalty": "r1", "penalty_weight": 100.0})
    )
    first = [
        dict(zip(RECORD_FIELDS, train(each, 1)[0], strict=True)) for each in (plain, light, heavy)
    ]
    assert first[0]["d_penalty"] == 0
    assert first[1]["d_penalty"] > 0
    assert first[2]["d_penalty"] == pytest.approx(100 * first[1]["d_penalty"], rel=1e-5)
    assert first[1]["d_loss"] == first[0]["d_loss"], "the loss must stand without the penalty"
    weights = [each.discriminator.trainable_variables[0].numpy() for each in (plain, light, heavy)]
    assert not np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[1], weights[2])


def test_soft_labels_reach_training() -> None:
    hard, soft = trainer(TINY_POINTS), trainer(TINY_POINTS, label_smoothing=0.3)
    assert train(hard, 1)[0, 0] != train(soft, 1)[0, 0]


def test_packs_hold_neighbouring_samples_along_the_last_axis() -> None:
    points = np.arange(12, dtype=np.float32).reshape(6, 2)
    assert packed(tf.constant(points), 3).numpy().tolist() == [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
    ]
    pictures = np.random.default_rng(1).normal(size=(4, 5, 6, 1)).astype(np.float32)
    packs = packed(tf.constant(pictures), 2).numpy()
    assert packs.shape == (2, 5, 6, 2)
    for i, picture in enumerate(pictures):
        assert np.array_equal(packs[i // 2, ..., i % 2], picture[..., 0])
    assert np.array_equal(packed(tf.constant(points), 1), points)


def test_discriminator_of_packs_sees_whole_packs() -> None:
    points, pictures = trainer(TINY_POINTS, packing=4), trainer(TINY_PICTURES, packing=2)
    assert points.discriminator.input_shape == (None, 8)
    assert pictures.discriminator.input_shape == (None, 28, 28, 2)
    assert np.isfinite(train(pictures, 1)).all()


def test_instance_noise_blurs_what_d_sees_and_nothing_else() -> None:
    noisy = trainer(TINY_POINTS, instance_noise=0.5)
    x, seed = tf.zeros((20_000, 2)), tf.constant([1, 2])
    seen = noisy.shown(x, seed).numpy()
    assert seen.mean() == pytest.approx(0, abs=0.01)
    assert seen.std() == pytest.approx(0.5, rel=0.02)
    assert np.array_equal(noisy.samples(5), trainer(TINY_POINTS).samples(5))


def test_samples_come_from_the_running_average_of_weights() -> None:
    averaged = trainer(TINY_POINTS, ema_decay=0.8, g_learning_rate=0.05)
    first = trainer(TINY_POINTS).samples(4)
    assert np.array_equal(averaged.samples(4), first), "before the first step there is no average"
    expected: list[np.ndarray] = []
    for _ in range(3):
        train(averaged, 1)
        weights = [w.numpy() for w in averaged.generator.trainable_variables]
        pairs = zip(expected, weights, strict=True) if expected else ((w, w) for w in weights)
        expected = [0.8 * mean + 0.2 * weight for mean, weight in pairs]
    drawn = averaged.samples(4)
    latest = [w.numpy() for w in averaged.generator.trainable_variables]
    for variable, mean in zip(averaged.generator.trainable_variables, expected, strict=True):
        variable.assign(mean)
    by_hand = averaged._compiled_sample(
        averaged.generator,
        averaged._noise(4, averaged._seed_of(averaged._seed, 2, tf.constant(0))),
    )
    np.testing.assert_allclose(drawn, by_hand.numpy(), rtol=1e-4, atol=1e-5)
    assert not all(np.allclose(a, b) for a, b in zip(latest, expected, strict=True))


def test_averaged_weights_have_batch_norm_statistics_of_their_own() -> None:
    settings = {**TINY_POINTS, "g_norm": "batch", "ema_decay": 0.9, "g_learning_rate": 0.05}
    averaged = trainer(settings)
    train(averaged, 20)
    shown = averaged.shown_generator()
    with_those_of_its_samples = averaged.generated(averaged.fixed_noise(N_FOR_STATISTICS))
    by_the_batch = shown(averaged.fixed_noise(N_FOR_STATISTICS), training=True)
    np.testing.assert_allclose(with_those_of_its_samples, by_the_batch, atol=1e-3)


def test_a_generator_that_never_saw_its_batches_is_shown_so() -> None:
    settings = {**TINY_POINTS, "g_norm": "batch", "ema_decay": 0.9, "fault": "inference_mode"}
    averaged = trainer(settings)
    train(averaged, 2)
    for variable in averaged.shown_generator().non_trainable_weights:
        assert set(np.unique(variable)) <= {0.0, 1.0}, "as they were at first"


def test_each_network_has_the_size_that_was_chosen_for_it() -> None:
    sizes = {"g_hidden_units": 4, "g_hidden_layers": 1, "d_hidden_units": 9, "d_hidden_layers": 3}
    player = trainer(TINY_POINTS, **sizes)
    assert [w.shape[-1] for w in player.generator.trainable_variables[::2]] == [4, 2]
    assert [w.shape[-1] for w in player.discriminator.trainable_variables[::2]] == [9, 9, 9, 1]


def test_noise_is_distributed_as_chosen() -> None:
    gaussian, uniform = (
        trainer(TINY_POINTS, noise=noise).fixed_noise(20_000).numpy()
        for noise in ("gaussian", "uniform")
    )
    assert gaussian.std() == pytest.approx(1, rel=0.02)
    assert np.abs(gaussian).max() > 3
    assert uniform.std() == pytest.approx(1 / np.sqrt(3), rel=0.02)
    assert (uniform.min(), uniform.max()) == pytest.approx((-1, 1), abs=1e-3)


@pytest.mark.parametrize("chosen", ["d", "g"])
def test_optimizer_of_one_player_is_not_the_other_s(chosen: str) -> None:
    """The first step of SGD is the gradient times the rate; Adam's has the rate's size."""
    player = trainer(TINY_POINTS, **{f"{chosen}_optimizer": "sgd"})
    models = {"d": player.discriminator, "g": player.generator}
    before = {name: model.get_weights() for name, model in models.items()}
    train(player, 1)
    for name, model in models.items():
        pairs = zip(model.get_weights(), before[name], strict=True)
        largest = max(np.abs(now - then).max() for now, then in pairs)
        is_adam_s = largest == pytest.approx(5e-4, rel=0.01)
        assert is_adam_s == (name != chosen)
        assert largest > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {**TINY_POINTS, "g_norm": "batch", "d_norm": "batch"},
        {**TINY_POINTS, "g_norm": "layer", "d_norm": "layer", "spectral_norm": True},
        {**TINY_PICTURES, "g_norm": "layer", "d_norm": "layer", "precision": "bfloat16"},
        {**TINY_PICTURES, "g_norm": "none", "d_norm": "batch", "g_width": 0.5, "d_extra_convs": 1},
    ],
    ids=["points, batch", "points, layer", "pictures, layer", "pictures, batch"],
)
def test_networks_of_every_make_train_and_continue_where_they_were(
    settings: dict[str, Any],
) -> None:
    uninterrupted, first, second = trainer(settings), trainer(settings), trainer(settings)
    records = train(uninterrupted, 3)
    assert np.isfinite(records).all()
    train(first, 1)
    second.load_state(unpack(pack(first.state())))
    assert np.array_equal(train(second, 2), records[1:])


def test_data_are_loaded_once_for_all_runs_that_share_them() -> None:
    config = RunConfig.parse(TINY_POINTS)
    alike = RunConfig.parse({**TINY_POINTS, "loss": "hinge", "g_hidden_units": 4})
    assert real_samples(config) is real_samples(alike)
    for other in ({"seed": 5}, {"data_noise": 0.2}, {"balance": 0.9}):
        different = real_samples(RunConfig.parse({**TINY_POINTS, **other}))
        assert not np.array_equal(different, real_samples(config))


SHARES = {
    "constant": lambda done: 1.0,
    "linear": lambda done: 1 - done,
    "cosine": lambda done: np.cos(np.pi * done / 2) ** 2,  # half of 1 + cos
}
every_schedule = pytest.mark.parametrize("schedule", list(SHARES))


def rates(player: Trainer) -> list[float]:
    return [float(o.learning_rate) for o in (player._d_optimizer, player._g_optimizer)]


@pytest.mark.slow
@every_schedule
@pytest.mark.parametrize("settings", [TINY_POINTS, TINY_PICTURES], ids=["XLA", "no XLA"])
def test_both_rates_follow_the_schedule(settings: dict[str, Any], schedule: str) -> None:
    base = np.array([1e-3, 4e-3])
    rates_and_steps = {"d_learning_rate": base[0], "g_learning_rate": base[1], "steps": 8}
    player = trainer_as_in_the_app(settings, **rates_and_steps, rate_schedule=schedule)
    assert rates(player) == pytest.approx(base, rel=1e-6)
    for last, n_steps in ((0, 1), (3, 3), (7, 4)):  # the step that was taken last
        train(player, n_steps)
        assert rates(player) == pytest.approx(SHARES[schedule](last / 8) * base, rel=1e-5)


def test_scheduled_rates_are_the_ones_that_move_the_weights() -> None:
    """Under SGD without momentum, a step's length is its rate times the gradient's."""
    sgd = {"d_optimizer": "sgd", "g_optimizer": "sgd", "beta_1": 0.0, "d_learning_rate": 1e-2}
    falling, constant = (
        trainer(TINY_POINTS, **sgd, rate_schedule=schedule, steps=4)
        for schedule in ("linear", "constant")
    )
    before = [w.numpy() for w in constant.discriminator.trainable_variables]
    for player in (falling, constant):
        for variable, value in zip(player.discriminator.trainable_variables, before, strict=True):
            variable.assign(value)
        player.step = 2  # half of the rate is left, and the first step's networks are the same
        train(player, 1)
    for now, full, start in zip(
        falling.discriminator.trainable_variables,
        constant.discriminator.trainable_variables,
        before,
        strict=True,
    ):
        np.testing.assert_allclose(now - start, 0.5 * (full - start), rtol=1e-3, atol=1e-7)


@pytest.mark.slow
def test_scheduled_run_is_repeatable_continues_and_shares_compiled_code() -> None:
    settings = {**TINY_POINTS, "rate_schedule": "cosine", "steps": 10}
    uninterrupted, first, second = trainer(settings), trainer(settings), trainer(settings)
    records = train(uninterrupted, 6)
    train(first, 1, 3)
    second.load_state(unpack(pack(first.state())))
    assert np.array_equal(train(second, 2), records[4:])
    other = RunConfig.parse({**settings, "steps": 7, "d_learning_rate": 0.01})
    x_real = other.items.dataset.load(200, seed=0)
    new = Trainer(other, x_real)
    first.restart(other, x_real)
    assert np.array_equal(train(first, 3), train(new, 3))
    assert rates(first) == rates(new)


def test_rate_that_is_set_mid_run_goes_on_where_the_schedule_stands() -> None:
    player = trainer(TINY_POINTS, rate_schedule="linear", steps=10)
    train(player, 4)
    player.change(player.config.with_change("g_learning_rate", 0.1))
    train(player, 1)
    assert rates(player) == pytest.approx([0.6 * 5e-4, 0.6 * 0.1])


@pytest.mark.parametrize(("n_steps", "share"), [(0, 1.0), (4, 0.6), (10, 0.1)])
def test_turn_of_one_player_has_the_rate_of_the_next_step(n_steps: int, share: float) -> None:
    player = trainer(TINY_POINTS, rate_schedule="linear", steps=10)
    train(player, n_steps)
    player.change(player.config.with_change("pace", 5.0))  # sets both rates anew
    player.take_turn("d", 0)
    assert rates(player) == pytest.approx([share * 5e-4, share * 5e-4])


def test_how_d_sees_the_data_makes_no_second_copy_of_them() -> None:
    plain = RunConfig.parse(TINY_PICTURES)
    assert real_samples(plain) is real_samples(
        RunConfig.parse({**TINY_PICTURES, "augmentation": True})
    )


def test_pictures_are_loaded_once_for_all_seeds() -> None:
    """All of them are there whatever the seed, which decides the order in which they are drawn."""
    one, other = (RunConfig.parse({**TINY_PICTURES, "seed": seed}) for seed in (5, 6))
    assert real_samples(one) is real_samples(other)


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


@pytest.mark.slow
@pytest.mark.parametrize("xla", [False, True], ids=["graph", "xla"])
@pytest.mark.parametrize("penalty", [name for name in PENALTIES.names() if name != "none"])
def test_penalties_train_in_bfloat16_with_and_without_xla(penalty: str, xla: bool) -> None:
    _trains_in_bfloat16({**TINY_POINTS, "d_hidden_layers": 1, "g_hidden_layers": 1}, penalty, xla)


@pytest.mark.slow
@pytest.mark.parametrize("penalty", ["gradient_penalty", "r1_r2"])
def test_penalties_train_in_bfloat16_through_convolutions_under_xla(penalty: str) -> None:
    _trains_in_bfloat16(TINY_PICTURES, penalty, xla=True)


def _trains_in_bfloat16(settings: dict[str, Any], penalty: str, xla: bool) -> None:
    """The first penalty is the one of float32, but for bfloat16's digits, and all stays finite."""
    first = {}
    for precision in ("float32", "bfloat16"):
        config = RunConfig.parse({**settings, "penalty": penalty, "precision": precision})
        plan = dataclasses.replace(pick(config), xla=xla)
        player = Trainer(config, config.items.dataset.load(50, seed=0), plan)
        before = player.discriminator.get_weights()
        records = train(player, *[1] * 8)
        first[precision] = records[0, RECORD_FIELDS.index("d_penalty")]
        assert np.isfinite(records).all()
        after = player.discriminator.get_weights()
        assert all(np.isfinite(weights).all() for weights in after)
        assert not any(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert first["float32"] > 0
    assert first["bfloat16"] == pytest.approx(first["float32"], rel=0.1)


def test_clipping_leaves_out_no_bias() -> None:
    """They begin at 0 and move slowly: only a large one shows whether it is clipped."""
    clipped = trainer(TINY_POINTS, weight_clip=0.01)
    for weights in clipped.discriminator.trainable_variables:
        weights.assign(tf.ones_like(weights))
    train(clipped, 1)
    largest = [np.abs(w.numpy()).max() for w in clipped.discriminator.trainable_variables]
    assert largest == pytest.approx([0.01] * len(largest))


def test_no_two_turns_of_a_step_have_the_same_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """But G's first, which takes the batch that D has just been shown."""
    player, turns = trainer(TINY_POINTS, d_steps=2, g_steps=3), []
    fake_batch = player._fake_batch

    def noted(classes: Any, seed: Any, step: Any, turn: Any) -> Any:
        turns.append(int(turn))
        return fake_batch(classes, seed, step, turn)

    monkeypatch.setattr(player, "_fake_batch", noted)
    player._train_step(player._data, player._seed, tf.constant(0))
    assert turns == [0, 1, 2, 3]


def test_real_and_generated_samples_are_blurred_each_with_noise_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    player, seeds = trainer(TINY_POINTS, instance_noise=0.1), []
    shown = player.shown

    def noted(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        seeds.append(tuple(seed.numpy()))
        return shown(x, seed)

    monkeypatch.setattr(player, "shown", noted)
    player._batches(player._data, player._seed, tf.constant(0))
    assert len(seeds) == len(set(seeds)) == 2


def test_each_turn_of_one_player_has_random_numbers_that_no_other_and_no_step_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    player, steps = trainer(TINY_POINTS), []

    def noted(_data: Any, _seed: Any, step: tf.Tensor) -> None:
        steps.append(int(step))

    monkeypatch.setattr(player, "_turn_of_d", noted)
    for number in range(3):
        player.take_turn("d", number)
    assert len(set(steps)) == 3
    assert max(steps) < 0
