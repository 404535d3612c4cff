"""The device: what TensorFlow is asked, and what is heard of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

AS_A_WORKER = """
import sys
from gan_core.training import warm
warm.gpus()
print("tensorflow" in sys.modules)
print("heard", file=sys.stderr)
"""


@pytest.mark.slow
def test_tensorflow_is_imported_unheard_and_errors_are_heard_again_afterwards() -> None:
    worker = subprocess.run(
        [sys.executable, "-c", AS_A_WORKER], capture_output=True, text=True, check=True
    )
    assert (worker.stdout, worker.stderr) == ("True\n", "heard\n")
