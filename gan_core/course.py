"""The course: its lessons in order, and what a reader has done of them.

Progress is a set of lesson names. It travels without an account: as a short code in a link, a
letter for each lesson, and as a small JSON file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gan_core.text import N_, GanError, Text, quoted


@dataclass(frozen=True)
class Lesson:
    """One lesson: the page `name`, what it is called, and what a reader can do after it.

    `letter` stands for it in links, for good: it must not change when lessons are moved. A class
    takes some `minutes` for it: to read, predict, try, talk, and answer the check. `needs` are the
    lessons whose terms and formulas its text takes for granted; what is only mentioned does not
    count. `laboratory` is the page to go on with, and `challenge` the one that it prepares for.
    """

    name: str
    letter: str
    title: str
    goal: str
    icon: str
    minutes: int
    needs: tuple[str, ...] = ()
    laboratory: str | None = None
    challenge: str | None = None


LESSONS: tuple[Lesson, ...] = (  # in the order of the course; numbers follow from it
    Lesson(
        "generative_ai",
        "a",
        N_("What generative AI is"),
        N_("You can say what a generative model learns, and in which ways it can be wrong."),
        "auto_awesome",
        minutes=30,
    ),
    Lesson(
        "the_game",
        "b",
        N_("The game"),
        N_("You can say what a step of D moves, what a step of G moves, and why."),
        "sports_esports",
        minutes=40,
        laboratory="playground",
    ),
    Lesson(
        "the_losses",
        "c",
        N_("The losses"),
        N_(
            "You can say what each player pays, and why a generator that has only begun needs "
            "another loss than minimax."
        ),
        "trending_down",
        minutes=25,
        needs=("the_game",),
        laboratory="losses",
    ),
    Lesson(
        "the_networks",
        "d",
        N_("The networks"),
        N_("You can count the parameters of a layer, and say where a gradient gets lost."),
        "account_tree",
        minutes=25,
        needs=("the_losses",),
        laboratory="networks",
    ),
    Lesson(
        "training_loop",
        "e",
        N_("The training loop"),
        N_("You can read the alternating loop, and say whose weights each line moves."),
        "laps",
        minutes=25,
        needs=("the_losses", "the_networks"),
        laboratory="train",
        challenge="first_aid",
    ),
    Lesson(
        "does_it_settle",
        "f",
        N_("Does it settle?"),
        N_("You can say why two players who both improve may go round, and what brings rest."),
        "cyclone",
        minutes=20,
        needs=("the_losses",),
        laboratory="game",
        challenge="come_to_rest",
    ),
    Lesson(
        "what_goes_wrong",
        "g",
        N_("What goes wrong"),
        N_("You recognise the usual failures, and know a cure for each."),
        "healing",
        minutes=40,
        needs=("the_losses", "does_it_settle"),
        laboratory="failures",
        challenge="every_spot",
    ),
    Lesson(
        "the_critic",
        "n",
        N_("The critic"),
        N_(
            "You can say why G needs a distance that has a slope, what a critic is, and what holds "
            "its slope."
        ),
        "trending_up",
        minutes=40,
        needs=("the_losses", "the_networks"),
        laboratory="best_discriminator",
        challenge="wake_up",
    ),
    Lesson(
        "how_good",
        "h",
        N_("How good is it?"),
        N_("You can read a measure: with its number of samples, and beside its noise floor."),
        "straighten",
        minutes=35,
        needs=("generative_ai",),
        laboratory="train",
        challenge="sharp",
    ),
    Lesson(
        "inside_latent",
        "i",
        N_("Inside the latent space"),
        N_("You can say where noise lies, and how to walk from one sample to another."),
        "explore",
        minutes=20,
        needs=("the_game",),
        laboratory="latent_space",
    ),
    Lesson(
        "told_what",
        "o",
        N_("Told what to draw"),
        N_(
            "You can say how a label reaches both players, and why G obeys it only if D sees it "
            "too."
        ),
        "label",
        minutes=40,
        needs=("the_game", "the_losses", "the_networks"),
        laboratory="train",
    ),
    Lesson(
        "bug_hunt",
        "j",
        N_("Bug hunt"),
        N_("You find the usual mistakes of a first GAN by their symptoms."),
        "bug_report",
        minutes=40,
        needs=("the_networks", "training_loop"),
    ),
    Lesson(
        "build_it",
        "k",
        N_("Build it yourself"),
        N_("You know every block of a whole GAN, and can run and change it."),
        "construction",
        minutes=40,
        needs=("training_loop", "bug_hunt"),
        laboratory="train",
    ),
    Lesson(
        "questions",
        "l",
        N_("Questions and answers"),
        N_("You can answer what everybody asks about GANs, and what is often answered wrongly."),
        "help",
        minutes=20,
        needs=("generative_ai", "the_losses", "what_goes_wrong"),
    ),
    Lesson(
        "outlook",
        "m",
        N_("Outlook"),
        N_("You can say what generative models cost, where they fail, and how they are abused."),
        "visibility",
        minutes=25,
        needs=("generative_ai", "does_it_settle"),
    ),
)

_FORMAT = "gan-dojo-progress"


def lesson(name: str) -> Lesson:
    """The lesson on the page of that name."""
    return next(each for each in LESSONS if each.name == name)


def number(name: str) -> int:
    """The place of a lesson in the course, from 1."""
    return LESSONS.index(lesson(name)) + 1


def neighbours(name: str) -> tuple[Lesson | None, Lesson | None]:
    """The lessons before and after this one."""
    place = LESSONS.index(lesson(name))
    before = LESSONS[place - 1] if place else None
    after = LESSONS[place + 1] if place + 1 < len(LESSONS) else None
    return before, after


# ------------------------------------------------------------------------------ progress


def to_code(done: Iterable[str]) -> str:
    """The letters of these lessons, in the order of the course."""
    names = set(done)
    return "".join(each.letter for each in LESSONS if each.name in names)


def from_code(code: str) -> frozenset[str]:
    """The lessons that a code names. Raises `GanError` if a letter stands for none."""
    by_letter = {each.letter: each.name for each in LESSONS}
    unknown = [letter for letter in code if letter not in by_letter]
    if unknown:
        raise GanError(
            N_(
                "progress = {code} is not allowed: {letter} stands for no lesson. Allowed: the "
                "letters {letters}. Your progress so far is kept."
            ),
            code=quoted(code),
            letter=unknown[0],
            letters="".join(by_letter),
        )
    return frozenset(by_letter[letter] for letter in code)


def to_file(done: Iterable[str]) -> str:
    """The JSON file that `from_file` reads back."""
    names = set(done)
    in_order = [each.name for each in LESSONS if each.name in names]
    return json.dumps({"format": _FORMAT, "done": in_order}, indent=2) + "\n"


def from_file(content: bytes) -> frozenset[str]:
    """The lessons that a progress file names. Raises `GanError` if it is none."""
    try:
        stored: Any = json.loads(content)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested beyond all reason
        raise _not_a_progress_file(N_("it is no JSON")) from None
    if not isinstance(stored, dict) or stored.get("format") != _FORMAT:
        raise _not_a_progress_file(N_("it does not come from this course"))
    done = stored.get("done")
    if not isinstance(done, list) or not all(isinstance(name, str) for name in done):
        raise _not_a_progress_file(N_("“done” must be a list of lessons"))
    known = {each.name for each in LESSONS}
    if unknown := [name for name in done if name not in known]:
        raise GanError(
            N_("There is no lesson called {name}. There are: {names}. Your progress is kept."),
            name=quoted(unknown[0]),
            names=", ".join(each.name for each in LESSONS),
        )
    return frozenset(done)


def _not_a_progress_file(reason: str) -> GanError:
    return GanError(
        N_(
            "This is not a progress file: {reason}. Choose the file that “Download” gave you. Your "
            "progress so far is kept."
        ),
        reason=Text(reason),
    )
