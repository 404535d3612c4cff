"""CIFAR-10: 50,000 small colour photographs (Krizhevsky 2009)."""

from __future__ import annotations

from gan_core.datasets import DATASETS, LABELLED, Dataset
from gan_core.datasets.keras_files import KerasFiles
from gan_core.text import N_


def _keras_load():  # type: ignore[no-untyped-def]
    from keras.datasets import cifar10

    return cifar10.load_data()


FILES = KerasFiles(
    "cifar10",
    _keras_load,
    cached=("cifar-10-batches-py-target_archive",),
    n_bytes=170_498_071,
    shape=(32, 32, 3),
    host="www.cs.toronto.edu",
)

DATASETS.register(
    Dataset(
        name="cifar10",
        title="CIFAR-10",
        help=N_("50,000 colour photographs of ten kinds, 32×32. Downloaded once, 170 MB."),
        shape=(32, 32, 3),
        load=FILES.load,
        prepare=FILES.prepare,
        where=FILES.where,
        labels=FILES.labels,
        n_classes=10,
        options=LABELLED,
        order=32,
    )
)
