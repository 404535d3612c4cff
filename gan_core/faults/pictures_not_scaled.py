"""Pictures of 0 to 255 as they come from the file, beside a generator that ends in tanh."""

from __future__ import annotations

from typing import Any

from gan_core.datasets import Dataset
from gan_core.faults import DIGITS, FAULTS, Case, Fault
from gan_core.ops import Tensor
from gan_core.text import N_


def as_in_the_file(x_real: Tensor) -> Tensor:
    """Pictures (batch, side, side, channels) in [−1, 1] as bytes have them: 0 to 255."""
    return (x_real + 1.0) * 127.5


def fits(settings: Any, dataset: Dataset) -> bool:
    """Points have no bytes."""
    return dataset.is_image


CODE = """\
pixels = load_pixels()  # whole numbers from 0 to 255, (n, 28, 28)
images = pixels[..., np.newaxis].astype(np.float32)
batches = tf.data.Dataset.from_tensor_slices(images)
batches = batches.shuffle(len(images)).batch(BATCH_SIZE, drop_remainder=True)

generator = keras.Sequential([
    keras.Input((LATENT_DIM,)),
    layers.Dense(128),
    layers.LeakyReLU(0.2),
    layers.Dense(28 * 28, activation="tanh"),
    layers.Reshape((28, 28, 1)),
])
"""

FAULTS.register(
    Fault(
        name="pictures_not_scaled",
        title=N_("Pictures that are not scaled"),
        help=N_("D gets real pictures of 0 to 255, while G can only draw from −1 to 1."),
        feed=as_in_the_file,
        fits=fits,
        needs=N_("pictures"),
        case=Case(
            code=CODE,
            wrong="images = pixels[..., np.newaxis].astype(np.float32)",
            right="images = pixels[..., np.newaxis].astype(np.float32) / 127.5 - 1",
            hint=N_("Which values can G's last layer give, and which do the real pictures have?"),
            why=N_(
                "tanh gives values from −1 to 1, but the real pictures go from 0 to 255. G could "
                "never draw one, and D needs no eyes: whatever is large is real."
            ),
            symptom=N_(
                "D(x) is 1 from the first steps on, and D(G(z)) sinks towards 0. D looks at "
                "brightness alone, so all that G learns is to be brighter: grey noise, and no "
                "digit. Scaling to 0…1 would not do either: tanh would still have to draw black in "
                "the middle of its range."
            ),
            healing=N_(
                "Scaled to −1…1, real pictures lie where G can reach them. D must look at shapes, "
                "and G learns to draw some. It takes a while: D's weights were made for 0…255."
            ),
            settings={**DIGITS, "steps": 4000},
            at=800,
        ),
        order=30,
    )
)
