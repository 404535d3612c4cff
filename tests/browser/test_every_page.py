"""Every page in a real browser: drawn whole, without errors, without the internet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests.app_process import AppProcess
from tests.browser.conftest import PATIENCE_MS, choose, open_page
from tests.engine_process import wait_until

PAGES = sorted(
    path.stem
    for path in (Path(__file__).parents[2] / "pages").glob("*.py")
    if path.stem not in ("__init__", "navigation")
)
WITH_FIGURES = {
    "home",
    "generative_ai",
    "the_game",
    "the_losses",
    "the_networks",
    "does_it_settle",
    "what_goes_wrong",
    "the_critic",
    "how_good",
    "inside_latent",
    "told_what",
    "losses",
    "own_loss",
    "best_discriminator",
    "game",
    "networks",
    "train",
    "training_loop",
}


WIDTHS = (800, 1280, 390)  # pixels, one after the other: narrower again, and a phone

# Words of figures that are cut off or stand upon each other, and tables that stick out; on a phone,
# a table is drawn to and fro.
FIND_BLEMISHES = """() => {
    const box = element => element.getBoundingClientRect();
    const apart = (a, b) => a.left > b.right - 1 || b.left > a.right - 1
        || a.top > b.bottom - 1 || b.top > a.bottom - 1;
    const within = (a, b) => a.left > b.left - 1 && a.right < b.right + 1
        && a.top > b.top - 1 && a.bottom < b.bottom + 1;
    const words = '.annotation-text, .legendtext, .xtitle, .ytitle, .gtitle, .textpoint text';
    const found = [];
    for (const plot of document.querySelectorAll('.js-plotly-plot')) {
        const texts = [...plot.querySelectorAll(words)].filter(text => box(text).width);
        texts.forEach((text, i) => {
            if (!within(box(text), box(plot))) found.push(`cut off: ${text.textContent}`);
            for (const other of texts.slice(0, i))
                if (!apart(box(text), box(other)))
                    found.push(`overlap: ${text.textContent}, ${other.textContent}`);
        });
    }
    const tables = innerWidth < 480 ? [] : document.querySelectorAll('[data-testid=stTable] table');
    for (const { parentElement } of tables)
        if (parentElement.scrollWidth > parentElement.clientWidth + 1)
            found.push(`cut off: ${parentElement.textContent}`);
    return found;
}"""


# Plotly draws figures anew a moment after their places have changed; until then, words may overlap.
SETTLES_WITHIN_MS = 5_000
FIGURES_FIT_THEIR_PLACES = """() => [...document.querySelectorAll('.main-svg')].every(drawn => {
    const main = drawn.closest('[data-testid=stMainBlockContainer]') ?? document.body;
    const places = [main, drawn.closest('.js-plotly-plot').parentElement];
    const width = drawn.getBoundingClientRect().width;
    return places.every(place => width <= place.clientWidth + 1);
})"""


def visit(page: Page, app: AppProcess, name: str, language: str) -> None:
    """Open a page and wait until Streamlit has drawn it and rests."""
    page.goto(f"{app.url}/{'' if name == 'home' else name}?lang={language}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    if name in WITH_FIGURES:
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()


def blemishes(page: Page) -> list[str]:
    """What is wrong with the words of figures and tables, once all have settled."""
    with suppress(TimeoutError):
        page.wait_for_function(f"({FIND_BLEMISHES})().length === 0", timeout=SETTLES_WITHIN_MS)
    found: list[str] = page.evaluate(FIND_BLEMISHES)
    return found


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all pages: each new one would compile the scripts of the app anew."""
    page = browser.new_context(locale="en-GB").new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_page_is_drawn_whole_at_every_width_in_both_languages_and_offline(
    tab: Page, app: AppProcess, name: str
) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    hosts: set[str | None] = set()
    tab.on("request", lambda request: hosts.add(urlparse(request.url).hostname))
    for language in ("en", "zh"):
        tab.set_viewport_size({"width": WIDTHS[0], "height": 900})
        visit(tab, app, name, language)
        expect(tab.locator("[data-testid=stException]")).to_have_count(0)
        main = tab.locator("[data-testid=stMainBlockContainer]")
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.wait_for_function(FIGURES_FIT_THEIR_PLACES)
            too_wide = main.evaluate("main => main.scrollWidth - main.clientWidth")
            assert too_wide <= 1, f"something sticks out sideways at {width} pixels, {language}"
            assert blemishes(tab) == [], f"at {width} pixels, {language}"
        has_chinese = re.search("[\u4e00-\u9fff]", main.inner_text()) is not None
        assert has_chinese == (language == "zh")
    assert errors == []
    assert hosts <= {urlparse(app.url).hostname, None, ""}, "something was fetched from outside"


@pytest.mark.slow
def test_click_into_the_phase_portrait_sets_the_start(page: Page, app: AppProcess) -> None:
    visit(page, app, "game", "en")
    plot = page.locator(".st-key-portrait .nsewdrag")
    box = plot.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    page.wait_for_url(lambda url: "theta=-2" in url and "psi=2" in url)
    for name, value in (("Start: θ", -2), ("Start: ψ", 2)):  # the sliders have followed
        expect(page.get_by_role("slider", name=name)).to_have_value(str(value))


@pytest.mark.slow
def test_lesson_plays_the_film_of_the_path_that_it_shows(page: Page, app: AppProcess) -> None:
    visit(page, app, "does_it_settle", "en&n_steps=60")
    figure = page.locator(".st-key-lesson-portrait .js-plotly-plot")
    steps = page.get_by_role("slider", name="Number of steps")

    def point() -> object:
        return figure.evaluate(
            "plot => { const { x, y } = plot.data.at(-1); return [x[16], y[16]] }"
        )

    def has_film_to(step: str) -> None:
        has_frame = f"plot => plot._transitionData._frames.some(each => each.name === '{step}')"
        wait_until(lambda: figure.evaluate(has_frame), f"the film to step {step}")

    def play() -> None:
        end = point()
        figure.get_by_text("Play").click()
        wait_until(lambda: point() != end, "the point to move")
        wait_until(lambda: point() == end, "the end of the film")

    has_film_to("60")
    play()
    steps.press("ArrowRight")
    has_film_to("61")
    play()


@pytest.mark.slow
def test_home_plays_a_game_to_its_end(page: Page, app: AppProcess) -> None:
    visit(page, app, "home", "en")
    figure = page.locator(".st-key-the-game-as-a-film .js-plotly-plot")
    d_over_data = """plot => {
        const { x, y } = plot._fullData.find((trace) => trace.name === "D");
        return Array.from(y).filter((_, i) => x[i] >= 0 && x[i] <= 2);
    }"""
    wait_until(lambda: figure.evaluate("plot => plot._transitionData._frames.length"), "the film")
    assert set(figure.evaluate(d_over_data)) == {0.5}
    figure.get_by_text("Play").click()
    wait_until(lambda: max(figure.evaluate(d_over_data)) > 0.9, "D to be sure of something")
    figure.get_by_text("Step 600").wait_for()
    assert all(abs(d - 0.5) < 0.1 for d in figure.evaluate(d_over_data))


@pytest.mark.slow
def test_training_loop_is_stepped_through(page: Page, app: AppProcess) -> None:
    visit(page, app, "training_loop", "en")
    lit = page.locator(".loop tr.now")
    expect(lit).to_contain_text("for step in range(STEPS)")
    page.get_by_role("button", name="Next line").click()
    expect(lit).to_contain_text("x_real = next(batches)")
    expect(lit).to_contain_text("shape 64×2")
    page.get_by_text("Play", exact=True).click()
    expect(lit).to_contain_text("real_logits = discriminator(x_real, training=True)")


def test_back_goes_to_the_page_before_and_not_through_each_setting(
    page: Page, app: AppProcess
) -> None:
    page.goto(f"{app.url}/game?lang=en")
    expect(page).to_have_title("Does the game settle? · GAN Dojo")
    open_page(page, "Understand", "Loss laboratory")
    for name, loss in (("hinge", "Hinge"), ("least_squares", "Least squares")):
        choose(page.get_by_role("combobox", name="Loss").first, loss)
        expect(page).to_have_url(re.compile(f"first={name}"))
    page.go_back()
    expect(page).to_have_title("Does the game settle? · GAN Dojo")
