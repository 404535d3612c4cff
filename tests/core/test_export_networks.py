"""Networks taken home: plain Keras opens them, and they answer as they did here."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.runs import answering
from gan_core.runs.answers import canonical
from gan_core.runs.claims import holder_name
from gan_core.runs.restored import restored
from gan_core.runs.store import Store
from gan_core.runs.weights import weights_zip
from gan_core.text import GanError
from gan_core.training.checkpoint import pack
from gan_core.training.pool import borrowed_trainer

TINY = {"batch_size": 8, "precision": "float32"}
MLP = {"network": "mlp", "g_hidden_units": 8, "d_hidden_units": 8}

# Of Keras, which makes arrays of TensorFlow's tensors, whose __array__ is an old one.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def trained(store: Store, **settings: Any) -> str:
    """A run whose players have learnt twice each."""
    config, holder = RunConfig.parse(TINY | settings), holder_name()
    run_id = store.create_run(config, claimed_by=holder)
    with borrowed_trainer(config) as trainer:
        for number in range(4):  # turns need no compiling
            trainer.take_turn("d" if number % 2 else "g", number)
        store.checkpoints.save(run_id, holder, 4, pack(trainer.state()))
    return run_id


def loaded(zipped: bytes, folder: Path) -> dict[str, keras.Model]:
    """The networks in a zip, by the names of their files."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as files:
        files.extractall(folder)
    return {file.stem: keras.saving.load_model(file) for file in folder.glob("*.keras")}


@pytest.mark.parametrize(
    "settings",
    [
        {**MLP, "conditional": True},
        {**MLP, "ema_decay": 0.5, "spectral_norm": True, "d_norm": "layer", "g_norm": "batch"},
        {"network": "dcgan_small", "spectral_norm": True, "g_width": 0.2, "d_width": 0.2},
    ],
)
def test_plain_keras_draws_the_same_pictures(
    store: Store, tmp_path: Path, settings: dict[str, Any]
) -> None:
    run_id = trained(store, **settings)
    models = loaded(weights_zip(store, run_id), tmp_path)
    with restored(store, run_id) as trainer:
        z = trainer.fixed_noise(16)
        x = trainer.generated(z)
        raw = trainer.generator(z, training=False).numpy()
        logits = trainer.discriminator(x, training=False).numpy()
    if "ema_decay" in settings:
        averaged = models.pop("generator_averaged")(z, training=False).numpy()
        np.testing.assert_allclose(averaged, x, atol=1e-6)
        assert np.abs(averaged - raw).max() > 1e-4, "the average is something else"
    assert models.keys() == {"generator", "discriminator"}
    found = models["generator"](z, training=False).numpy()
    np.testing.assert_allclose(found, raw, atol=1e-6)
    found = models["discriminator"](x, training=False).numpy()
    np.testing.assert_allclose(found, logits, rtol=1e-4, atol=1e-5)
    modules = {type(layer).__module__ for model in models.values() for layer in model.layers}
    assert all(module.startswith("keras.") for module in modules)


def test_a_worker_prepares_networks_and_log(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "open_store", lambda url: store)
    run_id = trained(store, **MLP)
    for topic, content in (("weights", "generator.keras"), ("tensorboard", "tfevents")):
        question = {"topic": topic, "run": run_id, "step": 4}
        store.answers.ask(question)
        answering.answer(store.url, canonical(question))
        with zipfile.ZipFile(io.BytesIO(store.answers.file(question))) as files:
            assert any(content in name for name in files.namelist())


def test_without_a_checkpoint_there_are_no_weights(store: Store) -> None:
    with pytest.raises(GanError, match="no checkpoint yet"):
        weights_zip(store, store.create_run(RunConfig.parse(MLP)))
