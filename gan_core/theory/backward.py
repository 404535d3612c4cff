"""What becomes of a gradient on its way back through many layers, worked out with NumPy."""

from __future__ import annotations

import numpy as np

from gan_core.ops import NUMPY

WIDTH = 64  # units per layer
BATCH = 128
ACTIVATIONS = ("sigmoid", "leaky_relu")
LEAK = 0.2


def gradients_at_layers(activation: str, n_layers: int, seed: int = 0) -> np.ndarray:
    """Size of the gradient at the input of each layer, (n_layers,), the first layer first.

    A network of `n_layers` layers of `WIDTH` units, each followed by the activation, is given
    standard normal data; weights are drawn as Glorot & Bengio 2010 propose. The size is the root
    mean square of what arrives there of a random gradient of size 1 at the output.
    """
    rng = np.random.default_rng(seed)
    limit = np.sqrt(6 / (2 * WIDTH))
    weights = [rng.uniform(-limit, limit, (WIDTH, WIDTH)) for _ in range(n_layers)]
    x, slopes = rng.standard_normal((BATCH, WIDTH)), []
    for w in weights:
        x, slope = _activate(activation, x @ w)  # (batch, width)
        slopes.append(slope)
    gradient, sizes = rng.standard_normal((BATCH, WIDTH)), []
    for w, slope in zip(reversed(weights), reversed(slopes), strict=True):
        gradient = (gradient * slope) @ w.T
        sizes.append(np.sqrt(np.mean(gradient**2)))
    return np.array(sizes[::-1])


def _activate(activation: str, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The activation of a, and its slope there, of the shape of a."""
    if activation == "sigmoid":
        value = np.asarray(NUMPY.sigmoid(a))
        return value, value * (1 - value)
    slope = np.where(a > 0, 1.0, LEAK)
    return a * slope, slope
