"""Pictures of one's own, from a file on the visitor's disk to samples in colour."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from gan_core.datasets.example_pictures import example_pictures
from tests.app_process import AppProcess
from tests.browser.test_live import generated, run_of, step
from tests.engine_process import wait_until


def album(n: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i, pixels in enumerate(example_pictures()[:n]):
            picture = io.BytesIO()
            Image.fromarray(np.ascontiguousarray(pixels)).resize((80, 64)).save(picture, "JPEG")
            archive.writestr(f"shapes/{i:02}.jpg", picture.getvalue())
        archive.writestr("shapes/notes.txt", "no picture")
    return buffer.getvalue()


@pytest.mark.slow
def test_zip_is_brought_previewed_and_trained_on(page: Page, app: AppProcess) -> None:
    page.goto(f"{app.url}/train?lang=en&preset=pictures_dcgan&batch_size=8")
    files = page.locator("input[type=file]")
    files.set_input_files({"name": "bad.zip", "mimeType": "application/zip", "buffer": b"no zip"})
    expect(page.get_by_text("bad.zip is damaged or no archive")).to_be_visible()
    page.get_by_role("button", name="Remove bad.zip").click()
    files.set_input_files({"name": "s.zip", "mimeType": "application/zip", "buffer": album(40)})
    expect(page.get_by_text("Your 40 pictures · 32×32 · in colour")).to_be_visible()
    expect(page.get_by_text("Files that were left out: 1")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).first.click()
    run = app.store.run(run_of(page))
    assert run.config.pictures.startswith("32x32x3-")
    assert run.config.augmentation
    wait_until(lambda: step(page) > 5, "the first steps")
    size = page.evaluate(
        """source => new Promise(done => {
            const picture = new Image();
            picture.onload = () => done([picture.width, picture.height]);
            picture.src = source;
        })""",
        generated(page),
    )
    assert size == [8 * 32, 8 * 32]
