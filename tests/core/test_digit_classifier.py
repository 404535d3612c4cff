"""The shipped digit classifier: knows its digits, and can be made again."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from gan_core.datasets import DATASETS, scale_to_tanh
from gan_core.training import digit_classifier
from gan_core.training.checkpoint import unpack
from gan_core.training.digit_classifier import N_BUNDLED_HELD_OUT, N_FEATURES, WEIGHTS, look_at
from tests import mnist


def test_it_reads_bundled_digits_that_it_has_not_seen() -> None:
    x, y = DATASETS.get("digits").load(), load_digits().target
    read = look_at(x[-N_BUNDLED_HELD_OUT:]).classes
    assert np.mean(read == y[-N_BUNDLED_HELD_OUT:]) > 0.97


@mnist.needs_mnist
def test_it_reads_mnist_digits_that_it_has_not_seen() -> None:
    with np.load(mnist.FILE) as arrays:
        x, y = scale_to_tanh(arrays["x_test"]), arrays["y_test"]
    assert np.mean(look_at(x).classes == y) > 0.99


def test_features_are_numbers_whatever_the_pictures() -> None:
    x = DATASETS.get("digits").load(4)
    x[0], x[1, 0], x[2, 0] = np.nan, np.inf, -np.inf
    seen = look_at(x)
    assert seen.features.shape == (4, N_FEATURES)
    assert seen.features.dtype == np.float32
    assert np.isfinite(seen.features).all()


def test_each_picture_is_looked_at_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    x = DATASETS.get("digits").load(7)
    together = look_at(x)
    monkeypatch.setattr(digit_classifier, "AT_ONCE", 3)
    apart = look_at(x)
    np.testing.assert_allclose(apart.features, together.features, atol=1e-5)
    assert np.array_equal(apart.classes, together.classes)


def test_the_shipped_file_is_small_and_needs_no_pickle() -> None:
    assert WEIGHTS.stat().st_size < 1e6
    shipped = unpack(WEIGHTS.read_bytes())
    assert [array.shape for array in shipped.values()] == [
        tuple(weight.shape) for weight in digit_classifier.build().weights
    ]


@pytest.mark.slow
def test_it_can_be_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = DATASETS.get("digits").load(), load_digits().target
    pixels = np.rint((x[..., 0] + 1) * 127.5).astype(np.uint8)
    data = tmp_path / "mnist.npz"
    np.savez(data, x_train=pixels[:600], y_train=y[:600], x_test=pixels[600:], y_test=y[600:])
    made = tmp_path / "models" / "made.npz"
    monkeypatch.setattr(digit_classifier, "WEIGHTS", made)
    monkeypatch.setattr(digit_classifier, "EPOCHS", 2)
    monkeypatch.setattr(digit_classifier, "COPIES_OF_BUNDLED", 1)
    monkeypatch.setattr(sys, "argv", ["digit_classifier", str(data)])
    digit_classifier.main()
    assert "'mnist': 0." in capsys.readouterr().out
    assert np.mean(look_at(x).classes == y) > 0.6  # from the file just made
