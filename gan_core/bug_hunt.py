"""The bug hunt: for each fault the run that has it, and the same run without it."""

from __future__ import annotations

from gan_core.config import RunConfig
from gan_core.faults import FAULTS, Case, Fault

HUNT = [fault for fault in FAULTS if fault.case]


def case_of(fault: Fault) -> Case:
    """What is to be found and seen of a fault of the hunt."""
    assert fault.case
    return fault.case


def faulty(fault: Fault) -> RunConfig:
    """The run that shows what comes of the fault."""
    return RunConfig.parse({**case_of(fault).settings, "fault": fault.name})


def healthy(fault: Fault) -> RunConfig:
    """The same run without it: the same seed, and the same first weights."""
    return RunConfig.parse(case_of(fault).settings)


def mends_while_it_trains(fault: Fault) -> bool:
    """Whether the run can go on healed, or must start over."""
    return not fault.activation
