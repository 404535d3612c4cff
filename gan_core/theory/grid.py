"""Densities as arrays over a uniform grid: sums times dx stand for integrals."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import logsumexp

from gan_core.text import N_, GanError
from gan_core.theory import checks

MASS_TOLERANCE = 0.01


def log_of(density: np.ndarray, field: str) -> np.ndarray:
    """ln of a density, −∞ where it is 0; raises `GanError` where it is negative or not finite."""
    density = np.asarray(density, dtype=float)
    if not (np.isfinite(density).all() and (density >= 0).all()):
        raise GanError(
            N_("{field} has a value that is negative or not finite; a density is 0 or more."),
            field=field,
        )
    return np.log(density, out=np.full(density.shape, -np.inf), where=density > 0)


def log_mass(log_density: np.ndarray, dx: float) -> np.ndarray:
    """ln of the integral of a density; `log_density` is (…, n), the result (…)."""
    mass: np.ndarray = logsumexp(log_density, axis=-1) + math.log(dx)
    return mass


def normalised(log_density: np.ndarray, dx: float) -> np.ndarray:
    """Scale densities (…, n), given as logarithms, to an integral of exactly 1 on their grid."""
    return log_density - log_mass(log_density, dx)[..., np.newaxis]


def check_log_densities(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> None:
    """Raise `GanError` unless both are (n,), are densities, and have their mass on the grid."""
    checks.above_zero("dx", dx)
    if log_p.ndim != 1 or log_p.shape != log_q.shape or not log_p.size:
        raise GanError(
            N_(
                "p has shape {p_shape}, q has {q_shape}; both must be (n,), on one and "
                "the same grid."
            ),
            p_shape=log_p.shape,
            q_shape=log_q.shape,
        )
    for field, log_density in (("p", log_p), ("q", log_q)):
        if np.isnan(log_density).any() or (log_density == np.inf).any():
            raise GanError(
                N_("ln {field} has a value that is not a number, or +∞; −∞ (density 0) may stand."),
                field=field,
            )
        # Capped because a mass of 1e300 would be no less wrong, and exp() must not overflow.
        mass = math.exp(min(float(log_mass(log_density, dx)), 700.0))
        if abs(mass - 1) > MASS_TOLERANCE:
            raise GanError(
                N_("{field} has a mass of {mass} on the grid, not 1; use a wider or a finer grid."),
                field=field,
                mass=f"{mass:.4g}",
            )
