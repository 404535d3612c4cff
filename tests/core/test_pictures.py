"""Pictures of one's own: named by what they are, kept in the store, brought to who trains."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS, pictures
from gan_core.datasets.example_pictures import example_pictures
from gan_core.runs import data, tables
from gan_core.runs.job import execute
from gan_core.runs.pictures import KEPT_SECONDS
from gan_core.runs.restored import restored
from gan_core.runs.store import Store, open_store
from gan_core.text import GanError
from gan_core.training import pool
from tests.checkpointed import checkpointed_run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own, where pictures are laid."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def noise(n: int = 20, side: int = 28, channels: int = 1, seed: int = 0) -> np.ndarray:
    shape = (n, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def ignore(fraction: float) -> None:
    pass


def configured(key: str, **more: object) -> RunConfig:
    return RunConfig.parse({"dataset": "pictures", "pictures": key, **more})


# ----------------------------------------------------------------------------- the key


def test_key_is_the_shape_and_the_hash_of_all_pixels() -> None:
    pixels = noise(side=32, channels=3)
    expected = hashlib.sha256(bytes(pixels.ravel().tolist())).hexdigest()
    assert pictures.key_of(pixels) == f"32x32x3-{expected}"
    assert len(pictures.key_of(pixels)) <= pictures.MAX_KEY_LENGTH
    assert pictures.key_of(pixels[::-1]) != pictures.key_of(pixels)
    assert pictures.shape_of(pictures.key_of(pixels)) == (32, 32, 3)
    assert configured(pictures.key_of(pixels)).items.dataset.shape == (32, 32, 3)


@pytest.mark.parametrize(
    "key",
    [
        "cats",
        "32x32x3",
        "32x28x3-" + "0" * 64,
        "30x30x3-" + "0" * 64,
        "28x28x2-" + "0" * 64,
        "28x28x1-" + "0" * 63,
        "28x28x1-" + "0" * 65,
        "28x28x1-" + "G" * 64,
        "28x28x1-" + "0" * 60 + "/../",
        "28x28x1-" + "0" * 64 + "\n",
    ],
)
def test_what_is_no_key_is_refused_with_the_way_to_get_one(key: str) -> None:
    with pytest.raises(GanError, match="names no pictures") as raised:
        configured(key)
    assert "pictures add FOLDER_OR_ZIP" in str(raised.value)


def test_packed_pictures_come_out_as_they_went_in() -> None:
    pixels = noise(side=32, channels=3)
    np.testing.assert_array_equal(pictures.unpack(pictures.pack(pixels)), pixels)


# ------------------------------------------------------------------------- the example


def test_example_is_there_before_there_are_pictures() -> None:
    dataset = DATASETS.get("pictures")
    assert dataset.where() == "included"
    samples = dataset.load()
    assert samples.shape == (1000, 32, 32, 3)
    assert samples.dtype == np.float32
    assert np.abs(samples).max() <= 1
    assert len(np.unique(samples.reshape(1000, -1), axis=0)) == 1000
    np.testing.assert_array_equal(dataset.load(5, seed=3), dataset.load(5, seed=3))


def test_example_has_shapes_in_colour_that_do_not_touch_the_edge() -> None:
    pixels = example_pictures().astype(int)
    corners = pixels[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == corners[:, :1]).mean() > 0.99, "the ground is of one colour"
    drawn = (pixels != pixels[:, :1, :1]).any(axis=-1).mean(axis=(1, 2))  # share of each picture
    assert drawn.min() > 0.02
    assert drawn.max() < 0.5
    assert (np.ptp(pixels, axis=-1) > 50).any(axis=(1, 2)).all(), "each has a colour"


# --------------------------------------------------------------------------- the store


def test_store_gives_back_what_was_added(store: Store) -> None:
    pixels = noise()
    key = store.pictures.add(pixels)
    assert key == pictures.key_of(pixels)
    assert store.pictures.holds(key)
    np.testing.assert_array_equal(pictures.unpack(store.pictures.data(key)), pixels)
    assert store.pictures.add(pixels) == key, "a second time is no harm"


def test_pictures_survive_on_postgresql(postgres_url: str, open_at: Callable[[str], Store]) -> None:
    store = open_at(postgres_url)
    key = store.pictures.add(noise())
    run_id = store.create_run(configured(key))
    make_older(store, 2 * KEPT_SECONDS)
    other = store.pictures.add(noise(seed=1))
    assert store.run(run_id).config.pictures == key
    assert store.pictures.holds(key)
    assert store.pictures.holds(other)


def test_run_on_pictures_that_nobody_brought_is_refused_at_once(store: Store) -> None:
    key = pictures.key_of(noise())
    with pytest.raises(GanError, match=rf"The pictures {key} are not in this store"):
        store.create_run(configured(key))
    assert store.runs() == []
    with pytest.raises(GanError, match="not in this store"):
        store.pictures.data(key)


def make_older(store: Store, seconds: float) -> None:
    with store._write() as db:
        db.execute(sa.update(tables.pictures).values(added=time.time() - seconds))


def test_pictures_that_no_run_uses_are_forgotten_in_the_end(store: Store) -> None:
    idle, used = store.pictures.add(noise(seed=1)), store.pictures.add(noise(seed=2))
    store.create_run(configured(used))
    make_older(store, KEPT_SECONDS - 60)
    store.pictures.add(noise(seed=3))
    assert store.pictures.holds(idle)
    make_older(store, KEPT_SECONDS + 60)
    latest = store.pictures.add(noise(seed=4))
    assert [store.pictures.holds(key) for key in (idle, used, latest)] == [False, True, True]


# ------------------------------------------------------------------ on the other machine


def test_machine_that_trains_gets_them_from_the_store_once(store: Store, home: Path) -> None:
    pixels = noise(side=32, channels=3)
    key = store.pictures.add(pixels)
    dataset = configured(key).items.dataset
    assert dataset.where() is None
    with pytest.raises(GanError, match="not on this computer"):
        dataset.load()
    data.prepare(dataset, store, ignore)
    assert dataset.where() == "cache"
    np.testing.assert_array_equal(dataset.load(), pixels.astype(np.float32) / 127.5 - 1)
    with store._write() as db:
        db.execute(tables.pictures.delete())
    data.prepare(dataset, store, ignore)
    assert [path.name for path in (home / ".gan_dojo" / "pictures").iterdir()] == [f"{key}.npz"]


@pytest.mark.parametrize("harm", ["cut off", "other pictures", "emptied"])
def test_copy_that_came_to_harm_is_brought_again(store: Store, home: Path, harm: str) -> None:
    pixels = noise()
    key = store.pictures.add(pixels)
    dataset = configured(key).items.dataset
    data.prepare(dataset, store, ignore)
    copy = home / ".gan_dojo" / "pictures" / f"{key}.npz"
    whole = copy.read_bytes()
    copy.write_bytes(
        {"cut off": whole[:-50], "other pictures": pictures.pack(noise(seed=1)), "emptied": b""}[
            harm
        ]
    )
    assert dataset.where() is None
    data.prepare(dataset, store, ignore)
    np.testing.assert_array_equal(dataset.load(), pixels.astype(np.float32) / 127.5 - 1)


def test_machine_that_only_looks_at_a_run_gets_them_too(store: Store, home: Path) -> None:
    key = store.pictures.add(noise())
    data.prepare(configured(key).items.dataset, store, ignore)
    run_id = checkpointed_run(store, dataset="pictures", pictures=key)
    pool._real_samples.cache_clear()
    (home / ".gan_dojo" / "pictures" / f"{key}.npz").unlink()
    with restored(store, run_id) as trainer:
        assert len(trainer.x_real) == len(noise())


def test_folder_that_cannot_be_written_is_explained(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    dataset = configured(store.pictures.add(noise())).items.dataset
    with pytest.raises(GanError, match=r"cannot be kept in .*Free some disk space"):
        data.prepare(dataset, store, ignore)


@pytest.mark.parametrize(("side", "channels"), [(28, 1), (28, 3), (32, 1), (32, 3)])
def test_run_trains_on_them(sqlite_url: str, side: int, channels: int) -> None:
    store = open_store(sqlite_url)
    key = store.pictures.add(noise(16, side, channels))
    run_id = store.create_run(
        configured(key, steps=2, batch_size=4, latent_dim=4, g_width=0.2, d_width=0.2)
    )
    assert execute(store.url, run_id) == "finished"
    run = store.run(run_id)
    assert run.facts["n_real"] == 16
    assert set(run.facts["x_real"]) == {"x_real"}
    assert store.record.latest_frame(run_id)


def test_run_says_so_when_the_store_has_lost_them(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    run_id = store.create_run(configured(store.pictures.add(noise())))
    with store._write() as db:
        db.execute(tables.pictures.delete())
    assert execute(store.url, run_id) == "failed"
    message = store.run(run_id).message
    assert message
    assert "are not in this store" in message.say()
