"""Checks of numbers that a caller passes in; each raises `GanError` that says what to do."""

from __future__ import annotations

import math

from gan_core.text import N_, GanError


def above_zero(field: str, value: float) -> None:
    """Raise `GanError` unless `value` is a finite number above 0."""
    if not (math.isfinite(value) and value > 0):
        raise GanError(
            N_("{field} is {value}; it must be a finite number above 0, such as 0.1."),
            field=field,
            value=value,
        )


def zero_or_more(field: str, value: float) -> None:
    """Raise `GanError` unless `value` is a finite number of 0 or more."""
    if not (math.isfinite(value) and value >= 0):
        raise GanError(
            N_("{field} is {value}; it must be a finite number, 0 or more. 0 switches it off."),
            field=field,
            value=value,
        )


def at_least(field: str, value: int, least: int) -> None:
    """Raise `GanError` unless `value` is a whole number of `least` or more."""
    if not float(value).is_integer() or value < least:
        raise GanError(
            N_("{field} is {value}; it must be a whole number, {least} or more."),
            field=field,
            value=value,
            least=least,
        )
