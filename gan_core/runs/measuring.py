"""What is measured of a run's pictures when somebody asks.

While any run trains, rests follow each piece of work, so that training is hardly slower for it;
then an answer takes minutes instead of seconds.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from gan_core.image_measures import Seen, all_floors, is_digits, measure_all
from gan_core.image_measures.classes import class_shares
from gan_core.image_measures.frechet import frechet_distance
from gan_core.image_measures.neighbours import (
    Nearest,
    TrainingPictures,
    closeness,
    share_of_copies,
)
from gan_core.image_measures.precision_recall import K
from gan_core.runs.frame import picture
from gan_core.runs.restored import restored
from gan_core.runs.store import Store
from gan_core.text import N_, GanError

N_SAMPLES = 2000  # at most: half as many as there are real pictures, for the floor needs two halves
N_FID = 1000  # at most; Inception-v3 takes its time
FEWEST = 2 * (K + 1)  # different real pictures: each of two halves has neighbours for precision
N_COMPARED = 500  # samples whose nearest training pictures are looked for
N_SHOWN = 12  # of them
AT_ONCE = 500  # samples generated
SHARE = 0.03  # of the time goes into measuring while somebody trains
LOOK_SECONDS = 0.5

Pictures = Any  # a reference to a tensor of real pictures (n, *shape): equal for the same tensor


@contextmanager
def aside(store: Store) -> Iterator[None]:
    """A piece of work beside whatever trains: rest after it, unless nobody trains."""
    began = time.monotonic()
    yield
    rested_at = began + (time.monotonic() - began) / SHARE
    while (left := rested_at - time.monotonic()) > 0 and store.claims.someone_trains():
        time.sleep(min(left, LOOK_SECONDS))


def measure(store: Store, run_id: str) -> dict[str, Any]:
    """Measure what a run's generator makes at its latest checkpoint; JSON-ready.

    Returns:
        "step": of the checkpoint.
        "n_train": how many different pictures there are to copy.
        "copies": the share of samples that are like copies (see `share_of_copies`).
        "distances": of "generated" and "held_out" pictures to the nearest training picture.
        "shown": the samples most like copies, above their nearest training pictures: one
            "picture", the "size" (height, width) of each in it, and their "distances".
        Of digits also "n", how many samples were measured; "measures", name → [value, noise
        floor]; and "classes", the share of each class "generated" and "real".

    Raises `GanError` where there is nothing to measure.
    """
    x_fake, x_real, step = _samples(store, run_id, N_SAMPLES)
    with aside(store):
        pictures = _training_pictures(x_real)
    if len(pictures.pictures) < FEWEST:
        raise GanError(
            N_("There are {n} different real pictures. Measuring takes {fewest} at least."),
            n=len(pictures.pictures),
            fewest=FEWEST,
        )
    with aside(store):
        held_out = _held_out(x_real)
    with aside(store):
        compared = x_fake[:N_COMPARED]
        nearest = pictures.nearest(compared)
    measured = {"step": step, "n_train": len(pictures.pictures)}
    measured |= _compared(compared, nearest, held_out, pictures)
    if is_digits(store.run(run_id).config.items.dataset):
        measured |= _classified(store, x_fake, x_real)
    return measured


def fid(store: Store, run_id: str) -> dict[str, Any]:
    """The Fréchet inception distance of a run at its latest checkpoint.

    Returns "step", "n", "value" and "floor". Raises `GanError` where Inception-v3 is not to be
    had, and while somebody trains: it takes minutes of the whole computer.
    """
    from gan_core.training.inception import inception

    _of_pictures(store, run_id)
    network = inception()
    if store.claims.someone_trains():
        raise GanError(
            N_("FID takes minutes of the whole computer. Pause what trains now, and ask again.")
        )
    x_fake, x_real, step = _samples(store, run_id, N_FID)
    real, other = _inception_features(x_real, len(x_fake), network)
    fake = _looked_at(x_fake, network)
    return {
        "step": step,
        "n": len(x_fake),
        "value": frechet_distance(real, fake),
        "floor": frechet_distance(real, other),
    }


def _samples(store: Store, run_id: str, most: int) -> tuple[np.ndarray, Pictures, int]:
    """Generated pictures, at most half as many as there are real ones; those; and the step."""
    _of_pictures(store, run_id)
    with ExitStack() as stack:
        with aside(store):
            trainer = stack.enter_context(restored(store, run_id))
        z = trainer.fixed_noise(min(most, len(trainer.x_real) // 2))
        parts = []
        for start in range(0, len(z), AT_ONCE):
            with aside(store):
                parts.append(trainer.generated(z[start : start + AT_ONCE]))
        return np.concatenate(parts), trainer.x_real.ref(), trainer.step


def _of_pictures(store: Store, run_id: str) -> None:
    run = store.run(run_id)
    if not run.config.items.dataset.is_image:
        raise GanError(
            N_("Run {name} makes points, not pictures. They are measured all along."), name=run.name
        )


def _compared(
    compared: np.ndarray, nearest: Nearest, held_out: np.ndarray, pictures: TrainingPictures
) -> dict[str, Any]:
    """How far samples are from what was trained on, and the most suspicious of them."""
    suspects = closeness(nearest.distances).argsort(kind="stable")[:N_SHOWN]
    originals = pictures.pictures[nearest.rows[suspects, 0]]
    both = np.concatenate([compared[suspects], originals])
    return {
        "copies": share_of_copies(nearest.distances, held_out),
        "distances": {
            "generated": _rounded(nearest.distances[:, 0]),
            "held_out": _rounded(held_out[:, 0]),
        },
        "shown": {
            "picture": picture(both, per_row=len(suspects)),
            "size": list(compared.shape[1:3]),
            "distances": _rounded(nearest.distances[suspects, 0]),
        },
    }


def _classified(store: Store, x_fake: np.ndarray, x_real: Pictures) -> dict[str, Any]:
    """What the digit classifier says of generated and of as many real digits."""
    from gan_core.training.digit_classifier import look_at

    n = len(x_fake)
    with aside(store):
        real, floors = _seen(x_real, n)
    with aside(store):
        fake = look_at(x_fake)
    with aside(store):
        values = measure_all(real, fake)
    return {
        "n": n,
        "measures": {name: _rounded([values[name], floors[name]]) for name in values},
        "classes": {
            "generated": _rounded(class_shares(fake)),
            "real": _rounded(class_shares(real)),
        },
    }


# ------------------------------------------- of the real pictures: once for all runs of them


@functools.lru_cache(maxsize=2)
def _training_pictures(x_real: Pictures) -> TrainingPictures:
    return TrainingPictures(x_real.deref().numpy())


@functools.lru_cache(maxsize=2)
def _held_out(x_real: Pictures) -> np.ndarray:
    """Distances (m, 2) of some training pictures to the two nearest among all the others."""
    pictures = _training_pictures(x_real)
    rows = np.random.default_rng(0).permutation(len(pictures.pictures))[:N_COMPARED]
    return pictures.nearest(pictures.pictures[rows], own_rows=rows).distances


@functools.lru_cache(maxsize=4)
def _seen(x_real: Pictures, n: int) -> tuple[Seen, dict[str, float]]:
    """What the digit classifier sees in n real pictures, and the noise floors, from n others."""
    from gan_core.training.digit_classifier import look_at

    real, other = map(look_at, _halves(x_real, n))
    return real, all_floors(real, other)


@functools.lru_cache(maxsize=2)
def _inception_features(x_real: Pictures, n: int, network: Any) -> list[np.ndarray]:
    return [_looked_at(half, network) for half in _halves(x_real, n)]


def _looked_at(x: np.ndarray, network: Any) -> np.ndarray:
    from gan_core.training.inception import features

    return features(x, network)


def _halves(x_real: Pictures, n: int) -> list[np.ndarray]:
    """Two times n different real pictures."""
    pictures = x_real.deref().numpy()
    rows = np.random.default_rng(0).permutation(len(pictures))[: 2 * n]
    return [pictures[half] for half in np.split(rows, 2)]


def _rounded(values: Any) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
