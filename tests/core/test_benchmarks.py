"""The benchmarks run; their figures depend on the machine and are not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gan_core.presets import PRESETS
from gan_core.training.build import build_networks
from tests.benchmarks.images import flops_of_a_step, forward_flops
from tests.benchmarks.measures import Pair, Speed, figures_of
from tests.benchmarks.precision import difference
from tests.benchmarks.tensorflow_tutorial import make_discriminator, make_generator

ROOT = Path(__file__).parents[2]
LIVE_KEYS = {
    "watchers",
    "frames_per_second",
    "p95_latency_ms",
    "server_cpu_fraction",
    "training_slowdown",
}


def test_work_of_the_tutorial_s_networks_is_counted_from_their_layers() -> None:
    generator, discriminator = make_generator(), make_discriminator()
    first = 7 * 7 * 25 * 256 * 128  # a transposed convolution works where its input is
    g_weights = 100 * 12_544 + first + 7 * 7 * 25 * 128 * 64 + 14 * 14 * 25 * 64
    d_weights = 14 * 14 * 25 * 64 + 7 * 7 * 25 * 64 * 128 + 7 * 7 * 128
    assert forward_flops(generator) == 2 * g_weights
    assert forward_flops(discriminator) == 2 * d_weights
    assert flops_of_a_step(generator, discriminator) == 6 * g_weights + 16 * d_weights


def test_article_s_networks_do_the_work_of_the_tutorial_s() -> None:
    ours = build_networks(PRESETS["full_dcgan"].config, "float32")
    theirs = (make_generator(), make_discriminator())
    assert [*map(forward_flops, ours)] == [*map(forward_flops, theirs)]


def test_slowdown_is_the_median_over_pairs_of_legs() -> None:
    unmeasured = Speed(1000, 500)
    pairs = [
        Pair(Speed(share * 1000, 480), unmeasured)
        for share in (0.9, 0.98, 1.3)  # the machine did something else in one of them
    ]
    figures = figures_of(pairs)
    assert (figures["slowdown"], figures["slowdown_by_processor"]) == (0.02, 0.04)
    assert figures["images_per_second"][0] == [900, 1000]


def last_line_of(*command: str) -> dict[str, Any]:
    """What a benchmark ends with."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *command, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


@pytest.mark.slow
def test_class_opens_a_page_and_moves_its_slider() -> None:
    figures = last_line_of("classroom", "--students", "3", "--pages", "the_game")
    page = figures["pages"]["the_game"]
    assert page["cpu_ms"] > 0
    for times in (page["open_seconds"], page["move_seconds"]):
        assert times.keys() == {"alone", "median", "last"}
        assert 0 < times["median"] <= times["last"]


@pytest.mark.slow
def test_live_ends_with_one_line_of_json() -> None:
    figures = last_line_of("live", "--watchers", "3", "--seconds", "2", "--pairs", "0")
    assert figures.keys() >= LIVE_KEYS
    assert figures["watchers"] == 3
    assert figures["frames_per_second"] > 1
    assert figures["p95_latency_ms"] > 0
    assert figures["training_slowdown"] is None


def test_precisions_are_compared_seed_by_seed() -> None:
    found = difference({"bfloat16": [12.0, 15.0, 18.0], "float32": [10.0, 15.0, 19.0]})
    assert found["mean"] == pytest.approx((2 + 0 - 1) / 3, abs=0.01)
    assert found["standard_error"] == pytest.approx((7 / 3) ** 0.5 / 3**0.5, abs=0.01)
