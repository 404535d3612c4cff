"""A challenge in a real browser: taken on, missed, and solved, with real training."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.app_process import AppProcess
from tests.browser.conftest import choose


@pytest.mark.slow
def test_challenge_is_taken_on_missed_and_solved(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/challenges?lang=en")
    page.locator(".st-key-come_to_rest button").click()
    expect(page.get_by_role("heading", name="Come to rest")).to_be_visible()
    train = page.get_by_role("button", name="Train", exact=True)
    train.click()
    expect(page.get_by_text("Not yet. Change something")).to_be_visible()
    choose(page.get_by_role("combobox", name="Loss").first, "Hinge")
    train.click()
    expect(page.get_by_text("Solved. The hinge loss")).to_be_visible()
    page.get_by_role("link", name="All challenges").click()
    expect(page.locator(".stMarkdownBadge")).to_contain_text("solved")
