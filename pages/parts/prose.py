"""Language: which one a visitor reads, labels through gettext, prose from Markdown files."""

from __future__ import annotations

import functools
import io
import re
import string
from pathlib import Path

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from gan_core.text import GanError, Text, Translate

LANGUAGES = {"en": "English", "zh": "中文"}
ASSETS = Path(__file__).parents[2] / "assets"


def language() -> str:
    """The visitor's language: from the URL, else as chosen before, else the browser's."""
    asked = st.query_params.get("lang")
    code = asked if asked in LANGUAGES else None
    before = st.session_state.get("language")
    code = code or before or _browser_language()
    if code != before:
        st.session_state["language"] = code
    if code != asked:
        st.query_params["lang"] = code
    return code


def _browser_language() -> str:
    locale = st.context.locale or "en"
    return "zh" if locale.lower().startswith("zh") else "en"


def _(message: str) -> str:
    """Translate a label into the visitor's language, looked up anew on each call."""
    return translator(language())(message)


def translator(code: str) -> Translate:
    """Return the function that translates labels into a language."""
    return str if code == "en" else _translations(code).gettext


def say(problem: GanError | Text) -> str:
    """What went wrong, in the visitor's language, safe where Markdown is expected.

    It may quote a link or a file, which may be anybody's.
    """
    text = problem.text if isinstance(problem, GanError) else problem
    return plain(text.say(translator(language())))


def plain(text: str) -> str:
    """Text that a person typed, safe where Markdown is expected."""
    # ASCII alone: Markdown would show the backslash before a full-width comma.
    return re.sub(r"([!-/:-@[-`{-~])", r"\\\1", text)


def code(text: str) -> str:
    """Text that a person typed, as code in Markdown: nothing in it ends the code."""
    text = re.sub(r"\s+", " ", text)  # an empty line would
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{text}{fence}" if fence == "`" else f"{fence} {text} {fence}"


class Prose(string.Template):
    """Markdown in which `@{name}` stands for a value that the code computes."""

    delimiter = "@"  # the usual $ belongs to formulas


def markdown(name: str, **values: str) -> None:
    """Write the prose `assets/lessons/<language>/<name>.md`, with these values in their places."""
    st.markdown(read(name, **values))


def read(name: str, **values: str) -> str:
    """The prose `assets/lessons/<language>/<name>.md`, with these values in their places.

    Links to other pages of the app, such as `[logit](glossary#logit)`, keep the language.
    """
    text = _prose(language(), name).substitute(values)
    return re.sub(r"(?<=\]\()(\w+)(?=[#)])", rf"\1?lang={language()}", text)


def source(name: str) -> str:
    """The prose as it is written, without values."""
    return _prose(language(), name).template


@functools.cache
def _prose(code: str, name: str) -> Prose:
    return Prose((ASSETS / "lessons" / code / f"{name}.md").read_text("utf-8"))


@functools.cache
def _translations(code: str) -> Translations:
    """Compile the catalogue in memory: the repository holds only what people edit."""
    source = ASSETS / "locale" / code / "LC_MESSAGES" / "gan_dojo.po"
    with source.open("rb") as file:
        messages = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)
