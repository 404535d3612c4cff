"""Who visits: a browser without an account, told from others by a number in a cookie.

Never in a link, for links are shared. A browser that opens two pages at once before it has a number
gets two: it keeps both, as each has a cookie of its own, and is known by the older one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Mapping

import streamlit as st

COOKIE = "gan_dojo_visitor"  # how the names of the cookies begin
KEPT_SECONDS = 365 * 24 * 3600
_FORM = re.compile("[0-9a-f]{32}")
_KEY = "visitor"


def visitor() -> str:
    """The visitor's number; a browser that keeps no cookies has another one after each reload."""
    return known(st.context.cookies) or str(st.session_state.setdefault(_KEY, new()))


def known(cookies: Mapping[str, str]) -> str | None:
    """The number in a browser's cookies, unless something else stands there."""
    return min(_numbers(cookies), default=None)


def marks() -> list[str]:
    """What may stand in a link for the visitor, whom it does not give away; none without cookies.

    The first is of the number that the visitor is known by.
    """
    kept = sorted(_numbers(st.context.cookies))
    return [hashlib.sha256(number.encode()).hexdigest()[:8] for number in kept]


def _numbers(cookies: Mapping[str, str]) -> list[str]:
    ours = (value for name, value in cookies.items() if name.startswith(COOKIE))
    return list(filter(_FORM.fullmatch, ours))


def cookie_of(number: str) -> str:
    """The name of the cookie that holds a number."""
    return f"{COOKIE}_{number}"


def new() -> str:
    """A number for a browser that has none: the later it is made, the greater."""
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"
