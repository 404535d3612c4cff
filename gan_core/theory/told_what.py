"""A conditional GAN small enough to see whole: two kinds of samples on a line, a label for each.

    G(z, y) = a_y z + b_y,        z from the standard normal distribution, y = 0 or 1
    C_y(x) = Σ w_yk He_k(x), k = 0 … 4,        D(x, y) = σ(C_y(x))

With the label seen, D has a polynomial for each label; without it, one has to do for both. The
losses are `tiny_gan.losses` with a label beside each sample: Mirza and Osindero 2014,
arXiv:1411.1784, equation 2, and for G the non-saturating one. Where D has to read the label off the
sample instead, both players minimise −E ln Q(y | G(z, y)) besides, as in Chen et al. 2016,
arXiv:1606.03657, equation 5, with Q(1 | x) = σ(Σ u_k He_k(x)). Gradients are worked out by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.polynomial.hermite_e import hermeval
from scipy.special import eval_hermitenorm

from gan_core.ops import NUMPY
from gan_core.theory.mixture import normal_log_pdf
from gan_core.theory.tiny_gan import N_SAMPLES  # of each label, real and generated, in each step

KINDS = np.array([-1.0, 1.0])  # where samples of label 0 and of label 1 gather
N_LABELS = len(KINDS)
_LABELS = np.arange(N_LABELS)[:, np.newaxis]
STD = 0.4
DEGREE = 4  # enough to tell two heaps from a broad one
_ORDERS = np.arange(DEGREE + 1)
D_RATE, G_RATE = 0.25, 0.1
N_STEPS = 300  # of both players; by then they rest
STARTS = {"swapped": (0.6, -0.6), "same": (0.0, 0.0), "right": (-0.6, 0.6)}  # b of G
_SMALLEST_STD = 0.02  # narrower, the density of G would be a needle out of sight


@dataclass(frozen=True, eq=False)
class Players:
    """`a`, `b` (labels,) of G and `w` of D, (labels, 5), or (1, 5) where D sees no label.

    `u` (5,) is how D reads the label; zeros where it does not. Powers themselves would serve D as
    well as Hermite polynomials, but not with one step size for all five.
    """

    a: np.ndarray
    b: np.ndarray
    w: np.ndarray
    u: np.ndarray

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

    def judge(self, x: np.ndarray) -> np.ndarray:
        """D(x, y), as `logit`."""
        return np.asarray(NUMPY.sigmoid(self.logit(x)))

    def read(self, x: np.ndarray) -> np.ndarray:
        """Q(1 | x), how surely D reads the label 1 off samples of any shape; of their shape."""
        return np.asarray(NUMPY.sigmoid(hermeval(x, self.u)))

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
    """What is given: what D sees, where G begins, the share of wrong labels, and chance.

    D sees sample and "label", or the "sample" alone, or "reads" the label off the sample.
    """

    sees: str = "label"
    start: str = "swapped"
    wrong: float = 0.0
    seed: int = 0

    def begin(self) -> Players:
        """Both players before they have learned anything; D is flat."""
        w = np.zeros((N_LABELS if self.sees == "label" else 1, DEGREE + 1))
        b = np.array(STARTS[self.start])
        return Players(np.full(N_LABELS, 0.5), b, w, u=np.zeros(DEGREE + 1))

    def batches(self) -> tuple[np.ndarray, np.ndarray]:
        """Real samples of each step by the labels that they carry, (steps, labels, n).

        And the noise of its two moves, D's and then G's, (steps, 2, labels, n).
        """
        rng = np.random.default_rng(self.seed)
        shape = N_STEPS, N_LABELS, N_SAMPLES
        is_wrong = rng.random(shape) < self.wrong
        middles = np.where(is_wrong, KINDS[::-1, np.newaxis], KINDS[:, np.newaxis])
        x_real = middles + STD * rng.standard_normal(shape)
        return x_real, rng.standard_normal((N_STEPS, 2, N_LABELS, N_SAMPLES))

    def density(self, x: np.ndarray) -> np.ndarray:
        """Of the real samples that carry each label, at x (n,): (labels, n)."""
        own = np.exp(normal_log_pdf(x, KINDS[:, np.newaxis], STD))
        return (1 - self.wrong) * own + self.wrong * own[::-1]


def d_gradient(players: Players, x_real: np.ndarray, z: np.ndarray) -> np.ndarray:
    """∂L_D/∂w, of its shape: each sample pulls by how wrong D is about it, times all He_k(x)."""
    he = _polynomials(np.hstack([x_real, players.generate(z)]))  # (5, labels, 2 n)
    wrong = _judge(he, players.w)  # ∂/∂C of −ln(1 − D) on generated samples, (labels, 2 n)
    wrong[:, : x_real.shape[1]] -= 1  # and of −ln D on real ones
    pulls = (he * wrong).sum(axis=-1).T / x_real.size  # (labels, 5)
    return pulls if players.sees_label else pulls.sum(axis=0, keepdims=True)


def reading_gradient(players: Players, z: np.ndarray) -> np.ndarray:
    """∂L/∂u (5,) of L = −E ln Q(y | G(z, y)): how wrong D reads each sample, times all He_k(x)."""
    he = _polynomials(players.generate(z))
    return (he * _misread(he, players.u)).sum(axis=(1, 2)) / z.size


def _polynomials(x: np.ndarray) -> np.ndarray:
    """He_k of samples (labels, n), as (5, labels, n)."""
    return np.asarray(eval_hermitenorm(_ORDERS[:, np.newaxis, np.newaxis], x))


def _misread(he: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Q(1 | x) − y of samples by the labels that G was told, (labels, n)."""
    return np.asarray(NUMPY.sigmoid(_combined(u[np.newaxis], he))) - _LABELS


def _judge(he: np.ndarray, w: np.ndarray) -> np.ndarray:
    """D of samples whose polynomials (5, labels, n) are known: (labels, n)."""
    return np.asarray(NUMPY.sigmoid(_combined(w, he)))


def _combined(weights: np.ndarray, he: np.ndarray) -> np.ndarray:
    """Σ weights_k He_k by weights (labels, orders), or (1, orders) for all labels: (labels, n)."""
    return np.asarray((weights.T[..., np.newaxis] * he).sum(axis=0))


def g_gradient(players: Players, z: np.ndarray) -> np.ndarray:
    """∂L_G/∂a and ∂L_G/∂b, (2, labels): the pull on each sample, times z and 1.

    Where D has read nothing yet, and so where it never does, its reading pulls with 0.
    """
    he = _polynomials(players.generate(z))  # (5, labels, n)
    pull = (1 - _judge(he, players.w)) * _slope(players.w, he)  # (labels, n)
    if players.u.any():
        pull -= _misread(he, players.u) * _slope(players.u[np.newaxis], he)
    return -np.stack([pull * z, pull]).sum(axis=-1) / z.size


def _slope(weights: np.ndarray, he: np.ndarray) -> np.ndarray:
    """The derivative of `_combined`: He_k' = k He_{k−1}."""
    return _combined((_ORDERS * weights)[:, 1:], he[:-1])


def play(world: World) -> Iterator[Players]:
    """The players at the start, and after each of `N_STEPS` steps, in which D moves and then G."""
    players = world.begin()
    yield players
    for x_real, (z_of_d, z_of_g) in zip(*world.batches(), strict=True):
        gradient = d_gradient(players, x_real, z_of_d)
        reading = reading_gradient(players, z_of_d) if world.sees == "reads" else 0.0
        players = replace(players, w=players.w - D_RATE * gradient, u=players.u - D_RATE * reading)
        a_slope, b_slope = g_gradient(players, z_of_g)
        players = replace(players, a=players.a - G_RATE * a_slope, b=players.b - G_RATE * b_slope)
        yield players


def outcome(players: Players) -> str:
    """What G makes of its label: it is “obeyed”, “swapped”, or both labels get the “same” kind."""
    small_obeys, large_obeys = (share > 0.5 for share in players.obedience())
    if small_obeys != large_obeys or abs(players.b[0] - players.b[1]) < STD:
        return "same"
    return "obeyed" if small_obeys else "swapped"
