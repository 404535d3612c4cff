"""The comparison of runs in a real browser: it follows what trains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gan_core.config import RunConfig
from gan_core.runs.claims import holder_name
from gan_core.training.records import RECORD_FIELDS
from tests.app_process import AppProcess
from tests.browser.conftest import choose
from tests.engine_process import wait_until

SETTINGS: dict[str, Any] = {"dataset": "ring", "network": "mlp", "steps": 20}


@pytest.fixture
def trained(page: Page, app: AppProcess) -> Iterator[tuple[str, str]]:
    """A run that nobody but the test trains, and its holder; it ends before the page's check."""
    holder = holder_name()
    run_id = app.store.create_run(RunConfig.parse(SETTINGS), "followed", claimed_by=holder)
    yield run_id, holder
    if app.store.run(run_id).is_active:
        app.store.set_status(run_id, holder, "finished")


@pytest.mark.slow
def test_curves_and_table_follow_a_run_to_its_end(
    page: Page, app: AppProcess, trained: tuple[str, str]
) -> None:
    run_id, holder = trained
    figure = page.locator(".js-plotly-plot")

    def train_to(step: int) -> None:
        records = np.full((10, len(RECORD_FIELDS)), step, np.float32)
        app.store.record.append(
            run_id, holder, step=step, points={0: records}, images_per_second=None
        )

    def last_loss() -> object:
        return figure.evaluate("plot => plot._fullData?.[0]?.y.at(-1)")

    train_to(10)
    page.goto(f"{app.url}/compare?lang=en&runs={run_id}")
    choose(page.get_by_role("combobox", name="Curve"), "D's loss")
    wait_until(lambda: last_loss() == 10, "the curve as it stands")
    train_to(20)
    wait_until(lambda: last_loss() == 20, "the curve with what has been trained since")
    app.store.set_status(run_id, holder, "finished")
    expect(page.get_by_role("cell", name="finished")).to_be_visible()
