"""G's step moves D's weights too, towards calling fakes real: a combined model, not frozen."""

from __future__ import annotations

from typing import Any

from gan_core.datasets import Dataset
from gan_core.faults import DIGITS, FAULTS, Case, Fault
from gan_core.text import N_


def fits(settings: Any, dataset: Dataset) -> bool:
    """The average of G's weights would be one of D's, too."""
    return not settings.ema_decay


CODE = """\
def generator_step():
    z = tf.random.normal((BATCH_SIZE, LATENT_DIM))
    with tf.GradientTape() as tape:
        x_fake = generator(z, training=True)
        fake_logits = discriminator(x_fake, training=True)
        g_loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
    weights = generator.trainable_variables + discriminator.trainable_variables
    gradients = tape.gradient(g_loss, weights)
    g_optimizer.apply(gradients, weights)
    return g_loss
"""

FAULTS.register(
    Fault(
        name="discriminator_not_frozen",
        title=N_("D is not frozen in G's turn"),
        help=N_("G's turn moves D's weights as well, towards calling generated samples real."),
        frozen=False,
        fits=fits,
        needs=N_("ema_decay = 0"),
        case=Case(
            code=CODE,
            wrong=(
                "    weights = generator.trainable_variables + discriminator.trainable_variables"
            ),
            right="    weights = generator.trainable_variables",
            hint=N_("Whose turn is it, and whose weights move?"),
            why=N_(
                "In its turn, G wants D to say “real”. It may change its samples to get there, but "
                "not D. Here the judge is bribed: D's weights move too, until it calls fakes real. "
                "With Keras' `compile`, the same fault is a combined model of G and D that was "
                "compiled without `discriminator.trainable = False`."
            ),
            symptom=N_(
                "G's loss falls close to 0 and D(G(z)) rises close to 1: it looks like a triumph, "
                "but the samples are noise. D's own loss is far above 2 ln 2, what mere guessing "
                "would cost: in each step, its own turn and G's pull it in opposite directions."
            ),
            healing=N_(
                "With D frozen in G's turn, D says again what it sees. G's loss jumps up, and now "
                "it has a reason to draw digits."
            ),
            settings=DIGITS,
            at=600,
        ),
        order=20,
    )
)
