"""A report opens from a disk, with its figures, and asks nobody for anything."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from gan_core.export.report import report_html
from gan_core.runs.store import Store
from tests.core.test_report import run_with_results


def test_report_shows_its_figures_offline(browser: Browser, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    settings = {"dataset": "ring", "network": "mlp"}
    file.write_text(report_html(store, run_with_results(store, settings)), "utf-8")
    page = browser.new_page(offline=True)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_visible()
    assert page.locator(".js-plotly-plot").count() == 2
    assert asked == [file.as_uri()]
    assert said == []
    page.close()
