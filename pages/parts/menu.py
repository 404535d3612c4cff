"""What pages there are beside the lessons: their names, titles and icons, and what each is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gan_core.text import N_


class Entry(NamedTuple):
    """A page: its file's name, its title, a Material symbol, and what one finds there."""

    name: str
    title: str
    icon: str
    about: str


BESIDE_THE_LESSONS = (
    Entry("glossary", N_("Glossary"), "dictionary", N_("Every term in a sentence or two")),
    Entry("reading", N_("Reading"), "menu_book", N_("The papers, and what each is for")),
    Entry(
        "lesson_plan",
        N_("Lesson plan"),
        "event_note",
        N_("For teachers: what fits into the time that there is"),
    ),
    Entry("classroom", N_("The class"), "groups", N_("For teachers: the class at a glance")),
)
SECTIONS: Mapping[str, tuple[Entry, ...]] = {  # in the order of the menu
    N_("Understand"): (
        Entry(
            "losses",
            N_("Loss laboratory"),
            "show_chart",
            N_("What the two players minimise: formulas, curves and slopes"),
        ),
        Entry(
            "own_loss",
            N_("Your own loss"),
            "edit",
            N_("Type a loss of your own, and train with it"),
        ),
        Entry(
            "best_discriminator",
            N_("The best discriminator"),
            "balance",
            N_("How good can a discriminator be, and what is it worth?"),
        ),
        Entry(
            "game",
            N_("Does the game settle?"),
            "cyclone",
            N_("The smallest games of all, step by step"),
        ),
        Entry(
            "networks",
            N_("Networks"),
            "layers",
            N_("What the two networks are made of, layer by layer"),
        ),
    ),
    N_("Practice"): (
        Entry(
            "playground",
            N_("Playground"),
            "scatter_plot",
            N_("See all of a small GAN at once: play, go back, branch"),
        ),
        Entry(
            "failures",
            N_("Failure gallery"),
            "healing",
            N_("How GANs fail, and what heals them"),
        ),
        Entry("challenges", N_("Challenges"), "flag", N_("Mend such runs yourself")),
        Entry("train", N_("Train"), "play_circle", N_("Digits, or pictures of your own")),
        Entry("runs", N_("Runs"), "list", N_("All that has been trained here")),
        Entry(
            "compare",
            N_("Compare"),
            "compare_arrows",
            N_("Runs beside each other: curves, samples, settings"),
        ),
        Entry(
            "sweep",
            N_("Sweep"),
            "stacked_line_chart",
            N_("One setting, several values, a run for each"),
        ),
        Entry(
            "latent_space",
            N_("Latent space"),
            "explore",
            N_("Walk through the noise of a trained generator"),
        ),
        Entry(
            "inside_networks",
            N_("Inside the networks"),
            "visibility",
            N_("What each layer makes of a picture, and where D looks"),
        ),
        Entry(
            "be_the_discriminator",
            N_("Be the discriminator"),
            "psychology_alt",
            N_("Judge pictures yourself, against D"),
        ),
    ),
}
