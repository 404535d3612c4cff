"""Compare: curves, samples and settings of several runs beside each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import streamlit as st

from gan_core.figures.comparison import COLORS, comparison_figure
from gan_core.runs.curve import level_for, stride
from gan_core.runs.run import Run
from gan_core.text import GanError, number
from gan_core.training.records import RECORD_FIELDS
from pages.parts import links
from pages.parts.choices import choose
from pages.parts.choose_run import run_title
from pages.parts.controls import label
from pages.parts.fields import shown_value
from pages.parts.measured import choose_quantity, curve_of, quantities, real_level
from pages.parts.ownership import own_or_all
from pages.parts.prose import _, markdown, plain, say
from pages.parts.run_panel import STATUSES
from pages.parts.steady_figure import steady_figure
from pages.parts.store import store
from pages.parts.table import table

MOST = len(COLORS)
POINTS = 600  # of a curve, at most
EVERY_SECONDS = 2.0
_KEY, _URL = "compared runs", "runs"


def chosen(runs: Sequence[Run]) -> list[Run]:
    """The runs that the reader has chosen, or that a link names; the URL remembers them."""
    known = {run.id: run for run in runs}
    asked = links.asked(_URL)
    if asked:
        named = dict.fromkeys(filter(None, asked.split(",")))
        here = [run_id for run_id in named if run_id in known]
        if len(here) < len(named):
            missing = _("Runs that the link names and that are not here: {n}.")
            links.not_to_be_had(missing.format(n=len(named) - len(here)))
        if len(here) > MOST:
            links.not_to_be_had(_("The link names more than {n} runs.").format(n=MOST))
        st.session_state[_KEY] = here[:MOST]
    known, marked = own_or_all(known, keep=st.session_state.get(_KEY, ()))
    names = Counter(run.name for run in known.values())
    titles = {
        run.id: run_title(run, unique=names[run.name] == 1, is_marked=run.id in marked)
        for run in known.values()
    }
    ids = choose(
        st.multiselect,
        _("Runs"),
        list(known),
        format_func=titles.__getitem__,
        key=_KEY,
        max_selections=MOST,
        placeholder=_("Choose two to four runs"),
        persist_state="session",
    )
    links.tell(_URL, ",".join(ids))
    return [known[run_id] for run_id in ids]


def show_curves(runs: Sequence[Run]) -> None:
    """One quantity that all of them have."""
    common = quantities(runs[0])
    for run in runs[1:]:
        has = quantities(run)
        common = {name: quantity for name, quantity in common.items() if name in has}
    name = choose_quantity(_("Curve"), common, key="curve")
    level = level_for(max(run.step for run in runs), POINTS)
    curves = [(run.name, curve_of(run, name, level)) for run in runs]
    level_of_real = real_level(runs, name)
    levels = [level_of_real] if level_of_real else []
    figure = comparison_figure(curves, common[name], levels, _)
    steady_figure(figure, key="comparison", mode_bar=True)
    if name in RECORD_FIELDS and level:
        st.caption(_("Each point is the mean of {n} steps.").format(n=number(stride(level))))


def show_samples(runs: Sequence[Run]) -> None:
    """The latest samples of those that make pictures."""
    if not all(run.config.items.dataset.is_image for run in runs):
        return
    st.subheader(_("Samples"), anchor=False)
    for column, run in zip(st.columns(len(runs)), runs, strict=True):
        frame = store().record.latest_frame(run.id)
        with column:
            st.markdown(f"**{plain(run.name)}**")
            if frame:
                picture = json.loads(frame.payload or b"{}")["x_fake"]
                name = _("{label}: {value}").format(label=_("Samples"), value=run.name)
                st.image(picture, width="stretch", alt=name)
                st.caption(_("Step {step}").format(step=number(frame.step)))
            else:
                st.caption(_("No samples yet."))
    if len({run.config.seed for run in runs}) == 1:
        st.caption(
            _("One seed, so one noise: the same place shows what each run makes of the same z.")
        )


def show_differences(runs: Sequence[Run]) -> None:
    """The settings in which they differ, as they began, and how far they are."""
    st.subheader(_("What differs"), anchor=False)
    names = dict.fromkeys(name for run in runs for name in run.config.applicable_fields())
    differing = [
        name for name in names if len({repr(getattr(run.config, name)) for run in runs}) > 1
    ]
    # Numbered, for a table needs titles that differ, and runs may share a name.
    heads = [f"({n}) {plain(run.name)}" for n, run in enumerate(runs, 1)]
    rows = [[label(name), *(_shown(run, name) for run in runs)] for name in differing]
    changes = [_changes(run) for run in runs]
    if any(changes):
        rows.append([_("Changed while it trained"), *(each or "–" for each in changes)])
    rows.append([_("Steps taken"), *(number(run.step) for run in runs)])
    rows.append([_("Status"), *(_(STATUSES[run.status]) for run in runs)])
    table([_("Setting"), *heads], rows)
    if not differing and len(set(changes)) == 1:
        st.caption(_("These runs have the same settings."))


def _shown(run: Run, name: str) -> str:
    """A setting's value as a reader knows it; a dash where the run has no such setting."""
    return shown_value(run.config, name) if name in run.config.applicable_fields() else "–"


def _changes(run: Run) -> str:
    """What was set while it trained, or by branching it off, and after which step."""
    return _("; ").join(
        _("{setting} = {value} after step {step}").format(
            setting=label(change.field),
            value=shown_value(
                store().controls.config_at(run.id, change.applied_step), change.field
            ),
            step=number(change.applied_step),
        )
        for change in store().controls.changes(run.id)
        if change.field and change.applied_step is not None and change.field != "pace"
    )


def show(run_ids: Sequence[str], moving: bool) -> None:
    """The runs as they stand; once none trains any more, the page runs again."""
    try:
        runs = [store().run(run_id) for run_id in run_ids]
        show_curves(runs)
        show_samples(runs)
        show_differences(runs)
    except GanError as error:
        st.error(say(error), icon=":material/error:")
        return
    if moving and not any(run.is_active for run in runs):
        st.rerun()


markdown("compare")
try:
    there = store().runs()
    runs = chosen(there)
    if runs:
        moving = any(run.is_active for run in runs)
        every = EVERY_SECONDS if moving else None
        st.fragment(show, run_every=every)([run.id for run in runs], moving)
    elif not there:
        st.info(_("Nothing has been trained yet. Start a run on the page “Train”."))
except GanError as error:
    st.error(say(error), icon=":material/error:")
