"""Looking into a run's networks in a real browser, with a worker that answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from gan_core.runs.views import MOST_DIRECTIONS, N_GUESS, N_REAL, N_SAMPLES
from tests.app_process import AppProcess
from tests.checkpointed import checkpointed_run
from tests.engine_process import wait_until


@pytest.fixture(scope="module")
def run_id(app: AppProcess) -> str:
    return checkpointed_run(app.store, "looked into")


def grid(page: Page, number: int) -> Locator:
    """The pictures of one grid."""
    return page.locator(".tiles").nth(number).locator(".tile")


def shown(tile: Locator) -> str:
    """Which picture a tile shows."""
    background: str = tile.locator(".picture").evaluate("it => it.style.backgroundImage")
    return background


def choose(page: Page, option: str) -> None:
    page.get_by_role("radio", name=option, exact=True).click()


@pytest.mark.slow
def test_latent_space_is_walked_by_clicks(page: Page, app: AppProcess, run_id: str) -> None:
    page.goto(f"{app.url}/latent_space?lang=en&run={run_id}")
    expect(grid(page, 0)).to_have_count(N_SAMPLES)
    expect(grid(page, 1)).to_have_count(N_SAMPLES)
    before = shown(grid(page, 1).first)
    grid(page, 0).nth(4).click()
    expect(grid(page, 0).nth(4)).to_have_attribute("aria-pressed", "true")
    wait_until(lambda: shown(grid(page, 1).first) != before, "the neighbours of another sample")
    choose(page, "B")
    page.wait_for_url(re.compile("letter=b"))
    grid(page, 0).nth(4).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("a=4.*b=10|b=10.*a=4"))
    choose(page, "Directions")
    expect(page.locator(".tiles")).to_have_count(2 + MOST_DIRECTIONS)
    choose(page, "From A to B")
    expect(page.locator(".js-plotly-plot")).to_contain_text("Length of z on the way")
    choose(page, "A − B + C")
    expect(grid(page, 1)).to_have_count(4)
    choose(page, "Find the noise")
    expect(page.get_by_text("Left the picture x")).to_be_visible()
    error = grid(page, 2).nth(1).inner_text()
    grid(page, 1).nth(N_REAL - 1).click()
    expect(grid(page, 2).nth(1)).not_to_have_text(error)


@pytest.mark.slow
def test_code_is_chosen_by_a_click(page: Page, app: AppProcess) -> None:
    run_id = checkpointed_run(app.store, "with a code", family="infogan")
    page.goto(f"{app.url}/latent_space?lang=en&run={run_id}&tool=code")
    expect(page.locator(".tiles")).to_have_count(1 + 1 + 2 + 1)
    before = shown(grid(page, 0).first)
    grid(page, 1).nth(6).click()
    page.wait_for_url(re.compile("label=6"))
    expect(page.get_by_text("G was told 6.")).to_be_visible()
    wait_until(lambda: shown(grid(page, 0).first) != before, "all samples as the other kind")


@pytest.mark.slow
def test_networks_are_looked_into(page: Page, app: AppProcess, run_id: str) -> None:
    page.goto(f"{app.url}/inside_networks?lang=en&run={run_id}")
    said = page.get_by_text("Of this picture")
    expect(said).to_be_visible()
    expect(page.locator(".js-plotly-plot image").first).to_be_visible()
    expect(page.locator(".tiles")).to_have_count(3)
    before = said.inner_text()
    grid(page, 0).nth(3).click()
    expect(said).not_to_have_text(before)


@pytest.mark.slow
def test_discriminator_is_played_by_keyboard(page: Page, app: AppProcess, run_id: str) -> None:
    page.goto(f"{app.url}/be_the_discriminator?lang=en&run={run_id}")
    expect(grid(page, 0)).to_have_count(N_GUESS)
    check = page.get_by_role("button", name="Check")
    expect(check).to_be_disabled()
    grid(page, 0).first.focus()
    for letter in "rf" * (N_GUESS // 2):
        page.keyboard.press(letter)
    expect(grid(page, 0).nth(0)).to_contain_text("real")
    expect(grid(page, 0).nth(1)).to_contain_text("fake")
    expect(check).to_be_enabled()
    grid(page, 0).nth(1).click()
    expect(grid(page, 0).nth(1)).to_contain_text("real")
    check.click()
    expect(page.locator("[data-testid=stMetric]")).to_have_count(2)
    expect(grid(page, 0).first).to_contain_text(re.compile("(real|fake) · 0"))
    page.get_by_role("button", name="Another twelve").click()
    expect(grid(page, 0).first).to_contain_text("?")
    expect(page).to_have_url(re.compile("seed=2"))
