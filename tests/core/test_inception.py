"""Inception-v3's features, with random weights: ImageNet's are not to be had in a test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_core.datasets import DATASETS
from gan_core.image_measures.frechet import frechet_distance
from gan_core.text import GanError
from gan_core.training import inception


@pytest.fixture(scope="module")
def network() -> Any:
    return inception.build(None)


@pytest.fixture(autouse=True)
def _forgets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    inception.inception.cache_clear()
    yield
    inception.inception.cache_clear()


def test_features_of_grey_and_of_the_same_in_colour(network: Any) -> None:
    grey = DATASETS.get("digits").load(3)
    features = inception.features(grey, network)
    assert features.shape == (3, inception.N_FEATURES)
    colour = np.repeat(grey, 3, axis=-1)
    np.testing.assert_allclose(inception.features(colour, network), features, atol=1e-5)


def test_distance_of_pictures_from_themselves_is_zero(network: Any) -> None:
    features = inception.features(DATASETS.get("digits").load(4), network)
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-6)
    other = inception.features(np.ones((4, 32, 32, 3), np.float32), network)
    assert frechet_distance(features, other) > 0


def test_broken_pictures_have_features(network: Any) -> None:
    assert np.isfinite(inception.features(np.full((1, 28, 28, 1), np.nan), network)).all()


def test_without_internet_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(address: object, timeout: float) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(GanError, match=r"FID is not available here, because .*no route to host"):
        inception.inception()


def test_weights_of_ones_own_that_cannot_be_read_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / inception.FILE).write_bytes(b"no weights")
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    with pytest.raises(GanError, match="FID is not available here"):
        inception.inception()


def test_weights_in_the_data_folder_are_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / inception.FILE).touch()
    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    asked: list[str] = []
    monkeypatch.setattr(inception, "build", asked.append)
    inception.inception()
    assert asked == [str(tmp_path / inception.FILE)]
