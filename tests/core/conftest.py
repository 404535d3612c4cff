"""What tests that train share."""

from __future__ import annotations

import dataclasses

import pytest

from gan_core.config import RunConfig
from gan_core.training import pool
from gan_core.training import trainer as trainer_module
from gan_core.training.device import Plan, pick


@pytest.fixture
def without_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainers take a few steps only, and XLA takes several times as long to compile them."""

    def pick_quick(config: RunConfig) -> Plan:
        return dataclasses.replace(pick(config), xla=False)

    for module in (trainer_module, pool):
        monkeypatch.setattr(module, "pick", pick_quick)
