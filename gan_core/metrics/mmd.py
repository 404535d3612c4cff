"""Maximum mean discrepancy: Gretton et al. 2012, JMLR 13, "A Kernel Two-Sample Test"."""

from __future__ import annotations

import numpy as np

from gan_core.datasets import Dataset
from gan_core.metrics import METRICS, Metric, brought_near, is_plane, squared_distances
from gan_core.text import N_
from gan_core.theory.kernels import mean_of_others

N_USED = 500  # the cost grows with the square
NARROWEST = 1e-6  # bandwidth by extent, should all real points coincide


def mmd(x_real: np.ndarray, x_fake: np.ndarray, dataset: Dataset) -> float:
    """Unbiased MMD² (equation 3) between the first 500 of points (n, 2) and (m, 2).

    The kernel is exp(−d²/2σ²), σ the median distance between real points. The value is at most 2;
    when the distributions are equal it is 0 on average, and therefore often below.
    """
    real, fake = brought_near(x_real[:N_USED], dataset), brought_near(x_fake[:N_USED], dataset)
    among_real = squared_distances(real, real)
    pairs = among_real[np.triu_indices(len(real), k=1)]  # each pair once, no point with itself
    bandwidth = max(float(np.median(np.sqrt(pairs))), NARROWEST * dataset.extent)

    def kernel(squared: np.ndarray) -> np.ndarray:
        squared /= -2 * bandwidth**2
        return np.exp(squared, out=squared)

    within_real = mean_of_others(kernel(among_real))
    within_fake = mean_of_others(kernel(squared_distances(fake, fake)))
    across = kernel(squared_distances(real, fake)).mean()
    return float(within_real + within_fake - 2 * across)


METRICS.register(
    Metric(
        name="mmd",
        title=N_("MMD²"),
        help=N_(
            "How much nearer points lie to their own kind than generated ones to real ones: "
            "about 0, or just below, when both are alike."
        ),
        unit="",
        better="lower",
        n_samples=N_USED,
        measure=mmd,
        applies=is_plane,
        reference="Gretton et al. 2012, JMLR 13, arXiv:0805.2368",
        order=50,
    )
)
