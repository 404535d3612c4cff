"""Bringing pictures on the train page: what is right is trained on, what is wrong is explained."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image
from streamlit.testing.v1 import AppTest

from gan_core.datasets.pictures import key_of, unpack
from gan_core.runs import tables
from gan_core.runs.store import Store
from pages.parts.prose import plain
from tests.page_visit import button, errors, toasts, visit


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def png(seed: int) -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def album(n: int = 20, more: Mapping[str, bytes] | None = None) -> tuple[str, bytes, str]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in ({f"{i:02}.png": png(i) for i in range(n)} | dict(more or {})).items():
            archive.writestr(name, data)
    return "album.zip", buffer.getvalue(), "application/zip"


def opened(**query: str) -> AppTest:
    app = visit("train", dataset="pictures", **query)
    assert not app.exception
    return app


def bring(app: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    app.file_uploader(key="picture files").set_value(list(files)).run()
    assert not app.exception
    return app


def caption(app: AppTest) -> str:
    """What stands below the preview."""
    return str(preview(app).caption)


def preview(app: AppTest) -> Any:
    [images] = [node for node in app.main if node.type == "image"]
    return images.proto.imgs[0]


def stored(store: Store) -> list[str]:
    with store._read() as db:
        return list(db.scalars(sa.select(tables.pictures.c.key)))


@pytest.mark.usefixtures("store")
def test_before_there_are_pictures_the_program_draws_some() -> None:
    app = opened()
    assert caption(app) == "1,000 shapes drawn by the program · 32×32 · in colour"
    assert "pictures" not in app.query_params
    assert not visit("train").file_uploader, "only where the data are one's own pictures"


def test_zip_is_previewed_and_trained_on(store: Store) -> None:
    app = bring(opened(), album())
    [key] = stored(store)
    assert caption(app) == "Your 20 pictures · 32×32 · in colour"
    assert app.query_params["pictures"] == key, "the link holds them"
    assert not app.error
    button(app, "Train").click().run()
    [run] = store.runs()
    assert (run.config.dataset, run.config.pictures) == ("pictures", key)
    assert run.config.items.dataset.shape == (32, 32, 3)
    for preset in ("digits_dcgan", "pictures_dcgan"):
        app.selectbox(key="preset").set_value(preset).run()
    assert app.query_params["pictures"] == key, "to try another preset forgets nothing"


def test_preview_shows_the_pictures_as_d_will_see_them(store: Store) -> None:
    app = bring(opened(), album(16))
    pixels = unpack(store.pictures.data(stored(store)[0]))
    encoded = preview(app).url.split(",")[1]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))
    assert shown.shape == (2 * 64, 8 * 64, 3)
    seen = shown[64:128:2, 128:192:2].astype(int)  # second row, third from the left
    assert np.abs(seen - pixels[10]).max() <= 1


def test_size_and_colour_can_be_chosen_after_the_files(store: Store) -> None:
    app = bring(opened(), album())
    app.toggle(key="picture colour").set_value(False).run()
    assert caption(app) == "Your 20 pictures · 32×32 · grey"
    app.button_group(key="picture side").set_value(28).run()
    assert caption(app) == "Your 20 pictures · 28×28 · grey"
    assert app.query_params["pictures"].startswith("28x28x1-")
    assert {key.split("-")[0] for key in stored(store)} == {"32x32x3", "32x32x1", "28x28x1"}


def test_several_pictures_may_come_without_a_zip(store: Store) -> None:
    app = bring(opened(), *((f"{i}.png", png(i), "image/png") for i in range(17)))
    assert caption(app).startswith("Your 17 pictures")


def test_whole_folder_may_come(store: Store) -> None:
    app = opened()
    app.toggle(key="picture folder").set_value(True).run()
    uploader = app.file_uploader(key="picture files")
    assert uploader.accept_directory
    assert ".zip" not in uploader.allowed_type
    bring(app, *((f"cats/{i}.png", png(i), "image/png") for i in range(16)))
    assert caption(app).startswith("Your 16 pictures")
    assert len(stored(store)) == 1


def test_files_that_are_left_out_are_named(store: Store, speak: Callable[[str], None]) -> None:
    app = bring(opened(), album(more={"no_*picture*.txt": b"text", "cut.png": png(0)[:100]}))
    assert [each.value for each in app.warning][:1] == ["Files that were left out: 2"]
    text = "\n".join(each.value for each in app.markdown)
    assert r"- no\_\*picture\*\.txt: no picture that can be read here" in text
    assert len(stored(store)) == 1
    speak("zh")
    chinese = bring(opened(lang="zh"), album(more={"no_picture.txt": b"text"}))
    assert r"- no\_picture\.txt：" in "\n".join(each.value for each in chinese.markdown)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("a.zip", b"junk", ""), "a.zip is damaged or no archive"),
        (album(3), "At least 16 pictures are needed, and only 3 can be used."),
        (album(more={"../x.png": b""}), "has an entry that leads out of it (../x.png)"),
        (("x.npz", b"PK\x05\x06" + bytes(18), ""), "only 0 can be used"),
    ],
    ids=["junk", "few", "traversal", "empty archive"],
)
def test_malformed_file_is_explained_and_nothing_is_written(
    store: Store, home: Path, file: tuple[str, bytes, str], sentence: str
) -> None:
    app = opened(seed="7")
    before = dict(app.query_params)
    bring(app, file)
    assert sentence in errors(app)[0]
    assert stored(store) == []
    assert not home.exists()
    assert app.query_params == before, "what was set is still set"
    assert "1,000" in caption(app)
    app.run()
    assert len(app.error) == 1, "it stays until other files come"
    bring(app, album())
    assert not app.error
    assert len(stored(store)) == 1


def test_link_shows_pictures_that_somebody_else_brought(store: Store) -> None:
    key = store.pictures.add(np.zeros((30, 28, 28, 1), np.uint8))
    app = opened(pictures=key)
    assert caption(app) == "Your 30 pictures · 28×28 · grey"
    button(app, "Train").click().run()
    assert [run.config.pictures for run in store.runs()] == [key]


def test_link_to_pictures_that_are_not_there_says_so_and_trains_nothing(store: Store) -> None:
    key = key_of(np.ones((30, 28, 28, 1), np.uint8))
    app = opened(pictures=key)
    assert "are not in this store" in app.error[0].value
    button(app, "Train").click().run()
    assert not app.exception
    assert "are not in this store" in toasts(app)[0]
    assert store.runs() == []


@pytest.mark.usefixtures("store")
def test_link_that_names_no_pictures_is_explained_and_not_taken() -> None:
    app = opened(pictures="cats")
    assert "pictures = cats names no pictures" in toasts(app)[0]
    assert "1,000 shapes" in caption(app)


def test_escapes_are_those_that_markdown_knows() -> None:
    assert plain("a*b[c](d) `e` <f> $g$ #1 ~h~ i|j") == (
        r"a\*b\[c\]\(d\) \`e\` \<f\> \$g\$ \#1 \~h\~ i\|j"
    )
    assert plain("坏的，“压缩包”（zip）。") == "坏的，“压缩包”（zip）。"
