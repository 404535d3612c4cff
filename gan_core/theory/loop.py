"""The training loop, line by line: a small GAN that NumPy trains, and what each line computes.

Both networks have one hidden layer of tanh and learn by plain gradient descent, arXiv:1406.2661,
algorithm 1, with the non-saturating loss. `code` is the same loop for TensorFlow, and the tests run
it beside this one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

N_STEPS = 6
BATCH_SIZE = 64
LATENT_DIM = 2
HIDDEN_UNITS = 16
RATE = 0.25
N_MODES, RADIUS, STD = 8, 1.0, 0.05  # of the ring that is the data

Weights = list[np.ndarray]  # kernel (in, hidden), bias (hidden,), kernel (hidden, out), bias (out,)
Value = float | tuple[int, ...]


class Line(NamedTuple):
    """A line of the program; `key` tells what is computed there, "" for an empty line."""

    key: str
    code: str


_LINES = (
    Line("step", "for step in range(STEPS):"),
    Line("x_real", "    x_real = next(batches)"),
    Line("z", "    z = noise(len(x_real))"),
    Line("x_fake", "    x_fake = generator(z, training=True)"),
    Line("tape", "    with tf.GradientTape() as tape:"),
    Line("real_logits", "        real_logits = discriminator(x_real, training=True)"),
    Line("fake_logits", "        fake_logits = discriminator(x_fake, training=True)"),
    Line("on_real", "        d_loss = cross_entropy(1, real_logits)"),
    Line("d_loss", "        d_loss += cross_entropy(0, fake_logits)"),
    Line("d_weights", "    weights = discriminator.trainable_variables"),
    Line("d_gradients", "    gradients = tape.gradient(d_loss, weights)"),
    Line("d_moves", "    d_optimizer.apply(gradients, weights)"),
    Line("", ""),
    Line("g_z", "    z = noise(len(x_real))"),
    Line("g_tape", "    with tf.GradientTape() as tape:"),
    Line("g_fake", "        x_fake = generator(z, training=True)"),
    Line("g_logits", "        fake_logits = discriminator(x_fake, training=True)"),
    Line("g_loss", "        g_loss = cross_entropy(1, fake_logits)"),
    Line("g_weights", "    weights = generator.trainable_variables"),
    Line("g_gradients", "    gradients = tape.gradient(g_loss, weights)"),
    Line("g_moves", "    g_optimizer.apply(gradients, weights)"),
    Line("judged", "    judged_again = discriminator(x_fake, training=True)"),
)
N_LINES = sum(bool(line.key) for line in _LINES)  # that do something


def lines(*, frozen: bool) -> list[Line]:
    """The program, with D frozen in G's turn or not."""
    thawed = "    weights = generator.trainable_variables + discriminator.trainable_variables"
    return [
        Line(line.key, thawed) if line.key == "g_weights" and not frozen else line
        for line in _LINES
    ]


@dataclass(frozen=True)
class Moment:
    """A line that has just been computed in a step, with values of what it made.

    `values` may hold a shape; D(x), D(G(z)), loss and gradient norm; how many weights there are to
    be moved; how far the weights of each player have moved (Euclidean distance); and what D says of
    the same x_fake `before` and `after` G's turn.
    """

    step: int
    key: str
    values: dict[str, Value]


def moments(*, frozen: bool, n_steps: int = N_STEPS, seed: int = 0) -> list[Moment]:
    """All lines of `n_steps` steps, in the order in which they are computed."""
    return list(Loop(seed).play(n_steps, frozen=frozen))


class Loop:
    """The two networks, with first weights and batches from `seed`."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self.generator = self._weights(LATENT_DIM, 2)
        self.discriminator = self._weights(2, 1)

    def play(self, n_steps: int, *, frozen: bool) -> Iterator[Moment]:
        """Take steps; yield each line's values when it has been computed."""
        for step in range(n_steps):
            for key, values in self._step(frozen):
                yield Moment(step, key, values)

    def _step(self, frozen: bool) -> Iterator[tuple[str, dict[str, Value]]]:
        yield "step", {}
        x_real = self.real_batch()
        yield "x_real", {"shape": x_real.shape}
        z = self.noise()
        yield "z", {"shape": z.shape}
        x_fake, _ = forward(self.generator, z)
        yield "x_fake", {"shape": x_fake.shape}
        yield "tape", {}
        real_logits, real_hidden = forward(self.discriminator, x_real)
        yield "real_logits", {"shape": real_logits.shape, "d_real": mean_decision(real_logits)}
        fake_logits, fake_hidden = forward(self.discriminator, x_fake)
        yield "fake_logits", {"shape": fake_logits.shape, "d_fake": mean_decision(fake_logits)}
        on_real, real_slope = cross_entropy(1, real_logits)
        yield "on_real", {"loss": on_real}
        on_fake, fake_slope = cross_entropy(0, fake_logits)
        yield "d_loss", {"loss": on_real + on_fake}
        yield "d_weights", {"weights": count(self.discriminator)}
        d_gradients = add(
            backward(self.discriminator, x_real, real_hidden, real_slope)[0],
            backward(self.discriminator, x_fake, fake_hidden, fake_slope)[0],
        )
        yield "d_gradients", {"norm": norm(d_gradients)}
        self.discriminator = descended(self.discriminator, d_gradients)
        yield "d_moves", {"moved_d": RATE * norm(d_gradients), "moved_g": 0.0}

        z = self.noise()
        yield "g_z", {"shape": z.shape}
        yield "g_tape", {}
        x_fake, g_hidden = forward(self.generator, z)
        yield "g_fake", {"shape": x_fake.shape}
        fake_logits, fake_hidden = forward(self.discriminator, x_fake)
        before = mean_decision(fake_logits)
        yield "g_logits", {"shape": fake_logits.shape, "d_fake": before}
        g_loss, slope = cross_entropy(1, fake_logits)
        yield "g_loss", {"loss": g_loss}
        thawed = [] if frozen else self.discriminator
        yield "g_weights", {"weights": count(self.generator) + count(thawed)}
        through_d, x_slope = backward(self.discriminator, x_fake, fake_hidden, slope)
        g_gradients, _ = backward(self.generator, z, g_hidden, x_slope)
        d_gradients = [] if frozen else through_d
        yield "g_gradients", {"norm": norm([*g_gradients, *d_gradients])}
        self.generator = descended(self.generator, g_gradients)
        if not frozen:
            self.discriminator = descended(self.discriminator, d_gradients)
        moved = {"moved_d": RATE * norm(d_gradients), "moved_g": RATE * norm(g_gradients)}
        yield "g_moves", {**moved}
        after = mean_decision(forward(self.discriminator, x_fake)[0])
        yield "judged", {"before": before, "after": after}

    def real_batch(self) -> np.ndarray:
        """Points (batch, 2) around the spots of a ring."""
        angles = self._random.integers(N_MODES, size=BATCH_SIZE) * (2 * math.pi / N_MODES)
        spots = RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return np.asarray(spots + STD * self._random.normal(size=spots.shape))

    def noise(self) -> np.ndarray:
        """z (batch, latent_dim), Gaussian."""
        return self._random.normal(size=(BATCH_SIZE, LATENT_DIM))

    def _weights(self, n_in: int, n_out: int) -> Weights:
        """Glorot's uniform kernels, and biases of 0."""
        weights: Weights = []
        for rows, columns in ((n_in, HIDDEN_UNITS), (HIDDEN_UNITS, n_out)):
            limit = math.sqrt(6 / (rows + columns))
            weights += [self._random.uniform(-limit, limit, (rows, columns)), np.zeros(columns)]
        return weights


def forward(weights: Weights, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Output (batch, out) and hidden layer (batch, hidden) for x (batch, in)."""
    kernel, bias, kernel_2, bias_2 = weights
    hidden = np.tanh(x @ kernel + bias)
    return hidden @ kernel_2 + bias_2, hidden


def backward(
    weights: Weights, x: np.ndarray, hidden: np.ndarray, slope: np.ndarray
) -> tuple[Weights, np.ndarray]:
    """Gradients of all weights, and of x (batch, in), from that of the output (batch, out)."""
    kernel, _, kernel_2, _ = weights
    inner = (slope @ kernel_2.T) * (1 - hidden**2)  # (batch, hidden)
    return [x.T @ inner, inner.sum(axis=0), hidden.T @ slope, slope.sum(axis=0)], inner @ kernel.T


def cross_entropy(label: int, logits: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean cross-entropy of logits (batch, 1) with one label, and its gradient (batch, 1)."""
    sign = 1 - 2 * label
    loss = np.logaddexp(0, sign * logits)
    return float(loss.mean()), (decision(logits) - label) / len(logits)


def decision(logits: np.ndarray) -> np.ndarray:
    """D = σ(logit)."""
    return np.asarray(expit(logits))


def mean_decision(logits: np.ndarray) -> float:
    return float(decision(logits).mean())


def descended(weights: Weights, gradients: Weights) -> Weights:
    """Weights after one step down the gradient."""
    return [w - RATE * g for w, g in zip(weights, gradients, strict=True)]


def add(some: Weights, others: Weights) -> Weights:
    return [one + other for one, other in zip(some, others, strict=True)]


def norm(gradients: Weights) -> float:
    """Euclidean norm over all of them together."""
    return math.sqrt(sum(float(np.square(each).sum()) for each in gradients))


def count(weights: Weights) -> int:
    return sum(each.size for each in weights)
