"""A GAN of five numbers, small enough to see whole: G is a line, D a logistic quadratic.

    G(z) = a z + b,        z from the standard normal distribution
    C(x) = w₀ + w₁ x + w₂ x²,        D(x) = σ(C(x))

Real samples come from a normal distribution, so G can imitate them exactly, and the best D against
any G is a member of this family. Losses are those of Goodfellow et al. 2014, arXiv:1406.2661, with
the non-saturating one for G; the gradients are worked out by hand.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from gan_core.ops import NUMPY
from gan_core.text import N_, GanError, quoted

N_SAMPLES = 64  # real and generated ones in each step
MOST_MOVES = 2000
A_WHOLE_GAME = "B300"  # by then G has met the data, and D can only guess


@dataclass(frozen=True)
class Players:
    """The five numbers: `a`, `b` of G and `w` = (w₀, w₁, w₂) of D."""

    a: float
    b: float
    w: tuple[float, float, float]

    def generate(self, z: np.ndarray) -> np.ndarray:
        """G(z) for noise (n,), shape (n,)."""
        return self.a * z + self.b

    def logit(self, x: np.ndarray) -> np.ndarray:
        """C(x), D's output before the sigmoid, of the shape of x."""
        return self.w[0] + self.w[1] * x + self.w[2] * x**2

    def logit_slope(self, x: np.ndarray) -> np.ndarray:
        """C'(x), of the shape of x."""
        return self.w[1] + 2 * self.w[2] * x

    def judge(self, x: np.ndarray) -> np.ndarray:
        """D(x), the probability that D gives to “real”, of the shape of x."""
        return np.asarray(NUMPY.sigmoid(self.logit(x)))


START = Players(a=0.5, b=-1.0, w=(0.0, 0.0, 0.0))


@dataclass(frozen=True)
class World:
    """What is given: where real samples come from, how far a step goes, and chance."""

    mean: float = 1.0
    std: float = 0.7
    d_rate: float = 0.5
    g_rate: float = 0.1
    seed: int = 0

    def batch(self, move: int) -> tuple[np.ndarray, np.ndarray]:
        """Real samples and noise, (n,) each, for the move with this number."""
        rng = np.random.default_rng((self.seed, move))
        return self.mean + self.std * rng.standard_normal(N_SAMPLES), rng.standard_normal(N_SAMPLES)


class TwoPlayers(Protocol):
    """A generator and a discriminator, of these five numbers or others."""

    def generate(self, z: np.ndarray) -> np.ndarray:
        """G(z), of the shape of the noise."""

    def logit(self, x: np.ndarray) -> np.ndarray:
        """D's output before the sigmoid, of the shape of x."""


def losses(players: TwoPlayers, x_real: np.ndarray, z: np.ndarray) -> tuple[float, float]:
    """L_D and L_G on real samples and noise of one shape, any."""
    real_logits, fake_logits = players.logit(x_real), players.logit(players.generate(z))
    softplus = NUMPY.softplus
    d_loss = np.mean(softplus(-real_logits)) + np.mean(softplus(fake_logits))
    return float(d_loss), float(np.mean(softplus(-fake_logits)))


def d_gradient(players: Players, x_real: np.ndarray, z: np.ndarray) -> np.ndarray:
    """∂L_D/∂w, shape (3,): each sample pulls by how wrong D is about it, times (1, x, x²)."""
    x_fake = players.generate(z)
    wrong_on_real = -(1 - players.judge(x_real))  # ∂/∂C of −ln D, (n,)
    wrong_on_fake = players.judge(x_fake)  # ∂/∂C of −ln(1 − D), (n,)
    return (_powers(x_real) * wrong_on_real + _powers(x_fake) * wrong_on_fake).mean(axis=1)


@dataclass(frozen=True)
class ChainRule:
    """How −ln D(G(z)) changes with (a, b): a factor for each step of the way back from it."""

    loss_by_logit: np.ndarray  # −(1 − D(x)), of the shape of z
    logit_by_x: np.ndarray  # C'(x), the same
    x_by_ab: np.ndarray  # (z, 1), two of that shape

    @property
    def loss_by_x(self) -> np.ndarray:
        """The slope that a generated sample sees, of the shape of z."""
        return self.loss_by_logit * self.logit_by_x

    @property
    def loss_by_ab(self) -> np.ndarray:
        """The product of all three, two of the shape of z."""
        return self.loss_by_x * self.x_by_ab


def chain_rule(players: Players, z: np.ndarray) -> ChainRule:
    """The factors for noise of any shape: each sample has its own."""
    x_fake = players.generate(z)
    return ChainRule(
        loss_by_logit=-(1 - players.judge(x_fake)),
        logit_by_x=players.logit_slope(x_fake),
        x_by_ab=np.stack([z, np.ones_like(z)]),
    )


def g_gradient(players: Players, z: np.ndarray) -> np.ndarray:
    """∂L_G/∂(a, b), shape (2,): the mean over the samples."""
    return chain_rule(players, z).loss_by_ab.mean(axis=1)


def pull(players: Players, z: np.ndarray) -> np.ndarray:
    """−∂(−ln D)/∂x at each generated sample, (n,): which way it should go, and how urgently."""
    return -chain_rule(players, z).loss_by_x


def _powers(x: np.ndarray) -> np.ndarray:
    return np.stack([np.ones_like(x), x, x**2])  # (3, n)


def train_d(players: Players, world: World, move: int) -> Players:
    """One step of D downhill; G stays as it is."""
    w = np.array(players.w) - world.d_rate * d_gradient(players, *world.batch(move))
    return replace(players, w=tuple(w.tolist()))


def train_g(players: Players, world: World, move: int) -> Players:
    """One step of G downhill; D stays as it is."""
    a, b = np.array([players.a, players.b]) - world.g_rate * g_gradient(
        players, world.batch(move)[1]
    )
    return replace(players, a=float(a), b=float(b))


_TURN = {"D": (train_d,), "G": (train_g,), "B": (train_d, train_g)}


def play(moves: str, world: World) -> Iterator[Players]:
    """The players at the start and after each of the moves, as `read_moves` reads them."""
    players = START
    yield players
    turns = itertools.chain.from_iterable(_TURN[kind] for kind in read_moves(moves))
    for number, turn in enumerate(turns):
        players = turn(players, world, number)
        yield players


# ------------------------------------------------------------------------- moves as a text


def read_moves(text: str) -> str:
    """One letter per move: “D3GB2” is DDDGBB; D trains D, G trains G, B both in turn.

    Raises `GanError` for anything else, and for more than `MOST_MOVES`.
    """
    parts = re.findall(r"([DGB])(\d{0,5})", text)
    if "".join(kind + count for kind, count in parts) != text:
        raise _not_allowed(text)
    if sum(int(count or 1) for _, count in parts) > MOST_MOVES:
        raise _not_allowed(text)
    return "".join(kind * int(count or 1) for kind, count in parts)


def write_moves(moves: str) -> str:
    """The text that `read_moves` reads back, with runs of the same letter counted."""
    runs = ((kind, len(list(run))) for kind, run in itertools.groupby(moves))
    return "".join(kind + (str(n) if n > 1 else "") for kind, n in runs)


def _not_allowed(text: str) -> GanError:
    return GanError(
        N_(
            "moves = {text} is not allowed. Allowed: up to {most} moves, written as D, G or B "
            "(both) with a count behind it, such as D5GB20."
        ),
        text=quoted(text),
        most=MOST_MOVES,
    )
