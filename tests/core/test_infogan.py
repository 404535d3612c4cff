"""InfoGAN: the code is in the noise, D reads it, both players pay for what is unread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.families import FAMILIES, LatentCode
from gan_core.networks import NETWORKS
from gan_core.ops import NUMPY
from gan_core.presets import PRESETS
from gan_core.runs.figures import _on_top
from gan_core.runs.frame import GRID, pictures_per_row
from gan_core.text import GanError
from gan_core.training.checkpoint import pack, unpack
from gan_core.training.device import pick
from gan_core.training.pool import borrowed_trainer, real_samples
from gan_core.training.tensorflow_ops import TENSORFLOW
from gan_core.training.trainer import Trainer

N_KINDS, N_CODES, LATENT_DIM = 3, 2, 4
TINY: dict[str, Any] = {
    "family": "infogan",
    "n_kinds": N_KINDS,
    "n_codes": N_CODES,
    "network": "mlp",
    "batch_size": 8,
    "latent_dim": LATENT_DIM,
    "g_hidden_units": 8,
    "d_hidden_units": 8,
}
PLAIN = {
    name: value for name, value in TINY.items() if name not in ("family", "n_kinds", "n_codes")
}


def unread(code: LatentCode, read: LatentCode, ops: Any = NUMPY) -> Any:
    found = FAMILIES.get("infogan").unread
    assert found
    return found(code, read, ops)


def trainer(**settings: Any) -> Trainer:
    config = RunConfig.parse({**TINY, **settings})
    return Trainer(config, real_samples(config))


def paid(player: Trainer) -> tuple[Any, Any]:
    """What D and G pay for the code on the next step's batches."""
    batches, _ = player._batches(player._data, player._seed, tf.constant(0))
    return player.loss_of_d(batches, tf.constant([0, 0]))[1], player.loss_of_g(batches)[1]


# ------------------------------------------------------------------------ what is unread


def test_kinds_cost_the_logarithm_of_what_d_gives_them() -> None:
    code = LatentCode(np.eye(3)[[0, 2]], None)
    probabilities = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    read = LatentCode(np.log(probabilities) + 7.0, None)  # logits, but for a constant
    assert unread(code, read) == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2)


def test_a_d_that_reads_nothing_pays_the_entropy_of_the_kinds() -> None:
    code = LatentCode(np.eye(8), None)
    assert unread(code, LatentCode(np.zeros((8, 8)), None)) == pytest.approx(np.log(8))


def test_numbers_cost_half_their_squared_distance() -> None:
    code = LatentCode(None, np.array([[1.0, 0.0], [0.0, 2.0]]))
    read = LatentCode(None, np.array([[0.0, 0.0], [0.0, -1.0]]))
    assert unread(code, read) == pytest.approx((1 / 2 + 9 / 2) / 2)


def test_tensorflow_pays_what_numpy_does() -> None:
    rng = np.random.default_rng(0)
    code = LatentCode(np.eye(3)[rng.integers(3, size=6)], rng.normal(size=(6, 2)))
    read = LatentCode(rng.normal(size=(6, 3)), rng.normal(size=(6, 2)))
    in_tensors = [
        LatentCode(tf.constant(each.kinds), tf.constant(each.numbers)) for each in (code, read)
    ]
    found = unread(in_tensors[0], in_tensors[1], TENSORFLOW)
    assert float(found) == pytest.approx(unread(code, read))


# --------------------------------------------------------------------------- the players


@pytest.mark.parametrize("network", [network.name for network in NETWORKS])
def test_g_takes_a_kind_and_d_ends_in_an_output_for_all_that_it_reads(network: str) -> None:
    config = RunConfig.parse({"family": "infogan", "network": network, "latent_dim": 7})
    with borrowed_trainer(config) as player:
        assert player.generator.input_shape == (None, 7 + 10)
        assert player.discriminator.output_shape == (None, 1 + 10 + 2)


def test_kinds_take_turns_among_the_samples_and_are_drawn_in_training() -> None:
    player = trainer()
    shown = player.fixed_noise(7).numpy()
    np.testing.assert_array_equal(shown[:, LATENT_DIM:], np.eye(3)[np.arange(7) % 3])
    drawn = []
    for step in range(40):
        batches, _ = player._batches(player._data, player._seed, tf.constant(step))
        assert batches.classes is None, "nobody tells D"
        drawn.append(batches.z.numpy()[:, LATENT_DIM:])
    kinds = np.concatenate(drawn)
    assert set(kinds.ravel()) == {0.0, 1.0}
    assert kinds.sum(axis=1).tolist() == [1.0] * len(kinds)
    assert kinds.mean(axis=0) == pytest.approx([1 / 3] * 3, abs=0.1)


def test_both_pay_what_d_reads_wrongly_off_the_generated_batch() -> None:
    config = RunConfig.parse({**TINY, "code_weight": 0.5})
    # Under XLA, TensorFlow draws other random numbers.
    player = Trainer(config, real_samples(config), replace(pick(config), xla=False))
    batches, _ = player._batches(player._data, player._seed, tf.constant(0))
    answer = player.discriminator(batches.x_fake).numpy()
    z = batches.z.numpy()
    code = LatentCode(z[:, LATENT_DIM:], z[:, :N_CODES])
    read = LatentCode(answer[:, 1 : 1 + N_KINDS], answer[:, 1 + N_KINDS :])
    expected = 0.5 * unread(code, read)
    assert expected > 0
    assert [float(each) for each in paid(player)] == pytest.approx([expected] * 2, rel=1e-5)
    record = player.run(1)[0]
    assert record[4] == pytest.approx(expected, rel=1e-5), "as nothing else comes on top"


@pytest.mark.parametrize(
    "settings", [{"n_codes": 0}, {"n_kinds": 0}], ids=["kinds alone", "numbers alone"]
)
def test_a_code_may_be_kinds_or_numbers_alone(settings: dict[str, int]) -> None:
    player = trainer(**settings)
    n_read = sum({"n_kinds": N_KINDS, "n_codes": N_CODES, **settings}.values())
    assert player.discriminator.output_shape == (None, 1 + n_read)
    assert min(float(each) for each in paid(player)) > 0
    assert np.isfinite(player.run(2)).all()


def test_a_gan_pays_nothing_on_top() -> None:
    config = RunConfig.parse(PLAIN)
    player = Trainer(config, real_samples(config))
    assert [float(each) for each in paid(player)] == [0.0, 0.0]


@pytest.mark.slow
@pytest.mark.parametrize("penalty", ["none", "gradient_penalty"])
def test_infogan_is_repeatable_continues_and_restarts(penalty: str) -> None:
    config = RunConfig.parse({**TINY, "penalty": penalty, "d_steps": 3, "g_steps": 2})

    def make() -> Trainer:
        return Trainer(config, real_samples(config))

    uninterrupted, first, second = make(), make(), make()
    records = np.concatenate([uninterrupted.run(1), uninterrupted.run(2)])
    assert np.isfinite(records).all()
    first.run(1)
    second.load_state(unpack(pack(first.state())))
    assert np.array_equal(second.run(2), records[1:])
    first.restart(config, real_samples(config))
    assert np.array_equal(np.concatenate([first.run(1), first.run(2)]), records)
    first.take_turn("d", 0)
    first.take_turn("g", 1)
    assert np.isfinite(first.samples(4)).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_kind_finds_a_spot_of_its_own_on_the_ring(seed: int) -> None:
    """Reading alone sees to that: without the penalty and the average of the preset."""
    reading = ("family", "n_kinds", "n_codes")
    preset = PRESETS["ring_infogan"].settings
    settings = {**PRESETS["ring_mlp"].settings, **{name: preset[name] for name in reading}}
    settings |= {"seed": seed, "steps": 6000}
    with borrowed_trainer(RunConfig.parse(settings)) as player:
        while player.step < 6000:
            player.run(500)
        samples = player.samples(800)
    spots = np.rint(np.arctan2(samples[:, 1], samples[:, 0]) / (np.pi / 4)).astype(int) % 8
    kinds = np.arange(800) % 8
    shares = np.array([[(spots[kinds == k] == s).mean() for s in range(8)] for k in range(8)])
    assert shares.max(axis=1).min() > 0.9, "a kind stays in one spot"
    assert sorted(shares.argmax(axis=1)) == [*range(8)], "and no two share one"


# ------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize("n_told", range(11))
def test_columns_of_samples_hold_whole_turns(n_told: int) -> None:
    per_row = pictures_per_row(n_told)
    assert abs(per_row - GRID) <= 3
    assert not n_told or per_row % n_told == 0


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ([{}], ""),
        ([{"penalty": "r1"}, {}], "Penalty"),
        ([{"family": "infogan"}], "Code unread"),
        ([{"family": "infogan", "penalty": "r1"}], "Penalty + Code unread"),
    ],
)
def test_curve_of_what_d_pays_on_top_is_called_by_what_it_is(
    changes: list[dict[str, Any]], name: str
) -> None:
    assert _on_top([RunConfig.parse(each) for each in changes], str) == name


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"n_kinds": 1}, "n_kinds = 1 does not go with n_codes = 2: one kind, or no code"),
        ({"n_kinds": 0, "n_codes": 0}, "n_kinds = 0 does not go with n_codes = 0"),
        ({"n_codes": 5}, "n_codes = 5 is more than latent_dim = 4"),
        ({"packing": 2}, "family = infogan needs conditional = False and packing = 1"),
        ({"conditional": True}, "family = infogan needs conditional = False and packing = 1"),
        ({"family": "gan"}, "n_kinds = 3 has no effect with family = gan. Leave it out."),
        ({"fault": "incomplete_batch"}, "no code to read"),
    ],
)
def test_a_code_that_cannot_be_read_is_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(GanError, match=why):
        RunConfig.parse({**TINY, **settings})
