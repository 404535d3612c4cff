"""Picture sets that Keras knows how to download, or that lie in the folder GAN_DATA_DIR."""

from __future__ import annotations

import math
import os
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile

import numpy as np

from gan_core.datasets import Place, Progress, draw, scale_to_tanh
from gan_core.datasets.picture_files import array_header
from gan_core.downloads import GOOGLE, check_that_it_answers, give_up_when_it_stalls
from gan_core.text import N_, GanError

_Halves = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class KerasFiles:
    """Pictures from `<GAN_DATA_DIR>/<name>.npz` or from Keras' own loader.

    `keras_load` is Keras' `load_data`, imported late. `cached` are the files that it keeps below
    `~/.keras/datasets`, `n_bytes` their size together, for the progress of the download. `shape`
    is that of one picture in the arrays: (side, side), or (side, side, 3) in colour; `host` is from
    where Keras downloads.
    """

    name: str
    keras_load: Callable[[], _Halves]
    cached: tuple[str, ...]
    n_bytes: int
    shape: tuple[int, ...] = (28, 28)
    host: str = GOOGLE
    # Of two runs that need these files, one downloads and one waits; those of other files do not.
    _in_use: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def prepare(self, progress: Progress) -> None:
        """Download what is missing. Raises `GanError` that names the two ways out."""
        if self._own_file() or self._is_cached:
            return
        finished = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(progress, finished), daemon=True)
        watcher.start()
        try:
            self._from_keras()
        except Exception as error:  # Keras raises plain Exception for every network failure
            raise GanError(
                N_(
                    "{name} is not on this computer and could not be downloaded ({reason}). "
                    "Either choose the bundled digits, or put a file {name}.npz with an array "
                    "x_train {shape} into a folder and set GAN_DATA_DIR to that folder."
                ),
                name=self.name,
                shape=self._array_shape,
                reason=str(error) or type(error).__name__,
            ) from error
        finally:
            finished.set()
            watcher.join()

    def load(self, n_samples: int | None = None, *, seed: int = 0) -> np.ndarray:
        """Return the training half: float32 (n, side, side, channels) in [−1, 1]."""
        own = self._own_file()
        pixels = self._read(own) if own else self._from_keras()[0][0]
        return draw(scale_to_tanh(pixels), n_samples, seed)

    def labels(self) -> np.ndarray:
        """Return the class of each picture of the training half, (n,)."""
        own = self._own_file()
        return self._read_labels(own) if own else np.ravel(self._from_keras()[0][1])

    def where(self) -> Place | None:
        """Where the files lie; None when they would have to be downloaded."""
        if self._own_file():
            return "GAN_DATA_DIR"
        return "cache" if self._is_cached else None

    def _from_keras(self) -> _Halves:
        with self._in_use:  # Keras may unpack its files anew each time
            if not self._is_cached:
                check_that_it_answers(self.host)
                give_up_when_it_stalls()
            return self.keras_load()

    def _own_file(self) -> Path | None:
        folder = os.environ.get("GAN_DATA_DIR")
        if not folder:
            return None
        if not os.path.isdir(folder) or not os.access(folder, os.R_OK | os.X_OK):
            raise GanError(
                N_("GAN_DATA_DIR = {folder} is not a readable folder. Correct it or unset it."),
                folder=folder,
            )
        path = Path(folder) / f"{self.name}.npz"
        return path if path.exists() else None

    def _read(self, path: Path) -> np.ndarray:
        pixels = _array(path, "x_train")
        if pixels.dtype != np.uint8 or pixels.shape[1:] != self.shape or not len(pixels):
            raise GanError(
                N_("{path}: x_train is {dtype} {shape}, but must be uint8 {wanted}."),
                path=str(path),
                dtype=str(pixels.dtype),
                shape=str(pixels.shape),
                wanted=self._array_shape,
            )
        return pixels

    def _read_labels(self, path: Path) -> np.ndarray:
        labels = _array(path, "y_train")
        with _arrays(path, "x_train") as arrays, arrays.zip.open("x_train.npy") as file:
            shape, *_ = array_header(file)  # without the pictures, which take their time
        n = math.prod(shape[:1])
        whole = np.issubdtype(labels.dtype, np.integer)
        if (
            not whole
            or labels.shape not in ((n,), (n, 1))
            or not set(labels.flat) <= set(range(10))
        ):
            raise GanError(
                N_(
                    "{path}: y_train is {dtype} {shape}, but must hold a whole number from 0 to 9 "
                    "for each of the {n} pictures."
                ),
                path=str(path),
                dtype=str(labels.dtype),
                shape=str(labels.shape),
                n=f"{n:,}",
            )
        return np.ravel(labels)

    @property
    def _array_shape(self) -> str:
        """The shape of the array x_train as people write it."""
        return f"({', '.join(['n', *map(str, self.shape)])})"

    def _watch(self, progress: Progress, finished: threading.Event) -> None:
        while not finished.wait(0.3):
            progress(min(1.0, self._n_bytes_cached() / self.n_bytes))

    @property
    def _is_cached(self) -> bool:
        return self._n_bytes_cached() >= self.n_bytes

    def _n_bytes_cached(self) -> int:
        home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"
        present = [home / name for name in self.cached if (home / name).exists()]
        return sum(path.stat().st_size for path in present)


def _array(path: Path, name: str) -> np.ndarray:
    with _arrays(path, name) as arrays:
        return np.asarray(arrays[name])


@contextmanager
def _arrays(path: Path, name: str) -> Iterator[Any]:
    """The arrays in a file, as numpy gives them; raises `GanError` where `name` cannot be read."""
    try:
        if not is_zipfile(path):  # numpy would take it for objects, and advise to trust them
            raise BadZipFile("it is no archive")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except (OSError, EOFError, TypeError, ValueError, KeyError, BadZipFile, zlib.error) as error:
        raise GanError(
            N_("{path} cannot be read ({reason}). It must be an .npz file with an array {name}."),
            path=str(path),
            name=name,
            reason=str(error),
        ) from error
