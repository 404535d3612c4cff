"""The laboratory of pictures in a real browser, on real MNIST, from first steps to files.

Pictures of one's own are in test_bring_pictures, measures in test_measures_live.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Locator, Page, expect

from gan_core.config import RunConfig
from gan_core.image_measures import N_LIVE
from gan_core.presets import PRESETS
from gan_core.training.records import RECORD_FIELDS
from tests import mnist
from tests.app_process import AppProcess
from tests.browser import test_looking_live as looking
from tests.browser.conftest import choose
from tests.browser.test_live import button, curve, generated, run_of, start, status
from tests.browser.test_playground import parameter, press, scrub_to, shown_step
from tests.browser.test_taking_home import downloaded
from tests.engine_process import wait_until

pytestmark = [pytest.mark.slow, mnist.needs_mnist]

STEPS = 40
NARROW = "&dataset=mnist&batch_size=16&g_width=0.2&d_width=0.2"


@pytest.fixture(scope="module")
def trained(app: AppProcess) -> str:
    """A short run of the preset for MNIST that has ended."""
    settings = {**PRESETS["mnist_dcgan"].settings, "steps": STEPS}
    run_id = app.store.create_run(RunConfig.parse(settings), "Small DCGAN")
    wait_until(lambda: app.store.run(run_id).status == "finished", "a finished run")
    return run_id


def open_run(page: Page, app: AppProcess, run_id: str, query: str = "") -> None:
    page.goto(f"{app.url}/train?lang=en&run={run_id}{query}")
    status(page).to_have_text("finished")
    wait_until(lambda: shown_step(page) > 0, "the pictures")


def tiles(page: Page) -> Locator:
    """Where a run's measures stand."""
    return page.locator(".live-run .tiles")


def losses(app: AppProcess, run_id: str) -> np.ndarray:
    """What was recorded of every step (n, fields)."""
    return app.store.record.curve(run_id, 0, len(RECORD_FIELDS))[1]


def shown(value: float) -> str:
    """A number as a tile shows it."""
    return f"{float(f'{value:.3g}'):,g}"


# ------------------------------------------------------------- networks, optimisers, early end


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(f"&preset=full_dcgan&steps=6{NARROW}", id="DCGAN"),
        pytest.param(f"&preset=digits_conditional&steps=12{NARROW}", id="conditional"),
        pytest.param(f"&preset=mnist_infogan&steps=12{NARROW}", id="InfoGAN"),
    ],
)
def test_convolutional_networks_learn_mnist(page: Page, app: AppProcess, query: str) -> None:
    run_id = start(page, app, query)
    status(page).to_have_text("finished")
    run = app.store.run(run_id)
    wait_until(lambda: curve(page, "d_loss")["x"] == [*range(1, run.step + 1)], "all steps")
    assert generated(page).startswith("data:image/png")
    expect(tiles(page)).to_contain_text(f"Fréchet distance (digit classifier), n = {N_LIVE}: ")
    expect(tiles(page)).to_contain_text("(real: ")
    if run.config.n_told:
        pictures = []
        for label in (0, 7):
            page.goto(f"{app.url}/latent_space?lang=en&run={run_id}&label={label}")
            expect(page.get_by_role("slider", name="Class")).to_have_value(str(label))
            expect(looking.grid(page, 0).first).to_be_visible()
            pictures.append(looking.shown(looking.grid(page, 0).first))
        assert pictures[0] != pictures[1], "G is told which class or kind to draw"


def test_mlp_ends_early_where_it_no_longer_gets_better(page: Page, app: AppProcess) -> None:
    """A generator that hardly moves is flat from the first measurement on."""
    start(
        page,
        app,
        "&preset=digits_mlp&dataset=mnist&g_hidden_units=8&d_hidden_units=8&batch_size=16"
        "&d_optimizer=rmsprop&g_optimizer=sgd&g_learning_rate=0.000001&rate_schedule=cosine"
        "&steps=1000000&stop_when_flat=frechet&patience=10",
    )
    status(page).to_have_text("finished")
    expect(page.locator(".live-run .note")).to_contain_text(
        "Ended early: for 10 steps, Fréchet distance (digit classifier) has not become better"
    )
    assert 10 <= app.store.run(run_of(page)).step < 1_000_000
    page.get_by_text("Settings of this run").click()
    for said in ("Optimiser of D: RMSprop", "Optimiser of G: SGD", "cosine, down to 0"):
        expect(page.locator("[data-testid=stExpander]", has_text=said)).to_be_visible()


# ------------------------------------------------------- go on, go back, branch off, compare


def test_run_goes_on_is_gone_back_in_branched_off_and_compared(
    page: Page, app: AppProcess, trained: str
) -> None:
    open_run(page, app, trained)
    before = app.store.run(trained).step
    page.get_by_role("spinbutton", name="More steps").fill("10")
    page.keyboard.press("Enter")
    press(page, "Go on for 10 more steps")
    wait_until(lambda: curve(page, "d_loss")["x"] == [*range(1, before + 11)], "ten more steps")
    status(page).to_have_text("finished")

    latest = generated(page)
    scrub_to(page, 0)
    wait_until(lambda: shown_step(page) == 0 and generated(page) != latest, "the first pictures")
    floor = app.store.run(trained).facts["floors"]["frechet"]
    first = app.store.record.quality(trained)[1]["frechet"][0] or 0.0
    expect(tiles(page)).to_contain_text(f": {shown(first)} (real: {shown(floor)})")
    press(page, "Latest")
    wait_until(lambda: generated(page) == latest, "the latest pictures")

    last = shown_step(page)
    scrub_to(page, 0.5)
    wait_until(lambda: 0 < shown_step(page) < last, "an earlier step")
    wait_until(lambda: parameter(page, "at"), "the step in the link")
    back_at = shown_step(page)
    page.reload()
    wait_until(lambda: shown_step(page) == back_at, "the same step after a reload")
    wait_until(lambda: len(generated(page, "x_real")) > 1000, "the real pictures")
    page.get_by_text("Branch: from the step that is shown").click()
    choose(page.get_by_role("combobox", name="Setting").first, "Learning rate of G")
    rates = page.get_by_role("slider", name="Learning rate of G")
    expect(rates).to_have_count(2)  # the other one is in the form
    rates.last.press("ArrowLeft")
    press(page, "Branch")
    page.wait_for_url("**beside=*")
    branch_id = parameter(page, "beside")
    expect(page.locator(".live-run")).to_have_count(2)
    wait_until(lambda: app.store.run(branch_id).status == "finished", "the branch")
    change, _its_length = app.store.controls.changes(branch_id)
    n = change.applied_step or 0
    trunk, branch = (losses(app, each) for each in (trained, branch_id))
    assert len(trunk) == len(branch) > n
    assert np.array_equal(trunk[:n], branch[:n])
    assert not np.array_equal(trunk[n + 1 :], branch[n + 1 :])

    page.goto(f"{app.url}/compare?lang=en&runs={trained},{branch_id}")
    expect(page.locator("[data-testid=stImage] img")).to_have_count(2)
    expect(page.get_by_text("One seed, so one noise")).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text(f"after step {n}")
    lines = page.locator(".js-plotly-plot .scatterlayer .trace")
    expect(lines).to_have_count(2)
    expect(page.locator(".js-plotly-plot")).to_contain_text("Fréchet distance")


def test_one_setting_is_swept(page: Page, app: AppProcess) -> None:
    page.goto(
        f"{app.url}/train?lang=en&preset=digits_mlp&dataset=mnist"
        "&g_hidden_units=8&d_hidden_units=8&batch_size=16&steps=5"
    )
    page.get_by_text("Sweep one setting").click()
    page.get_by_role("textbox", name="Values").fill("1e-4 1e-2")
    page.keyboard.press("Enter")
    press(page, "Train (runs: 2)")
    page.get_by_role("link", name="See what comes of them").click()
    results = page.get_by_text("finished · Step 5 · Fréchet distance (digit classifier)")
    expect(results).to_have_count(2)
    expect(page.locator(".js-plotly-plot .scatterlayer .point")).to_have_count(2)
    expect(page.locator(".js-plotly-plot")).to_contain_text("Learning rate of D")


# ------------------------------------------------------------------------- looking, judging


def test_trained_networks_are_looked_into(page: Page, app: AppProcess, trained: str) -> None:
    looking.test_latent_space_is_walked_by_clicks(page, app, trained)
    page.goto(f"{app.url}/inside_networks?lang=en&run={trained}")
    expect(page.locator(".js-plotly-plot image").first).to_be_visible()
    expect(page.get_by_text("maps of 14×14").first).to_be_visible()
    expect(page.get_by_text("Transposed convolution").first).to_be_visible()
    looking.test_discriminator_is_played_by_keyboard(page, app, trained)


# ---------------------------------------------------------------------------------- exports


def test_everything_is_taken_home(
    page: Page, app: AppProcess, trained: str, tmp_path: Path
) -> None:
    open_run(page, app, trained)
    step = app.store.run(trained).step
    page.get_by_text("Take it home").click()

    def take(name: str | re.Pattern[str]) -> Path:
        return downloaded(page, name, tmp_path)

    report = take("Report (HTML)").read_text("utf-8")
    assert "Small DCGAN" in report
    assert "data:image/png" in report
    rows = list(csv.DictReader(io.StringIO(take("Curves (CSV)").read_text("utf-8"))))
    assert [int(row["step"]) for row in rows if row["d_loss"]] == [*range(1, step + 1)]
    assert float(rows[-1]["frechet"]) > float(rows[-1]["frechet_floor"]) > 0
    with np.load(take("Samples (NPZ)")) as arrays:
        assert arrays["x_fake"].shape == (64, 28, 28, 1)
        assert int(arrays["step"]) == step
        assert arrays["x_fake_at_steps"].shape == (len(arrays["steps"]), 64, 28, 28, 1)
    with Image.open(take("Samples (PNG)")) as picture:
        assert picture.size == (8 * 28, 8 * 28)
    with Image.open(take("Film (GIF)")) as film:
        assert len(list(ImageSequence.Iterator(film))) > 1
    ast.parse(take("Python script").read_text("utf-8"))
    assert json.loads(take("Jupyter notebook").read_text("utf-8"))["nbformat"] == 4

    button(page, "Prepare the weights (Keras)").click()
    with zipfile.ZipFile(take(re.compile("Weights"))) as archive:
        assert archive.namelist() == ["generator.keras", "discriminator.keras"]
        for name in archive.namelist():
            with zipfile.ZipFile(io.BytesIO(archive.read(name))) as model:
                assert {"config.json", "model.weights.h5"} <= {*model.namelist()}
    button(page, "Prepare TensorBoard logs").click()
    with zipfile.ZipFile(take(re.compile("(?<!Prepare )TensorBoard"))) as archive:
        [log] = archive.namelist()
        assert ".tfevents." in log
        assert b"frechet" in archive.read(log)
