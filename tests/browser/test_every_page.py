"""Every page in a real browser: drawn whole, without errors, without the internet."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.app_process import AppProcess

PAGES = sorted(
    path.stem
    for path in (Path(__file__).parents[2] / "pages").glob("*.py")
    if path.stem not in ("__init__", "navigation")
)
WITH_FIGURES = {"losses", "own_loss", "best_discriminator", "game", "networks", "train"}


def visit(page: Page, app: AppProcess, name: str, language: str) -> None:
    """Open a page and wait until Streamlit has drawn it and rests."""
    page.goto(f"{app.url}/{name}?lang={language}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    if name in WITH_FIGURES:
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_drawn_without_errors_and_without_the_internet(
    page: Page, app: AppProcess, name: str
) -> None:
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlparse(request.url).hostname))
    visit(page, app, name, "en")
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert hosts <= {urlparse(app.url).hostname, None, ""}, "something was fetched from outside"
