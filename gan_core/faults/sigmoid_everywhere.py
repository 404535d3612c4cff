"""A sigmoid behind every hidden layer of deep networks: it chokes the gradient."""

from __future__ import annotations

from typing import Any

from gan_core.datasets import Dataset
from gan_core.faults import FAULTS, POINTS, Case, Fault
from gan_core.text import N_


def fits(settings: Any, dataset: Dataset) -> bool:
    """Of all networks, the fully connected ones are the simplest to see it with."""
    return bool(settings.network == "mlp")


CODE = """\
def hidden_layers():
    return [layers.Dense(32, activation="sigmoid") for _ in range(5)]

generator = keras.Sequential([keras.Input((2,)), *hidden_layers(), layers.Dense(2)])
discriminator = keras.Sequential([keras.Input((2,)), *hidden_layers(), layers.Dense(1)])

cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
d_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
g_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)
"""

FAULTS.register(
    Fault(
        name="sigmoid_everywhere",
        title=N_("A sigmoid in every layer"),
        help=N_("Each hidden layer of both networks ends in a sigmoid, whatever the activation."),
        activation="sigmoid",
        fits=fits,
        needs=N_("network = mlp"),
        case=Case(
            code=CODE,
            wrong='    return [layers.Dense(32, activation="sigmoid") for _ in range(5)]',
            right='    return [layers.Dense(32, activation="leaky_relu") for _ in range(5)]',
            hint=N_("How much of a slope is left after five layers?"),
            why=N_(
                "A sigmoid's slope is ¼ at most, and near 0 where it saturates. In five layers "
                "these slopes multiply, forwards too: what distinguishes one z from another fades "
                "away, and the first layers learn next to nothing."
            ),
            symptom=N_(
                "All of G's points lie in one place, whatever z is. The place moves, but the "
                "points do not part: D's losses stay near those of mere guessing, and look "
                "perfectly healthy."
            ),
            healing=N_(
                "Networks cannot be exchanged while they train, so the healed program starts over. "
                "With LeakyReLU it finds all three spots in a few hundred steps."
            ),
            settings={**POINTS, "g_hidden_layers": 5, "d_hidden_layers": 5, "steps": 2500},
            at=2000,
        ),
        order=70,
    )
)
