"""The store's tables."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
_BigInteger = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite numbers only INTEGER
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("order", _BigInteger, nullable=False),  # place in the list
    sa.Column("name", sa.String, nullable=False),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("message", sa.Text),
    sa.Column("step", sa.Integer, nullable=False, default=0),
    sa.Column("images_per_second", sa.Float),
    sa.Column("facts", sa.Text, nullable=False, default="{}"),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("claimed_by", sa.String),
    sa.Column("claimed_until", sa.Float),
)
# A table of its own: databases from before it get it when they are opened.
run_owners = sa.Table(
    "run_owners",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("owner", sa.String, nullable=False),
)
events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", _BigInteger, primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.String, nullable=False),  # records, frame, quality, status, change, rewind
    sa.Column("step", sa.Integer, nullable=False),  # the last step it speaks of
    sa.Column("level", sa.Integer),  # of records
    sa.Column("index", sa.Integer),  # of frame, quality
    sa.Column("images_per_second", sa.Float),
    sa.Column("at", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("payload", sa.LargeBinary),
    sa.Column("measures", sa.JSON(none_as_null=True)),  # of frame, quality: name → number
    sa.Index("events_of_run", "run_id", "kind", "level", "step"),
    sqlite_autoincrement=True,  # a number is never used twice, even after a deletion
)
controls = sa.Table(
    "controls",
    metadata,
    sa.Column("seq", _BigInteger, primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("field", sa.String),
    sa.Column("value", sa.JSON(none_as_null=True)),
    sa.Column("applied_step", sa.Integer),  # empty until the trainer has obeyed
)
checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
sweep_runs = sa.Table(
    "sweep_runs",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),  # the same for all runs of a sweep
    sa.Column("label", sa.String, nullable=False),
    sa.Column("field", sa.String, nullable=False),  # in which they differ
)
choices = sa.Table(  # of voters: all of them, as those who count differ in which is the first
    "choices",
    metadata,
    sa.Column("seq", _BigInteger, primary_key=True, autoincrement=True),
    sa.Column("question", sa.String, nullable=False),
    sa.Column("voter", sa.String, nullable=False),
    sa.Column("choice", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False),  # seconds since 1970
)
countings = sa.Table(  # of votes
    "countings",
    metadata,
    sa.Column("visitor", sa.String, primary_key=True),  # who counts
    sa.Column("begun", sa.Float, nullable=False),  # seconds since 1970, the last time
)
pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("key", sa.String, primary_key=True),  # see `gan_core.datasets.pictures`
    sa.Column("added", sa.Float, nullable=False),  # seconds since 1970, the last time
    sa.Column("data", sa.LargeBinary, nullable=False),
)
engines = sa.Table(
    "engines",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("seen", sa.Float, nullable=False),
    sa.Column("slots", sa.Float, nullable=False),
    sa.Column("state", sa.String, nullable=False),  # starting, ready, alone: without a cluster
    sa.Column("url", sa.String),  # of the page that started it
)
answers = sa.Table(
    "answers",
    metadata,
    sa.Column("question", sa.String, primary_key=True),  # canonical, see `answers.canonical`
    sa.Column("asked", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("value", sa.Text),  # both empty until a worker has answered
    sa.Column("error", sa.Text),
)
