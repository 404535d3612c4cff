"""The button that trains the settings on the left."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from gan_core.config import RunConfig
from pages.parts.controls import current_values
from pages.parts.links import go_to
from pages.parts.prose import _
from pages.parts.store import attempt, store
from pages.parts.visitor import visitor


def train_button(place: DeltaGenerator) -> None:
    """Draw it there; pressed, it queues a run with the settings of that moment."""
    place.button(
        _("Train"),
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        on_click=attempt,
        args=(_start,),
    )


def _start() -> None:
    """Queue the run and show it alone."""
    run_id = store().create_run(RunConfig.parse(current_values()), owner=visitor())
    go_to(run=run_id, beside=None, at=None)
