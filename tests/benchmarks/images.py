"""Pictures: how fast a DCGAN trains, how soon it is good, and how soon a reader sees something.

dcgan             real pictures per second of the article's networks, batch 256, by turns:
    images_per_second    a bare loop around `Trainer.run`, in the precision picked for this machine
    tensorflow_tutorial  the tutorial's own loop (`tensorflow_tutorial.py`), float32
    pytorch              the same networks as a plain PyTorch loop, float32, in a process of its
                         own; null where PyTorch is not installed (requirements-pytorch.txt)
    fraction_of_peak     of what a large matrix product reaches in the same precision: the layers'
                         multiplications and additions that a step takes (see `flops_of_a_step`)
time_to_quality   the Fréchet distance (digit classifier) that the tutorial's loop reaches in
                  `--minutes`, and how soon the default preset for these data gets there; time is
                  that of training, compilation included, measuring left out; null: not in as long
first_sample_seconds     from the click on Train to a picture after a step of training, in
                         Chromium, by what is trained; the worker has been up for a while; the last
                         is one that it must compile; medians of visits, of the last a single one
page_open_seconds        from the address to the curves of a run with 100,000 records, in
                         Chromium, for a browser that has been here before; the median of visits
page_first_open_seconds  the same for one that has not, with an empty cache
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.runs import frame
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import Pyramid
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS
from tests.benchmarks.processes import app, free_port, helper, receive
from tests.chromium import ARGUMENTS, find_chromium

BATCH_SIZE = 256
PATIENCE = 300.0
N_SAMPLES = 2000  # of the Fréchet distance; fewer where there are not twice as many real pictures
MEASURE_EVERY = 0.5  # seconds of training
PEAK_SIDE, PEAK_SECONDS = 2048, 3.0
N_RECORDS, N_VISITS = 100_000, 5
WARM_SECONDS = 20.0  # how long a worker has been up before anybody comes
PYTORCH_LOOP = Path(__file__).with_name("pytorch_dcgan.py")
FIRST_SAMPLE_OF = {"mlp": "preset=digits_mlp", "dcgan_small": "preset=digits_dcgan"}
COMPILED_ANEW = {"mlp_of_another_width": "preset=digits_mlp&g_hidden_units=200"}

# True once the browser has drawn it.
CURVE_IS_DRAWN = """n => [...document.querySelectorAll('.live-run .figure')]
    .flatMap(plot => plot.data ?? [])
    .some(trace => trace.meta?.append?.y === 'd_loss' && trace.x.length >= n)"""
SAMPLE_IS_DRAWN = """() => document.querySelector('.live-run')?.dataset.step >= 1
    && [...document.querySelectorAll('.live-run .figure')].flatMap(plot => plot.data ?? [])
        .some(trace => trace.meta?.replace?.source === 'x_fake' && trace.source.length > 1000)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="of the tutorial's training; %(default)s"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="of each leg; %(default)s")
    parser.add_argument("--pairs", type=int, default=3, help="of legs; default: %(default)s")
    parser.add_argument(
        "--pytorch", default=sys.executable, help="a Python that has PyTorch; default: this one"
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one after the other, nothing beside."""
    load_before = round(os.getloadavg()[0], 2)
    return {
        "dcgan": measure_speed(arguments.pairs, arguments.seconds, arguments.pytorch),
        "time_to_quality": measure_quality(60 * arguments.minutes),
        **measure_waiting(),
        "cores": os.cpu_count(),
        "load_before": load_before,
    }


# ------------------------------------------------------------------------------ speed


def measure_speed(n_pairs: int, seconds: float, python: str) -> dict[str, Any]:
    """Medians of the three loops, in turns, and the share of what the machine can do."""
    speeds: dict[str, list[float]] = {"ours": [], "tutorial": [], "pytorch": []}
    with helper(train_ours) as ours, helper(train_tutorial) as tutorial:
        flops, peak, dtype = receive(ours, PATIENCE)
        receive(tutorial, PATIENCE)  # compiled
        for _ in range(n_pairs):
            for name, loop in (("ours", ours), ("tutorial", tutorial)):
                loop.send(seconds)
                speeds[name].append(receive(loop, PATIENCE + 3 * seconds))
            theirs = pytorch_images_per_second(python, seconds)
            speeds["pytorch"] += [] if theirs is None else [theirs]
    medians = {name: float(np.median(found)) for name, found in speeds.items() if found}
    pytorch = medians.get("pytorch")
    return {
        "images_per_second": round(medians["ours"], 1),
        "tensorflow_tutorial": round(medians["tutorial"], 1),
        "pytorch": pytorch and round(pytorch, 1),
        "fraction_of_peak": round(medians["ours"] * flops / peak, 3),
        "precision": dtype,
        "peak_gflops": round(peak / 1e9, 1),
    }


def train_ours(connection: Connection) -> None:
    """Compile, say what a picture and the machine are worth, then train as long as asked."""
    from gan_core.training.pool import real_samples
    from gan_core.training.trainer import Trainer

    config = RunConfig.parse({**PRESETS["full_dcgan"].settings, "batch_size": BATCH_SIZE})
    trainer = Trainer(config, real_samples(config))
    trainer.run(1)
    flops = flops_of_a_step(trainer.generator, trainer.discriminator)
    connection.send((flops, matrix_product_peak(trainer.plan.dtype), trainer.plan.dtype))
    while True:
        seconds = connection.recv()
        began, n_steps = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            n_steps += len(trainer.run(1))
        connection.send(n_steps * BATCH_SIZE / (time.perf_counter() - began))


def train_tutorial(connection: Connection) -> None:
    """Compile, say so, then train as many seconds as asked for and say how fast."""
    from tests.benchmarks.tensorflow_tutorial import Tutorial

    config = PRESETS["full_dcgan"].config
    tutorial = Tutorial(config.items.dataset.load(seed=1))
    tutorial.train(0.1)
    connection.send("compiled")
    while True:
        connection.send(tutorial.train(connection.recv()))


def pytorch_images_per_second(python: str, seconds: float) -> float | None:
    """What the plain loop reaches, or nothing where there is no PyTorch."""
    command = [python, str(PYTORCH_LOOP), str(seconds), str(BATCH_SIZE)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    return float(result.stdout) if result.returncode == 0 else None


def matrix_product_peak(dtype: str) -> float:
    """Multiplications and additions per second of large matrix products."""
    import tensorflow as tf

    kind = tf.bfloat16 if dtype == "mixed_bfloat16" else tf.float32
    a = tf.cast(tf.random.normal([PEAK_SIDE, PEAK_SIDE]), kind)
    product = tf.function(lambda: tf.matmul(a, a))
    product()
    best, began = float("inf"), time.perf_counter()
    while time.perf_counter() - began < PEAK_SECONDS:
        start = time.perf_counter()
        product().numpy()
        best = min(best, time.perf_counter() - start)
    return 2 * PEAK_SIDE**3 / best


def flops_of_a_step(generator: Any, discriminator: Any) -> float:
    """Multiplications and additions in layers with weights, per real picture of a step.

    G runs forward once and backward once, which is twice the work. D learns from real and from
    generated pictures: 2 forward, 2 backward. In G's turn D runs forward once more, and backward
    only towards its input. In all 3 G and 8 D, of which D's first layer takes a little less.
    """
    return 3 * forward_flops(generator) + 8 * forward_flops(discriminator)


def forward_flops(model: Any) -> float:
    """Multiplications and additions for one sample, biases and activations left out."""
    total = 0
    for layer in model.layers:
        if not hasattr(layer, "kernel"):
            continue
        # Each weight of a convolution counts once for each place where it is applied.
        seen = layer.input if "Transpose" in type(layer).__name__ else layer.output
        places = np.prod(seen.shape[1:-1], dtype=int)
        total += 2 * int(np.prod(layer.kernel.shape)) * int(places)
    return float(total)


# --------------------------------------------------------------------- time to quality


def measure_quality(seconds: float) -> dict[str, Any]:
    """What the tutorial reaches in `seconds`, and how soon the default preset does."""
    preset = f"{digits()}_dcgan"
    with helper(tutorial_quality, preset, seconds) as tutorial:
        distance, n = receive(tutorial, PATIENCE + 2 * seconds)
    with helper(ours_until, preset, distance, seconds) as ours:
        ours_seconds = receive(ours, PATIENCE + 4 * seconds)
    return {
        "seconds": ours_seconds and round(ours_seconds, 2),
        "tutorial_seconds": seconds,
        "ratio": ours_seconds and round(seconds / ours_seconds, 1),
        "frechet_distance": round(distance, 2),
        "n": n,
        "data": PRESETS[preset].config.dataset,
        "preset": preset,
    }


def digits() -> str:
    """The data to measure with: MNIST where its file lies here, the bundled digits otherwise."""
    here = (Path(os.environ.get("GAN_DATA_DIR", "")) / "mnist.npz").is_file()
    return "mnist" if here else "digits"


class Judge:
    """The Fréchet distance of samples from real pictures (n, 28, 28, 1)."""

    def __init__(self, x_real: np.ndarray) -> None:
        from gan_core.training.digit_classifier import look_at

        self.n = min(N_SAMPLES, len(x_real) // 2)
        rows = np.random.default_rng(0).permutation(len(x_real))[: self.n]
        self._look_at, self._real = look_at, look_at(x_real[rows])

    def distance(self, x_fake: np.ndarray) -> float:
        from gan_core.image_measures.frechet import frechet_distance

        return frechet_distance(self._real.features, self._look_at(x_fake).features)


def tutorial_quality(connection: Connection, preset: str, seconds: float) -> None:
    """Train the tutorial's way for `seconds`; send the distance, and of how many samples."""
    from tests.benchmarks.tensorflow_tutorial import Tutorial

    x_real = PRESETS[preset].config.items.dataset.load(seed=1)
    judge, tutorial = Judge(x_real), Tutorial(x_real)
    tutorial.train(seconds)
    connection.send((judge.distance(tutorial.samples(judge.n)), judge.n))


def ours_until(connection: Connection, preset: str, distance: float, most: float) -> None:
    """Train a preset; send the seconds of training until the distance is reached, or None."""
    from gan_core.training.pool import real_samples
    from gan_core.training.trainer import Trainer

    config = PRESETS[preset].config
    x_real = real_samples(config)
    judge = Judge(x_real.numpy())
    trained = 0.0
    began = time.perf_counter()
    trainer = Trainer(config, x_real)
    while trained < most:
        until = trained + MEASURE_EVERY
        while trained < until:
            trainer.run(1)
            trained += time.perf_counter() - began
            began = time.perf_counter()
        if judge.distance(trainer.samples(judge.n)) <= distance:
            connection.send(trained)
            return
        began = time.perf_counter()
    connection.send(None)


# ------------------------------------------------------------------- what a reader waits for


def measure_waiting() -> dict[str, Any]:
    """Seconds until a reader sees something, in a real browser."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}")
        long_run, port = _long_run(store), free_port()
        with app(store, port), _browser() as browser:
            url = f"http://localhost:{port}"
            time.sleep(WARM_SECONDS)
            waits = {
                name: [_first_sample(browser, store, url, asked) for _ in range(n_visits)]
                for offered, n_visits in ((FIRST_SAMPLE_OF, N_VISITS), (COMPILED_ANEW, 1))
                for name, asked in offered.items()
            }
            return {
                "first_sample_seconds": {name: _median(waited) for name, waited in waits.items()},
                "page_open_seconds": _median(_open_again(browser, url, long_run)),
                "page_first_open_seconds": _median(
                    [_open_first(browser, url, long_run) for _ in range(N_VISITS)]
                ),
            }


def _median(seconds: list[float]) -> float:
    return round(float(np.median(seconds)), 2)


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _visitor(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    context.close()


def _first_sample(browser: Browser, store: Store, url: str, asked: str) -> float:
    with _visitor(browser) as page:
        page.goto(f"{url}/train?lang=en&{asked}")
        train = page.get_by_role("button", name="Train", exact=True).first
        train.wait_for()
        # By the browser's clock: a script may have to wait before it can click.
        page.evaluate("addEventListener('click', () => (window.clicked = performance.now()), true)")
        train.click()
        waited = page.wait_for_function(
            f"() => ({SAMPLE_IS_DRAWN})() && (performance.now() - clicked) / 1000"
        ).json_value()
    for run in store.runs():
        if run.is_active:
            store.controls.request(run.id, "stop")
    while any(run.is_active for run in store.runs()):
        time.sleep(0.1)
    return float(waited)


def _open_first(browser: Browser, url: str, run_id: str) -> float:
    with _visitor(browser) as page:
        return _open(page, url, run_id)


def _open_again(browser: Browser, url: str, run_id: str) -> list[float]:
    with _visitor(browser) as page:
        page.goto(f"{url}/runs?lang=en")  # from where readers come to a run
        return [_open(page, url, run_id) for _ in range(N_VISITS + 1)][1:]


def _open(page: Page, url: str, run_id: str) -> float:
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(f"{url}/train?lang=en&run={run_id}")
    page.wait_for_function(CURVE_IS_DRAWN, arg=100)
    return time.perf_counter() - began


def _long_run(store: Store) -> str:
    """A finished run with `N_RECORDS` records and a picture."""
    config, holder = PRESETS["digits_dcgan"].config, holder_name()
    run_id = store.create_run(config, "long", claimed_by=holder)
    rng, pyramid, at_once = np.random.default_rng(0), Pyramid(len(RECORD_FIELDS)), 1000
    dataset = config.items.dataset
    picture = frame.encode(dataset.load(frame.n_samples(dataset), seed=0), {}, dataset, {})
    for step in range(at_once, N_RECORDS + 1, at_once):
        records = rng.random((at_once, len(RECORD_FIELDS)), np.float32)
        points = pyramid.add(records)
        store.record.append(run_id, holder, step=step, points=points, images_per_second=1.0)
    store.record.append(
        run_id, holder, step=N_RECORDS, points={}, images_per_second=1.0, frame=picture
    )
    store.set_status(run_id, holder, "finished")
    store.claims.release(run_id, holder)
    return run_id
