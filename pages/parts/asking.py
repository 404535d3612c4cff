"""Questions to a worker on a page: the answer at once if it is kept, otherwise when it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import streamlit as st

from gan_core.runs.answers import Answer, Question
from gan_core.runs.checkpoints import GONE_ON, no_checkpoint
from gan_core.runs.run import Run
from gan_core.text import N_, GanError
from pages.parts.prose import _, say
from pages.parts.store import attempt, store

AT_ONCE_SECONDS = 1.5  # an answer that comes within this time needs no word about waiting
LOOK_SECONDS = 0.05
LOOK_AGAIN_SECONDS = 0.5


BUILDING = N_("A worker is building the networks …")


def ask_button(run: Run, topic: str, label: str, icon: str) -> None:
    """Draw the button that asks a worker about a run's latest checkpoint."""

    def ask() -> None:
        moment = store().checkpoints.moment(run.id)
        if not moment:
            raise no_checkpoint(run)
        question = moment.question(topic)
        store().answers.ask(question)
        st.session_state[_key(run, topic)] = question

    st.button(label, icon=icon, key=f"{topic} {run.id}", on_click=attempt, args=(ask,))


def asked(run: Run, topic: str) -> Question | None:
    """What this visitor has asked last, unless forgotten, or anybody about the run as it is."""
    question: Question | None = st.session_state.get(_key(run, topic))
    if question and store().answers.is_asked(question):
        return question
    moment = store().checkpoints.moment(run.id)
    question = moment.question(topic) if moment else None
    return question if question and store().answers.is_asked(question) else None


def _key(run: Run, topic: str) -> str:
    return f"{topic} asked of {run.id}"


def when_answered(
    questions: Sequence[Question],
    show: Callable[..., None],
    *,
    height: int,
    meanwhile: str = BUILDING,
) -> None:
    """Call `show` with the questions' answers; say `meanwhile` while a worker is still at them.

    Where the run has trained on before a worker came to them, the page asks about what it is now.
    `height` in pixels is kept free meanwhile, so that what is below does not jump.
    """
    try:
        answers = _ask_and_wait(questions)
        refused = [answer.error for answer in answers if answer and answer.error]
        has_gone_on = any(error.template == GONE_ON for error in refused)
        if has_gone_on:
            store().answers.forget(questions)
    except GanError as error:
        st.error(say(error))
        return
    if has_gone_on:
        st.rerun()
    elif refused:
        st.error(say(refused[0]))
        key = f"ask again {questions}"
        st.button(_("Ask again"), key=key, on_click=_ask_again, args=(questions,))
    elif None in answers:
        _look_again(questions, height, meanwhile)
    else:
        show(*(answer.value for answer in answers if answer))


@st.fragment(run_every=LOOK_AGAIN_SECONDS)
def _look_again(questions: Sequence[Question], height: int, meanwhile: str) -> None:
    """Wait without running the whole page, until there is something to show."""
    with st.container(height=height, border=False):
        try:
            if None not in _ask(questions):
                st.rerun()
            if _engine_is_ready():
                st.info(_(meanwhile), icon=":material/hourglass_top:")
            else:
                st.warning(_("The training engine is starting. A worker will answer then."))
        except GanError as error:
            st.error(say(error))


def _ask_and_wait(questions: Sequence[Question]) -> list[Answer | None]:
    give_up_at = time.monotonic() + (AT_ONCE_SECONDS if _engine_is_ready() else 0)
    while None in (answers := _ask(questions)) and time.monotonic() < give_up_at:
        time.sleep(LOOK_SECONDS)
    return answers


def _ask(questions: Sequence[Question]) -> list[Answer | None]:
    return [store().answers.ask(question) for question in questions]


def _engine_is_ready() -> bool:
    return any(engine.state == "ready" for engine in store().engines.alive())


def _ask_again(questions: Sequence[Question]) -> None:
    def ask() -> None:
        store().answers.forget(questions)
        _ask(questions)

    attempt(ask)
