"""What a student does on the train page, in a real browser, with real training."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from gan_core.training.records import RECORD_FIELDS
from tests.app_process import AppProcess
from tests.browser.conftest import until_answered
from tests.engine_process import wait_until


def run_of(page: Page) -> str:
    page.wait_for_url("**run=*")
    return str(page.evaluate("new URL(location).searchParams.get('run')"))


def start(page: Page, app: AppProcess, query: str = "") -> str:
    page.goto(f"{app.url}/train?lang=en{query}")
    page.get_by_role("button", name="Train", exact=True).first.click()
    return run_of(page)


def step(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.live-run')?.dataset.step ?? 0"))


def status(page: Page) -> Any:
    return expect(page.locator(".live-run .status"))


def curve(page: Page, name: str) -> dict[str, list[float]]:
    """The points of one curve as they are drawn."""
    return dict(
        page.evaluate(
            """name => {
                const plots = [...document.querySelectorAll('.live-run .figure')];
                const trace = plots.flatMap(plot => plot.data ?? []).find(
                    trace => trace.meta?.append?.y === name);
                return {x: [...(trace?.x ?? [])], y: [...(trace?.y ?? [])]};
            }""",
            name,
        )
    )


def generated(page: Page, channel: str = "x_fake") -> str:
    """The picture of generated samples, or of real ones, as it is drawn."""
    return str(
        page.evaluate(
            """channel => [...document.querySelectorAll('.live-run .figure')]
                .flatMap(plot => plot.data ?? [])
                .find(trace => trace.meta?.replace?.source === channel)?.source""",
            channel,
        )
    )


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=False)


def stop(page: Page) -> None:
    button(page, "Stop").click()
    status(page).to_have_text("stopped")


def test_train_watch_pause_change_reload(page: Page, app: AppProcess, browser: Browser) -> None:
    run_id = start(page, app)
    wait_until(lambda: step(page) > 5, "the first steps")
    wait_until(lambda: len(curve(page, "d_loss")["x"]) > 5, "the curves")
    first_picture = generated(page)
    assert first_picture.startswith("data:image/png")
    wait_until(lambda: generated(page) != first_picture, "another picture")
    expect(page.locator(".live-run .numbers")).to_contain_text("images/s")
    expect(page.locator(".live-run .numbers")).to_contain_text("left")

    page.evaluate("document.querySelector('.live-run .figure').mark = 'the same element'")
    button(page, "Pause").click()
    status(page).to_have_text("paused")
    expect(button(page, "Resume")).to_be_enabled()
    paused_at = wait_until(lambda: app.store.run(run_id).step, "the pause")
    page.wait_for_timeout(500)
    assert step(page) == paused_at
    button(page, "One step").click()
    wait_until(lambda: step(page) == paused_at + 1, "one step")

    slider = page.get_by_role("slider", name="Learning rate of G").last
    slider.focus()
    slider.press("ArrowLeft")
    wait_until(lambda: app.store.controls.changes(run_id), "the change")
    wait_until(lambda: "0.0002" in page.inner_text(".live-run .figures"), "the mark on the curves")
    button(page, "Resume").click()
    wait_until(lambda: step(page) > paused_at + 5, "more steps")
    assert page.evaluate("document.querySelector('.live-run .figure').mark") == "the same element"

    page.reload()
    wait_until(lambda: step(page) > paused_at + 5, "the run after a reload")
    assert run_of(page) == run_id
    whole = wait_until(lambda: curve(page, "g_loss")["x"], "the curves after a reload")
    assert whole == list(range(1, len(whole) + 1)), "a gap or a repetition"

    elsewhere = browser.new_context().new_page()
    elsewhere.goto(page.url)
    wait_until(lambda: step(elsewhere) > paused_at + 5, "the run in a second browser")
    assert wait_until(lambda: curve(elsewhere, "d_loss")["x"], "its curves")[0] == 1
    elsewhere.context.close()

    stop(page)
    steps, points = app.store.record.curve(run_id, 0, len(RECORD_FIELDS))
    wait_until(lambda: len(curve(page, "d_loss")["x"]) == len(steps), "the last points")
    drawn = curve(page, "d_loss")["y"]
    assert max(abs(a - b) for a, b in zip(drawn, points[:, 0].tolist(), strict=True)) < 1e-4


@pytest.mark.slow
def test_points_in_the_plane_with_their_metrics(page: Page, app: AppProcess) -> None:
    small = "&g_hidden_units=8&d_hidden_units=8"  # they take twenty thousand steps in a second
    start(page, app, f"&preset=ring_mlp&steps=1000000{small}")
    wait_until(lambda: step(page) > 100, "the first steps")
    expect(page.locator(".live-run .tiles")).to_contain_text("Modes covered")
    expect(page.locator(".live-run .tiles")).to_contain_text("real: 8")
    expect(page.locator(".live-run .numbers")).to_contain_text("points/s")
    stop(page)


@pytest.mark.slow
def test_a_full_house_tells_the_place_in_the_queue(page: Page, app: AppProcess) -> None:
    first = start(page, app)
    wait_until(lambda: step(page) > 0, "the first run")
    second = start(page, app)
    expect(page.locator(".live-run .note")).to_have_text(
        "Waiting for a free slot: position 1 of 1."
    )
    button(page, "Cancel").click()
    status(page).to_have_text("stopped")
    assert app.store.run(second).step == 0
    app.store.controls.request(first, "stop")


@pytest.mark.slow
def test_a_diverged_run_says_so_and_what_to_try(page: Page, app: AppProcess) -> None:
    start(
        page,
        app,
        "&preset=ring_mlp&loss=least_squares&g_hidden_layers=5&d_hidden_layers=5"
        "&g_hidden_units=8&d_hidden_units=8"
        "&d_learning_rate=1&g_learning_rate=1",
    )
    status(page).to_have_text("diverged")
    expect(page.locator(".live-run .note")).to_contain_text("Try a learning rate ten times smaller")
    wait_until(lambda: curve(page, "d_loss")["x"], "what was before")


@pytest.mark.slow
def test_zoom_and_sliders_stay_while_it_trains(page: Page, app: AppProcess) -> None:
    start(page, app)
    wait_until(lambda: len(curve(page, "d_loss")["x"]) > 5, "the curves")
    curves = page.locator(".live-run .figure").nth(1)
    box = curves.locator(".nsewdrag").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=5)
    page.mouse.up()
    zoom = curves.evaluate("plot => [...plot._fullLayout.xaxis.range]")
    page.get_by_role("slider", name="Batch size").press("ArrowRight")
    before = step(page)
    wait_until(lambda: step(page) > before + 10, "more steps")
    assert curves.evaluate("plot => [...plot._fullLayout.xaxis.range]") == zoom
    assert zoom[1] < before
    page.wait_for_url("**batch_size=64**")
    stop(page)


@pytest.mark.slow
def test_the_connection_comes_back(page: Page, app: AppProcess) -> None:
    sockets: list[WebSocketRoute] = []

    def pass_through(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/live/**", pass_through)
    run_id = start(page, app)
    wait_until(lambda: step(page) > 0, "the first step")
    sockets[0].close()
    expect(page.locator(".live-run .note")).to_contain_text("Connection lost")
    wait_until(lambda: page.evaluate("1") and len(sockets) == 2, "another connection")
    before = step(page)
    wait_until(lambda: step(page) > before + 5, "steps after the break")
    whole = curve(page, "d_loss")["x"]
    assert whole == list(range(1, len(whole) + 1)), "a gap or a repetition"
    app.store.delete(run_id)
    by_the_figures = page.locator(".live-run .note").get_by_text("This run no longer exists.")
    by_the_page = page.get_by_text(f"There is no run {run_id}.")  # once it is drawn again
    expect(by_the_figures.or_(by_the_page).first).to_be_visible()


@pytest.mark.slow
def test_an_opened_run_need_not_wait_for_its_socket(
    page: Page, app: AppProcess, browser: Browser
) -> None:
    run_id = start(page, app)
    wait_until(lambda: step(page) > 5, "the first steps")
    stop(page)
    last, losses = step(page), curve(page, "d_loss")
    other = browser.new_page()
    silent: list[WebSocketRoute] = []
    other.route_web_socket("**/live/**", lambda socket: silent.append(socket))  # says nothing
    other.goto(f"{app.url}/train?lang=en&run={run_id}")
    wait_until(lambda: curve(other, "d_loss")["x"], "the curves")
    assert silent
    assert step(other) == last
    assert curve(other, "d_loss") == losses
    status(other).to_have_text("stopped")
    other.close()


@pytest.mark.slow
def test_both_languages_by_the_switch(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/train?lang=en")
    page.get_by_text("中文").click()
    expect(page.get_by_role("button", name="训练").last).to_be_visible()
    page.wait_for_url("**lang=zh**")
    page.reload()
    expect(page.get_by_role("button", name="训练").last).to_be_visible()
    page.get_by_role("link", name="首页").first.click()
    expect(page.get_by_text("生成对抗网络").first).to_be_visible()
    page.wait_for_url("**lang=zh**")


@pytest.mark.slow
def test_runs_can_be_opened_renamed_and_deleted(page: Page, app: AppProcess) -> None:
    run_id = start(page, app, "&preset=ring_mlp&g_hidden_units=8&d_hidden_units=8&steps=1000000")
    wait_until(lambda: step(page) > 0, "the first step")
    stop(page)
    page.goto(f"{app.url}/runs?lang=en")
    page.get_by_role("button", name="more_horiz").first.click()
    name = page.get_by_role("textbox", name="Name")
    name.fill("My ring")
    name.press("Enter")
    page.get_by_role("button", name="Rename", exact=True).click()
    wait_until(lambda: app.store.run(run_id).name == "My ring", "the new name")
    page.get_by_role("link", name="My ring").click()
    status(page).to_have_text("stopped")
    page.goto(f"{app.url}/runs?lang=en")
    page.get_by_role("button", name="more_horiz").first.click()
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_test_id("stDialog").get_by_role("button", name="Delete for good").click()
    wait_until(lambda: run_id not in [run.id for run in app.store.runs()], "the deletion")
    expect(page.get_by_role("link", name="My ring")).to_have_count(0)


@pytest.mark.slow
def test_own_loss_is_trained_from_its_page(page: Page, app: AppProcess) -> None:
    """The link carries both formulas; what then trains is what was typed."""
    page.goto(f"{app.url}/own_loss?lang=en&d_formula=square(real-1)%2Bsquare(fake)&g_formula=-fake")
    page.get_by_text("Train with it").click()
    page.wait_for_url("**/train?*")
    expect(page.get_by_role("textbox", name="G's loss")).to_have_value("-fake")
    page.get_by_role("button", name="Train", exact=True).first.click()
    run_id = run_of(page)
    wait_until(lambda: step(page) > 5, "the first steps")
    config = app.store.run(run_id).config
    assert (config.loss, config.d_formula, config.g_formula) == (
        "custom",
        "square(real-1)+square(fake)",
        "-fake",
    )
    stop(page)


def test_on_a_phone_the_button_is_where_the_run_will_be(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/train?lang=en")
    trains = page.get_by_role("button", name="Train", exact=True)
    expect(trains).to_have_count(1)
    expect(page.get_by_test_id("stSidebar").locator(trains)).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    on_the_page = page.get_by_test_id("stMain").locator(trains)
    until_answered(page)
    # With the button at the upper edge, browsers hold on to what the run is going to push down.
    on_the_page.evaluate("button => (button.scrollIntoView({ block: 'start' }), button.click())")
    wait_until(lambda: step(page) > 0, "the first steps")
    expect(page.locator(".live-run .head")).to_be_in_viewport()
    expect(page.locator(".live-run .figure").first).to_be_in_viewport()
    stop(page)
    expect(on_the_page).to_be_visible()
