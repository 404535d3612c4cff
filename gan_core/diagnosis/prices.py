"""What a loss costs where D is more or less sure."""

from __future__ import annotations

import numpy as np

from gan_core.losses import Loss
from gan_core.losses.doubts import LIMIT
from gan_core.ops import NUMPY


def price(loss: Loss, real: float, fake: float) -> tuple[float, float]:
    """What D and G pay for one real and one generated sample with these outputs of D."""
    with np.errstate(all="ignore"):
        d_loss, g_loss = (
            player(np.full(1, real), np.full(1, fake), NUMPY)
            for player in (loss.discriminator, loss.generator)
        )
    return float(d_loss), float(g_loss)


def farthest_price(loss: Loss) -> float:
    """The largest loss, of either player, where D's outputs are ±8 and both losses are finite."""
    ends = (-LIMIT, LIMIT)
    prices = np.array([price(loss, real, fake) for real in ends for fake in ends])  # (4, 2)
    finite = prices[np.isfinite(prices).all(axis=1)]
    return float(np.abs(finite).max(initial=1.0))
