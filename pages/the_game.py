"""Lesson: the game of forger and inspector, with a GAN of five numbers that can be seen whole."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import numpy as np
import streamlit as st
from pydantic import Field, field_validator

from gan_core.figures.phase_portrait import three_digits
from gan_core.figures.tiny_gan import N_SHOWN, STAGES, tiny_gan_figure
from gan_core.ops import NUMPY
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from gan_core.theory.tiny_gan import (
    MOST_MOVES,
    N_SAMPLES,
    START,
    ChainRule,
    Players,
    World,
    chain_rule,
    g_gradient,
    losses,
    play,
    read_moves,
    train_g,
    write_moves,
)
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.page_settings import PageSettings
from pages.parts.projector import wide
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure
from pages.parts.table import table

D_FIRST, THEN_G = 5, 100  # of the second question
LONGEST = 200  # letters and digits that tell the moves
BOTH = 20  # moves of one press of a button
HALF = 420  # pixels: of two columns, the right one
UNKNOWN, UP, DOWN = "{?}", r"\uparrow", r"\downarrow"  # in formulas

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
    sample: int = Field(
        4,
        ge=1,
        le=N_SHOWN,
        title=N_("Sample, in the order of z"),
        description=N_("One of those that the figure draws: the first has the smallest z."),
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
                key=f"stage {stage}",
                type="tertiary",  # of another type it would be another button, without the focus
                icon=f":material/radio_button_{'' if stage == values.stage else 'un'}checked:",
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
            move_button(label, values, moves)
        fresh = values.model_dump() | {"moves": "", "stage": "start"}
        st.button(_("From the beginning"), on_click=settings.set, kwargs=fresh)


def move_button(label: str, values: TinyGan, moves: str, key: str | None = None) -> None:
    """Make these moves, while there is room for them."""
    st.button(
        label,
        key=key,
        type="primary",
        on_click=settings.set,
        kwargs=after(values, moves),
        disabled=not is_room_for(values, moves),
    )


def is_room_for(values: TinyGan, moves: str) -> bool:
    """Whether these moves may be made too, and still be written into a link."""
    all_moves = read_moves(values.moves) + moves
    return len(all_moves) <= MOST_MOVES and len(write_moves(all_moves)) <= LONGEST


def after(values: TinyGan, moves: str) -> dict[str, object]:
    """The settings once these moves have been made too."""
    written = write_moves(read_moves(values.moves) + moves)
    return values.model_dump() | {"moves": written, "stage": "learn"}


@st.cache_data(show_spinner=False)
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


def ask_what_the_first_step_of_d_moves() -> None:
    """The question whose numbers are D's: what moves when D trains, and what does not."""
    world = World()
    start, then = list(play("D", world))
    moved = "both" if (then.a, then.b) != (start.a, start.b) else "d" if then != start else "g"
    real, fake = (float(then.judge(np.array(mean))) for mean in (world.mean, start.b))
    ask(
        "first step of D",
        _("Both stand as below, at the beginning. You press **Train D once**: what moves?"),
        {
            "d": _("The blue curve: up where real samples fall, down where generated ones do."),
            "g": _("The generated samples, away from D."),
            "both": _("Both: each answers the other."),
        },
        moved,
        _(
            "D's three numbers change, and nothing else. In the middle of the real samples it now "
            "says {real}, in the middle of the generated ones {fake}; before, {half} everywhere."
        ).format(
            real=f"{real:.2f}",
            fake=f"{fake:.2f}",
            half=f"{float(start.judge(np.array(0.0))):g}",
        ),
        {
            "g": _("Where samples fall, G's two numbers decide. Whose numbers does D's step move?"),
            "both": _("They take turns: in D's turn, G's numbers stay as they are."),
        },
    )


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
        {
            "towards": _("How should G know where they are? It never sees a real sample."),
            "anywhere": _(
                "G goes where D rises. Where does a D rise that says the same everywhere?"
            ),
        },
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
            "{mean}, and goes on. Its spread has shrunk from {a_before} to {a}. D shows the "
            "right way only as long as it goes on learning; that is why they take turns."
        ).format(
            b=f"{end.b:.2f}",
            mean=f"{world.mean:g}",
            a_before=f"{next(play('', world)).a:g}",
            a=f"{end.a:.2f}",
        ),
        {
            "on": _(
                "G does not see them: it climbs where D rises. Does this D, which no longer "
                "learns, stop rising there?"
            ),
            "stay": _("D stands still, but its curve is still there, and has a slope to climb."),
        },
    )
    settings.button(_("Try it"), moves=moves, stage="learn")


def told(world: World, path: Sequence[Players]) -> dict[str, str]:
    """The numbers of the prose."""
    d_loss, g_loss = losses(path[-1], *world.batch(len(path) - 1))
    return {"n": str(N_SAMPLES), "d_loss": f"{d_loss:.3f}", "g_loss": f"{g_loss:.3f}"}


def digits(number: float | np.ndarray) -> str:
    """A number of shape () to three digits, as a formula writes it."""
    mantissa, _e, exponent = three_digits(float(number) + 0.0).partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa


def factor(number: float | np.ndarray) -> str:
    """The same, where it is multiplied, or squared."""
    return f"({digits(number)})" if re.search(r"^-|\^", digits(number)) else digits(number)


def by_hand(values: TinyGan, players: Players, move: int) -> None:
    """One sample's way from its noise to the loss and back, and the step that G takes."""
    st.header(_("One step of G, by hand"), anchor=False)
    world = values.world
    noise = world.batch(move)[1]
    z = np.sort(noise[:N_SHOWN])[values.sample - 1]
    x, rule, then = players.generate(z), chain_rule(players, z), train_g(players, world, move)
    if not np.isfinite([players.logit(x), *rule.loss_by_ab, *flat(then)]).all():
        st.info(_("The numbers have run away. Begin again, with smaller steps."))
        return
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            settings.field("sample")
            markdown("the_game_by_hand", **way_forward(players, z))
        with st.container(width=wide(HALF)):
            is_told = ask_which_way_b_goes(values, rule)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            markdown("the_game_by_hand_back", z_factor=factor(z), **way_back(rule, is_told))
        with st.container(width=wide(HALF)):
            markdown("the_game_by_hand_step", n=str(N_SAMPLES), rate=f"{world.g_rate:g}")
            step_of_g(players, then, g_gradient(players, noise), world.g_rate, is_told)
            move_button(_("Train G once"), values, "G", key="by hand")


def way_forward(players: Players, z: np.ndarray) -> dict[str, str]:
    """The numbers from the noise to the loss, for the prose."""
    x = players.generate(z)
    logit = players.logit(x)
    loss = np.asarray(NUMPY.softplus(-logit))
    results = {"z": z, "x": x, "logit": logit, "d": players.judge(x), "loss": loss}
    names = ("a", "b", "w_0", "w_1", "w_2", "z_factor", "x_factor")
    factors = dict(zip(names, (*flat(players), float(z), float(x)), strict=True))
    return {name: digits(number) for name, number in results.items()} | {
        name: factor(number) for name, number in factors.items()
    }


def ask_which_way_b_goes(values: TinyGan, rule: ChainRule) -> bool:
    """The question of the sign, anew for each sample; whether its answer is told."""
    slope = float(rule.loss_by_ab[1])
    right = "none" if slope == 0 else "up" if slope < 0 else "down"
    because = {
        "up": _(
            "D rises to the right here, so the loss falls where b grows. A step goes downhill: "
            "b goes up, and the sample to the right."
        ),
        "down": _(
            "D falls to the right here, so the loss grows where b grows. A step goes downhill: "
            "b goes down, and the sample to the left."
        ),
        "none": _(
            "D is flat here, and a product with a factor of 0 is 0, whatever the others are. Let "
            "D take a few steps, and ask again."
        ),
    }
    uphill = _("This slope says which way the loss grows, and a step goes the other way.")
    no_zero = _("A product is 0 only if one of its factors is, and here none is.")
    overlooked = {"up": uphill, "down": uphill, "none": no_zero}
    if right == "none":
        overlooked = dict.fromkeys(overlooked, because["none"])
    factors = rf"{factor(rule.loss_by_logit)} \cdot {factor(rule.logit_by_x)} \cdot 1"
    product = rf"$\frac{{\partial L}}{{\partial b}} = {factors} = {digits(slope)}$"
    return ask(
        f"push on b: {values.moves}, {values.sample}, {values.world}",
        _("G takes a step for this sample alone. Which way does {b} go?").format(b="$b$"),
        {
            "up": _("Up, and the sample moves to the right."),
            "down": _("Down, and the sample moves to the left."),
            "none": _("It stays, and so does the sample."),
        },
        right,
        f"{product}  \n{because[right]}",
        {option: f"{product}  \n{text}" for option, text in overlooked.items()},
    )


def way_back(rule: ChainRule, is_told: bool) -> dict[str, str]:
    """The factors, what each says in words, and their products, for the prose."""
    words = {f"{y}_with_{x}".lower(): named(y, x) for y, x in ("LC", "Cx", "xb")}
    found = {
        "loss_by_logit": factor(rule.loss_by_logit),
        "logit_by_x": digits(rule.logit_by_x),
        "logit_by_x_factor": factor(rule.logit_by_x),
    }
    for name, slope in zip("ab", rule.loss_by_ab, strict=True):
        arrow = UP if slope < 0 else DOWN
        way = rf" \;\Rightarrow\; {name} {arrow}" if slope else ""
        found[f"loss_by_{name}"] = digits(slope) + way
    return words | (found if is_told else dict.fromkeys(found, UNKNOWN))


def named(y: str, x: str) -> str:
    """What stands in a formula below the slope of y with respect to x."""
    words = _("{y} changes\nwith {x}").format(y=rf"}} {y} \text{{", x=rf"}} {x} \text{{")
    below = r" \\[0.3em] ".join(rf"\text{{{line}}}" for line in words.split("\n"))
    return rf"\substack{{{below}}}"


def step_of_g(
    players: Players, then: Players, gradient: np.ndarray, rate: float, is_told: bool
) -> None:
    """Draw a table of what *Train G once* makes of a and b."""
    head = [_("Number"), _("Mean slope"), _("After the step")]
    rows = []
    for name, slope in zip("ab", gradient, strict=True):
        now, new = (f"{getattr(each, name):.3f}" for each in (players, then))
        mean, step = digits(slope), factor(slope)
        if not is_told:
            mean = step = new = UNKNOWN
        rows.append([f"*{name}*", f"${mean}$", rf"${now} - {rate:g} \cdot {step} = {new}$"])
    table(head, rows)


@st.fragment
def game() -> None:
    """The game as it stands, all that moves it, and all that moves with it."""
    values = settings.values
    path = list(play(values.moves, values.world))
    ask_what_the_first_step_of_d_moves()
    stage(values, path)
    ask_what_the_first_step_of_g_moves()
    ask_what_g_does_alone()
    by_hand(values, path[-1], len(path) - 1)
    settings.write_url()


def in_words(players: Players, world: World) -> str:
    """What the figure shows, for those who do not see it."""
    return _(
        "real samples around {mean}, spread {std}, where D says {d_real}; generated ones around "
        "{b}, spread {a}, where D says {d_fake}"
    ).format(
        mean=f"{world.mean:.2f}",
        std=f"{world.std:.2f}",
        b=f"{players.b:.2f}",
        a=f"{abs(players.a):.2f}",
        d_real=f"{float(players.judge(np.array(world.mean))):.2f}",
        d_fake=f"{float(players.judge(np.array(players.b))):.2f}",
    )


def stage(values: TinyGan, path: Sequence[Players]) -> None:
    """The figure, what it shows, and all that moves the game."""
    players, before = path[-1], path[-2] if len(path) > 1 else None
    stages = st.container()
    side_by_side = st.container(horizontal=True, gap="medium")
    with side_by_side.container(width="stretch"):
        figure = tiny_gan_figure(players, values.world, len(path) - 1, values.stage, before, _)
        steady_figure(figure, key="tiny gan", says=in_words(players, values.world))
        head_start()
    with stages:
        stage_buttons(values)
    with side_by_side.container(width=330):
        markdown(f"the_game_{values.stage}", **told(values.world, path))
        move_buttons(values)
        numbers(players, before)
    with st.expander(_("Change the game"), icon=":material/tune:"):
        # In Chinese some labels take two lines: the sliders stay in one row.
        columns = st.columns(5, vertical_alignment="bottom")
        for column, name in zip(columns, ("mean", "std", "d_rate", "g_rate", "seed"), strict=True):
            settings.field(name, column)


settings = PageSettings(TinyGan)
open_lesson("the_game")
markdown("the_game")
game()
explain("the_game_why")
close_lesson("the_game", n_numbers=str(len((START.a, START.b, *START.w))))
