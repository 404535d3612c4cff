"""Mixtures of Gaussians on the line: data whose density is known everywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gan_core.text import N_, GanError
from gan_core.theory import checks

WEIGHT_TOLERANCE = 1e-9


def normal_log_pdf(x: np.ndarray, mean: np.ndarray | float, std: np.ndarray | float) -> np.ndarray:
    """ln of the Gaussian density; `x`, `mean` and `std` are broadcast against each other."""
    return -0.5 * np.square((x - mean) / std) - np.log(std) - 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Mixture:
    """Σ weightᵢ · N(meanᵢ, stdᵢ²).

    Raises `GanError` unless the three have the same length of 1 or more, the weights are above 0
    and add up to 1, the means are finite and the standard deviations above 0.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    stds: tuple[float, ...]

    def __post_init__(self) -> None:
        lengths = len(self.weights), len(self.means), len(self.stds)
        if len(set(lengths)) > 1 or not lengths[0]:
            raise GanError(
                N_(
                    "The mixture has {n_weights} weights, {n_means} means and {n_stds} stds; "
                    "give one of each per Gaussian, and at least one Gaussian."
                ),
                n_weights=lengths[0],
                n_means=lengths[1],
                n_stds=lengths[2],
            )
        for weight in self.weights:
            checks.above_zero("weight", weight)
        for std in self.stds:
            checks.above_zero("std", std)
        for mean in self.means:
            if not math.isfinite(mean):
                raise GanError(
                    N_("{field} is {value}; it must be a finite number."), field="mean", value=mean
                )
        total = math.fsum(self.weights)
        if abs(total - 1) > WEIGHT_TOLERANCE:
            raise GanError(
                N_("The weights add up to {total}; they must add up to 1. Divide each by {total}."),
                total=total,
            )

    @property
    def mean(self) -> float:
        """The mean of the whole mixture."""
        return math.fsum(w * m for w, m in zip(self.weights, self.means, strict=True))

    @property
    def std(self) -> float:
        """The standard deviation of the whole mixture."""
        parts = zip(self.weights, self.means, self.stds, strict=True)
        return math.sqrt(math.fsum(w * (s**2 + (m - self.mean) ** 2) for w, m, s in parts))

    def log_pdf(self, x: np.ndarray) -> np.ndarray:
        """ln p(x) for x of any shape; finite far out in the tails, where p(x) itself is 0."""
        x = np.asarray(x, dtype=float)[..., np.newaxis]  # (…, 1)
        parts = np.log(self.weights) + normal_log_pdf(x, np.array(self.means), np.array(self.stds))
        return np.logaddexp.reduce(parts, axis=-1)

    def pdf(self, x: np.ndarray) -> np.ndarray:
        """p(x) for x of any shape, per unit of x."""
        return np.exp(self.log_pdf(x))

    def sample(self, n: int, seed: int) -> np.ndarray:
        """Draw n points (n,); the same seed gives the same points."""
        checks.at_least("n", n, 1)
        rng = np.random.default_rng(seed)
        chances = np.array(self.weights) / math.fsum(self.weights)
        drawn = rng.choice(len(self.weights), size=n, p=chances)
        return rng.normal(np.array(self.means)[drawn], np.array(self.stds)[drawn])
