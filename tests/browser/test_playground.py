"""The playground in a real browser: draw, take turns, go back in time, branch, share."""

from __future__ import annotations

import colorsys
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from gan_core.config import RunConfig
from gan_core.datasets import drawing
from gan_core.presets import PLANE_PRESETS
from gan_core.runs.claims import holder_name
from gan_core.training.records import RECORD_FIELDS
from tests.app_process import AppProcess
from tests.browser.conftest import until_answered
from tests.engine_process import wait_until

# One mould for all tests here, so that it is compiled once.
SMALL = "&preset=blobs_small&steps=1000000"
CANVAS = ".live-run canvas"
PAD = ".drawing-pad canvas"
PIXELS = """canvas => Array.from(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)"""


def open_playground(page: Page, app: AppProcess, query: str = SMALL) -> None:
    page.goto(f"{app.url}/playground?lang=en{query}")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()


def parameter(page: Page, name: str) -> str:
    return str(page.evaluate("name => new URL(location).searchParams.get(name) ?? ''", name))


def start(page: Page, app: AppProcess, query: str = SMALL) -> str:
    open_playground(page, app, query)
    press(page, "Train")
    page.wait_for_url("**run=*")
    return parameter(page, "run")


def shown_step(page: Page, which: int = 0) -> int:
    return int(
        page.evaluate("n => document.querySelectorAll('.live-run')[n]?.dataset.shown ?? -1", which)
    )


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def pause(page: Page, app: AppProcess, run_id: str) -> None:
    press(page, "Pause")
    wait_until(lambda: app.store.run(run_id).status == "paused", "the pause")


def frame(app: AppProcess, run_id: str) -> dict[str, Any]:
    event = app.store.record.latest_frame(run_id)
    assert event
    return dict(json.loads(event.payload or b"{}"))


def scrub_to(page: Page, share: float) -> None:
    """Drag the time machine's slider to a part of its range."""
    slider = page.get_by_role("slider", name="Step that is shown").first
    slider.evaluate(
        """(slider, share) => {
            slider.value = Math.round(share * slider.max);
            slider.dispatchEvent(new Event("input"));
            slider.dispatchEvent(new Event("change"));
        }""",
        share,
    )


@pytest.fixture
def paused(page: Page, app: AppProcess) -> str:
    """A run of the playground that has taken some thousand steps and rests, in `page`."""
    run_id = start(page, app)
    wait_until(lambda: app.store.run(run_id).step > 2000, "some steps")
    wait_until(lambda: len(app.store.record.frame_steps(run_id)) > 8, "steps to go back to")
    pause(page, app, run_id)
    return run_id


@pytest.fixture
def touch_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 800, "height": 1100}, has_touch=True, locale="en"
    )
    yield context.new_page()
    context.close()


# ------------------------------------------------------------------------------ drawing


@pytest.mark.slow
def test_what_the_mouse_draws_is_what_trains(page: Page, app: AppProcess) -> None:
    open_playground(page, app, f"{SMALL}&dataset=drawing&network=mlp")
    before = parameter(page, "points")
    press(page, "Clear")
    pad = page.locator(PAD)
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.25, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, y, steps=10)
    page.mouse.up()
    wait_until(lambda: parameter(page, "points") not in ("", before), "the drawing in the link")
    points = drawing.decode(parameter(page, "points"))
    assert len(points) > 10
    assert abs(points[:, 1]).max() < 0.1, "a level line through the middle"
    assert points[:, 0].min() == pytest.approx(-0.85, abs=0.1)
    assert points[:, 0].max() == pytest.approx(0.85, abs=0.1)
    press(page, "Train")
    page.wait_for_url("**run=*")
    assert app.store.run(parameter(page, "run")).config.points == parameter(page, "points")
    page.get_by_text("中文").click()
    expect(pad).to_have_attribute("aria-label", re.compile("画出真实点"))


def test_a_finger_draws_too(touch_page: Page, app: AppProcess) -> None:
    open_playground(touch_page, app, f"{SMALL}&dataset=drawing&network=mlp")
    heart = parameter(touch_page, "points")
    file = FilePayload(name="two.csv", mimeType="text/csv", buffer=b"x,y\n-1,0\n1,0\n")
    touch_page.locator("input[type=file]").set_input_files(file)
    wait_until(lambda: parameter(touch_page, "points") not in ("", heart), "the file")
    expect(touch_page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    before = parameter(touch_page, "points")
    pad = touch_page.locator(PAD)
    expect(pad).to_have_role("application")
    expect(pad).not_to_be_focused()  # nobody has asked for it
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    client = touch_page.context.new_cdp_session(touch_page)
    x, y = box["x"] + box["width"] / 2, box["y"]
    for kind, share in (("touchStart", 0.3), ("touchMove", 0.5), ("touchMove", 0.7)):
        point = {"x": x, "y": y + box["height"] * share}
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_until(lambda: parameter(touch_page, "points") not in ("", before), "the drawing")
    points = drawing.decode(parameter(touch_page, "points"))
    aside = abs(points[:, 0]) > 0.1  # of an upright line through the middle
    assert sorted(points[aside, 0]) == pytest.approx([-1.2, 1.2], abs=0.01), "what the file brought"
    press(touch_page, "Clear")
    expect(touch_page.get_by_text("Train takes the points from before.")).to_be_visible()


# ---------------------------------------------------------------------- turns and time


@pytest.mark.slow
def test_each_player_alone_moves_only_itself(page: Page, app: AppProcess, paused: str) -> None:
    first = frame(app, paused)
    press(page, "D alone")
    wait_until(lambda: frame(app, paused)["surface"] != first["surface"], "D's turn")
    after_d = frame(app, paused)
    assert after_d["x_fake.x"] == first["x_fake.x"], "G stays as it is in D's turn"
    press(page, "G alone")
    wait_until(lambda: frame(app, paused)["x_fake.x"] != after_d["x_fake.x"], "G's turn")
    assert frame(app, paused)["surface"] == after_d["surface"], "D stays as it is in G's turn"


@pytest.mark.slow
def test_slow_motion_says_what_happens_in_a_step_one_after_the_other(
    page: Page, app: AppProcess
) -> None:
    run_id = start(page, app)
    wait_until(lambda: app.store.run(run_id).step > 500, "some steps")
    page.get_by_text("Slow motion", exact=True).click()
    wait_until(lambda: app.store.controls.config_now(run_id).pace < 1, "the pace")
    sketch = page.locator(".live-run .game")
    expect(sketch).to_be_visible()
    for number, phase in enumerate(("generate", "judge", "d_learns", "slopes", "g_learns"), 1):
        expect(sketch).to_have_attribute("data-phase", phase)
        expect(sketch.locator("p")).to_contain_text(f"{number}. ")
    first = app.store.run(run_id).step
    wait_until(lambda: app.store.run(run_id).step == first + 1, "the next step")
    page.get_by_text("Slow motion", exact=True).click()
    wait_until(lambda: app.store.run(run_id).step > first + 500, "full speed again")
    # In the middle of a step: what was being said of it does not stay for good.
    expect(sketch).to_have_attribute("data-phase", "all")


@pytest.mark.slow
def test_start_over_shows_the_same_run_from_its_first_step(
    page: Page, app: AppProcess, paused: str
) -> None:
    before = app.store.record.curve(paused, 0, 5)[1]
    press(page, "Start over")
    wait_until(lambda: parameter(page, "run") not in ("", paused), "the new run")
    again = parameter(page, "run")
    wait_until(lambda: app.store.run(again).step > 1000, "the same steps")
    assert (app.store.record.curve(again, 0, 5)[1][:1000] == before[:1000]).all()


def lines_of_the_equilibrium(page: Page) -> int:
    curves = "document.querySelector('.live-run .js-plotly-plot')"
    wanted = "shapes?.filter(({line}) => line.dash === 'dash').length"
    return int(page.evaluate(f"() => {curves}?.layout?.{wanted} ?? -1"))


@pytest.fixture
def holder() -> str:
    """Who trains a run that stands still."""
    return holder_name()


@pytest.fixture
def held_run(page: Page, app: AppProcess, holder: str) -> Iterator[str]:
    """A run of 100 steps that stands still, let go before `page` stops whatever trains."""
    run_id = app.store.create_run(PLANE_PRESETS["blobs_small"].config, claimed_by=holder)
    records = np.zeros((100, len(RECORD_FIELDS)), np.float32)
    app.store.record.append(run_id, holder, step=100, points={0: records}, images_per_second=1.0)
    app.store.set_status(run_id, holder, "running")
    yield run_id
    app.store.claims.release(run_id, holder)


@pytest.mark.slow
def test_where_the_loss_is_exchanged_the_curves_are_drawn_anew(
    page: Page, app: AppProcess, held_run: str
) -> None:
    open_playground(page, app, f"&run={held_run}")
    wait_until(lambda: lines_of_the_equilibrium(page) == 3, "both losses and the decision")
    app.store.controls.request(held_run, "set", "loss", "hinge")
    press(page, "Pause")  # and the page runs again
    wait_until(lambda: lines_of_the_equilibrium(page) == 0, "curves without an equilibrium")


@pytest.mark.slow
def test_a_measure_that_the_new_game_does_not_have_is_no_longer_shown(
    page: Page, app: AppProcess, held_run: str, holder: str
) -> None:
    def measure(step: int, measures: dict[str, float]) -> None:
        app.store.record.append(
            held_run,
            holder,
            step=step,
            points={},
            images_per_second=1.0,
            frame=json.dumps(measures).encode(),
            measures=measures,
        )

    gap, mmd = page.get_by_text("D's distance from the best D:"), page.get_by_text("MMD²:")
    measure(101, {"mmd": 0.5, "gap": 0.25})
    open_playground(page, app, f"&run={held_run}")
    expect(gap).to_contain_text("0.25")
    measure(102, {"mmd": 0.5})
    for _ in ("live", "opened anew"):
        expect(mmd).to_be_visible()
        expect(gap).to_have_count(0)
        page.reload()


@pytest.mark.slow
def test_picture_slider_and_curves_fit_a_laptop_without_scrolling(
    page: Page, app: AppProcess
) -> None:
    page.set_viewport_size({"width": 1280, "height": 680})
    run_id = start(page, app)
    wait_until(lambda: app.store.run(run_id).step > 100, "some steps")
    for part in (CANVAS, ".live-run .time", ".live-run .beside"):
        box = page.locator(part).first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 680, part


@pytest.mark.slow
def test_going_back_branching_and_sharing(
    page: Page, app: AppProcess, browser: Browser, paused: str
) -> None:
    last = shown_step(page)
    scrub_to(page, 0.5)
    wait_until(lambda: 0 < shown_step(page) < last, "an earlier step")
    wait_until(lambda: parameter(page, "at") != "", "the step in the link")
    back_at = shown_step(page)

    # Whoever follows the link sees the same picture.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    other = context.new_page()
    other.goto(page.url)
    wait_until(lambda: shown_step(other) == back_at, "the same step")
    tiles = ".live-run .tiles"  # what was measured on the points that are shown
    wait_until(lambda: other.inner_text(tiles) == page.inner_text(tiles), "the same measures")
    context.close()

    # A branch equals its parent up to that step.
    until_answered(page)  # an earlier answer may draw the form anew, and the press be lost
    page.get_by_text("Branch: from the step that is shown").click()
    press(page, "Branch")
    page.wait_for_url("**beside=*")
    branch = parameter(page, "beside")
    [change] = app.store.controls.changes(branch)
    press(page, "Stop")  # the parent leaves its slot
    wait_until(lambda: app.store.run(branch).step > (change.applied_step or 0), "the branch")
    parents, branchs = (app.store.record.curve(each, 0, 5)[1] for each in (paused, branch))
    n = change.applied_step or 0
    assert n > 0
    assert (parents[:n] == branchs[:n]).all()


@pytest.mark.slow
def test_link_to_a_step_that_is_still_to_come_waits_for_it(page: Page, app: AppProcess) -> None:
    holder = holder_name()
    config = RunConfig.parse({**PLANE_PRESETS["blobs_small"].settings, "steps": 300})
    run_id = app.store.create_run(config, claimed_by=holder)
    with page.expect_response("**/frame/**") as answer:
        page.goto(f"{app.url}/playground?lang=en&run={run_id}&at=200")
    assert answer.value.status == 404
    page.wait_for_timeout(500)
    expect(page.locator(".live-run .note")).not_to_contain_text("Connection lost")
    app.store.claims.release(run_id, holder)
    wait_until(lambda: app.store.run(run_id).status == "finished", "the end")
    frames = app.store.record.frame_steps(run_id)
    seen = max(step for step in frames if step <= 200)
    wait_until(lambda: shown_step(page) == seen, "the last frame up to that step")


@pytest.mark.slow
def test_picture_that_could_not_be_fetched_is_fetched_again(
    page: Page, app: AppProcess, paused: str
) -> None:
    last, note = shown_step(page), page.locator(".live-run .note")
    page.route("**/frame/**", lambda route: route.abort())
    scrub_to(page, 0.5)
    expect(note).to_contain_text("Connection lost. Trying again")
    page.unroute("**/frame/**")
    wait_until(lambda: 0 < shown_step(page) < last, "an earlier step")
    expect(note).to_be_empty()
    assert app.store.run(paused).status == "paused"


@pytest.mark.slow
def test_every_player_and_layer_is_reached_by_keyboard(page: Page, app: AppProcess) -> None:
    run_id = start(page, app)
    wait_until(lambda: shown_step(page) > 0, "the first steps")
    page.get_by_role("button", name="Pause", exact=True).press("Enter")
    wait_until(lambda: app.store.run(run_id).status == "paused", "the pause")
    page.get_by_role("button", name="Slopes for G").press("Space")
    wait_until(lambda: "arrows" in parameter(page, "layers"), "the layer")
    page.locator(CANVAS).focus()
    page.keyboard.press("f")  # noise flows to data
    page.get_by_role("slider", name="Step that is shown").focus()
    page.keyboard.press("Home")
    wait_until(lambda: shown_step(page) == 0, "the first step")


# ------------------------------------------------------------------------------- kinds


@pytest.mark.slow
def test_each_kind_of_an_infogan_has_a_colour(page: Page, app: AppProcess) -> None:
    run_id = start(page, app, "&preset=ring_infogan&steps=1000&layers=fake")
    wait_until(lambda: shown_step(page) == 1000, "the last step")
    expect(page.get_by_text("Each number is one kind")).to_be_visible()
    kinds = app.store.run(run_id).config.n_kinds
    points = frame(app, run_id)
    angles = np.arctan2(points["x_fake.y"], points["x_fake.x"])
    whole_turns = np.exp(1j * angles[: len(angles) // kinds * kinds]).reshape(-1, kinds)
    assert abs(whole_turns.mean(axis=0)).min() > 0.9, "each has one direction by now"

    def drawn() -> list[int]:
        colors = [colorsys.hls_to_rgb(kind / kinds, 0.52, 0.75) for kind in range(kinds)]
        pixels = np.array(page.locator(CANVAS).evaluate(PIXELS)).reshape(-1, 4)[:, :3] / 255
        return [int((abs(pixels - color).max(axis=1) < 0.15).sum()) for color in colors]

    wait_until(lambda: min(drawn()) > 20, "pixels in the colour of each kind")
    go_back = "&preset=blobs_small&steps=20&layers=fake"
    start(page, app, go_back)
    wait_until(lambda: shown_step(page) == 20, "a run without kinds")
    wait_until(lambda: drawn()[4] == 0, "no colours of kinds")
