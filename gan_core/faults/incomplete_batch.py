"""Labels of `batch_size` rows, and a last batch that has fewer."""

from __future__ import annotations

from typing import Any

from gan_core.datasets import Dataset
from gan_core.datasets.digits import N_IMAGES
from gan_core.faults import DIGITS, FAULTS, Case, Fault
from gan_core.text import N_

BATCH_SIZE = DIGITS["batch_size"]
WHOLE, LEFT = divmod(N_IMAGES, BATCH_SIZE)  # batches that are full, and pictures in the last one


def fits(settings: Any, dataset: Dataset) -> bool:
    """D answers each sample with one number, which Keras compares with one label."""
    return settings.packing == 1 and not (settings.conditional or settings.n_read)


CODE = f"""\
batches = tf.data.Dataset.from_tensor_slices(images)  # {N_IMAGES:,} of them
batches = batches.shuffle(len(images))
batches = batches.batch(BATCH_SIZE)
real = tf.ones((BATCH_SIZE, 1))
fake = tf.zeros((BATCH_SIZE, 1))

for x_real in batches:
    x_fake = generator(tf.random.normal((BATCH_SIZE, LATENT_DIM)), training=True)
    with tf.GradientTape() as tape:
        d_loss = cross_entropy(real, discriminator(x_real, training=True))
        d_loss += cross_entropy(fake, discriminator(x_fake, training=True))
    weights = discriminator.trainable_variables
    d_optimizer.apply(tape.gradient(d_loss, weights), weights)
"""

FAULTS.register(
    Fault(
        name="incomplete_batch",
        title=N_("Labels for a batch that is not full"),
        help=N_("Labels always have batch_size rows; the last batch of the data has fewer."),
        whole_batches=False,
        fits=fits,
        needs=N_("packing = 1, not conditional, no code to read"),
        case=Case(
            code=CODE,
            wrong="batches = batches.batch(BATCH_SIZE)",
            right="batches = batches.batch(BATCH_SIZE, drop_remainder=True)",
            also=("real = tf.ones((BATCH_SIZE, 1))", "fake = tf.zeros((BATCH_SIZE, 1))"),
            hint=N_("Divide the number of pictures by the batch size, which is {batch} here."),
            why=N_(
                "{n} pictures are {whole} batches of {batch}, with {left} pictures left over. The "
                "last batch has {left} rows, its labels have {batch}. Leave that batch out, as "
                "here, or make the labels from what D answers, by `tf.ones_like(real_logits)`."
            ),
            symptom=N_(
                "All is well for {whole} steps. At the next batch Keras stops the program: labels "
                "and answers differ in shape. Nobody notices on data that the batch size divides. "
                "Be glad of an error that is so loud: the other faults here say nothing."
            ),
            healing=N_("The run goes on where it stopped; nothing was lost but time."),
            settings={**DIGITS, "steps": 1500},
            at=WHOLE,
            numbers={
                "n": f"{N_IMAGES:,}",
                "batch": f"{BATCH_SIZE}",
                "whole": f"{WHOLE}",
                "left": f"{LEFT}",
            },
        ),
        order=60,
    )
)
