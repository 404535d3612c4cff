"""How far apart two samples on the line are: exactly, or through a histogram.

A histogram has a noise floor: two samples of one distribution differ too. Show it beside a score.
"""

from __future__ import annotations

import numpy as np

from gan_core.text import N_, GanError
from gan_core.theory import divergences
from gan_core.theory.divergences import Divergence


def _checked(values: np.ndarray, field: str) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise GanError(
            N_(
                "{field} has shape {shape} or a value that is not finite; "
                "it must be (n,) with n of 1 or more, and finite."
            ),
            field=field,
            shape=values.shape,
        )
    return values


def wasserstein_1_samples(x: np.ndarray, y: np.ndarray) -> float:
    """W₁ between samples (n,) and (m,), in the unit of the axis; exact, by sorting.

    It is ∫ |F(t) − G(t)| dt over the empirical distributions, which are steps. Raises `GanError`
    for empty samples and for values that are not finite.
    """
    x, y = np.sort(_checked(x, "x")), np.sort(_checked(y, "y"))
    steps = np.sort(np.concatenate([x, y]))  # (n + m,): F and G are constant in between
    f = np.searchsorted(x, steps[:-1], side="right") / x.size
    g = np.searchsorted(y, steps[:-1], side="right") / y.size
    return float(np.sum(np.abs(f - g) * np.diff(steps)))


def histogram(x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The share of samples (n,) in each bin: (k + 1,) for k edges in ascending order.

    A bin holds its left edge. The first and the last bin are open to the outside, so that no
    sample is lost. Raises `GanError` for empty samples and for edges that do not ascend.
    """
    x, edges = _checked(x, "x"), _checked(edges, "edges")
    if not (np.diff(edges) > 0).all():
        raise GanError(N_("The edges of the bins do not ascend; sort them and leave out doubles."))
    counts = np.bincount(np.searchsorted(edges, x, side="right"), minlength=edges.size + 1)
    return counts / x.size


def _between(divergence: Divergence, x: np.ndarray, y: np.ndarray, edges: np.ndarray) -> float:
    # For these divergences the width of a bin cancels out: shares are densities with dx = 1.
    return divergence(histogram(x, edges), histogram(y, edges), dx=1.0)


def histogram_kl(x: np.ndarray, y: np.ndarray, edges: np.ndarray) -> float:
    """KL in nats between histograms; ∞ if a bin has samples of `x` and none of `y`."""
    return _between(divergences.kl, x, y, edges)


def histogram_reverse_kl(x: np.ndarray, y: np.ndarray, edges: np.ndarray) -> float:
    """KL of `y` from `x` in nats; ∞ if a bin has samples of `y` and none of `x`."""
    return _between(divergences.reverse_kl, x, y, edges)


def histogram_js(x: np.ndarray, y: np.ndarray, edges: np.ndarray) -> float:
    """JSD in nats between histograms of samples (n,) and (m,), 0 to ln 2."""
    return _between(divergences.js, x, y, edges)


def histogram_chi2(x: np.ndarray, y: np.ndarray, edges: np.ndarray) -> float:
    """Pearson's χ² between histograms; ∞ if a bin has samples of `x` and none of `y`."""
    return _between(divergences.chi2, x, y, edges)


def histogram_total_variation(x: np.ndarray, y: np.ndarray, edges: np.ndarray) -> float:
    """Total variation between histograms of samples (n,) and (m,), 0 to 1."""
    return _between(divergences.total_variation, x, y, edges)
