"""Two languages say the same: every label is translated, and every lesson exists in both."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from gan_core.config import RunConfig
from gan_core.image_measures import MEASURES
from gan_core.metrics import METRICS
from gan_core.presets import PRESETS
from gan_core.registry import Registry
from pages.parts.browser_sentences import of_a_run
from tests.chinese import slips

ROOT = Path(__file__).parents[2]
CODE = (ROOT / "gan_core", ROOT / "pages")
LESSONS = ROOT / "assets" / "lessons"
PO = ROOT / "assets" / "locale" / "zh" / "LC_MESSAGES" / "gan_dojo.po"
SCRIPTS = sorted((ROOT / "pages" / "parts").glob("*.js"))
LIVE_SCRIPTS = {"plane.js", "game_sketch.js", "live_figure.js"}

KEYWORDS = ("_", "N_")
SAME_IN_BOTH = {"GAN", "InfoGAN", "MMD²"}  # labels that Chinese writes as English does
NAMES = {
    "MNIST",
    "Fashion-MNIST",
    "CIFAR-10",
    "Adam",
    "RMSprop",
    "SGD",
}  # titles that are names: never translated, never marked


def seen_by_babel() -> set[str]:
    """Labels that `make messages` finds."""
    keywords = dict.fromkeys(KEYWORDS)
    return {
        label for folder in CODE for _, _, label, *_ in extract_from_dir(folder, keywords=keywords)
    }


def written(source: str) -> set[str]:
    """Labels that Python code marks, wherever they stand."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in KEYWORDS and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


def written_in_the_code() -> set[str]:
    return {
        label for folder in CODE for file in folder.rglob("*.py") for label in written(_read(file))
    }


def said_by(script: str) -> set[str]:
    """Sentences that a script says by `this.text("…")` or `this.note("…")`."""
    literals = re.findall(r'this\.(?:text|note)\(\s*("(?:[^"\\]|\\.)*")', script)
    return {sentence for literal in literals if (sentence := json.loads(literal))}


def said_while_a_run_begins() -> set[str]:
    """What a worker says of its run without another status."""
    job = _read(ROOT / "gan_core" / "runs" / "job.py")
    return set(re.findall(r'Text\(N_\("([^"]+[…%])"\)', job))


def placeholders(label: str) -> set[tuple[str, str, str]]:
    """The (name, format, conversion) of each {placeholder}; `ValueError` for a stray brace."""
    return {
        (name, spec or "", conversion or "")
        for _, name, spec, conversion in Formatter().parse(label)
        if name is not None
    }


def skeleton(lesson: str) -> dict[str, object]:
    """What a translation leaves as it is: formulas and links in any order, headings in theirs."""
    return {
        "formulas": Counter(re.findall(r"\$\$.+?\$\$|\$.+?\$", lesson, re.DOTALL)),
        "links": Counter(re.findall(r"\]\((.+?)\)", lesson)),
        "headings": re.findall(r"^#+(?= )", lesson, re.MULTILINE),
    }


# Titles that are the same in every language.
PROPER_NAMES = {"LeakyReLU", "ReLU", "tanh", "Sigmoid", "float32", "bfloat16"}


def shown_titles() -> Iterator[str]:
    """Every title, help and unit that pages translate without naming it in their code."""
    for choices in RunConfig.choices.values():
        if isinstance(choices, Registry):
            yield from (text for item in choices for text in (item.title, item.help))
        else:
            yield from (title for title in choices.values() if title not in PROPER_NAMES)
    for metric in METRICS:
        yield from (metric.title, metric.help)
    for measure in MEASURES:
        yield from (measure.title, measure.help)
    for preset in PRESETS.values():
        yield from (preset.title, preset.help)
    for field in RunConfig.model_fields.values():
        yield from filter(None, (field.title, field.description))


def lessons(language: str) -> set[str]:
    folder = LESSONS / language
    return {str(file.relative_to(folder)) for file in folder.rglob("*.md")}


def _read(file: Path) -> str:
    return file.read_text("utf-8")


@pytest.fixture(scope="module")
def catalog() -> Any:
    with PO.open("rb") as file:
        return read_po(file, locale="zh", abort_invalid=True)


@pytest.fixture(scope="module")
def translations(catalog: Any) -> dict[str, str]:
    return {message.id: message.string for message in catalog if message.id}


@pytest.fixture(scope="module")
def labels() -> set[str]:
    return seen_by_babel() | written_in_the_code()


# ------------------------------------------------------------------------------------- labels


def test_every_label_is_translated(labels: set[str], translations: dict[str, str]) -> None:
    assert labels
    assert {label for label in labels if not translations.get(label)} == set()


def test_no_translation_is_left_over(labels: set[str], translations: dict[str, str]) -> None:
    assert translations.keys() - labels == set()


def test_no_translation_is_a_guess(catalog: Any) -> None:
    assert [message.id for message in catalog if message.fuzzy] == []


def test_translations_have_the_same_placeholders(translations: dict[str, str]) -> None:
    unlike = {
        english: chinese
        for english, chinese in translations.items()
        if placeholders(english) != placeholders(chinese)
    }
    assert unlike == {}


def test_only_names_stay_english(translations: dict[str, str]) -> None:
    assert {english for english, chinese in translations.items() if english == chinese} == (
        SAME_IN_BOTH
    )


def test_labels_have_chinese_punctuation(translations: dict[str, str]) -> None:
    assert {chinese: found for chinese in translations.values() if (found := slips(chinese))} == {}


def test_items_and_settings_are_marked_for_translation(translations: dict[str, str]) -> None:
    assert set(shown_titles()) - translations.keys() == NAMES


def test_sentences_of_the_script_are_translated(translations: dict[str, str]) -> None:
    sentences = {each for script in SCRIPTS for each in said_by(_read(script))}
    assert sentences
    assert sentences - translations.keys() == set()


def test_live_figures_are_sent_whatever_they_may_say(translations: dict[str, str]) -> None:
    scripts = [_read(script) for script in SCRIPTS if script.name in LIVE_SCRIPTS]
    quoted = {each for script in scripts for each in re.findall(r'"([^"\n]+)"', script)}
    sentences = {each for each in quoted if " " in each.strip()}
    assert len(scripts) == len(LIVE_SCRIPTS)
    assert len(said_while_a_run_begins()) == 4
    may_be_said = (sentences & translations.keys()) | said_while_a_run_begins()
    assert may_be_said - set(of_a_run(None)) == set()


def test_babel_finds_every_label() -> None:
    assert written_in_the_code() - seen_by_babel() == set()


# ------------------------------------------------------------------------------------ lessons


def test_every_lesson_is_in_both_languages() -> None:
    assert lessons("en")
    assert lessons("en") == lessons("zh")


@pytest.mark.parametrize("name", sorted(lessons("en") & lessons("zh")))
def test_lessons_share_formulas_links_and_headings(name: str) -> None:
    english, chinese = (_read(LESSONS / language / name) for language in ("en", "zh"))
    assert skeleton(english) == skeleton(chinese)


@pytest.mark.parametrize("name", sorted(lessons("zh")))
def test_lessons_have_chinese_punctuation(name: str) -> None:
    assert slips(_read(LESSONS / "zh" / name)) == []


# --------------------------------------------------- the checks themselves notice what is wrong


@pytest.mark.parametrize(
    "chinese",
    [
        "# 游戏\n$D(y)$ 与 $$L_G$$，见[论文](a)",  # another formula
        "# 游戏\n$D(x)$，见[论文](a)",  # one formula less
        "# 游戏\n$D(x)$ 与 $L_G$，见[论文](a)",  # in the line rather than displayed
        "# 游戏\n$D(x)$ 与 $$L_G$$，见[论文](b)",  # another link
        "## 游戏\n$D(x)$ 与 $$L_G$$，见[论文](a)",  # another level
        "游戏\n$D(x)$ 与 $$L_G$$，见[论文](a)",  # no heading
    ],
)
def test_skeletons_of_unlike_lessons_differ(chinese: str) -> None:
    assert skeleton("# Game\n$D(x)$ and $$L_G$$, see [paper](a)") != skeleton(chinese)


def test_order_of_formulas_may_differ() -> None:
    assert skeleton("from $x$ to $z$") == skeleton("由 $z$ 到 $x$")


@pytest.mark.parametrize("chinese", ["第 {step} 步", "{name} {steps}", "{name!r} {step}", "{name}"])
def test_placeholders_of_unlike_labels_differ(chinese: str) -> None:
    assert placeholders("{name} at step {step}") != placeholders(chinese)


def test_stray_brace_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"brace|expected"):
        placeholders("第 {step 步")


def test_sentences_are_found_in_a_script() -> None:
    script = (
        'this.note("Gone."); this.text("{n} \\"left\\"", { n }); this.text(status); this.note("")'
    )
    assert said_by(script) == {"Gone.", '{n} "left"'}


def test_labels_are_found_inside_formatted_strings() -> None:
    assert written("""f"**{_('Title')}**" + N_("a " "b") + _(name) + other("no")""") == {
        "Title",
        "a b",
    }


@pytest.mark.parametrize("chinese", ["真,假", '"真"', "真:x", "(真)", "真.", "（真）, x"])
def test_western_punctuation_is_noticed(chinese: str) -> None:
    assert slips(chinese)


def test_chinese_punctuation_is_left_alone() -> None:
    assert slips("“真”，或（假）：$x$ 与 [论文] 1.5 倍，见[论文](a)第一节。") == []
