"""The best critic of a Wasserstein GAN on the line, and what holds its slope.

A critic f gives scores instead of probabilities; it wants E f(x) − E f(G(z)) large and may not be
steeper than a bound. Its best value is bound · W₁: arXiv:1701.07875, equation 2. Here p is the
density of the data, q that of the generator.
"""

from __future__ import annotations

import numpy as np

from gan_core.theory import checks
from gan_core.theory.grid import check_log_densities, normalised

ROUNDING = 1e-9  # mass that need not be carried: rounding, and what lies beyond the grid's ends


def optimal_critic(log_p: np.ndarray, log_q: np.ndarray, dx: float, bound: float) -> np.ndarray:
    """The scores f (n,) of the best critic not steeper than `bound`, from ln p and ln q (n,).

    On the line f′ = bound · sign(Q − P), with P and Q the cumulative distributions: E_p f − E_q f =
    ∫ f′ (Q − P) by parts, which no slope within the bound makes larger. Where P = Q nothing has to
    be carried and f′ is free; it is 0 here. Only differences of scores count, so the highest and
    the lowest are put equally far from 0.

    Raises `GanError` for densities off the grid and for a bound that is not above 0.
    """
    checks.above_zero("bound", bound)
    log_p, log_q = np.asarray(log_p, dtype=float), np.asarray(log_q, dtype=float)
    check_log_densities(log_p, log_q, dx)
    to_carry = np.cumsum(_mass(log_q, dx) - _mass(log_p, dx))[:-1]  # Q − P between points, (n − 1,)
    slopes = bound * np.where(np.abs(to_carry) > ROUNDING, np.sign(to_carry), 0.0)  # (n − 1,)
    scores = np.concatenate([[0.0], np.cumsum(slopes * dx)])  # (n,)
    return scores - (scores.max() + scores.min()) / 2


def critic_value(scores: np.ndarray, log_p: np.ndarray, log_q: np.ndarray, dx: float) -> float:
    """E f(x) − E f(G(z)) for the scores f (n,): what the critic wants large, −L_D."""
    return float(np.sum(scores * (_mass(log_p, dx) - _mass(log_q, dx))))


def penalised_value(slopes: np.ndarray, distance: float, weight: float) -> np.ndarray:
    """The values of straight critics with these slopes (…), less λ(slope − 1)²: (…).

    That is −L_D of arXiv:1704.00028, equation 3, with `weight` for λ. All real samples lie at one
    point, all generated ones at `distance` from it.
    """
    return slopes * distance - weight * np.square(slopes - 1)


def penalised_slope(distance: float, weight: float) -> float:
    """The slope at which `penalised_value` is largest: where its derivative is 0.

    No other critic does better: the penalty is taken at points spread evenly between the two, so at
    each of them the same slope is best.
    """
    checks.above_zero("weight", weight)
    return 1 + distance / (2 * weight)


def _mass(log_density: np.ndarray, dx: float) -> np.ndarray:
    """The probability at each point of the grid (n,)."""
    return np.exp(normalised(log_density, dx)) * dx
