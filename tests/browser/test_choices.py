"""What is chosen stays chosen when its words change: by the language, or by a run's new name."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.app_process import AppProcess
from tests.browser.conftest import LIST_STAYS_OPEN_MS, choose, open_page, until_answered
from tests.checkpointed import checkpointed_run
from tests.engine_process import wait_until

CODES = {"English": "en", "中文": "zh"}
SWITCHES = ("中文", "English", "中文")
FORMS = {  # of a list on a page: what it is called, and two of its choices, by language
    "train": {
        "English": ("Preset", "Digits, fully connected", "Digits, conditional"),
        "中文": ("预设", "手写数字，全连接", "手写数字，条件生成"),
    },
    "losses": {
        "English": ("Loss", "Least squares", "Minimax (saturating)"),
        "中文": ("损失", "最小二乘", "极小极大（饱和）"),
    },
    "build_it": {
        "English": ("What to build", "Ring of eight, fully connected", "Digits, small DCGAN"),
        "中文": ("搭什么", "八高斯环，全连接", "手写数字，小型 DCGAN"),
    },
}


def switch_to(page: Page, language: str) -> None:
    switch = page.get_by_role("radio", name=language, exact=True)
    switch.click()
    expect(page).to_have_url(re.compile(f"lang={CODES[language]}"))  # the answer is under way
    until_answered(page)
    expect(switch).to_be_checked()


def choose_and_see(page: Page, label: str, option: str) -> None:
    """Choose from a list, and see it chosen once the page has answered."""
    box = page.get_by_role("combobox", name=label).first
    choose(box, option)
    until_answered(page)
    expect(box).to_have_value(option)


def choose_also(several: Locator, option: str) -> None:
    """Choose one more from a list of which several may be chosen."""
    offered = several.page.get_by_role("option", name=option, exact=True)
    chosen = several.get_by_text(option, exact=True)

    def is_chosen() -> bool:  # a list closes when the page beneath it moves, also under a click
        until_answered(several.page)
        if chosen.is_visible():
            return True
        several.get_by_role("combobox").press("ArrowDown")
        with contextlib.suppress(TimeoutError):
            offered.click(timeout=LIST_STAYS_OPEN_MS)
        return False

    wait_until(is_chosen, f"{option} among what is chosen")
    several.page.keyboard.press("Escape")


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_choices_stay_and_go_on(page: Page, app: AppProcess, name: str) -> None:
    page.goto(f"{app.url}/{name}?lang=en")
    label, first, _ = FORMS[name]["English"]
    choose_and_see(page, label, first)
    for language in SWITCHES:
        label, first, second = FORMS[name][language]
        switch_to(page, language)
        expect(page.get_by_role("combobox", name=label).first).to_have_value(first)
        choose_and_see(page, label, second)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        choose_and_see(page, label, first)


@pytest.mark.slow
def test_answers_stay(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/does_it_settle?lang=en")
    questions = page.get_by_test_id("stRadio")
    expect(questions).to_have_count(5)  # until then, the first may come after others
    for place in range(5):
        questions.nth(place).locator("label").nth(1).click()
    answered = questions.locator("input:checked")
    expect(answered).to_have_count(5)
    for switch in SWITCHES:
        switch_to(page, switch)
        expect(answered).to_have_count(5)


@pytest.mark.slow
def test_choice_stays_where_another_page_is_read_in_another_language(
    page: Page, app: AppProcess
) -> None:
    page.goto(f"{app.url}/train?lang=en")
    (label, first, _), (label_there, there, second) = FORMS["train"].values()
    choose_and_see(page, label, first)
    open_page(page, "Understand", "Loss laboratory")
    switch_to(page, "中文")
    open_page(page, "实践", "训练")
    expect(page.get_by_role("combobox", name=label_there).first).to_have_value(there)
    choose_and_see(page, label_there, second)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.slow
def test_several_choices_stay_and_go_on(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/playground?lang=en")
    page.get_by_text("A link for a lesson").click()
    hidden = page.get_by_test_id("stMultiSelect").filter(has_text="Hide")
    for name in ("Presets", "Doctor"):
        choose_also(hidden, name)
    switch_to(page, "中文")
    page.get_by_text("课堂链接").click()
    hidden = page.get_by_test_id("stMultiSelect").filter(has_text="隐藏")
    tags = hidden.get_by_test_id("stMultiSelectTagsContainer").locator("[data-tag]")
    expect(tags).to_have_count(2)
    choose_also(hidden, "分支")
    expect(tags).to_have_count(3)
    expect(page.get_by_text("hide=preset%2Cdoctor%2Cbranch")).to_be_visible()


@pytest.mark.slow
def test_run_stays_that_is_called_another_name(page: Page, app: AppProcess) -> None:
    run_id = checkpointed_run(app.store, "to be renamed")
    checkpointed_run(app.store, "the newest, which lists begin with")
    page.goto(f"{app.url}/latent_space?lang=en&run={run_id}")
    run = page.get_by_role("combobox", name="Run")
    expect(run).to_have_value("to be renamed · stopped")
    app.store.rename(run_id, "renamed")
    for tool in ("Directions", "From A to B"):
        page.get_by_role("radio", name=tool).click()
        expect(run).to_have_value("renamed · stopped")
        expect(page).to_have_url(re.compile(f"run={run_id}"))
