"""When a run no longer gets better: the sign to end it early."""

from __future__ import annotations

from collections.abc import Mapping


class Plateau:
    """Watches one measure of which less is better.

    A value counts as better when it lies below the best so far by more than `noise`, which is what
    real samples measure against other real ones. What was measured before `step` does not count.
    """

    def __init__(self, measure: str, noise: float, patience: int, step: int) -> None:
        self.measure, self.noise, self.patience = measure, noise, patience
        self._begins_at = self._better_at = self._step = step
        self._best = float("inf")

    def note(self, step: int, measures: Mapping[str, float | None]) -> None:
        """Take what was measured at a step, if the measure is among it."""
        value = measures.get(self.measure)
        if value is None or step < self._begins_at:
            return
        self._step = step
        if value < self._best - self.noise:
            self._best, self._better_at = value, step

    @property
    def is_reached(self) -> bool:
        """Whether the measure has not become better for `patience` steps."""
        return self._step - self._better_at >= self.patience
