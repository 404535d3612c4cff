"""Picture sets that Keras knows how to download, or that lie in the folder GAN_DATA_DIR."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from gan_core.datasets import Place, Progress, draw, scale_to_tanh
from gan_core.text import N_, GanError

_downloading = threading.Lock()


@dataclass(frozen=True)
class KerasFiles:
    """Pictures from `<GAN_DATA_DIR>/<name>.npz` or from Keras' own loader.

    `keras_load` is Keras' `load_data`, imported late. `cached` are the files that it keeps below
    `~/.keras/datasets`, `n_bytes` their size together, for the progress of the download. `shape`
    is that of one picture in the arrays: (side, side), or (side, side, 3) in colour.
    """

    name: str
    keras_load: Callable[[], tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]]
    cached: tuple[str, ...]
    n_bytes: int
    shape: tuple[int, ...] = (28, 28)

    def prepare(self, progress: Progress) -> None:
        """Download what is missing. Raises `GanError` that names the two ways out."""
        if self._own_file():
            return
        with _downloading:  # two runs that need the same files: one downloads, one waits
            finished = threading.Event()
            watcher = threading.Thread(target=self._watch, args=(progress, finished), daemon=True)
            watcher.start()
            try:
                self.keras_load()
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
        if own:
            pixels = self._read(own)
        else:
            with _downloading:  # it may unpack its files anew
                pixels = self.keras_load()[0][0]
        return draw(scale_to_tanh(pixels), n_samples, seed)

    def labels(self) -> np.ndarray:
        """Return the class of each picture of the training half, (n,)."""
        own = self._own_file()
        if own:
            return self._read_labels(own)
        with _downloading:
            return np.ravel(self.keras_load()[0][1])

    def where(self) -> Place | None:
        """Where the files lie; None when they would have to be downloaded."""
        if self._own_file():
            return "GAN_DATA_DIR"
        return "cache" if self._n_bytes_cached() >= self.n_bytes else None

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
        labels, n = _array(path, "y_train"), len(self._read(path))
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

    def _n_bytes_cached(self) -> int:
        home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"
        present = [home / name for name in self.cached if (home / name).exists()]
        return sum(path.stat().st_size for path in present)


def _array(path: Path, name: str) -> np.ndarray:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return np.asarray(arrays[name])
    except (OSError, EOFError, TypeError, ValueError, KeyError, BadZipFile, zlib.error) as error:
        raise GanError(
            N_("{path} cannot be read ({reason}). It must be an .npz file with an array {name}."),
            path=str(path),
            name=name,
            reason=str(error),
        ) from error
