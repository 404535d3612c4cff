"""What Keras downloads: whether its source answers at all is asked here first."""

from __future__ import annotations

import socket
from urllib.request import getproxies

GOOGLE = "storage.googleapis.com"  # from where Keras has its weights and most data
CONNECTS_WITHIN_SECONDS = 5.0


def check_that_it_answers(host: str) -> None:
    """Raise `OSError` where nothing answers: Keras' own download would wait for ever."""
    if "https" not in getproxies():  # behind a proxy, a host need not answer by itself
        socket.create_connection((host, 443), CONNECTS_WITHIN_SECONDS).close()
