"""Datasets: what the discriminator is shown as real, and what happens when it cannot be had."""

from __future__ import annotations

import io
import os
import pickle
import tarfile
import threading
import tracemalloc
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_core import downloads
from gan_core.datasets import (
    DATASETS,
    Dataset,
    cifar10,
    digits,
    draw,
    fashion_mnist,
    keras_files,
    mnist,
    scale_to_tanh,
)
from gan_core.datasets.keras_files import KerasFiles
from gan_core.text import GanError

OFFLINE = [DATASETS.get(name) for name in ("digits", "ring", "mnist")]
SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"

every_dataset = pytest.mark.parametrize("dataset", list(DATASETS), ids=lambda item: item.name)
every_offline_dataset = pytest.mark.parametrize("dataset", OFFLINE, ids=lambda item: item.name)


@pytest.fixture(scope="module")
def folder_with_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real MNIST where it lies beside the checkout, else a stand-in made of the digits."""
    if (SHARED_DATA / "mnist.npz").exists():
        return SHARED_DATA
    folder = tmp_path_factory.mktemp("data")
    pixels = np.uint8(np.rint((digits.load()[..., 0] + 1) * 127.5))
    np.savez_compressed(folder / "mnist.npz", x_train=pixels)
    return folder


@pytest.fixture
def _mnist_at_hand(folder_with_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(folder_with_mnist))


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every host answers; those that were asked."""
    hosts: list[str] = []
    monkeypatch.setattr(keras_files, "check_that_it_answers", hosts.append)
    return hosts


def refuse() -> Any:
    """Keras' loader without internet."""
    raise Exception("URL fetch failure on https://host/file: -2 -- Name or service not known")


def files(keras_load: Callable[[], Any] = refuse, n_bytes: int = 1000) -> KerasFiles:
    return KerasFiles("pictures", keras_load, cached=("pictures.npz",), n_bytes=n_bytes)


def ignore(fraction: float) -> None:
    pass


# ------------------------------------------------------------------- every dataset


@every_dataset
def test_dataset_says_what_it_is(dataset: Dataset) -> None:
    assert dataset.title
    assert dataset.help
    if dataset.is_image:
        side, across, channels = dataset.shape
        assert side == across
        assert channels in (1, 3)
    else:
        assert dataset.shape == (2,)


@every_offline_dataset
@pytest.mark.usefixtures("_mnist_at_hand")
def test_samples_have_the_promised_shape_type_and_range(dataset: Dataset) -> None:
    dataset.prepare(ignore)
    samples = dataset.load(50, seed=1)
    assert samples.shape == (50, *dataset.shape)
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    if dataset.is_image:
        assert samples.min() == -1
        assert 0.9 < samples.max() <= 1


@every_offline_dataset
@pytest.mark.usefixtures("_mnist_at_hand")
def test_seed_decides_which_samples_are_drawn(dataset: Dataset) -> None:
    first, again, other = (dataset.load(50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@every_offline_dataset
@pytest.mark.usefixtures("_mnist_at_hand")
def test_samples_do_not_repeat(dataset: Dataset) -> None:
    samples = dataset.load(200, seed=1).reshape(200, -1)
    assert len(np.unique(samples, axis=0)) == 200


@every_offline_dataset
@pytest.mark.usefixtures("_mnist_at_hand")
def test_without_a_number_all_samples_come(dataset: Dataset) -> None:
    assert len(dataset.load()) > 1000


def test_few_are_drawn_without_a_copy_of_all() -> None:
    samples = np.arange(40_000.0).reshape(20_000, 2)
    expected = np.random.default_rng(3).permutation(samples)[:5]
    tracemalloc.start()
    try:
        drawn = draw(samples, 5, seed=3)
        used = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(drawn, expected)
    assert used < 0.8 * samples.nbytes, "the numbers of all rows are half as large"


# --------------------------------------------------------------------------- digits


def test_there_are_1797_digits() -> None:
    assert digits.load().shape == (1797, 28, 28, 1)
    assert digits.N_IMAGES == 1797


def test_digits_are_framed_by_four_black_pixels() -> None:
    pictures = digits.load()
    inside = pictures[:, 4:24, 4:24]
    assert pictures.max() == 1
    assert (inside.max(axis=(1, 2, 3)) > 0).all()
    pictures = pictures.copy()
    pictures[:, 4:24, 4:24] = -1
    assert (pictures == -1).all()


# ----------------------------------------------------------- files of one's own folder


def test_pixels_are_scaled_from_0_255_to_minus_one_and_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.zeros((1, 28, 28), np.uint8)
    pixels[0, 0, :3] = 51, 204, 255
    np.savez(tmp_path / "pictures.npz", x_train=pixels)
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    np.testing.assert_allclose(files().load()[0, 0, :4, 0], [-0.6, 0.6, 1, -1], rtol=1e-6)


def test_own_file_needs_no_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "pictures.npz", x_train=np.zeros((3, 28, 28), np.uint8))
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    files(refuse).prepare(ignore)
    assert files(refuse).load().shape == (3, 28, 28, 1)


def test_folder_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", "/no/such/folder")
    with pytest.raises(GanError, match="GAN_DATA_DIR = /no/such/folder is not a readable folder"):
        files().prepare(ignore)
    with pytest.raises(GanError, match="GAN_DATA_DIR"):
        files().load()


def test_folder_that_is_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(GanError, match="not a readable folder"):
        files().load()


def test_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    # The administrator may read everything, so the answer of the system is put in its mouth.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(GanError, match="not a readable folder"):
        files().load()


def write_pickled(path: Path) -> None:
    np.savez(path, x_train=np.array([{"a": "dict"}], dtype=object), allow_pickle=True)


def write_damaged(path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8)
    np.savez_compressed(path, x_train=pixels)
    content = bytearray(path.read_bytes())
    content[400:440] = bytes(40)
    path.write_bytes(content)


def write_array_alone(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros((1, 28, 28), np.uint8))


def write_zip_without_arrays(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train", "text")


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"no archive"), id="text"),
        pytest.param(lambda path: path.write_bytes(b"PK\x03\x04 cut off"), id="cut off"),
        pytest.param(lambda path: path.mkdir(), id="a folder"),
        pytest.param(lambda path: np.savez(path, y_train=np.zeros(3)), id="no x_train"),
        pytest.param(write_array_alone, id="array without archive"),
        pytest.param(write_zip_without_arrays, id="no arrays"),
        pytest.param(write_damaged, id="damaged"),
        pytest.param(write_pickled, id="pickled"),
    ],
)
def test_unreadable_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "pictures.npz")
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    with pytest.raises(GanError, match=r"pictures\.npz.*x_train"):
        files().load()


def test_pickled_arrays_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (tmp_path / "sprung").touch, ()

    np.savez(tmp_path / "pictures.npz", x_train=np.array([Trap()], dtype=object))
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    with pytest.raises(GanError):
        files().load()
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 28, 28), np.float32),
        np.zeros((3, 32, 32), np.uint8),
        np.zeros((3, 28, 28, 1), np.uint8),
        np.zeros((3, 784), np.uint8),
        np.zeros((0, 28, 28), np.uint8),
    ],
    ids=lambda array: f"{array.dtype} {array.shape}",
)
def test_wrong_array_is_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, array: np.ndarray
) -> None:
    np.savez(tmp_path / "pictures.npz", x_train=array)
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    with pytest.raises(GanError) as raised:
        files().load()
    for part in ("pictures.npz", str(array.dtype), str(array.shape), "uint8 (n, 28, 28)"):
        assert part in str(raised.value)


# ----------------------------------------------------------------------------- colour


def batch(number: int) -> np.ndarray:
    """10,000 pictures as CIFAR-10 writes them: all red, then all green, then all blue."""
    data = np.zeros((10_000, 3, 32, 32), np.uint8)
    data[:, 0] = number  # red tells which file
    data[:, 2, 0, 1] = 200  # blue: row 0, column 1
    return data.reshape(10_000, 3072)


@pytest.mark.slow
def test_cifar_is_read_from_keras_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras' own loader on an archive in the layout of the real one; its checksum is not ours."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    # Keras reads that once, when it is imported.
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setattr("keras.src.utils.file_utils.validate_file", lambda *_, **__: True)
    archive = tmp_path / "datasets" / "cifar-10-batches-py-target_archive"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for number, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
            content = pickle.dumps({b"data": batch(number), b"labels": [3] * 10_000}, protocol=4)
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    cifar10.FILES.prepare(ignore)
    samples = DATASETS.get("cifar10").load()
    assert samples.shape == (50_000, 32, 32, 3)
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples[::10_000, 5, 5, 0], np.arange(5) / 127.5 - 1, rtol=1e-6)
    assert samples[0, 0, 1].tolist() == pytest.approx([-1, -1, 200 / 127.5 - 1])


def test_cifar_may_lie_in_a_folder_of_one_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    pixels = np.random.default_rng(1).integers(0, 256, (20, 32, 32, 3), np.uint8)
    np.savez(tmp_path / "cifar10.npz", x_train=pixels)
    np.testing.assert_array_equal(DATASETS.get("cifar10").load(), scale_to_tanh(pixels))
    assert DATASETS.get("cifar10").where() == "GAN_DATA_DIR"
    np.savez(tmp_path / "cifar10.npz", x_train=pixels[..., 0])
    with pytest.raises(GanError, match=r"\(20, 32, 32\), but must be uint8 \(n, 32, 32, 3\)"):
        DATASETS.get("cifar10").load()


# --------------------------------------------------------------------------- downloads


@pytest.mark.parametrize(
    "module", [mnist, fashion_mnist, cifar10], ids=["mnist", "fashion_mnist", "cifar10"]
)
def test_failed_download_names_both_ways_out(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    offline = KerasFiles(module.FILES.name, refuse, module.FILES.cached, module.FILES.n_bytes)
    with pytest.raises(GanError) as raised:
        offline.prepare(ignore)
    name = module.FILES.name
    for part in (name, "URL fetch failure", "bundled digits", f"{name}.npz", "GAN_DATA_DIR"):
        assert part in str(raised.value)


def test_real_download_from_a_dead_address_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load() -> Any:
        from keras.utils import get_file

        return get_file("pictures.npz", "http://127.0.0.1:1/pictures.npz", cache_dir=str(tmp_path))

    with pytest.raises(GanError, match=r"could not be downloaded .*Connection refused.*GAN_DATA_"):
        files(load).prepare(ignore)


def test_download_that_stalls_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "STALLS_AFTER_SECONDS", 0.2)
    monkeypatch.setattr("urllib.request._opener", None)  # to be as it was after this test

    class Stalling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(bytes(10))
            given_up.wait(10)

    def load() -> Any:
        from keras.utils import get_file

        url = f"http://127.0.0.1:{server.server_port}/pictures.npz"
        return get_file("pictures.npz", url, cache_dir=str(tmp_path))

    given_up = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Stalling) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with pytest.raises(GanError, match=r"could not be downloaded \(timed out\)"):
                files(load).prepare(ignore)
        finally:
            given_up.set()
            server.shutdown()


def test_host_is_asked_before_a_download_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    def refuse_to_answer(host: str) -> None:
        raise TimeoutError("nothing answers")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    files(lambda: asked.append("download")).prepare(ignore)
    assert asked == ["storage.googleapis.com", "download"]
    monkeypatch.setattr(keras_files, "check_that_it_answers", refuse_to_answer)
    with pytest.raises(GanError, match=r"could not be downloaded \(nothing answers\)"):
        files(lambda: pytest.fail("it would wait for ever")).prepare(ignore)
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "pictures.npz").write_bytes(bytes(1000))
    files(lambda: pytest.fail("it is here already")).prepare(ignore)


def test_download_that_hangs_keeps_nobody_from_other_files() -> None:
    hangs, over = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        assert over.wait(10)

    download = threading.Thread(target=files(hang).prepare, args=(ignore,))
    download.start()
    try:
        assert hangs.wait(5)
        other = threading.Thread(target=files(lambda: None).prepare, args=(ignore,), daemon=True)
        other.start()
        other.join(2)
        assert not other.is_alive()
    finally:
        over.set()
        download.join()


def test_download_reports_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    fractions: list[float] = []
    heard = threading.Event()

    def progress(fraction: float) -> None:
        fractions.append(fraction)
        heard.set()

    def load() -> None:
        with (tmp_path / "datasets" / "pictures.npz").open("wb") as file:
            for _ in range(2):
                file.write(bytes(400))
                file.flush()
                heard.clear()
                assert heard.wait(5)

    files(load, n_bytes=1000).prepare(progress)
    assert fractions == [0.4, 0.8]


def test_progress_never_exceeds_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    fractions: list[float] = []
    heard = threading.Event()

    def progress(fraction: float) -> None:
        fractions.append(fraction)
        heard.set()

    def load() -> None:
        (tmp_path / "datasets" / "pictures.npz").write_bytes(bytes(5000))
        assert heard.wait(5)

    files(load, n_bytes=1000).prepare(progress)
    assert fractions[0] == 1


def test_where_the_data_lies_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert files().where() is None
    (tmp_path / "datasets").mkdir()
    cached = tmp_path / "datasets" / "pictures.npz"
    cached.write_bytes(bytes(999))
    assert files().where() is None  # half a download
    cached.write_bytes(bytes(1000))
    assert files().where() == "cache"
    np.savez(tmp_path / "pictures.npz", x_train=np.zeros((1, 28, 28), np.uint8))
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    assert files().where() == "GAN_DATA_DIR"
    assert DATASETS.get("digits").where() == "included"
