"""Pictures that somebody brought, in the store, so that every machine that trains can have them."""

from __future__ import annotations

import time

import numpy as np
import sqlalchemy as sa

from gan_core.datasets.pictures import key_of, pack
from gan_core.runs import tables
from gan_core.runs.database import Database
from gan_core.text import N_, GanError

KEPT_SECONDS = 30 * 24 * 3600.0  # how long pictures are kept that no run trains on

_pictures = tables.pictures


class Pictures:
    """Sets of pictures by their keys (see `gan_core.datasets.pictures`)."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write

    def add(self, pixels: np.ndarray) -> str:
        """Keep pictures, uint8 (n, side, side, channels); return their key.

        Those that no run has used for long are forgotten on this occasion.
        """
        key, data, now = key_of(pixels), pack(pixels), time.time()
        used = tables.runs.c.config.contains(_pictures.c.key)
        idle = (_pictures.c.added < now - KEPT_SECONDS) & ~sa.exists().where(used)
        with self._write() as db:
            db.execute(_pictures.delete().where((_pictures.c.key == key) | idle))
            db.execute(_pictures.insert().values(key=key, added=now, data=data))
        return key

    def holds(self, key: str) -> bool:
        """Whether the store has the pictures of that key."""
        wanted = sa.select(_pictures.c.key).where(_pictures.c.key == key)
        with self._read() as db:
            return db.scalar(wanted) is not None

    def data(self, key: str) -> bytes:
        """Return the packed pictures of that key; raises `GanError` when they are not there."""
        with self._read() as db:
            data = db.scalar(sa.select(_pictures.c.data).where(_pictures.c.key == key))
        if data is None:
            raise missing(key)
        return bytes(data)


def missing(key: str) -> GanError:
    """Says that nobody has brought the pictures of that key."""
    return GanError(
        N_(
            "The pictures {key} are not in this store. Bring them on the page Train, or by: "
            "python -m gan_core pictures add FOLDER_OR_ZIP."
        ),
        key=key,
    )
