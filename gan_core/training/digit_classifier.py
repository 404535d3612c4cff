"""The digit classifier whose features the measures of digits are taken from.

A small network of our own, shipped with its weights, so that measuring needs no download. It knows
MNIST's digits and the bundled ones; of other pictures its features say nothing. The shipped file
is what this command makes out of Keras' `mnist.npz`:

    python -m gan_core.training.digit_classifier mnist.npz
"""

from __future__ import annotations

import argparse
import functools
import threading
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_core.datasets import scale_to_tanh
from gan_core.datasets.digits import load as bundled_digits
from gan_core.image_measures import Seen
from gan_core.training.checkpoint import pack, unpack

WEIGHTS = Path(__file__).parents[2] / "assets" / "models" / "digit_classifier.npz"
SHAPE = (28, 28, 1)
N_FEATURES = 64
N_CLASSES = 10
AT_ONCE = 500  # pictures: few enough for any memory

SEED = 1
EPOCHS = 12
BATCH = 128
SHIFT = 2  # pixels at most, in each direction, while it learns
N_BUNDLED_HELD_OUT = 297
COPIES_OF_BUNDLED = 4  # so that MNIST's 60,000 do not drown them

_loading = threading.Lock()


def build() -> keras.Model:
    """The network, untrained: pictures (n, 28, 28, 1) → features (n, 64) and logits (n, 10)."""
    x = pictures = keras.Input(SHAPE)
    for filters in (32, 64):  # (n, 14, 14, 32), (n, 7, 7, 64)
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Dropout(0.3)(keras.layers.Flatten()(x))
    features = keras.layers.Dense(N_FEATURES, activation="relu")(x)
    logits = keras.layers.Dense(N_CLASSES)(keras.layers.Dropout(0.3)(features))
    return keras.Model(pictures, [features, logits])


def look_at(x: np.ndarray) -> Seen:
    """What the classifier sees in float32 pictures (n, 28, 28, 1) in [−1, 1]; NaN counts as grey.

    The same pictures give the same features, however many others are looked at with them.
    """
    look = _shipped()
    x = np.nan_to_num(np.asarray(x, np.float32), posinf=1.0, neginf=-1.0)
    parts = [look(x[start : start + AT_ONCE]) for start in range(0, len(x), AT_ONCE)]
    features, logits = (np.concatenate([part[i] for part in parts]) for i in range(2))
    return Seen(features, logits.argmax(axis=1))


def _shipped() -> Callable[[np.ndarray], list[np.ndarray]]:
    with _loading:  # two runs that begin at once: one loads, one waits
        return _load(WEIGHTS)


@functools.cache
def _load(path: Path) -> Callable[[np.ndarray], list[np.ndarray]]:
    model = build()
    model.set_weights([array.astype(np.float32) for array in unpack(path.read_bytes()).values()])
    signature = [tf.TensorSpec([None, *SHAPE], tf.float32)]
    look = tf.function(functools.partial(model, training=False), input_signature=signature)
    return lambda x: [part.numpy() for part in look(x)]


# ------------------------------------------------------------------------------ training


def train(mnist: Path) -> tuple[keras.Model, dict[str, float]]:
    """Train on MNIST and the bundled digits; the model, and its accuracy on what it has not seen.

    The accuracies are over MNIST's 10,000 test pictures and over the bundled digits held out, with
    the weights rounded as they are shipped.
    """
    keras.utils.set_random_seed(SEED)
    with np.load(mnist, allow_pickle=False) as arrays:
        x_train, y_train = scale_to_tanh(arrays["x_train"]), arrays["y_train"]
        tests = {"mnist": (scale_to_tanh(arrays["x_test"]), arrays["y_test"])}
    bundled, held_out = _bundled()
    tests["digits"] = held_out
    x = np.concatenate([x_train, *[bundled[0]] * COPIES_OF_BUNDLED])
    y = np.concatenate([y_train, *[bundled[1]] * COPIES_OF_BUNDLED]).astype(np.int32)
    model = build()
    shift = keras.layers.RandomTranslation(
        SHIFT / SHAPE[0], SHIFT / SHAPE[1], fill_mode="constant", fill_value=-1.0, seed=SEED
    )
    learner = keras.Sequential([shift, keras.Model(model.input, model.output[1])])
    rate = keras.optimizers.schedules.CosineDecay(1e-3, EPOCHS * (len(x) // BATCH + 1))
    learner.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    learner.fit(x, y, BATCH, EPOCHS, verbose=2)
    model.set_weights([array.astype(np.float16) for array in model.get_weights()])
    return model, {
        name: float((model.predict(x, verbose=0)[1].argmax(axis=1) == y).mean())
        for name, (x, y) in tests.items()
    }


def _bundled() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The bundled digits with their labels: those to learn from, and those held out."""
    from sklearn.datasets import load_digits

    x, y = bundled_digits(), load_digits().target
    n = len(x) - N_BUNDLED_HELD_OUT
    return (x[:n], y[:n]), (x[n:], y[n:])


def main() -> None:
    """Train, and write the weights to where they are shipped."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("mnist", type=Path, help="Keras' mnist.npz")
    model, accuracies = train(parser.parse_args().mnist)
    weights = [array.astype(np.float16) for array in model.get_weights()]
    WEIGHTS.parent.mkdir(exist_ok=True)
    WEIGHTS.write_bytes(pack({f"weight_{i}": array for i, array in enumerate(weights)}))
    print({name: round(accuracy, 4) for name, accuracy in accuracies.items()})


if __name__ == "__main__":
    main()
