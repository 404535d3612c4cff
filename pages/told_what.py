"""Lesson: how a label reaches both players, and why G obeys it only if D sees it too."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import streamlit as st
from pydantic import Field

from gan_core.figures.told_what import told_what_film
from gan_core.presets import PRESETS
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, fixed
from gan_core.theory.told_what import DEGREE, KINDS, N_STEPS, Players, World, outcome, play
from pages.parts.lesson import ask, close_lesson, explain, open_lesson
from pages.parts.links import link
from pages.parts.page_settings import PageSettings
from pages.parts.projector import wide
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import head_start, steady_figure

FEW_WRONG, ALL_BY_CHANCE = 0.1, 0.5  # shares of wrong labels that the second question is about
N_TRIED = 8  # seeds that answer the third


class ToldWhat(Settings):
    """What the page lets a reader set."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "sees": {
            "label": N_("sample and label"),
            "sample": N_("the sample alone"),
            "reads": N_("the sample; reads the label"),
        },
        "start": {
            "swapped": N_("the wrong way round"),
            "same": N_("the same for both labels"),
            "right": N_("the right way round"),
        },
    }

    sees: str = Field(
        World.sees,
        title=N_("D sees"),
        description=N_(
            "Without the label, D judges the sample alone, whatever G was asked for. If it reads "
            "the label, both players earn by its being right."
        ),
    )
    start: str = Field(
        World.start, title=N_("G begins"), description=N_("Where its samples fall at step 0.")
    )
    wrong: Annotated[float, Field(ge=0, le=ALL_BY_CHANCE), Shown(step=0.1)] = Field(
        World.wrong,
        title=N_("Share of wrong labels"),
        description=N_("Among the real samples; at one half, a label says nothing."),
    )
    seed: int = Field(
        World.seed, ge=0, le=99, title=N_("Seed"), description=N_("Other samples, other noise.")
    )

    @property
    def world(self) -> World:
        """What is given in this game."""
        return World(self.sees, self.start, self.wrong, self.seed)


@st.cache_resource(show_spinner=False, max_entries=100)
def game(world: World) -> tuple[Players, ...]:
    """The players at the start and after each step."""
    return tuple(play(world))


def end_of(**given: Any) -> Players:
    """The players after the last step of such a game."""
    return game(World(**given))[-1]


@st.cache_data(show_spinner=False)
def outcomes(sees: str) -> list[str]:
    """What becomes of the label with each of `N_TRIED` seeds, G beginning the same for both."""
    worlds = [World(sees=sees, start="same", seed=seed) for seed in range(N_TRIED)]
    return [outcome(list(play(world))[-1]) for world in worlds]


def numbers_of_players() -> dict[str, str]:
    """How many numbers G has in all and D for each label, and of what degree D is."""
    players = World(sees="label").begin()
    n_of_g, (_labels, n_of_d) = players.a.size + players.b.size, players.w.shape
    return {"of_g": str(n_of_g), "of_d": str(n_of_d), "degree": str(DEGREE)}


def ask_what_g_does_if_d_sees_no_label() -> None:
    """The question why D must see the label too, answered from two beginnings."""
    ends = {start: end_of(sees="sample", start=start) for start in ("swapped", "right")}
    outcomes = {start: outcome(end) for start, end in ends.items()}
    small, large = (fixed(b, 2) for b in ends["swapped"].b)
    ask(
        "label unseen",
        _(
            "Now G is told the label as before, but D is shown the sample alone. What will G make "
            "of its label?"
        ),
        {
            "obeyed": _("It draws what is asked for: it is told the label itself."),
            "same": _("Nothing: it draws the same for both labels."),
            "start": _("Each label gets a kind, but which one depends on how G began."),
        },
        "start" if len(set(outcomes.values())) > 1 else outcomes["swapped"],
        _(
            "G began the wrong way round and ends so: asked for small coins it draws around "
            "{small}, asked for large ones around {large}. Had it begun the right way round, it "
            "would have stayed there; had it begun the same for both labels, chance would decide "
            "whether they part at all, and which of them gets which kind: one seed that ends the "
            "right way round proves nothing, so try several. To this D, a good small coin is "
            "good, whatever was asked for."
        ).format(small=small, large=large),
        {
            "obeyed": _(
                "It is told, but does anybody find out whether it obeys? D sees a coin, and not "
                "what was asked for."
            ),
            "same": _(
                "D has nothing against that, but nothing against two kinds either. Try each of the "
                "beginnings."
            ),
        },
    )
    settings.button(_("Try it"), sees="sample")


def ask_about_labels_by_chance() -> None:
    """The question what a label is worth that says nothing of its sample."""
    end = end_of(start="same", wrong=ALL_BY_CHANCE)
    obeys = min(end_of(wrong=FEW_WRONG).obedience())
    (a_small, a_large), (b_small, b_large) = map(abs, end.a), end.b
    ask(
        "labels by chance",
        _(
            "D sees the label again, but the labels of the real coins have been dealt at random: "
            "half of them are wrong. G begins the same for both. What will it make of its label?"
        ),
        {
            "obeyed": _("It draws what is asked for: D sees the label, after all."),
            "swapped": _("It draws the opposite of what is asked for."),
            "same": _("Nothing: it draws the same for both labels."),
        },
        outcome(end),
        _(
            "One broad heap over both kinds, for either label: around {b_small} with a spread of "
            "{a_small}, and around {b_large} with {a_large}. The real coins of either label are "
            "small and large alike, and that is what G imitates. With only {few} of the labels "
            "wrong, at least {obeys} of its samples are nearer to the right kind."
        ).format(
            b_small=fixed(b_small, 2),
            a_small=fixed(a_small, 2),
            b_large=fixed(b_large, 2),
            a_large=fixed(a_large, 2),
            few=f"{FEW_WRONG:.0%}",
            obeys=f"{int(100 * obeys)}%",
        ),
        {
            "obeyed": _(
                "D sees the label, but learns from the real coins what it means. What do they "
                "tell it, dealt at random?"
            ),
            "swapped": _(
                "For that, the labels would have to be wrong more often than right. These are "
                "wrong as often as right."
            ),
        },
    )
    settings.button(_("Try it"), start="same", wrong=ALL_BY_CHANCE)


def ask_what_reading_makes_of_the_label() -> None:
    """The question what becomes of a label that nobody explains, and D has to read."""
    read, unread = outcomes("reads"), outcomes("sample")
    decided = "own" if {*read} == {"obeyed", "swapped"} else read[0]
    ask(
        "label read",
        _(
            "Once more D sees the sample alone. But now it has a second task: to read off the "
            "sample which label G was given, and both players earn by its being right. G begins "
            "the same for both labels. What becomes of the label?"
        ),
        {
            "obeyed": _("G draws what is asked for: D finds out what the labels mean."),
            "own": _("Each label gets a kind of its own, but which one is left to chance."),
            "same": _("Nothing: it draws the same for both labels."),
        },
        decided,
        _(
            "If both labels give the same samples, D can read nothing off them, and both players "
            "pay for that; so the labels part. With {n} seeds they did so {parted} times, "
            "{obeyed} of them the right way round: nobody has said what a label means. Where D "
            "has nothing to read, they parted {unread} times."
        ).format(
            n=N_TRIED,
            parted=N_TRIED - read.count("same"),
            obeyed=read.count("obeyed"),
            unread=N_TRIED - unread.count("same"),
        ),
        {
            "obeyed": _(
                "D reads a label that G was given, never that of a real coin. Who would tell it "
                "which label means small? Try several seeds."
            ),
            "same": _(
                "Then D could read nothing off the samples, and both players would pay for it. Try "
                "it."
            ),
        },
    )
    settings.button(_("Try it"), start="same", sees="reads")


@st.fragment
def stage() -> None:
    """The game as a film, and what is given in it."""
    values = settings.values
    path = game(values.world)
    end = path[-1]
    figure = told_what_film(path, values.world, _)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            steady_figure(figure, key="told what")
            head_start()
            small, large = (fixed(b, 2) for b in end.b)
            small_right, large_right = (f"{share:.0%}" for share in end.obedience())
            st.caption(
                _(
                    "After {steps} steps: asked for small coins, G draws around {small}, "
                    "{small_right} of them nearer to the right kind; asked for large ones, around "
                    "{large}, {large_right} of them."
                ).format(
                    steps=N_STEPS,
                    small=small,
                    small_right=small_right,
                    large=large,
                    large_right=large_right,
                )
            )
        with st.container(width=wide(300)):
            settings.field("sees")
            settings.field("start")
            settings.field("wrong")
            settings.field("seed")
            markdown("told_what_words")
    settings.write_url()


settings = PageSettings(ToldWhat)
open_lesson("told_what")
markdown("told_what", small=fixed(KINDS[0], 0), large=fixed(KINDS[1], 0), **numbers_of_players())
stage()
ask_what_g_does_if_d_sees_no_label()
ask_about_labels_by_chance()
ask_what_reading_makes_of_the_label()
explain("told_what_why", in_how_many=f"{1 / FEW_WRONG:g}")
link(
    "train",
    _("Train on digits whose labels both players see"),
    "play_circle",
    preset="digits_conditional",
)
link("latent_space", _("Then ask its generator for a 7, in the latent space"), "explore", label="7")
link(
    "playground",
    _("Train on a ring of eight, with eight kinds that D has to read"),
    "scatter_plot",
    preset="ring_infogan",
)
link(
    "train",
    _("Train on digits without labels: ten kinds and two numbers to be read"),
    "play_circle",
    preset="digits_infogan",
)
close_lesson("told_what", n_kinds=str(PRESETS["digits_infogan"].config.n_kinds))
