"""The course's prose: terms are defined, links are alive, and numbers come from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gan_core.course import LESSONS
from gan_core.literature import TOPICS, WORKS, by_topic
from pages.parts.glossary import in_file
from pages.parts.prose import translator

ROOT = Path(__file__).parents[2]
PROSE = ROOT / "assets" / "lessons"
LANGUAGES = ("en", "zh")
APPENDIX = ("glossary", "glossary_head", "reading")
PAGES = {path.stem for path in (ROOT / "pages").glob("*.py")}

YEAR, ARXIV = r"\b(?:19|20)\d\d(?= 年|s\b|\b)", r"\barXiv:\d{4}\.\d{4,5}\b"
IN_A_WORK = r"\b(?:algorithm|算法) \d+|\bPMLR \d+"
NAMES = r"Inception-v3|GPT-3|R1|WGAN-GP|pix2pix"

UP_TO_TWELVE = "three|four|five|six|seven|eight|nine|ten|eleven|twelve"
TEENS = "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
NUMBER_WORDS = {  # from three on; vague ones are left alone: a few hundred, 几百步, 上千步
    "en": rf"(?<!few )\b(?:{UP_TO_TWELVE}|{TEENS}|{TENS})\b",
    "zh": r"(?<![第几数一二两三四五六七八九十百千])(?<!上(?=[百千]))"
    r"[一二两]*[三四五六七八九十百千][一二三四五六七八九十百千]*[个次层组步张种条段幅]",
}
NO_COUNT_OF_THE_CODE = {  # what is told right there, is history, or only an example
    "en/bug_hunt_next": ("others take a thousand",),
    "en/generative_ai_families": ("Goodfellow and seven others",),
    "en/generative_ai_why": ("sees all three", "None of the three has a network"),
    "en/glossary": ("such as one of ten kinds", "nineteen halvings in twenty"),
    "en/quiz_told_what": ("a seven drawn where an eight", "judged as a seven", "means a three"),
    "en/reading": ("Three that are copied often",),
    "en/the_critic_why": ("Three ways to hold the slope",),
    "en/the_game_why": ("An algorithm of four lines", "The last three are repeated"),
    "en/told_what_why": ("should draw a three",),
    "zh/generative_ai_why": ("把三种都看出来", "这三个模型"),
    "zh/glossary": ("比如十个类别之一", "二十次里有十九次"),
    "zh/the_critic_why": ("约束斜率的三种办法",),
}


def of_the_course(language: str) -> list[Path]:
    """The files of lessons, their checks and the appendix."""
    names = [lesson.name for lesson in LESSONS]
    return [
        path
        for path in sorted((PROSE / language).glob("*.md"))
        if path.stem in APPENDIX
        or any(re.fullmatch(rf"(quiz_)?{name}(_\w+)?", path.stem) for name in names)
    ]


def typed_numbers(prose: str) -> list[str]:
    """Digits that somebody has typed where the code could have filled them in.

    Allowed are formulas, years, arXiv numbers, places in a work, names, and the numbers of a list.
    """
    for allowed in (
        r"\$\$.+?\$\$|\$.+?\$",
        r"\]\([^)]*\)",
        r"@\{\w+\}",
        r"^\d+\. ",
        ARXIV,
        IN_A_WORK,
        YEAR,
        NAMES,
    ):
        prose = re.sub(allowed, "", prose, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"\d[\d.,]*", prose)


def number_words(prose: str, language: str) -> list[str]:
    """Counts that somebody has written out where the code could have filled them in."""
    return re.findall(NUMBER_WORDS[language], prose, flags=re.IGNORECASE)


def long_formula_numbers(prose: str) -> list[str]:
    """Numbers of several digits inside formulas: a result, which the code should give."""
    formulas = re.findall(r"\$\$.+?\$\$|\$.+?\$", prose, flags=re.DOTALL)
    return [n for formula in formulas for n in re.findall(r"\d+\.\d+|\d{2,}", formula)]


def links(prose: str) -> Iterator[tuple[str, str]]:
    """Links within the app: page and anchor; "" is this very page."""
    for target in re.findall(r"\]\(([^)]+)\)", prose):
        if not target.startswith("https://"):
            page, _, anchor = target.partition("#")
            yield page, anchor


def parameters() -> list[Path]:
    return [path for language in LANGUAGES for path in of_the_course(language)]


def shown(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_every_lesson_has_prose_and_questions() -> None:
    for language in LANGUAGES:
        stems = {path.stem for path in of_the_course(language)}
        for lesson in LESSONS:
            assert {lesson.name, f"quiz_{lesson.name}"} <= stems


@pytest.mark.parametrize("path", parameters(), ids=shown)
def test_numbers_are_not_typed(path: Path) -> None:
    prose = path.read_text("utf-8")
    assert typed_numbers(prose) == []
    assert long_formula_numbers(prose) == []


@pytest.mark.parametrize("path", parameters(), ids=shown)
def test_counts_are_not_written_out(path: Path) -> None:
    prose = path.read_text("utf-8")
    for phrase in NO_COUNT_OF_THE_CODE.get(shown(path), ()):
        assert phrase in prose, "allowed, but no longer there"
        prose = prose.replace(phrase, "")
    assert number_words(prose, path.parent.name) == []


def test_what_may_be_written_out_is_in_files_of_the_course() -> None:
    assert set(NO_COUNT_OF_THE_CODE) <= {shown(path) for path in parameters()}


def test_both_languages_leave_the_same_numbers_to_the_code() -> None:
    for path in sorted((PROSE / "en").glob("*.md")):
        english, chinese = (
            set(re.findall(r"@\{\w+\}", (PROSE / language / path.name).read_text("utf-8")))
            for language in LANGUAGES
        )
        assert english == chinese, path.stem


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_defined_once_in_both_languages(language: str) -> None:
    terms = in_file((PROSE / language / "glossary.md").read_text("utf-8"))
    keys = [term.key for term in terms]
    assert len(keys) >= 30
    assert len(set(keys)) == len(keys)
    assert len({term.title for term in terms}) == len(terms)
    assert all(term.text and re.fullmatch(r"[a-z][a-z0-9-]*", term.key) for term in terms)
    other = in_file((PROSE / "en" / "glossary.md").read_text("utf-8"))
    assert keys == [term.key for term in other]


@pytest.mark.parametrize("path", sorted(PROSE.rglob("*.md")), ids=shown)
def test_links_within_the_app_are_alive(path: Path) -> None:
    glossary = in_file((PROSE / path.parent.name / "glossary.md").read_text("utf-8"))
    keys = {term.key for term in glossary}
    for page, anchor in links(path.read_text("utf-8")):
        assert (page or path.stem) in PAGES, f"there is no page {page}"
        if anchor:
            assert (page or path.stem) == "glossary", f"{page} has no anchors"
            assert anchor in keys, f"{anchor} is not in the glossary"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_linked_from_where_it_is_used(language: str) -> None:
    prose = "".join(path.read_text("utf-8") for path in (PROSE / language).glob("*.md"))
    terms = in_file((PROSE / language / "glossary.md").read_text("utf-8"))
    used = {anchor for page, anchor in links(prose) if page == "glossary"}
    assert [term.key for term in terms if term.key not in used] == []


def test_works_are_cited_by_number_once_and_have_a_topic() -> None:
    numbers = [work.arxiv for work in WORKS if work.arxiv]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"\d{4}\.\d{4,5}", number) for number in numbers)
    assert sum(len(by_topic(topic)) for topic in TOPICS) == len(WORKS)
    for work in WORKS:
        assert bool(work.arxiv) != bool(work.url)
        if work.arxiv:  # it was put there within a year of its appearance
            assert abs(work.year - (2000 + int(work.arxiv[:2]))) <= 1


def test_every_work_says_in_both_languages_what_it_is_worth_reading_for() -> None:
    purposes = [work.purpose for work in WORKS]
    assert len(set(purposes)) == len(WORKS)
    assert all(purpose.endswith(".") for purpose in purposes)
    assert all(translator("zh")(purpose).endswith("。") for purpose in purposes)


def test_prose_gives_works_the_year_of_the_list() -> None:
    years = {work.arxiv: work.year for work in WORKS if work.arxiv}
    found = [
        (path, arxiv, int(year))
        for path in PROSE.rglob("*.md")
        for year, arxiv in re.findall(
            r"\b(\d{4})[,，] ?\[arXiv:([\d.]+)\]", path.read_text("utf-8")
        )
        if arxiv in years
    ]
    assert len(found) >= 40
    assert [each for each in found if years[each[1]] != each[2]] == []


@pytest.mark.parametrize(
    ("arxiv", "first_author", "year"),
    [
        ("1406.2661", "Goodfellow", 2014),
        ("1606.03657", "Chen", 2016),
        ("1703.10593", "Zhu", 2017),
        ("1411.1784", "Mirza", 2014),
        ("1511.06434", "Radford", 2015),
        ("1312.6114", "Kingma", 2013),
    ],
)
def test_works_that_are_often_cited_wrongly_are_right(
    arxiv: str, first_author: str, year: int
) -> None:
    [work] = [work for work in WORKS if work.arxiv == arxiv]
    assert work.authors.startswith(first_author)
    assert work.year == year


@pytest.mark.parametrize("path", parameters(), ids=shown)
def test_arxiv_numbers_of_the_prose_are_in_the_list_of_works(path: Path) -> None:
    known = {work.arxiv for work in WORKS}
    assert set(re.findall(r"arxiv\.org/abs/([\d.]+)", path.read_text("utf-8"))) <= known


# --------------------------------------------------- the checks themselves notice what is wrong


@pytest.mark.parametrize("prose", ["It scores 3.5.", "with 800 pictures", "共 8 个斑点", "500步"])
def test_typed_number_is_noticed(prose: str) -> None:
    assert typed_numbers(prose)


@pytest.mark.parametrize(
    "prose",
    [
        "in 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661)",
        "$2 \\ln 2$",
        "1980 年代",
        "1980s",
    ],
)
def test_years_numbers_of_papers_and_formulas_are_left_alone(prose: str) -> None:
    assert typed_numbers(prose) == []


def test_result_inside_a_formula_is_noticed() -> None:
    assert long_formula_numbers("$L_D = 1.386$ and $\\frac{1}{2}$") == ["1.386"]


@pytest.mark.parametrize(
    ("language", "prose"),
    [
        ("en", "a ring of eight spots"),
        ("en", "Three hundred steps"),
        ("zh", "环上八个簇"),
        ("zh", "环上四次训练"),
        ("zh", "两百步"),
        ("zh", "十二种"),
    ],
)
def test_count_that_is_written_out_is_noticed(language: str, prose: str) -> None:
    assert number_words(prose, language)


@pytest.mark.parametrize(
    ("language", "prose"),
    [
        ("en", "one of the two players, after a few hundred steps, for the third time"),
        ("en", "a tenth of thousands of often weighted ones"),
        ("zh", "两个玩家中的一个，第三次、第十二次，几百步、上千步、十几步之后"),
    ],
)
def test_pairs_places_and_vague_numbers_are_left_alone(language: str, prose: str) -> None:
    assert number_words(prose, language) == []
