"""Python expressions that write themselves down.

A loss is a function of logits and `Ops`. Called with `Code` instead of numbers, it returns not a
value but the text of a program that computes it: what is exported is what trains, whatever it is
made of.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any

WIDTH = 88  # of a line
_INDENT = "    "

# How tightly the parts of an expression hold together, loosest first.
_SUM, _PRODUCT, _SIGNED, _POWER, _ATOM = range(5)
_LEVELS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


class Code:
    """An expression; arithmetic on it gives longer ones.

    With `line`, it gets a line of its own in the program, and this name there.
    """

    line = ""

    def __add__(self, other: Any) -> Any:
        return _sum(self, other)

    def __radd__(self, other: Any) -> Any:
        return _sum(other, self)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0) else Operation("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return Operation("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return self if _is(other, 1) else Operation("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self if _is(other, 1) else Operation("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return Operation("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return Operation("/", other, self)

    def __pow__(self, other: Any) -> Any:
        return Operation("**", self, other)

    def __neg__(self) -> Code:
        return Negative(self)

    def __getitem__(self, axes: Any) -> Code:
        """Itself: the axis that a loss adds to a mean is there by broadcasting."""
        return self

    def __call__(self, *arguments: Any, **options: Any) -> Call:
        return Call(self, arguments, options)

    @property
    def parts(self) -> tuple[Any, ...]:
        """What it is made of."""
        return ()


@dataclass(frozen=True, eq=False)
class Name(Code):
    """A variable, or anything else that stands for itself."""

    text: str


@dataclass(frozen=True, eq=False)
class Module(Name):
    """A module or a class: whatever is asked of it has a name too."""

    def __getattr__(self, name: str) -> Module:
        if name.startswith("__"):  # Python itself asks, not the code that is written down
            raise AttributeError(name)
        return Module(f"{self.text}.{name}")


@dataclass(frozen=True, eq=False)
class Call(Code):
    """A call of a function; `is_finite` where its value is, so that 0 times it adds nothing."""

    function: Code
    arguments: Sequence[Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    line: str = ""
    is_finite: bool = False

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.function, *self.arguments, *self.options.values())


@dataclass(frozen=True, eq=False)
class Operation(Code):
    """Two operands with a sign between them."""

    sign: str
    left: Any
    right: Any
    line: str = ""

    @property
    def parts(self) -> tuple[Any, ...]:
        return self.left, self.right


@dataclass(frozen=True, eq=False)
class Negative(Code):
    """Minus something."""

    operand: Any

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.operand,)


def statements(value: Any, before: str = "return ", indent: str = _INDENT) -> list[str]:
    """Lines of a program that compute `value`, the last statement beginning with `before`.

    What is used more than once, or asks for a line of its own, gets one before. Each line is to be
    indented by `indent`; it is not yet.
    """
    named: dict[int, str] = {}
    lines: list[str] = []
    layout = _Layout(named, WIDTH - len(indent))
    for part in _worth_a_line(value):
        name = _free(part.line, named.values())
        lines += layout.statement(f"{name} = ", part)
        named[id(part)] = name
    return lines + layout.statement(before, value)


def _free(wanted: str, taken: Collection[str]) -> str:
    """A name that no other line has: the wanted one where that is possible."""
    names = [wanted, *(f"{wanted}_{n}" for n in range(2, 100))] if wanted else ascii_lowercase
    return next(name for name in names if name not in taken)


def _worth_a_line(root: Any) -> list[Code]:
    """Parts that need a name, each after those that it is made of."""
    uses: dict[int, int] = {}
    order: list[Code] = []

    def visit(part: Any) -> None:
        if isinstance(part, (list, tuple)):
            for each in part:
                visit(each)
        if not isinstance(part, Code):
            return
        uses[id(part)] = uses.get(id(part), 0) + 1
        if uses[id(part)] == 1:
            for each in part.parts:
                visit(each)
            order.append(part)

    visit(root)
    return [
        part
        for part in order
        if part is not root and not isinstance(part, Name) and (uses[id(part)] > 1 or part.line)
    ]


@dataclass(frozen=True)
class _Layout:
    """Writes expressions in lines that fit; some parts are known by name."""

    named: Mapping[int, str]
    width: int

    def statement(self, before: str, value: Any) -> list[str]:
        if isinstance(value, Operation) and len(before + self.flat(value)) > self.width:
            inside = self._lines(value, self.width - len(_INDENT))
            return [f"{before}(", *(_INDENT + line for line in inside), ")"]
        return self._lines(value, self.width, before)

    def _lines(self, value: Any, room: int, before: str = "") -> list[str]:
        """An expression after `before`, in lines of at most `room` characters if that can be."""
        flat = self.flat(value)
        if len(before + flat) <= room or id(value) in self.named:
            return [before + flat]
        if isinstance(value, Call):
            items = [("", each) for each in value.arguments]
            items += [(f"{name}=", each) for name, each in value.options.items()]
            return self._bracketed(f"{before}{self.flat(value.function)}(", items, ")", room)
        if isinstance(value, list):
            return self._bracketed(f"{before}[", [("", each) for each in value], "]", room)
        if isinstance(value, Operation) and value.sign in "+-":
            right = self._operand(value.right, _PRODUCT)
            return [*self._lines(value.left, room, before), f"{value.sign} {right}"]
        return [before + flat]

    def _bracketed(
        self, start: str, items: Sequence[tuple[str, Any]], end: str, room: int
    ) -> list[str]:
        comma = "," if len(items) > 1 else ""
        lines = []
        for key, item in items:
            inside = self._lines(item, room - len(_INDENT) - len(comma), key)
            inside[-1] += comma
            lines += [_INDENT + line for line in inside]
        return [start, *lines, end]

    def flat(self, value: Any) -> str:
        """An expression in one line."""
        if id(value) in self.named:
            return self.named[id(value)]
        match value:
            case Name():
                return value.text
            case Call():
                items = [self.flat(each) for each in value.arguments]
                items += [f"{name}={self.flat(each)}" for name, each in value.options.items()]
                return f"{self.flat(value.function)}({', '.join(items)})"
            case Operation():
                level = _LEVELS[value.sign]
                # a − (b − c) keeps its brackets, and so does a + (b + c): rounding depends on them.
                left = self._operand(value.left, _ATOM if level == _POWER else level)
                right = self._operand(value.right, level + 1)
                return f"{left} {value.sign} {right}"
            case Negative():
                return f"-{self._operand(value.operand, _SIGNED)}"
            case list():
                return f"[{', '.join(map(self.flat, value))}]"
            case tuple():
                return f"({', '.join(map(self.flat, value))}{',' * (len(value) == 1)})"
            case float() if not math.isfinite(value):
                return f'float("{value}")'
            case str():
                return json.dumps(value, ensure_ascii=False)
            case _:
                return repr(value)

    def _operand(self, value: Any, at_least: int) -> str:
        text = self.flat(value)
        return text if self._level(value) >= at_least else f"({text})"

    def _level(self, value: Any) -> int:
        if id(value) in self.named:
            return _ATOM
        if isinstance(value, Operation):
            return _LEVELS[value.sign]
        if isinstance(value, Negative) or (isinstance(value, (int, float)) and value < 0):
            return _SIGNED
        return _ATOM


def _is(value: Any, number: float) -> bool:
    return isinstance(value, (int, float)) and value == number


def _sum(left: Any, right: Any) -> Any:
    if _vanishes(right):
        return left
    return right if _vanishes(left) else Operation("+", left, right)


def _vanishes(value: Any) -> bool:
    """Whether it adds nothing: 0, or 0 times what is finite. 0 times NaN or ∞ would add NaN."""
    if isinstance(value, Operation) and value.sign == "*" and isinstance(value.right, Call):
        return value.right.is_finite and _is(value.left, 0)
    return _is(value, 0)
