"""Be the discriminator: mark pictures as real or generated, and see whether D does better."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from pydantic import Field

from gan_core.runs.answers import Question
from gan_core.settings import Settings
from gan_core.text import N_, GanError
from pages.parts.asking import when_answered
from pages.parts.choose_run import Chosen, chosen_run
from pages.parts.links import remember
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown, say
from pages.parts.store import store
from pages.parts.tiles import marked_tiles, tiles

COLUMNS, SIZE = 6, 104
MARKS = {"r": N_("real"), "f": N_("fake")}
ASKING = N_("A worker is laying out the pictures …")
LAST_SEED = 9999


class Guess(Settings):
    """What the page lets a reader set."""

    seed: int = Field(1, ge=0, le=LAST_SEED, title=N_("Seed of the pictures"))


def verdicts(dealt: Mapping[str, Any], gives_probability: bool) -> list[bool]:
    """Which pictures D calls real, each by itself where D(x) is a probability.

    A score has no ½: there D is told that half of the pictures are real, and calls those real
    that score highest. Where D's answer is no number, it calls nothing real.
    """
    decisions = np.array([np.nan if d is None else d for d in dealt["decision"]], float)
    if gives_probability:
        return [bool(each) for each in decisions > 0.5]
    ranks = np.argsort(np.argsort(-decisions, kind="stable"))
    return [bool(each) for each in ranks < sum(dealt["real"])]


def right(said: Sequence[bool], real: Sequence[bool]) -> int:
    """How many verdicts are right."""
    return sum(each == truth for each, truth in zip(said, real, strict=True))


def play(dealt: Mapping[str, Any]) -> None:
    """The pictures, to be marked; once checked, with the truth and with what D says."""
    words = {letter: _(word) for letter, word in MARKS.items()}
    if st.session_state.get(checked_key):
        marks = st.session_state[f"marks of {game}"]
        show_truth(dealt, [mark == "r" for mark in marks])
        return
    marks = marked_tiles(dealt, game, words, columns=COLUMNS, size=SIZE)
    missing = sum(mark is None for mark in marks)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Check"),
            type="primary",
            icon=":material/check:",
            disabled=missing > 0,
            on_click=remember,
            args=(checked_key, True),
        )
        another_button()
        if missing:
            st.caption(_("Still to be marked: {n}").format(n=missing), width="content")


def show_truth(dealt: Mapping[str, Any], said: Sequence[bool]) -> None:
    """The truth and D's answer below each picture, and how many the two got right."""
    real, is_probability = dealt["real"], dealt["is_probability"]
    below = []
    for truth, decision in zip(real, dealt["decision"], strict=True):
        number = "–" if decision is None else f"{decision:.2f}"
        word = MARKS["r"] if truth else MARKS["f"]
        below.append(f"{_(word)} · {number}")
    badges = {place: "✗" for place, truth in enumerate(real) if truth != said[place]}
    tiles(dealt, f"truth of {game}", columns=COLUMNS, size=SIZE, below=below, badges=badges)
    n = len(real)
    d_right = right(verdicts(dealt, is_probability), real)
    columns = st.columns(2, width=420)
    for column, title, count in zip(
        columns, (_("You"), _("D")), (right(said, real), d_right), strict=True
    ):
        column.metric(
            title,
            f"{count / n:.0%}",
            _("{k} of {n} right").format(k=count, n=n),
            delta_color="off",
            delta_arrow="off",
        )
    another_button()
    told = right(verdicts(dealt, gives_probability=False), real)
    st.caption(
        _(
            "Below each picture: the truth, and D(x), the probability that D gives to “real”; ✗: "
            "your errors. The level of D(x) wavers from step to step. Told that half are real, D "
            "would get {k} right, by taking the highest."
        ).format(k=told)
        if is_probability
        else _(
            "Below each picture: the truth, and D's score; ✗: your errors. This loss gives no "
            "probability, so D calls those real that score highest, as many as are real."
        )
    )
    markdown("guess_half")


def as_dealt(latest: Chosen, seed: int) -> Chosen:
    """The run as it was when these pictures were dealt: a newer checkpoint takes nobody's marks.

    As it is now where none were dealt, because it had trained on before a worker came to it.
    """
    key = f"dealt {latest.run.id} {seed}"
    dealt = replace(latest, moment=st.session_state.setdefault(key, latest.moment))
    if store().answers.is_asked(guess_of(dealt, seed)):
        return dealt
    st.session_state[key] = latest.moment
    return latest


def guess_of(chosen: Chosen, seed: int) -> Question:
    """What a worker is asked for a game."""
    return chosen.question("guess", seed=seed, label=0)


def another_button() -> None:
    """Deal other pictures."""
    st.button(
        _("Another twelve"),
        icon=":material/refresh:",
        on_click=settings.change,
        kwargs={"seed": (values.seed + 1) % (LAST_SEED + 1)},
    )


settings = PageSettings(Guess)
markdown("guess")
try:
    latest = chosen_run()
    with st.sidebar:
        settings.field("seed")
    values = settings.values
    chosen = as_dealt(latest, values.seed)
    game = f"{chosen.moment} {values.seed}"
    checked_key = f"checked {game}"
    asked = guess_of(chosen, values.seed)
    when_answered([asked], play, height=330, meanwhile=ASKING)
    markdown("guess_next")
except GanError as error:
    st.error(say(error), icon=":material/error:")
