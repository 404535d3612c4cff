"""How Chinese is written, as far as a test can tell."""

from __future__ import annotations

import re


def slips(chinese: str) -> list[str]:
    """Western punctuation beside a Chinese sign, and straight quotes around one."""
    without_targets = re.sub(r"\]\([^)]*\)", "]", chinese)
    return re.findall(r"""[一-鿿）][,;:!?.()"']|[,;:!?()"'][一-鿿]""", without_targets)
