"""A diffusion model whose network could not be better: where data are round Gaussians of one width.

    x = x₀ + σ ε,     x̂(x; σ) = E[x₀ | x],     dx/dσ = (x − x̂) / σ

What a network has to learn, x̂, can be written down for such data: each centre pulls as much as it
may have been the one. Karras et al. 2022, arXiv:2206.00364: the path is equation 1 with σ(t) = t,
the levels of the noise are equation 5, and x̂ is their D, by equation 3.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import softmax

MOST_NOISE = 3.0  # standard deviation at the beginning: several times as wide as the data
CURVATURE = 7.0  # ρ: how much shorter the steps become towards the end


def denoised(x: np.ndarray, sigma: float, centers: np.ndarray, std: float) -> np.ndarray:
    """x̂(x; σ): the mean of all samples that may have become x (n, dim) by noise of that width.

    Data are equally often around each of `centers` (k, dim), with a standard deviation of `std`.
    """
    width = std**2 + sigma**2
    squared = np.square(x[:, np.newaxis] - centers).sum(axis=-1)  # (n, k)
    mean = softmax(-squared / (2 * width), axis=1) @ centers  # of the centres that it may have been
    return np.asarray((std**2 * x + sigma**2 * mean) / width)


def noise_levels(n_passes: int, std: float) -> np.ndarray:
    """The width of the noise before each pass, and 0 after the last: (passes + 1,), falling.

    A tenth of the width of the data is little noise, and goes at once.
    """
    most, least = (sigma ** (1 / CURVATURE) for sigma in (MOST_NOISE, std / 10))
    return np.append(np.linspace(most, least, n_passes) ** CURVATURE, 0)


def draw(noise: np.ndarray, n_passes: int, centers: np.ndarray, std: float) -> np.ndarray:
    """Where standard normal noise (n, dim) is at first and after each pass, (passes + 1, n, dim).

    Each pass of the network says where to go, and a straight step is made (Euler).
    """
    levels = noise_levels(n_passes, std)
    path = [levels[0] * noise]
    for sigma, less in pairwise(levels):
        x = path[-1]
        path.append(x + (less - sigma) * (x - denoised(x, sigma, centers, std)) / sigma)
    return np.stack(path)
