"""The best discriminator for a fixed generator: arXiv:1406.2661, section 4.1.

Real = 1, fake = 0: p is the density of the data, q that of the generator.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from gan_core.theory.grid import check_log_densities, log_of, normalised


def optimal_discriminator(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """D*(x) = p(x) / (p(x) + q(x)), equation 2; ½ where both are 0, where D is free.

    `p` and `q` have one shape, any; raises `GanError` for a negative density.
    """
    return optimal_discriminator_of_logs(log_of(p, "p"), log_of(q, "q"))


def optimal_discriminator_of_logs(log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """The same from ln p and ln q: right in the tails too, where p and q are too small to store."""
    return np.asarray(expit(_optimal_logit(log_p, log_q)))


def value_at_optimum_of_logs(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> float:
    """V(G, D*) = E_p ln D* + E_q ln(1 − D*) in nats, from ln p and ln q (n,) of spacing `dx`.

    Lies between −ln 4, where p = q, and 0. Raises `GanError` as the divergences do.
    """
    log_p, log_q = np.asarray(log_p, dtype=float), np.asarray(log_q, dtype=float)
    check_log_densities(log_p, log_q, dx)
    log_p, log_q = normalised(log_p, dx), normalised(log_q, dx)
    logit = _optimal_logit(log_p, log_q)
    return _mean(log_p, -np.logaddexp(0.0, -logit), dx) + _mean(
        log_q, -np.logaddexp(0.0, logit), dx
    )


def _optimal_logit(log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """ln(p/q), whose sigmoid is D*; 0 where both densities are."""
    log_p, log_q = np.asarray(log_p, dtype=float), np.asarray(log_q, dtype=float)
    nowhere = np.isneginf(log_p) & np.isneginf(log_q)
    return np.subtract(log_p, log_q, out=np.zeros(np.shape(nowhere)), where=~nowhere)


def _mean(log_density: np.ndarray, values: np.ndarray, dx: float) -> float:
    """The expectation of `values`; where the density is 0 they may be infinite and do not count."""
    density = np.exp(log_density)
    return float(np.sum(density * np.where(density > 0, values, 0.0)) * dx)
