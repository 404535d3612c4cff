"""A conditional GAN small enough to see whole: two kinds of samples on a line, a label for each.

    G(z, y) = a_y z + b_y,        z from the standard normal distribution, y = 0 or 1
    C_y(x) = Σ w_yk He_k(x), k = 0 … 4,        D(x, y) = σ(C_y(x))

With the label seen, D has a polynomial for each label; without it, one has to do for both. The
losses are `tiny_gan.losses` with a label beside each sample: Mirza and Osindero 2014,
arXiv:1411.1784, equation 2, and for G the non-saturating one. The gradients are worked out by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.polynomial.hermite_e import hermeder, hermeval, hermevander

from gan_core.ops import NUMPY
from gan_core.theory.mixture import normal_log_pdf
from gan_core.theory.tiny_gan import N_SAMPLES  # of each label, real and generated, in each step

KINDS = np.array([-1.0, 1.0])  # where samples of label 0 and of label 1 gather
N_LABELS = len(KINDS)
STD = 0.4
DEGREE = 4  # enough to tell two heaps from a broad one
D_RATE, G_RATE = 0.25, 0.1
N_STEPS = 300  # of both players; by then they rest
STARTS = {"swapped": (0.6, -0.6), "same": (0.0, 0.0), "right": (-0.6, 0.6)}  # b of G
_SMALLEST_STD = 0.02  # narrower, the density of G would be a needle out of sight


@dataclass(frozen=True, eq=False)
class Players:
    """`a`, `b` (labels,) of G and `w` of D, (labels, 5), or (1, 5) where D sees no label.

    Powers themselves would serve D as well as Hermite polynomials, but not with one step size for
    all five.
    """

    a: np.ndarray
    b: np.ndarray
    w: np.ndarray

    @property
    def sees_label(self) -> bool:
        """Whether D has a polynomial for each label."""
        return len(self.w) == N_LABELS

    def generate(self, z: np.ndarray) -> np.ndarray:
        """G(z, y) for noise (labels, n), of its shape."""
        return self.a[:, np.newaxis] * z + self.b[:, np.newaxis]

    def logit(self, x: np.ndarray) -> np.ndarray:
        """C_y(x) for samples (labels, n), of their shape; for any (n,), a row for each of `w`."""
        return np.asarray(hermeval(x, self.w.T[..., np.newaxis], tensor=False))

    def slope(self, x: np.ndarray) -> np.ndarray:
        """∂C_y/∂x, as `logit`."""
        return np.asarray(hermeval(x, hermeder(self.w.T)[..., np.newaxis], tensor=False))

    def judge(self, x: np.ndarray) -> np.ndarray:
        """D(x, y), as `logit`."""
        return np.asarray(NUMPY.sigmoid(self.logit(x)))

    def density(self, x: np.ndarray) -> np.ndarray:
        """Of the generated samples of each label at x (n,): (labels, n)."""
        stds = np.maximum(np.abs(self.a), _SMALLEST_STD)
        return np.exp(normal_log_pdf(x, self.b[:, np.newaxis], stds[:, np.newaxis]))

    def obedience(self) -> list[float]:
        """The share of G's samples for each label that lie nearer to its own kind of real ones."""
        middle = float(KINDS.mean())
        small, large = (
            NormalDist(b, max(abs(a), _SMALLEST_STD)).cdf(middle)
            for a, b in zip(self.a.tolist(), self.b.tolist(), strict=True)
        )
        return [small, 1 - large]


@dataclass(frozen=True)
class World:
    """What is given: what D sees, where G begins, the share of wrong labels, and chance."""

    seen: bool = True
    start: str = "swapped"
    wrong: float = 0.0
    seed: int = 0

    def begin(self) -> Players:
        """Both players before they have learnt anything; D is flat."""
        w = np.zeros((N_LABELS if self.seen else 1, DEGREE + 1))
        return Players(np.full(N_LABELS, 0.5), np.array(STARTS[self.start]), w)

    def batch(self, move: int) -> tuple[np.ndarray, np.ndarray]:
        """Real samples by the labels that they carry, and noise, (labels, n) each, for a move."""
        rng = np.random.default_rng((self.seed, move))
        shape = N_LABELS, N_SAMPLES
        is_wrong = rng.random(shape) < self.wrong
        middles = np.where(is_wrong, KINDS[::-1, np.newaxis], KINDS[:, np.newaxis])
        return middles + STD * rng.standard_normal(shape), rng.standard_normal(shape)

    def density(self, x: np.ndarray) -> np.ndarray:
        """Of the real samples that carry each label, at x (n,): (labels, n)."""
        own = np.exp(normal_log_pdf(x, KINDS[:, np.newaxis], STD))
        return (1 - self.wrong) * own + self.wrong * own[::-1]


def d_gradient(players: Players, x_real: np.ndarray, z: np.ndarray) -> np.ndarray:
    """∂L_D/∂w, of its shape: each sample pulls by how wrong D is about it, times all He_k(x)."""
    x_fake = players.generate(z)
    wrong_on_real = -(1 - players.judge(x_real))  # ∂/∂C of −ln D, (labels, n)
    wrong_on_fake = players.judge(x_fake)  # ∂/∂C of −ln(1 − D), (labels, n)
    pulls = _polynomials(x_real, wrong_on_real) + _polynomials(x_fake, wrong_on_fake)
    return pulls if players.sees_label else pulls.sum(axis=0, keepdims=True)


def _polynomials(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """He_k(x) with these weights, averaged over all samples, summed for each label: (labels, 5)."""
    return np.einsum("yn,ynk->yk", weights, hermevander(x, DEGREE)) / x.size


def g_gradient(players: Players, z: np.ndarray) -> np.ndarray:
    """∂L_G/∂a and ∂L_G/∂b, (2, labels): the pull on each sample, times z and 1."""
    x_fake = players.generate(z)
    pull = (1 - players.judge(x_fake)) * players.slope(x_fake)  # (labels, n)
    return -np.stack([pull * z, pull]).sum(axis=-1) / z.size


def play(world: World) -> Iterator[Players]:
    """The players at the start, and after each of `N_STEPS` steps, in which D moves and then G."""
    players = world.begin()
    yield players
    for step in range(N_STEPS):
        gradient = d_gradient(players, *world.batch(2 * step))
        players = replace(players, w=players.w - D_RATE * gradient)
        a_slope, b_slope = g_gradient(players, world.batch(2 * step + 1)[1])
        players = replace(players, a=players.a - G_RATE * a_slope, b=players.b - G_RATE * b_slope)
        yield players


def outcome(players: Players) -> str:
    """What G makes of its label: it is “obeyed”, “swapped”, or both labels get the “same”."""
    if abs(players.b[0] - players.b[1]) < STD:
        return "same"
    return "obeyed" if min(players.obedience()) > 0.5 else "swapped"
