"""What a class knows: how its answers to questions with a right answer went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Vote(NamedTuple):
    """What a voter has chosen at a question: last, and before it was told what is right."""

    question: str
    voter: str
    choice: str
    first: str


class Tally(NamedTuple):
    """Of one question: how many have answered it, how many were right at the first try."""

    n: int
    at_first: int

    @property
    def share(self) -> float:
        """The part that was right at the first try, 0 to 1; NaN of no answers."""
        return self.at_first / self.n if self.n else float("nan")


def tallies(votes: Iterable[Vote], right: Mapping[str, str]) -> dict[str, Tally]:
    """The tally of every question in `right`, which maps questions to their right answers."""
    answers = [vote for vote in votes if vote.question in right]
    n = Counter(vote.question for vote in answers)
    at_first = Counter(vote.question for vote in answers if vote.first == right[vote.question])
    return {question: Tally(n[question], at_first[question]) for question in right}


def through(votes: Iterable[Vote], right: Mapping[str, str]) -> int:
    """How many voters have the right answer to every question in `right` by now."""
    rights = Counter(
        vote.voter
        for vote in votes
        if vote.question in right and vote.choice == right[vote.question]
    )
    return sum(n == len(right) for n in rights.values())


def hardest(of: Mapping[str, Tally], most: int, easy: float) -> list[str]:
    """Up to `most` questions that less than the part `easy` had right at once, the hardest first.

    Nothing is said of a question that nobody has answered.
    """
    hard = [name for name, each in of.items() if each.share < easy]
    return sorted(hard, key=lambda name: of[name].share)[:most]
