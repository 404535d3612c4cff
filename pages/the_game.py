"""Lesson: the game of forger and inspector, with a GAN of five numbers that can be seen whole."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field, field_validator

from gan_core.figures.tiny_gan import STAGES, tiny_gan_figure
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from gan_core.theory.tiny_gan import (
    MOST_MOVES,
    N_SAMPLES,
    Players,
    World,
    losses,
    play,
    read_moves,
    write_moves,
)
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure
from pages.parts.table import table

D_FIRST, THEN_G = 5, 100  # of the second question
LONGEST = 200  # letters and digits that tell the moves
BOTH = 20  # moves of one press of a button

Rate = Annotated[float, Field(ge=0.01, le=1, allow_inf_nan=False), Shown(step=0.01)]


class TinyGan(Settings):
    """What the page lets a reader set; `moves` are what the buttons have done so far."""

    choices: ClassVar[Mapping[str, Choices]] = {"stage": {stage: stage for stage in STAGES}}

    stage: str = Field("start", title=N_("Stage"))
    moves: str = Field("", max_length=LONGEST, title=N_("Moves"))
    mean: Annotated[float, Field(ge=-2, le=2), Shown(step=0.1)] = Field(
        World.mean, title=N_("Middle of the data"), description=N_("Where real samples gather.")
    )
    std: Annotated[float, Field(ge=0.3, le=1), Shown(step=0.1)] = Field(
        World.std, title=N_("Spread of the data"), description=N_("Their standard deviation.")
    )
    d_rate: Rate = Field(
        World.d_rate, title=N_("Step of D"), description=N_("How far D goes downhill in one step.")
    )
    g_rate: Rate = Field(
        World.g_rate, title=N_("Step of G"), description=N_("How far G goes downhill in one step.")
    )
    seed: int = Field(
        World.seed, ge=0, le=99, title=N_("Seed"), description=N_("Other samples, other noise.")
    )

    @field_validator("moves")
    @classmethod
    def _can_be_played(cls, moves: str) -> str:
        read_moves(moves)
        return moves

    @property
    def world(self) -> World:
        """What is given in this game."""
        return World(self.mean, self.std, self.d_rate, self.g_rate, self.seed)


STAGE_TITLES = {
    "start": N_("1. Begin"),
    "generate": N_("2. G makes"),
    "judge": N_("3. D judges"),
    "learn": N_("4. Both learn"),
}


def stage_buttons(values: TinyGan) -> None:
    """The four steps of the game, one button each."""
    with st.container(horizontal=True):
        for stage, title in STAGE_TITLES.items():
            st.button(
                _(title),
                type="secondary" if stage == values.stage else "tertiary",
                on_click=settings.set,
                kwargs=values.model_dump() | {"stage": stage},
            )


def move_buttons(values: TinyGan) -> None:
    """Train one of them, or both."""
    with st.container(horizontal=True):
        for label, moves in (
            (_("Train D once"), "D"),
            (_("Train G once"), "G"),
            (_("Both, {n} times").format(n=BOTH), "B" * BOTH),
        ):
            st.button(
                label,
                type="primary",
                on_click=settings.set,
                kwargs=after(values, moves),
                disabled=not is_room_for(values, moves),
            )
        fresh = values.model_dump() | {"moves": "", "stage": "start"}
        st.button(_("From the beginning"), on_click=settings.set, kwargs=fresh)


def is_room_for(values: TinyGan, moves: str) -> bool:
    """Whether these moves may be made too, and still be written into a link."""
    all_moves = read_moves(values.moves) + moves
    return len(all_moves) <= MOST_MOVES and len(write_moves(all_moves)) <= LONGEST


def after(values: TinyGan, moves: str) -> dict[str, object]:
    """The settings once these moves have been made too."""
    written = write_moves(read_moves(values.moves) + moves)
    return values.model_dump() | {"moves": written, "stage": "learn"}


def last(moves: str, world: World) -> Players:
    """The players after all these moves."""
    return list(play(moves, world))[-1]


def numbers(players: Players, before: Players | None) -> None:
    """Draw a table of the five numbers, and what the last move has changed."""
    head = [_("Whose"), _("Number"), _("Now"), _("Last move")]
    rows = []
    for whose, name, now, was in zip(
        "GGDDD",
        ("*a*", "*b*", "*w*₀", "*w*₁", "*w*₂"),
        flat(players),
        flat(before or players),
        strict=True,
    ):
        change = f"{now - was:+.3f}" if now != was else "0"
        rows.append([whose, name, fixed(now, 3), change.replace("-", "−")])
    table(head, rows)


def flat(players: Players) -> tuple[float, ...]:
    return (players.a, players.b, *players.w)


def ask_what_the_first_step_of_g_moves() -> None:
    """The question that the flat D of the beginning answers."""
    world = World()
    start, then = list(play("G", world))
    ask(
        "first step of G",
        _(
            "At the beginning D says {half} everywhere. If the first press is **Train G once**, "
            "what moves?"
        ).format(half=f"${float(start.judge(np.array(0.0))):g}$"),
        {
            "towards": _("The generated samples, towards the real ones."),
            "anywhere": _("The generated samples, in some direction."),
            "nothing": _("Nothing at all."),
        },
        "nothing" if then == start else "towards" if then.b > start.b else "anywhere",
        _(
            "G never sees a real sample. All it learns from is the slope of D, and a flat D has "
            "none: the length of G's step is {length}. Train D once, and then G: now it moves."
        ).format(length=f"{np.hypot(then.a - start.a, then.b - start.b):g}"),
    )


def ask_what_g_does_alone() -> None:
    """The question what becomes of G where D no longer answers."""
    world, moves = World(), write_moves("D" * D_FIRST + "G" * THEN_G)
    end = last(moves, world)
    ask(
        "G alone",
        _(
            "D has taken {d_first} steps and then stops; G takes {then_g} steps alone. Where do "
            "the generated samples end?"
        ).format(d_first=D_FIRST, then_g=THEN_G),
        {
            "on": _("On the real samples."),
            "beyond": _("Beyond them, all in nearly the same place."),
            "stay": _("Where they began: without D, G cannot learn."),
        },
        "beyond" if end.b > world.mean + world.std and end.a < world.std / 2 else "on",
        _(
            "G has run past the data, to where this D is surer still: it is around {b} instead of "
            "{mean}, and goes on. Its spread has shrunk from {a_before} to {a}. D tells the way "
            "only as long as it answers; that is why they take turns."
        ).format(
            b=f"{end.b:.2f}",
            mean=f"{world.mean:g}",
            a_before=f"{next(play('', world)).a:g}",
            a=f"{end.a:.2f}",
        ),
    )
    settings.button(_("Try it"), moves=moves, stage="learn")


def told(values: TinyGan) -> dict[str, str]:
    """The numbers of the prose."""
    *_before, end = play(values.moves, values.world)
    d_loss, g_loss = losses(end, *values.world.batch(len(_before)))
    return {"n": str(N_SAMPLES), "d_loss": f"{d_loss:.3f}", "g_loss": f"{g_loss:.3f}"}


@st.fragment
def stage() -> None:
    """The game as it stands, and all that moves it."""
    values = settings.values
    path = list(play(values.moves, values.world))
    players, before = path[-1], path[-2] if len(path) > 1 else None
    stages = st.container()
    side_by_side = st.container(horizontal=True, gap="medium")
    with side_by_side.container(width="stretch"):
        figure = tiny_gan_figure(players, values.world, len(path) - 1, values.stage, before, _)
        steady_figure(figure, key="tiny gan")
        head_start()
    with stages:
        stage_buttons(values)
    with side_by_side.container(width=330):
        markdown(f"the_game_{values.stage}", **told(values))
        move_buttons(values)
        numbers(players, before)
    with st.expander(_("Change the game"), icon=":material/tune:"):
        for column, name in zip(
            st.columns(5), ("mean", "std", "d_rate", "g_rate", "seed"), strict=True
        ):
            settings.field(name, column)
    settings.write_url()


settings = PageSettings(TinyGan)
open_lesson("the_game")
markdown("the_game")
stage()
ask_what_the_first_step_of_g_moves()
ask_what_g_does_alone()
explain("the_game_why")
close_lesson("the_game")
