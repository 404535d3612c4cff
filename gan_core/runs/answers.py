"""Questions that only a worker can answer, and their answers, kept for everybody who asks again.

A page asks; the engine sees what is unanswered and has a worker answer it (`answering`); the page
looks again. So the web process learns what TensorFlow knows without importing it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import gan_core
from gan_core.runs import tables
from gan_core.runs.database import Database
from gan_core.text import N_, GanError, Text

# JSON-ready: its "topic", and whatever `answering.TOPICS` says that the topic needs.
Question = Mapping[str, Any]

FILES = ("weights", "tensorboard")  # topics whose answers are files, in base 64: large ones
# How many answers of one topic are kept, about one run or about none: of files the latest only.
MOST_KEPT = dict.fromkeys(FILES, 1)
MOST_KEPT_OF_OTHERS = 300

# Topics whose answers take up to a minute: they leave the others some of the room.
LONG = ("measures", "fid")

_LIBRARIES = {"tensorflow", "keras"}
_answers = tables.answers
# An engine asks it twenty times a second.
_UNANSWERED = (
    sa.select(_answers.c.question)
    .where(
        _answers.c.value.is_(None),
        _answers.c.error.is_(None),
        _answers.c.question.not_in(sa.bindparam("besides", expanding=True)),
    )
    .order_by(_answers.c.asked)
    .limit(1)
)


@dataclass(frozen=True)
class Answer:
    """What a worker found out, or the sentence that says why it could not."""

    value: Any = None  # JSON-ready
    error: Text | None = None


class Answers:
    """Questions and answers in the store's database."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def ask(self, question: Question) -> Answer | None:
        """The answer if there is one; until then the question stands in the store.

        The answer that a file is there has no value: whoever wants the file reads it by `file`.
        """
        asked, value = canonical(question), _answers.c.value
        unread = sa.case((value.is_not(None), "null")).label("value")
        read = unread if question["topic"] in FILES else value
        wanted = sa.select(read, _answers.c.error).where(_answers.c.question == asked)
        with self._read() as db:
            row = db.execute(wanted).one_or_none()
        if row is None:
            with self._write() as db:
                if db.execute(wanted).one_or_none() is None:  # nobody has been quicker
                    db.execute(_answers.insert().values(question=asked, asked=time.time()))
            return None
        if row.error is not None:
            return Answer(error=Text.from_json(json.loads(row.error)))
        return None if row.value is None else Answer(json.loads(row.value))

    def file(self, question: Question) -> bytes:
        """The file that answers a question; raises `GanError` when a later one has replaced it."""
        wanted = sa.select(_answers.c.value).where(_answers.c.question == canonical(question))
        with self._read() as db:
            value = db.scalar(wanted)
        if value is None:
            raise GanError(N_("This file is no longer kept. Have it prepared once more."))
        return base64.b64decode(json.loads(value))

    def is_asked(self, question: Question) -> bool:
        """Whether somebody has asked already, be it answered or not."""
        asked = sa.select(_answers.c.asked).where(_answers.c.question == canonical(question))
        with self._read() as db:
            return db.execute(asked).one_or_none() is not None

    def forget(self, questions: Iterable[Question]) -> None:
        """Drop questions with their answers, so that the next visitor asks a worker again."""
        asked = [canonical(question) for question in questions]
        with self._write() as db:
            db.execute(_answers.delete().where(_answers.c.question.in_(asked)))

    def next_unanswered(self, besides: Collection[str] = (), *, short: bool = False) -> str | None:
        """The question that somebody has been waiting for longest, in canonical form.

        Those `besides` are somebody's business already, and only `short` ones may be wanted.
        """
        query = _SHORT_UNANSWERED if short else _UNANSWERED
        with self._read() as db:
            return db.scalar(query, {"besides": list(besides)})

    def answer(self, asked: str, answer: Answer) -> None:
        """Write down the answer to a question in canonical form.

        Older answers on the same topic, about the same run or none, are forgotten: see `MOST_KEPT`.
        """
        value = None if answer.error else json.dumps(answer.value)
        error = json.dumps(answer.error.to_json()) if answer.error else None
        with self._write() as db:
            db.execute(
                _answers.update()
                .where(_answers.c.question == asked)
                .values(value=value, error=error)
            )
            _forget_older(db, json.loads(asked))


def _forget_older(db: sa.Connection, question: Question) -> None:
    """Keep the answers about this topic, and this run if it is about one, asked for last."""
    topic, text = question["topic"], _answers.c.question
    told = [name for name in ("run", "topic") if name in question]
    alike = [text.contains(part_of(name, question[name])) for name in told]
    answered = _answers.c.value.is_not(None) | _answers.c.error.is_not(None)
    older = (
        sa.select(text)
        .where(*alike, answered)
        .order_by(_answers.c.asked.desc())
        .offset(MOST_KEPT.get(topic, MOST_KEPT_OF_OTHERS))
    )
    db.execute(_answers.delete().where(text.in_(older)))


def is_long(asked: str) -> bool:
    """Whether a question in canonical form is about one of the topics that take `LONG`."""
    return any(part_of("topic", topic) in asked for topic in LONG)


def part_of(name: str, value: Any) -> str:
    """What a question in canonical form contains where it has this value under this name."""
    return json.dumps({name: value})[1:-1]


def canonical(question: Question) -> str:
    """One text for one question, and another one once code or libraries answer differently."""
    return json.dumps({**question, "answered_by": _versions()}, sort_keys=True)


@functools.cache
def _versions() -> str:
    """What an answer depends on besides the question: Keras, TensorFlow, our code and models."""
    libraries = sorted(
        f"{found.name} {found.version}" for found in distributions() if found.name in _LIBRARIES
    )
    code, here = hashlib.sha256(), Path(gan_core.__file__).parent
    for file in sorted([*here.rglob("*.py"), *here.parent.glob("assets/models/*.npz")]):
        code.update(file.read_bytes())
    return ", ".join([*libraries, f"code {code.hexdigest()[:16]}"])


_SHORT_UNANSWERED = _UNANSWERED.where(
    *(~_answers.c.question.contains(part_of("topic", topic)) for topic in LONG)
)
