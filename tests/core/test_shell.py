"""The commands of `python -m gan_core`, run as a person runs them: in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from gan_core.config import RunConfig
from gan_core.datasets import DATASETS
from gan_core.doctor import Check, check_data, check_engine, check_store
from gan_core.image_measures import MEASURES
from gan_core.image_measures.neighbours import verdict
from gan_core.losses import LOSSES
from gan_core.presets import PRESETS
from gan_core.runs.claims import holder_name
from gan_core.runs.engines import Engine
from gan_core.runs.store import Store, open_store
from gan_core.text import GanError
from gan_core.training.records import RECORD_FIELDS
from tests.checkpointed import STEP as CHECKPOINTED_AT
from tests.checkpointed import checkpointed_run

ROOT = Path(__file__).parents[2]
TINY = ("--preset", "ring_mlp", "--set", "g_hidden_units=8", "d_hidden_units=8", "batch_size=16")
Outcome = tuple[int, str, str]
EXPLODING = (
    "g_learning_rate=1",
    "d_learning_rate=1",
    "loss=least_squares",
    "g_hidden_layers=5",
    "d_hidden_layers=5",
)


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start `python -m gan_core …`."""
    return subprocess.Popen(
        [sys.executable, "-m", "gan_core", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> Outcome:
    """Wait for the process; return (exit code, standard output, standard error)."""
    out, err = process.communicate(timeout=200)
    return process.returncode, out, err


def shell(*arguments: str, **environment: str) -> Outcome:
    """Run `python -m gan_core …`."""
    return outcome(start(*arguments, **environment))


def last_json(out: str) -> dict[str, Any]:
    """What `--json` promises: one object on the last line."""
    return dict(json.loads(out.splitlines()[-1]))


def losses(store: Store, run_id: str) -> np.ndarray:
    """(steps, 2) as the store has them."""
    return store.record.curve(run_id, 0, len(RECORD_FIELDS))[1][:, :2]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('shell') / 'store.sqlite3'}"


@pytest.fixture(scope="module")
def store(url: str) -> Store:
    return open_store(url)


@pytest.fixture(scope="module")
def no_tensorflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH in which TensorFlow and Keras are broken: importing them shows."""
    folder = tmp_path_factory.mktemp("broken")
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text("raise ImportError('broken on purpose')")
    return folder


# -------------------------------------------------------------------------------------- train


@pytest.fixture(scope="module")
def ended(url: str) -> dict[str, Outcome]:
    """One run that finishes and one that diverges, side by side."""
    runs = {
        "finished": start(
            "train", *TINY, "--steps", "300", "--name", "My first", "--json", GAN_STORE=url
        ),
        "diverged": start("train", *TINY, *EXPLODING, "--json", GAN_STORE=url),
    }
    return {status: outcome(process) for status, process in runs.items()}


@pytest.mark.slow
def test_a_finished_run_reports_its_last_losses(ended: dict[str, Outcome], store: Store) -> None:
    code, out, _ = ended["finished"]
    report = last_json(out)
    assert code == 0
    assert list(report) == ["run", "status", "step", "d_loss", "g_loss", "images_per_second"]
    assert (report["status"], report["step"]) == ("finished", 300)
    recorded = losses(store, report["run"])
    assert len(recorded) == 300
    assert [report["d_loss"], report["g_loss"]] == recorded[-1].tolist()


@pytest.mark.slow
def test_a_finished_run_is_in_the_store_and_nobody_waits_for_it(
    ended: dict[str, Outcome], store: Store
) -> None:
    run = store.run(last_json(ended["finished"][1])["run"])
    assert (run.name, run.status, run.config.g_hidden_units) == ("My first", "finished", 8)
    assert run.id not in [waiting.id for waiting in store.claims.wanting_worker()]


@pytest.mark.slow
def test_a_finished_run_goes_on(ended: dict[str, Outcome], store: Store, url: str) -> None:
    run_id = last_json(ended["finished"][1])["run"]
    code, out, _ = shell("continue", run_id, "--steps", "20", "--json", GAN_STORE=url)
    report = last_json(out)
    assert (code, report["run"], report["status"], report["step"]) == (0, run_id, "finished", 320)
    assert len(losses(store, run_id)) == store.controls.config_now(run_id).steps == 320


def test_without_a_terminal_there_is_no_bar_and_little_noise(ended: dict[str, Outcome]) -> None:
    _, out, err = ended["finished"]
    assert len(out.splitlines()) == 1
    assert len(err.splitlines()) < 10


def test_a_diverged_run_fails_and_keeps_its_records(
    ended: dict[str, Outcome], store: Store
) -> None:
    code, out, err = ended["diverged"]
    report = last_json(out)
    assert (code, report["status"]) == (1, "diverged")
    assert "learning rate ten times smaller" in err.replace("\n", " ")
    recorded = losses(store, report["run"])
    assert len(recorded) == report["step"] > 0
    assert np.isfinite(recorded).all()
    assert report["g_loss"] == recorded[-1, 1]


@pytest.mark.slow
def test_ctrl_c_stops_the_run_and_reports(url: str, store: Store) -> None:
    known = {run.id for run in store.runs()}
    process = start("train", *TINY, "--steps", "1000000", GAN_STORE=url)
    run_id = _new_run_that_trains(store, known, process)
    process.send_signal(signal.SIGINT)
    code, out, _ = outcome(process)
    assert code == 0
    assert f"({run_id}): stopped after" in out
    assert store.run(run_id).status == "stopped"


def _new_run_that_trains(store: Store, known: set[str], process: subprocess.Popen[str]) -> str:
    """Wait until a run that is not `known` has taken steps."""
    while process.poll() is None:
        for run in store.runs():
            if run.id not in known and run.step > 0:
                return run.id
        time.sleep(0.1)
    pytest.fail(f"It ended too early: {process.communicate()}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--preset", "nope"), "There is no preset called 'nope'. Choose one of: digits_dcgan"),
        ((*TINY, "--steps", "0"), "steps = 0 is not allowed. Allowed: a whole number from 1 to"),
        ((*TINY, "--steps", "many"), "steps = many is not allowed."),
        ((*TINY, "d_learning_rate=nan"), "d_learning_rate = nan is not allowed. Allowed: a number"),
        ((*TINY, "loss=wrong"), "loss = wrong is not allowed. Allowed: one of non_saturating"),
        ((*TINY, "network=dcgan"), "Choose network = mlp."),
        ((*TINY, "speed=1"), "There is no setting called speed. There are: family"),
        ((*TINY, "steps"), "--set = steps is not allowed. Allowed: KEY=VALUE."),
        ((*TINY, "--name", "n" * 81), "A run's name has 1 to 80 characters; this one has 81."),
        ((), "--preset"),
        ((*TINY, "--gpu"), "unrecognized arguments: --gpu"),
    ],
)
def test_bad_input_is_named_before_tensorflow_is_imported(
    arguments: tuple[str, ...], message: str, url: str, store: Store, no_tensorflow: Path
) -> None:
    known = len(store.runs())
    code, out, err = shell("train", *arguments, GAN_STORE=url, PYTHONPATH=str(no_tensorflow))
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert len(store.runs()) == known


def test_a_store_that_cannot_be_opened_is_bad_input(tmp_path: Path) -> None:
    code, _, err = shell("train", *TINY, GAN_STORE=unwritable(tmp_path))
    assert code == 2
    assert "GAN_STORE" in err


def test_a_store_address_with_a_slip_is_bad_input_and_keeps_its_password() -> None:
    code, out, err = shell("train", *TINY, GAN_STORE="postgresql://me:secret@host:port/runs")
    assert (code, out) == (2, "")
    assert "postgresql://me:***@host:port/runs" in err
    assert "secret" not in err


def test_without_tensorflow_a_run_fails_with_a_reason(
    url: str, store: Store, no_tensorflow: Path
) -> None:
    code, out, err = shell("train", *TINY, "--json", GAN_STORE=url, PYTHONPATH=str(no_tensorflow))
    report = last_json(out)
    assert (code, report["status"], report["d_loss"]) == (1, "failed", None)
    assert "broken on purpose" in err
    assert store.run(report["run"]).status == "failed"


# ------------------------------------------------------------------------------------ measure


@pytest.mark.slow
def test_measures_stand_beside_their_floors(url: str, store: Store, no_tensorflow: Path) -> None:
    of_digits, of_points = checkpointed_run(store), checkpointed_run(store, dataset="ring")
    commands = {
        "text": start("measure", of_digits, GAN_STORE=url),
        "json": start("measure", of_digits, "--json", GAN_STORE=url),
        "points": start("measure", of_points, GAN_STORE=url),
        "broken": start("measure", of_digits, GAN_STORE=url, PYTHONPATH=str(no_tensorflow)),
    }
    ended = {name: outcome(process) for name, process in commands.items()}
    found = last_json(ended["json"][1])
    assert (found["step"], found["n"], "shown" in found) == (CHECKPOINTED_AT, 898, False)
    code, out, _ = ended["text"]
    lines = out.splitlines()
    assert (code, lines[0]) == (0, f"step {CHECKPOINTED_AT}, n = 898")
    for line, measure in zip(lines[1:], MEASURES, strict=False):
        value, floor = found["measures"][measure.name]
        assert line.startswith(measure.title)
        assert line.endswith(f"{value:.4g}  (real: {floor:.4g}; {measure.better} is better)")
    assert [line.count("%") for line in lines[-3:-1]] == [10, 10], "a share of each class"
    assert lines[-1] == verdict(found["copies"]).say()
    assert (ended["points"][0], ended["broken"][0]) == (2, 1)
    assert "makes points, not pictures" in ended["points"][2]
    assert "broken on purpose" in ended["broken"][2]


# --------------------------------------------------------------------------------------- list


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("presets", "ring_mlp"),
        ("datasets", "fashion_mnist"),
        ("losses", "f_divergence"),
        ("penalties", "gradient_penalty"),
        ("networks", "dcgan_small"),
        ("families", "gan"),
        ("metrics", "modes_covered"),
        ("measures", "kid"),
    ],
)
def test_list_names_every_item_without_tensorflow(
    kind: str, name: str, no_tensorflow: Path
) -> None:
    code, out, _ = shell("list", kind, "--json", PYTHONPATH=str(no_tensorflow))
    items = json.loads(out)
    assert code == 0
    assert name in [item["name"] for item in items]
    assert all(item["title"] and item["help"] for item in items)


def test_list_of_losses_and_penalties_has_their_formulas() -> None:
    losses = json.loads(shell("list", "losses", "--json")[1])
    for item in losses:
        loss = LOSSES.get(item["name"])
        assert item["discriminator_formula"] == loss.discriminator_formula
        assert item["generator_formula"] == loss.generator_formula
        assert item["reference"] == loss.reference
    penalties = json.loads(shell("list", "penalties", "--json")[1])
    assert all(item["formula"] for item in penalties if item["name"] != "none")


def test_list_is_aligned_for_people() -> None:
    code, out, _ = shell("list", "presets")
    assert code == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    titles = [preset.title for preset in PRESETS.values()]
    assert len({line.index(title) for line, title in zip(lines, titles, strict=True)}) == 1


def test_list_rejects_an_unknown_kind() -> None:
    code, _, err = shell("list", "planets")
    assert code == 2
    assert "planets" in err


def test_list_imports_neither_tensorflow_nor_keras() -> None:
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gan_core", "list", "datasets"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.split("|")[-1].strip().split(".")[0] for line in process.stderr.splitlines()}
    assert "gan_core" in imported
    assert not imported & {"tensorflow", "keras", "streamlit", "distributed"}


# ------------------------------------------------------------------------------------- doctor


def unwritable(folder: Path) -> str:
    """URL of a store that not even root can write: a file is where its folder should be."""
    (folder / "file").touch()
    return f"sqlite:///{folder / 'file' / 'store.sqlite3'}"


@pytest.mark.slow
def test_the_doctor_finds_this_machine_healthy(url: str, tmp_path: Path) -> None:
    code, out, _ = shell(
        "doctor", "--json", GAN_STORE=url, GAN_DATA_DIR="", KERAS_HOME=str(tmp_path)
    )
    checks = {check["name"]: check for check in json.loads(out)}
    assert code == 0
    assert all(set(check) == {"name", "status", "detail", "advice"} for check in checks.values())
    assert all(bool(check["advice"]) == (check["status"] != "ok") for check in checks.values())
    assert "no XLA" in checks["convolutional"]["detail"]
    assert checks["dense"]["status"] == checks["store"]["status"] == "ok"
    assert checks["data mnist"]["status"] == "warning"  # nothing in the empty cache


def test_the_doctor_survives_whatever_is_broken(tmp_path: Path, no_tensorflow: Path) -> None:
    code, out, err = shell(
        "doctor",
        GAN_STORE=unwritable(tmp_path),
        GAN_DATA_DIR=str(tmp_path / "missing"),
        PYTHONPATH=str(no_tensorflow),
    )
    assert (code, err) == (1, "")
    for name in ("tensorflow", "devices", "store", "engine", "data mnist", "data fashion_mnist"):
        assert f"problem  {name}" in out
    for advice in ("pip install", "name another one in GAN_STORE", "Correct it or unset it."):
        assert advice in out
    for name in ("python", "data digits", "data ring"):
        assert f"ok       {name}" in out


def examined(name: str) -> Check:
    return check_data(name, dataset=DATASETS.get(name))


def test_data_is_found_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GAN_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    cached = tmp_path / "datasets" / "mnist.npz"
    cached.write_bytes(b"a download that was cut off")
    assert examined("mnist").status == "warning"
    with cached.open("r+b") as file:
        file.truncate(11_490_434)
    assert examined("mnist").detail == "has been downloaded before"

    monkeypatch.setenv("GAN_DATA_DIR", str(tmp_path))
    np.savez(tmp_path / "fashion_mnist.npz", x_train=np.zeros((2, 28, 28), np.uint8))
    assert examined("fashion_mnist").detail == "lies in the folder GAN_DATA_DIR"
    (tmp_path / "mnist.npz").write_bytes(b"not an archive")
    with pytest.raises(ValueError, match=r"mnist\.npz cannot be read \(it is no archive\)"):
        examined("mnist")


def test_waiting_runs_without_an_engine_are_worth_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    monkeypatch.setenv("GAN_STORE", url)
    open_store(url).create_run(RunConfig.parse({}))
    check = check_engine("engine")
    assert check.status == "warning"
    assert "python app.py" in check.advice


@pytest.mark.slow
def test_the_doctor_notices_an_engine_without_a_cluster_and_senseless_slots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    monkeypatch.setenv("GAN_STORE", url)
    open_store(url).engines.seen(Engine(holder_name(), 2, "alone", None))
    check = check_engine("engine")
    assert (check.status, "GAN_SCHEDULER" in check.advice) == ("problem", True)
    monkeypatch.setenv("GAN_SLOTS", "0")
    with pytest.raises(GanError, match="GAN_SLOTS = 0 is not allowed"):
        check_engine("engine")


def test_the_doctor_notices_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    monkeypatch.setenv("GAN_STORE", url)
    store = open_store(url)
    assert check_store("store").status == "ok"
    assert not store.pictures.holds("probe")
    sa.event.listen(
        store._database.engine,
        "checkout",
        lambda connection, *_: connection.execute("PRAGMA max_page_count=1"),  # or what it has
    )
    with pytest.raises(GanError, match="disk is full"):
        check_store("store")


def test_pictures_are_added_and_trained_on(tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "shapes"
    folder.mkdir()
    for i in range(16):
        Image.new("RGB", (30 + i, 40), (16 * i, 0, 255 - 16 * i)).save(folder / f"{i:02}.png")
    (folder / "notes.txt").write_text("no picture")
    home = {"GAN_STORE": f"sqlite:///{tmp_path / 'store.sqlite3'}", "HOME": str(tmp_path)}
    code, out, err = shell("pictures", "add", str(folder), "--side", "28", "--json", **home)
    assert code == 0
    facts = json.loads(out)
    assert (facts["n"], facts["skipped"]) == (16, 1)
    assert facts["pictures"].startswith("28x28x3-")
    assert err.startswith("notes.txt: no picture that can be read here")
    code, out, _ = shell("pictures", "add", str(folder), "--side", "28", "--grey", **home)
    assert code == 0
    assert out.splitlines()[1].startswith("pictures=28x28x1-")
    settings = (f"pictures={facts['pictures']}", "batch_size=4", "g_width=0.2", "d_width=0.2")
    trained = ("train", "--preset", "pictures_dcgan", "--steps", "2", "--json", "--set", *settings)
    code, out, err = shell(*trained, **home)
    assert (code, last_json(out)["status"]) == (0, "finished"), err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("add", "/no/such/folder"), "/no/such/folder cannot be read (No such file or directory)."),
        (("add", ".", "--side", "64"), "side = 64 is not allowed. Allowed: one of 28, 32."),
        (("add", "assets/locale"), "At least 16 pictures are needed, and only 0 can be used."),
    ],
)
def test_what_cannot_be_added_is_explained(
    tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    store = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    code, out, err = shell("pictures", *arguments, GAN_STORE=store)
    assert (code, out) == (2, "")
    assert err.startswith(complaint)
    assert not list(tmp_path.iterdir())
