"""No fault: the trainer does as it should."""

from __future__ import annotations

from gan_core.faults import FAULTS, NONE, Fault
from gan_core.text import N_

FAULTS.register(
    Fault(
        name=NONE,
        title=N_("None"),
        help=N_("The program does as it should."),
        order=0,
    )
)
