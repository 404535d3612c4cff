"""Sentences that a reader sees, kept apart from the language they are finally said in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Translate = Callable[[str], str]  # an English sentence → the same in the reader's language


def N_(message: str) -> str:
    """Mark `message` for translation without translating it (gettext's convention)."""
    return message


def number(value: float) -> str:
    """A number as a reader writes it: 0.0005 and 20,000, never 5e-04."""
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) < 1e-4:  # six decimals would leave too few digits that count
        return np.format_float_positional(value, precision=6, fractional=False, trim="-")
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def rounded(value: float, unit: str = "") -> str:
    """A measured value to three digits, as a reader writes it: 1,230, −0.0000321, 70%, 2 nats."""
    space = "" if unit == "%" else " "
    return f"{number(float(f'{value:z.3g}'))}{space}{unit}".strip().replace("-", "−")


def fixed(value: float, digits: int) -> str:
    """A number with so many decimals and a real minus sign: −0.25, and never −0.00."""
    return f"{value:z.{digits}f}".replace("-", "−")


def quoted(value: str, longest: int = 60) -> str:
    """Foreign text as a message may quote it: a link or a file can hold any amount of it."""
    return value if len(value) <= longest else f"{value[: longest - 1]}…"


@dataclass(frozen=True)
class Text:
    """A sentence template with its values, so that each page can say it in its own language.

    Values may be `Text` themselves; they are translated too.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        """Return the sentence in the language of `translate` (English by default)."""
        values = {
            name: value.say(translate) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return translate(self.template).format(**values)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready form that `from_json` reads back."""
        values = {
            name: value.to_json() if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return {"template": self.template, "values": values}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Text:
        """Read what `to_json` wrote."""
        values = {
            name: cls.from_json(value) if isinstance(value, dict) else value
            for name, value in stored["values"].items()
        }
        return cls(stored["template"], values)


class GanError(ValueError):
    """Something a person can put right: `text` says what is wrong and what to do about it."""

    def __init__(self, template: str, **values: Any) -> None:
        self.text = Text(template, values)
        super().__init__(self.text.say())

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors travel between processes; the default would replay only the English sentence.
        return _rebuild, (type(self), self.text.template, dict(self.text.values))


def _rebuild(kind: type[GanError], template: str, values: dict[str, Any]) -> GanError:
    return kind(template, **values)
