"""Votes of a class: what each of its browsers has answered last, and from when on they count."""

from __future__ import annotations

import time

import sqlalchemy as sa

from gan_core.class_results import Vote
from gan_core.runs import tables
from gan_core.runs.database import Database

KEPT_SECONDS = 24 * 3600.0
CLASS_SECONDS = 3 * 3600.0  # votes from before are another class's

_votes, _countings = tables.votes, tables.countings


class Votes:
    """The votes in the store's database; who votes is known by a number alone."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def cast(self, vote: Vote) -> None:
        """Note what a voter has chosen, instead of what it has chosen before.

        What it chose first stays the first, unless another class sits at its device by now. Votes
        of the day before are forgotten on this occasion.
        """
        now = time.time()
        earlier = (_votes.c.question == vote.question) & (_votes.c.voter == vote.voter)
        with self._write() as db:
            still_counts = earlier & (_votes.c.at >= now - CLASS_SECONDS)
            first = db.scalar(sa.select(_votes.c.first).where(still_counts))
            db.execute(_votes.delete().where(earlier | (_votes.c.at < now - KEPT_SECONDS)))
            kept = vote if first is None else vote._replace(first=first)
            db.execute(_votes.insert().values(**kept._asdict(), at=now))

    def count_anew(self, visitor: str) -> None:
        """For this visitor, only votes from now on count: the next class begins."""
        now = time.time()
        forgotten = (_countings.c.visitor == visitor) | (_countings.c.begun < now - KEPT_SECONDS)
        with self._write() as db:
            db.execute(_countings.delete().where(forgotten))
            db.execute(_countings.insert().values(visitor=visitor, begun=now))

    def counted_since(self, visitor: str) -> float:
        """From when on (seconds since 1970) votes count for this visitor: those of the class."""
        wanted = sa.select(_countings.c.begun).where(_countings.c.visitor == visitor)
        with self._read() as db:
            begun: float | None = db.scalar(wanted)
        return max(begun or 0.0, time.time() - CLASS_SECONDS)

    def cast_since(self, since: float) -> list[Vote]:
        """The votes of all who have voted `since` then (seconds since 1970), on any question."""
        columns = [_votes.c[name] for name in Vote._fields]
        wanted = sa.select(*columns).where(_votes.c.at >= since)
        with self._read() as db:
            return [Vote(*row) for row in db.execute(wanted)]

    def counts(self, question: str, since: float) -> dict[str, int]:
        """How many have chosen what, of those who did `since` then (seconds since 1970)."""
        wanted = (_votes.c.question == question) & (_votes.c.at >= since)
        count = (
            sa.select(_votes.c.choice, sa.func.count().label("n"))
            .where(wanted)
            .group_by(_votes.c.choice)
        )
        with self._read() as db:
            return {row.choice: row.n for row in db.execute(count)}
