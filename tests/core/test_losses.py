"""Losses: formula, plot and training agree with each other and with the papers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import tensorflow as tf

from gan_core.losses import LOSSES, Loss
from gan_core.ops import NUMPY, Ops
from gan_core.training.tensorflow_ops import TENSORFLOW

REAL = [-3.5, -0.4, 0.0, 1.3, 6.0]  # asymmetric, so that no sign or swap goes unseen
FAKE = [-7.0, -1.1, 0.2, 2.5, 4.4]

Batch = Sequence[float]
every_loss = pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.name)


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def cross_entropy(real: Batch, fake: Batch) -> float:
    return -mean([math.log(sigmoid(a)) for a in real]) - mean(
        [math.log(1 - sigmoid(a)) for a in fake]
    )


# The formulas once more, from the papers: (D loss, G loss).
REFERENCES: dict[str, tuple[Callable[[Batch, Batch], float], Callable[[Batch], float]]] = {
    "minimax": (cross_entropy, lambda fake: mean([math.log(1 - sigmoid(a)) for a in fake])),
    "non_saturating": (cross_entropy, lambda fake: -mean([math.log(sigmoid(a)) for a in fake])),
    "least_squares": (
        lambda real, fake: mean([(a - 1) ** 2 for a in real]) + mean([a**2 for a in fake]),
        lambda fake: mean([(a - 1) ** 2 for a in fake]),
    ),
}

# Where generated and real data agree: the discriminator's output, its loss, the generator's loss.
EQUILIBRIA = {
    "minimax": (0.0, 1.3863, -0.6931),
    "non_saturating": (0.0, 1.3863, 0.6931),
    "least_squares": (0.5, 0.5, 0.25),
}

# (D loss when right, D loss when wrong, G loss when caught, G loss when believed) at ±1000.
EXTREMES = {
    "minimax": (0.0, 2000.0, 0.0, -1000.0),
    "non_saturating": (0.0, 2000.0, 1000.0, 0.0),
    "least_squares": (999.0**2 + 1000.0**2, 1001.0**2 + 1000.0**2, 1001.0**2, 999.0**2),
}


def in_numpy(values: Batch) -> np.ndarray:
    return np.asarray(values, np.float64)


def in_tensorflow(values: Batch) -> tf.Tensor:
    return tf.constant(values, tf.float32)


@every_loss
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_plot_and_training_agree(loss: Loss, player: str) -> None:
    plotted = getattr(loss, player)(in_numpy(REAL), in_numpy(FAKE), NUMPY)
    trained = getattr(loss, player)(in_tensorflow(REAL), in_tensorflow(FAKE), TENSORFLOW)
    np.testing.assert_allclose(trained.numpy(), plotted, rtol=1e-6)


@every_loss
def test_decisions_agree_and_grow_with_the_output(loss: Loss) -> None:
    plotted = loss.decision(in_numpy(REAL), NUMPY)
    np.testing.assert_allclose(
        loss.decision(in_tensorflow(REAL), TENSORFLOW).numpy(), plotted, rtol=1e-6
    )
    assert (np.diff(plotted) > 0).all()


@every_loss
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_only_the_batch_is_averaged(loss: Loss, player: str) -> None:
    real, fake = np.array([REAL, FAKE]), np.array([FAKE, REAL])
    both = getattr(loss, player)(real, fake, NUMPY)
    rows = [getattr(loss, player)(*row, NUMPY) for row in zip(real, fake, strict=True)]
    np.testing.assert_allclose(both, rows)


@pytest.mark.parametrize("name", list(REFERENCES))
def test_values_are_those_of_the_papers(name: str) -> None:
    loss, (discriminator, generator) = LOSSES.get(name), REFERENCES[name]
    real, fake = in_numpy(REAL), in_numpy(FAKE)
    assert loss.discriminator(real, fake, NUMPY) == pytest.approx(discriminator(REAL, FAKE))
    assert loss.generator(real, fake, NUMPY) == pytest.approx(generator(FAKE))


@pytest.mark.parametrize("name", list(EXTREMES))
@pytest.mark.parametrize("ops", [NUMPY, TENSORFLOW], ids=["numpy", "tensorflow"])
def test_values_are_right_where_probabilities_round_to_0_and_1(name: str, ops: Ops) -> None:
    loss = LOSSES.get(name)
    make = in_numpy if ops is NUMPY else in_tensorflow
    high, low = make([1000.0]), make([-1000.0])
    values = (
        loss.discriminator(high, low, ops),
        loss.discriminator(low, high, ops),
        loss.generator(low, low, ops),
        loss.generator(low, high, ops),
    )
    assert tuple(float(value) for value in values) == pytest.approx(EXTREMES[name], abs=1e-30)


@every_loss
@pytest.mark.parametrize("real", [-1000.0, 1000.0])
@pytest.mark.parametrize("fake", [-1000.0, 1000.0])
def test_losses_and_gradients_stay_finite(loss: Loss, real: float, fake: float) -> None:
    for player in (loss.discriminator, loss.generator):
        value, *gradients = loss_and_gradients(player, [real], [fake])
        assert np.isfinite(value)
        assert np.isfinite(gradients).all()


@every_loss
@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_gradients_are_the_slopes_of_the_plot(loss: Loss, player: str) -> None:
    function, step = getattr(loss, player), 1e-5
    _, for_real, for_fake = loss_and_gradients(function, REAL, FAKE)
    for i, move in enumerate(np.eye(len(REAL)) * step):
        real, fake = in_numpy(REAL), in_numpy(FAKE)
        rise_real = function(real + move, fake, NUMPY) - function(real - move, fake, NUMPY)
        rise_fake = function(real, fake + move, NUMPY) - function(real, fake - move, NUMPY)
        assert for_real[i] == pytest.approx(rise_real / (2 * step), rel=1e-4, abs=1e-6)
        assert for_fake[i] == pytest.approx(rise_fake / (2 * step), rel=1e-4, abs=1e-6)


def test_minimax_generator_stalls_exactly_when_it_is_losing() -> None:
    np.testing.assert_allclose(slope_for_generator("minimax"), [-sigmoid(a) for a in FAKE], 1e-5)
    assert abs(slope_for_generator("minimax")[0]) < 0.001  # D(G(z)) = 0.0009


def test_non_saturating_generator_learns_fastest_when_it_is_losing() -> None:
    expected = [-(1 - sigmoid(a)) for a in FAKE]
    np.testing.assert_allclose(slope_for_generator("non_saturating"), expected, 1e-5)
    assert slope_for_generator("non_saturating")[0] < -0.999


def test_minimax_is_zero_sum_and_non_saturating_is_not() -> None:
    def sum_of_fake_terms(name: str) -> float:
        loss, certain = LOSSES.get(name), in_numpy([1000.0])  # real data cost D nothing
        fake = in_numpy(FAKE)
        total = loss.discriminator(certain, fake, NUMPY) + loss.generator(certain, fake, NUMPY)
        return float(total)

    assert sum_of_fake_terms("minimax") == pytest.approx(0)
    assert sum_of_fake_terms("non_saturating") > 1


@pytest.mark.parametrize("name", list(EQUILIBRIA))
def test_equilibrium_is_as_the_theory_says(name: str) -> None:
    output, d_loss, g_loss = EQUILIBRIA[name]
    loss, outputs = LOSSES.get(name), in_numpy([output, output])
    assert loss.equilibrium == pytest.approx((d_loss, g_loss), abs=5e-5)
    assert loss.decision(outputs, NUMPY) == pytest.approx([0.5, 0.5])
    assert loss.discriminator(outputs, outputs, NUMPY) == pytest.approx(loss.equilibrium[0])
    assert loss.generator(outputs, outputs, NUMPY) == pytest.approx(loss.equilibrium[1])


@every_loss
def test_formulas_are_complete(loss: Loss) -> None:
    for player, formula in (("D", loss.discriminator_formula), ("G", loss.generator_formula)):
        assert formula.startswith(f"L_{player} = ")
        assert "D(G(z))" in formula
        assert brackets_match(formula), formula
    assert "D(x)" in loss.discriminator_formula


@every_loss
def test_loss_says_what_it_is_and_where_it_comes_from(loss: Loss) -> None:
    assert loss.title
    assert loss.help
    assert "arXiv:" in loss.reference


@pytest.mark.parametrize("formula", ["(", "(]", ")(", "{(})", "[a"])
def test_wrong_brackets_are_noticed(formula: str) -> None:
    assert not brackets_match(formula)


def slope_for_generator(name: str) -> np.ndarray:
    """The gradient of the generator's loss with respect to each of the fake logits alone."""
    apart = np.reshape(FAKE, (-1, 1))  # batches of one
    _, _, slopes = loss_and_gradients(LOSSES.get(name).generator, apart, apart)
    return np.asarray(slopes)[:, 0]


def loss_and_gradients(
    function: Callable[..., tf.Tensor], real: Batch | np.ndarray, fake: Batch | np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    logits = tf.constant(real, tf.float32), tf.constant(fake, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = function(*logits, TENSORFLOW)
    gradients = tape.gradient(value, logits, unconnected_gradients="zero")
    return value.numpy(), *(gradient.numpy() for gradient in gradients)


def brackets_match(formula: str) -> bool:
    partners, open_ones = {")": "(", "]": "[", "}": "{"}, []
    for sign in formula:
        if sign in partners.values():
            open_ones.append(sign)
        elif sign in partners and (not open_ones or open_ones.pop() != partners[sign]):
            return False
    return not open_ones
