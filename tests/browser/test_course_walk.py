"""The course in a real browser: a walk through all lessons, accessible, projected, and on paper."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gan_core.course import LESSONS
from tests.app_process import AppProcess

FIRST, SECOND, LAST = LESSONS[0].name, LESSONS[1].name, LESSONS[-1].name
SERIOUS = ("serious", "critical")


def at_rest(page: Page, name: str) -> None:
    """Wait until a lesson is drawn and rests."""
    page.wait_for_url(f"**/{name}?**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    expect(page.get_by_role("radiogroup").last).to_be_visible()


def violations(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody from reading the page."""
    expect(page.locator("button.print-lesson")).not_to_be_empty()  # its script has come
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url}: {each['id']}: {node['html'][:200]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "zh")])
def test_walk_through_all_lessons_meets_no_barrier(
    browser: Browser, app: AppProcess, theme: str, language: str
) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"{app.url}/{FIRST}?lang={language}")
    found = []
    for place, lesson in enumerate(LESSONS, start=1):
        at_rest(page, lesson.name)
        assert page.get_by_role("heading", level=1).inner_text().startswith(f"{place} · ")
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        found += violations(page)
        if lesson.name != LAST:
            page.locator(".st-key-next_lesson a").click()
    expect(page.locator(".st-key-next_lesson")).to_have_count(0)
    context.close()
    assert found == []


def test_projected_lesson_is_large_and_arrow_keys_turn_its_pages(
    page: Page, app: AppProcess
) -> None:
    page.goto(f"{app.url}/{FIRST}?lang=en")
    at_rest(page, FIRST)
    small = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.goto(f"{app.url}/{FIRST}?lang=en&view=projector&hide_answers=True")
    at_rest(page, FIRST)
    large = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert large > 1.2 * small
    for hidden in ("stHeader", "stSidebar"):
        expect(page.locator(f"[data-testid={hidden}]")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    at_rest(page, SECOND)
    assert "view=projector" in page.url
    assert "hide_answers=True" in page.url
    expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    at_rest(page, FIRST)
    page.get_by_role("button", name="Leave the projector").click()
    expect(page.locator("[data-testid=stHeader]")).to_be_visible()


def test_arrow_keys_stay_with_the_answers_they_choose(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/{SECOND}?lang=en&view=projector")
    at_rest(page, SECOND)
    page.get_by_role("radio").last.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(300)
    at_rest(page, SECOND)


def test_progress_is_in_the_address_and_survives_a_reload(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/{FIRST}?lang=en&progress={LESSONS[1].letter}")
    at_rest(page, FIRST)
    done = page.get_by_text(f"1 of {len(LESSONS)} lessons done")
    expect(done).to_be_visible()
    page.reload()
    expect(done).to_be_visible()
    page.locator(".st-key-next_lesson a").click()
    at_rest(page, SECOND)
    assert f"progress={LESSONS[1].letter}" in page.url
    expect(done).to_be_visible()


def test_paper_has_questions_with_lines_and_no_widgets(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/{SECOND}?lang=en")
    at_rest(page, SECOND)
    line = page.locator(".write-here").first
    expect(line).to_be_hidden()
    page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
    page.get_by_role("button", name="Print this lesson").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "yes")
    page.emulate_media(media="print")
    expect(line).to_be_visible()
    for hidden in ("stSidebar", "stHeader", "stButton", "stSlider"):
        expect(page.locator(f"[data-testid={hidden}]").first).to_be_hidden()
    expect(page.locator(".st-key-ways_on")).to_be_hidden()
    expect(page.get_by_role("radiogroup").last).to_be_visible()
