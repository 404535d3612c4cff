"""Names of runs: how long they may be, and how one is made of another's."""

from __future__ import annotations

MAX_NAME = 80


def named_after(name: str, template: str, **words: object) -> str:
    """`template` with a run's `name` and other words in it.

    The name is cut where all would be too long: the words tell the runs apart.
    """
    room = MAX_NAME - len(template.format(name="", **words))
    return template.format(name=name[:room].rstrip(), **words)
