"""Where and how to train: picked from what was measured fastest on each kind of machine."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gan_core.config import RunConfig

# The environment of a process for small dense networks, set before TensorFlow is imported: to hand
# their tiny operations to threads takes longer than to do them.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1"}
STANDARD_ERROR = 2  # the file descriptor


@dataclass(frozen=True)
class Plan:
    """What was picked for a run: it stands in the run's record and in `doctor`."""

    device: str  # TensorFlow's name, "GPU:0" or "CPU:0"
    xla: bool
    dtype: str  # Keras' dtype policy
    steps_per_call: int  # at most; fewer where a step takes long

    def to_json(self) -> dict[str, Any]:
        """Return the plan as a JSON-ready mapping."""
        return asdict(self)


def pick(config: RunConfig) -> Plan:
    """Pick device, precision, XLA and call length for `config` on this machine.

    On a CPU, XLA makes small dense networks several times faster and convolutions several times
    slower; bfloat16 pays for convolutions where the processor computes in it, and is many times
    slower where it does not.
    """
    convolutional = config.items.network.convolutional
    gpu = bool(gpus())
    native = _gpu_has_bfloat16() if gpu else "bf16" in " ".join(cpu_features())
    bfloat16 = {"bfloat16": True, "float32": False, "auto": convolutional and native}[
        config.precision
    ]
    return Plan(
        device="GPU:0" if gpu else "CPU:0",
        xla=not convolutional,
        dtype="mixed_bfloat16" if bfloat16 else "float32",
        steps_per_call=16 if convolutional else 1024,
    )


@functools.cache
def gpus() -> tuple[str, ...]:
    """Names of the GPUs that TensorFlow sees, each set to take memory only as it needs it."""
    with _unheard():  # its greeting comes before it reads TF_CPP_MIN_LOG_LEVEL
        import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    for device in found:
        tf.config.experimental.set_memory_growth(device, True)
    return tuple(device.name for device in found)


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """What C++ writes to standard error meanwhile goes nowhere."""
    standard_error = os.dup(STANDARD_ERROR)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), STANDARD_ERROR)
        yield
    finally:
        os.dup2(standard_error, STANDARD_ERROR)
        os.close(standard_error)


def _gpu_has_bfloat16() -> bool:
    import tensorflow as tf

    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    return details.get("compute_capability", (0, 0)) >= (8, 0)


@functools.cache
def cpu_features() -> tuple[str, ...]:
    """The processor's vector extensions that matter here; empty where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ()
    flags = next((line.split() for line in lines if line.startswith(("flags", "Features"))), [])
    wanted = ("avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "bf16", "asimd")
    return tuple(flag for flag in wanted if flag in flags)
