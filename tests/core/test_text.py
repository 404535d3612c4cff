"""Sentences: said in the reader's language wherever they were written."""

from __future__ import annotations

import json
import pickle

import pytest

from gan_core.text import N_, GanError, Text, fixed, number, quoted, rounded

CHINESE = {
    "{field} is wrong: {why}.": "{field}有误：{why}。",
    "at most {high}": "至多{high}",
}


def translate(message: str) -> str:
    return CHINESE.get(message, message)


def nested() -> Text:
    return Text(
        "{field} is wrong: {why}.", {"field": "seed", "why": Text("at most {high}", {"high": 5})}
    )


def test_decimals_have_a_minus_sign_and_zero_has_none() -> None:
    assert [fixed(value, 2) for value in (-0.25, -0.001, 1234)] == ["−0.25", "0.00", "1234.00"]


def test_small_numbers_keep_the_digits_that_count() -> None:
    values = (1.5e-6, -2e-5, 1 / 3e5, 0.0, 1e-4, 0.0005, 20_000)
    told = ["0.0000015", "-0.00002", "0.00000333333", "0", "0.0001", "0.0005", "20,000"]
    assert [number(value) for value in values] == told


def test_measured_values_have_three_digits_and_no_exponent() -> None:
    told = [rounded(value) for value in (1234.5, -0.00003214, 0.5, -0.0)]
    assert told == ["1,230", "−0.0000321", "0.5", "0"]
    assert rounded(69.96, "%") == "70%"


def test_marking_does_not_translate() -> None:
    assert N_("at most {high}") == "at most {high}"


def test_english_is_the_default() -> None:
    assert nested().say() == "seed is wrong: at most 5."


def test_translation_reaches_nested_sentences() -> None:
    assert nested().say(translate) == "seed有误：至多5。"


def test_values_may_hold_braces() -> None:
    assert Text("{value} is wrong", {"value": "{0}{x}"}).say() == "{0}{x} is wrong"


def test_text_survives_json() -> None:
    assert Text.from_json(json.loads(json.dumps(nested().to_json()))) == nested()


def test_error_says_its_sentence_and_keeps_it_translatable() -> None:
    error = GanError("{field} is wrong: {why}.", **nested().values)
    assert str(error) == "seed is wrong: at most 5."
    assert error.text.say(translate) == "seed有误：至多5。"
    assert isinstance(error, ValueError)


def test_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(GanError("{field} is wrong: {why}.", **nested().values)))
    assert type(error) is GanError
    assert error.text == nested()
    assert str(error) == "seed is wrong: at most 5."


class SpecialError(GanError):
    """What a part of the program may derive."""


def test_derived_error_keeps_its_kind() -> None:
    error = pickle.loads(pickle.dumps(SpecialError("at most {high}", high=5)))
    assert type(error) is SpecialError
    assert error.text.say(translate) == "至多5"


def test_missing_value_is_noticed_at_once() -> None:
    with pytest.raises(KeyError):
        GanError("at most {high}")


@pytest.mark.parametrize(("length", "shown"), [(0, 0), (60, 60), (61, 60), (4000, 60)])
def test_foreign_text_is_quoted_up_to_a_length(length: int, shown: int) -> None:
    said = quoted("a" * length)
    assert len(said) == shown
    assert said.endswith("…") == (length > shown)
