"""Bug hunt: find the wrong line of a program, see what comes of it, mend it while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import streamlit as st
from pydantic import Field

from gan_core.bug_hunt import HUNT, case_of, faulty, healthy, mends_while_it_trains
from gan_core.faults import FAULTS, NONE, Case, Fault
from gan_core.runs.names import named_after
from gan_core.runs.run import Run
from gan_core.settings import Choices, Settings
from gan_core.text import N_, GanError, number
from pages.parts.choices import choose
from pages.parts.engine import engine_notice
from pages.parts.lesson import close_lesson, open_lesson
from pages.parts.links import go_to, keep
from pages.parts.page_settings import PageSettings
from pages.parts.projector import View, shows_answers
from pages.parts.prose import _, markdown, say
from pages.parts.run_panel import live_view
from pages.parts.store import attempt, stop, store
from pages.parts.visitor import visitor

LAYERS = ("real", "fake", "surface", "arrows")
NBSP = "\N{NO-BREAK SPACE}"


class Hunt(Settings):
    """Which program is looked at: numbered, for a title would give the fault away."""

    choices: ClassVar[Mapping[str, Choices]] = {
        "program": {str(number): str(number) for number in range(1, len(HUNT) + 1)}
    }

    program: str = Field(
        "1", title=N_("Program"), description=N_("Each of them has one wrong line.")
    )


def is_solved(fault: Fault) -> bool:
    """Draw the program, its lines to choose from; whether the wrong one is known and may be."""
    case = case_of(fault)
    lines = case.code.splitlines()
    chosen = choose(
        st.radio,
        _("Which line is wrong?"),
        [number for number, line in enumerate(lines) if line],
        index=None,
        format_func=lambda number: f"`{number + 1:{NBSP}>2}{NBSP * 2}{_unbroken(lines[number])}`",
        key=f"line of {fault.name}",
        persist_state="session",
    )
    if not shows_answers():
        return False
    shown = st.toggle(_("Show me the line"), key=f"show {fault.name}", persist_state="session")
    found = chosen is not None and lines[chosen] in (case.wrong, *case.also)
    if chosen is not None and not found:
        no = _("Line {number} is as it should be. {hint}").format(
            number=chosen + 1, hint=case.filled(_(case.hint))
        )
        st.warning(no, icon=":material/replay:")
    if found or shown:
        _explain(fault, case)
    return found or shown


def _unbroken(line: str) -> str:
    """A line whose indentation stays."""
    code = line.lstrip()
    return NBSP * (len(line) - len(code)) + code


def _explain(fault: Fault, case: Case) -> None:
    why = case.filled(_(case.why))
    said = _("**{title}.** {why}").format(title=_(fault.title), why=why)
    st.success(said, icon=":material/bug_report:")
    st.code(f"- {case.wrong.strip()}\n+ {case.right.strip()}", language="diff")


def run_it(fault: Fault, name: str) -> None:
    """Queue the run with the fault and the one without, and show both."""
    as_it_should_be = named_after(name, _("{name}: as it should be"))
    go_to(
        run=store().create_run(faulty(fault), name, owner=visitor()),
        beside=store().create_run(healthy(fault), as_it_should_be, owner=visitor()),
        mended=None,
        at=None,
    )
    st.toast(_("Both runs have begun: they are shown below."), icon=":material/arrow_downward:")


def mend(fault: Fault, run: Run) -> None:
    """Go on without the fault from where it can be seen, or start over where that is needed."""
    run = store().run(run.id)  # it has gone on since the page was drawn
    at = case_of(fault).at
    if run.step < at:
        raise GanError(N_("The run is not far enough yet. Wait until step {step}."), step=at)
    if mends_while_it_trains(fault):
        mended = store().branch(run.id, at, "fault", NONE, owner=visitor())
    else:
        mended = store().create_run(healthy(fault), owner=visitor())
    store().rename(mended, named_after(run.name, _("{name}: mended")))
    stop(run)
    go_to(mended=mended, at=None)


def shown_run(parameter: str, fault: Fault) -> Run | None:
    """The run in the URL, if it belongs to this program."""
    run_id = st.query_params.get(parameter)
    if not run_id:
        return None
    run = store().run(run_id)
    return run if run.config in (faulty(fault), healthy(fault)) else None


def show(fault: Fault, run: Run, healed: Run | None, beside: Run | None, *, solved: bool) -> None:
    """Both runs, what is to be seen of them, and the button that mends."""
    case = case_of(fault)
    with st.container():  # whatever it holds, what follows keeps its place
        if not solved:
            if shows_answers():
                st.info(
                    _("What is wrong here? Find the line above, and this box says what to look at.")
                )
        elif healed:
            st.success(case.filled(_(case.healing)), icon=":material/healing:")
        else:
            st.warning(case.filled(_(case.symptom)), icon=":material/visibility:")
            st.button(
                _("Fix it"),
                icon=":material/build:",
                on_click=attempt,
                args=(lambda: mend(fault, run),),
            )
    left, right = st.columns(2)
    group = f"{run.id} {healed.id if healed else ''}"
    with left:
        st.subheader(_mended_title(healed) if healed else _("As it is written"), anchor=False)
        live_view(healed or run, layers=LAYERS, group=group)
    if beside and beside.id != (healed or run).id:  # a link may name the same run twice
        with right:
            st.subheader(_("As it should be"), anchor=False)
            live_view(beside, layers=LAYERS, group=group)


def _mended_title(healed: Run) -> str:
    changes = store().controls.changes(healed.id)
    if not changes:
        return _("Mended, from the start")
    return _("Mended at step {step}").format(step=number(changes[0].applied_step or 0))


keep("run", "beside", "mended", along=View.names())
settings = PageSettings(Hunt)
open_lesson("bug_hunt")
markdown("bug_hunt", n_programs=str(len(HUNT)))
settings.field("program")
chosen = settings.values.program
fault = HUNT[int(chosen) - 1]
name = _("Bug hunt {number}").format(number=chosen)
solved = is_solved(fault)
st.button(
    _("Run it"),
    type="primary",
    icon=":material/play_arrow:",
    on_click=attempt,
    args=(lambda: run_it(fault, name),),
)
try:
    run = shown_run("run", fault)
    if run:
        show(fault, run, shown_run("mended", fault), shown_run("beside", fault), solved=solved)
    engine_notice()
except GanError as error:
    st.error(say(error), icon=":material/error:")
markdown("bug_hunt_next")
close_lesson("bug_hunt", **case_of(FAULTS.get("logits_as_probabilities")).numbers)
