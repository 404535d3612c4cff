"""The smallest GAN that still is one: a step takes as little as a step can."""

from __future__ import annotations

from typing import Any

TINY_POINTS: dict[str, Any] = {
    "dataset": "ring",
    "network": "mlp",
    "g_hidden_units": 8,
    "d_hidden_units": 8,
    "latent_dim": 2,
    "batch_size": 8,
}
