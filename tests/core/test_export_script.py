"""A run as a program of its own: it runs without this project and finds the same losses."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_core import __main__ as shell
from gan_core.config import RunConfig
from gan_core.datasets import DATASETS, Dataset, keras_files, scale_to_tanh
from gan_core.export.data_code import PICTURES_FILE
from gan_core.export.loss_code import loss_code
from gan_core.export.own_pictures import pictures_npz
from gan_core.export.program import (
    N_COMPARED,
    program,
    program_of,
    refuse_what_cannot_be_exported,
)
from gan_core.export.script import notebook, script
from gan_core.export.training_code import loop_code
from gan_core.losses import LOSSES
from gan_core.penalties import PENALTIES
from gan_core.runs.claims import holder_name
from gan_core.runs.job import execute
from gan_core.runs.record import Record
from gan_core.runs.store import Store, open_store
from gan_core.text import GanError
from gan_core.training.records import RECORD_FIELDS
from gan_core.training.trainer import Trainer
from pages.parts.prose import translator
from tests.chinese import slips
from tests.races import races_during
from tests.tiny import TINY_POINTS

# Of Keras, which makes arrays of TensorFlow's tensors, whose __array__ is an old one.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

STEPS = 6
LABELLED = [dataset for dataset in DATASETS if dataset.labels]
PICTURES: dict[str, Any] = {"batch_size": 4, "latent_dim": 8, "precision": "float32"}
EVERYTHING: dict[str, Any] = {
    "spectral_norm": True,
    "packing": 2,
    "instance_noise": 0.1,
    "ema_decay": 0.9,
    "d_steps": 2,
    "g_steps": 3,
    "weight_clip": 0.5,
    "penalty": "r1_r2",
    "d_optimizer": "sgd",
    "g_optimizer": "rmsprop",
    "noise": "uniform",
    "label_smoothing": 0.1,
}
TOLD: dict[str, Any] = {
    "dataset": "cifar10",
    "conditional": True,
    "network": "mlp",
    "penalty": "gradient_penalty",
    "d_steps": 2,
    "g_steps": 2,
    "rate_schedule": "cosine",
    "augmentation": True,
}
FORMULAS = {"loss": "custom", "d_formula": "softplus(-real) + fake**2", "g_formula": "-tanh(fake)"}


def config_of(settings: dict[str, Any]) -> RunConfig:
    return RunConfig.parse({"steps": STEPS, "seed": 3, **settings})


def written(store: Store, settings: dict[str, Any]) -> str:
    return script(program(store, store.create_run(config_of(settings))))


def losses_of_run(config: RunConfig) -> np.ndarray:
    """The records (steps, 5) of the run itself."""
    dataset = config.items.dataset
    labels = dataset.labels() if config.conditional and dataset.labels else None
    return Trainer(config, dataset.load(seed=config.seed), labels=labels).run(config.steps)


def losses_of_program() -> np.ndarray:
    """The records (steps, 5) that a program has left behind in this folder."""
    table = np.genfromtxt("losses.csv", delimiter=",", names=True)
    assert table.dtype.names
    return np.stack([table[name] for name in table.dtype.names[1:]], axis=1).astype(np.float32)


def data_of_program(config: RunConfig, file: str = "") -> dict[str, Any]:
    """What the program of these settings has made when it comes to its networks."""
    names: dict[str, Any] = {}
    for section in program_of(config, "").sections[:2]:
        exec(section.code.replace('DATA_FILE = ""', f"DATA_FILE = {file!r}"), names)
    return names


def lay_pictures(store: Store, config: RunConfig) -> None:
    """Put the pictures beside the program, where it reads some."""
    if config.dataset == "pictures":
        Path(PICTURES_FILE).write_bytes(pictures_npz(store, store.create_run(config)))


@pytest.fixture(autouse=True)
def _a_folder_to_write_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _precision_of_its_own() -> Iterator[None]:
    """A program sets it for all that comes after."""
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture(autouse=True)
def _small_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Keras downloads, in the shapes of the real data: for the run and for its program."""
    monkeypatch.setattr(keras_files, "check_that_it_answers", lambda host: None)
    for name, picture, label in (
        ("mnist", (28, 28), ()),
        ("fashion_mnist", (28, 28), ()),
        ("cifar10", (32, 32, 3), (1,)),
    ):
        rng = np.random.default_rng(len(name))
        pixels = rng.integers(256, size=(20, *picture), dtype=np.uint8)
        labels = rng.integers(10, size=(20, *label), dtype=np.uint8)
        halves = ((pixels, labels), (pixels[::-1], labels[::-1]))
        monkeypatch.setattr(f"keras.datasets.{name}.load_data", lambda halves=halves: halves)


@pytest.mark.slow
def test_program_runs_where_this_project_cannot_be_imported(store: Store) -> None:
    Path("program.py").write_text(written(store, TINY_POINTS), "utf-8")
    subprocess.run([sys.executable, "-I", "program.py"], check=True, capture_output=True)
    np.testing.assert_array_equal(losses_of_program(), losses_of_run(config_of(TINY_POINTS)))


GAMES: dict[str, dict[str, Any]] = {
    "told of classes": {**PICTURES, **TOLD},
    "every constraint": {**TINY_POINTS, **EVERYTHING},
    "WGAN-GP": {
        **TINY_POINTS,
        "rate_schedule": "linear",
        "loss": "wasserstein",
        "penalty": "gradient_penalty",
        "d_steps": 5,
    },
    "kinds and numbers to read": {
        **PICTURES,
        "family": "infogan",
        "penalty": "r1",
        "spectral_norm": True,
        "d_steps": 2,
        "g_steps": 2,
        "ema_decay": 0.9,
        "instance_noise": 0.1,
    },
    "kinds to read": {**TINY_POINTS, "family": "infogan", "n_kinds": 3, "n_codes": 0},
    "numbers to read": {**TINY_POINTS, "family": "infogan", "n_kinds": 0, "code_weight": 0.3},
    "hinge": {**TINY_POINTS, "loss": "hinge", "spectral_norm": True, "dataset": "moons"},
    "typed": {**TINY_POINTS, **FORMULAS, "dataset": "text", "text": "GAN"},
    "bfloat16": {**TINY_POINTS, "spectral_norm": True, "precision": "bfloat16"},
    "pictures": PICTURES,
    "pictures, full size": {**PICTURES, "network": "dcgan", "g_width": 0.2, "d_width": 0.2},
    "own pictures, layer norm": {
        **PICTURES,
        "dataset": "pictures",
        "g_norm": "layer",
        "d_norm": "layer",
    },
    "pictures, every constraint": {**PICTURES, **EVERYTHING},
}


@pytest.mark.slow
@pytest.mark.parametrize("settings", GAMES.values(), ids=GAMES)
def test_program_finds_the_very_losses_of_the_run(store: Store, settings: dict[str, Any]) -> None:
    config, source = config_of(settings), written(store, settings)
    assert "gan_core" not in source
    assert ("done" in source) == (config.rate_schedule != "constant")
    assert ("augmented" in source) == config.augmentation
    lay_pictures(store, config)
    exec(source, {})
    # Convolutions on several threads add up in an order that differs from time to time.
    tolerance = 1e-3 if config.items.network.convolutional else 0.0
    np.testing.assert_allclose(losses_of_program(), losses_of_run(config), rtol=tolerance)


@pytest.mark.parametrize("penalty", PENALTIES.names())
def test_program_moves_no_weight_that_is_yet_to_be_read(penalty: str) -> None:
    small = {"dataset": "digits", "network": "dcgan_small", "g_width": 0.25, "d_width": 0.25}
    source = script(program_of(config_of({**small, "batch_size": 8, "penalty": penalty}), ""))
    assert "jit_compile" not in source
    assert not races_during(lambda: exec(source, {}))


@pytest.mark.slow
def test_program_draws_the_samples_of_the_averaged_generator(store: Store) -> None:
    settings = {**TINY_POINTS, "g_norm": "batch", "ema_decay": 0.5, "g_learning_rate": 0.05}
    settings |= {"g_hidden_layers": 1, "d_hidden_layers": 0}
    config, names = config_of(settings), dict[str, Any]()
    exec(written(store, settings), names)
    player = Trainer(config, config.items.dataset.load(seed=config.seed))
    player.run(config.steps)
    np.testing.assert_allclose(names["x_fake"], player.samples(64), atol=1e-5)


@pytest.mark.slow
def test_settings_that_nobody_has_trained_are_a_program_that_runs() -> None:
    config = config_of(TINY_POINTS)
    exec(script(program_of(config, "Ring")), {})
    np.testing.assert_array_equal(losses_of_program(), losses_of_run(config))


def test_program_leaves_out_nothing_that_may_be_no_number() -> None:
    formula = "softplus(-real) + softplus(fake) + 0 * sqrt(real)"
    names: dict[str, Any] = {"tf": tf}
    exec(loss_code(config_of({**TINY_POINTS, **FORMULAS, "d_formula": formula})), names)
    assert np.isnan(names["discriminator_loss"](tf.constant([-1.0]), tf.constant([0.0])))
    assert "0.0 *" not in loss_code(config_of(TINY_POINTS))


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_program_says_that_batch_norm_rounds_otherwise(norm: str) -> None:
    source = script(program_of(config_of({**TINY_POINTS, "d_norm": norm}), "Ring"))
    assert ("rounds otherwise" in source) == (norm == "batch")


def test_schedule_is_that_of_the_new_rates_from_where_they_were_changed() -> None:
    config = config_of({**TINY_POINTS, "rate_schedule": "linear"})
    code = loop_code(config, [], {2: (0.5, 0.25)}, {})
    seen, names = [], {"STEPS": 4, "D_LEARNING_RATE": 1.0, "G_LEARNING_RATE": 2.0}
    optimizers = {"d_optimizer": SimpleNamespace(), "g_optimizer": SimpleNamespace()}

    def train_step(step: Any) -> np.ndarray:
        seen.append([float(each.learning_rate) for each in optimizers.values()])
        return np.zeros(len(RECORD_FIELDS))

    exec(code, {**names, **optimizers, "train_step": train_step, "np": np, "tf": tf})
    assert seen == [[1, 2], [0.75, 1.5], [0.25, 0.125], [0.125, 0.0625]]


@pytest.mark.slow
@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_program_goes_on_after_the_ends_that_the_run_had(sqlite_url: str, schedule: str) -> None:
    store = open_store(sqlite_url)
    run_id = store.create_run(config_of({**TINY_POINTS, "rate_schedule": schedule, "steps": 4}))
    for n_more in (3, 2):
        assert execute(store.url, run_id) == "finished"
        store.extend(run_id, n_more)
    assert execute(store.url, run_id) == "finished"
    source = script(program(store, run_id))
    assert "NOT THE SAME" not in source
    assert "ended after" not in source
    assert ("LENGTHS = {4: 7, 7: 9}" in source) == (schedule != "constant")
    exec(source, {})
    records = store.record.curve(run_id, 0, len(RECORD_FIELDS))[1]
    assert len(records) == 9
    np.testing.assert_array_equal(losses_of_program(), records)


@pytest.mark.parametrize("schedule", ["constant", "linear"])
def test_program_ends_where_the_run_has_ended_with_the_schedule_that_was_planned(
    store: Store, schedule: str
) -> None:
    holder = holder_name()
    config = config_of({**TINY_POINTS, "rate_schedule": schedule, "steps": 9})
    run_id = store.create_run(config, claimed_by=holder)
    store.record.append(run_id, holder, step=4, points={}, images_per_second=None)
    store.give_back(run_id, holder, "stopped")
    source = script(program(store, run_id))
    assert "STEPS = 4" in source
    assert "ended after 4 of 9 steps" in source
    exec(source, {})
    np.testing.assert_array_equal(losses_of_program(), losses_of_run(config)[:4])


def test_program_whose_first_step_diverges_keeps_its_results() -> None:
    code = loop_code(config_of(TINY_POINTS), [[1.0, 2.0]], {}, {})
    diverged = np.full(len(RECORD_FIELDS), np.nan)
    names = {"STEPS": 4, "train_step": lambda _step: diverged, "np": np, "tf": tf}
    exec(code, names)
    assert len(names["records"]) == 0


def test_program_of_a_run_that_ended_early_and_went_on_has_the_schedule_that_was_planned(
    store: Store,
) -> None:
    holder = holder_name()
    config = config_of({**TINY_POINTS, "rate_schedule": "linear", "steps": 100})
    run_id = store.create_run(config, claimed_by=holder)
    store.record.append(run_id, holder, step=40, points={}, images_per_second=None)
    store.give_back(run_id, holder, "finished")
    store.extend(run_id, 30)
    source = script(program(store, run_id))
    assert "STEPS = 70" in source
    assert "LENGTHS = {40: 100}\nlength = 100" in source


@pytest.mark.parametrize("loss", list(LOSSES), ids=lambda loss: loss.name)
@pytest.mark.parametrize("penalty", list(PENALTIES), ids=lambda penalty: penalty.name)
def test_every_loss_and_penalty_is_a_program(store: Store, loss: Any, penalty: Any) -> None:
    source = written(store, {**TINY_POINTS, "loss": loss.name, "penalty": penalty.name})
    ast.parse(source)
    assert "gan_core" not in source


@pytest.mark.parametrize("dataset", [each.name for each in DATASETS])
def test_program_has_the_very_data_of_the_run(store: Store, dataset: str) -> None:
    config = config_of({"dataset": dataset, "network": "mlp"})
    lay_pictures(store, config)
    found = data_of_program(config)
    np.testing.assert_array_equal(found["x_data"], config.items.dataset.load(seed=config.seed))


@pytest.mark.parametrize("dataset", LABELLED, ids=lambda dataset: dataset.name)
def test_program_has_the_very_classes_of_the_run(dataset: Dataset) -> None:
    config = config_of({"dataset": dataset.name, "conditional": True})
    assert dataset.labels
    told = np.eye(dataset.n_classes)[dataset.labels()]
    np.testing.assert_array_equal(data_of_program(config)["class_data"], told)


def test_pictures_of_one_s_own_are_a_file_beside_the_program(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_STORE", store.url)
    pixels = np.random.default_rng(4).integers(256, size=(20, 28, 28, 1), dtype=np.uint8)
    config = config_of({"dataset": "pictures", "pictures": store.pictures.add(pixels)})
    run_id = store.create_run(config)
    with pytest.raises(FileNotFoundError, match=PICTURES_FILE):
        data_of_program(config)
    assert shell.main(["export", run_id, "--to", PICTURES_FILE]) == 0
    np.testing.assert_array_equal(data_of_program(config)["x_data"], scale_to_tanh(pixels))
    assert PICTURES_FILE in program(store, run_id).introduction[3]


def test_runs_on_other_data_have_no_pictures_to_give(store: Store) -> None:
    with pytest.raises(GanError, match="trains on digits"):
        pictures_npz(store, store.create_run(config_of({})))


def test_program_may_read_a_file_of_one_s_own() -> None:
    rng = np.random.default_rng(5)
    pixels, labels = (
        rng.integers(256, size=(3, 32, 32, 3), dtype=np.uint8),
        np.array([[3], [0], [9]]),
    )
    np.savez("mine.npz", x_train=pixels, y_train=labels)
    found = data_of_program(config_of({"dataset": "cifar10", "conditional": True}), "mine.npz")
    np.testing.assert_array_equal(found["x_data"], scale_to_tanh(pixels))
    assert found["class_data"].numpy().argmax(axis=1).tolist() == [3, 0, 9]


def test_data_that_a_program_cannot_have_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gan_core.export.data_code._PICTURES", {})
    with pytest.raises(GanError, match="dataset = digits cannot be exported"):
        refuse_what_cannot_be_exported(config_of({}))


def test_settings_that_no_program_knows_of_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = config_of({"beta_1": 0.25})
    refuse_what_cannot_be_exported(config)
    monkeypatch.setattr("gan_core.export.program._SETTINGS", set())
    with pytest.raises(GanError, match=r"beta_1 = 0.25 cannot be written"):
        refuse_what_cannot_be_exported(config)


def test_notebook_has_the_same_code_in_cells(store: Store) -> None:
    run_id = store.create_run(config_of({**PICTURES, **TOLD}))
    made = program(store, run_id)
    book = json.loads(notebook(made))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in book["cells"]]
    assert len(set(ids)) == len(ids)
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert code == [section.code.strip("\n") for section in made.sections]
    assert all(part in script(made) for part in code)


def test_of_a_long_run_the_first_losses_alone_are_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = holder_name()
    run_id = store.create_run(config_of({}), claimed_by=holder)
    for step in range(5, 1000, 5):
        points = {0: np.ones((5, len(RECORD_FIELDS)), np.float32)}
        store.record.append(run_id, holder, step=step, points=points, images_per_second=1.0)
    read, curve = [], Record.curve

    def counted(*asked: Any, **more: Any) -> tuple[np.ndarray, np.ndarray]:
        read.append(curve(*asked, **more))
        return read[-1]

    monkeypatch.setattr(Record, "curve", counted)
    program(store, run_id)
    assert [len(steps) for steps, _ in read] == [N_COMPARED]


def test_changes_mid_run_are_told(store: Store) -> None:
    holder = holder_name()
    run_id = store.create_run(config_of(TINY_POINTS), claimed_by=holder)
    records = np.ones((4, len(RECORD_FIELDS)), np.float32)
    store.record.append(run_id, holder, step=4, points={0: records}, images_per_second=1.0)
    store.set_status(run_id, holder, "running")
    for field, value in (("g_learning_rate", 0.25), ("loss", "hinge")):
        store.controls.request(run_id, "set", field, value)
    for control in store.controls.pending(run_id):
        store.controls.mark_applied(run_id, holder, control, 3)
    source = script(program(store, run_id))
    assert "NOT THE SAME from step 3 on" in source
    assert "loss = hinge" in source
    assert "0.25" in source
    ast.parse(source)


@pytest.mark.parametrize("settings", [{**PICTURES, **TOLD}, {**TINY_POINTS, **EVERYTHING}])
def test_prose_is_chinese_in_chinese(settings: dict[str, Any]) -> None:
    made = program_of(config_of(settings), "", translator("zh"))
    prose = [sentence for section in made.sections for sentence in section.prose]
    assert {sentence: found for sentence in prose if (found := slips(sentence))} == {}


def test_a_run_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(GanError, match="no run nowhere"):
        program(store, "nowhere")


@pytest.mark.parametrize("changes", [{"balance": 0.8}, {"balance": 0.8, "data_noise": 0.1}])
def test_program_has_the_very_data_of_uneven_groups(changes: dict[str, float]) -> None:
    config = config_of({**TINY_POINTS, **changes})
    x = data_of_program(config)["x_data"]
    np.testing.assert_array_equal(x, config.items.dataset.load(seed=config.seed))
