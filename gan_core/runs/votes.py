"""Votes of a class: what each of its browsers has answered, and from when on that counts."""

from __future__ import annotations

import time
from collections import Counter

import sqlalchemy as sa

from gan_core.class_results import Vote
from gan_core.runs import tables
from gan_core.runs.database import Database

KEPT_SECONDS = 24 * 3600.0
CLASS_SECONDS = 3 * 3600.0  # whoever chooses after so long is of another class

_choices, _countings = tables.choices, tables.countings


class Votes:
    """The votes in the store's database; who votes is known by a number alone."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def cast(self, question: str, voter: str, choice: str) -> None:
        """Note what a voter has chosen."""
        now = time.time()
        with self._write() as db:
            forget_old(db)
            db.execute(
                _choices.insert().values(question=question, voter=voter, choice=choice, at=now)
            )

    def count_anew(self, visitor: str) -> None:
        """For this visitor, only votes from now on count: the next class begins."""
        now = time.time()
        forgotten = (_countings.c.visitor == visitor) | (_countings.c.begun < now - KEPT_SECONDS)
        with self._write() as db:
            forget_old(db)
            db.execute(_countings.delete().where(forgotten))
            db.execute(_countings.insert().values(visitor=visitor, begun=now))

    def counted_since(self, visitor: str) -> float:
        """From when on (seconds since 1970) votes count for this visitor: those of the class."""
        with self._read() as db:
            return max(_begun(db, visitor), time.time() - CLASS_SECONDS)

    def of_class(self, visitor: str, question: str | None = None) -> list[Vote]:
        """The votes that count for this visitor, on one question or on all.

        A class before may have used the same browsers: what its voters chose is not the first
        choice of those who came after the visitor began to count anew, or hours later.
        """
        is_asked = sa.true() if question is None else _choices.c.question == question
        with self._read() as db:
            wanted = is_asked & (_choices.c.at >= _begun(db, visitor))
            rows = db.execute(sa.select(_choices).where(wanted).order_by(_choices.c.seq)).all()
        votes: dict[tuple[str, str], tuple[Vote, float]] = {}
        for row in rows:
            key = row.question, row.voter
            before, at = votes.get(key, (None, 0.0))
            first = before.first if before and row.at - at <= CLASS_SECONDS else row.choice
            votes[key] = Vote(*key, row.choice, first), row.at
        since = time.time() - CLASS_SECONDS
        return [vote for vote, at in votes.values() if at >= since]

    def counts(self, question: str, visitor: str) -> dict[str, int]:
        """How many have chosen what at last, of the votes that count for this visitor."""
        return Counter(vote.choice for vote in self.of_class(visitor, question))


def forget_old(db: sa.Connection) -> None:
    """Forget what was the day before."""
    db.execute(_choices.delete().where(_choices.c.at < time.time() - KEPT_SECONDS))


def _begun(db: sa.Connection, visitor: str) -> float:
    """When this visitor began to count anew (seconds since 1970); 0 for never."""
    return db.scalar(sa.select(_countings.c.begun).where(_countings.c.visitor == visitor)) or 0.0
