"""Votes of a class: the last of each voter counts, for a day at most."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gan_core.class_results import Vote
from gan_core.runs.store import Store
from gan_core.runs.votes import CLASS_SECONDS, KEPT_SECONDS
from tests.recorded import IN_EACH_DATABASE


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock, in seconds since 1970."""
    return lambda now: monkeypatch.setattr("time.time", lambda: now)


@IN_EACH_DATABASE
def test_last_vote_of_each_voter_counts(store: Store) -> None:
    for voter, choice in (("a", "up"), ("b", "down"), ("'c'; --", "down"), ("a", "down")):
        store.votes.cast("which way?", voter, choice)
    store.votes.cast("how far?", "a", "far")
    assert store.votes.counts("which way?", "teacher") == {"down": 3}
    assert store.votes.counts("how far?", "teacher") == {"far": 1}
    assert store.votes.counts("nobody asked", "teacher") == {}
    assert sorted(store.votes.of_class("teacher")) == [
        Vote("how far?", "a", "far", "far"),
        Vote("which way?", "'c'; --", "down", "down"),
        Vote("which way?", "a", "down", "up"),
        Vote("which way?", "b", "down", "down"),
    ]


@IN_EACH_DATABASE
def test_first_choice_stays_the_first_until_another_class_comes(
    store: Store, at: Callable[[float], None]
) -> None:
    chosen = []
    for choice, moment in (("up", 0.0), ("down", 9000.0), ("left", 9001.0 + CLASS_SECONDS)):
        at(moment)
        store.votes.cast("which way?", "a", choice)
        chosen += store.votes.of_class("teacher")
    assert [(each.choice, each.first) for each in chosen] == [
        ("up", "up"),
        ("down", "up"),
        ("left", "left"),
    ]


@IN_EACH_DATABASE
def test_first_choice_stays_the_first_in_a_long_class(
    store: Store, at: Callable[[float], None]
) -> None:
    for choice, moment in (("up", 0.0), ("down", 9000.0)):
        at(moment)
        store.votes.cast("which way?", "a", choice)
    at(CLASS_SECONDS + 1.0)
    assert store.votes.of_class("teacher") == [Vote("which way?", "a", "down", "up")]


@IN_EACH_DATABASE
def test_next_class_at_the_same_browsers_has_first_choices_of_its_own(
    store: Store, at: Callable[[float], None]
) -> None:
    """For who has begun to count anew; another, whose class goes on meanwhile, sees no change."""
    for choice, moment in (("up", 1.0), ("down", 3.0), ("left", 4.0)):
        at(moment)
        store.votes.cast("which way?", "a", choice)
        if choice == "up":
            at(2.0)
            store.votes.count_anew("teacher")
            assert store.votes.of_class("teacher") == []
    assert store.votes.of_class("teacher") == [Vote("which way?", "a", "left", "down")]
    assert store.votes.of_class("another") == [Vote("which way?", "a", "left", "up")]


@IN_EACH_DATABASE
def test_everybody_counts_anew_for_themselves(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 10.0 + CLASS_SECONDS
    monkeypatch.setattr("time.time", lambda: now)
    assert store.votes.counted_since("teacher") == 10.0
    store.votes.count_anew("teacher")
    now += 5.0
    store.votes.count_anew("teacher")
    now += 2.0
    assert store.votes.counted_since("teacher") == now - 2.0
    assert store.votes.counted_since("another") == 17.0
    now += CLASS_SECONDS
    assert store.votes.counted_since("teacher") == now - CLASS_SECONDS
    now += 24 * 3600.0
    store.votes.count_anew("another")
    assert store.votes.counted_since("teacher") == now - CLASS_SECONDS


@IN_EACH_DATABASE
def test_votes_count_from_a_moment_on_and_are_forgotten_after_a_day(
    store: Store, at: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for voter, moment in (("early", 1_000.0), ("late", 2_000.0)):
        at(moment)
        store.votes.cast("which way?", voter, "up")
    assert store.votes.counts("which way?", "teacher") == {"up": 2}
    at(1_500.0 + CLASS_SECONDS)
    assert store.votes.of_class("teacher") == [Vote("which way?", "late", "up", "up")]
    at(1_500.0 + 24 * 3600)
    store.votes.cast("how far?", "late", "far")
    monkeypatch.setattr("gan_core.runs.votes.CLASS_SECONDS", 48 * 3600.0)
    assert store.votes.counts("which way?", "teacher") == {"up": 1}


@IN_EACH_DATABASE
def test_what_nobody_votes_after_is_forgotten_too(
    store: Store, open_at: Callable[[str], Store], at: Callable[[float], None]
) -> None:
    for forget in (lambda: store.votes.count_anew("teacher"), lambda: open_at(store.url)):
        at(1_000.0)
        store.votes.cast("which way?", "early", "up")
        at(1_001.0 + KEPT_SECONDS)
        forget()
        at(1_000.0)
        assert store.votes.of_class("another") == []


@IN_EACH_DATABASE
def test_when_somebody_began_to_count_is_forgotten_after_a_day(
    store: Store, at: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.votes.CLASS_SECONDS", 3 * KEPT_SECONDS)
    at(3 * KEPT_SECONDS)
    store.votes.count_anew("teacher")
    at(4 * KEPT_SECONDS + 1.0)
    assert store.votes.counted_since("teacher") == 3 * KEPT_SECONDS
    store.votes.count_anew("another")
    assert store.votes.counted_since("teacher") == KEPT_SECONDS + 1.0
