"""Scripts of the app alone: what comes to them, and when, is up to the test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect
from plotly.offline import get_plotlyjs

from pages.parts.browser import _SCRIPT as browser_script
from tests.browser.test_every_page import blemishes
from tests.engine_process import wait_until

ADDRESS = "http://app.test/train"
PATIENCE_MS = 10_000
PARTS = Path(__file__).parents[2] / "pages" / "parts"
FILES = ("plotly.js", "plane.js", "game_sketch.js", "live_figure.js")
STATE = {"status": "running", "has_facts": True, "steps": 9_000, "batch_size": 1}
# As Streamlit does: a script is loaded once, and called for an element each time its data change.
LOAD = """async (source) => {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.component = (await import(address)).default;
}"""
STAND_IN = """() => {
    const places = new Map();
    window.told = [];
    window.show = (place, view, first = "") => {
        if (!places.has(place)) {
            const parentElement = document.body.appendChild(document.createElement("div"));
            parentElement.appendChild(document.createElement("div")).className = "live-run";
            places.set(place, { parentElement });
        }
        const { parentElement } = places.get(place);
        const tell = (name, value) => window.told.push([place, name, value]);
        const data = { view, first };
        const told = { setStateValue: tell, setTriggerValue: tell };
        const leave = component({ parentElement, data, ...told });
        places.set(place, { parentElement, leave });
    };
    window.leave = (place) => {
        const { parentElement, leave } = places.get(place);
        parentElement.remove();
        places.delete(place);
        leave();
    };
}"""


def load(page: Page, *files: str, html: str = "") -> None:
    """Open a page of this alone, with a script that was put together of these files."""
    page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(ADDRESS)
    page.evaluate(LOAD, "".join((PARTS / name).read_text("utf-8") for name in files))


def frame_at(step: int) -> dict[str, Any]:
    return {"x_fake": f"step {step}"}


class Stage:
    """A page with live figures and nothing else; their sockets and fetches end here."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sockets: dict[str, WebSocketRoute] = {}
        self.held: dict[int, Route | None] = {}  # steps whose frames are to come late
        page.route("**/frame/**", self._fetched)
        page.route_web_socket("**/live/*", self._connected)
        load(page, *FILES)
        page.evaluate(STAND_IN)

    def _connected(self, socket: WebSocketRoute) -> None:
        self.sockets[socket.url.rpartition("/")[2]] = socket

    def _fetched(self, route: Route) -> None:
        step = int(route.request.url.rpartition("/")[2])
        if step in self.held:
            self.held[step] = route
        else:
            route.fulfill(json=frame_at(step), headers={"X-Step": str(step)})

    def until_asked(self, step: int) -> None:
        """Wait until the page has asked for a frame that is to come late."""
        wait_until(lambda: self.page.evaluate("1") and self.held[step], "the question")

    def let_come(self, step: int) -> None:
        """Answer at last, and wait until the page has had time for it."""
        held = self.held.pop(step)
        assert held
        with self.page.expect_response(f"**/frame/*/{step}"):
            self._fetched(held)
        self.page.wait_for_timeout(100)

    def show(self, run: str, group: str = "", language: str = "en", **view: Any) -> None:
        """Show a run's figures where they are, or else below what is there."""
        view = {
            "run": run,
            "status": "running",
            "has_facts": True,
            "figures": [],
            "tiles": {},
            "speed": "",
            "plane": False,
            "group": group,
            "at": None,
            "catalog": {},
            "language": language,
        } | view
        self.page.evaluate("([run, view]) => show(run, view)", [run, json.dumps(view)])
        wait_until(lambda: self.page.evaluate("1") and run in self.sockets, "the socket")

    def leave(self, run: str) -> None:
        """Take its figures away for good."""
        self.page.evaluate("run => leave(run)", run)
        del self.sockets[run]
        self.page.wait_for_timeout(250)  # until then it may come back

    def train(self, run: str, step: int) -> None:
        """Let a run take steps up to this one, of which there is a frame."""
        self._send(
            run,
            reset=True,
            curves={"frame_step": {"frame_step": [step]}},
            frame=frame_at(step),
            frame_step=step,
            progress={"step": step},
            state=STATE,
        )

    def go_on(self, run: str, step: int, **also: Any) -> None:
        """Let a run go on from where it is to this step, of which there is a frame."""
        frame = frame_at(step) | also
        self._send(run, frame=frame, frame_step=step, progress={"step": step})

    def change(self, run: str, marks: list[dict[str, Any]], curves: dict[str, Any]) -> None:
        """Let a run be one whose settings have been changed while it trained."""
        self._send(run, reset=True, curves=curves, marks=marks, state=STATE)

    def stop(self, run: str) -> None:
        """Let a run end where it is."""
        self._send(run, state=STATE | {"status": "stopped"})

    def _send(self, run: str, **message: Any) -> None:
        self.sockets[run].send(json.dumps(message))

    def fail(self, run: str, message: dict[str, Any]) -> None:
        """Let a run end by itself, and say why."""
        self._send(run, state=STATE | {"status": "failed", "message": message})

    def scrub(self, step: int, place: int = 0) -> None:
        """Drag the slider of the figures in this place to a step, and let it go."""
        self.page.locator(".scrub").nth(place).evaluate(
            """(slider, step) => {
                slider.value = step;
                slider.dispatchEvent(new Event("input"));
                slider.dispatchEvent(new Event("change"));
            }""",
            step,
        )

    def told(self) -> list[tuple[str, str, int]]:
        """What the page has been told since it was asked last: by which run, of what, and what."""
        return [tuple(each) for each in self.page.evaluate("told.splice(0)")]

    def until_shown(self, *steps: int) -> None:
        """Wait until the figures, in the order in which they came, show these steps."""
        self.page.wait_for_function(
            """steps => [...document.querySelectorAll('.live-run')]
                .every((run, n) => Number(run.dataset.shown) === steps[n])""",
            arg=steps,
            timeout=PATIENCE_MS,
        )


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.context.close()


@pytest.fixture
def stage(tab: Page) -> Stage:
    return Stage(tab)


def test_run_that_is_opened_again_is_followed(stage: Stage) -> None:
    stage.show("a")
    stage.train("a", 500)
    stage.until_shown(500)
    stage.leave("a")
    stage.show("a")
    stage.train("a", 1000)
    stage.until_shown(1000)
    stage.train("a", 1100)
    stage.until_shown(1100)


def test_page_hears_of_both_runs_to_which_step_their_pair_has_gone_back(stage: Stage) -> None:
    for run in "ab":
        stage.show(run, group="a b")
        stage.train(run, 100)
    stage.until_shown(100, 100)
    for place, step in ((0, 80), (1, 30)):
        stage.scrub(step, place)
        stage.until_shown(step, step)
        assert stage.told() == [("a", "scrubbed", step), ("b", "scrubbed", step)]
    stage.page.get_by_text("Latest").last.click()
    assert stage.told() == [("a", "scrubbed", -1), ("b", "scrubbed", -1)]


def test_late_picture_of_an_earlier_place_of_the_slider_is_not_shown(stage: Stage) -> None:
    stage.show("a")
    stage.train("a", 900)
    stage.until_shown(900)
    stage.held = {100: None}
    stage.scrub(100)
    stage.until_asked(100)
    stage.scrub(300)
    stage.until_shown(300)
    stage.let_come(100)
    stage.until_shown(300)


def test_run_goes_on_where_the_other_one_of_its_pair_has_ended(stage: Stage) -> None:
    for run, step in (("a", 500), ("b", 4000)):
        stage.show(run, group="a b")
        stage.train(run, step)
    stage.until_shown(500, 500)
    stage.stop("a")
    stage.until_shown(500, 4000)
    stage.train("b", 5000)
    stage.until_shown(500, 5000)


def test_picture_that_comes_late_does_not_take_a_pair_back(stage: Stage) -> None:
    stage.held[4] = None
    for run in ("a", "b"):
        stage.show(run, "pair")
    stage.train("a", 8)
    stage.train("b", 4)
    stage.until_asked(4)  # of a, which has had no picture as old as b's
    stage.go_on("b", 100)
    stage.until_shown(8, 4)
    stage.let_come(4)
    stage.until_shown(8, 4)


def test_changes_are_marked_where_there_are_steps_each_label_beside_the_others(
    tab: Page, stage: Stage
) -> None:
    tab.add_script_tag(content=get_plotlyjs())
    curve = {"x": [], "y": [], "meta": {"append": {"x": "step", "y": "d_loss"}}}
    picture = {"type": "image", "z": [[[0, 0, 0]]], "meta": {"replace": {"source": "x_fake"}}}
    figures = [
        {"data": [each], "layout": {"height": 400, "width": 700}, "name": name}
        for name, each in (("Losses", curve), ("Samples", picture))
    ]
    stage.show("a", figures=figures)
    steps = [1000, 1000, 1000, 1100, 1400, 2900, 3000]
    marks = [
        {"step": step, "title": f"Setting {n}", "value": str(n)} for n, step in enumerate(steps)
    ]
    curves = {"step": {"step": [0, 5000], "d_loss": [1, 2]}, "frame_step": {"frame_step": [5000]}}
    stage.change("a", marks, curves)
    labels = stage.page.locator(".annotation-text")
    expect(labels).to_have_count(len(set(steps)))
    expect(stage.page.locator("[aria-label=Samples] .shapelayer path")).to_have_count(0)
    assert blemishes(stage.page) == []
    written = " ".join(labels.all_text_contents())
    assert all(f"Setting {n} = {n}" in written for n in range(len(steps)))


def test_browser_keeps_no_more_than_a_while_of_a_run_whose_pair_waits(stage: Stage) -> None:
    for run in "ab":
        stage.show(run, group="a b")
        stage.train(run, 1)
    for step in range(2, 1002):
        stage.go_on("a", step)
    stage.until_shown(1, 1)
    fetched: list[str] = []
    stage.page.on("request", lambda request: fetched.append(request.url.partition("/frame/")[2]))
    stage.go_on("b", 10)
    stage.until_shown(10, 10)
    assert "a/10" in fetched, "it is no longer here"
    stage.go_on("b", 990)
    stage.until_shown(990, 990)
    assert "a/990" not in fetched, "it is here"


def test_screen_reader_hears_of_figures_and_of_a_lost_connection(stage: Stage) -> None:
    stage.show("a", figures=[{"data": [], "layout": {"height": 300}, "name": "Losses"}])
    expect(stage.page.get_by_role("figure", name="Losses")).to_be_visible()
    stage.sockets["a"].close()
    said = stage.page.get_by_role("status").filter(has_text="Connection lost")
    expect(said).to_be_visible()


def test_page_that_comes_from_another_site_says_so_and_asks_no_more(stage: Stage) -> None:
    stage.page.evaluate("window.Plotly = {}")  # or it would say that it cannot be loaded
    stage.show("a")
    refused = stage.sockets.pop("a")
    refused.close(code=4403, reason="This page comes from another site.")
    expect(stage.page.get_by_text("This page comes from another site.")).to_be_visible()
    stage.page.wait_for_timeout(1000)
    assert not stage.sockets


def test_page_runs_again_for_each_new_end_and_says_why_in_its_language(stage: Stage) -> None:
    reasons = [
        {"template": "Because of {what}.", "values": {"what": {"template": what, "values": {}}}}
        for what in ("this", "that")
    ]
    view = {"language": "zh", "status": "failed"}
    stage.page.evaluate("window.Plotly = {}")  # or it would say that it cannot be loaded
    stage.show("a", **view)
    for reason in reasons:
        stage.fail("a", reason)
        wait_until(lambda: stage.told() == [("a", "status", "failed")], "the page to be told")
    catalog = {"Because of {what}.": "因为{what}。", "that": "那个"}
    stage.show("a", **view, message=reasons[1], catalog=catalog)
    expect(stage.page.get_by_text("因为那个。")).to_be_visible()
    stage.fail("a", reasons[1])
    stage.page.wait_for_timeout(100)
    assert stage.told() == [], "it knows"


def test_step_that_is_fetched_shows_no_measure_of_another_one(stage: Stage) -> None:
    stage.show("a", tiles={"gap": {"label": "Gap", "unit": "", "floor": None}})
    stage.train("a", 100)
    stage.go_on("a", 200, gap=0.5)
    expect(stage.page.get_by_text("Gap: 0.5")).to_be_visible()
    stage.scrub(100)
    stage.until_shown(100)
    expect(stage.page.get_by_text("Gap: 0.5")).to_have_count(0)


def test_figures_that_are_built_anew_leave_nothing_behind(stage: Stage) -> None:
    stage.page.evaluate(
        """() => {
            window.drawn = new Set();
            const newPlot = async (plot) => window.drawn.add(plot);
            window.Plotly = { newPlot, purge: (plot) => window.drawn.delete(plot) };
        }"""
    )
    figure = {"data": [], "layout": {"height": 300}, "name": "Losses"}
    for language in ("en", "zh", "en"):
        stage.show("a", language=language, figures=[figure, figure])
        stage.train("a", 500)
        stage.page.wait_for_function("document.querySelectorAll('.figure').length === 2")
        stage.page.wait_for_function("drawn.size === 2", timeout=PATIENCE_MS)
    stage.leave("a")
    stage.page.wait_for_function("drawn.size === 0", timeout=PATIENCE_MS)


def test_figure_whose_picture_is_being_drawn_is_taken_away_afterwards(stage: Stage) -> None:
    stage.page.evaluate(
        """() => {
            const restyle = () => new Promise((resolve) => (window.finish = resolve));
            const purge = () => (window.purged = true);
            const update = async () => {};
            const newPlot = async (plot, data) => (plot.data = data);
            window.Plotly = { newPlot, restyle, update, purge };
        }"""
    )
    trace = {"meta": {"replace": {"source": "x_fake"}}}
    stage.show("a", figures=[{"data": [trace], "layout": {"height": 300}, "name": "Samples"}])
    stage.train("a", 500)
    stage.page.wait_for_function("document.querySelector('.figure').data", timeout=PATIENCE_MS)
    stage.train("a", 600)
    stage.page.wait_for_function("Boolean(window.finish)", timeout=PATIENCE_MS)
    stage.leave("a")
    assert not stage.page.evaluate("window.purged")
    stage.page.evaluate("window.finish()")
    stage.page.wait_for_function("window.purged", timeout=PATIENCE_MS)


def test_arrow_key_turns_one_page_of_a_lesson_that_is_projected_and_of_no_other(tab: Page) -> None:
    load(
        tab,
        "lesson.js",
        html="<div id=lesson><button class=print-lesson></button></div>"
        "<div class=st-key-next_lesson><a onclick='turned += 1'></a></div>",
    )
    tab.evaluate(
        """() => {
            const parentElement = document.getElementById("lesson");
            const shared = { print: "", question: "", visit: 1 };
            window.turned = 0;
            window.show = (arrows) =>
                void (window.leave = component({ data: { ...shared, arrows }, parentElement }));
        }"""
    )
    for _ in range(3):  # as often as the theme changes
        tab.evaluate("show(true)")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("turned") == 1
    tab.evaluate("leave?.()")  # the last one: Streamlit keeps no other
    tab.evaluate("show(false)")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("turned") == 1


def test_remote_control_scrolls_through_a_lesson_and_turns_its_page_at_the_end(tab: Page) -> None:
    load(
        tab,
        "lesson.js",
        html="<div id=lesson><button class=print-lesson></button></div>"
        "<div data-testid=stMain style='height: 400px; overflow: auto'>"
        "<div style='height: 700px'></div></div>"
        "<div class=st-key-next_lesson><a onclick='turned += 1'></a></div>"
        "<div class=st-key-previous_lesson><a onclick='turned -= 1'></a></div>",
    )
    tab.evaluate(
        """() => {
            window.turned = 0;
            window.main = document.querySelector("[data-testid=stMain]");
            const data = { print: "", question: "", visit: 1, arrows: true };
            component({ data, parentElement: document.getElementById("lesson") });
        }"""
    )
    tab.keyboard.press("PageDown")
    tab.wait_for_function("main.scrollTop === 300")
    assert tab.evaluate("turned") == 0
    tab.keyboard.press("PageDown")
    assert tab.evaluate("turned") == 1
    tab.keyboard.press("PageUp")
    tab.wait_for_function("main.scrollTop === 0")
    assert tab.evaluate("turned") == 1
    tab.keyboard.press("PageUp")
    assert tab.evaluate("turned") == 0


def test_remote_control_turns_the_page_whatever_was_clicked_before(tab: Page) -> None:
    load(
        tab,
        "lesson.js",
        html="<div id=lesson><button class=print-lesson></button></div>"
        "<div data-testid=stMain><input type=radio name=answer><input type=radio name=answer>"
        "<div role=slider tabindex=0 onkeydown='moved += 1'>0</div><textarea></textarea></div>"
        "<div class=st-key-next_lesson><a onclick='turned += 1'></a></div>",
    )
    tab.evaluate(
        """() => {
            window.turned = window.moved = 0;
            const data = { print: "", question: "", visit: 1, arrows: true };
            component({ data, parentElement: document.getElementById("lesson") });
        }"""
    )
    answers, slider = tab.get_by_role("radio"), tab.get_by_role("slider")
    for n, touched in enumerate((answers.first, slider), start=1):
        touched.focus()
        tab.keyboard.press("PageDown")
        assert tab.evaluate("[turned, moved]") == [n, 0]
    slider.press("ArrowRight")
    assert tab.evaluate("[turned, moved]") == [2, 1], "who uses the keyboard alone needs its arrows"
    answers.first.click()
    tab.wait_for_function("document.activeElement === document.body")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("turned") == 3
    assert answers.first.is_checked()
    tab.get_by_role("textbox").press("PageDown")
    assert tab.evaluate("turned") == 3


def test_page_in_another_language_is_watched_by_no_second_observer(tab: Page) -> None:
    load(tab, html="<div data-testid=stApp></div>")
    tab.evaluate(
        """() => {
            const { observe, disconnect } = MutationObserver.prototype;
            window.watching = new Set();
            MutationObserver.prototype.observe = function (...given) {
                watching.add(this);
                observe.apply(this, given);
            };
            MutationObserver.prototype.disconnect = function () {
                watching.delete(this);
                disconnect.apply(this);
            };
        }"""
    )
    for language in ("en", "zh"):
        script = browser_script.format(language=language, dialogs="{}")
        tab.evaluate("() => " + script.removeprefix("<script>").removesuffix("</script>"))
    assert tab.evaluate("watching.size") == 2, "one for the theme, one for dialogs"
