"""What a worker does with one question: find the answer, and write it into the store."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from gan_core.config import RunConfig
from gan_core.runs import data, measuring, seeing
from gan_core.runs.answers import Answer
from gan_core.runs.database import StoreError
from gan_core.runs.store import Store, open_store
from gan_core.runs.tensorboard_logs import tensorboard_zip
from gan_core.runs.weights import weights_zip
from gan_core.text import N_, GanError, Text

log = logging.getLogger(__name__)


def answer(store_url: str, asked: str) -> None:
    """Answer a question in canonical form.

    Whatever goes wrong becomes the answer's error. Raises `StoreError` when the store is full or
    away: the question then has no answer yet.
    """
    store = open_store(store_url)
    try:
        found = Answer(_find(json.loads(asked), store))
    except StoreError:
        raise
    except GanError as error:
        found = Answer(error=error.text)
    except Exception as error:
        log.exception("No answer to %s", asked)
        found = failure(error)
    store.answers.answer(asked, found)


def failure(error: BaseException) -> Answer:
    """The answer when a worker fails or dies over a question."""
    return Answer(
        error=Text(
            N_(
                "The worker could not answer, by an error that should not happen ({reason}). "
                "The server's log has more."
            ),
            {"reason": f"{type(error).__name__}: {error}"[:300]},
        )
    )


def _find(question: Mapping[str, Any], store: Store) -> Any:
    topic = question["topic"]
    if topic not in TOPICS:
        raise GanError(
            N_("There is no {kind} called {name!r}. Choose one of: {names}."),
            kind=Text(N_("question")),
            name=topic,
            names=", ".join(TOPICS),
        )
    return TOPICS[topic](question, store)


def _anatomy(question: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """The anatomy of the networks that a run with these settings would have."""
    # Imported late: the engine imports this module too, and has no use for TensorFlow.
    from gan_core.training.anatomy import anatomy

    config = RunConfig.parse(question["settings"])
    data.prepare(config.items.dataset, store, lambda fraction: None)
    return anatomy(config)


def _measures(question: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """What a run's pictures measure at its latest checkpoint; the question names its moment."""
    return measuring.measure(store, question["run"])


def _fid(question: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """The true FID of a run at its latest checkpoint; the question names its moment."""
    return measuring.fid(store, question["run"])


def _weights(question: Mapping[str, Any], store: Store) -> str:
    """A run's networks at its checkpoint, a zip in base 64; the question names its moment."""
    return base64.b64encode(weights_zip(store, question["run"])).decode()


def _tensorboard(question: Mapping[str, Any], store: Store) -> str:
    """A run's log for TensorBoard, a zip in base 64; the question names a moment."""
    return base64.b64encode(tensorboard_zip(store, question["run"])).decode()


TOPICS: dict[str, Callable[[Mapping[str, Any], Store], Any]] = {
    "anatomy": _anatomy,
    "measures": _measures,
    "fid": _fid,
    "weights": _weights,
    "tensorboard": _tensorboard,
    "samples": seeing.samples,
    "directions": seeing.directions,
    "code": seeing.code,
    "real": seeing.real,
    "search": seeing.search,
    "inside": seeing.inside,
    "guess": seeing.guess,
}
