"""Fashion-MNIST: 60,000 pictures of clothes (Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747)."""

from __future__ import annotations

from gan_core.datasets import DATASETS, LABELLED, Dataset
from gan_core.datasets.keras_files import KerasFiles
from gan_core.text import N_


def _keras_load():  # type: ignore[no-untyped-def]
    from keras.datasets import fashion_mnist

    return fashion_mnist.load_data()


FILES = KerasFiles(
    "fashion_mnist",
    _keras_load,
    cached=tuple(
        f"fashion-mnist/{part}"
        for part in (
            "train-labels-idx1-ubyte.gz",
            "train-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
        )
    ),
    n_bytes=30_878_645,
)

DATASETS.register(
    Dataset(
        name="fashion_mnist",
        title="Fashion-MNIST",
        help=N_("60,000 pictures of clothes. Downloaded once, 31 MB."),
        shape=(28, 28, 1),
        load=FILES.load,
        prepare=FILES.prepare,
        where=FILES.where,
        labels=FILES.labels,
        n_classes=10,
        options=LABELLED,
        order=30,
    )
)
