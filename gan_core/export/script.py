"""A run as a Python script and as a notebook: the same program in two forms."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from typing import Any

from gan_core.export.program import Program, Section

WIDTH = 100


def script(program: Program) -> str:
    """The program as one Python file."""
    head = [program.title, "", *program.introduction]
    parts = ["".join(_comment(sentence) for sentence in head)]
    for section in program.sections:
        rule = f"# {f'---- {section.title} ':-<{WIDTH - 2}}\n"
        prose = "".join(_comment(sentence) for sentence in section.prose)
        parts.append(f"{rule}{prose}\n{section.code}")
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def _comment(sentence: str) -> str:
    """Lines of comment; Chinese signs are twice as wide as others."""
    is_wide = any(unicodedata.east_asian_width(sign) == "W" for sign in sentence)
    width = WIDTH // 2 if is_wide else WIDTH - 2
    lines = textwrap.wrap(sentence, width) or [""]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def notebook(program: Program) -> str:
    """The program as a Jupyter notebook (nbformat 4.5), each section a cell below its prose."""
    cells = [_markdown("title", f"# {_plain(program.title)}", *map(_plain, program.introduction))]
    for number, section in enumerate(program.sections):
        formulas = [f"$${formula}$$" for formula in section.formulas]
        title = f"## {section.title}"
        cells.append(_markdown(f"about-{number}", title, *map(_plain, section.prose), *formulas))
        cells.append(_code(f"code-{number}", section))
    return json.dumps(
        {
            "cells": cells,
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        ensure_ascii=False,
        indent=1,
    )


def _markdown(name: str, *paragraphs: str) -> dict[str, Any]:
    text = "\n\n".join(paragraphs)
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": _source(text)}


def _code(name: str, section: Section) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": _source(section.code.strip("\n")),
    }


def _plain(sentence: str) -> str:
    """Text safe where Markdown is expected."""
    return re.sub(r"([\\`*_{}\[\]<>#$|])", r"\\\1", sentence)


def _source(text: str) -> list[str]:
    return text.splitlines(keepends=True)
