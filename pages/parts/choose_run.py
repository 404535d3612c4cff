"""Which run a page looks into: one of pictures that has a checkpoint, so it has networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st
from pydantic import Field

from gan_core.runs.answers import Question
from gan_core.runs.checkpoints import Moment
from gan_core.runs.run import Run
from gan_core.settings import Settings
from gan_core.text import N_
from pages.parts import links
from pages.parts.choices import choose
from pages.parts.ownership import own_or_all
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _
from pages.parts.run_panel import STATUSES
from pages.parts.store import store

_KEY, _URL = "run that is looked into", "run"


class Looking(Settings):
    """Which samples are looked at."""

    seed: int = Field(1, ge=0, le=9999, title=N_("Seed of the noise"))
    label: int = Field(
        0,
        ge=0,
        le=9,
        title=N_("Class or kind"),
        description=N_("This run's G is told which to draw. D is told, too, or has to find out."),
    )


@dataclass(frozen=True)
class Chosen:
    """A run with the moment of its latest checkpoint, and what all questions about it name."""

    run: Run
    moment: Moment
    about: Mapping[str, Any] = field(default_factory=dict)

    def question(self, topic: str, **more: object) -> Question:
        """What a worker is asked about its networks; see `gan_core.runs.seeing`."""
        return self.moment.question(topic, **self.about, **more)

    def with_samples(self, settings: PageSettings[Any]) -> Chosen:
        """Draw the widgets of `Looking`; the class only where G is told of one."""
        with st.sidebar:
            seed, n_told = settings.field("seed"), self.run.config.n_told
            label = settings.field("label", most=n_told - 1) if n_told else 0
        return replace(self, about={"seed": seed, "label": label})


def chosen_run() -> Chosen:
    """The run that the reader has chosen, or that a link names, else the latest one.

    Where there is none, the page ends with a word on it, and a link to where runs are trained.
    """
    moments = store().checkpoints.moments()
    runs = {
        run.id: run
        for run in store().runs()
        if run.id in moments and run.config.items.dataset.is_image
    }
    if not runs:
        st.info(_("There is no run of pictures to look into yet. Train one, if only for a minute."))
        links.link("train", _("Train"), "play_circle")
        st.stop()
    asked = links.asked(_URL)
    if asked in runs:
        st.session_state[_KEY] = asked
    elif asked is not None:
        links.not_to_be_had(
            _("The run that the link names has no networks of pictures to look into.")
        )
    runs, marked = own_or_all(runs, keep={st.session_state.get(_KEY, "")})
    if st.session_state.get(_KEY) not in runs:
        st.session_state[_KEY] = next(iter(runs))
    names = Counter(run.name for run in runs.values())
    run_id = choose(
        st.selectbox,
        _("Run"),
        list(runs),
        format_func=lambda run_id: run_title(
            runs[run_id], unique=names[runs[run_id].name] == 1, is_marked=run_id in marked
        ),
        key=_KEY,
        persist_state="session",
    )
    links.tell(_URL, run_id)
    return Chosen(runs[run_id], moments[run_id])


def run_title(run: Run, *, unique: bool, is_marked: bool) -> str:
    """A run as the list offers it: Streamlit takes options of one title for one option.

    It `is_marked` where others' stand beside one's own.
    """
    apart = () if unique else (run.id[:6],)
    whose = (_("mine"),) if is_marked else ()
    return " · ".join((run.name, _(STATUSES[run.status]), *apart, *whose))
