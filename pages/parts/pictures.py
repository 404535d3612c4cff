"""Pictures of one's own to train on: brought as files, checked, and shown as D will see them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from gan_core.datasets import scale_to_tanh
from gan_core.datasets.example_pictures import example_pictures
from gan_core.datasets.picture_files import (
    FORMATS,
    MAX_BYTES,
    MAX_PICTURES,
    MIN_PICTURES,
    SIDES,
    Form,
    Skipped,
    from_files,
)
from gan_core.datasets.pictures import EXAMPLE, shape_of, unpack
from gan_core.runs.frame import picture
from gan_core.text import GanError
from pages.parts.prose import _, plain, say
from pages.parts.store import store

N_SHOWN = 16
N_NAMED = 20  # of the files that were left out
ENLARGED = 2  # times, for the preview
WIDTH = 390  # pixels, of the files and of the preview
_FILES, _FOLDER = "picture files", "picture folder"
_SIDE, _COLOUR = "picture side", "picture colour"
_TAKEN = "taken pictures"
_one_at_a_time = threading.Lock()  # to decode pictures takes memory, and all of a core


@dataclass(frozen=True)
class _Taken:
    """What became of certain files: pictures, or a problem."""

    files: tuple[str, ...]
    form: Form
    key: str = ""
    skipped: tuple[Skipped, ...] = ()
    problem: GanError | None = None


def picture_controls(key: str, *, open_at_first: bool) -> None:
    """Let a reader bring pictures, and show those of `key`, the ones that are set now."""
    with st.expander(
        _("Your own pictures"), icon=":material/photo_library:", expanded=open_at_first
    ):
        side_by_side = st.container(horizontal=True)  # one below the other on a narrow screen
        with side_by_side.container(width=WIDTH):
            _bring()
        with side_by_side.container(width=WIDTH):
            _show(key)


def _bring() -> None:
    """Files and what they become; a new set is kept and becomes the setting `pictures`."""
    st.session_state.setdefault(_SIDE, SIDES[-1])
    st.session_state.setdefault(_COLOUR, True)
    whole_folder = st.toggle(_("A whole folder"), key=_FOLDER, persist_state="session")
    files = st.file_uploader(
        _("A folder of pictures") if whole_folder else _("Pictures, a zip of them, or an .npz"),
        type=["jpeg", *FORMATS.values(), *([] if whole_folder else ["zip", "npz"])],
        accept_multiple_files="directory" if whole_folder else True,
        max_upload_size=MAX_BYTES // 1_000_000,
        key=_FILES,
        help=_(
            "{least} to {most} pictures of any size, {megabytes} MB in all. The middle of each is "
            "cut out as a square. An .npz needs an array x_train: uint8 (n, height, width), with a "
            "last axis of 3 for colour. The server keeps them for its runs."
        ).format(
            least=MIN_PICTURES, most=f"{MAX_PICTURES:,}", megabytes=f"{MAX_BYTES // 1_000_000}"
        ),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = st.segmented_control(
            _("Size in pixels"),
            SIDES,
            format_func=lambda side: f"{side}×{side}",
            key=_SIDE,
            required=True,
            persist_state="session",
        )
        colour = st.toggle(_("In colour"), key=_COLOUR, persist_state="session")
    if not files:
        return
    form, ids = Form(int(side or SIDES[-1]), colour), tuple(file.file_id for file in files)
    taken = st.session_state.get(_TAKEN)
    if not taken or (taken.files, taken.form) != (ids, form):
        _take(ids, [(file.name, file.getvalue()) for file in files], form)
    if taken:
        _report(taken)


def _take(ids: tuple[str, ...], files: list[tuple[str, bytes]], form: Form) -> None:
    """Read the files, keep the pictures, and run the page again with them."""
    try:
        with _one_at_a_time:
            found = from_files(files, form, _progress_bar())
        key = store().pictures.add(found.pixels)
    except GanError as error:
        st.session_state[_TAKEN] = _Taken(ids, form, problem=error)
    else:
        st.session_state[_TAKEN] = _Taken(ids, form, key, tuple(found.skipped))
        st.session_state["pictures"] = key
    st.rerun()


def _progress_bar() -> Callable[[float], None]:
    """A bar that moves by whole per cents: each move costs a message to the browser."""
    bar, shown = st.progress(0.0, _("Reading your pictures …")), 0

    def move(fraction: float) -> None:
        nonlocal shown
        percent = int(100 * fraction)
        if percent > shown:
            shown = percent
            bar.progress(fraction, _("Reading your pictures …"))

    return move


def _report(taken: _Taken) -> None:
    """What is wrong with the files, or which of them were left out."""
    if taken.problem:
        st.error(say(taken.problem), icon=":material/error:")
    if not taken.skipped:
        return
    st.warning(_("Files that were left out: {n}").format(n=f"{len(taken.skipped):,}"))
    reasons = [
        _("{label}: {value}").format(label=f"- {plain(each.name)}", value=say(each.reason))
        for each in taken.skipped[:N_NAMED]
    ]
    more = ["- …"] if len(taken.skipped) > N_NAMED else []
    st.markdown("\n".join([*reasons, *more]))


def _show(key: str) -> None:
    """Some of the pictures that are set now, as D will see them."""
    try:
        n, grid = _preview(key)
    except GanError as error:
        st.error(say(error), icon=":material/error:")
        return
    side, _across, channels = shape_of(key)
    whose = _("{n} shapes drawn by the program") if key == EXAMPLE else _("Your {n} pictures")
    colour = _("in colour") if channels == 3 else _("grey")
    caption = f"{whose.format(n=f'{n:,}')} · {side}×{side} · {colour}"
    st.image(grid, caption=caption, alt=caption)


@functools.lru_cache(maxsize=32)
def _preview(key: str) -> tuple[int, str]:
    """How many pictures there are, and some of them, evenly spread over all, as a data URI."""
    pixels = example_pictures() if key == EXAMPLE else unpack(store().pictures.data(key))
    chosen = pixels[np.linspace(0, len(pixels) - 1, N_SHOWN, dtype=int)]
    enlarged = chosen.repeat(ENLARGED, axis=1).repeat(ENLARGED, axis=2)  # no blur in the browser
    return len(pixels), picture(scale_to_tanh(enlarged))
