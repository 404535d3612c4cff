"""MNIST: 60,000 handwritten digits (LeCun, Cortes & Burges)."""

from __future__ import annotations

from gan_core.datasets import DATASETS, LABELLED, Dataset
from gan_core.datasets.keras_files import KerasFiles
from gan_core.text import N_


def _keras_load():  # type: ignore[no-untyped-def]
    from keras.datasets import mnist

    return mnist.load_data()


FILES = KerasFiles("mnist", _keras_load, cached=("mnist.npz",), n_bytes=11_490_434)

DATASETS.register(
    Dataset(
        name="mnist",
        title="MNIST",
        help=N_("60,000 handwritten digits. Downloaded once, 11 MB."),
        shape=(28, 28, 1),
        load=FILES.load,
        prepare=FILES.prepare,
        where=FILES.where,
        labels=FILES.labels,
        n_classes=10,
        options=LABELLED,
        order=20,
    )
)
