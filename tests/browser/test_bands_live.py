"""Bands in a real browser: the chart fills in, in place, until nothing trains any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from gan_core.presets import PRESETS
from gan_core.runs.claims import holder_name
from tests.app_process import AppProcess
from tests.engine_process import wait_until

FIGURE = ".steady-figure"
STEPS_SHOWN = "document.querySelector('.steady-figure').calcdata[1].length"
RANGE = "document.querySelector('.steady-figure').layout.xaxis.range"


HOLDER = holder_name()


@pytest.fixture
def pair(app: AppProcess) -> Iterator[tuple[str, str]]:
    """Two runs that this test trains by hand; they differ in the seed alone."""
    config = PRESETS["ring_mlp"].config
    first, second = (
        app.store.create_run(config.model_copy(update={"seed": seed}), claimed_by=HOLDER)
        for seed in (1, 2)
    )
    for run_id in (first, second):
        app.store.set_status(run_id, HOLDER, "running")
        reach(app, run_id, 0, modes=0)
        reach(app, run_id, 100, modes=4)
    yield first, second
    for run_id in (first, second):
        app.store.set_status(run_id, HOLDER, "stopped")
        app.store.claims.release(run_id, HOLDER)


def reach(app: AppProcess, run_id: str, step: int, modes: float) -> None:
    app.store.record.append(
        run_id,
        HOLDER,
        step=step,
        points={},
        images_per_second=1.0,
        frame=b"{}",
        measures={"modes_covered": modes},
    )


@pytest.mark.slow
def test_band_grows_in_place_and_keeps_the_zoom(
    page: Page, app: AppProcess, pair: tuple[str, str]
) -> None:
    first, second = pair
    page.goto(f"{app.url}/playground?lang=en&run={first}&seeds={second}")
    expect(page.locator(f"{FIGURE} .main-svg").first).to_be_visible()
    plot = page.locator(f"{FIGURE} .nsewdrag").first
    plot.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.steady-figure').dataset.known = 'yes'")
    box = plot.bounding_box()
    assert box
    x, y = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(x + box["width"] * 0.25, y)
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.75, y, steps=5)
    page.mouse.up()
    wait_until(lambda: page.evaluate(RANGE)[0] > 10, "the zoom")
    zoomed, before = page.evaluate(RANGE), page.evaluate(STEPS_SHOWN)
    for run_id, modes in ((first, 8.0), (second, 7.0)):
        reach(app, run_id, 180, modes)
    wait_until(lambda: page.evaluate(STEPS_SHOWN) > before, "what is new")
    assert page.evaluate(RANGE) == zoomed
    assert page.locator(FIGURE).get_attribute("data-known") == "yes", "it is another figure"
    expect(page.get_by_text("At step 180: median 7.5, from 7 to 8, over 2 of 2")).to_be_visible()

    for run_id in pair:  # nobody has to reload for the last word
        app.store.set_status(run_id, HOLDER, "finished")
    expect(page.get_by_text("Seed 2: finished, step 180")).to_be_visible()
    expect(page.get_by_role("button", name="Stop the other seeds")).to_have_count(0)


@pytest.mark.slow
def test_button_trains_other_seeds_and_the_link_shows_the_same(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/playground?lang=en&preset=blobs_small&steps=300")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**run=*")
    page.get_by_text("Bands: the same settings with other seeds").click()
    page.get_by_role("button", name="Train with other seeds").click()
    page.wait_for_url("**seeds=*")
    said = page.get_by_text("At step 300: median").first
    expect(said).to_contain_text("over 5 of 5 seeds", timeout=150_000)
    sentence = said.inner_text()
    page.reload()
    expect(page.locator(f"{FIGURE} .main-svg").first).to_be_visible()
    expect(page.get_by_text(sentence)).to_be_visible()
