"""Another language by the switch: what was chosen stays, in the words of that language."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.app_process import AppProcess

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


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list, and see it chosen once the page has answered."""
    box = page.get_by_role("combobox", name=label).first
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(box).to_have_value(option)


@pytest.mark.parametrize("name", FORMS)
def test_choices_stay_and_go_on(page: Page, app: AppProcess, name: str) -> None:
    page.goto(f"{app.url}/{name}?lang=en")
    label, first, _ = FORMS[name]["English"]
    choose(page, label, first)
    for language in SWITCHES:
        label, first, second = FORMS[name][language]
        page.get_by_role("radio", name=language, exact=True).click()
        expect(page.get_by_role("combobox", name=label).first).to_have_value(first)
        choose(page, label, second)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        choose(page, label, first)


def test_answers_stay(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/does_it_settle?lang=en")
    questions = page.get_by_test_id("stRadio")
    for place in range(4):
        questions.nth(place).locator("label").nth(1).click()
    answered = questions.locator("input:checked")
    expect(answered).to_have_count(4)
    for switch in SWITCHES:
        page.get_by_role("radio", name=switch, exact=True).click()
        expect(page.get_by_role("radio", name=switch, exact=True)).to_be_checked()
        expect(answered).to_have_count(4)
