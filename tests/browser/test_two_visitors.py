"""Two visitors of one server: each has runs of their own, and asks before changing the other's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from zxingcpp import read_barcodes

from gan_core.config import RunConfig
from pages.parts import visitor
from pages.parts.sharing import network_host
from tests.app_process import AppProcess
from tests.browser.conftest import until_answered
from tests.engine_process import wait_until

PATIENCE_MS = 60_000
SMALL = "&preset=ring_mlp&g_hidden_units=8&d_hidden_units=8&steps=1000000"


@pytest.fixture
def other(browser: Browser, page: Page) -> Iterator[Page]:
    """Another visitor, who comes after the first; `page` ends what both have started."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    other = context.new_page()
    other.set_default_timeout(PATIENCE_MS)
    yield other
    context.close()


def number_of(page: Page) -> str:
    """The visitor's number, as the browser keeps it."""
    cookies = page.context.cookies()
    [cookie] = [each for each in cookies if each.get("name", "").startswith(visitor.COOKIE)]
    assert cookie.get("httpOnly")
    assert cookie.get("sameSite") == "Lax"
    return str(cookie.get("value"))


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def run_of(page: Page) -> str:
    page.wait_for_url("**run=*")
    return str(page.evaluate("new URL(location).searchParams.get('run')"))


def status(page: Page) -> Any:
    return expect(page.locator(".live-run .status"))


@pytest.mark.slow
def test_another_s_run_is_seen_copied_and_changed_only_by_who_wants_to(
    page: Page, other: Page, app: AppProcess
) -> None:
    page.goto(f"{app.url}/train?lang=en{SMALL}")
    button(page, "Train").first.click()
    first = run_of(page)
    wait_until(lambda: app.store.run(first).step > 0, "the first steps")
    assert app.store.owners.of(first) == number_of(page), "from the very first page on"

    other.goto(f"{app.url}/train?lang=en&run={first}")
    expect(other.get_by_text("This run was started from another browser.")).to_be_visible()
    expect(button(other, "Pause")).to_have_count(0)
    button(other, "Start my own copy").click()
    other.wait_for_url(lambda url: "run=" in url and first not in url)
    second = run_of(other)
    assert app.store.owners.of(second) == number_of(other) != number_of(page)
    expect(button(other, "Start over")).to_be_visible()
    expect(other.get_by_text("Control it anyway")).to_have_count(0)
    status(page).to_have_text("running")
    assert app.store.controls.pending(first) == []

    other.goto(f"{app.url}/train?lang=en&run={first}")
    other.get_by_text("Control it anyway").click()
    button(other, "Pause").click()
    status(page).to_have_text("paused")
    button(page, "Resume").click()  # its owner is not asked
    status(page).to_have_text("running")

    page.reload()
    expect(button(page, "Pause")).to_be_visible()
    assert app.store.owners.of(first) == number_of(page), "after a reload too"


@pytest.mark.slow
def test_list_shows_one_s_own_runs_and_asks_before_it_deletes_one(
    page: Page, other: Page, app: AppProcess
) -> None:
    runs = {}
    for each, name in ((page, "of the first"), (other, "of the other")):
        each.goto(f"{app.url}/runs?lang=en")
        owner = number_of(each)
        runs[each] = app.store.create_run(RunConfig.parse({"steps": 1}), name, owner=owner)
    page.reload()
    expect(page.get_by_role("link", name="of the first")).to_be_visible()
    expect(page.get_by_role("link", name="of the other")).to_have_count(0)
    page.get_by_text("All", exact=True).click()
    expect(page.get_by_role("link", name="of the other")).to_be_visible()

    page.get_by_text("Mine", exact=True).click()
    menu = page.get_by_test_id("stPopoverButton").filter(visible=True)
    expect(menu).to_have_count(1)
    menu.click()
    button(page, "Delete for good").click()
    dialog = page.get_by_test_id("stDialog")
    expect(dialog.get_by_text("of the first")).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody")).not_to_be_visible()
    assert app.store.run(runs[page])
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog).to_have_count(0)
    assert runs[page] not in [run.id for run in app.store.runs()]
    assert app.store.run(runs[other])


@pytest.mark.slow
def test_hands_that_are_raised_elsewhere_are_counted_on_the_projector(
    page: Page, other: Page, app: AppProcess
) -> None:
    page.goto(f"{app.url}/does_it_settle?lang=en&view=projector&hands=True&hide_answers=True")
    button(page, "Count anew").click()  # whatever others have answered
    counted = page.get_by_text("Answers of the class: 1")
    expect(page.get_by_text("Answers of the class: 0").first).to_be_visible()
    expect(counted).to_have_count(0)
    other.goto(f"{app.url}/does_it_settle?lang=zh")
    other.get_by_test_id("stRadio").first.locator("label").nth(2).click()
    expect(counted).to_have_count(1)  # though nobody has touched this page
    expect(page.get_by_test_id("stProgress").filter(has_text="1 · ")).to_have_count(1)


@pytest.mark.slow
@pytest.mark.skipif(network_host() is None, reason="this computer is in no network")
def test_a_code_on_the_projector_leads_another_device_to_the_lesson_as_it_is(
    page: Page, other: Page, app: AppProcess
) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{app.url}/does_it_settle?lang=en&view=projector&n_steps=100")
    button(page, "QR code").click()
    dialog = page.get_by_test_id("stDialog")
    code = dialog.get_by_role("img", name="QR code of the address beside it")
    expect(code).to_be_in_viewport(ratio=1)
    until_answered(page)
    (scanned,) = read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    assert scanned.text == dialog.locator("code").inner_text()
    other.goto(scanned.text)
    expect(other.get_by_text("after 100 steps")).to_be_visible()
    expect(other.get_by_test_id("stHeader")).to_be_visible()  # for a student, no projector's view
    in_the_dark = dialog.get_by_text("scan the code with a camera")
    expect(in_the_dark).to_have_css("color", "rgb(255, 255, 255)")


def test_first_tries_of_a_class_come_by_themselves(
    page: Page, other: Page, app: AppProcess
) -> None:
    page.goto(f"{app.url}/classroom?lang=en")
    button(page, "Count anew").click()
    expect(page.get_by_text("Nobody has answered yet.")).to_be_visible()
    other.goto(f"{app.url}/the_networks?lang=en")
    last = other.get_by_test_id("stRadio").last
    last.get_by_text("A convolution.").click()
    expect(other.get_by_text("Here every pixel has a weight of its own.")).to_be_visible()
    last.get_by_text("Logistic regression.").click()  # told what is right
    square = page.locator(".js-plotly-plot .heatmaplayer text")
    expect(square).to_have_count(1)
    expect(square).to_have_text("0%0/1")
    talk = page.get_by_role("link", name="4 · The networks, question 4: 0% right at the first try")
    counted = page.get_by_text("Answers of the class: 1")
    for way_back in ("What the class has answered", None):
        talk.click()
        expect(counted).to_be_visible()
        expect(counted).to_be_in_viewport()  # though it is the last question of the lesson
        if way_back:
            page.get_by_role("link", name=way_back).click()
