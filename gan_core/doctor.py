"""The doctor: checks what GAN Dojo needs on this machine, and says what to do about the rest.

Each check is one function that returns a `Check`; `examine` runs them all. A check may raise:
that is a finding too, and the other checks go on.
"""

from __future__ import annotations

import functools
import importlib
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from gan_core.datasets import DATASETS, Dataset
from gan_core.presets import preset
from gan_core.runs.database import without_password
from gan_core.runs.store import default_url, open_store
from gan_core.text import GanError
from gan_core.training import device

OLDEST_PYTHON = (3, 11)
REINSTALL = "Install what is needed again: pip install -r requirements.txt"
PLACES = {
    "included": "is part of the program",
    "GAN_DATA_DIR": "lies in the folder GAN_DATA_DIR",
    "cache": "has been downloaded before",
}


@dataclass(frozen=True)
class Check:
    """What one check found, and what to do about it."""

    name: str
    status: Literal["ok", "warning", "problem"]
    detail: str
    advice: str = ""


def examine() -> Iterator[Check]:
    """Run every check, one after the other."""
    checks: dict[str, Callable[[str], Check]] = {
        "python": check_python,
        "processor": check_processor,
        "tensorflow": check_tensorflow,
        "devices": check_devices,
        "convolutional": functools.partial(check_plan, preset_name="digits_dcgan"),
        "dense": functools.partial(check_plan, preset_name="ring_mlp"),
        "store": check_store,
        "engine": check_engine,
    }
    for dataset in DATASETS:
        checks[f"data {dataset.name}"] = functools.partial(check_data, dataset=dataset)
    for name, check in checks.items():
        yield _run(name, check)


def _run(name: str, check: Callable[[str], Check]) -> Check:
    """Run one check; whatever goes wrong in it becomes what it found."""
    try:
        return check(name)
    except GanError as error:  # says itself what to do
        return Check(name, "problem", "does not work as it is set up", str(error))
    except Exception as error:
        return Check(name, "problem", f"{type(error).__name__}: {error}", REINSTALL)


def check_python(name: str) -> Check:
    """Is Python new enough?"""
    version = f"{platform.python_version()} in {sys.prefix}"
    if sys.version_info < OLDEST_PYTHON:
        return Check(name, "problem", version, "Install Python 3.11 or newer, then run `make run`.")
    return Check(name, "ok", version)


def check_processor(name: str) -> Check:
    """Has the processor the instructions that make training fast?"""
    features = device.cpu_features()
    detail = f"{platform.machine()} {' '.join(features)}".strip()
    if _is_x86_linux() and "avx2" not in features:
        advice = "This processor is old: choose small networks, or train on another computer."
        return Check(name, "warning", f"{detail}, without AVX2", advice)
    return Check(name, "ok", detail)


def check_tensorflow(name: str) -> Check:
    """Can TensorFlow be imported?"""
    return Check(name, "ok", f"{_tensorflow().__version__}, Keras {_version_of('keras')}")


def check_devices(name: str) -> Check:
    """Which GPUs does TensorFlow see?"""
    _tensorflow()
    gpus = device.gpus()
    if gpus:
        return Check(name, "ok", ", ".join(gpus))
    if shutil.which("nvidia-smi"):
        advice = "Install TensorFlow's CUDA libraries: pip install 'tensorflow[and-cuda]'"
        return Check(name, "warning", "There is a GPU, but TensorFlow does not see it.", advice)
    return Check(name, "ok", "CPU only")


def check_plan(name: str, *, preset_name: str) -> Check:
    """Where and how do networks of this kind train?"""
    _tensorflow()
    plan = device.pick(preset(preset_name).config)
    return Check(name, "ok", f"{plan.device}, {plan.dtype}, {'' if plan.xla else 'no '}XLA")


def check_store(name: str) -> Check:
    """Can runs be written down?"""
    open_store(default_url()).try_to_write()
    return Check(name, "ok", without_password(default_url()))


def check_engine(name: str) -> Check:
    """Is anybody there to execute runs, and how many at once?"""
    from gan_core.runs.slots import wanted_slots

    wanted, store = wanted_slots(), open_store(default_url())
    engines = store.engines.alive()
    if any(engine.state == "alone" for engine in engines):
        advice = "Start the scheduler, or correct GAN_SCHEDULER and start the web page again."
        return Check(name, "problem", "No Dask scheduler answers the engine.", advice)
    if engines:
        slots = sum(engine.slots for engine in engines)
        return Check(name, "ok", f"{engines[0].state}, {slots:g} slots")
    if store.claims.someone_waits():
        advice = "Start the web page, which brings its engine: python app.py"
        return Check(name, "warning", "Runs are waiting and no engine is running.", advice)
    return Check(name, "ok", f"not running; starts with the web page, {wanted:g} slots")


def check_data(name: str, *, dataset: Dataset) -> Check:
    """Is a dataset there without internet?"""
    place = dataset.where()
    if place is None:
        advice = (
            "Train on it once with internet, or put "
            f"{dataset.name}.npz into a folder and set GAN_DATA_DIR to that folder."
        )
        return Check(name, "warning", "would be downloaded on first use", advice)
    if place != "cache":  # Keras itself checks what it downloaded
        dataset.load(1)
    return Check(name, "ok", PLACES[place])


def _tensorflow() -> Any:
    """TensorFlow itself; raises `GanError` where importing it would kill this process."""
    if _is_x86_linux() and "avx" not in device.cpu_features():
        raise GanError("This processor has no AVX, without which TensorFlow does not start.")
    return importlib.import_module("tensorflow")


def _version_of(module: str) -> str:
    return str(importlib.import_module(module).__version__)


def _is_x86_linux() -> bool:
    """Whether the processor's features are known, and are Intel's and AMD's."""
    return sys.platform == "linux" and platform.machine() == "x86_64"
