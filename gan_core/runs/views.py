"""What pages and workers agree on about views into networks; see `seeing` for the answers."""

from __future__ import annotations

import numpy as np

from gan_core.config import RunConfig
from gan_core.theory import latent

N_SAMPLES = 24
MOST_DIRECTIONS = 5
N_WALK = 9  # pictures on the way, both ends included
N_REAL = 12  # pictures to find the noise of, or to look at
N_GUESS = 12  # pictures to judge: half of them real
N_READ = 36  # real pictures of which D reads the kind
REACH = np.linspace(-3.0, 3.0, 7)  # standard deviations along a direction


def noise(config: RunConfig, seed: int) -> np.ndarray:
    """The noise (N_SAMPLES, latent_dim) behind the samples of a run of this config."""
    return latent.noise(N_SAMPLES, config.latent_dim, config.noise, seed)


def n_directions(config: RunConfig) -> int:
    """How many principal directions are looked along: noise has no more than dimensions."""
    return min(MOST_DIRECTIONS, config.latent_dim)


def code_reach(config: RunConfig) -> np.ndarray:
    """Values (steps,) for a number of the code: as far as its noise reaches."""
    return REACH / np.abs(REACH).max() if config.noise == "uniform" else REACH


def walk(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """The two ways from noise `a` to `b`, both (dim,): each (N_WALK, dim), by name."""
    shares = np.linspace(0, 1, N_WALK)
    return {"lerp": latent.lerp(a, b, shares), "slerp": latent.slerp(a, b, shares)}
