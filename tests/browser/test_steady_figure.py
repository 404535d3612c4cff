"""The script of figures that change in place: what it shows is what it has last been given."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from plotly.io import to_json
from plotly.offline import get_plotlyjs

from gan_core.figures.critic import critic_figure
from gan_core.figures.lessons import floor_figure, two_losses_figure
from gan_core.figures.phase_portrait import distance_curve
from gan_core.figures.style import Figure
from gan_core.figures.tiny_gan import tiny_gan_figure
from gan_core.figures.told_what import told_what_film
from gan_core.theory import told_what
from gan_core.theory.mixture import Mixture
from gan_core.theory.moving_pair import gaussians
from gan_core.theory.tiny_gan import World, play
from tests.browser.test_every_page import blemishes
from tests.browser.test_live_scripts import load

PLACE = """<div id=place style='width: 450px; --st-text-color: black'>
<div class=steady-figure></div></div>"""
GIVEN = {"name": "", "mode_bar": False, "choosable": False, "signs": {"❚❚": "Pause"}, "failed": ""}
VIEW = json.dumps(GIVEN)
SHOW = "data => (window.show = () => component({ data, parentElement: place }))()"
FIGURE = "document.querySelector('.steady-figure')"
FRAMES_COME_MS = 400  # the script waits less
COUNT = """() => {
    const react = Plotly.react;
    window.reactions = 0;
    Plotly.react = (...given) => (window.reactions++, react(...given));
}"""
SEEN = """() => [...document.querySelectorAll(".main-svg :is(path, text, rect)")].map((node) =>
    [node.getAttribute("class"), node.textContent, node.getAttribute("d"),
     getComputedStyle(node).stroke, getComputedStyle(node).fill, node.getAttribute("transform"),
     node.closest("[transform]")?.getAttribute("transform")].join("; "))"""
IS_SEEN = f"expected => JSON.stringify(({SEEN})()) === JSON.stringify(expected)"


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    errors: list[Exception] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def show(tab: Page) -> Callable[[Figure], None]:
    """Draws a figure, or brings the one that is drawn up to date, and waits until it is seen."""
    load(tab, "plotly.js", "steady_figure.js", html=PLACE)
    tab.add_script_tag(content=get_plotlyjs())

    def draw(figure: Figure) -> None:
        tab.evaluate(SHOW, {"figure": to_json(figure, validate=False), "view": VIEW})
        expect(tab.locator(".main-svg").first).to_be_visible()

    return draw


def test_legend_finds_its_place_in_a_figure_that_changes_while_it_grows(tab: Page) -> None:
    load(
        tab,
        "plotly.js",
        "steady_figure.js",
        html="<div id=place style='width: 450px; --st-text-color: black'>"
        "<div class=steady-figure></div></div>",
    )
    tab.add_script_tag(content=get_plotlyjs())
    title = "Generator {n}, with a title that leaves no room beside it"
    scores = {title.format(n=n): [10.0, 1.0] for n in range(3)}
    figure = to_json(floor_figure((50, 100), (2, 1), scores), validate=False)
    data = {"figure": figure, "view": VIEW}
    tab.evaluate("data => (window.show = () => component({ data, parentElement: place }))()", data)
    expect(tab.locator(".legendtext")).to_have_count(4)
    assert blemishes(tab) == []
    tab.evaluate("place.style.width = '1000px', show()")
    tab.wait_for_function("document.querySelector('.main-svg').clientWidth === 1000")
    assert blemishes(tab) == []
    place = tab.locator(".legend").bounding_box()
    for moment, width in (("beforeprint", 680), ("afterprint", 1000)):
        tab.evaluate("moment => void window.dispatchEvent(new Event(moment))", moment)
        tab.wait_for_function(
            "width => document.querySelector('.main-svg').clientWidth === width", arg=width
        )
        assert blemishes(tab) == [], moment
    assert tab.locator(".legend").bounding_box() == place


WORLD = World()
PATH = list(play("D5G5", WORLD))


def tiny(players: int, world: World = WORLD, stage: str = "learn") -> Figure:
    return tiny_gan_figure(PATH[players], world, 10, stage)


def told(**given: object) -> Figure:
    world = told_what.World(**given)  # type: ignore[arg-type]
    return told_what_film(list(told_what.play(world)), world)


def following(*values: float) -> Figure:
    """A line in axes that nobody has given a range."""
    line = {"type": "scatter", "x": [0, 1, 2], "y": values}
    return {"data": [line], "layout": {"height": 300}}


def distance(*values: float) -> Figure:
    return distance_curve(np.column_stack([values, np.zeros(len(values))]))


def losses(logit: float) -> Figure:
    """Two curves, and where on them this logit lies."""
    logits = np.linspace(-3, 3, 61)
    curves = {"straight": (logits, np.ones(61)), "bent": (logits**2, 2 * logits)}
    return two_losses_figure(curves, logits, logit)


def critic(theta: float) -> Figure:
    pair = gaussians(Mixture((1.0,), (0.0,), (0.5,)), 0.5, 3.0)
    return critic_figure(pair, theta, 1.0, reach=3.0, steepest=1.0)


CHANGES = {  # from which figure to which, and whether no more than points and lines move
    "another step": (tiny(5), tiny(10), True),
    "other data": (tiny(5), tiny(5, replace(WORLD, mean=-1.5)), True),
    "another film": (told(start="right"), told(), True),
    "another logit": (losses(-1), losses(2), True),
    "another place": (critic(-1), critic(2), True),
    "another axis": (distance(1, 2, 3), distance(1, 2, 3, 4, 500), False),
    "more lines": (told(), told(sees="reads"), False),
    "fewer dots": (tiny(5), tiny(5, stage="generate"), False),
    "axes that follow": (following(1, 2, 3), following(4, 5, 6), False),
}


@pytest.mark.parametrize(("before", "after", "is_move"), CHANGES.values(), ids=CHANGES)
def test_changed_figure_is_that_which_is_drawn_afresh(
    tab: Page, show: Callable[[Figure], None], before: Figure, after: Figure, is_move: bool
) -> None:
    show(after)
    afresh = tab.evaluate(SEEN)
    tab.evaluate(f"Plotly.purge({FIGURE})")
    show(before)
    assert tab.evaluate(SEEN) != afresh
    tab.evaluate(COUNT)
    show(after)
    tab.wait_for_function(IS_SEEN, arg=afresh)
    assert tab.evaluate("window.reactions") == (0 if is_move else 1)


def test_film_that_has_been_moved_begins_anew(tab: Page, show: Callable[[Figure], None]) -> None:
    show(told())
    afresh = tab.evaluate(SEEN)
    show(told(start="right"))
    tab.wait_for_function(f"{FIGURE}._transitionData._frames.length")
    tab.locator(".slider-rail-touch-rect").click()
    tab.wait_for_function(f"{FIGURE}.layout.sliders[0].active > 10")
    show(told())
    tab.wait_for_function(IS_SEEN, arg=afresh)


@pytest.mark.parametrize("after", [told(), told(sees="reads")], ids=["move", "redraw"])
def test_film_that_plays_ends_with_its_figure(
    tab: Page, show: Callable[[Figure], None], after: Figure
) -> None:
    show(after)
    afresh = tab.evaluate(SEEN)
    tab.evaluate(f"Plotly.purge({FIGURE})")
    show(told(start="right"))
    tab.wait_for_timeout(FRAMES_COME_MS)
    tab.get_by_text("Play").click()
    tab.wait_for_function(f"{FIGURE}.layout.sliders[0].active > 2")
    show(after)
    tab.wait_for_timeout(FRAMES_COME_MS)
    assert tab.evaluate(SEEN) == afresh


def test_film_of_a_figure_that_moved_shows_its_own_game(
    tab: Page, show: Callable[[Figure], None]
) -> None:
    def go_on() -> None:
        tab.wait_for_timeout(FRAMES_COME_MS)
        tab.locator(".slider-rail-touch-rect").click()
        tab.wait_for_timeout(FRAMES_COME_MS)

    show(told())
    go_on()
    end = tab.evaluate(SEEN)
    tab.evaluate(f"Plotly.purge({FIGURE})")
    show(told(start="right"))
    show(told())
    go_on()
    assert tab.evaluate(SEEN) == end


def test_film_is_played_and_stepped_by_keyboard(tab: Page, show: Callable[[Figure], None]) -> None:
    show(told())
    afresh = tab.evaluate(SEEN)
    tab.wait_for_timeout(FRAMES_COME_MS)
    slider, play = tab.get_by_role("slider", name="Step"), tab.get_by_role("button", name="Play")
    last = slider.get_attribute("aria-valuemax") or ""
    slider.focus()
    tab.evaluate("place.style.width = '600px'")  # all is drawn once more
    tab.wait_for_function("document.querySelector('.main-svg').clientWidth === 600")
    for key, at in (("End", last), ("ArrowRight", last), ("Home", "0"), ("ArrowRight", "1")):
        tab.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuenow", at)
        assert tab.evaluate(f"{FIGURE}.layout.sliders[0].active") == int(at)
    assert tab.evaluate(SEEN) != afresh
    expect(slider).to_have_attribute("aria-valuetext", "6")
    play.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function(f"{FIGURE}.layout.sliders[0].active > 2")
    expect(play).to_be_focused()
    tab.get_by_role("button", name="Pause").focus()
    tab.keyboard.press("Space")
    tab.wait_for_timeout(FRAMES_COME_MS)
    stopped = slider.get_attribute("aria-valuenow")
    tab.wait_for_timeout(FRAMES_COME_MS)
    assert slider.get_attribute("aria-valuenow") == stopped != last
