"""Text that somebody typed, where Markdown is expected."""

from __future__ import annotations

import pytest

from pages.parts.prose import code


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("softplus(-real)", "`softplus(-real)`"),
        ("`![](//10.7)", "`` `![](//10.7) ``"),
        ("a ``` b", "```` a ``` b ````"),
        ("a\n\n![](//10.7)", "`a ![](//10.7)`"),
    ],
)
def test_nothing_that_is_typed_ends_the_code(typed: str, written: str) -> None:
    assert code(typed) == written
