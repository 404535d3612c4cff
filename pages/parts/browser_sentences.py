"""What the scripts in the browser say by themselves: these sentences go there, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gan_core.config import RunConfig, live_fields
from gan_core.runs.run import ACTIVE, ENDED
from gan_core.text import N_, Text
from pages.parts.prose import _

IN_THE_PLANE = (
    N_("Real and generated points in the plane. Press F to see how noise flows to data."),
    N_("Draw real points: drag, or move with the arrow keys and drop a point with the space bar."),
    N_("Draw real points here"),
    N_("gradient {value}"),
    N_("gradient < {value}"),
)
_IN_LIVE_FIGURES = (
    N_("Progress"),
    N_("step {step} of {steps}"),
    N_("{time} left"),
    N_("{label}: {value}"),
    N_("Step {step}"),
    N_("Step that is shown"),
    N_("Latest"),
    N_("How noise flows to data"),
    N_("{label}: {value} (real: {floor})"),
    N_("Waiting for a free slot: position {place} of {waiting}."),
    N_("Connection lost. Trying again …"),
    N_("This run no longer exists."),
    N_("This page comes from another site."),
    N_("The figures could not be loaded. Reload the page."),
    N_("How data flow through G and D, and slopes come back"),
    N_("Slow motion says here what happens within a step."),
    N_("G turns noise z into points."),
    N_("D is shown real points x and generated ones, and says how real each of them looks."),
    N_("D learns: its weights move, so that its answers to real points rise and the others fall."),
    N_("G asks, through D: which way must each point go for G to pay less? The arrows say so."),
    N_("G learns: its weights move, and its points follow the arrows as far as they can."),
    N_("{n} turns in each step."),
)
# What a worker says of a run while its status stays the same: see `gan_core.runs.job`.
_WHILE_IT_BEGINS = (
    N_("Loading the data …"),
    N_("Downloading the data: {percent}%"),
    N_("Building the networks …"),
    N_("Compiling the training step …"),
)


def of_a_run(message: Text | None) -> Iterator[str]:
    """What is said about a run that has this message, and may be said before the page runs again.

    It does so for another message of a run that has ended.
    """
    yield from (*ACTIVE, *ENDED, *IN_THE_PLANE, *_IN_LIVE_FIGURES, *_WHILE_IT_BEGINS)
    yield from _labels_of_changes()
    if message:
        yield from _templates(message)


def in_the_readers_language(sentences: Iterable[str]) -> dict[str, str]:
    """Each sentence with its translation; none where it is said as it is."""
    translated = {sentence: _(sentence) for sentence in sentences}
    return {sentence: said for sentence, said in translated.items() if said != sentence}


def _labels_of_changes() -> Iterator[str]:
    """What marks on the curves say of the settings that may change mid-run."""
    for name in (*live_fields(), "steps"):
        yield RunConfig.model_fields[name].title or name
        if name in RunConfig.choices:
            yield from RunConfig.titles(name).values()


def _templates(text: Text) -> Iterator[str]:
    yield text.template
    for value in text.values.values():
        if isinstance(value, Text):
            yield from _templates(value)
