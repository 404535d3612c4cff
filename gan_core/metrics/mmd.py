"""Maximum mean discrepancy: Gretton et al. 2012, JMLR 13, "A Kernel Two-Sample Test"."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import Dataset
from gan_core.metrics import METRICS, Metric, brought_near, is_plane, squared_distances
from gan_core.text import N_
from gan_core.theory.kernels import Kernel, mean_of_others, noise_floor

N_USED = 500  # the cost grows with the square
NARROWEST = 1e-6  # bandwidth by extent, should all real points coincide


def mmd(x_real: np.ndarray, x_fake: np.ndarray, dataset: Dataset) -> float:
    """Unbiased MMD² (equation 3) between the first 500 of points (n, 2) and (m, 2).

    The kernel is exp(−d²/2σ²), σ the median distance between real points. The value is at most 2;
    when the distributions are equal it is 0 on average, and therefore often below.
    """
    real, fake = (brought_near(x[:N_USED], dataset) for x in (x_real, x_fake))
    kernel = _kernel(real, dataset)
    across = kernel(real, fake).mean()
    return float(
        mean_of_others(kernel(real, real)) + mean_of_others(kernel(fake, fake)) - 2 * across
    )


def floor(x_real: np.ndarray, x_other: np.ndarray, dataset: Dataset) -> float:
    """What MMD² between real points seldom exceeds."""
    real, other = (brought_near(x[:N_USED], dataset) for x in (x_real, x_other))
    return noise_floor(real, other, _kernel(real, dataset))


def _kernel(real: np.ndarray, dataset: Dataset) -> Kernel:
    pairs = squared_distances(real, real)[np.triu_indices(len(real), k=1)]  # each pair once
    bandwidth = max(float(np.median(np.sqrt(pairs))), NARROWEST * dataset.extent)

    def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        squared = squared_distances(x, y)
        squared /= -2 * bandwidth**2
        return np.exp(squared, out=squared)

    return kernel


METRICS.register(
    Metric(
        name="mmd",
        title=N_("MMD²"),
        help=N_(
            "How much nearer points of one crowd, real or generated, lie to each other than "
            "generated ones to real ones: about 0, or just below, when both crowds are alike."
        ),
        unit="",
        better="lower",
        n_samples=N_USED,
        measure=mmd,
        floor=floor,
        applies=is_plane,
        reference="Gretton et al. 2012, JMLR 13, arXiv:0805.2368",
        order=50,
    )
)
