"""The course in a real browser: a walk through all lessons, accessible, projected, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from gan_core.course import LESSONS, to_code
from pages.parts.prose import ASSETS
from pages.parts.quiz import Question, questions
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


def asked(name: str, language: str) -> list[Question]:
    """The questions of a lesson's check."""
    return questions((ASSETS / "lessons" / language / f"quiz_{name}.md").read_text("utf-8"))


def answer(page: Page, name: str, place: int, question: Question, *, rightly: bool) -> Locator:
    """Choose an answer of a question, the first that is right or wrong; what is said of it."""
    chosen = next(i for i, each in enumerate(question.answers) if each.is_right is rightly)
    page.locator(f".st-key-check-{name}-{place} [role=radiogroup] label").nth(chosen).click()
    because = question.answers[chosen].because
    words = max(re.split(r"[$*`@_{}()\[\]]", because), key=len).strip()  # of no Markdown
    return page.locator("[data-testid=stAlert]", has_text=words)


def letters(page: Page) -> tuple[float, float]:
    """How high letters are, in pixels: those of the words, and a figure's."""
    in_figure = page.locator(".steady-figure .xtick text").first.bounding_box()
    assert in_figure
    words = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    return float(words), in_figure["height"]


def keeps_the_link(page: Page, lessons: Callable[[], Page]) -> Page:
    """Copy the link out of the box in the sidebar, and follow it where nobody knows the reader."""
    link = page.locator("[data-testid=stSidebar] [data-testid=stCode]").inner_text()
    visitor = lessons()
    visitor.goto(link)
    return visitor


def keeps_the_file(page: Page, lessons: Callable[[], Page]) -> Page:
    """Download the progress, and bring the file to where nobody knows the reader."""
    with page.expect_download() as download:
        page.locator("[data-testid=stSidebar] [data-testid=stDownloadButton] button").click()
    visitor = lessons()
    visitor.goto(page.url.replace("progress=", "otherwise="))
    kept(visitor).click()
    content = Path(download.value.path()).read_bytes()
    file = FilePayload(name="p.json", mimeType="application/json", buffer=content)
    visitor.locator("[data-testid=stSidebar] input[type=file]").set_input_files(file)
    return visitor


def kept(page: Page) -> Locator:
    """The head of the box in the sidebar where progress is kept."""
    return page.locator("[data-testid=stSidebar] summary").first


def done(page: Page) -> Locator:
    """The line in the sidebar that counts the lessons done."""
    return page.locator("[data-testid=stSidebar] [data-testid=stProgress]")


@pytest.mark.slow
def test_paper_has_whole_lines_of_code(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/build_it?lang=en")
    at_rest(page, "build_it")
    page.set_viewport_size({"width": 600, "height": 900})
    page.emulate_media(media="print")
    for code in page.locator("[data-testid=stCode] pre").all():
        assert code.evaluate("code => code.scrollWidth <= code.clientWidth + 1")


@pytest.mark.slow
def test_paper_has_the_explanation_only_where_it_was_opened(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/{SECOND}?lang=en")
    at_rest(page, SECOND)
    explain = page.locator("[data-testid=stExpander]").filter(has_text="Explain").last
    page.emulate_media(media="print")
    expect(explain).to_be_hidden()
    page.emulate_media(media="screen")
    explain.locator("summary").click()
    page.emulate_media(media="print")
    expect(explain.locator("p").last).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theme", "language", "keep"),
    [("light", "en", keeps_the_link), ("dark", "zh", keeps_the_file)],
)
def test_walk_through_all_lessons_meets_no_barrier_and_is_kept(
    browser: Browser,
    app: AppProcess,
    theme: str,
    language: str,
    keep: Callable[[Page, Callable[[], Page]], Page],
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
        first, *others = asked(lesson.name, language)
        said = [answer(page, lesson.name, 0, first, rightly=False)]
        said += [
            answer(page, lesson.name, number, each, rightly=True)
            for number, each in enumerate(others, start=1)
        ]
        for each in said:
            expect(each).to_be_visible()
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        found += violations(page)
        so_far = f"progress={to_code(each.name for each in LESSONS[:place])}"
        assert so_far not in page.url  # one answer is wrong
        expect(answer(page, lesson.name, 0, first, rightly=True)).to_be_visible()
        expect(page).to_have_url(re.compile(rf"{so_far}\b"))
        if lesson.name != LAST:
            page.locator(".st-key-next_lesson a").click()
    expect(page.locator(".st-key-next_lesson")).to_have_count(0)
    for box in page.locator("summary").all():
        box.click()
    expect(page.locator("[data-testid=stFileUploader]")).to_be_visible()
    assert found + violations(page) == []

    elsewhere = browser.new_context()
    back = keep(page, elsewhere.new_page)
    expect(back).to_have_url(re.compile(rf"{so_far}\b"))
    expect(done(back)).to_have_text(done(page).inner_text())
    elsewhere.close()
    context.close()


@pytest.mark.slow
def test_projected_lesson_is_large_and_arrow_keys_turn_its_pages(
    page: Page, app: AppProcess
) -> None:
    page.goto(f"{app.url}/{FIRST}?lang=en")
    at_rest(page, FIRST)
    small, small_in_figures = letters(page)
    page.goto(f"{app.url}/{FIRST}?lang=en&view=projector&hide_answers=True")
    at_rest(page, FIRST)
    large, large_in_figures = letters(page)
    assert large > 1.2 * small
    assert large_in_figures / small_in_figures == pytest.approx(large / small, rel=0.1)
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


@pytest.mark.slow
def test_arrow_keys_stay_with_the_answers_they_choose(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/{SECOND}?lang=en&view=projector")
    at_rest(page, SECOND)
    answers = page.get_by_role("radio")
    answers.last.focus()
    page.keyboard.press("ArrowLeft")
    expect(answers.nth(answers.count() - 2)).to_be_checked()  # the page has had the key
    at_rest(page, SECOND)


@pytest.mark.slow
def test_paper_is_white_and_has_questions_with_lines_and_no_widgets(
    page: Page, app: AppProcess
) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{app.url}/{SECOND}?lang=en")
    at_rest(page, SECOND)
    line = page.locator(".write-here").first
    expect(line).to_be_hidden()
    page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
    page.get_by_role("button", name="Print this lesson").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "yes")
    page.emulate_media(media="print")
    expect(line).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    for written in (page.get_by_role("heading").first, page.locator("td").first):
        expect(written).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator(".js-plotly-plot text").first).to_have_css("fill", "rgb(0, 0, 0)")
    for hidden in ("stSidebar", "stHeader", "stButton", "stSlider"):
        expect(page.locator(f"[data-testid={hidden}]").first).to_be_hidden()
    expect(page.locator(".st-key-ways_on")).to_be_hidden()
    expect(page.get_by_role("radiogroup").last).to_be_visible()
