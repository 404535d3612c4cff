"""The bug hunt in a real browser: click the wrong line, run it, mend it, and see both runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from gan_core.bug_hunt import HUNT, case_of
from tests.app_process import AppProcess
from tests.engine_process import wait_until

FAULT = next(fault for fault in HUNT if fault.name == "incomplete_batch")  # the quickest to show


@pytest.mark.slow
def test_from_the_wrong_line_to_the_mended_run(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/bug_hunt?lang=en&program={HUNT.index(FAULT) + 1}")
    page.get_by_text(case_of(FAULT).wrong).click()
    expect(page.get_by_text(FAULT.title)).to_be_visible()
    page.get_by_role("button", name="Run it").click()
    page.wait_for_url("**run=*")
    beside, run = app.store.runs()[:2]
    wait_until(lambda: app.store.run(run.id).status == "failed", "the fault to show")
    expect(page.get_by_text("target.shape=(64, 1), output.shape=(5, 1)")).to_be_visible()
    page.get_by_role("button", name="Fix it").click()
    page.wait_for_url("**mended=*")
    mended = app.store.runs()[0]
    expect(page.get_by_text(f"Mended at step {case_of(FAULT).at}")).to_be_visible()
    wait_until(lambda: app.store.run(mended.id).step > case_of(FAULT).at, "the run to go on")
    assert app.store.run(beside.id).status != "failed"
