"""What Keras downloads: its own way of doing so waits for ever where nothing comes."""

from __future__ import annotations

import socket
from urllib.request import BaseHandler, Request, build_opener, getproxies, install_opener

GOOGLE = "storage.googleapis.com"  # from where Keras has its weights and most data
CONNECTS_WITHIN_SECONDS = 5.0
STALLS_AFTER_SECONDS = 60.0  # without a single byte


def check_that_it_answers(host: str) -> None:
    """Raise `OSError` where nothing answers."""
    if "https" not in getproxies():  # behind a proxy, a host need not answer by itself
        socket.create_connection((host, 443), CONNECTS_WITHIN_SECONDS).close()


def give_up_when_it_stalls() -> None:
    """Have downloads of this process, from now on, raise `TimeoutError` when they stall."""
    install_opener(build_opener(_TimeLimit()))


class _TimeLimit(BaseHandler):
    """Gives a limit to requests that have none: `urlretrieve`, which Keras calls, takes none."""

    def http_request(self, request: Request) -> Request:
        if not isinstance(request.timeout, float | int):
            request.timeout = STALLS_AFTER_SECONDS
        return request

    https_request = http_request
