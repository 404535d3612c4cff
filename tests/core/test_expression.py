"""Typed losses: they mean what they mean in Python, and nothing but a formula gets through."""

from __future__ import annotations

import ast
import builtins
import pickle
import random
import re
import string
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import gan_core.expression
from gan_core.expression import (
    FUNCTIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_NODES,
    Expression,
    ExpressionError,
    parse,
    pointed,
    relies_on,
)
from gan_core.losses import LOSSES
from gan_core.ops import NUMPY
from gan_core.text import GanError
from gan_core.training.tensorflow_ops import TENSORFLOW

REAL = np.array([-3.5, -0.4, 0.1, 1.3, 6.0])  # asymmetric, so that no sign or swap goes unseen
FAKE = np.array([-7.0, -1.1, 0.2, 2.5, 4.4])
CROSS_ENTROPY = "softplus(-real) + softplus(fake)"

# Each text with its value for each sample, by hand.
VALUES: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "real": lambda r, f: r,
    "-fake": lambda r, f: -f,
    CROSS_ENTROPY: lambda r, f: np.log(1 + np.exp(-r)) + np.log(1 + np.exp(f)),
    "-log(sigmoid(fake))": lambda r, f: np.log(1 + np.exp(-f)),
    "square(real - mean(fake) - 1)": lambda r, f: (r - (-0.2) - 1) ** 2,
    "relu(1 - real) + relu(1 + fake)": lambda r, f: np.maximum(0, 1 - r) + np.maximum(0, 1 + f),
    "tanh(real/2)": lambda r, f: 2 / (1 + np.exp(-r)) - 1,
    "sqrt(abs(fake))": lambda r, f: np.hypot(f, 0) ** 0.5,
    "maximum(real, fake)": lambda r, f: (r + f + abs(r - f)) / 2,
    "minimum(real, fake)": lambda r, f: (r + f - abs(r - f)) / 2,
    "exp(-square(real)/2)": lambda r, f: 1 / np.sqrt(np.exp(r * r)),
    "-real**2": lambda r, f: -(r * r),
    "(-real)**3": lambda r, f: -(r * r * r),
    "real**2.0 + real**1": lambda r, f: r * r + r,
    "2*-real": lambda r, f: -2 * r,
    "+real - +fake": lambda r, f: r - f,
    "real - (fake - 1)": lambda r, f: r - f + 1,
    "real/2/4*fake": lambda r, f: r * f / 8,
    "\t 3. * real+.5 - 1e-1": lambda r, f: 3 * r + 0.4,
    "mean(real)": lambda r, f: 0.7,
    "mean(real) * fake": lambda r, f: 0.7 * f,
    # Parts without logits.
    "sqrt(4)*real": lambda r, f: 2 * r,
    "real + mean(2)": lambda r, f: r + 2,
    "maximum(2, 3)*real - exp(0)": lambda r, f: 3 * r - 1,
    "log(8)/log(2) + fake": lambda r, f: 3 + f,
    "minimum(-1/2, real)": lambda r, f: np.minimum(-0.5, r),
    "0*real + 5": lambda r, f: 5.0,
}

# Smooth at REAL and FAKE, with every function.
SMOOTH = [
    *VALUES,
    "(real/fake)**8 / 1e6",
    "real**3 - fake**2",
    "1/(1 + exp(-real))",
    "log(1 - sigmoid(fake)) + real*fake",
]

# A loss of LOSSES, the player, and what one would type.
TYPED_LOSSES = [
    ("minimax", "discriminator", CROSS_ENTROPY),
    ("minimax", "discriminator", "-log(sigmoid(real)) - log(1 - sigmoid(fake))"),
    ("minimax", "generator", "log(1 - sigmoid(fake))"),
    ("non_saturating", "generator", "softplus(-fake)"),
    ("least_squares", "discriminator", "(real - 1)**2 + fake**2"),
    ("least_squares", "generator", "square(fake - 1)"),
    ("hinge", "discriminator", "relu(1 - real) + relu(1 + fake)"),
    ("hinge", "generator", "-fake"),
    ("wasserstein", "discriminator", "fake - real"),
    (
        "relativistic",
        "discriminator",
        "softplus(-(real - mean(fake))) + softplus(fake - mean(real))",
    ),
]

LATEX = {
    CROSS_ENTROPY: r"\operatorname{softplus}\left(-C(x)\right)"
    r" + \operatorname{softplus}\left(C(G(z))\right)",
    "-log(sigmoid(fake))": r"-\ln\left(\sigma\left(C(G(z))\right)\right)",
    "square(real - mean(fake) - 1)": r"\left(C(x) - \mathbb{E}\left[C(G(z))\right] - 1\right)^2",
    "relu(1 - real)": r"\max\left(0, 1 - C(x)\right)",
    "maximum(real, 0.5) - minimum(1e-7, fake)": r"\max\left(C(x), 0.5\right)"
    r" - \min\left(1 \cdot 10^{-7}, C(G(z))\right)",
    "-real**2": "-C(x)^2",
    "(-real)**3": r"\left(-C(x)\right)^3",
    "real + -fake": r"C(x) + \left(-C(G(z))\right)",
    "2.0*-real": r"2 \cdot \left(-C(x)\right)",
    "-real*2": r"-C(x) \cdot 2",
    "fake + -real*2": r"C(G(z)) + \left(-C(x) \cdot 2\right)",
    "-(-real)": r"-\left(-C(x)\right)",
    "+real - +fake": "C(x) - C(G(z))",
    "real - (fake - 1)": r"C(x) - \left(C(G(z)) - 1\right)",
    "(real - fake) - 1": "C(x) - C(G(z)) - 1",
    "(real - 1)*fake": r"\left(C(x) - 1\right) \cdot C(G(z))",
    "real*(fake*2)": r"C(x) \cdot \left(C(G(z)) \cdot 2\right)",
    "1/(1 + exp(-real))": r"\frac{1}{1 + \exp\left(-C(x)\right)}",
    "(real/fake)**2 / 4": r"\frac{\left(\frac{C(x)}{C(G(z))}\right)^2}{4}",
    "real/2*fake": r"\frac{C(x)}{2} \cdot C(G(z))",
    "tanh(fake)**2": r"\left(\tanh\left(C(G(z))\right)\right)^2",
    "sqrt(abs(fake))**2": r"\sqrt{\left|C(G(z))\right|}^2",
    "1e-7**2 + real": r"\left(1 \cdot 10^{-7}\right)^2 + C(x)",
    "1000000*real": r"1000000 \cdot C(x)",
}

# What is refused, the part that is pointed at, its column, and words of the reason.
REFUSED = [
    # Nothing to read
    ("", "", 1, "empty"),
    (" \t ", " \t ", 1, "empty"),
    (" 2*sqrt(2) ", "2*sqrt(2)", 2, "does not depend on real, fake"),
    # Characters
    ("real == fake", "==", 6, "not allowed"),
    ("real < fake", "<", 6, "not allowed"),
    ("real^2", "^", 5, "** (power)"),
    ("real @ fake", "@", 6, "not allowed"),
    ("real % 2", "%", 6, "not allowed"),
    ("real // 2", "//", 6, "not allowed"),
    ("~real", "~", 1, "not allowed"),
    ("real | fake", "|", 6, "not allowed"),
    ("real[0]", "[", 5, "not allowed"),
    ("[real]", "[", 1, "not allowed"),
    ("{real}", "{", 1, "not allowed"),
    ("exp(x=real)", "=", 6, "not allowed"),
    ("(real := 1)", ":=", 7, "not allowed"),
    ("lambda: real", ":", 7, "not allowed"),
    ("exp('real')", "'", 5, "not allowed"),
    ('f"{real}"', '"{', 2, "not allowed"),
    ("real # twice", "#", 6, "not allowed"),
    ("real \\\n + 1", "\\\n", 6, r"'\\\n'"),
    ("real\n", "\n", 5, r"'\n'"),
    ("real\x00", "\x00", 5, r"'\x00'"),
    ("real; fake", ";", 5, "not allowed"),
    ("real; \ud800", ";", 5, "not allowed"),
    ("real \u2212 1", "\u2212", 6, "not allowed"),
    ("r\u00e9al", "\u00e9", 2, "not allowed"),
    ("real\u00b2", "\u00b2", 5, "not allowed"),
    ("\ud835\udc53ake + real", "\ud835\udc53", 1, "not allowed"),
    ("\U0001d453ake + real", "\U0001d453", 1, "not allowed"),
    ("ｒeal", "ｒ", 1, "full-width. Type 'r' instead"),
    ("exp（（real", "（（", 4, "full-width. Type '((' instead"),
    ("real；fake", "；", 5, "not allowed"),
    # Numbers
    ("1_000*real", "1_000", 1, "not a number"),
    ("0x1for*real", "0x1for", 1, "not a number"),
    ("real*1if", "1if", 6, "not a number"),
    ("real*2j", "2j", 6, "not a number"),
    ("real*007", "007", 6, "not a number"),
    ("real + 1e", "1e", 8, "not a number"),
    ("real + 1.2.3", "1.2.3", 8, "not a number"),
    ("real + .5.", ".5.", 8, "not a number"),
    ("real + 1..real", "1..real", 8, "not a number"),
    ("real + 1000001", "1000001", 8, "up to 1,000,000"),
    ("real + 1e999", "1e999", 8, "up to 1,000,000"),
    ("real + " + "9" * 290, "9" * 290, 8, "up to 1,000,000"),
    # Names
    ("-log(sofplus(fake))", "sofplus", 6, "Did you mean softplus?"),
    ("EXP(real)", "EXP", 1, "Did you mean exp?"),
    ("real + fakes", "fakes", 8, "Did you mean fake?"),
    ("real + x", "x", 8, "Allowed are real, fake, numbers"),
    ("real if real else fake", "if", 6, "no such name"),
    ("real and fake", "and", 6, "no such name"),
    ("not real", "not", 1, "no such name"),
    ("real in fake", "in", 6, "no such name"),
    ("real*True", "True", 6, "no such name"),
    ("real*None", "None", 6, "no such name"),
    ("exp(x for x in real)", "x", 5, "no such name"),
    ("await real", "await", 1, "no such name"),
    ("real.__class__", "real.__class__", 1, "no such name"),
    ("().__class__.__bases__", ".__class__.__bases__", 3, "no such name"),
    ("real + ...", "...", 8, "no such name"),
    ("__import__", "__import__", 1, "no such name"),
    # Brackets
    ("softplus(-real + softplus(fake)", "(", 9, "never closed"),
    ("((real)", "(", 1, "never closed"),
    ("exp((real", "(", 5, "never closed"),
    ("real) + (fake", ")", 5, "no bracket was opened"),
    # Something missing
    ("real +", "+", 6, "must follow"),
    ("  real ** ", "*", 9, "must follow"),
    (" real fake", "fake", 7, "missing here"),
    ("2 real", "real", 3, "missing here"),
    ("exp(real fake)", "real fake", 5, "missing here"),
    ("real + * fake", "*", 8, "missing here"),
    ("exp(real *)", ")", 11, "missing here"),
    ("maximum(real,, fake)", ",", 14, "missing here"),
    ("real / / fake", "/", 8, "missing here"),
    # Constructs
    ("exp(**real)", "**real", 5, "not allowed"),
    ("exp(*real)", "*real", 5, "not allowed"),
    ("real, fake", "real, fake", 1, "not allowed"),
    ("exp(())", "()", 5, "not allowed"),
    (" exp + real", "exp", 2, "write exp(…) with brackets"),
    ("mean", "mean", 1, "this is a function"),
    ("real(fake)", "real", 1, "not a function"),
    ("(real)(fake)", "real", 2, "not a function"),
    ("2(real)", "2", 1, "Write a product as *"),
    ("exp(real)(fake)", "exp(real)", 1, "not a function"),
    ("real*exp()", "exp()", 6, "exp takes 1, here it has 0"),
    ("exp(real, fake)", "exp(real, fake)", 1, "exp takes 1, here it has 2"),
    ("maximum(real)", "maximum(real)", 1, "maximum takes 2, here it has 1"),
    # Powers
    ("real**fake", "fake", 7, "whole numbers from 1 to 8"),
    ("real**0", "0", 7, "whole numbers from 1 to 8"),
    ("real**9", "9", 7, "whole numbers from 1 to 8"),
    ("real**0.5", "0.5", 7, "with sqrt"),
    ("real**-1", "-1", 7, "negative powers with /"),
    ("real**(1 + 1)", "1 + 1", 8, "whole numbers from 1 to 8"),
    ("real**2**3", "2**3", 7, "whole numbers from 1 to 8"),
    # Size
    ("real" + " " * 290 + " + fake", "e", 301, "301 characters, and 300 are allowed"),
    ("-" * 25 + "real", "real", 26, "25 levels"),
    ("+" * 25 + "real", "real", 26, "25 levels"),
    ("(" * 26 + "real" + ")" * 26, "(", 26, "25 levels"),
    ("real" + " + 1" * 25, "real", 1, "25 levels"),
]

ESCAPES = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "real.__class__.__mro__",
    "exp.__globals__['__builtins__']",
    "exp(real).__class__",
    "getattr(real, 'shape')",
    "eval('real')",
    "exec(real)",
    "compile(real, fake, exp)",
    "open(real)",
    "globals()",
    "breakpoint()",
    "print(real)",
    "9**9**9**9",
    "real*9**8**8**8",
    "((((" * 70,
    "(" * 100 + "real" + ")" * 100,
    "exp(" * 60 + "real" + ")" * 60,
    "-" * 299 + "1",
    "+-" * 148 + "real",
    "real**" * 50 + "2",
    "exp(" * 24 + "real fake" + ")" * 24,
    "maximum(1," * 24 + "*" + ")" * 24,
    "real if real else fake",
    "[real for real in fake]",
    "lambda real: fake",
    "(yield real)",
    "real; import os",
    "f'{real!r:{fake}}'",
    "real.real",
    "real is real",
    "\\N{LATIN SMALL LETTER A}",
    "# -*- coding: utf-7 -*-",
    "\x0creal",
    "\ufeffreal",
    "real\r\nfake",
    "0b1real",
    "0_0",
    "1__0",
    "1e+_1",
    "0o9",
    "1(real)",
    "1 1(1)(1)",
    "real" * 75,
    "1" * 300,
    "real+" * 60,
    "." * 300,
    "," * 300,
    "*" * 300,
]


def average(expression: Expression, real: np.ndarray = REAL, fake: np.ndarray = FAKE) -> np.ndarray:
    return np.asarray(expression(real, fake, NUMPY))


# --- Values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", list(VALUES))
def test_values_are_those_by_hand(source: str) -> None:
    expected = np.mean(VALUES[source](REAL, FAKE))
    np.testing.assert_allclose(average(parse(source)), expected, rtol=1e-12)


def test_every_function_is_tried_by_hand() -> None:
    assert {word for source in VALUES for word in re.findall("[a-z]{2,}", source)} == {
        *FUNCTIONS,
        "real",
        "fake",
    }


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("source", SMOOTH)
def test_plot_and_training_agree(source: str, dtype: str) -> None:
    real, fake = REAL.astype(dtype), FAKE.astype(dtype)
    plotted = average(parse(source), real, fake)
    trained = parse(source)(tf.constant(real), tf.constant(fake), TENSORFLOW).numpy()
    assert plotted.dtype == trained.dtype == dtype
    np.testing.assert_allclose(trained, plotted, rtol=1e-5 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_compiled_step_gives_the_same(jit_compile: bool) -> None:
    expressions = [parse(source) for source in SMOOTH]

    @tf.function(jit_compile=jit_compile)
    def compiled(real: tf.Tensor, fake: tf.Tensor) -> list[tf.Tensor]:
        return [each(real, fake, TENSORFLOW) for each in expressions]

    values = compiled(tf.constant(REAL), tf.constant(FAKE))
    np.testing.assert_allclose(values, [average(each) for each in expressions], rtol=1e-12)


@pytest.mark.parametrize("source", SMOOTH)
def test_gradients_are_the_slopes_of_the_plot(source: str) -> None:
    expression, step = parse(source), 1e-5
    for_real, for_fake = gradients(expression, REAL, FAKE)
    for i, move in enumerate(np.eye(len(REAL)) * step):
        rise = average(expression, REAL + move) - average(expression, REAL - move)
        assert for_real[i] == pytest.approx(rise / (2 * step), rel=1e-5, abs=1e-6)
        rise = average(expression, REAL, FAKE + move) - average(expression, REAL, FAKE - move)
        assert for_fake[i] == pytest.approx(rise / (2 * step), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("exponent", range(1, 9))
def test_gradients_of_powers_are_defined_at_zero(exponent: int) -> None:
    zero = np.zeros(1)
    for_real, _ = gradients(parse(f"real**{exponent}"), zero, zero)
    assert for_real == [1.0 if exponent == 1 else 0.0]


@pytest.mark.parametrize(("name", "player", "source"), TYPED_LOSSES)
def test_typed_losses_are_those_of_the_registry(name: str, player: str, source: str) -> None:
    real, fake = np.array([REAL, FAKE]), np.array([FAKE, REAL])
    expected = getattr(LOSSES.get(name), player)(real, fake, NUMPY)
    np.testing.assert_allclose(average(parse(source), real, fake), expected, rtol=1e-9)


@pytest.mark.parametrize("source", ["real - fake", "mean(real)", "mean(real*fake) - 2*real"])
def test_only_the_batch_is_averaged(source: str) -> None:
    real = np.array([[REAL, FAKE]] * 3)
    fake = np.array([[FAKE, -REAL]] * 3)
    both = average(parse(source), real, fake)
    assert both.shape == (3, 2)
    rows = [average(parse(source), *row) for row in zip(real[0], fake[0], strict=True)]
    np.testing.assert_allclose(both[0], rows)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1/0 + real", np.inf),
        ("real - (1e6**8)**8", -np.inf),
        ("log(-1 - real**2)", np.nan),
        ("real*log(0 - 1)", np.nan),
        ("1/(real - real)", np.inf),
        ("exp(exp(exp(fake)))", np.inf),
    ],
)
def test_undefined_values_come_without_a_warning(source: str, expected: float) -> None:
    for real, fake in ((REAL, FAKE), (REAL.astype(np.float32), FAKE.astype(np.float32))):
        np.testing.assert_equal(average(parse(source), real, fake), expected)
        trained = parse(source)(tf.constant(real), tf.constant(fake), TENSORFLOW)
        np.testing.assert_equal(trained.numpy(), expected)


@pytest.mark.parametrize(
    ("source", "names"),
    [("exp(real)", {"real"}), ("1 - fake**2", {"fake"}), (CROSS_ENTROPY, {"real", "fake"})],
)
def test_logits_relied_on_are_named(source: str, names: set[str]) -> None:
    assert relies_on(parse(source)) == names


def test_expression_travels_between_processes() -> None:
    expression = parse(CROSS_ENTROPY)
    assert pickle.loads(pickle.dumps(expression)) == expression
    assert expression != parse(CROSS_ENTROPY.replace("-", "+"))


# --- The same text evaluated by Python itself -----------------------------------------------------


def test_random_formulas_mean_what_they_mean_in_python() -> None:
    compared = 0
    for source in random_formulas(seed=1, n=400):
        for shape in ((5,), (5, 1)):
            real, fake = REAL.reshape(shape), FAKE.reshape(shape)
            try:
                expected = in_python(source, real, fake)
            except ArithmeticError:  # 1 / (2 - 2) in plain numbers, of which Python makes no inf
                continue
            found = average(parse(source), real, fake)
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=source)
            compared += 1
    assert compared > 700


def test_latex_of_random_formulas_has_the_same_value() -> None:
    for source in random_formulas(seed=2, n=400):
        expression = parse(source)
        assert brackets_match(expression.latex), source
        assert not re.search(r"(?:[-+]|cdot) -", expression.latex), source
        expected = in_python(python_of(expression.latex), REAL, FAKE)
        np.testing.assert_allclose(
            average(expression), expected, rtol=1e-9, atol=1e-9, err_msg=source
        )


def test_random_formulas_have_everything() -> None:
    everything = " ".join(random_formulas(seed=1, n=400))
    for part in (*FUNCTIONS, "real", "fake", "+", "-", "*", "/", "**", "-(", "(-", "*-", "--"):
        assert part in everything, part


# --- LaTeX ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", list(LATEX))
def test_latex_is_readable(source: str) -> None:
    assert parse(source).latex == LATEX[source]


# --- Refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "part", "column", "reason"), REFUSED)
def test_refusal_points_at_its_cause(source: str, part: str, column: int, reason: str) -> None:
    error = refusal(source)
    assert error.start == column - 1
    assert source[error.start : error.end] == part
    assert reason in str(error)


@pytest.mark.parametrize("source", [each[0] for each in REFUSED if each[0].strip()])
def test_refusal_says_the_column_and_can_be_written_anywhere(source: str) -> None:
    error = refusal(source)
    assert str(error).startswith(f"Column {error.start + 1}, ")
    assert str(error).isprintable()
    assert len(str(error)) < 400
    assert str(error).encode()


def test_long_parts_are_cut() -> None:
    assert f"Column 8, '{'9' * 39}…': " in str(refusal("real + " + "9" * 290))


def test_constants_alone_are_no_loss_but_any_logit_is_enough() -> None:
    assert "teaches nothing" in str(refusal("1 + mean(2)"))
    assert parse("0*fake + 1 + mean(2)")


def test_limits_are_what_they_say() -> None:
    assert parse("real".ljust(MAX_LENGTH))
    assert refusal("real".ljust(MAX_LENGTH + 1)).start == MAX_LENGTH
    assert parse("-" * (MAX_DEPTH - 1) + "real")
    assert parse("(" * MAX_DEPTH + "real" + ")" * MAX_DEPTH)
    sixty_terms = balanced_sum(["real"] + ["1"] * 59)  # 119 numbers, names and signs
    assert parse("-" + sixty_terms)
    error = refusal("--" + sixty_terms)
    assert f"too large: {MAX_NODES} " in str(error)
    assert parse("1000000*real - 1e6")


def test_any_failure_of_pythons_parser_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [
        RecursionError(),
        MemoryError(),
        ValueError(),
        SyntaxError("no place"),
        SyntaxError("no end", ("", 1, 2, "real", 1, 0)),
        SyntaxError("too far", ("", 1, 2, "real", 1, 99)),
    ]
    for failure in failures:
        with monkeypatch.context() as patch:
            patch.setattr(ast, "parse", raising(failure))
            error = refusal(" real ")
        assert 0 <= error.start < error.end <= len(" real ")


def test_refusal_travels_between_processes() -> None:
    error = refusal("real + fakes")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is ExpressionError
    assert isinstance(copy, GanError)
    assert (copy.start, copy.end, copy.text, str(copy)) == (7, 12, error.text, str(error))


def test_refusal_can_be_translated() -> None:
    chinese = {
        "Column {column}, {part}: {problem}": "第{column}列，{part}：{problem}",
        "this bracket is never closed.": "括号没有闭合。",
    }
    said = refusal("exp(real").text.say(lambda message: chinese.get(message, message))
    assert said == "第4列，'('：括号没有闭合。"


@pytest.mark.parametrize(
    ("source", "carets"),
    [
        ("real + fakes", "       ^^^^^"),
        ("real\t+ fakes", "       ^^^^^"),
        ("exp（real)", "   ^"),
        ("real\n+ fake", "    ^"),
        ("", "^"),
    ],
)
def test_carets_stand_below_the_part(source: str, carets: str) -> None:
    first, second = pointed(source, refusal(source)).splitlines()
    assert len(first) == len(source)
    assert first.split() == source.split()
    assert second == carets


# --- Nothing else gets through --------------------------------------------------------------------


@pytest.mark.parametrize("source", ESCAPES)
def test_escapes_are_refused(source: str) -> None:
    assert not evaluates(source)


def test_random_unicode_is_read_or_refused() -> None:
    dice = random.Random(3)
    for _ in range(2000):
        length = dice.randrange(30)
        evaluates("".join(chr(dice.randrange(0x110000)) for _ in range(length)))
        evaluates("real + " + chr(dice.randrange(0x3000)) + "fake")


def test_random_characters_of_formulas_are_read_or_refused() -> None:
    dice, alphabet = random.Random(4), string.ascii_letters + string.digits + "_+-*/()., \t"
    pieces = [
        *FUNCTIONS,
        "real",
        "fake",
        *"+-*/()(),.1290",
        "**",
        "//",
        "e",
        "1e",
        " ",
        "if",
        "not",
    ]
    n_read = 0
    for _ in range(3000):
        evaluates("".join(dice.choices(alphabet, k=dice.randrange(40))))
        n_read += evaluates("".join(dice.choices(pieces, k=dice.randrange(12))))
    assert n_read > 20


def test_random_typing_errors_are_read_or_refused() -> None:
    dice, outcomes = random.Random(5), set()
    for source in random_formulas(seed=6, n=1500):
        outcomes.add(evaluates(misspelt(source, dice)))
    assert outcomes == {False, True}


def test_text_is_never_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [*ESCAPES, *VALUES, *random_formulas(seed=7, n=50)]
    with monkeypatch.context() as patch:
        for name in ("eval", "exec", "__import__"):
            patch.setattr(builtins, name, raising(AssertionError(name)))
        outcomes = {evaluates(source) for source in sources}
    assert outcomes == {False, True}


def test_pythons_parser_never_warns() -> None:
    sources = [*ESCAPES, *(each[0] for each in REFUSED), "1if", "0x1for", "1in real", "1(real)"]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")  # as errors they would look like refusals
        for source in sources:
            evaluates(source)
    assert not warned


def test_module_names_nothing_that_executes_text() -> None:
    text = Path(gan_core.expression.__file__).read_text(encoding="utf-8")
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    attributes = {
        node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)
    }
    assert not names & {"eval", "exec", "compile", "__import__", "globals", "builtins"}
    assert not attributes & {"eval", "exec", "literal_eval", "system", "__dict__", "__globals__"}
    assert "parse" in attributes  # the check sees what it looks through


# --- Tools ----------------------------------------------------------------------------------------


def refusal(source: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    return caught.value


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


def evaluates(source: str) -> bool:
    """Whether `source` is a formula; fails unless it is refused in good order, and quickly."""
    started, refused = time.process_time(), None
    try:
        expression = parse(source)
    except ExpressionError as error:
        refused = error
    assert time.process_time() - started < 1, source
    if refused:
        assert 0 <= refused.start <= refused.end <= len(source), source
        assert len(pointed(source, refused).split("\n")) == 2, source
        return False
    assert average(expression, np.ones((2, 5)), np.ones((2, 5))).shape == (2,), source
    return True


def gradients(
    expression: Expression, real: np.ndarray, fake: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    logits = tf.constant(real), tf.constant(fake)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = expression(*logits, TENSORFLOW)
    for_real, for_fake = tape.gradient(value, logits, unconnected_gradients="zero")
    return for_real.numpy(), for_fake.numpy()


def random_formulas(seed: int, n: int) -> Iterator[str]:
    dice = random.Random(seed)
    while n:
        formula = random_formula(dice, depth=4)
        if len(formula) <= MAX_LENGTH and ("real" in formula or "fake" in formula):
            n -= 1
            yield formula


def random_formula(dice: random.Random, depth: int) -> str:
    """Text whose signs follow each other with and without brackets."""
    if not depth:
        return dice.choice(["real", "fake", "real", "fake", "2", "0.5", "3.", "1e-1"])

    def part() -> str:
        return random_formula(dice, depth - 1)

    def call() -> str:
        name = dice.choice(list(FUNCTIONS))
        return f"{name}({', '.join(part() for _ in range(FUNCTIONS[name]))})"

    kind = dice.random()
    if kind < 0.5:
        return part() + dice.choice([" + ", " - ", "-", "*", " * ", "/", " / "]) + part()
    if kind < 0.6:
        return f"({part()})"
    if kind < 0.7:
        return dice.choice(["-", "-", "+"]) + part()
    if kind < 0.8:
        return dice.choice(["real", "-fake", "(-real)", "2", call()]) + f"**{dice.randint(1, 3)}"
    return call()


def misspelt(source: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 3)):
        i, j = sorted(dice.choices(range(len(source) + 1), k=2))
        middle = dice.choice(["", source[i:j] * 2, source[i:j][::-1], dice.choice("()*-+/.,1e _é")])
        source = source[:i] + middle + source[min(j, i + dice.randint(0, 3)) :]
    return source


def in_python(source: str, real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    """The mean over the batch of `source` as Python evaluates it, every function written anew."""

    def maximum(x: Any, y: Any) -> Any:
        return np.where(np.greater(x, y) | np.isnan(x), x, y)

    namespace: dict[str, Any] = {
        "real": real,
        "fake": fake,
        "exp": np.exp,
        "log": lambda x: np.log2(x) * np.log(2),
        "softplus": lambda x: maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
        "sigmoid": lambda x: np.exp(-maximum(-x, 0)) / (1 + np.exp(-np.abs(x))),
        "tanh": lambda x: np.sign(x) * -np.expm1(-2 * np.abs(x)) / (1 + np.exp(-2 * np.abs(x))),
        "square": lambda x: x * x,
        "sqrt": lambda x: np.power(x, np.float64(0.5)),
        "abs": lambda x: maximum(x, -x),
        "relu": lambda x: maximum(x, 0),
        "maximum": maximum,
        "minimum": lambda x, y: -maximum(-x, -y),
        "mean": lambda x: np.mean(np.broadcast_to(x, real.shape), axis=-1, keepdims=True),
        "frac": np.true_divide,
    }
    with np.errstate(all="ignore"):
        value = eval(source, {"__builtins__": {}}, namespace)
        return np.mean(np.broadcast_to(value, real.shape), axis=-1)


def python_of(latex: str) -> str:
    """The formula in Python again."""
    text = latex.replace("C(G(z))", "fake").replace("C(x)", "real")
    text = re.sub(r"10\^\{(-?\d+)\}", r"10**(\1)", text)
    for sign, meaning in (
        (r"\left|", "abs("),
        (r"\right|", ")"),
        (r"\mathbb{E}", "mean"),
        (r"\operatorname{softplus}", "softplus"),
        (r"\cdot", "*"),
        (r"\ln", "log"),
        (r"\sigma", "sigmoid"),
        (r"\max", "maximum"),
        (r"\min", "minimum"),
        (r"\left", ""),
        (r"\right", ""),
        ("}{", ", "),
        ("^", "**"),
        ("\\", ""),
    ):
        text = text.replace(sign, meaning)
    return text.translate(str.maketrans("{[]}", "(())"))


def balanced_sum(terms: list[str]) -> str:
    if len(terms) == 1:
        return terms[0]
    half = len(terms) // 2
    return f"({balanced_sum(terms[:half])}+{balanced_sum(terms[half:])})"


def brackets_match(formula: str) -> bool:
    partners, open_ones = {")": "(", "]": "[", "}": "{"}, []
    for sign in formula:
        if sign in partners.values():
            open_ones.append(sign)
        elif sign in partners and (not open_ones or open_ones.pop() != partners[sign]):
            return False
    return not open_ones


def test_part_of_which_some_is_full_width_is_not_what_its_plain_form_says() -> None:
    """To type 2+ in its place would be another formula."""
    with pytest.raises(ExpressionError, match="not allowed in a formula"):
        parse("real²＋fake")
