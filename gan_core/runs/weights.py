"""A run's networks as files that plain Keras opens, without this project."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gan_core.runs.restored import restored
from gan_core.runs.store import Store

if TYPE_CHECKING:
    import keras

    from gan_core.spectral_norm import SpectralNorm
    from gan_core.training.trainer import Trainer


def weights_zip(store: Store, run_id: str) -> bytes:
    """The networks at the latest checkpoint, as a zip; `keras.saving.load_model` opens its files.

    "generator.keras" maps z (n, latent_dim), with the class or kind as zeros and a one behind it
    where G is told one, to samples (n, *shape); "discriminator.keras" maps samples to logits, and
    to the code that D reads behind them. With `ema_decay` there is "generator_averaged.keras" too,
    of which a reader sees the samples.

    Raises `GanError` when there is no such run, or no checkpoint of it yet.
    """
    archive = io.BytesIO()
    with (
        restored(store, run_id) as trainer,
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(archive, "w") as files,
    ):
        for name, model in _models(trainer).items():
            file = Path(folder) / f"{name}.keras"
            model.save(file)
            files.write(file, file.name)
    return archive.getvalue()


def _models(trainer: Trainer) -> dict[str, keras.Model]:
    models = {
        "generator": _plain(trainer.generator),
        "discriminator": _plain(trainer.discriminator),
    }
    shown = trainer.shown_generator()
    if shown is not trainer.generator:
        averaged = models["generator_averaged"] = _plain(trainer.generator)
        averaged.set_weights(shown.get_weights())
    return models


def _plain(model: keras.Model) -> keras.Model:
    """The same network of Keras' own layers."""
    import keras

    from gan_core.spectral_norm import SpectralNorm

    plain = keras.models.clone_model(model, clone_function=_plain_layer)
    for layer, ours in zip(plain.layers, model.layers, strict=True):
        is_divided = isinstance(ours, SpectralNorm)
        layer.set_weights(_divided(ours) if is_divided else ours.get_weights())
    return plain


def _plain_layer(layer: keras.layers.Layer) -> keras.layers.Layer:
    import keras

    from gan_core.spectral_norm import SpectralNorm

    ours = layer.layer if isinstance(layer, SpectralNorm) else layer
    kind = getattr(keras.layers, type(ours).__name__)
    return kind.from_config(ours.get_config())


def _divided(normed: SpectralNorm) -> list[np.ndarray]:
    """The weights with which the plain layer answers as this one does outside training."""
    kernel, *bias = normed.layer.get_weights()
    u = normed.u.numpy()  # (1, outputs)
    u /= np.linalg.norm(u)
    matrix = kernel.reshape(-1, u.shape[-1])  # (rest, outputs)
    v = u @ matrix.T  # (1, rest)
    return [kernel / (v / np.linalg.norm(v) @ matrix @ u.T).item(), *bias]
