"""A walk through every lesson: its check, what is kept of it, and the teacher's view."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.runtime.state.query_params_proxy import QueryParamsProxy
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Radio

from gan_core.course import LESSONS, to_code, to_file
from gan_core.figures.tiny_gan import N_SHOWN
from gan_core.literature import WORKS
from gan_core.recordings import recordings
from gan_core.settings import Settings
from gan_core.theory.tiny_gan import World, chain_rule, play
from pages.parts import projector, visitor
from pages.parts.glossary import in_file
from pages.parts.links import PROGRESS
from pages.parts.page_settings import PageSettings
from pages.parts.prose import ASSETS, LANGUAGES, translator
from pages.parts.quiz import Question, questions
from tests.page_visit import (
    button,
    by_menu,
    errors,
    figure_names,
    go_to,
    keys_of_fields,
    steady_figures,
    toasts,
    visit,
)

pytestmark = pytest.mark.usefixtures("store")

NAMES = [lesson.name for lesson in LESSONS]
FIRST, SECOND = NAMES[0], NAMES[min(1, len(NAMES) - 1)]


def asked(name: str, language: str, kind: str = "quiz_") -> list[Question]:
    return questions((ASSETS / "lessons" / language / f"{kind}{name}.md").read_text("utf-8"))


def right(question: Question) -> int:
    return next(i for i, answer in enumerate(question.answers) if answer.is_right)


def answer_all(app: AppTest, name: str) -> AppTest:
    for place, question in enumerate(asked(name, "en")):
        app.radio(key=f"check {name} {place}").set_value(right(question))
    return app.run()


def feedback(app: AppTest) -> list[str]:
    return [box.value for kind in (app.success, app.warning) for box in kind]


def done(app: AppTest) -> str:
    """The lessons that the address says are done; there, the browser's mark follows."""
    return app.query_params.get("progress", "").partition(".")[0]


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "quiz_") for name in NAMES), ("what_goes_wrong_curves", "")]
)
def test_questions_are_the_same_in_both_languages(name: str, kind: str) -> None:
    english, chinese = (asked(name, language, kind) for language in LANGUAGES)
    assert 3 <= len(english) <= 5
    for one, other in zip(english, chinese, strict=True):
        assert [a.is_right for a in one.answers] == [a.is_right for a in other.answers]
        for question in (one, other):
            assert sum(answer.is_right for answer in question.answers) == 1
            assert len({answer.text for answer in question.answers}) == len(question.answers) >= 3
            assert all(answer.because for answer in question.answers)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_wrong_and_right_answers_are_explained(
    name: str, language: str, speak: Callable[[str], None]
) -> None:
    speak(language)
    app = visit(name, lang=language)
    before, warned = len(feedback(app)), len(app.warning)
    for place, question in enumerate(asked(name, language)):
        wrong = (right(question) + 1) % len(question.answers)
        app.radio(key=f"check {name} {place}").set_value(wrong)
    app.run()
    assert not app.exception
    assert len(app.warning) == warned + len(asked(name, language))
    assert done(app) == ""
    answer_all(app, name)
    assert not app.exception
    assert len(app.warning) == warned
    assert len(feedback(app)) == before + len(asked(name, language))
    assert done(app) == to_code([name])


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lesson_has_every_word_at_hand(language: str) -> None:
    terms = in_file((ASSETS / "lessons" / language / "glossary.md").read_text("utf-8"))
    for name in NAMES:
        app = visit(name, lang=language)
        written = "".join(each.value for each in app.sidebar.markdown)
        for term in terms:
            assert f"[{term.title}](glossary?lang={language}#{term.key})" in written


def test_progress_stays_on_the_way_and_counts() -> None:
    app = answer_all(visit(FIRST), FIRST)
    go_to(app, "losses")
    go_to(app, SECOND)
    assert done(app) == to_code([FIRST])
    go_to(app, FIRST)
    assert app.radio(key=f"check {FIRST} 0").value == right(asked(FIRST, "en")[0])


def test_link_brings_progress_back_and_adds_to_it() -> None:
    app = answer_all(visit(FIRST, progress=to_code([SECOND])), FIRST)
    assert done(app) == to_code([FIRST, SECOND])
    app.query_params["progress"] = to_code(NAMES[-1:])
    app.run()
    assert done(app) == to_code([FIRST, SECOND, NAMES[-1]])


def test_bad_link_is_explained_and_loses_nothing() -> None:
    app = answer_all(visit(FIRST), FIRST)
    app.query_params["progress"] = "?!"
    app.run()
    assert any("stands for no lesson" in toast for toast in toasts(app))
    assert done(app) == to_code([FIRST])


def test_progress_stays_in_the_address_of_every_page() -> None:
    code = to_code([SECOND])
    assert done(visit("game", progress=code)) == code


def test_an_address_brings_its_own_browser_back_and_nobody_else_unasked(
    cookies: dict[str, str],
) -> None:
    app = answer_all(visit(FIRST), FIRST)
    address = app.query_params["progress"]
    kept = dict(parse_qsl(app.code[0].value.partition("?")[2]))
    cookies[visitor.cookie_of("0" * 32)] = "0" * 32  # of a page that was opened at the same time
    reloaded = visit("game", progress=address)
    assert done(reloaded) == to_code([FIRST])
    cookies.clear()
    cookies[visitor.COOKIE] = visitor.new()
    other = visit(SECOND, progress=address)
    assert done(other) == ""
    button(other, "Add the lessons done there: 1").click().run()
    assert done(other) == to_code([FIRST])
    assert done(visit("game", **kept)) == to_code([FIRST]), "the link that is for keeping"


def test_file_brings_progress_back() -> None:
    app = visit(FIRST)
    app.file_uploader(key="progress file").set_value(
        ("progress.json", to_file(NAMES).encode(), "application/json")
    )
    app.run()
    assert not app.exception
    assert done(app) == to_code(NAMES)


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense",
        b"[" * 100_000,
        json.dumps({"format": "gan-dojo-progress", "done": ["x"]}).encode(),
    ],
)
def test_bad_file_is_explained_and_loses_nothing(content: bytes) -> None:
    app = answer_all(visit(FIRST), FIRST)
    app.file_uploader(key="progress file").set_value(("p.json", content, "application/json"))
    app.run()
    assert not app.exception
    assert any("kept" in toast for toast in toasts(app))
    assert done(app) == to_code([FIRST])


def test_start_over_forgets_answers_too() -> None:
    app = answer_all(visit(FIRST), FIRST)
    app.radio(key="predict one bell").set_value("many").run()
    button(app, "Start over").click().run()
    assert not app.exception
    assert done(app) == ""
    assert app.radio(key=f"check {FIRST} 0").value is None
    assert app.radio(key="predict one bell").value is None


def test_hidden_answers_say_nothing() -> None:
    app = answer_all(visit(FIRST, hide_answers="True"), FIRST)
    assert not app.exception
    assert feedback(app) == []
    assert done(app) == ""
    app.toggle(key="View.hide_answers").set_value(False).run()
    assert len(feedback(app)) == len(asked(FIRST, "en"))
    assert done(app) == to_code([FIRST])


def test_projector_stays_from_lesson_to_lesson_and_can_be_left() -> None:
    app = visit(FIRST, view="projector")
    assert "data-testid" in "".join(html.proto.body for html in app.get("html"))
    go_to(app, SECOND)
    assert app.query_params["view"] == "projector"
    button(app, "Leave the projector").click().run()
    assert "view" not in app.query_params
    assert not app.exception
    button(app, "Project this lesson").click().run()
    assert app.query_params["view"] == "projector"
    for page in ("home", FIRST):
        assert "view" not in by_menu(app, page).query_params


def test_view_is_taken_once_for_the_whole_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []

    def take(settings: type[Settings]) -> PageSettings[Settings]:
        taken.append(settings)
        return PageSettings(settings)

    monkeypatch.setattr(projector, "PageSettings", take)
    visit(FIRST, view="projector", hands="True")
    assert taken == [projector.View]


@pytest.mark.parametrize("number", ["0", "x", "9" * 5000])
def test_question_in_a_link_that_is_none_is_ignored(number: str) -> None:
    assert not visit(FIRST, question=number).exception


def test_moves_of_the_game_are_kept_in_the_link() -> None:
    app = visit("the_game", moves="D2G")
    button(app, "Train D once").click().run()
    assert app.query_params["moves"] == "D2GD"
    assert app.query_params["stage"] == "learn"
    button(app, "From the beginning").click().run()
    assert "moves" not in app.query_params
    app.query_params["moves"] = "banana"
    app.run()
    assert any("moves = banana" in toast for toast in toasts(app))
    assert not app.exception


def test_game_stops_where_its_moves_fill_the_link() -> None:
    app = visit("the_game", moves="DG" * 99 + "D")  # 199 letters
    presses = [button(app, label) for label in ("Train D once", "Train G once", "Both, 20 times")]
    assert [press.disabled for press in presses] == [False, False, True]
    presses[1].click().run()
    assert not app.exception
    assert button(app, "Train D once").disabled
    button(app, "From the beginning").click().run()
    assert not button(app, "Train D once").disabled


PUSH = "push on b: {}, {}, {}"  # what this question is called


def by_hand(app: AppTest) -> tuple[str, list[list[str]]]:
    """The products of one sample, and the table of the step."""
    products = next(each.value for each in app.main.markdown if "underbrace" in each.value)
    return products, app.main.table[1].value.to_numpy().tolist()


@pytest.mark.parametrize(
    ("moves", "right", "wrong"), [("D5G2", "up", "down"), ("B300", "down", "none")]
)
def test_step_by_hand_is_the_one_that_the_button_takes(moves: str, right: str, wrong: str) -> None:
    app, key = visit("the_game", moves=moves), f"predict {PUSH.format(moves, 4, World())}"
    products, _table = by_hand(app)
    assert products.count("{?}") == 7
    app.radio(key=key).set_value(wrong).run()
    *before, players, then = play(moves + "G", World())
    z = np.sort(World().batch(len(before))[1][:N_SHOWN])[3]
    rule = chain_rule(players, z)
    assert f"= {rule.loss_by_ab[1]:.3g}$" in app.warning[0].value
    app.radio(key=key).set_value(right).run()
    assert f"= {rule.loss_by_ab[1]:.3g}$" in app.success[0].value
    products, step = by_hand(app)
    for name, slope in zip("ab", rule.loss_by_ab, strict=True):
        arrow = "up" if slope < 0 else "down"
        assert rf"= {slope:.3g} \;\Rightarrow\; {name} \{arrow}arrow$" in products
    assert [row[-1].split("= ")[-1] for row in step] == [f"{then.a:.3f}$", f"{then.b:.3f}$"]
    app.button(key="by hand").click().run()
    now = app.main.table[0].value["Now"].tolist()
    assert now[:2] == [f"{each:.3f}".replace("-", "−") for each in (then.a, then.b)]
    assert "{?}" in by_hand(app)[0]


def test_each_sample_is_asked_for_anew_and_stays_in_the_link() -> None:
    app = visit("the_game", moves="D5", hide_answers="True")
    app.slider(key="TinyGan.sample").set_value(16).run()
    assert app.query_params["sample"] == "16"
    app.radio(key=f"predict {PUSH.format('D5', 16, World())}").set_value("up").run()
    assert "{?}" in by_hand(app)[0]  # a teacher keeps the answer back
    app.toggle(key="View.hide_answers").set_value(False).run()
    assert "{?}" not in by_hand(app)[0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_game_whose_numbers_have_run_away_says_so() -> None:
    app = visit("the_game", moves="B99", mean="2", std="1", d_rate="1", g_rate="1")
    assert not app.exception
    assert "run away" in app.info[0].value
    button(app, "From the beginning").click().run()
    assert not app.info


RIGHT = {
    "generative_ai": {"one bell": "many"},
    "the_game": {
        "first step of D": "d",
        "first step of G": "nothing",
        "G alone": "beyond",
        PUSH.format("", 4, World()): "none",
    },
    "the_losses": {"who learns": "non_saturating"},
    "the_networks": {"sigmoids": "less"},
    "training_loop": {"whose weights": "g"},
    "does_it_settle": {"nearer": "away", "R1 rests": "in"},
    "what_goes_wrong": {"collapsed": "a", "covers all": "b"},
    "the_critic": {"who teaches": "critic", "twice the bound": "2", "light penalty": "above"},
    "how_good": {
        "floor": "much",
        "different n": "neither",
        "one spot": "recall",
        "copies": "perfect",
    },
    "inside_latent": {"halfway": "none"},
    "told_what": {"label unseen": "start", "labels by chance": "same", "label read": "own"},
    "outlook": {"one pass": "middle"},
}


@pytest.mark.parametrize("name", RIGHT)
def test_predictions_are_answered_by_what_the_page_computes(name: str) -> None:
    app = visit(name)
    assert not keys_of_fields(app)
    asked_for = {radio.key for radio in app.radio if str(radio.key).startswith("predict ")}
    assert asked_for == {f"predict {key}" for key in RIGHT[name]}
    for key, expected in RIGHT[name].items():
        app.radio(key=f"predict {key}").set_value(expected)
    app.run()
    assert not app.exception
    assert len(app.success) == len(RIGHT[name])
    assert not app.warning


@pytest.mark.parametrize("name", [*RIGHT, "game", "losses", "best_discriminator", "own_loss"])
def test_every_prediction_is_answered_whichever_it_is(name: str) -> None:
    app = visit(name)
    said = len(app.warning) + len(app.success)
    options = {
        key: list(app.session_state[f"meaning of {key}"].values())
        for key in (str(radio.key) for radio in app.radio)
        if key.startswith("predict ")
    }
    assert options
    for place in range(max(map(len, options.values()))):
        for key, each in options.items():
            app.radio(key=key).set_value(each[min(place, len(each) - 1)])
        app.run()
        assert not app.exception
        assert len(app.warning) + len(app.success) == said + len(options)
        assert all(each.value.strip() for each in app.warning)


def test_timeline_names_its_works_and_years_to_those_who_do_not_see_it() -> None:
    timeline = figure_names(visit("generative_ai"))[-1]
    for work in WORKS:
        if work.family:
            assert f"{work.short} {work.year}" in timeline


TOLD_LATER = {  # what answers a prediction; it is told once the reader has made it
    "generative_ai": "of the measured petals and",
    "the_losses": "For this sample the slope is",
    "the_networks": "of what LeakyReLU leaves.",
    "training_loop": "is frozen in $G$'s turn",
    "does_it_settle": "they run round",
    "what_goes_wrong": "2 / 8",
    "the_critic": "the critic's value is",
    "how_good": "real against real",
    "inside_latent": "Halfway, the straight way is",
    "questions": "On the contrary",
}


@pytest.mark.parametrize("name", TOLD_LATER)
def test_page_answers_no_prediction_before_it_is_made(name: str) -> None:
    app = visit(name)
    if name in RIGHT:
        assert TOLD_LATER[name] not in everything_said(app)
        for key, option in RIGHT[name].items():
            app.radio(key=f"predict {key}").set_value(option)
        app.run()
    assert TOLD_LATER[name] in everything_said(app)
    app.toggle(key="View.hide_answers").set_value(True).run()
    assert TOLD_LATER[name] not in everything_said(app)


def everything_said(app: AppTest) -> str:
    texts = [each.value for each in (*app.markdown, *app.caption)]
    cells = [str(cell) for each in app.table for cell in each.value.to_numpy().ravel()]
    return " ".join([*texts, *cells])


def test_right_picture_is_that_of_the_run_whose_curves_are_read() -> None:
    exercise = "what_goes_wrong_curves"
    app = visit("what_goes_wrong")
    _points, pictures, *curves = steady_figures(app)
    of_pictures = [trace["x"] for trace in pictures["data"][1::2]]  # real ones first
    right_ones = []
    for question, figure in zip(asked(exercise, "en", ""), curves, strict=True):
        d_loss = figure["data"][0]["y"]
        [run] = [each for each in recordings().values() if [*each.curves[:, 0]] == d_loss]
        shown = of_pictures[right(question)]
        assert shown == [*run.samples[: len(shown), 0]]
        right_ones.append(right(question))
    assert sorted(right_ones) == [0, 1, 2, 3]
    *_others, of_all, of_first, of_second, of_third, of_fourth = figure_names(app)
    assert len({of_first, of_second, of_third, of_fourth}) == 4, "they tell what is to be seen"
    assert of_all.count("of them on a spot") == 4
    for place, number in enumerate(right_ones):
        app.radio(key=f"check {exercise} {place}").set_value((number + 1) % 4)
    assert len(app.run().warning) == 4
    for place, number in enumerate(right_ones):
        app.radio(key=f"check {exercise} {place}").set_value(number)
    assert len(app.run().success) == 4
    assert not app.exception
    assert done(app) == ""  # only the check counts
    app.toggle(key="View.hide_answers").set_value(True).run()
    assert feedback(app) == []


def links_on(app: AppTest) -> list[tuple[str, dict[str, str]]]:
    """Where the links that the code makes lead: pages, and what else the links say."""
    protos = [node.proto for node in app.get("page_link")]
    queries = [dict(parse_qsl(proto.query_string)) for proto in protos]
    return [
        (proto.page, {name: query[name] for name in query if name not in ("lang", PROGRESS)})
        for proto, query in zip(protos, queries, strict=True)
    ]


@pytest.fixture
def read_of_the_url(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The parameters that a page has asked for by name; what nobody asks for says nothing."""
    read: set[str] = set()

    def get(url: Mapping[str, str], name: str, default: str | None = None) -> str | None:
        read.add(name)
        return Mapping.get(url, name, default)

    def contains(url: Mapping[str, str], name: str) -> bool:
        read.add(name)
        return Mapping.__contains__(url, name)

    monkeypatch.setattr(QueryParamsProxy, "get", get)
    monkeypatch.setattr(QueryParamsProxy, "__contains__", contains)
    return read


def test_links_lead_from_lessons_to_pages_that_understand_them(read_of_the_url: set[str]) -> None:
    to_visit: list[tuple[str, dict[str, str]]] = [(name, {}) for name in NAMES]
    for page, query in to_visit:  # grows by what these pages link to
        read_of_the_url.clear()
        app = visit(page, **query)
        wrong = [*(each.message for each in app.exception), *errors(app), *toasts(app)]
        assert wrong == [], f"a link to {page} with {query}"
        assert set(query) <= read_of_the_url, f"{page} knows not all of {query}"
        for link in links_on(app):
            if link not in to_visit:
                to_visit.append(link)
    assert len(to_visit) > len(NAMES)


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("the_losses", {"logit": "-8"}, "the slope is −0.0003 with"),
        ("the_networks", {"layers": "12"}, "sigmoids leave 0.00013% of"),
    ],
)
def test_numbers_do_not_round_away_where_they_are_smallest(
    name: str, query: dict[str, str], said: str
) -> None:
    app = visit(name, **query)
    [(key, option)] = RIGHT[name].items()
    app.radio(key=f"predict {key}").set_value(option).run()
    assert any(said in each.value for each in app.caption)


def test_hidden_answers_hide_predictions_and_explanations() -> None:
    app = visit("the_game", hide_answers="True")
    app.radio(key="predict G alone").set_value("beyond").run()
    assert feedback(app) == []
    assert "Explain" not in [box.label for box in app.expander]
    assert "Explain" in [box.label for box in visit("the_game").expander]


def test_digits_are_told_apart_once_all_are_chosen() -> None:
    app = visit("generative_ai", model="directions")
    pills = app.button_group(key="guessed directions 0")
    pills.set_value([1, 2, 3, 4]).run()
    assert not app.info
    app.button_group(key="guessed directions 0").set_value([1, 2, 3, 4, 5]).run()
    assert "of 5" in app.info[0].value
    for page in ("home", "generative_ai"):
        by_menu(app, page)
    assert "of 5" in app.info[0].value, "what is marked stays"
    button(app, "Other pictures").click().run()
    assert not app.info
    assert app.query_params["round"] == "1"


@pytest.mark.parametrize(("language", "shown"), [("en", False), ("zh", True)])
def test_box_for_files_speaks_chinese_on_chinese_pages(language: str, shown: bool) -> None:
    styles = "".join(html.proto.body for html in visit(FIRST, lang=language).get("html"))
    assert ('content: "上传"' in styles) == shown


def test_chinese_words_stand_in_the_order_of_their_sounds() -> None:
    heads = [each.value for each in visit("glossary", lang="zh").header]
    places = [heads.index(word) for word in ("DCGAN", "饱和", "惩罚项", "判别器", "生成器", "种子")]
    assert places == sorted(places)


def test_works_are_listed_as_in_a_chinese_text() -> None:
    written = "".join(each.value for each in visit("reading", lang="zh").markdown)
    assert "- Brown 等 31 人，2020：*Language Models are Few-Shot Learners*，[arXiv:" in written


@pytest.mark.parametrize("language", ["en", "zh"])
def test_works_are_listed_with_what_they_are_worth_reading_for(language: str) -> None:
    written = "".join(each.value for each in visit("reading", lang=language).markdown)
    for work in WORKS:
        assert f"({work.link})  \n  {translator(language)(work.purpose)}" in written


def test_film_of_the_label_is_the_one_of_what_d_sees() -> None:
    app = visit("told_what")
    assert "small coins, G draws around −1" in app.caption[0].value
    app.selectbox(key="ToldWhat.sees").set_value("sample").run()
    assert "1% of them nearer to the right kind; asked for large" in app.caption[0].value
    assert app.query_params["sees"] == "sample"
    app.selectbox(key="ToldWhat.sees").set_value("reads").run()
    [film] = steady_figures(app)
    assert "Q(1 | x)" in [trace["name"] for trace in film["data"]]
    button(app, "Try it").click().run()
    assert not app.exception


def test_two_crowds_answer_every_control() -> None:
    def of_g(app: AppTest) -> list[str]:
        assert not app.exception
        this, new = app.table[0].value.to_numpy().tolist()
        assert new[3] != "0.000"
        return [str(each) for each in this[1:]]

    def names(app: AppTest) -> list[str]:
        return [trace.get("name", "") for trace in steady_figures(app)[1]["data"]]

    app = visit("how_good", draws="copies", k="99", spread="1.0")
    assert any("k = 99" in toast for toast in toasts(app))
    assert of_g(app) == ["100%", "100%", "0.000"]
    assert "generated, inside a ball" in names(app)
    app.slider(key="Crowds.shift").set_value(0.7).run()
    moved = of_g(app)
    app.slider(key="Crowds.k").set_value(10).run()
    assert of_g(app)[:2] != moved[:2]
    assert of_g(app)[2] == moved[2] != "0.000"
    assert {name: app.query_params[name] for name in ("draws", "shift", "k")} == {
        "draws": "copies",
        "shift": "0.7",
        "k": "10",
    }
    button(app, "Try it").click().run()
    precision, recall, _distance = of_g(app)
    assert int(recall[:-1]) < 50 < 90 < int(precision[:-1])
    assert "real, in no ball" in names(app)
    assert app.query_params["balls"] == "generated"
    assert "shift" not in app.query_params


def test_answer_that_the_browser_sends_in_words_of_before_is_understood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever switches the language twice has a browser that is one page behind."""
    app, key = visit(FIRST), f"check {FIRST} 0"
    app.radio(key=key).set_value(1).run()
    in_english = {radio.id: radio._widget_state for radio in app.radio}
    app.query_params["lang"] = "zh"
    app.run()
    monkeypatch.setattr(Radio, "_widget_state", property(lambda each: in_english[each.id]))
    for code in ("zh", "en"):
        app.query_params["lang"] = code
        app.run()
        assert not app.exception
        assert app.session_state[key] == 1


def test_answers_stay_hidden_when_the_projector_is_left() -> None:
    app = visit(FIRST, view="projector", hide_answers="True", hands="True")
    button(app, "Leave the projector").click().run()
    assert app.query_params["hide_answers"] == "True"
    assert not {"view", "hands"} & set(app.query_params)


def test_link_leads_to_the_question_of_its_number() -> None:
    app = visit(FIRST, question="2")
    told = [node.proto.json for node in app.get("bidi_component")]
    assert any(f"st-key-check-{FIRST}-1" in each for each in told)
    assert app.radio(key=f"check {FIRST} 1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_to_whole_pages_keep_the_language(language: str) -> None:
    written = "".join(each.value for each in visit("told_what", lang=language).markdown)
    assert f"](the_game?lang={language})" in written
    assert "](the_game)" not in written


def test_lessons_of_another_browser_are_offered_until_they_are_done() -> None:
    app = visit(SECOND, progress=f"{to_code([FIRST])}.{'0' * 8}")
    offer = "Add the lessons done there: 1"
    button(app, offer).click().run()
    assert done(app) == to_code([FIRST])
    assert offer not in [each.label for each in app.button]


@pytest.mark.parametrize("view", ["page", "projector"])
def test_arrow_keys_lead_to_other_lessons_on_the_projector_alone(view: str) -> None:
    told = [node.proto.json for node in visit(FIRST, view=view).get("bidi_component")]
    [script] = [json.loads(each) for each in told if '"arrows"' in each]
    assert script["arrows"] == (view == "projector")


def test_file_that_is_taken_away_again_takes_nothing_with_it() -> None:
    app = visit(FIRST)
    box = app.file_uploader(key="progress file")
    box.set_value(("progress.json", to_file([FIRST]).encode(), "application/json")).run()
    app.file_uploader(key="progress file").set_value(None).run()
    assert not app.exception
    assert done(app) == to_code([FIRST])
