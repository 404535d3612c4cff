"""The training loop: its lines light up one after the other, with what each of them computes."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st
from pydantic import Field

from gan_core.figures.bribed import bribed_figure
from gan_core.settings import Settings
from gan_core.text import N_
from gan_core.theory.loop import (
    BATCH_SIZE,
    N_LINES,
    N_MODES,
    N_STEPS,
    Line,
    Moment,
    Value,
    lines,
    moments,
)
from pages.parts.lesson import ask, close_lesson, open_lesson
from pages.parts.links import remember
from pages.parts.page_settings import PageSettings
from pages.parts.prose import _, markdown
from pages.parts.steady_figure import steady_figure

LAST = N_STEPS * N_LINES
SECONDS = 0.8  # for a line, while it plays
AT, PLAY, DRAWN = "Loop.at", "play loop", "line that is lit up"

VALUES = {  # what a line has made, each with its name
    "shape": N_("shape {value}"),
    "d_real": N_("D(x) = {value} on average"),
    "d_fake": N_("D(G(z)) = {value} on average"),
    "loss": N_("loss {value}"),
    "weights": N_("{value} weights"),
    "norm": N_("norm of the gradient {value}"),
    "moved_d": N_("D's weights have moved by {value}"),
    "moved_g": N_("G's weights have moved by {value}"),
    "before": N_("before G's turn {value}"),
    "after": N_("now {value}"),
}


class Loop(Settings):
    """How far the program has run, and whether D is frozen in G's turn."""

    frozen: bool = Field(
        True,
        title=N_("Freeze D in G's turn"),
        description=N_("On: G's turn moves G alone. Off: it moves D's weights as well."),
    )
    at: int = Field(
        1,
        ge=1,
        le=LAST,
        title=N_("Lines that have run"),
        description=N_("Drag, or use the arrow keys. Each step runs through all lines."),
    )


@st.cache_resource(show_spinner=False)
def played(*, frozen: bool) -> Sequence[Moment]:
    """Everything that happens: computed at once, in a few milliseconds."""
    return moments(frozen=frozen)


def ask_whose_weights_move() -> bool:
    """The question what a turn of G moves, answered by the turn; whether that is told."""
    turn = next(each.values for each in played(frozen=True) if each.key == "g_moves")
    has_moved = {player for player in "dg" if turn[f"moved_{player}"]}
    return ask(
        "whose weights",
        _(
            "In {G}'s turn, the gradient flows through {D} to reach {G}. Whose weights should move "
            "then?"
        ).format(G="$G$", D="$D$"),
        {
            "g": _("Those of G alone."),
            "d": _("Those of D: the gradient flows through it."),
            "both": _("Those of both: both have a gradient."),
        },
        "both" if len(has_moved) > 1 else has_moved.pop(),
        _("It is G's turn. What G alone moves, G has earned by better samples."),
        {
            "d": _("It flows through D to G; in this turn D is the judge, not the one who learns."),
            "both": _("Then G's loss would move D too, towards what G wants to hear from it."),
        },
    )


def advance(n_lines: int) -> None:
    """Run so many lines more, if there are any."""
    remember(AT, min(st.session_state[AT] + n_lines, LAST))


def begin_to_play() -> None:
    """Run the first line at once."""
    if st.session_state[PLAY]:
        advance(1)


def play() -> None:
    """Run the next line if it is time; at the end, have the page stop the clock.

    Nothing but the clock draws the program anew while all stands as it was drawn.
    """
    if st.session_state[AT] == st.session_state[DRAWN]:
        advance(1)
    if st.session_state[AT] == LAST:
        st.rerun()


def controls() -> None:
    """Slider and buttons that run the program."""
    settings.field("at")
    with st.container(horizontal=True):
        for text, n_lines, icon in (
            (_("Next line"), 1, "arrow_downward"),
            (_("Next step"), N_LINES, "skip_next"),
        ):
            st.button(
                text, icon=f":material/{icon}:", on_click=advance, args=(n_lines,), width="content"
            )
        st.button(
            _("From the start"),
            icon=":material/replay:",
            on_click=lambda: remember(AT, 1),
            width="content",
        )


def stage() -> None:
    """The program with its values, and what became of D's answers."""
    if st.session_state[PLAY]:
        play()
    controls()
    frozen = st.session_state["Loop.frozen"]
    past = played(frozen=frozen)[: st.session_state[AT]]
    st.session_state[DRAWN] = st.session_state[AT]
    now = past[-1]
    step = _("Step {step} of {steps}").format(step=now.step + 1, steps=N_STEPS)
    st.markdown(f"**{step}**")
    of_this_step = {moment.key: moment for moment in past if moment.step == now.step}
    heads = (_("Code"), _("What it computes"))
    st.html(_program(lines(frozen=frozen), of_this_step, now.key, heads))
    judged = [moment.values for moment in past if moment.key == "judged"]
    before, after = ([_number(values[key]) for values in judged] for key in ("before", "after"))
    figure = bribed_figure(before, after, N_STEPS, _)
    steady_figure(figure, key="bribed", says=_in_words(before, after))
    settings.write_url()


def _in_words(before: Sequence[float], after: Sequence[float]) -> str:
    """What the figure shows, for those who do not see it."""
    said = _("step {step}: before G's turn {before}, after it {after}")
    return _("; ").join(
        said.format(step=step, before=f"{was:.4f}", after=f"{now:.4f}")
        for step, (was, now) in enumerate(zip(before, after, strict=True), start=1)
    )


def _program(
    program: Sequence[Line], past: dict[str, Moment], now: str, heads: tuple[str, str]
) -> str:
    """The program as a table: line, code, values; the line that has just run is lit up."""
    rows = []
    for number, line in enumerate(program, 1):
        moment = past.get(line.key)
        values = _("; ").join(_say(*each) for each in moment.values.items()) if moment else ""
        lit = ' class="now" aria-current="step"' if line.key == now else ""
        cells = (str(number), f"<code>{html.escape(line.code)}</code>", html.escape(values))
        rows.append(f"<tr{lit}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{html.escape(text)}</th>" for text in ("#", *heads))
    return f"{STYLE}<div class='loop'><table><tr>{head}</tr>{''.join(rows)}</table></div>"


def _say(name: str, value: Value) -> str:
    if isinstance(value, tuple):
        return _(VALUES[name]).format(value="×".join(map(str, value)))
    shown = str(value) if name == "weights" else f"{_number(value):.4f}"
    return _(VALUES[name]).format(value=shown)


def _number(value: Value) -> float:
    assert not isinstance(value, tuple)
    return value


STYLE = """<style>
.loop { container-type: inline-size; }
.loop table { border-collapse: collapse; font-size: 0.9rem; width: 100%; }
.loop th { text-align: left; font-weight: 600; padding: 0 0.5rem; }
.loop td { padding: 0.1rem 0.5rem; border: none; height: 1.6rem; }
.loop td:first-child { text-align: right; opacity: 0.8; }
.loop td:last-child { min-width: 15rem; }
.loop code { white-space: pre-wrap; font-size: 0.8rem; }
.loop code { color: inherit; background: none; padding: 0; }
@container (max-width: 620px) {
    .loop tr { display: grid; grid-template-columns: 2rem 1fr; }
    .loop td:last-child, .loop th:last-child { grid-column: 2; }
    .loop td { height: auto; }
    .loop td:empty { display: none; }
}
.loop tr.now td:first-child::before { content: "▸ "; }
.loop tr.now td { background: color-mix(in srgb, #2A8FD0 25%, transparent); }
</style>"""

settings = PageSettings(Loop)
open_lesson("training_loop")
markdown("training_loop", modes=str(N_MODES), batch_size=str(BATCH_SIZE), n_steps=str(N_STEPS))
is_told = ask_whose_weights_move()
if st.session_state[AT] == LAST:
    st.session_state[PLAY] = False
st.session_state[DRAWN] = None  # the page has come, not the clock
with st.container(horizontal=True):
    settings.field("frozen")
    playing = st.toggle(
        _("Play"), key=PLAY, help=_("A line after the other, by itself."), on_change=begin_to_play
    )
st.fragment(stage, run_every=SECONDS if playing else None)()
if is_told:
    markdown("training_loop_on" if settings.values.frozen else "training_loop_off")
markdown("training_loop_next")
close_lesson("training_loop")
