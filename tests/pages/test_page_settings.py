"""A page's settings: a widget for each field, and a link that is the picture."""

from __future__ import annotations

import inspect
import textwrap

import pytest
from streamlit.testing.v1 import AppTest

from tests.page_visit import PATIENCE, button, toasts

KEYS = ("days", "speed", "tent", "note", "vehicle")


def page() -> None:
    """A whole page, with one field of each kind; what is set stands in its text."""
    from collections.abc import Mapping
    from typing import Annotated, ClassVar

    import streamlit as st
    from pydantic import Field

    from gan_core.settings import Choices, Settings, Shown
    from gan_core.text import GanError
    from pages.parts import links
    from pages.parts.page_settings import PageSettings

    class Trip(Settings):
        choices: ClassVar[Mapping[str, Choices]] = {"vehicle": {"bike": "Bicycle", "car": "Car"}}
        vehicle: str = Field("bike", title="Vehicle", description="What to go by.")
        days: int = Field(3, ge=1, le=9, title="Days")
        speed: Annotated[float, Shown("log")] = Field(10.0, ge=0.5, le=80.0, title="Speed")
        tent: bool = Field(False, title="Tent")
        note: str = Field("none", min_length=1, max_length=8, title="Note")

    links.enter("trip")
    settings = PageSettings(Trip)
    for name in Trip.names():
        settings.field(name)
    settings.button("Race", speed=50.0, note="fast")
    try:
        st.text(settings.values.model_dump_json())
    except GanError as error:
        st.error(str(error))


SCRIPT = f"{textwrap.dedent(inspect.getsource(page))}\npage()\n"


def visit(**query: str) -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=PATIENCE)
    app.query_params["lang"] = "en"
    app.query_params.update(query)
    return app.run()


def values(app: AppTest) -> tuple[object, ...]:
    """What the five widgets show; nothing has gone wrong."""
    assert not app.exception
    widgets = {
        widget.key.removeprefix("Trip."): widget.value
        for kind in (app.slider, app.select_slider, app.toggle, app.text_input, app.selectbox)
        for widget in kind
        if widget.key
    }
    return tuple(widgets[key] for key in KEYS)


def link(app: AppTest) -> dict[str, str]:
    return {name: value for name, value in app.query_params.items() if name != "lang"}


DEFAULTS = (3, 10.0, False, "none", "bike")


def test_without_a_link_everything_is_at_its_default() -> None:
    app = visit()
    assert values(app) == DEFAULTS
    assert link(app) == {}
    assert app.text[0].value == (
        '{"vehicle":"bike","days":3,"speed":10.0,"tent":false,"note":"none"}'
    )
    assert app.selectbox[0].options == ["Bicycle", "Car"]
    assert app.selectbox[0].label == "Vehicle"
    assert app.selectbox[0].help == "What to go by."


def test_link_sets_every_widget_and_stays_as_it_is() -> None:
    query = {"days": "5", "speed": "7.25", "tent": "True", "note": "hot", "vehicle": "car"}
    app = visit(**query)
    assert values(app) == (5, 7.25, True, "hot", "car")  # 7.25 is no step of the slider
    assert link(app) == query
    assert toasts(app) == []


def test_link_keeps_only_what_differs_from_the_defaults() -> None:
    assert link(visit(days="3", tent="True")) == {"tent": "True"}


def test_url_is_a_link_to_what_the_widgets_say() -> None:
    app = visit()
    app.slider[0].set_value(7)
    app.select_slider[0].set_value(20.0)
    app.toggle[0].set_value(True)
    app.text_input[0].set_value("cold")
    app.selectbox[0].set_value("car").run()
    assert values(app) == (7, 20.0, True, "cold", "car")
    assert values(visit(**link(app))) == values(app)
    app.slider[0].set_value(3).run()
    assert "days" not in link(app)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("days", "10", "a whole number from 1 to 9"),
        ("days", "1.5", "a whole number from 1 to 9"),
        ("speed", "nan", "a number from 0.5 to 80"),
        ("tent", "maybe", "one of true, false"),
        ("note", "", "text of up to 8 characters"),
        ("note", "very long", "text of up to 8 characters"),
        ("vehicle", "boat", "one of bike, car"),
    ],
)
def test_wrong_value_in_a_link_is_explained_and_the_others_are_taken(
    name: str, value: str, allowed: str
) -> None:
    other = {"speed": "20.0"} if name == "days" else {"days": "5"}
    app = visit(**other, **{name: value})
    assert toasts(app) == [f"{name} = {value} is not allowed. Allowed: {allowed}."]
    assert link(app) == other
    assert str(values(app)[KEYS.index(name)]) == str(DEFAULTS[KEYS.index(name)])


def test_link_puts_no_markdown_into_the_message() -> None:
    [toast] = visit(note="[here](//evil.example)").toast
    assert r"\[here\]\(\/\/evil\.example\)" in toast.value


def test_wrong_link_is_explained_only_once() -> None:
    app = visit(days="10")
    assert len(toasts(app)) == 1
    app.slider[0].set_value(4).run()
    assert toasts(app) == []
    assert values(app)[0] == 4


def test_another_link_on_the_same_page_replaces_what_was_set() -> None:
    app = visit(days="5")
    app.toggle[0].set_value(True).run()
    app.query_params.clear()
    app.query_params.update({"lang": "en", "note": "hot"})
    app.run()
    assert values(app) == (3, 10.0, False, "hot", "bike")


def test_url_of_a_slow_browser_undoes_nothing() -> None:
    """What the page itself wrote a moment ago is no link."""
    app = visit()
    app.slider[0].set_value(5).run()
    late = link(app)
    app.slider[0].set_value(6).run()
    app.query_params.update(late)
    app.run()
    assert values(app)[0] == 6
    assert link(app) == {"days": "6"}


def test_button_sets_its_fields_and_undoes_the_others() -> None:
    app = visit(days="5", tent="True")
    button(app, "Race").click().run()
    assert values(app) == (3, 50.0, False, "fast", "bike")
    assert link(app) == {"speed": "50.0", "note": "fast"}


def test_typed_text_that_is_not_allowed_is_the_pages_to_report() -> None:
    app = visit()
    app.text_input[0].set_value("").run()
    assert [error.value for error in app.error] == [
        "note =  is not allowed. Allowed: text of up to 8 characters."
    ]
    assert not app.exception


def test_link_strikes_nothing_out_in_the_message() -> None:
    [toast] = visit(note="~~a~~ {b|c}").toast
    assert r"\~\~a\~\~ \{b\|c\}" in toast.value


def test_what_a_button_wants_in_the_url_is_for_its_own_page() -> None:
    def pages() -> None:
        import streamlit as st

        from pages.parts import links

        links.enter(st.session_state.get("where", "here"))
        st.button("Go", on_click=links.go_to, kwargs={"run": "new"})

    app = AppTest.from_function(pages, default_timeout=PATIENCE).run()
    button(app, "Go").click().run()
    assert link(app) == {"run": "new"}
    app.session_state["where"] = "elsewhere"
    app.query_params.clear()
    assert link(app.run()) == {}


def test_whoever_comes_back_by_a_link_that_asks_for_nothing_else_finds_what_was_shown() -> None:
    def pages() -> None:
        import streamlit as st

        from pages.parts import links

        links.enter(st.session_state.get("where", "here"))
        links.keep("run", along=("view",))

    def come(where: str, **query: str) -> dict[str, str]:
        app.session_state["where"] = where
        app.query_params.clear()
        app.query_params.update(query)
        return link(app.run())

    app = AppTest.from_function(pages, default_timeout=PATIENCE)
    assert come("here", run="7") == {"run": "7"}
    assert come("elsewhere") == {}
    assert come("here", view="projector") == {"run": "7", "view": "projector"}
    assert come("elsewhere") == {}
    assert come("here", program="2") == {"program": "2"}


def test_what_a_page_tells_the_url_is_no_link() -> None:
    def page_that_tells() -> None:
        import streamlit as st

        from pages.parts import links

        links.enter("here")
        st.text(links.asked("run"))
        links.tell("run", "new")

    app = AppTest.from_function(page_that_tells, default_timeout=PATIENCE).run()
    assert link(app) == {"run": "new"}
    assert [each.value for each in app.run().text] == ["None"]
    app.query_params["run"] = "old"
    assert [each.value for each in app.run().text] == ["old"]
