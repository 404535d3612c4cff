"""What a diagnosis consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gan_core.text import Text

Severity = Literal["good", "watch", "bad"]


@dataclass(frozen=True)
class Finding:
    """One thing that the curves show, what it rests on, and what to try.

    Keys: "starting", "diverged", "diverging", "unbounded", "noisy", "vanishing", "d_wins",
    "g_wins", "d_blind", "collapsed", "missed", "oscillating", "balanced", "moving", "steady".
    `changes` is the advice as fields of a `RunConfig`, in the order in which to set them; empty
    for advice to wait or to look.
    """

    key: str
    severity: Severity
    title: Text
    evidence: Text
    advice: Text
    changes: Mapping[str, Any]
