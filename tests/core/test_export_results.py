"""What came of a run, taken home: the table, the samples, the film."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_core import __main__ as shell
from gan_core.config import RunConfig
from gan_core.export import curves
from gan_core.export.curves import curves_csv
from gan_core.export.film import CAPTION, LARGER, LAST_MS, film_gif, samples_png
from gan_core.runs import frame
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import Pyramid
from gan_core.runs.store import Store
from gan_core.text import GanError
from gan_core.training.records import RECORD_FIELDS

DIGITS, POINTS = RunConfig.parse({}), RunConfig.parse({"dataset": "ring", "network": "mlp"})
N_STEPS = 20
FRAMED_AT = (1, 8, 20)


def shades(step: int) -> np.ndarray:
    """64 pictures, each of one shade, other ones at each step."""
    values = np.linspace(-1, 1, 64) * step / N_STEPS
    return np.broadcast_to(values[:, None, None, None], (64, 28, 28, 1)).astype(np.float32)


def records_until(n_steps: int) -> np.ndarray:
    fields = np.arange(len(RECORD_FIELDS)) / 8
    return (np.arange(1, n_steps + 1)[:, None] + fields).astype(np.float32)  # exact in float32


@pytest.fixture
def run_id(store: Store) -> str:
    """A run of pictures with records, three frames and one measure of quality."""
    holder, pyramid, records = holder_name(), Pyramid(len(RECORD_FIELDS)), records_until(N_STEPS)
    run_id, before = store.create_run(DIGITS, "a run", claimed_by=holder), 0
    for step in FRAMED_AT:
        store.append(
            run_id,
            holder,
            step=step,
            points=pyramid.add(records[before:step]),
            images_per_second=1.0,
            frame=frame.encode(shades(step), {}, DIGITS.items.dataset, {}),
            measures={"a": 0.5 * step},
        )
        before = step
    store.append_quality(run_id, holder, 8, {"frechet": 1.25})
    return run_id


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_table_has_every_step_and_what_was_measured_where_it_was(store: Store, run_id: str) -> None:
    rows = table(curves_csv(store, run_id))
    assert list(rows[0]) == ["step", *RECORD_FIELDS, "a", "frechet"]
    assert [int(row["step"]) for row in rows] == list(range(1, N_STEPS + 1))
    found = [[float(row[name]) for name in RECORD_FIELDS] for row in rows]
    assert np.array_equal(found, records_until(N_STEPS))
    assert {row["step"]: row["a"] for row in rows if row["a"]} == {
        "1": "0.5",
        "8": "4.0",
        "20": "10.0",
    }
    assert {row["step"]: row["frechet"] for row in rows if row["frechet"]} == {"8": "1.25"}


def test_table_of_a_long_run_has_means(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "MOST_ROWS", 5)
    rows = [row for row in table(curves_csv(store, run_id)) if row["d_loss"]]
    assert [int(row["step"]) for row in rows] == [4, 8, 12, 16, 20]
    assert [float(row["d_loss"]) for row in rows] == [2.5, 6.5, 10.5, 14.5, 18.5]


def test_table_of_a_run_that_has_not_begun_has_no_rows(store: Store) -> None:
    assert table(curves_csv(store, store.create_run(POINTS))) == []


def test_samples_are_the_latest(store: Store, run_id: str) -> None:
    picture = Image.open(io.BytesIO(samples_png(store, run_id)))
    expected = np.clip((shades(20)[:, 0, 0, 0] + 1) * 127.5, 0, 255).astype(np.uint8)
    assert np.array_equal(np.asarray(picture)[14::28, 14::28], expected.reshape(8, 8))


def test_film_shows_every_kept_step_in_order_and_rests_on_the_last(
    store: Store, run_id: str
) -> None:
    film: Any = Image.open(io.BytesIO(film_gif(store, run_id)))
    assert film.n_frames == len(FRAMED_AT)
    assert film.info["loop"] == 0
    for number, step in enumerate(FRAMED_AT):
        film.seek(number)
        assert film.size == (8 * 28 * LARGER, 8 * 28 * LARGER + CAPTION)
        expected = np.clip((shades(step)[:, 0, 0, 0] + 1) * 127.5, 0, 255).astype(np.uint8)
        shown = np.asarray(film.convert("L"))[28 : -CAPTION : 28 * LARGER, 28 :: 28 * LARGER]
        assert np.abs(shown.astype(int) - expected.reshape(8, 8)).max() <= 1
        assert (np.asarray(film.convert("L"))[-CAPTION:] > 128).any(), "the step is written below"
    assert film.info["duration"] == LAST_MS


@pytest.mark.parametrize("make", [samples_png, film_gif])
def test_without_pictures_the_error_says_so(store: Store, make: Any) -> None:
    with pytest.raises(GanError, match="ring 1 is of points, and has no pictures"):
        make(store, store.create_run(POINTS))
    with pytest.raises(GanError, match="has no pictures yet"):
        make(store, store.create_run(DIGITS))
    with pytest.raises(GanError, match="There is no run nobody"):
        make(store, "nobody")


@pytest.mark.parametrize(
    ("suffix", "begins"), [("csv", b"step,d_loss"), ("png", b"\x89PNG"), ("gif", b"GIF89a")]
)
def test_shell_writes_what_the_name_of_the_file_says(
    store: Store,
    run_id: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    begins: bytes,
) -> None:
    monkeypatch.setenv("GAN_STORE", store.url)
    file = tmp_path / f"run.{suffix}"
    assert shell.main(["export", run_id, "--to", str(file)]) == 0
    assert file.read_bytes().startswith(begins)
