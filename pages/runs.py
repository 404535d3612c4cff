"""Runs: everything that was trained here; open, rename, delete."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

from gan_core.runs.run import Run
from gan_core.text import GanError
from pages.parts.controls import form_in_link
from pages.parts.links import link
from pages.parts.looking_links import looking_links
from pages.parts.ownership import may_change, own_or_all
from pages.parts.prose import _, plain, say
from pages.parts.run_panel import STATUSES
from pages.parts.store import attempt, store

PER_PAGE = 20
PAGE = "page of the list of runs"


def show(run: Run, *, is_marked: bool) -> None:
    """One row of the list; it `is_marked` where others' stand beside one's own."""
    try:
        now = store().controls.config_now(run.id)
    except GanError:  # somebody has deleted it meanwhile
        return
    items = run.config.items
    created = datetime.fromtimestamp(run.created, time_zone())
    facts = (
        *([f"**{_('mine')}**"] if is_marked else ()),
        _(STATUSES[run.status]),
        _("step {step} of {steps}").format(step=f"{run.step:,}", steps=f"{now.steps:,}"),
        *(_(item.title) for item in (items.dataset, items.network, items.loss)),
        f"{created:%Y-%m-%d %H:%M}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            link("train", plain(run.name), "open_in_new", run=run.id, **form_in_link(now))
            st.caption(" · ".join(facts))
        with st.popover(":material/more_horiz:", help=_("Rename or delete"), width="content"):
            _menu(run)


def _menu(run: Run) -> None:
    """What one may do with a run besides opening it."""
    if not may_change(run):
        return
    st.text_input(_("Name"), run.name, key=f"name {run.id}")
    st.button(
        _("Rename"),
        key=f"rename {run.id}",
        on_click=lambda: attempt(lambda: rename(run.id)),
    )
    if st.button(
        _("Delete for good"), key=f"delete {run.id}", type="primary", icon=":material/delete:"
    ):
        st.dialog(_("Delete for good?"))(_confirm_deletion)(run)


def _confirm_deletion(run: Run) -> None:
    """Name the run, and delete it only on another press: nothing brings it back."""
    st.markdown(f"**{plain(run.name)}**")
    st.markdown(_("Its curves, samples and networks go with it. A run that trains is stopped."))
    with st.container(horizontal=True):
        delete = st.button(
            _("Delete for good"),
            key=f"confirm {run.id}",
            type="primary",
            icon=":material/delete:",
            on_click=attempt,
            args=(lambda: store().delete(run.id),),
        )
        keep = st.button(_("Keep it"), key=f"keep {run.id}")
    # A message that it cannot be deleted would go with the dialog.
    if keep or (delete and _is_gone(run)):
        st.rerun()


def _is_gone(run: Run) -> bool:
    try:
        store().run(run.id)
    except GanError:
        return True
    return False


def rename(run_id: str) -> None:
    """Give a run the name that is typed now: quick people press before the page has run again."""
    store().rename(run_id, st.session_state[f"name {run_id}"])


def page_number(n_pages: int) -> int:
    """The page of the list that a reader has turned to; the last one where theirs is gone."""
    if n_pages == 1:
        return 1
    if st.session_state.get(PAGE, 1) > n_pages:
        st.session_state[PAGE] = n_pages
    return int(st.number_input(_("Page"), 1, n_pages, key=PAGE, persist_state="session"))


def time_zone() -> tzinfo:
    """The visitor's time zone; UTC where the browser names none that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):  # unknown; no such file; a folder of zones
        return UTC


st.title(_("Runs"), anchor=False)
try:
    runs, with_networks = store().runs(), store().checkpoints.moments()
except GanError as error:
    st.error(say(error))
    st.stop()
if not runs:
    st.info(_("Nothing has been trained yet. Start a run on the page “Train”."))
listed, marked = own_or_all({run.id: run for run in runs})
n_pages = max(1, -(-len(listed) // PER_PAGE))
number = page_number(n_pages)
if len(runs) > 1:
    link("compare", _("Compare runs side by side"), "compare_arrows")
if any(run.id in with_networks and run.config.items.dataset.is_image for run in runs):
    looking_links()
for run in list(listed.values())[(number - 1) * PER_PAGE : number * PER_PAGE]:
    show(run, is_marked=run.id in marked)
