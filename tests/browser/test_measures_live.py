"""Measures in a real browser, of real training on MNIST where it lies here."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from gan_core.image_measures import MEASURES
from tests import mnist
from tests.app_process import AppProcess
from tests.browser.test_live import button, curve, run_of, start, status
from tests.engine_process import wait_until

DATA = "mnist" if mnist.FILE.exists() else "digits"
QUICK = f"&dataset={DATA}&steps=150&batch_size=16"


@pytest.mark.slow
def test_quality_is_seen_live_and_everything_else_on_a_press(page: Page, app: AppProcess) -> None:
    start(page, app, QUICK)
    wait_until(lambda: curve(page, "frechet")["x"], "the first measurement")
    expect(page.locator(".live-run .tiles")).to_contain_text("Fréchet distance (digit classifier)")
    status(page).to_have_text("finished")
    wait_until(lambda: curve(page, "frechet")["x"][-1] == 150, "the last measurement")
    distances = curve(page, "frechet")
    floors = curve(page, "frechet_floor")
    assert distances["x"][0] == 0
    assert distances["x"] == floors["x"] == sorted(set(distances["x"]))
    assert distances["y"][0] > distances["y"][-1] > floors["y"][-1] > 0
    assert set(floors["y"]) == {app.store.run(run_of(page)).facts["floors"]["frechet"]}
    expect(page.locator(".live-run .tiles")).to_contain_text("real: ")

    button(page, "Measure this run").click()
    expect(page.get_by_text("Measured after step 150.")).to_be_visible()
    for measure in MEASURES:
        expect(page.get_by_role("table")).to_contain_text(measure.title)
    expect(page.get_by_text("No sign of copying")).to_be_visible()
    figures = page.locator(".steady-figure")
    expect(figures.filter(has_text="How often each digit comes")).to_be_visible()
    expect(figures.filter(has_text="Distance to the nearest training picture")).to_be_visible()
    expect(figures.filter(has_text="nearest real").locator("image").first).to_be_visible()

    page.reload()
    expect(page.get_by_text("Measured after step 150.")).to_be_visible()
    wait_until(lambda: curve(page, "frechet") == distances, "the same curve after a reload")
    expect(page.locator(".live-run .tiles")).to_contain_text("Fréchet distance (digit classifier)")
