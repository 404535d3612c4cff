"""KID, the kernel distance: Bińkowski, Sutherland, Arbel & Gretton 2018, arXiv:1801.01401."""

from __future__ import annotations

import numpy as np

from gan_core.image_measures import MEASURES, Measure, Seen
from gan_core.text import N_
from gan_core.theory.kernels import mean_of_others, noise_floor


def kernel_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Unbiased MMD² between features (n, d) and (m, d), with the kernel (x·y/d + 1)³.

    When both have one distribution it is 0 on average, whatever n and m, and so often below. The
    paper averages over blocks of 1,000; here all samples make one block.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    across = _kernel(x, y).mean()
    return float(mean_of_others(_kernel(x, x)) + mean_of_others(_kernel(y, y)) - 2 * across)


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    kernel = x @ y.T / x.shape[1] + 1  # (n, m)
    return kernel * kernel * kernel  # ten times as fast as a power


def _of_seen(real: Seen, fake: Seen) -> float:
    return kernel_distance(real.features, fake.features)


def _floor(real: Seen, other: Seen) -> float:
    x, y = (seen.features.astype(np.float64) for seen in (real, other))
    return noise_floor(x, y, _kernel)


MEASURES.register(
    Measure(
        name="kid",
        title=N_("KID (digit classifier)"),
        help=N_(
            "How much more alike pictures of one crowd are, real or generated, than a real and a "
            "generated one: about 0, or just below, when both crowds are alike. Unlike the "
            "Fréchet distance, it does not grow when there are few pictures."
        ),
        better="lower",
        measure=_of_seen,
        floor=_floor,
        reference="Bińkowski et al. 2018, arXiv:1801.01401",
        order=20,
    )
)
