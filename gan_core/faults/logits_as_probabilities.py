"""The cross-entropy of probabilities, fed with logits: what `loss="binary_crossentropy"` does."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from gan_core.datasets import Dataset
from gan_core.faults import DIGITS, FAULTS, Case, Fault
from gan_core.losses import Loss
from gan_core.ops import Ops, Tensor
from gan_core.text import N_

EPSILON = 1e-7  # Keras cuts probabilities off there, so that no logarithm is infinite
EXPONENT = str(round(math.log10(EPSILON))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _cut(outputs: Tensor, ops: Ops) -> Tensor:
    """Outputs as Keras takes them for probabilities: without a slope beyond 0 and 1."""
    return ops.minimum(ops.maximum(outputs, EPSILON), 1 - EPSILON)


def discriminator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """−E ln x − E ln(1 − y), of logits x and y that are cut off at 0 and 1."""
    on_real = -ops.log(_cut(real_logits, ops))
    on_fake = -ops.log(1 - _cut(fake_logits, ops))
    return ops.mean(on_real) + ops.mean(on_fake)


def generator(real_logits: Tensor, fake_logits: Tensor, ops: Ops) -> Tensor:
    """−E ln y, of logits y that are cut off at 0 and 1."""
    return ops.mean(-ops.log(_cut(fake_logits, ops)))


def misread(loss: Loss) -> Loss:
    """The non-saturating loss with D's output taken for a probability."""
    return replace(loss, discriminator=discriminator, generator=generator)


def fits(settings: Any, dataset: Dataset) -> bool:
    """Other losses have no cross-entropy that could be misread."""
    return bool(settings.loss == "non_saturating" and not settings.label_smoothing)


CODE = """\
discriminator = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Flatten(),
    layers.Dense(128),
    layers.LeakyReLU(0.2),
    layers.Dense(1),
])
cross_entropy = keras.losses.BinaryCrossentropy()

def discriminator_loss(x_real, x_fake):
    real_logits = discriminator(x_real, training=True)
    fake_logits = discriminator(x_fake, training=True)
    on_real = cross_entropy(tf.ones_like(real_logits), real_logits)
    on_fake = cross_entropy(tf.zeros_like(fake_logits), fake_logits)
    return on_real + on_fake
"""

FAULTS.register(
    Fault(
        name="logits_as_probabilities",
        title=N_("Logits read as probabilities"),
        help=N_("The loss takes D's logits for probabilities, and cuts them off at 0 and 1."),
        loss=misread,
        fits=fits,
        needs=N_("loss = non_saturating, without label smoothing"),
        case=Case(
            code=CODE,
            wrong="cross_entropy = keras.losses.BinaryCrossentropy()",
            right="cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)",
            also=("    layers.Dense(1),",),
            hint=N_("What kind of number does D return, and what kind does its loss expect?"),
            why=N_(
                "D ends in a linear layer: it returns a logit, any number at all. Without "
                "`from_logits=True`, Keras takes that for a probability and cuts it off at 0 and "
                "1. Beyond, the loss is flat, and a flat loss teaches nobody. A sigmoid behind the "
                "last layer would mend it too, but rounds where D is sure."
            ),
            symptom=N_(
                "The losses freeze: D's at 0 (from other seeds at {stuck}), and G's at {stuck}, "
                "which is −ln {epsilon}, where Keras cuts off. D gives real samples more than 1 "
                "and generated ones less than 0, so both stand where the loss is flat. No weight "
                "moves any more, and the samples stay noise. A loss of {stuck} is a signature: "
                "look for a missing `from_logits`."
            ),
            healing=N_(
                "Read as logits, the same outputs have slopes again. Both losses come back to "
                "life, and digits appear."
            ),
            settings=DIGITS,
            at=600,
            numbers={"stuck": f"{-math.log(EPSILON):.1f}", "epsilon": f"10{EXPONENT}"},
        ),
        order=10,
    )
)
