"""Losses: formula, plot and training agree with each other, with the papers and with the theory."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from gan_core.config import RunConfig
from gan_core.losses import LOSSES, Loss
from gan_core.losses.f_divergence import DIVERGENCES, LARGEST_EXPONENT, exponential
from gan_core.ops import NUMPY, Ops
from gan_core.training.tensorflow_ops import TENSORFLOW

REAL = [-3.5, -0.4, 0.0, 1.3, 6.0]  # asymmetric, so that no sign or swap goes unseen
FAKE = [-7.0, -1.1, 0.2, 2.5, 4.4]
SURE_REAL, SURE_FAKE = [-20.0, 20.0, 3.0], [20.0, -19.0, -0.5]
# Where float32 overflows or probabilities round to 0 and 1, and what lies between.
EXTREME = [-1000.0, -200.0, -89.0, -20.0, -1.5, 0.0, 0.5, 20.0, 89.0, 200.0, 1000.0]

Batch = Sequence[float]
Values = tuple[float, float]  # D's loss, G's loss

# Every loss with its options at their defaults, and at others.
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "minimax": [{"label_smoothing": 0.1}],
    "non_saturating": [{"label_smoothing": 0.1}],
    "least_squares": [{"fake_target": -1.0, "real_target": 1.0, "generator_target": 0.5}],
    "f_divergence": [{"divergence": name} for name in DIVERGENCES if name != "kl"],
    "custom": [{"d_formula": "square(real - 1) + 2 * square(fake)", "g_formula": "-tanh(fake)"}],
}


def game(name: str, **options: Any) -> Loss:
    """A loss as a run gets it."""
    return RunConfig.parse({"loss": name, **options}).items.loss


GAMES = [
    pytest.param(name, options, id="-".join(map(str, [name, *options.values()])))
    for name in LOSSES.names()
    for options in ({}, *OPTIONS.get(name, []))
]
every_game = pytest.mark.parametrize(("name", "options"), GAMES)
every_loss = pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.name)
every_player = pytest.mark.parametrize("player", ["discriminator", "generator"])
every_divergence = pytest.mark.parametrize("divergence", list(DIVERGENCES))


# --------------------------------------------------- the formulas once more, from the papers


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def cross_entropy(real: Batch, fake: Batch, s: float) -> float:
    """Of targets 1 − s and 0; 1 − σ(a) = σ(−a)."""
    return -mean([(1 - s) * math.log(sigmoid(a)) + s * math.log(sigmoid(-a)) for a in real]) - mean(
        [math.log(sigmoid(-a)) for a in fake]
    )


def minimax(real: Batch, fake: Batch, label_smoothing: float = 0.0) -> Values:
    g_loss = mean([math.log(sigmoid(-a)) for a in fake])
    return cross_entropy(real, fake, label_smoothing), g_loss


def non_saturating(real: Batch, fake: Batch, label_smoothing: float = 0.0) -> Values:
    g_loss = -mean([math.log(sigmoid(a)) for a in fake])
    return cross_entropy(real, fake, label_smoothing), g_loss


def least_squares(
    real: Batch,
    fake: Batch,
    fake_target: float = 0.0,
    real_target: float = 1.0,
    generator_target: float = 1.0,
) -> Values:
    d_loss = mean([(a - real_target) ** 2 for a in real])
    d_loss += mean([(a - fake_target) ** 2 for a in fake])
    return d_loss, mean([(a - generator_target) ** 2 for a in fake])


def wasserstein(real: Batch, fake: Batch) -> Values:
    return mean(fake) - mean(real), -mean(fake)


def hinge(real: Batch, fake: Batch) -> Values:
    d_loss = -mean([min(0, -1 + a) for a in real]) - mean([min(0, -1 - a) for a in fake])
    return d_loss, -mean(fake)


def relativistic(real: Batch, fake: Batch) -> Values:
    def one_side(more: Batch, less: Batch) -> float:
        return -mean([math.log(sigmoid(a - mean(less))) for a in more]) - mean(
            [math.log(sigmoid(mean(more) - a)) for a in less]
        )

    return one_side(real, fake), one_side(fake, real)


# f-GAN, arXiv:1606.00709: f* of table 2 as a function of t, and the activation g_f of table 6.
CONJUGATES: dict[str, Callable[[float], float]] = {
    "kl": lambda t: math.exp(t - 1),
    "reverse_kl": lambda t: -1 - math.log(-t),
    "pearson": lambda t: t**2 / 4 + t,
    "squared_hellinger": lambda t: t / (1 - t),
    "jensen_shannon": lambda t: -math.log(2 - math.exp(t)),
}
ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "kl": lambda v: v,
    "reverse_kl": lambda v: -math.exp(-v),
    "pearson": lambda v: v,
    "squared_hellinger": lambda v: 1 - math.exp(-v),
    "jensen_shannon": lambda v: math.log(2) - math.log(1 + math.exp(-v)),
}


def f_divergence(real: Batch, fake: Batch, divergence: str = "kl") -> Values:
    g, conjugate = ACTIVATIONS[divergence], CONJUGATES[divergence]
    d_loss = -(mean([g(v) for v in real]) - mean([conjugate(g(v)) for v in fake]))
    return d_loss, -mean([g(v) for v in fake])


def custom(real: Batch, fake: Batch, d_formula: str = "", g_formula: str = "") -> Values:
    if not d_formula:
        return non_saturating(real, fake)
    d_loss = mean([(a - 1) ** 2 + 2 * b**2 for a, b in zip(real, fake, strict=True)])
    return d_loss, -mean([math.tanh(b) for b in fake])


REFERENCES: dict[str, Callable[..., Values]] = {
    "minimax": minimax,
    "non_saturating": non_saturating,
    "least_squares": least_squares,
    "wasserstein": wasserstein,
    "hinge": hinge,
    "relativistic": relativistic,
    "f_divergence": f_divergence,
    "custom": custom,
}


def in_numpy(values: Batch) -> np.ndarray:
    return np.asarray(values, np.float64)


def in_tensorflow(values: Batch) -> tf.Tensor:
    return tf.constant(values, tf.float32)


@every_game
@pytest.mark.parametrize("batches", [(REAL, FAKE), (SURE_REAL, SURE_FAKE)], ids=["near", "sure"])
def test_values_are_those_of_the_papers(
    name: str, options: dict[str, Any], batches: tuple[Batch, Batch]
) -> None:
    loss, (real, fake) = game(name, **options), map(in_numpy, batches)
    # Not closer: 2 − eᵗ and 1 − t of the reference lose digits where T is near its limit.
    expected = pytest.approx(REFERENCES[name](*batches, **options), rel=1e-7)
    assert (
        loss.discriminator(real, fake, NUMPY),
        loss.generator(real, fake, NUMPY),
    ) == expected


def test_wasserstein_and_hinge_are_as_one_counts_by_hand() -> None:
    real, fake = in_numpy([2.0, 0.25]), in_numpy([-1.5, 0.5])
    wasserstein, hinge = LOSSES.get("wasserstein"), LOSSES.get("hinge")
    assert wasserstein.discriminator(real, fake, NUMPY) == -0.5 - 1.125
    assert hinge.discriminator(real, fake, NUMPY) == (0 + 0.75) / 2 + (0 + 1.5) / 2
    assert wasserstein.generator(real, fake, NUMPY) == hinge.generator(real, fake, NUMPY) == 0.5


# ------------------------------------------------------------- plot and training are the same


@every_game
@every_player
def test_plot_and_training_agree(name: str, options: dict[str, Any], player: str) -> None:
    function = getattr(game(name, **options), player)
    plotted = function(in_numpy(REAL), in_numpy(FAKE), NUMPY)
    trained = function(in_tensorflow(REAL), in_tensorflow(FAKE), TENSORFLOW)
    np.testing.assert_allclose(trained.numpy(), plotted, rtol=1e-6)


@every_game
@every_player
def test_plot_and_training_agree_at_extremes_and_stay_finite(
    name: str, options: dict[str, Any], player: str
) -> None:
    """Every pair of extreme logits, in float32, as batches of one."""
    function = getattr(game(name, **options), player)
    grid = np.meshgrid(np.array(EXTREME, np.float32), np.array(EXTREME, np.float32))
    real, fake = (each.reshape(-1, 1) for each in grid)
    plotted = function(real, fake, NUMPY)
    trained, for_real, for_fake = loss_and_gradients(function, real, fake)
    assert trained.dtype == plotted.dtype == np.float32
    np.testing.assert_allclose(trained, plotted, rtol=2e-5, atol=1e-6)
    for each in (plotted, trained, for_real, for_fake):
        assert np.isfinite(each).all()


@every_game
def test_decisions_agree_and_grow_with_the_output(name: str, options: dict[str, Any]) -> None:
    loss = game(name, **options)
    plotted = loss.decision(in_numpy(REAL), NUMPY)
    np.testing.assert_allclose(
        loss.decision(in_tensorflow(REAL), TENSORFLOW).numpy(), plotted, rtol=1e-6
    )
    assert (np.diff(plotted) > 0).all()
    if loss.gives_probability:
        assert 0 < plotted.min() < plotted.max() < 1
    assert np.isfinite(loss.decision(np.array(EXTREME, np.float32), NUMPY)).all()


@every_game
@every_player
def test_only_the_batch_is_averaged(name: str, options: dict[str, Any], player: str) -> None:
    function = getattr(game(name, **options), player)
    real, fake = np.array([REAL, FAKE]), np.array([FAKE, REAL])
    rows = [function(*row, NUMPY) for row in zip(real, fake, strict=True)]
    np.testing.assert_allclose(function(real, fake, NUMPY), rows)


# (D loss when right, D loss when wrong, G loss when caught, G loss when believed) at ±1000.
EXTREMES = {
    "minimax": (0.0, 2000.0, 0.0, -1000.0),
    "non_saturating": (0.0, 2000.0, 1000.0, 0.0),
    "least_squares": (999.0**2 + 1000.0**2, 1001.0**2 + 1000.0**2, 1001.0**2, 999.0**2),
    "wasserstein": (-2000.0, 2000.0, 1000.0, -1000.0),
    "hinge": (0.0, 2002.0, 1000.0, -1000.0),
}


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


def test_exponential_is_exact_up_to_20_and_goes_on_as_its_tangent() -> None:
    x = np.array([-1000.0, -3.0, 0.0, 19.0, LARGEST_EXPONENT])
    np.testing.assert_array_equal(exponential(x, NUMPY), np.exp(x))
    above = np.array([20.0, 21.0, 40.0, 1000.0])
    np.testing.assert_allclose(exponential(above, NUMPY), math.exp(20) * (above - 19))


# ------------------------------------------------------------------------------ gradients


@every_game
@every_player
def test_gradients_are_the_slopes_of_the_plot(
    name: str, options: dict[str, Any], player: str
) -> None:
    function, step = getattr(game(name, **options), player), 1e-5
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


def test_hinge_teaches_d_only_within_its_margin() -> None:
    _, for_real, for_fake = loss_and_gradients(LOSSES.get("hinge").discriminator, REAL, FAKE)
    np.testing.assert_allclose(for_real, [-0.2, -0.2, -0.2, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(for_fake, [0, 0, 0.2, 0.2, 0.2], rtol=1e-6)


def test_minimax_is_zero_sum_and_non_saturating_is_not() -> None:
    def sum_of_fake_terms(name: str) -> float:
        loss, certain = LOSSES.get(name), in_numpy([1000.0])  # real data cost D nothing
        fake = in_numpy(FAKE)
        total = loss.discriminator(certain, fake, NUMPY) + loss.generator(certain, fake, NUMPY)
        return float(total)

    assert sum_of_fake_terms("minimax") == pytest.approx(0)
    assert sum_of_fake_terms("non_saturating") > 1


@every_player
def test_relativistic_loss_sees_differences_only(player: str) -> None:
    function = getattr(LOSSES.get("relativistic"), player)
    real, fake = in_numpy(REAL), in_numpy(FAKE)
    there = function(real + 7.25, fake + 7.25, NUMPY)
    assert there == pytest.approx(function(real, fake, NUMPY), rel=1e-12)
    assert function(real + 1, fake, NUMPY) != pytest.approx(there, rel=1e-3)
    _, for_real, for_fake = loss_and_gradients(function, REAL, FAKE)
    assert for_real.sum() == pytest.approx(-for_fake.sum(), abs=1e-6)
    assert abs(for_real.sum()) > 0.1


# ----------------------------------------------------------------------------- equilibrium

# Where generated and real data agree: the discriminator's output, its loss, the generator's loss.
EQUILIBRIA = {
    "minimax": (0.0, 1.3863, -0.6931),
    "non_saturating": (0.0, 1.3863, 0.6931),
    "least_squares": (0.5, 0.5, 0.25),
    "wasserstein": (0.0, 0.0, None),
    "hinge": (0.0, 2.0, None),
    "relativistic": (0.0, 1.3863, 1.3863),
    "f_divergence": (1.0, 0.0, -1.0),
}


@pytest.mark.parametrize("name", list(EQUILIBRIA))
def test_equilibrium_is_as_the_theory_says(name: str) -> None:
    at = LOSSES.get(name).equilibrium
    assert at
    assert [at.logit, at.d_loss, at.g_loss] == [
        pytest.approx(value, abs=5e-5) for value in EQUILIBRIA[name]
    ]


@every_game
def test_losses_have_the_values_of_their_equilibrium_there(
    name: str, options: dict[str, Any]
) -> None:
    loss = game(name, **options)
    if not loss.equilibrium:
        assert name == "custom"
        return
    logits = in_numpy([loss.equilibrium.logit] * 2)
    assert loss.discriminator(logits, logits, NUMPY) == pytest.approx(loss.equilibrium.d_loss)
    if loss.equilibrium.g_loss is not None:
        assert loss.generator(logits, logits, NUMPY) == pytest.approx(loss.equilibrium.g_loss)
    if loss.gives_probability:  # one-sided smoothing makes D doubt
        expected = (1 - options.get("label_smoothing", 0)) / 2
        assert loss.decision(logits, NUMPY) == pytest.approx([expected] * 2)


@every_game
def test_discriminator_at_the_equilibrium_is_the_best_there_is(
    name: str, options: dict[str, Any]
) -> None:
    """p = q: the constant outputs for which D's loss is least, found by trying."""
    loss = game(name, **options)
    if not loss.equilibrium:
        return
    constants = np.linspace(-4, 4, 16_001)
    d_loss = loss.discriminator(constants[:, None], constants[:, None], NUMPY)
    assert d_loss.min() == pytest.approx(loss.equilibrium.d_loss, abs=1e-6)
    best = constants[d_loss < d_loss.min() + 1e-8]
    ends = loss.equilibrium.constants or (loss.equilibrium.logit, loss.equilibrium.logit)
    assert (best.min(), best.max()) == pytest.approx(np.clip(ends, -4, 4), abs=2e-3)
    assert best.mean() == pytest.approx(loss.equilibrium.logit, abs=2e-3)
    # What G pays there is named only where it is the same for all of them.
    g_loss = loss.generator(best[:, None], best[:, None], NUMPY)
    assert (loss.equilibrium.g_loss is None) == (np.ptp(g_loss) > 0.1)
    # Nor does it help to say different things about different samples.
    anything = np.random.default_rng(1).normal(loss.equilibrium.logit, 1, (500, 6))
    assert loss.discriminator(anything, anything, NUMPY).min() >= d_loss.min() - 1e-9


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_smoothing_has_both_terms_and_is_one_sided(name: str) -> None:
    loss, sure = game(name, label_smoothing=0.1), in_numpy([-1000.0])
    for logit, expected in ((50.0, 0.1 * 50), (-50.0, 0.9 * 50), (0.0, math.log(2))):
        on_real = loss.discriminator(in_numpy([logit]), sure, NUMPY)  # fakes cost D nothing
        assert on_real == pytest.approx(expected)
    logit = math.log(0.9 / 0.1)  # to call real with 0.9 is best
    _, for_real, _ = loss_and_gradients(loss.discriminator, [logit], [0.0])
    assert for_real == pytest.approx(0, abs=1e-6)
    plain, real = game(name), in_numpy([1000.0])
    assert loss.generator(real, in_numpy(FAKE), NUMPY) == plain.generator(
        real, in_numpy(FAKE), NUMPY
    )


# Two distributions on four atoms, in tenths, and what f-GAN's bound must reach: Σ q f(p / q).
P, Q = np.array([1, 2, 3, 4]), np.array([4, 1, 4, 1])
EXACTLY: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "kl": lambda p, q: p * np.log(p / q),
    "reverse_kl": lambda p, q: q * np.log(q / p),
    "pearson": lambda p, q: (p - q) ** 2 / q,
    "squared_hellinger": lambda p, q: (np.sqrt(p) - np.sqrt(q)) ** 2,
    "jensen_shannon": lambda p, q: (
        p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))  # twice the JSD
    ),
}


@every_divergence
def test_best_bound_of_f_gan_is_the_divergence(divergence: str) -> None:
    loss = game("f_divergence", divergence=divergence)
    atoms = np.arange(len(P))
    real, fake = np.repeat(atoms, P), np.repeat(atoms, Q)  # batches of ten samples

    def d_loss(logits: np.ndarray) -> np.ndarray:
        """Logits (..., atoms) → (...)."""
        return np.asarray(loss.discriminator(logits[..., real], logits[..., fake], NUMPY))

    best = np.zeros(len(P))
    for atom in atoms:  # each atom's output moves a term of its own
        width = 8.0
        for _ in range(8):
            tried = np.repeat(best[None], 201, axis=0)
            tried[:, atom] += np.linspace(-width, width, 201)
            best = tried[np.argmin(d_loss(tried))]
            width /= 20
    expected = EXACTLY[divergence](P / 10, Q / 10).sum()
    assert -d_loss(best) == pytest.approx(expected, rel=1e-6)
    if loss.gives_probability:
        assert loss.decision(best, NUMPY) == pytest.approx(P / (P + Q), abs=1e-4)
    else:  # Pearson: T = f′(p / q) = 2 (p / q − 1)
        assert best == pytest.approx(2 * (P / Q - 1), abs=1e-4)


def test_generator_of_f_gan_goes_down_with_another_divergence() -> None:
    """Against the best D for KL(p ‖ q), it is KL(q ‖ p) that falls."""
    loss = game("f_divergence", divergence="kl")
    p, q = P / 10, Q / 10
    best = 1 + np.log(p / q)
    pays = np.array([float(loss.generator(best[[i]], best[[i]], NUMPY)) for i in range(len(q))])
    moved = p - q  # where samples of q come from, and where they go
    assert pays @ moved == pytest.approx(np.log(q / p) @ moved)  # the slope of KL(q ‖ p)
    assert pays @ moved != pytest.approx(-(p / q) @ moved, rel=0.1)  # and that of KL(p ‖ q)


# ------------------------------------------------------------------- options, formulas, papers


@every_loss
def test_options_are_settings_of_a_run_and_parameters_of_the_loss(loss: Loss) -> None:
    assert set(loss.options) <= set(RunConfig.names())
    assert bool(loss.options) == (loss.configure is not None)
    if loss.configure:
        parameters = inspect.signature(loss.configure).parameters
        assert list(parameters) == list(loss.options)
        defaults = {name: parameter.default for name, parameter in parameters.items()}
        assert defaults == {name: RunConfig.default(name) for name in loss.options}


@every_loss
def test_registered_loss_is_the_one_with_default_options(loss: Loss) -> None:
    configured = game(loss.name)
    assert configured.name == loss.name
    for part in ("discriminator_formula", "generator_formula", "equilibrium", "options", "order"):
        assert getattr(configured, part) == getattr(loss, part)


@every_game
def test_formulas_are_complete(name: str, options: dict[str, Any]) -> None:
    loss = game(name, **options)
    for player, formula in (("D", loss.discriminator_formula), ("G", loss.generator_formula)):
        assert formula.startswith(f"L_{player} = ")
        assert "(G(z))" in formula
        assert brackets_match(formula), formula
        assert "{c}" not in formula
    assert "D(x)" in loss.discriminator_formula or "C(x)" in loss.discriminator_formula


def test_formulas_hold_the_values_of_the_options() -> None:
    smoothed = game("minimax", label_smoothing=0.1).discriminator_formula
    assert r"0.9 \ln D(x)" in smoothed
    assert r"0.1 \ln\left(1 - D(x)\right)" in smoothed
    squares = game("least_squares", fake_target=-1, real_target=0.5, generator_target=0)
    assert "(D(x) - 0.5)^2" in squares.discriminator_formula
    assert "(D(G(z)) + 1)^2" in squares.discriminator_formula
    assert "D(G(z))^2" in squares.generator_formula
    formulas = {game("f_divergence", divergence=name).discriminator_formula for name in DIVERGENCES}
    assert len(formulas) == len(DIVERGENCES)


@every_loss
def test_loss_says_what_it_is_and_where_it_comes_from(loss: Loss) -> None:
    assert loss.title
    assert loss.help
    assert "arXiv:" in loss.reference or loss.name == "custom"


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
