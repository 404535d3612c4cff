"""Who visits: a browser without an account, told from others by a random number in a cookie.

Never in a link, for links are shared.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

import streamlit as st

COOKIE = "gan_dojo_visitor"
KEPT_SECONDS = 365 * 24 * 3600
_FORM = re.compile("[0-9a-f]{32}")
_KEY = "visitor"


def visitor() -> str:
    """The visitor's number; a browser that keeps no cookies has another one after each reload."""
    return known(st.context.cookies) or str(st.session_state.setdefault(_KEY, new()))


def known(cookies: Mapping[str, str]) -> str | None:
    """The number in a browser's cookies, unless something else stands there."""
    number = cookies.get(COOKIE, "")
    return number if _FORM.fullmatch(number) else None


def new() -> str:
    """A number for a browser that has none."""
    return secrets.token_hex(16)
