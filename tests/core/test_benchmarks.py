"""The benchmarks run; their figures depend on the machine and are not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEYS = {
    "watchers",
    "frames_per_second",
    "p95_latency_ms",
    "server_cpu_fraction",
    "training_slowdown",
}


@pytest.mark.slow
def test_live_ends_with_one_line_of_json() -> None:
    options = ("--watchers", "3", "--seconds", "2", "--pairs", "0", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "live", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures.keys() >= KEYS
    assert figures["watchers"] == 3
    assert figures["frames_per_second"] > 1
    assert figures["p95_latency_ms"] > 0
    assert figures["training_slowdown"] is None
