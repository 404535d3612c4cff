"""The lessons' figures: how soon they answer a control, in a real browser.

The app itself, as a person starts it, on a temporary store, once its workers are warm, and
Chromium. In each lesson every slider is moved with the keyboard and from every list or row of
buttons another value is chosen with the mouse, a value further each time, and the page rests before
the next move. Controls after which no figure changes are left out.

answer_ms  from the moment in which the browser sends the change until the figure has changed and
           the browser paints it: the last change in any figure of the page, Streamlit's run of the
           whole page and the way to and fro included
key_ms     from the key or the click instead: Streamlit waits until a slider rests before it sends

`limit_ms` is what a reader takes for at once.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from playwright.sync_api import Locator, Page, sync_playwright

from gan_core.course import LESSONS
from gan_core.runs.store import Store
from tests.benchmarks.processes import app, free_port, wait_for_rest
from tests.chromium import ARGUMENTS, find_chromium

LIMIT_MS = 100
UNDER_WAY = {"the_game": "&moves=D5G5&stage=learn"}  # rates change nothing where nobody has moved
REST_MS = 400  # without a change: the page rests
PATIENCE_MS = 60_000
HANDLES = {  # of each kind of widget
    "stSlider": "input",
    "stSelectbox": "[role=combobox]",
    "stButtonGroup": "[role=radiogroup]",
}
ARROW, OTHER_ARROW = "ArrowRight", "ArrowLeft"
# What a browser notes of a change: when it was asked for, sent, and painted.
WATCH = """
const times = (window.times = {});
const FIGURE = ".js-plotly-plot, .loop, [data-testid=stImage]";
for (const asking of ["keydown", "pointerdown"])
  addEventListener(asking, () => (times.asked = performance.now()), true);
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  times.sent ??= performance.now();
  return send.call(this, data);
};
const element = (node) => (node.closest ? node : node.parentElement);
const inFigure = ({ target, addedNodes }) =>
  [target, ...addedNodes].some((node) => element(node)?.closest(FIGURE));
new MutationObserver((changes) => {
  times.anything = performance.now();
  if (changes.some(inFigure)) requestAnimationFrame(() => (times.painted = performance.now()));
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""


class Answer(NamedTuple):
    """How long one change took, in milliseconds."""

    since_sent: float
    since_key: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--moves", type=int, default=10, help="of each control; default: %(default)s"
    )
    parser.add_argument(
        "--lessons", nargs="*", default=[each.name for each in LESSONS], help="default: all"
    )


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Move every control of every lesson."""
    before = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        port = free_port()
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        with app(Store(f"sqlite:///{Path(folder) / 'store.sqlite3'}"), port) as web:
            wait_for_rest(web)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(PATIENCE_MS)
            page.add_init_script(WATCH)
            found = {}
            for name in arguments.lessons:
                url = f"http://127.0.0.1:{port}/{name}?lang=en{UNDER_WAY.get(name, '')}"
                found[name] = measure_lesson(page, url, arguments.moves)
        browser.close()
    lessons = {name: controls for name, controls in found.items() if controls}
    answers = [each for controls in lessons.values() for one in controls.values() for each in one]
    return {
        "lessons": {name: summary(controls) for name, controls in lessons.items()},
        "answer_ms": figures_of([each.since_sent for each in answers]),
        "key_ms": figures_of([each.since_key for each in answers]),
        "limit_ms": LIMIT_MS,
        "within_limit": round(float(np.mean([each.since_sent <= LIMIT_MS for each in answers])), 3),
        "moves": len(answers),
        "cores": os.cpu_count(),
        "load_before_after": [before, round(os.getloadavg()[0], 2)],
    }


def summary(controls: Mapping[str, list[Answer]]) -> dict[str, Any]:
    """A lesson's figures, and the median of each of its controls."""
    answers = [each.since_sent for one in controls.values() for each in one]
    return {
        **figures_of(answers),
        "controls": {
            name: round(float(np.median([each.since_sent for each in one])))
            for name, one in controls.items()
        },
    }


def figures_of(times: list[float]) -> dict[str, int]:
    """Median, worst and least of times in milliseconds."""
    return {
        "median": round(float(np.median(times))),
        "worst": round(max(times)),
        "least": round(min(times)),
    }


def measure_lesson(page: Page, url: str, moves: int) -> dict[str, list[Answer]]:
    """What each control of a lesson takes, by its label."""
    page.goto(url)
    page.locator(".st-key-ways_on a").first.wait_for()
    for closed in page.locator("[data-testid=stMain] details summary").all():
        closed.click()
    at_rest(page)
    return {
        name: answers
        for name, control in controls_of(page)
        if (answers := [each for _ in range(moves) if (each := move(page, control))])
    }


def controls_of(page: Page) -> Iterator[tuple[str, Locator]]:
    """Sliders, lists and rows of buttons of a lesson, with their labels."""
    main = page.locator("[data-testid=stMain]")
    for kind, handle in HANDLES.items():
        for widget in main.locator(f"[data-testid={kind}]:has({handle})").all():
            label = widget.locator("[data-testid=stWidgetLabel] p").inner_text()
            yield label, widget.locator(handle).first


def move(page: Page, control: Locator) -> Answer | None:
    """Move a control by one value, from its end back; None where no figure has changed."""
    role = control.get_attribute("role")
    if role == "combobox":
        control.press("ArrowDown")  # opens the list
        at_rest(page)
        choose = next_option(page.get_by_role("option"), "aria-selected").click
    elif role == "radiogroup":
        choose = next_option(control.get_by_role("radio"), "aria-checked").click
    else:
        control.focus()
        at_the_end = control.evaluate("slider => slider.value === slider.max")
        choose = partial(control.press, OTHER_ARROW if at_the_end else ARROW)
    at_rest(page)
    page.evaluate("delete times.painted; delete times.sent")
    choose()
    at_rest(page)
    times = page.evaluate("times")
    if "painted" not in times or "sent" not in times:
        return None
    return Answer(times["painted"] - times["sent"], times["painted"] - times["asked"])


def next_option(options: Locator, is_chosen: str) -> Locator:
    """The value after the one of which an attribute says that it is chosen; at last, the first."""
    chosen = [each.get_attribute(is_chosen) for each in options.all()].index("true")
    return options.nth((chosen + 1) % options.count())


def at_rest(page: Page) -> None:
    """Wait until the script has run and nothing on the page changes any more."""
    page.wait_for_function(
        """rest => performance.now() - times.anything > rest &&
        document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'""",
        arg=REST_MS,
        polling=REST_MS / 4,  # not with every picture: that would be work beside what is measured
    )


def as_text(figures: Mapping[str, Any]) -> str:
    """A table in Markdown."""
    lines = ["| Lesson | Median, ms | Worst, ms |", "| --- | --- | --- |"]
    for name, lesson in figures["lessons"].items():
        lines.append(f"| {name} | {lesson['median']} | {lesson['worst']} |")
    return "\n".join(lines)
