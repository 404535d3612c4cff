"""Data sorted by group, and a shuffle buffer much smaller than a group."""

from __future__ import annotations

from typing import Any

import numpy as np

from gan_core.datasets import Dataset
from gan_core.faults import FAULTS, POINTS, Case, Fault
from gan_core.text import N_

BUFFER = 256  # samples


def by_group(x_real: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Row numbers (n,) of samples (n, *shape): by class, or by the nearest centre of a mixture."""
    if dataset.modes is not None:
        offsets = x_real[:, np.newaxis] - dataset.modes.centers  # (n, modes, 2)
        groups = np.square(offsets).sum(axis=-1).argmin(axis=1)
    else:
        assert dataset.labels
        groups = dataset.labels()
    return np.argsort(groups, kind="stable")


def fits(settings: Any, dataset: Dataset) -> bool:
    """Without groups there is nothing to sort by."""
    return dataset.modes is not None or dataset.labels is not None


CODE = f"""\
points = load_points()  # (20_000, 2): one group of points after the other
batches = tf.data.Dataset.from_tensor_slices(points)
batches = batches.shuffle({BUFFER})
batches = batches.batch(BATCH_SIZE, drop_remainder=True)
batches = batches.prefetch(1)

for epoch in range(EPOCHS):
    for x_real in batches:
        z = tf.random.normal((BATCH_SIZE, LATENT_DIM))
        d_loss, g_loss = train_step(x_real, z)
    print(f"epoch {{epoch}}: D {{d_loss:.3f}}, G {{g_loss:.3f}}")
"""

FAULTS.register(
    Fault(
        name="sorted_data",
        title=N_("Sorted data, hardly shuffled"),
        help=N_("The data come group by group, and each batch is drawn from a few neighbours."),
        sorting=by_group,
        buffer=BUFFER,
        fits=fits,
        needs=N_("data with classes or with groups"),
        case=Case(
            code=CODE,
            wrong=f"batches = batches.shuffle({BUFFER})",
            right="batches = batches.shuffle(len(points))",
            hint=N_("What does D see in the first hundred batches?"),
            why=N_(
                "`shuffle(n)` keeps n samples in a buffer and draws from those alone. With sorted "
                "data, and a buffer smaller than a group, D is shown one group for many batches, "
                "then the next. A folder that is read class by class is just such a set."
            ),
            symptom=N_(
                "G runs after the data: it draws the group of the moment and forgets the others. "
                "The points wander round and round, and the losses swing with them. It looks like "
                "mode collapse, but nothing is wrong with the game."
            ),
            healing=N_(
                "Shuffled well, every batch has points of all groups, and G settles on all three."
            ),
            settings=POINTS,
            at=1500,
        ),
        order=50,
    )
)
