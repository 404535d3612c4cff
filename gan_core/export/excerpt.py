"""Excerpts of this project's own source: a function or a class with all that it relies on."""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

OWN = "gan_core"


@dataclass
class Excerpt:
    """Import statements, and definitions in an order in which Python can read them."""

    # Annotations may name what is defined later.
    imports: set[str] = field(default_factory=lambda: {"from __future__ import annotations"})
    definitions: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The definitions, with space around those of several lines."""
        code = ""
        for before, text in pairwise(["", *self.definitions]):
            gap = "\n\n\n" if "\n" in before + text else "\n"
            code += (gap if before else "") + text
        return code + "\n"


def excerpt(
    module: str, names: Sequence[str], methods: Mapping[str, Collection[str]] | None = None
) -> Excerpt:
    """Source of what `module` calls by these names, and of all of this project that it uses.

    `methods` names for a class those of its methods that are wanted, where that is not all.
    """
    found, seen = Excerpt(), set[tuple[str, str]]()

    def collect(module: str, name: str) -> None:
        """Add a definition after those that it needs."""
        if (module, name) in seen:
            return
        seen.add((module, name))
        source, tree = _parsed(module)
        node = next((each for each in tree.body if name in _names_of(each)), None)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(OWN):
            collect(str(node.module), name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.imports.add(_import_of(node, name))
        elif node:  # otherwise it is Python's own, or no name of the module
            parts = _wanted_parts(node, (methods or {}).get(name))
            used = _used([*parts, *getattr(node, "decorator_list", [])])
            for each in tree.body:  # in the order of the module
                for needed in used & set(_names_of(each)):
                    collect(module, needed)
            found.definitions.append(_text(source, node, parts))

    for name in names:
        collect(module, name)
    return found


def _names_of(node: ast.stmt) -> list[str]:
    """What a statement of a module defines or imports."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _import_of(node: ast.Import | ast.ImportFrom, name: str) -> str:
    """The statement that imports `name` alone."""
    [alias] = (each for each in node.names if (each.asname or each.name) == name)
    what = alias.name + (f" as {alias.asname}" if alias.asname else "")
    return (
        f"from {node.module} import {what}"
        if isinstance(node, ast.ImportFrom)
        else f"import {what}"
    )


def _wanted_parts(node: ast.stmt, methods: Collection[str] | None) -> list[ast.stmt]:
    """The node itself, or of a class its fields and those methods."""
    if methods is None or not isinstance(node, ast.ClassDef):
        return [node]
    return [each for each in node.body if getattr(each, "name", "") in {"", *methods}]


def _used(parts: Sequence[ast.AST]) -> set[str]:
    return {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}


def _text(source: list[str], node: ast.stmt, parts: list[ast.stmt]) -> str:
    """Whole lines of source, so that their comments come along."""
    if parts == [node]:
        return _lines(source, node)
    assert isinstance(node, ast.ClassDef)
    head = "\n".join(source[_first_line(node) - 1 : node.body[0].lineno - 1])
    texts = [_lines(source, part) for part in parts]
    body = "\n".join(
        f"\n{text}" if isinstance(part, ast.FunctionDef) or number == 1 else text
        for number, (part, text) in enumerate(zip(parts, texts, strict=True))
    )
    return f"{head}\n{textwrap.indent(textwrap.dedent(body), '    ')}"


def _lines(source: list[str], node: ast.stmt) -> str:
    return "\n".join(source[_first_line(node) - 1 : node.end_lineno])


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


@functools.cache
def _parsed(module: str) -> tuple[list[str], ast.Module]:
    """Lines and syntax tree of a module, which is not imported for that."""
    spec = find_spec(module)
    assert spec
    assert spec.origin
    text = Path(spec.origin).read_text("utf-8")
    return text.splitlines(), ast.parse(text)
