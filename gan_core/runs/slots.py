"""Slots: how many runs may train at once on this machine, and which share of one a run takes."""

from __future__ import annotations

import os

from gan_core.runs.run import Run
from gan_core.text import N_, GanError, Text

SLOT = "slot"  # what workers offer, as Dask's resources
POINTS = "points"  # slots for points alone, where a worker has been set up for them
POINTS_SHARE = 0.125  # points in the plane need far less than pictures
MAX_SLOTS = 1000


def is_of_points(run: Run) -> bool:
    """Whether a run's data are points in the plane, not pictures."""
    return not run.config.items.dataset.is_image


def share_of(run: Run) -> float:
    """The part of a slot that a run takes."""
    return POINTS_SHARE if is_of_points(run) else 1.0


def wanted_slots() -> float:
    """How many slots this machine offers; raises `GanError` for a senseless GAN_SLOTS."""
    asked = asked_slots()
    if asked is not None:
        return asked

    from dask.system import CPU_COUNT  # those that this process may use, in a container too

    return float(CPU_COUNT)


def asked_slots() -> float | None:
    """How many slots GAN_SLOTS asks for, if it is set; raises `GanError` where it is senseless."""
    text = os.environ.get("GAN_SLOTS")
    if not text:
        return None
    try:
        slots = float(text)
    except ValueError:
        slots = -1.0
    if not 1 <= slots <= MAX_SLOTS:
        raise GanError(
            N_("{field} = {value} is not allowed. Allowed: {allowed}."),
            field="GAN_SLOTS",
            value=text,
            allowed=Text(N_("a number from {low} to {high}"), {"low": 1, "high": MAX_SLOTS}),
        )
    return slots
