"""Bands: the same settings trained with other seeds, and what all these runs have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from gan_core.figures.bands import (
    POINTS,
    Curve,
    Level,
    Quantity,
    band,
    band_figure,
    values_at,
)
from gan_core.runs.curve import level_for, stride
from gan_core.runs.run import Run
from gan_core.text import GanError, number, rounded
from gan_core.training.records import RECORD_FIELDS
from pages.parts import seeds
from pages.parts.measured import choose_quantity, curve_of, quantities, real_level
from pages.parts.prose import _, say
from pages.parts.run_panel import STATUSES
from pages.parts.seeds import Member
from pages.parts.steady_figure import steady_figure
from pages.parts.store import attempt, is_anothers, stop, store

FEWEST, AT_FIRST = 2, 4  # other seeds
EVERY_SECONDS = 2.0
_HOW_MANY = "how many seeds"
_SHOWN_FIRST = ("modes_covered", "sliced_wasserstein", "d_loss")


def bands(run: Run) -> None:
    """Draw the button that trains this run's settings with other seeds, and what came of them."""
    others = seeds.asked(run)
    with st.expander(_("Bands: the same settings with other seeds"), expanded=bool(others)):
        st.markdown(
            _(
                "One run is an anecdote: with another seed it may end elsewhere. Several tell what "
                "comes from the settings, and what from chance."
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.slider(
                _("How many other seeds"),
                FEWEST,
                seeds.MOST,
                AT_FIRST,
                key=_HOW_MANY,
                persist_state="session",
                width=240,
            )
            st.button(
                _("Train with other seeds"),
                icon=":material/dynamic_feed:",
                on_click=attempt,
                args=(lambda: seeds.train(run, st.session_state[_HOW_MANY]),),
            )
        if others:
            moving = any(member.moves for member in seeds.members(run, others)[0])
            every = EVERY_SECONDS if moving else None
            st.fragment(_results, run_every=every)(run.id, others, moving)


def _results(run_id: str, others: Sequence[str], moving: bool) -> None:
    """The band as it stands, in words too; once nothing moves any more, the page runs again."""
    try:
        members, problems = seeds.members(store().run(run_id), others)
        if problems:
            left_out = _("Left out of the band:")
            st.warning("\n".join([left_out, *(f"- {each}" for each in problems)]))
        if len(members) > 1:
            _band(members)
            _progress(members)
    except GanError as error:
        st.error(say(error), icon=":material/error:")
        return
    if moving and not any(member.moves for member in members):
        st.rerun()


def _band(members: Sequence[Member]) -> None:
    run = members[0].run
    there = quantities(run)
    name = choose_quantity(_("Band of"), there, key="band", at_first=_SHOWN_FIRST)
    quantity, levels = there[name], _levels(members, name)
    level = level_for(max(member.run.step for member in members), POINTS)
    curves = [_curve(member, name, level) for member in members]
    figure = band_figure(curves[0], curves[1:], quantity, levels, _)
    steady_figure(figure, key=f"band of {run.id}", mode_bar=True)
    reached = [
        int(curve.steps[-1])
        for member, curve in zip(members, curves, strict=True)
        if len(curve.steps) and member.goes_on
    ]
    if reached:
        st.markdown(_reading(curves, min(reached), quantity, levels))
    if name in RECORD_FIELDS and level:
        st.caption(_("Each point is the mean of {n} steps.").format(n=number(stride(level))))


def _curve(member: Member, name: str, level: int) -> Curve:
    """What a run measured as long as it differed in the seed alone; of losses, means."""
    steps, values = curve_of(member.run, name, level)
    alike = steps <= member.parted
    return Curve(steps[alike], values[alike])


def _levels(members: Sequence[Member], name: str) -> list[Level]:
    """What real points score against other real points, or the loss in the equilibrium."""
    run = members[0].run
    real = real_level([member.run for member in members], name)
    if real:
        return [real]
    equilibrium = run.config.items.loss.equilibrium
    if name not in RECORD_FIELDS or not equilibrium or _was_changed(run):
        return []
    value = equilibrium.d_loss if name == "d_loss" else equilibrium.g_loss
    return [] if value is None else [Level(value, _("Equilibrium"))]


def _was_changed(run: Run) -> bool:
    """Whether it became another game: neither its pace nor its length makes one of it."""
    return any(change.field not in ("pace", "steps") for change in store().controls.changes(run.id))


def _reading(
    curves: Sequence[Curve], step: int, quantity: Quantity, levels: Sequence[Level]
) -> str:
    """What the band says at a step, and where this run lies in it."""
    at_step = band(curves, whole=quantity.whole, at=[step])
    if np.isnan(at_step.median[0]):
        return ""
    sentences = [
        _(
            "At step {step}: median **{median}**, from **{low}** to **{high}**, over {n} of {all} "
            "seeds."
        ).format(
            step=number(step),
            median=rounded(at_step.median[0], quantity.unit),
            low=rounded(at_step.low[0], quantity.unit),
            high=rounded(at_step.high[0], quantity.unit),
            n=at_step.n_runs[0],
            all=len(curves),
        )
    ]
    own = values_at(curves[0], at_step.steps, quantity.whole)[0]
    compared = [Level(own, _("This run")), *levels] if np.isfinite(own) else levels
    sentences += [
        _("{label}: {value}.").format(label=level.title, value=rounded(level.value, quantity.unit))
        for level in compared
    ]
    return " ".join(sentences)


def _progress(members: Sequence[Member]) -> None:
    """How far each of the other seeds is, and a button that stops them."""
    sentence = _("Seed {seed}: {status}, step {step}")
    others = [member.run for member in members[1:]]
    told = [
        sentence.format(seed=run.config.seed, status=_(STATUSES[run.status]), step=number(run.step))
        for run in others
    ]
    st.caption(" · ".join(told))
    for member in members[1:]:
        if member.is_cut:
            st.caption(
                _(
                    "Seed {seed} counts up to step {step}: there, one of the two runs was changed."
                ).format(seed=member.run.config.seed, step=number(member.parted))
            )
    if any(member.moves and not is_anothers(member.run) for member in members[1:]):
        st.button(
            _("Stop the other seeds"),
            icon=":material/stop:",
            on_click=attempt,
            args=(lambda: stop(*others),),
        )
