"""Every control of every lesson, used as a reader would: each changes what is to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget

from gan_core.course import LESSONS, to_file
from tests.page_visit import toasts, visit

pytestmark = pytest.mark.usefixtures("store")

NAMES = [lesson.name for lesson in LESSONS]
NOT_OF_THE_LESSON = ("language_switch",)  # of all pages; tests/pages/test_pages.py uses it
Name = tuple[str, str]


def elements(app: AppTest) -> Iterator[Any]:
    for root in (app.main, app.sidebar, app._tree[2]):  # the last with dialogs and toasts
        yield from root


def name_of(control: Widget) -> Name:
    """What tells a control from the others."""
    return control.type, control.key or control.proto.label


def controls(app: AppTest) -> dict[Name, Widget]:
    """All that can be used now, in the order of the page."""
    found = [each for each in elements(app) if isinstance(each, Widget)]
    return {
        name_of(each): each
        for each in found
        if each.key not in NOT_OF_THE_LESSON and not each.proto.disabled
    }


def seen(app: AppTest) -> list[str]:
    """What a reader sees, the controls themselves left out."""
    shown = [str(each.proto) for each in elements(app) if not isinstance(each, Widget)]
    return [*shown, *toasts(app)]


def other(options: list[str], value: str | None) -> str:
    """The option after this one, the last but one of all after the last."""
    place = options.index(value) if value in options else -1
    return options[(place + 1) % len(options)]


def move(control: Any) -> None:
    """Press it, or set it to another value that it allows."""
    match control.type:
        case "button":
            control.click()
        case "toggle":
            control.set_value(not control.value)
        case "slider":
            at_the_end = control.value == control.max
            control.set_value(control.min if at_the_end else control.max)
        case "select_slider":
            text = other(control.options, str(control.value))
            control.set_value(type(control.value)(text))
        case "radio" | "selectbox":
            now = None if control.index is None else control.options[control.index]
            control.set_value(other(control.options, now))
        case "button_group" if control._is_single_select:
            control.set_value(other(control.options, control.formatted_values[0]))
        case "button_group":
            control.set_value(control.options[: len(control.options) // 2])
        case "file_uploader":
            control.set_value(("p.json", to_file(NAMES).encode(), "application/json"))
        case unknown:
            pytest.fail(f"no reader of this test can use a {unknown}")


def does_something(app: AppTest, name: Name) -> bool:
    """Use a control; whether anything else on the page has changed."""
    control = controls(app).get(name)
    if control is None:
        return False
    before = seen(app)
    move(control)
    app.run()
    assert not app.exception, name
    changed = seen(app) != before
    if control.type == "toggle":  # as it was, so that what it does is not taken for others' doing
        move(controls(app)[name])
        app.run()
        assert not app.exception, name
    return changed


@pytest.mark.slow
@pytest.mark.parametrize("lesson", NAMES)
def test_every_control_of_a_lesson_changes_what_is_seen(lesson: str) -> None:
    app = visit(lesson)
    as_it_was = seen(app)
    assert seen(app.run()) == as_it_was  # nothing changes by itself
    used: set[Name] = set()
    idle: list[Name] = []  # nothing to do yet, such as starting over at the start
    while unused := [name for name in controls(app) if name not in used]:
        name = unused[0]
        used.add(name)
        if name[0] == "download_button":  # leaves the page as it is
            assert controls(app)[name].proto.url
        elif does_something(app, name):
            idle = [each for each in idle if not does_something(app, each)]
        else:
            idle.append(name)
    assert idle == []
    assert len(used) >= 5
