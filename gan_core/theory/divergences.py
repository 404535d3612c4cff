"""How far apart two distributions on the line are, from densities or from samples.

Densities p and q stand on one uniform grid of spacing dx, with (nearly) all of their mass; both
are scaled to mass 1 there, so that bounds such as JSD ≤ ln 2 hold exactly. KL, JS and χ² are the
f-divergences of arXiv:1606.00709, ∫ q f(p/q), with its f; W₁ is as in arXiv:1701.07875, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gan_core.text import N_, GanError
from gan_core.theory.grid import check_log_densities, log_of, normalised

LN2 = math.log(2)


@dataclass(frozen=True)
class Divergence:
    """One way to compare densities, for page, plot and fit at once.

    Calling it with densities (n,) gives a number; `of_logs` takes their logarithms, which tell
    0 from too small to store: use it when tails matter. `integral(log_p, log_q, dx)` is the bare
    formula, for normalised logarithms (…, n) that are broadcast against each other; returns (…).

    `unit` is "nat", "x" (the unit of the axis) or "" (a pure number); `bound` the largest value.
    """

    name: str
    title: str
    formula: str
    unit: str
    bound: float
    integral: Callable[[np.ndarray, np.ndarray, float], np.ndarray]

    def __call__(self, p: np.ndarray, q: np.ndarray, dx: float) -> float:
        """The divergence between densities (n,); never NaN, ∞ where the formula is infinite.

        Raises `GanError` for densities that are negative, unlike in shape, or off the grid.
        """
        return self.of_logs(log_of(p, "p"), log_of(q, "q"), dx)

    def of_logs(self, log_p: np.ndarray, log_q: np.ndarray, dx: float) -> float:
        """The same, from ln p and ln q (n,), with −∞ where a density is 0."""
        log_p, log_q = np.asarray(log_p, dtype=float), np.asarray(log_q, dtype=float)
        check_log_densities(log_p, log_q, dx)
        value = float(self.integral(normalised(log_p, dx), normalised(log_q, dx), dx))
        return min(max(value, 0.0), self.bound)  # rounding may step over a bound by 1e-16


def _kl(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> np.ndarray:
    """∫ p ln(p/q), where p = 0 counts 0 (p ln p → 0), and q = 0 < p counts ∞."""
    p = np.exp(log_p)
    with np.errstate(invalid="ignore"):
        gap = log_p - log_q  # ∞ only where q = 0 < p, and NaN where both are 0
        terms = np.where(p > 0, p * gap, 0.0)
    return np.where(gap == np.inf, np.inf, terms).sum(axis=-1) * dx


def _reverse_kl(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> np.ndarray:
    """∫ q ln(q/p)."""
    return _kl(log_q, log_p, dx)


def _js(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> np.ndarray:
    """½ KL(p‖m) + ½ KL(q‖m) with m = (p + q)/2."""
    log_m = np.logaddexp(log_p, log_q) - LN2
    return (_kl(log_p, log_m, dx) + _kl(log_q, log_m, dx)) / 2


def _chi2(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> np.ndarray:
    """∫ (p − q)²/q (Pearson), ∞ where q = 0 < p, or where it exceeds the largest float."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gap = np.abs(log_p - log_q)
        log_difference = np.maximum(log_p, log_q) + np.log(-np.expm1(-gap))  # ln |p − q|
        terms = np.where(log_p == log_q, 0.0, np.exp(2 * log_difference - log_q))
    return terms.sum(axis=-1) * dx


def _total_variation(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> np.ndarray:
    """½ ∫ |p − q|."""
    return np.abs(np.exp(log_p) - np.exp(log_q)).sum(axis=-1) * dx / 2


def _wasserstein_1(log_p: np.ndarray, log_q: np.ndarray, dx: float) -> np.ndarray:
    """∫ |P − Q| over the cumulative distributions; exact for point masses on the grid."""
    difference = np.cumsum(np.exp(log_p) - np.exp(log_q), axis=-1) * dx
    return np.abs(difference).sum(axis=-1) * dx


kl = Divergence(
    name="kl",
    title=N_("Kullback–Leibler divergence"),
    formula=r"\mathrm{KL}(p \,\|\, q) = \int p(x) \ln \frac{p(x)}{q(x)} \, dx",
    unit="nat",
    bound=math.inf,
    integral=_kl,
)
reverse_kl = Divergence(
    name="reverse_kl",
    title=N_("Reverse Kullback–Leibler divergence"),
    formula=r"\mathrm{KL}(q \,\|\, p) = \int q(x) \ln \frac{q(x)}{p(x)} \, dx",
    unit="nat",
    bound=math.inf,
    integral=_reverse_kl,
)
js = Divergence(
    name="js",
    title=N_("Jensen–Shannon divergence"),
    formula=(
        r"\mathrm{JSD}(p, q) = \tfrac{1}{2} \mathrm{KL}\left(p \,\|\, \tfrac{p + q}{2}\right)"
        r" + \tfrac{1}{2} \mathrm{KL}\left(q \,\|\, \tfrac{p + q}{2}\right)"
    ),
    unit="nat",
    bound=LN2,
    integral=_js,
)
wasserstein_1 = Divergence(
    name="wasserstein_1",
    title=N_("Wasserstein distance"),
    formula=r"W_1(p, q) = \int \left| P(x) - Q(x) \right| dx",
    unit="x",
    bound=math.inf,
    integral=_wasserstein_1,
)
chi2 = Divergence(
    name="chi2",
    title=N_("Pearson χ² divergence"),
    formula=r"\chi^2(p, q) = \int \frac{\left(p(x) - q(x)\right)^2}{q(x)} \, dx",
    unit="",
    bound=math.inf,
    integral=_chi2,
)
total_variation = Divergence(
    name="total_variation",
    title=N_("Total variation distance"),
    formula=r"\mathrm{TV}(p, q) = \tfrac{1}{2} \int \left| p(x) - q(x) \right| dx",
    unit="",
    bound=1.0,
    integral=_total_variation,
)

DIVERGENCES = {
    each.name: each for each in (kl, reverse_kl, js, wasserstein_1, chi2, total_variation)
}


def get(name: str) -> Divergence:
    """Return the divergence called `name`; raises `GanError` that lists the names there are."""
    if name not in DIVERGENCES:
        raise GanError(
            N_("There is no divergence called {name!r}. Choose one of: {names}."),
            name=name,
            names=", ".join(DIVERGENCES),
        )
    return DIVERGENCES[name]
