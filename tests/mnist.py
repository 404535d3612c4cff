"""Real MNIST with its labels and test pictures, for the tests that need it, where it lies here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_PLACES = (os.environ.get("GAN_DATA_DIR"), _ROOT / "shared" / "data", _ROOT.parent / "shared/data")
FOLDER = next(
    (Path(place) for place in _PLACES if place and (Path(place) / "mnist.npz").exists()), Path()
)
FILE = FOLDER / "mnist.npz"

needs_mnist = pytest.mark.skipif(
    not FILE.exists(), reason="mnist.npz lies neither in GAN_DATA_DIR nor in shared/data"
)
