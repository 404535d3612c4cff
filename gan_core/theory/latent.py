"""Moving through the space of noise: lines, arcs, neighbours, sums, and directions that matter.

In many dimensions nearly all Gaussian noise lies on a shell, at about √dim from the origin. A
generator has hardly seen anything else, so what moves z had better stay there.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from gan_core.text import N_, GanError

PARALLEL = 1e-6  # sine of an angle below which two vectors count as parallel
FLAT = 1e-6  # a spread of activations below which there is no direction in them
N_SHELL = 2000  # noises whose norms tell where the shell is


def noise(n: int, latent_dim: int, kind: str, seed: int | tuple[int, ...]) -> np.ndarray:
    """Noise z, float32 (n, latent_dim); `kind` is "gaussian", or "uniform" from −1 to 1."""
    random = np.random.default_rng(seed)
    if kind == "uniform":
        return random.uniform(-1, 1, (n, latent_dim)).astype(np.float32)
    return random.standard_normal((n, latent_dim), dtype=np.float32)


@functools.cache
def shell(latent_dim: int, kind: str) -> tuple[float, float, float]:
    """Norms of noise: one in a hundred is below the first, half below the second, 99 the third."""
    norms = np.linalg.norm(noise(N_SHELL, latent_dim, kind, seed=0), axis=1)
    low, middle, high = np.quantile(norms, [0.01, 0.5, 0.99])
    return float(low), float(middle), float(high)


def outside_the_cube(z: np.ndarray) -> float:
    """The share of the numbers of `z` beyond −1 and 1, where uniform noise has none.

    Points between two noises stay in the cube; arcs, neighbours and sums may leave it.
    """
    return float(np.mean(np.abs(z) > 1))


def lerp(a: np.ndarray, b: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Points on the straight line from `a` to `b`, both (dim,): (n, dim), for shares (n,)."""
    t = shares[:, np.newaxis]
    return (1 - t) * a + t * b


def slerp(a: np.ndarray, b: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Points on the arc from `a` to `b`, both (dim,): (n, dim), for shares (n,).

    Shoemake's formula as in arXiv:1609.04468, section 2: between vectors of one length it keeps
    that length. Between parallel vectors, for which there is no arc, it is the straight line.
    """
    norms = np.linalg.norm(a) * np.linalg.norm(b)
    cosine = np.clip(a @ b / norms, -1, 1) if norms else 1.0
    angle = np.arccos(cosine)
    if np.sin(angle) < PARALLEL:
        return lerp(a, b, shares)
    t = shares[:, np.newaxis]
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


def around(z: np.ndarray, radius: float, fresh: np.ndarray) -> np.ndarray:
    """Neighbours of `z` (dim,), (n, dim): √(1 − radius²) of it and `radius` of `fresh` (n, dim).

    Where both are standard Gaussian, so are the neighbours: from `z` itself, at radius 0, to fresh
    noise, at radius 1, they stay on the shell.
    """
    return np.sqrt(1 - radius**2) * z + radius * fresh


@dataclass(frozen=True)
class Directions:
    """Directions in the space of z, the most important first."""

    steps: np.ndarray  # (k, dim): what to add to z to move by one standard deviation
    shares: np.ndarray  # (k,): of the variance of the activations

    def moved(self, z: np.ndarray, by: np.ndarray) -> np.ndarray:
        """`z` (dim,) moved along each direction by `by` (n, k) standard deviations: (n, dim)."""
        return z + by @ self.steps


def principal_directions(z: np.ndarray, activations: np.ndarray, k: int) -> Directions:
    """The `k` first principal directions of a layer's activations, carried over to z.

    GANSpace, arXiv:2004.02546, section 3.2: PCA of the activations y gives coordinates
    x = Vᵀ(y − μ); the directions are the columns of U = arg min Σ ‖U x − z‖², a regression. There
    may be fewer than `k`. Their signs, which are arbitrary, make the largest entry positive.

    Args:
        z: noise (n, dim).
        activations: what the layer makes of it (n, units).

    Raises `GanError` where the activations do not vary.
    """
    from sklearn.decomposition import PCA  # late: pages import this module, and need no PCA

    if not np.isfinite(activations).all() or np.ptp(activations, axis=0).max() < FLAT:
        raise GanError(N_("The generator's first layer answers the same to any noise."))
    pca = PCA(min(k, *activations.shape), svd_solver="randomized", random_state=0)
    x = pca.fit_transform(activations.astype(float))  # (n, k)
    x, shares = x[:, x.std(axis=0) > FLAT], pca.explained_variance_ratio_
    regression, *_ = np.linalg.lstsq(x, z - z.mean(axis=0))  # (k, dim): U, transposed
    steps = regression * x.std(axis=0)[:, np.newaxis]
    largest = np.take_along_axis(steps, np.abs(steps).argmax(axis=1)[:, np.newaxis], axis=1)
    return Directions(np.where(largest < 0, -steps, steps), shares[: len(steps)])
