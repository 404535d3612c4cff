"""Every page, in both languages: no error, a title, and not a word of the other language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from gan_core.course import LESSONS
from gan_core.losses import LOSSES
from gan_core.runs.run import ACTIVE, ENDED
from gan_core.runs.store import Store
from pages.parts.menu import BESIDE_THE_LESSONS, SECTIONS
from tests.chinese import slips
from tests.page_visit import errors, figure_names, go_to, steady_figures, texts, visit
from tests.plotly_objects import assert_taken

PAGES = (
    "home",
    *(lesson.name for lesson in LESSONS),
    *(entry.name for entry in BESIDE_THE_LESSONS),
    *(entry.name for entries in SECTIONS.values() for entry in entries),
)
LANGUAGES = ("en", "zh")
STATUSES = (*ACTIVE, *ENDED)
SAME_IN_BOTH = {
    "Fashion-MNIST",
    "Adam",
    "RMSprop",
    "SGD",
    "LeakyReLU",
    "tanh",
    "Sigmoid",
    "auto",
    "float32",
    "bfloat16",
    "FID（Inception-v3）",
    "InfoGAN",
    "MNIST，InfoGAN",
} | {loss.reference for loss in LOSSES}


def title(app: AppTest) -> str:
    """The page's main heading, written as a title or at the start of its prose."""
    headings = [each.value for each in app.title]
    headings += [each.value[2:].split("\n")[0] for each in app.markdown if each.value[:2] == "# "]
    return headings[0]


def is_chinese(text: str) -> bool:
    return bool(re.search("[\u4e00-\u9fff]", text))


def has_words(text: str) -> bool:
    """Whether there is something to translate: numbers, code, icons and indices are not."""
    return bool(re.search("[a-z]{2}", re.sub(r":material/\w+:|<[^>]*>|`[^`]*`", "", text)))


def assert_all_in_language(app: AppTest, language: str) -> None:
    shown = [text for text in texts(app) if has_words(text) or is_chinese(text)]
    assert shown
    if language == "en":
        assert [text for text in shown if is_chinese(text)] == []
    else:
        assert {text for text in shown if not is_chinese(text)} <= SAME_IN_BOTH
        assert [text for text in shown if slips(text)] == []


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", PAGES)
def test_page_opens_in_each_language_alone_and_with_the_same_elements(name: str) -> None:
    in_english, in_chinese = (visit(name, lang=language) for language in LANGUAGES)
    for app, language in ((in_english, "en"), (in_chinese, "zh")):
        assert not app.exception
        assert not app.error
        assert has_words(title(app)) or is_chinese(title(app))
        assert all(figure_names(app))
        for figure in steady_figures(app):
            assert_taken(figure)
        assert_all_in_language(app, language)
    for part in ("main", "sidebar"):
        elements = [[node.type for node in getattr(app, part)] for app in (in_english, in_chinese)]
        assert elements[0] == elements[1]


@pytest.mark.parametrize("status", STATUSES)
def test_run_is_all_chinese_whatever_its_status(make_run: Callable[..., str], status: str) -> None:
    run_id = make_run(status, name="1")
    app = visit("train", lang="zh", run=run_id)
    assert not app.exception
    assert all(figure_names(app))
    assert_all_in_language(app, "zh")


def test_list_of_runs_is_all_chinese(make_run: Callable[..., str]) -> None:
    for status in STATUSES:
        make_run(status, name="1")
    assert_all_in_language(visit("runs", lang="zh"), "zh")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("name", PAGES)
def test_language_switch_changes_page_and_url(name: str) -> None:
    app = visit(name, lang="en")
    app.button_group(key="language_switch").set_value("zh").run()
    assert app.query_params["lang"] == "zh"
    assert_all_in_language(app, "zh")


def test_language_switch_leads_back_to_english() -> None:
    app = visit("home", lang="zh")
    app.button_group(key="language_switch").set_value("en").run()
    assert app.query_params["lang"] == "en"
    assert_all_in_language(app, "en")


def test_chosen_language_stays_when_the_browser_comes_once_more_with_the_url_as_it_was() -> None:
    app = visit("home", lang="en")
    app.button_group(key="language_switch").set_value("zh").run()
    app.query_params["lang"] = "en"
    app.run()
    assert app.query_params["lang"] == "zh"
    app.run()  # now the browser has seen the new URL, and a reader may go back
    app.query_params["lang"] = "en"
    assert_all_in_language(app.run(), "en")


@pytest.mark.usefixtures("store")
def test_chosen_language_stays_on_the_next_page() -> None:
    app = visit("home", lang="en")
    app.button_group(key="language_switch").set_value("zh").run()
    del app.query_params["lang"]
    app = go_to(app, "train")
    assert app.query_params["lang"] == "zh"
    assert_all_in_language(app, "zh")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("name", "garbage"),
    [("home", "xx"), ("home", ""), ("train", "ZH"), ("train", "../zh"), ("runs", "<script>")],
)
def test_unknown_language_falls_back_to_english(name: str, garbage: str) -> None:
    app = visit(name, lang=garbage)
    assert not app.exception
    assert app.query_params["lang"] == "en"
    assert_all_in_language(app, "en")


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh"), ("de-DE", "en"), (None, "en")])
def test_first_visit_follows_the_browser(locale: str | None, language: str) -> None:
    app = AppTest.from_file(visit("home")._script_path)
    app.context["locale"] = locale
    assert app.run().query_params["lang"] == language


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Etc/Unknown", "../zone", "", None])
def test_any_time_zone_of_a_browser_will_do(make_run: Callable[..., str], zone: str | None) -> None:
    make_run()
    app = visit("home")
    app.context["timezone"] = zone
    go_to(app, "runs")
    assert not app.exception


@pytest.mark.parametrize("name", ["train", "runs"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_unusable_store_is_explained_in_a_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    monkeypatch.setenv("GAN_STORE", "sqlite:////proc/nope/x.db")
    app = visit(name, lang=language)
    assert not app.exception
    [error] = errors(app)
    assert "sqlite:////proc/nope/x.db" in error
    assert is_chinese(error) == (language == "zh")
