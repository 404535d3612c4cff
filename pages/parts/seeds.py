"""Runs that differ in their seed alone: which of them the URL names, and which belong together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from gan_core.config import RunConfig
from gan_core.runs.controls import Control
from gan_core.runs.names import named_after
from gan_core.runs.run import ENDED, Run
from gan_core.text import N_, GanError
from pages.parts import links
from pages.parts.prose import _, plain, say
from pages.parts.store import store
from pages.parts.visitor import visitor

MOST = 9  # other seeds
_URL = "seeds"
_NO_METHOD = {"seed", "pace"}  # settings that leave the method as it is


@dataclass(frozen=True)
class Member:
    """A run of a group. From step `parted` on it differs from the first in more than the seed."""

    run: Run
    parted: float = math.inf

    @property
    def moves(self) -> bool:
        """Whether it takes steps by itself, or will."""
        return self.run.status in ("queued", "running")

    @property
    def is_cut(self) -> bool:
        """Whether it has steps that do not count: none where the first alone went on."""
        return self.run.step > self.parted

    @property
    def goes_on(self) -> bool:
        """Whether it has got to the end, or may: no step is missing for good."""
        if self.run.status == "finished":
            return not self.is_cut
        return self.parted == math.inf and self.run.status not in ENDED


def asked(run: Run) -> list[str]:
    """Ids of the runs that make a band with this one: from a link just followed, or the session."""
    in_link = links.asked(_URL)
    if in_link is not None:
        st.session_state[_key(run)] = in_link
    named: str = st.session_state.get(_key(run), "")
    links.tell(_URL, named)  # or nothing: they were another run's
    return [each for each in dict.fromkeys(named.split(",")) if each]


def _key(run: Run) -> str:
    return f"seeds of {run.id}"


def members(run: Run, others: Sequence[str]) -> tuple[list[Member], list[str]]:
    """This run and those of the others that differ in the seed alone; what is wrong with the rest.

    The latter is Markdown. Changes mid-run count too: up to a change that only one of two runs
    has, they are alike.
    """
    found, problems = [Member(run)], []
    changes = store().controls.changes(run.id)
    for run_id in others[:MOST]:
        try:
            other = store().run(run_id)
        except GanError as error:
            problems.append(say(error))
            continue
        name = plain(other.name)
        if _method(other) != _method(run):
            problems.append(_("{name} differs in more than the seed.").format(name=name))
        elif other.config.seed in [member.run.config.seed for member in found]:
            problems.append(_("{name} has a seed that is there already.").format(name=name))
        else:
            found.append(Member(other, _parted(changes, store().controls.changes(other.id))))
    if len(others) > MOST:
        problems.append(_("At most {n} other seeds are shown.").format(n=MOST))
    return found, problems


def train(run: Run, n: int) -> None:
    """Queue the `n` next seeds, those that are there left out. Raises `GanError` if all are."""
    others = members(run, asked(run))[0][1:]
    there = {member.run.config.seed for member in others}
    missing = [seed for seed in next_seeds(run.config.seed, n) if seed not in there]
    if not missing:
        raise GanError(N_("These seeds are there already. Choose more of them."))
    name = _("{name} · seed {seed}")
    new = [
        store().replicate(run.id, seed, named_after(run.name, name, seed=seed), owner=visitor())
        for seed in missing
    ]
    # Into the session, not the URL: that is lost when the page runs again at this very moment.
    named = ",".join([*(member.run.id for member in others), *new][-MOST:])
    links.remember(_key(run), named)


def next_seeds(seed: int, n: int) -> list[int]:
    """The `n` seeds after this one; after the highest comes the lowest."""
    low, high = map(int, RunConfig.bounds("seed"))
    return [low + (seed - low + k) % (high - low + 1) for k in range(1, n + 1)]


def _method(run: Run) -> Mapping[str, Any]:
    return run.config.model_dump(exclude=_NO_METHOD)


def _parted(ours: Sequence[Control], theirs: Sequence[Control]) -> float:
    """The step at which one of two runs changed and the other did not, or infinity."""
    changed = [[each for each in both if each.field not in _NO_METHOD] for both in (ours, theirs)]
    for pair in itertools.zip_longest(*changed):
        done = {each and (each.action, each.field, each.value, each.applied_step) for each in pair}
        if len(done) > 1:
            return min(each.applied_step or 0 for each in pair if each)
    return math.inf
