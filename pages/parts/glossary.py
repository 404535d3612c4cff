"""The glossary's terms: `assets/lessons/<language>/glossary.md`, a heading `key: title` for each.

Lessons link to a term by `[words](glossary#key)`; the keys are the same in all languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from pages.parts.prose import _, language, read


@dataclass(frozen=True)
class Term:
    """A word, under the key that links name, and what it means in Markdown."""

    key: str
    title: str
    text: str


def terms() -> list[Term]:
    """All terms in the visitor's language."""
    return in_file(read("glossary"))


def in_order() -> list[Term]:
    """All terms in the visitor's language, by their titles: Chinese ones by their sounds."""
    # GB 18030 has Latin letters first, then the common characters by pinyin.
    return sorted(terms(), key=lambda term: term.title.lower().encode("gb18030"))


def words() -> None:
    """A box with every term, to look one up without leaving the page."""
    with st.popover(_("Words"), icon=":material/dictionary:", width="stretch"):
        page = f"glossary?lang={language()}"
        lines = [f"**[{each.title}]({page}#{each.key})** {each.text}" for each in in_order()]
        st.markdown("\n\n".join(lines))


def in_file(markdown: str) -> list[Term]:
    """Read the terms out of a file's text."""
    parts = re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]
    return [_term(part) for part in parts]


def _term(part: str) -> Term:
    head, _newline, text = part.partition("\n")
    key, _colon, title = head.partition(":")
    return Term(key.strip(), title.strip(), text.strip())
