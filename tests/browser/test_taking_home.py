"""A run is taken home from its page: the browser gets the program."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from tests.app_process import AppProcess
from tests.engine_process import wait_until


@pytest.fixture
def opened(page: Page, app: AppProcess) -> Page:
    """The page of a run that has ended since its expander was opened."""
    settings = {**PRESETS["blobs_small"].settings, "steps": 1_000_000}
    run_id = app.store.create_run(RunConfig.parse(settings), "Ring: é 1")
    page.goto(f"{app.url}/playground?lang=zh&run={run_id}")
    page.get_by_text("带走").click()
    wait_until(lambda: app.store.run(run_id).step > 100, "some steps")
    app.store.controls.request(run_id, "stop")
    expect(page.get_by_role("button", name="继续", exact=True)).to_be_visible()  # a run that rests
    return page


def downloaded(page: Page, button: str | re.Pattern[str], folder: Path) -> Path:
    """Press the button of this name; what the browser gets is in the folder."""
    with page.expect_download() as begun:
        page.get_by_role("button", name=button).click()
    path = folder / begun.value.suggested_filename
    begun.value.save_as(path)
    return path


@pytest.mark.slow
def test_script_and_notebook_are_downloaded_in_the_reader_s_language(
    opened: Page, tmp_path: Path
) -> None:
    script = downloaded(opened, "Python 脚本", tmp_path)
    assert script.name == "Ring_é_1.py"
    source = script.read_text("utf-8")
    ast.parse(source)
    assert "每一方只调整自己的权重。" in source
    notebook = json.loads(downloaded(opened, "Jupyter 笔记本", tmp_path).read_text("utf-8"))
    assert notebook["nbformat"] == 4
    table = downloaded(opened, "曲线（CSV）", tmp_path).read_text("utf-8")
    assert table.startswith("step,d_loss,g_loss")
    assert len(table.splitlines()) > 100
