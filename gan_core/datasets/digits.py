"""1,797 handwritten digits that come with scikit-learn: no download, no internet."""

from __future__ import annotations

import functools

import numpy as np

from gan_core.datasets import DATASETS, LABELLED, Dataset, draw, scale_to_tanh
from gan_core.text import N_

N_IMAGES = 1797


@functools.cache
def _images() -> np.ndarray:
    from PIL import Image
    from sklearn.datasets import load_digits

    small = (load_digits().images * (255 / 16)).astype(np.uint8)  # (N_IMAGES, 8, 8)
    large = [
        np.asarray(Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC))
        for image in small
    ]
    # As in MNIST: the digit fills 20×20 in the middle of 28×28.
    images = scale_to_tanh(np.pad(np.stack(large), ((0, 0), (4, 4), (4, 4))))
    images.flags.writeable = False  # every run of this process reads the same array
    return images


def load(n_samples: int | None = None, *, seed: int = 0) -> np.ndarray:
    """Return the digits, enlarged bicubically and framed: float32 (n, 28, 28, 1) in [−1, 1]."""
    return draw(_images(), n_samples, seed)


def labels() -> np.ndarray:
    """Return which digit each picture shows, (n,)."""
    from sklearn.datasets import load_digits

    return np.asarray(load_digits().target)


DATASETS.register(
    Dataset(
        name="digits",
        title=N_("Handwritten digits (bundled)"),
        help=N_("1,797 scans of 8×8 pixels from scikit-learn, enlarged to 28×28. Works offline."),
        shape=(28, 28, 1),
        load=load,
        labels=labels,
        n_classes=10,
        options=LABELLED,
        order=10,
    )
)
