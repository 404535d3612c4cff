"""Claims: which process trains a run, and whether it still lives."""

from __future__ import annotations

import os
import secrets
import socket
import time
from typing import Any

import psutil

CLAIM_SECONDS = 60.0  # how long a silent worker on another machine keeps its run


def holder_name() -> str:
    """A name for one execution of a run in this process."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_free(row: Any) -> bool:
    """Whether nobody trains the run: unclaimed, or claimed by somebody who is dead or silent."""
    return row.claimed_by is None or not is_alive(row.claimed_by, row.claimed_until)


def is_alive(holder: str, until: float) -> bool:
    """Whether the process that `holder` names lives, or was heard of lately from another machine.

    `until` is `CLAIM_SECONDS` after its last sign of life.
    """
    host, pid, _ = holder.split(":")
    if host == socket.gethostname():
        last_sign = until - CLAIM_SECONDS
        try:  # after a reboot, the same number may be another process
            return psutil.Process(int(pid)).create_time() <= last_sign + 1
        except psutil.NoSuchProcess:
            return False
    return until > time.time()
