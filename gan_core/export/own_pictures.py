"""The pictures of one's own that a run trains on, for its program."""

from __future__ import annotations

from gan_core.datasets.example_pictures import example_pictures
from gan_core.datasets.pictures import EXAMPLE, pack
from gan_core.runs.store import Store
from gan_core.text import N_, GanError


def pictures_npz(store: Store, run_id: str) -> bytes:
    """The pictures in NumPy's .npz format: "x_train" uint8 (n, side, side, channels).

    Raises `GanError` if there is no such run, if it trains on other data, or if the store no longer
    has the pictures.
    """
    run = store.run(run_id)
    if run.config.dataset != "pictures":
        raise GanError(
            N_("Run {name} trains on {dataset}, not on pictures of somebody's own."),
            name=run.name,
            dataset=run.config.dataset,
        )
    key = run.config.pictures
    return pack(example_pictures()) if key == EXAMPLE else store.pictures.data(key)
