"""One app for all browser tests, and a fresh visitor for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from gan_core.runs.store import Store
from gan_core.text import GanError
from tests import mnist
from tests.app_process import AppProcess
from tests.engine_process import wait_until

PATIENCE_MS = 60_000
LIST_STAYS_OPEN_MS = 1_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    folder = tmp_path_factory.mktemp("app")
    app = AppProcess(
        Store(f"sqlite:///{folder / 'store.sqlite3'}"),
        GAN_SLOTS="1",
        GAN_DATA_DIR=str(mnist.FOLDER) if mnist.FILE.exists() else "",
        HOME=str(folder),  # pictures that are brought are laid there
    )
    yield app
    app.stop()


@pytest.fixture
def page(browser: Browser, app: AppProcess) -> Iterator[Page]:
    """A fresh visitor; any error in a script of the page fails the test.

    Afterwards nothing trains any more, so that the next test finds the slot free.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    yield page
    context.close()
    stop_whatever_trains(app.store)
    assert errors == []


def open_page(page: Page, section: str, title: str) -> None:
    """Go to another page by the menu above, and wait until it is there."""
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_role("menuitem", name=title, exact=True).click()
    expect(page).to_have_title(f"{title} · GAN Dojo")


def until_answered(page: Page) -> None:
    """Wait until the page has done what it was asked."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def choose(box: Locator, option: str) -> None:
    """Choose from a list; one that has closed because the page moved below it is opened again."""
    until_answered(box.page)
    offered = box.page.get_by_role("option", name=option, exact=True)

    def is_chosen() -> bool:
        if not offered.is_visible():
            box.click()
            box.fill(option)
        with suppress(TimeoutError):
            offered.click(timeout=LIST_STAYS_OPEN_MS)
            return True
        return False

    wait_until(is_chosen, f"{option} in the list")


def stop_whatever_trains(store: Store) -> None:
    """Stop every run and wait until its worker has let go of it."""

    def active() -> list[str]:
        return [run.id for run in store.runs() if run.is_active]

    for run_id in active():
        with suppress(GanError):  # it has just ended by itself
            store.controls.request(run_id, "stop")
    wait_until(lambda: not active(), "the end of all runs")
