"""Settings: one declaration says what is allowed, and the message when something is not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import pytest
from pydantic import Field, ValidationError, model_validator

from gan_core.losses import LOSSES
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import GanError, Text


class Trip(Settings):
    """One field of each kind."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "vehicle": {"bike": "Bicycle", "train": "Railway"},
        "loss": LOSSES,
    }

    vehicle: str = "bike"
    loss: str = "hinge"
    days: int = Field(3, ge=1, le=2000)
    speed: Annotated[float, Shown("log", live=True)] = Field(
        10.0, ge=0.5, le=80.0, allow_inf_nan=False
    )
    tent: bool = False
    note: str = Field("none", min_length=1, max_length=8)

    @model_validator(mode="after")
    def _bikes_are_slow(self) -> Self:
        if self.vehicle == "bike" and self.speed > 40:
            raise GanError("A bike at {speed}?", speed=self.speed)
        return self


RANGES = {
    "vehicle": "one of bike, train",
    "loss": f"one of {', '.join(LOSSES.names())}",
    "days": "a whole number from 1 to 2,000",
    "speed": "a number from 0.5 to 80",
    "tent": "one of true, false",
    "note": "text of up to 8 characters",
}


def refusal(**values: Any) -> str:
    with pytest.raises(GanError) as raised:
        Trip.parse(values)
    return str(raised.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vehicle", "boat"),
        ("vehicle", "Bicycle"),  # a title is no name
        ("vehicle", ""),
        ("vehicle", None),
        ("vehicle", ["bike"]),
        ("loss", "hinges"),
        ("days", 0),
        ("days", 2001),
        ("days", "2.5"),
        ("days", "many"),
        ("days", None),
        ("speed", 0.49),
        ("speed", "80.1"),
        ("speed", "nan"),
        ("speed", math.inf),
        ("speed", "1e400"),
        ("tent", "maybe"),
        ("tent", 2),
        ("tent", None),
        ("note", ""),
        ("note", "x" * 9),
        ("note", 3),
    ],
)
def test_refusal_names_field_value_and_what_is_allowed(field: str, value: Any) -> None:
    allowed = RANGES[field]
    assert refusal(**{field: value}) == f"{field} = {value} is not allowed. Allowed: {allowed}."


def test_refusal_can_be_said_in_another_language() -> None:
    with pytest.raises(GanError) as raised:
        Trip.parse({"days": 0})
    text = raised.value.text
    assert isinstance(text.values["allowed"], Text)
    assert text.say(lambda template: f"«{template}»").count("«") == 2


def test_unknown_field_is_answered_with_those_there_are() -> None:
    names = "vehicle, loss, days, speed, tent, note"
    assert refusal(colour="red") == f"There is no setting called colour. There are: {names}."


def test_rule_between_fields_speaks_for_itself() -> None:
    assert refusal(speed=41) == "A bike at 41.0?"
    assert Trip.parse({"speed": 41, "vehicle": "train"}).speed == 41


def test_first_of_several_faults_is_named() -> None:
    assert refusal(note="", days=0).startswith("days = 0")


def test_values_may_come_as_text_as_from_a_link() -> None:
    texts = {"vehicle": "train", "days": "7", "speed": "2e1", "tent": "True", "note": "hot"}
    trip = Trip.parse(texts)
    assert trip == Trip(vehicle="train", days=7, speed=20.0, tent=True, note="hot")
    assert [type(value) for value in trip.model_dump().values()] == [
        Trip.kind(name) for name in Trip.names()
    ]
    # What a link says of a value is the value again.
    assert Trip.parse({name: str(value) for name, value in trip.model_dump().items()}) == trip


def test_defaults_are_allowed_and_frozen() -> None:
    trip = Trip.parse({})
    assert trip.model_dump() == {name: Trip.default(name) for name in Trip.names()}
    with pytest.raises(ValidationError, match="frozen"):
        trip.days = 5  # type: ignore[misc]


def test_declaration_can_be_asked() -> None:
    assert Trip.names() == list(RANGES)
    assert Trip.bounds("days") == (1, 2000)
    assert Trip.bounds("speed") == (0.5, 80.0)
    assert Trip.max_length("note") == 8
    assert Trip.titles("vehicle") == {"bike": "Bicycle", "train": "Railway"}
    assert Trip.titles("loss") == {loss.name: loss.title for loss in LOSSES}
    assert Trip.shown("speed") == Shown("log", live=True)
    assert Trip.shown("days") == Shown()
