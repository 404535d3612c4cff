"""A challenge: the link that sets it up, its goals, and what a run has reached of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from gan_core.challenges import CHALLENGES, Challenge, Goal
from gan_core.config import RunConfig
from gan_core.metrics import METRICS
from gan_core.presets import PLANE_PRESETS
from gan_core.runs.run import TURNS, Run
from gan_core.text import GanError, number, rounded
from pages.parts.controls import form_in_link, label
from pages.parts.links import HIDE, link, not_to_be_had, to_share
from pages.parts.prose import _, language, say
from pages.parts.store import store

IN_URL = "challenge"
_OF_A_CHALLENGE = (IN_URL, HIDE, "run", "beside", "at")  # in the URL
EVERY_SECONDS = 1.0
# Parts of the playground: what is not about the task, or would break its rules.
_IN_THE_WAY = ("preset", "pair", "lesson", "branch", "changes", "seeds", "turns", "go_on", "advice")
_MET, _OPEN = ":material/check_circle:", ":material/radio_button_unchecked:"


class Try(NamedTuple):
    """A run that somebody has trained for a challenge, within its rules, to where it ended."""

    challenge: str
    owner: str | None
    solved: bool


def asked_challenge() -> Challenge | None:
    """The challenge that the URL names; where there is none, that is said, and it is forgotten."""
    name = st.query_params.get(IN_URL)
    if name is not None and name not in CHALLENGES:
        not_to_be_had(_("The challenge that the link names is not here."))
        st.query_params.pop(IN_URL)
    return CHALLENGES.get(name or "")


def link_to(challenge: Challenge) -> dict[str, str]:
    """What the playground's URL says: the settings to begin with, and nothing to set but the free.

    A link can be changed by hand; what counts are the run's own settings.
    """
    return {
        "lang": language(),
        IN_URL: challenge.name,
        **form_in_link(challenge.config, PLANE_PRESETS),
        HIDE: hidden_in(challenge),
    }


def hidden_in(challenge: Challenge) -> str:
    """What the URL hides of the playground while a challenge is played."""
    fixed = [name for name in RunConfig.names() if name not in challenge.free]
    return ",".join([*_IN_THE_WAY, *fixed])


def challenge_box(challenge: Challenge, run: Run | None) -> None:
    """The task, what may be set, and how far the run has come; it follows a run that trains."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_(challenge.title), anchor=False)
            link("challenges", _("All challenges"), "flag")
            # With the settings as they are: who leaves wants to turn the others too.
            link("playground", _("Leave the challenge"), "logout", **to_share(*_OF_A_CHALLENGE))
        st.markdown(_(challenge.task))
        free = _(", ").join(label(name) for name in challenge.free)
        st.caption(_("Yours to set: {settings}.").format(settings=free))
        if run is None:
            show_goals(challenge)
        else:
            every = EVERY_SECONDS if run.status in ("queued", "running") else None
            st.fragment(_progress, run_every=every)(challenge, run.id, run.is_active)


def show_goals(challenge: Challenge, values: Mapping[str, float | None] | None = None) -> None:
    """What is to be reached, and the values so far, if there are any."""
    with st.container(gap="xsmall"):
        for goal in challenge.goals:
            value = (values or {}).get(goal.metric)
            icon = _MET if goal.is_met(value) else _OPEN
            said = f"{icon} {_sentence(goal)}"
            if value is not None:
                said += " · " + _("now {value}").format(value=_with_unit(goal, value))
            st.markdown(said, help=_(METRICS.get(goal.metric).help))


def _sentence(goal: Goal) -> str:
    metric = METRICS.get(goal.metric)
    sentence = _("{metric}: at least {value}") if goal.is_least else _("{metric}: at most {value}")
    return sentence.format(metric=_(metric.title), value=f"**{_with_unit(goal, goal.bound)}**")


def _with_unit(goal: Goal, value: float) -> str:
    return rounded(value, METRICS.get(goal.metric).unit)


def _progress(challenge: Challenge, run_id: str, was_active: bool) -> None:
    """What the run has reached, and the verdict; once it rests, the page runs again."""
    try:
        run = store().run(run_id)
        result = _result(challenge, run)
        latest = store().record.latest_measures(run.id)
        broken = broken_rules(challenge, run)
    except GanError as error:
        st.error(say(error))
        return
    show_goals(challenge, latest if result is None else result)
    _verdict(challenge, run, result, broken)
    if was_active and not run.is_active:
        st.rerun()


def _verdict(
    challenge: Challenge, run: Run, result: Mapping[str, float | None] | None, broken: list[str]
) -> None:
    steps = number(challenge.config.steps)
    if broken:
        said = _("This run does not count, for these were not to be changed: {settings}.")
        st.warning(said.format(settings=_(", ").join(broken)), icon=":material/block:")
    elif result is None and run.is_active:
        st.caption(_("What counts is step {step}.").format(step=steps))
    elif result is None:
        said = _("This run ended at step {step}. What counts is step {last}: try again.")
        st.warning(said.format(step=number(run.step), last=steps), icon=":material/replay:")
    elif _all_met(challenge, result):
        solved = _("Solved.")
        st.success(f"**{solved}** {_(challenge.why)}", icon=":material/emoji_events:")
    else:
        said = _("Not yet. Change something, and press Train again.")
        st.warning(said, icon=":material/replay:")


def broken_rules(challenge: Challenge, run: Run) -> list[str]:
    """What was not free to be changed in a run, in words, before it began or on its way.

    What became of it after the step that counts is of no account.
    """
    last = challenge.config.steps
    changes = store().controls.changes(run.id)
    changed = [each.field for each in changes if each.field and (each.applied_step or 0) < last]
    broken = [label(name) for name in challenge.broken_rules(run.config, changed)]
    # A turn at the very last step is not told from one before it: the frame there may be its work.
    if any(each.action in TURNS and (each.applied_step or 0) <= last for each in changes):
        broken.append(_("Turns of one player alone"))
    return broken


def _result(challenge: Challenge, run: Run) -> Mapping[str, float | None] | None:
    """What was measured at the step that counts; None of a run that has not got there."""
    return store().record.measures_at(run.id, challenge.config.steps)


def _all_met(challenge: Challenge, values: Mapping[str, float | None]) -> bool:
    return all(goal.is_met(values.get(goal.metric)) for goal in challenge.goals)


def tries(since: float = 0.0, owner: str | None = None) -> list[Try]:
    """What was trained for any challenge since then (seconds since 1970), and not stopped before.

    By everybody, or by one `owner`.
    """
    owners = store().owners.all()
    found = []
    for run in store().runs():
        if run.created < since or owner not in (None, owners.get(run.id)):
            continue
        for challenge in CHALLENGES.values():
            if any(challenge.broken_rules(run.config)) or broken_rules(challenge, run):
                continue
            result = _result(challenge, run)
            if result is not None or run.status == "diverged":
                solved = _all_met(challenge, result or {})
                found.append(Try(challenge.name, owners.get(run.id), solved))
    return found
