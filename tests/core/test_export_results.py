"""What came of a run, taken home: the table, the samples, the film."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from gan_core import __main__ as shell
from gan_core.config import RunConfig
from gan_core.export import curves
from gan_core.export.curves import curves_csv
from gan_core.export.film import (
    CAPTION,
    FRAME_MS,
    LARGER,
    LAST_MS,
    film_gif,
    film_mp4,
    samples_png,
)
from gan_core.export.samples import samples_npz
from gan_core.runs import frame
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import Pyramid
from gan_core.runs.store import Store
from gan_core.runs.tensorboard_logs import tensorboard_zip
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
        store.record.append(
            run_id,
            holder,
            step=step,
            points=pyramid.add(records[before:step]),
            images_per_second=1.0,
            frame=frame.encode(shades(step), {}, DIGITS.items.dataset, {}),
            measures={"a": 0.5 * step},
        )
        before = step
    store.record.append_quality(run_id, holder, 8, {"frechet": 1.25})
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
    expected = np.rint((shades(20)[:, 0, 0, 0] + 1) * 127.5).astype(np.uint8)
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
        expected = np.rint((shades(step)[:, 0, 0, 0] + 1) * 127.5).astype(np.uint8)
        shown = np.asarray(film.convert("L"))[28 : -CAPTION : 28 * LARGER, 28 :: 28 * LARGER]
        assert np.abs(shown.astype(int) - expected.reshape(8, 8)).max() <= 1
        assert (np.asarray(film.convert("L"))[-CAPTION:] > 128).any(), "the step is written below"
    assert film.info["duration"] == LAST_MS


FAKE_FFMPEG = """\
#!/bin/sh
echo "$@" > {folder}/arguments
cat > {folder}/pictures
for film; do :; done
echo {says} >&2
echo film > "$film"
exit {code}
"""


def install_ffmpeg(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> None:
    """A program of that name that notes what it is given."""
    program = folder / "ffmpeg"
    program.write_text(FAKE_FFMPEG.format(folder=folder, says="no such codec", code=code))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_video_is_made_of_the_pictures_of_the_film(
    store: Store, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_ffmpeg(tmp_path, monkeypatch)
    assert film_mp4(store, run_id) == b"film\n"
    width, height = 8 * 28 * LARGER, 8 * 28 * LARGER + CAPTION
    assert width % 2 == height % 2 == 0, "4:2:0 has colours for every other pixel"
    arguments = (tmp_path / "arguments").read_text()
    assert f"-s {width}x{height} -r 10" in arguments
    assert "libx264 -pix_fmt yuv420p" in arguments
    pictures = np.fromfile(tmp_path / "pictures", np.uint8).reshape(-1, height, width, 3)
    assert len(pictures) == len(FRAMED_AT) - 1 + LAST_MS // FRAME_MS
    for picture, step in zip(pictures, FRAMED_AT, strict=False):
        expected = np.rint((shades(step)[:, 0, 0, 0] + 1) * 127.5).astype(np.uint8)
        shown = picture[28 : -CAPTION : 28 * LARGER, 28 :: 28 * LARGER]
        assert np.array_equal(shown, np.repeat(expected.reshape(8, 8, 1), 3, axis=2))


def test_video_is_an_mp4_that_lasts_as_long_as_the_film(
    store: Store, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    monkeypatch.setenv("PATH", str(tmp_path))
    film = tmp_path / "film.mp4"
    film.write_bytes(film_mp4(store, run_id))
    assert film.read_bytes()[4:8] == b"ftyp"
    n_pictures, seconds = imageio_ffmpeg.count_frames_and_secs(film)
    assert n_pictures == len(FRAMED_AT) - 1 + LAST_MS // FRAME_MS
    assert seconds == pytest.approx(n_pictures * FRAME_MS / 1000, abs=0.01)


def test_what_keeps_ffmpeg_from_it_is_said(
    store: Store, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GanError, match="Install it, or take the GIF"):
        film_mp4(store, run_id)
    install_ffmpeg(tmp_path, monkeypatch, code=1)
    with pytest.raises(GanError, match="no such codec"):
        film_mp4(store, run_id)


def test_arrays_hold_the_latest_samples_and_earlier_ones(store: Store, run_id: str) -> None:
    arrays = np.load(io.BytesIO(samples_npz(store, run_id)), allow_pickle=False)
    assert arrays["x_fake"].dtype == np.float32
    assert arrays["steps"].tolist() == list(FRAMED_AT)
    assert arrays["step"] == N_STEPS
    expected = np.stack([shades(step) for step in FRAMED_AT])
    assert arrays["x_fake_at_steps"].shape == expected.shape
    assert np.abs(arrays["x_fake_at_steps"] - expected).max() <= 0.51 / 127.5
    assert np.array_equal(arrays["x_fake"], arrays["x_fake_at_steps"][-1])
    assert np.abs(arrays["x_fake"]).max() <= 1


def test_arrays_stand_by_their_own_steps_though_frames_give_way_meanwhile(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = FRAMED_AT[-1]
    listed = [*FRAMED_AT, gone + 1, gone + 2]  # as read just before the last two gave way
    monkeypatch.setattr(store.record, "frame_steps", lambda run_id: listed)
    arrays = np.load(io.BytesIO(samples_npz(store, run_id)), allow_pickle=False)
    assert arrays["steps"].tolist() == list(FRAMED_AT)
    assert arrays["step"] == gone
    assert len(arrays["x_fake_at_steps"]) == len(FRAMED_AT)


def test_arrays_have_the_pixels_of_each_picture_in_their_places(store: Store) -> None:
    holder, config = holder_name(), RunConfig.parse({"dataset": "cifar10"})
    colours = np.random.default_rng(0).uniform(-1, 1, (64, 32, 32, 3)).astype(np.float32)
    run_id = store.create_run(config, claimed_by=holder)
    shown = frame.encode(colours, {}, config.items.dataset, {})
    store.record.append(run_id, holder, step=1, points={}, images_per_second=1.0, frame=shown)
    arrays = np.load(io.BytesIO(samples_npz(store, run_id)))
    assert np.abs(arrays["x_fake"] - colours).max() <= 0.51 / 127.5


def test_arrays_of_points_mark_what_is_no_number(store: Store) -> None:
    holder, run_id = holder_name(), ""
    points = np.random.default_rng(0).normal(size=(frame.N_POINTS, 2)).astype(np.float32)
    points[-1] = np.inf
    run_id = store.create_run(POINTS, claimed_by=holder)
    shown = frame.encode(points, {}, POINTS.items.dataset, {})
    store.record.append(run_id, holder, step=1, points={}, images_per_second=1.0, frame=shown)
    x_fake = np.load(io.BytesIO(samples_npz(store, run_id)))["x_fake"]
    assert np.abs(x_fake[:-1] - points[:-1]).max() < 1e-4
    assert np.isnan(x_fake[-1]).all()


def test_without_samples_there_are_no_arrays(store: Store) -> None:
    with pytest.raises(GanError, match="has no samples yet"):
        samples_npz(store, store.create_run(POINTS))


def test_log_holds_every_curve_and_the_pictures(store: Store, run_id: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(tensorboard_zip(store, run_id))) as files:
        [name] = files.namelist()
        assert name.startswith(f"{run_id}/events.out.tfevents.")
        files.extract(name, tmp_path)
    written = tf.data.TFRecordDataset(str(tmp_path / name))  # checks every checksum
    events = [tf.compat.v1.Event.FromString(each.numpy()) for each in written]
    assert events[0].file_version == "brain.Event:2"
    logged: dict[str, list[Any]] = {}
    for event in events:
        for value in event.summary.value:
            found = value.image.encoded_image_string or value.simple_value
            logged.setdefault(value.tag, []).append((event.step, found))
    steps = range(1, N_STEPS + 1)
    for tag, values in zip(RECORD_FIELDS, records_until(N_STEPS).T.tolist(), strict=True):
        assert logged.pop(tag) == list(zip(steps, values, strict=True))
    assert logged.pop("images_per_second") == [(step, 1.0) for step in FRAMED_AT]
    assert logged.pop("a") == [(step, 0.5 * step) for step in FRAMED_AT]
    assert logged.pop("frechet") == [(8, 1.25)]
    pictures = logged.pop("samples")
    assert [step for step, _ in pictures] == list(FRAMED_AT)
    assert pictures[-1][1] == samples_png(store, run_id)
    assert not logged
    times = [event.wall_time for event in events]
    assert store.run(run_id).created == times[0] <= max(times) < times[0] + 60


@pytest.mark.parametrize("make", [samples_png, film_gif, film_mp4])
def test_without_pictures_the_error_says_so(store: Store, make: Any) -> None:
    with pytest.raises(GanError, match="ring 1 is of points, and has no pictures"):
        make(store, store.create_run(POINTS))
    with pytest.raises(GanError, match="has no pictures yet"):
        make(store, store.create_run(DIGITS))
    with pytest.raises(GanError, match="There is no run nobody"):
        make(store, "nobody")


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [
        ("csv", b"step,d_loss"),
        ("npz", b"PK"),
        ("png", b"\x89PNG"),
        ("gif", b"GIF89a"),
        ("tensorboard.zip", b"PK"),
        ("ipynb", b"{"),
        ("py", b"# a run"),
    ],
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


def test_a_notebook_is_not_asked_for_beside_another_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        shell.main(["export", "any", "--notebook", "--to", "losses.csv"])
    assert "not allowed with argument --notebook" in capsys.readouterr().err


def test_file_whose_name_says_nothing_is_refused(
    store: Store,
    run_id: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GAN_STORE", store.url)
    file = tmp_path / "film.webm"
    assert shell.main(["export", run_id, "--to", str(file)]) != 0
    assert "film.webm" in capsys.readouterr().err
    assert not file.exists()
    assert shell.main(["export", run_id, "--to", str(tmp_path / "my_pictures.npz")]) == 0
