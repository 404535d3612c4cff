"""Votes of a class: the last of each voter counts, for a day at most."""

from __future__ import annotations

import pytest

from gan_core.class_results import Vote
from gan_core.runs.store import Store
from gan_core.runs.votes import CLASS_SECONDS
from tests.recorded import IN_EACH_DATABASE


@IN_EACH_DATABASE
def test_last_vote_of_each_voter_counts(store: Store) -> None:
    for voter, choice in (("a", "up"), ("b", "down"), ("'c'; --", "down"), ("a", "down")):
        store.votes.cast(Vote("which way?", voter, choice, first="up"))
    store.votes.cast(Vote("how far?", "a", "far", first="far"))
    assert store.votes.counts("which way?", since=0) == {"down": 3}
    assert store.votes.counts("how far?", since=0) == {"far": 1}
    assert store.votes.counts("nobody asked", since=0) == {}
    assert sorted(store.votes.cast_since(0)) == [
        Vote("how far?", "a", "far", "far"),
        Vote("which way?", "'c'; --", "down", "up"),
        Vote("which way?", "a", "down", "up"),
        Vote("which way?", "b", "down", "up"),
    ]


@IN_EACH_DATABASE
def test_first_choice_stays_the_first_until_another_class_comes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = []
    for choice, at in (("up", 0.0), ("down", 100.0), ("left", 101.0 + CLASS_SECONDS)):
        monkeypatch.setattr("time.time", lambda at=at: at)
        store.votes.cast(Vote("which way?", "a", choice, first=choice))
        chosen += store.votes.cast_since(0)
    assert [(each.choice, each.first) for each in chosen] == [
        ("up", "up"),
        ("down", "up"),
        ("left", "left"),
    ]


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
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for voter, at in (("early", 1_000.0), ("late", 2_000.0)):
        monkeypatch.setattr("time.time", lambda at=at: at)
        store.votes.cast(Vote("which way?", voter, "up", first="up"))
    assert store.votes.counts("which way?", since=1_000) == {"up": 2}
    assert store.votes.counts("which way?", since=1_500) == {"up": 1}
    assert store.votes.cast_since(1_500) == [Vote("which way?", "late", "up", "up")]
    monkeypatch.setattr("time.time", lambda: 1_500.0 + 24 * 3600)
    store.votes.cast(Vote("how far?", "late", "far", first="far"))
    assert store.votes.counts("which way?", since=0) == {"up": 1}
