"""Losses that a person types: formulas in the logits `real` and `fake`.

The text is never executed. Python's parser only says how it is built; what may stand in it is
listed here, and a small evaluator walks over the result and calls `Ops`.
"""

from __future__ import annotations

import ast
import difflib
import operator
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gan_core.ops import NUMPY, Ops, Tensor
from gan_core.text import N_, GanError, Text, number, quoted

# How many arguments each function takes; all but relu are functions of `Ops`.
FUNCTIONS = {
    "exp": 1,
    "log": 1,
    "softplus": 1,
    "sigmoid": 1,
    "tanh": 1,
    "square": 1,
    "sqrt": 1,
    "abs": 1,
    "relu": 1,
    "maximum": 2,
    "minimum": 2,
    "mean": 1,
}
LOGITS = {"real": "C(x)", "fake": "C(G(z))"}  # the names, and what they are in LaTeX

MAX_LENGTH = 300
MAX_DEPTH = 25
MAX_NODES = 120
MAX_NUMBER = 1_000_000
MAX_EXPONENT = 8  # from 1: the gradient of x⁰ at x = 0 is not a number in TensorFlow

_LONGEST_QUOTE = 40
_FORBIDDEN = re.compile(r"[^A-Za-z0-9_+\-*/()., \t]+|//")
# Where something like `1if` or `1_000` follows, it is no number: Python's tokenizer warns of some.
_NUMBER = r"(?:0|[1-9][0-9]*|(?=\.[0-9]))(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_.])"
_WORD = re.compile(rf"(?P<number>{_NUMBER})|[A-Za-z0-9_.]+")
_ALLOWED = Text(
    N_(
        "Allowed are {names}, numbers, the signs + - * / and ** (power), brackets, "
        "and the functions {functions}."
    ),
    {"names": ", ".join(LOGITS), "functions": ", ".join(FUNCTIONS)},
)


class ExpressionError(GanError):
    """A formula that is not understood: source[start:end] is the part that is wrong."""

    def __init__(self, template: str, *, start: int, end: int, **values: Any) -> None:
        super().__init__(template, start=start, end=end, **values)
        self.start = start
        self.end = end


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Logits:
    """`real` or `fake`."""

    name: str


@dataclass(frozen=True)
class Applied:
    """A function of `FUNCTIONS`, a sign between two operands, or "negative", with its operands."""

    name: str
    operands: tuple[Node, ...]


Node = Number | Logits | Applied


@dataclass(frozen=True)
class Expression:
    """A formula that has been understood; made by `parse`."""

    source: str
    tree: Node = field(repr=False)

    def __call__(self, real: Tensor, fake: Tensor, ops: Ops) -> Tensor:
        """Average over the batch the value for each sample.

        Logits have shape (..., batch), the result has shape (...) and their type. Where a value is
        not defined or too large, the result is nan or ±inf, without a warning.
        """
        with np.errstate(all="ignore"):
            return ops.mean(_evaluate(self.tree, {"real": real, "fake": fake}, ops))

    @property
    def latex(self) -> str:
        """The value for each sample in LaTeX, with C for the network's output, the logit."""
        return _latex(self.tree)[0]


def parse(source: str, needed: Collection[str] = LOGITS) -> Expression:
    """Read a formula such as "softplus(-real) + softplus(fake)", with any of the logits `needed`.

    Raises `ExpressionError`, which says what is wrong, where, and what is allowed.
    """
    _check_length(source)
    _check_characters(source)
    _check_words(source)
    _check_brackets(source)
    expression = Expression(source, _read(source))
    if relies_on(expression).isdisjoint(needed):
        raise _refusal(
            source,
            *_extent(source),
            N_("this does not depend on {names}, so it teaches nothing. Use {names}."),
            names=", ".join(needed),
        )
    return expression


def relies_on(expression: Expression) -> set[str]:
    """Which of "real" and "fake" occur in `expression`."""
    return _logits_in(expression.tree)


def pointed(source: str, error: ExpressionError) -> str:
    """Return two lines of text, `source` and below it carets under the part that is wrong."""
    one_line = "".join(sign if sign.isprintable() else " " for sign in source)
    return one_line + "\n" + " " * error.start + "^" * max(1, error.end - error.start)


def _refusal(source: str, start: int, end: int, template: str, **values: Any) -> ExpressionError:
    part = source[start:end]
    part = quoted(part, _LONGEST_QUOTE)
    return ExpressionError(
        N_("Column {column}, {part}: {problem}"),
        start=start,
        end=end,
        column=start + 1,
        part=repr(part),  # as a page or a terminal can show it, whatever was typed
        problem=Text(template, values),
    )


def _extent(source: str) -> tuple[int, int]:
    """Where the formula starts and ends between the spaces around it."""
    return len(source) - len(source.lstrip()), len(source.rstrip())


def _check_length(source: str) -> None:
    if not source.strip():
        raise ExpressionError(
            N_("The formula is empty. {allowed}"), start=0, end=len(source), allowed=_ALLOWED
        )
    if len(source) > MAX_LENGTH:
        raise _refusal(
            source,
            MAX_LENGTH,
            len(source),
            N_("this is too much: the formula has {length} characters, and {limit} are allowed."),
            length=len(source),
            limit=MAX_LENGTH,
        )


def _check_characters(source: str) -> None:
    found = _FORBIDDEN.search(source)
    if not found:
        return
    plain = unicodedata.normalize("NFKC", found[0])
    full_width = all(unicodedata.east_asian_width(sign) == "F" for sign in found[0])
    if full_width and not _FORBIDDEN.search(plain):  # a Chinese keyboard types （ like (
        raise _refusal(
            source,
            *found.span(),
            N_("this is full-width. Type {plain} instead."),
            plain=repr(plain),
        )
    raise _refusal(
        source, *found.span(), N_("this is not allowed in a formula. {allowed}"), allowed=_ALLOWED
    )


def _check_words(source: str) -> None:
    """Let Python's parser see no name but those below, hence no keyword, and no odd number."""
    for found in _WORD.finditer(source):
        if not (found["number"] or found[0] in LOGITS or found[0] in FUNCTIONS):
            raise _unknown_word(source, *found.span())


def _unknown_word(source: str, start: int, end: int) -> ExpressionError:
    word = source[start:end]
    if word.lstrip(".")[:1].isdigit():
        return _refusal(
            source, start, end, N_("this is not a number. Numbers look like 2, 0.5 or 1e-3.")
        )
    matches = difflib.get_close_matches(word.lower(), [*LOGITS, *FUNCTIONS], n=1)
    if matches:
        return _refusal(
            source,
            start,
            end,
            N_("there is no such name. Did you mean {match}? {allowed}"),
            match=matches[0],
            allowed=_ALLOWED,
        )
    return _refusal(source, start, end, N_("there is no such name. {allowed}"), allowed=_ALLOWED)


def _check_brackets(source: str) -> None:
    opened: list[int] = []
    for position, sign in enumerate(source):
        if sign == "(":
            opened.append(position)
            if len(opened) > MAX_DEPTH:
                raise _too_deep(source, position, position + 1)
        elif sign == ")":
            if not opened:
                raise _refusal(
                    source, position, position + 1, N_("no bracket was opened that this closes.")
                )
            opened.pop()
    if opened:
        raise _refusal(source, opened[-1], opened[-1] + 1, N_("this bracket is never closed."))


def _too_deep(source: str, start: int, end: int) -> ExpressionError:
    return _refusal(
        source,
        start,
        end,
        N_("this is nested too deeply: {limit} levels are allowed."),
        limit=MAX_DEPTH,
    )


def _read(source: str) -> Node:
    """Build the tree of a formula whose characters, words and brackets are those allowed."""
    start, end = _extent(source)  # Python takes spaces at the start for an indented block
    try:
        root = ast.parse(source[start:end], mode="eval").body
    except SyntaxError as error:
        raise _incomplete(source, error) from None
    except (RecursionError, MemoryError, ValueError):
        raise _too_deep(source, start, end) from None
    return _Reader(source, start).read(root, depth=1)


def _incomplete(source: str, error: SyntaxError) -> ExpressionError:
    begin, end = _extent(source)
    start = begin + (error.offset or 0) - 1  # offsets count from 1
    if not begin <= start < end:  # Python expected something after the end
        return _refusal(source, end - 1, end, N_("a number, a name or a bracket must follow this."))
    stop = begin + (error.end_offset or 0) - 1
    return _refusal(
        source,
        start,
        stop if start < stop <= end else start + 1,
        N_("a sign, a number or a name is missing here or just before."),
    )


class _Reader:
    """Turns Python's syntax tree into a `Node`; whatever is not listed in `read` is refused."""

    def __init__(self, source: str, offset: int) -> None:
        self._source = source
        self._offset = offset  # of Python's column 0 in `source`
        self._n_nodes = 0

    def read(self, node: ast.expr, depth: int) -> Node:
        """Return the tree below `node`, which is `depth` levels deep; raises `ExpressionError`."""
        self._check_size(node, depth)
        match node:
            case ast.Constant(value=int() | float() as value):
                return self._number(node, value)
            case ast.Name(id=name) if name in LOGITS:
                return Logits(name)
            case ast.Name(id=name):
                raise self._refuse(
                    node, N_("this is a function: write {name}(…) with brackets."), name=name
                )
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth + 1)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Applied("negative", (self.read(operand, depth + 1),))
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return Applied("**", (self.read(left, depth + 1), self._exponent(right, depth + 1)))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
                operands = self.read(left, depth + 1), self.read(right, depth + 1)
                return Applied(_SIGNS[type(sign)], operands)
            case ast.Call(keywords=[first, *_]):
                raise self._refuse_foreign(first)
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in FUNCTIONS:
                self._check_count(node, name, len(arguments))
                return Applied(name, tuple(self.read(each, depth + 1) for each in arguments))
            case ast.Call(func=called):
                raise self._refuse(
                    called,
                    N_("this is not a function. Write a product as *. Functions are {functions}."),
                    functions=", ".join(FUNCTIONS),
                )
            case _:
                raise self._refuse_foreign(node)

    def _check_size(self, node: ast.expr, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _too_deep(self._source, *self._span(node))
        self._n_nodes += 1
        if self._n_nodes > MAX_NODES:
            raise self._refuse(
                node,
                N_("the formula is too large: {limit} numbers, names, signs and functions."),
                limit=MAX_NODES,
            )

    def _number(self, node: ast.expr, value: float) -> Number:
        if abs(value) > MAX_NUMBER:  # 1e999 is infinity
            raise self._refuse(node, N_("numbers go up to {limit}."), limit=number(MAX_NUMBER))
        return Number(float(value))

    def _exponent(self, node: ast.expr, depth: int) -> Number:
        exponent = self.read(node, depth)
        if isinstance(exponent, Number) and exponent.value in range(1, MAX_EXPONENT + 1):
            return exponent
        raise self._refuse(
            node,
            N_(
                "exponents are whole numbers from 1 to {limit}. "
                "Write roots with sqrt, negative powers with /."
            ),
            limit=MAX_EXPONENT,
        )

    def _check_count(self, node: ast.expr, name: str, given: int) -> None:
        if given != FUNCTIONS[name]:
            raise self._refuse(
                node,
                N_("wrong number of arguments: {name} takes {expected}, here it has {given}."),
                name=name,
                expected=FUNCTIONS[name],
                given=given,
            )

    def _refuse_foreign(self, node: ast.expr | ast.keyword) -> ExpressionError:
        return self._refuse(
            node, N_("this is not allowed in a formula. {allowed}"), allowed=_ALLOWED
        )

    def _refuse(
        self, node: ast.expr | ast.keyword, template: str, **values: Any
    ) -> ExpressionError:
        return _refusal(self._source, *self._span(node), template, **values)

    def _span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        # Python counts bytes; every character is one byte, as `_check_characters` saw to it.
        assert node.end_col_offset is not None
        return self._offset + node.col_offset, self._offset + node.end_col_offset


_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def _logits_in(node: Node) -> set[str]:
    match node:
        case Logits(name):
            return {name}
        case Applied(_, operands):
            return set().union(*map(_logits_in, operands))
    return set()


_ARITHMETIC: dict[str, Callable[..., Tensor]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "negative": operator.neg,
}


def _evaluate(node: Node, logits: Mapping[str, Tensor], ops: Ops) -> Tensor:
    """Return the value for each sample: (..., batch), (..., 1) where it is a mean, or a float."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Logits):
        return logits[node.name]
    operands = [_evaluate(each, logits, ops) for each in node.operands]
    if all(map(_is_constant, operands)):
        # Plain floats would raise errors, at 1 / 0 say, and have no type that TensorFlow expects.
        return float(_apply(node.name, [np.array([each]) for each in operands], NUMPY)[0])
    return _apply(node.name, operands, ops)


def _is_constant(value: Tensor) -> bool:
    return isinstance(value, float)


def _apply(name: str, operands: list[Tensor], ops: Ops) -> Tensor:
    if name in _ARITHMETIC:
        return _ARITHMETIC[name](*operands)
    if name == "relu":
        return ops.maximum(operands[0], 0.0)
    if name == "mean":
        return ops.mean(operands[0])[..., None]
    # A function of two is symmetric, and a TensorFlow graph takes the type from the first operand.
    return getattr(ops, name)(*sorted(operands, key=_is_constant))


# How tightly the parts of a formula hold together in LaTeX, loosest first.
_SUM, _SIGNED, _PRODUCT, _FACTOR, _ATOM = range(5)

# The LaTeX of functions; those that are a factor get brackets before they are raised to a power.
_CALLS = {
    "exp": (r"\exp\left(%s\right)", _FACTOR),
    "log": (r"\ln\left(%s\right)", _FACTOR),
    "softplus": (r"\operatorname{softplus}\left(%s\right)", _FACTOR),
    "sigmoid": (r"\sigma\left(%s\right)", _FACTOR),
    "tanh": (r"\tanh\left(%s\right)", _FACTOR),
    "sqrt": (r"\sqrt{%s}", _ATOM),
    "abs": (r"\left|%s\right|", _ATOM),
    "relu": (r"\max\left(0, %s\right)", _FACTOR),
    "maximum": (r"\max\left(%s, %s\right)", _FACTOR),
    "minimum": (r"\min\left(%s, %s\right)", _FACTOR),
    "mean": (r"\mathbb{E}\left[%s\right]", _ATOM),
    "/": (r"\frac{%s}{%s}", _FACTOR),
}


def _latex(node: Node) -> tuple[str, int]:
    """Return the LaTeX of `node` and how tightly it holds together."""
    if isinstance(node, Number):
        return _latex_number(node.value)
    if isinstance(node, Logits):
        return LOGITS[node.name], _ATOM
    first, last = node.operands[0], node.operands[-1]
    match node.name:
        case "+" | "-":
            return f"{_at_least(_SUM, first)} {node.name} {_at_least(_PRODUCT, last)}", _SUM
        case "negative":
            return f"-{_at_least(_PRODUCT, first)}", _SIGNED
        case "*":
            text = rf"{_at_least(_SIGNED, first)} \cdot {_at_least(_FACTOR, last)}"
            return text, _SIGNED if text.startswith("-") else _PRODUCT  # −a · b
        case "**":
            return f"{_at_least(_ATOM, first)}^{_latex(last)[0]}", _FACTOR
        case "square":
            return f"{_at_least(_ATOM, first)}^2", _FACTOR
    form, level = _CALLS[node.name]
    return form % tuple(_latex(each)[0] for each in node.operands), level


def _at_least(level: int, node: Node) -> str:
    """The LaTeX of `node`, in brackets where it holds together more loosely than `level`."""
    text, own_level = _latex(node)
    return text if own_level >= level else rf"\left({text}\right)"


def _latex_number(value: float) -> tuple[str, int]:
    mantissa, is_power, exponent = f"{value:.15g}".partition("e")
    if is_power:
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", _PRODUCT
    return mantissa, _ATOM
