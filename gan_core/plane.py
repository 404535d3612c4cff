"""Where a run in the plane is looked at: the points of D's surface, the noise of G's lattice."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from gan_core.config import RunConfig

SURFACE = 48  # points along each side of D's surface
LATTICE = 21  # and of the lattice of noise that G warps
LINE = 121  # points of noise in one dimension


def noise_lattice(config: RunConfig) -> np.ndarray | None:
    """Noise z (points, latent_dim), row by row, with as much of z between any two neighbours.

    None where z has more than two dimensions: then there is no lattice to look at, and where G is
    told of kinds there is one for each.
    """
    if config.latent_dim > 2 or config.n_told:
        return None
    shares = np.linspace(0.02, 0.98, LINE if config.latent_dim == 1 else LATTICE)
    along = 2 * shares - 1 if config.noise == "uniform" else ndtri(shares)
    if config.latent_dim == 1:
        return along[:, np.newaxis].astype(np.float32)
    columns, rows = np.meshgrid(along, along)
    return np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)


def surface_points(extent: float) -> np.ndarray:
    """The points (SURFACE², 2) of D's surface: row by row from the lowest y, from the lowest x."""
    axis = np.linspace(-extent, extent, SURFACE)
    x, y = np.meshgrid(axis, axis)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
