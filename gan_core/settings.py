"""Settings: named values with title, help, bounds and choices, declared once.

A run's configuration is one, and so is what a page lets a reader set: widgets, links and messages
all come from the declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from gan_core.registry import Registry
from gan_core.text import N_, GanError, Text, number, quoted

Choices = Registry[Any] | Mapping[str, str]  # items with a name and a title each


@dataclass(frozen=True)
class Shown:
    """Metadata of a field: on which scale it is shown, and whether it may change mid-run.

    "buttons" is for a few choices that are all in view. A slider names the `unit` with its value.
    """

    scale: Literal["linear", "log", "buttons"] = "linear"
    step: float = 0.01
    unit: str = ""
    live: bool = False


class Settings(BaseModel):
    """Frozen, validated settings; build them with `parse`.

    `choices` maps each field that names something to what it may name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    choices: ClassVar[Mapping[str, Choices]] = {}

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Validate `values` (numbers may come as strings, as from a shell or a URL).

        Raises `GanError` for the first value that is unknown, not a number or out of range, and for
        choices that do not go together.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            raise cls._explain(error.errors()[0]) from None

    @classmethod
    def names(cls) -> list[str]:
        """The fields, in the order of a form."""
        return list(cls.model_fields)

    @classmethod
    def default(cls, field: str) -> Any:
        """The value that a field has when nobody sets it."""
        return cls.model_fields[field].default

    @classmethod
    def kind(cls, field: str) -> type:
        """The type of a field's values: int, float, bool or str."""
        annotation = cls.model_fields[field].annotation
        assert isinstance(annotation, type)
        return annotation

    @classmethod
    def titles(cls, field: str) -> dict[str, str]:
        """What a field of choices accepts: each name with its title."""
        choices = cls.choices[field]
        if isinstance(choices, Registry):
            return {item.name: item.title for item in choices}
        return dict(choices)

    @classmethod
    def bounds(cls, field: str) -> tuple[float, float]:
        """Smallest and largest allowed value of a numeric field, both included."""
        return cls._limit(field, "ge"), cls._limit(field, "le")

    @classmethod
    def max_length(cls, field: str) -> int:
        """How many characters a field of free text may have."""
        return int(cls._limit(field, "max_length"))

    @classmethod
    def shown(cls, field: str) -> Shown:
        """How to show a field."""
        metadata = cls.model_fields[field].metadata
        return next((each for each in metadata if isinstance(each, Shown)), Shown())

    @classmethod
    def _limit(cls, field: str, name: str) -> float:
        metadata = cls.model_fields[field].metadata
        return next(getattr(limit, name) for limit in metadata if hasattr(limit, name))

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for field in self.choices:
            if getattr(self, field) not in self.titles(field):
                raise self._not_allowed(field, getattr(self, field))
        return self

    @classmethod
    def _allowed(cls, field: str) -> Text:
        if field in cls.choices:
            return _one_of(cls.titles(field))
        kind = cls.kind(field)
        if kind is bool:
            return _one_of(("true", "false"))
        if kind is str:
            longest = number(cls.max_length(field))
            return Text(N_("text of up to {longest} characters"), {"longest": longest})
        low, high = cls.bounds(field)
        whole, real = N_("a whole number from {low} to {high}"), N_("a number from {low} to {high}")
        return Text(whole if kind is int else real, {"low": number(low), "high": number(high)})

    @classmethod
    def _not_allowed(cls, field: str, value: Any) -> GanError:
        return GanError(
            N_("{field} = {value} is not allowed. Allowed: {allowed}."),
            field=field,
            value=quoted(str(value)),
            allowed=cls._allowed(field),
        )

    @classmethod
    def _explain(cls, problem: Any) -> GanError:
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, GanError):
            return cause
        field = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            return GanError(
                N_("There is no setting called {field}. There are: {names}."),
                field=quoted(field),
                names=", ".join(cls.names()),
            )
        return cls._not_allowed(field, problem["input"])


def _one_of(names: Iterable[str]) -> Text:
    return Text(N_("one of {names}"), {"names": ", ".join(names)})
