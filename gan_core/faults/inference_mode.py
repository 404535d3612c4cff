"""Batch normalisation in inference mode while it trains: `generator(z)` without training=True."""

from __future__ import annotations

from typing import Any

from gan_core.datasets import Dataset
from gan_core.faults import FAULTS, POINTS, Case, Fault
from gan_core.networks import USUAL
from gan_core.text import N_


def fits(settings: Any, dataset: Dataset) -> bool:
    """Only batch normalisation has two modes."""
    return bool(
        settings.g_norm == "batch" or (settings.g_norm == USUAL and settings.network != "mlp")
    )


CODE = """\
def block():
    return [layers.Dense(32), layers.BatchNormalization(), layers.ReLU()]

generator = keras.Sequential([keras.Input((LATENT_DIM,))])
for layer in [*block(), *block(), *block(), *block(), *block(), layers.Dense(2)]:
    generator.add(layer)

def generator_step():
    z = tf.random.normal((BATCH_SIZE, LATENT_DIM))
    with tf.GradientTape() as tape:
        x_fake = generator(z)
        fake_logits = discriminator(x_fake, training=True)
        g_loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
    weights = generator.trainable_variables
    g_optimizer.apply(tape.gradient(g_loss, weights), weights)
    return g_loss
"""

FAULTS.register(
    Fault(
        name="inference_mode",
        title=N_("Batch normalisation in inference mode"),
        help=N_("G is called without training=True, so batch normalisation does not normalise."),
        training=False,
        fits=fits,
        needs=N_("a generator with batch normalisation"),
        case=Case(
            code=CODE,
            wrong="        x_fake = generator(z)",
            right="        x_fake = generator(z, training=True)",
            hint=N_("Which layers behave differently while they train? Who tells them?"),
            why=N_(
                "Outside of `fit`, Keras calls a network in inference mode unless it is told "
                "otherwise. Then batch normalisation uses its moving averages, and does not update "
                "them: they stay at mean 0 and variance 1 for ever, as they were made. The layer "
                "stands in the program, but it normalises nothing."
            ),
            symptom=N_(
                "G draws one spot out of three, and hops from one to another. Five layers deep and "
                "not normalised, it can hardly tell one z from the next: nearly all of its points "
                "lie in one place."
            ),
            healing=N_(
                "With training=True, each layer spreads its values out again, over the batch it "
                "sees. Within a few hundred steps, G finds all three spots."
            ),
            settings={**POINTS, "g_hidden_layers": 5, "g_norm": "batch", "activation": "relu"},
            at=2000,
        ),
        order=40,
    )
)
