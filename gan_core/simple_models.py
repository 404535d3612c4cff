"""Generative models without a network, fitted in a moment: what learning a distribution means.

Measurements of flowers and handwritten digits both come with scikit-learn, which also fits them.
"""

from __future__ import annotations

import functools

import numpy as np

from gan_core.datasets import digits
from gan_core.text import N_
from gan_core.theory.mixture import Mixture

MOST_PEAKS = 6
N_COMPONENTS = 40  # directions in which pictures of digits are let vary
COPY_WIDTH = 0.5  # how far a near copy strays from its original, in those directions

DIGIT_MODELS = {
    "pixels": N_("Every pixel by itself"),
    "directions": N_("Directions in which digits vary"),
    "copies": N_("Copies, slightly changed"),
}


@functools.cache
def petal_lengths() -> np.ndarray:
    """Lengths of 150 petals of three kinds of iris, in centimetres, (150,)."""
    from sklearn.datasets import load_iris

    return np.asarray(load_iris().data[:, 2])


@functools.cache
def fit_petals(n_peaks: int) -> Mixture:
    """The mixture of so many Gaussians under which the petals are likeliest, as far as found."""
    from sklearn.mixture import GaussianMixture

    found = GaussianMixture(n_peaks, n_init=3, random_state=0).fit(petal_lengths()[:, np.newaxis])
    weights = found.weights_ / found.weights_.sum()
    parts = weights, found.means_[:, 0], np.sqrt(found.covariances_[:, 0, 0])
    return Mixture(*(tuple(part.tolist()) for part in parts))


def generate_digits(model: str, n: int, seed: int) -> np.ndarray:
    """Draw pictures (n, 28, 28) in [−1, 1], float32, from one of `DIGIT_MODELS`."""
    real, rng = flat_digits(), np.random.default_rng(seed)
    if model == "pixels":
        mean, spread = _pixels()
        drawn = mean + spread * rng.standard_normal((n, real.shape[1]), dtype=np.float32)
    else:
        mean, directions, spread = _directions()
        noise = rng.standard_normal((n, N_COMPONENTS), dtype=np.float32)
        if model == "directions":
            code = noise * spread
        else:
            original = real[rng.integers(len(real), size=n)]
            code = (original - mean) @ directions.T + COPY_WIDTH * noise
        drawn = mean + code @ directions
    return np.clip(drawn, -1, 1).reshape(n, *digits.load(1).shape[1:3])


@functools.cache
def flat_digits() -> np.ndarray:
    """The bundled digits as rows, (1797, 784) in [−1, 1], float32, read-only."""
    pictures = digits.load()
    rows = pictures.reshape(len(pictures), -1)
    rows.setflags(write=False)
    return rows


@functools.cache
def _pixels() -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of every pixel, (784,) each."""
    return flat_digits().mean(axis=0), flat_digits().std(axis=0)


@functools.cache
def _directions() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (784,), the directions of most variance (k, 784), and the spread along each (k,)."""
    from sklearn.decomposition import PCA

    found = PCA(N_COMPONENTS, svd_solver="covariance_eigh").fit(flat_digits())
    return found.mean_, found.components_, np.sqrt(found.explained_variance_)


def digit_features(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, …) as numbers along those directions, (n, k): features to compare them by."""
    mean, directions, _spread = _directions()
    return (pictures.reshape(len(pictures), -1) - mean) @ directions.T


@functools.cache
def real_digit_features() -> np.ndarray:
    """The features of the bundled digits, (1797, k), read-only."""
    features = digit_features(flat_digits())
    features.setflags(write=False)
    return features
