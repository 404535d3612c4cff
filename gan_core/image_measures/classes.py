"""How often each class is generated: Santurkar, Schmidt & Mądry 2018, arXiv:1711.00970."""

from __future__ import annotations

import numpy as np

from gan_core.image_measures import MEASURES, Measure, Seen
from gan_core.text import N_

N_CLASSES = 10  # digits


def class_shares(seen: Seen) -> np.ndarray:
    """The share of pictures that the classifier takes for each class (10,)."""
    return np.bincount(seen.classes, minlength=N_CLASSES) / len(seen.classes)


def class_gap(real: Seen, fake: Seen) -> float:
    """Total variation between the shares: 0 when they are alike, 1 when no class is in both."""
    return float(np.abs(class_shares(real) - class_shares(fake)).sum() / 2)


MEASURES.register(
    Measure(
        name="class_gap",
        title=N_("Classes out of balance"),
        help=N_(
            "The share of generated pictures that would have to be of another class, for all "
            "classes to be as frequent as they are among the real ones."
        ),
        better="lower",
        measure=class_gap,
        reference="Santurkar et al. 2018, arXiv:1711.00970",
        order=50,
    )
)
