"""A small table of texts, which scrolls sideways where the screen is narrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], place: DeltaGenerator | None = None
) -> None:
    """Draw rows of cells below their titles, all different; Markdown in both."""
    records = [dict(zip(head, row, strict=True)) for row in rows]
    (place or st).table(records, hide_index=True, width="content")
