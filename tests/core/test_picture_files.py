"""Files that people bring: what is right becomes pictures, what is wrong a clear error."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_core.datasets import picture_files
from gan_core.datasets.picture_files import Form, Found, from_files, from_path
from gan_core.text import GanError

COLOUR, GREY = Form(32, colour=True), Form(28, colour=False)
N_MALFORMED = 200


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def scribble(seed: int = 0, size: tuple[int, int] = (40, 48), mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 4), np.uint8)
    return Image.fromarray(pixels, "RGBA").convert(mode)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def album(n: int = 16, kind: str = "PNG") -> dict[str, bytes]:
    return {f"{i:02}.{kind.lower()}": encoded(scribble(i), kind) for i in range(n)}


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


def pixels(n: int = 20, *shape: int) -> np.ndarray:
    return np.random.default_rng(n).integers(0, 256, (n, *(shape or (28, 28))), np.uint8)


def take(name: str, data: bytes, form: Form = COLOUR) -> Found:
    return from_files([(name, data)], form)


def refusal(name: str, data: bytes, form: Form = COLOUR) -> str:
    with pytest.raises(GanError) as raised:
        take(name, data, form)
    return str(raised.value)


# ---------------------------------------------------------------------------- what is right


@pytest.mark.parametrize("form", [COLOUR, GREY, Form(28, colour=True), Form(32, colour=False)])
def test_zip_of_pictures_becomes_pictures_of_the_wanted_form(form: Form) -> None:
    found = take("album.zip", zipped(album(17)), form)
    assert found.pixels.shape == (17, form.side, form.side, 3 if form.colour else 1)
    assert found.pixels.dtype == np.uint8
    assert not found.skipped


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("form", [COLOUR, GREY], ids=["colour", "grey"])
def test_every_kind_of_picture_is_read(kind: str, form: Form) -> None:
    flat = Image.new("RGB", (50, 40), (200, 40, 120))
    files = [(f"{i}", encoded(flat, kind)) for i in range(16)]
    found = from_files(files, form)
    expected = (200, 40, 120) if form.colour else (97,)  # 0.299 R + 0.587 G + 0.114 B
    assert np.abs(found.pixels.astype(int) - expected).max() <= 4


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_every_mode_of_a_png_is_read(mode: str) -> None:
    picture = (
        Image.fromarray(np.asarray(scribble(0, mode="L")).astype(np.uint16) << 8)
        if mode == "I;16"
        else scribble(0, mode=mode)
    )
    assert picture.mode == mode
    found = from_files([("x", encoded(picture))] * 16, GREY)
    assert found.pixels.std() > 10


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    shades = np.linspace(0, 65_535, 32 * 32).astype(np.uint16).reshape(32, 32)
    files = [("x.png", encoded(Image.fromarray(shades)))] * 16
    found = from_files(files, Form(32, colour=False))
    np.testing.assert_array_equal(found.pixels[0, ..., 0], shades >> 8)


def test_middle_of_a_picture_is_kept() -> None:
    wide = Image.new("RGB", (96, 32), "red")
    wide.paste("blue", (32, 0, 64, 32))
    tall = wide.rotate(90, expand=True)
    for picture in (wide, tall):
        found = from_files([("x.png", encoded(picture))] * 16, COLOUR)
        assert (found.pixels == (0, 0, 255)).all()


def test_pictures_of_the_right_size_stay_as_they_are() -> None:
    picture = scribble(size=(32, 32))
    found = from_files([("x.png", encoded(picture))] * 16, COLOUR)
    np.testing.assert_array_equal(found.pixels[7], np.asarray(picture))


def test_transparent_parts_are_white() -> None:
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert (from_files([("x.png", encoded(picture))] * 16, COLOUR).pixels == 255).all()


def test_pictures_stand_upright_as_the_camera_says() -> None:
    picture = Image.new("RGB", (32, 32), "white")
    picture.paste("black", (0, 0, 32, 16))  # black above
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    found = from_files([("x.jpg", encoded(picture, "JPEG", exif=exif))] * 16, COLOUR)
    assert found.pixels[0, 2].mean() > 200
    assert found.pixels[0, -3].mean() < 50


def test_folder_is_read_with_everything_below_it_in_order(tmp_path: Path) -> None:
    shades = [*range(0, 160, 10)]
    for i, shade in enumerate(shades):
        path = tmp_path / "cats" / f"{i // 4}" / f"{i:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(Image.new("L", (20, 20), shade)))
    (tmp_path / "cats" / ".DS_Store").write_bytes(b"hidden")
    (tmp_path / "cats" / "notes.txt").write_text("not a picture")
    found = from_path(tmp_path / "cats", GREY)
    assert found.pixels[:, 0, 0, 0].tolist() == shades
    assert [each.name for each in found.skipped] == ["notes.txt"]
    assert "no picture that can be read here (PNG, JPEG" in found.skipped[0].reason.say()


def test_same_pictures_give_the_same_pixels_from_folder_and_zip(tmp_path: Path) -> None:
    for name, data in album().items():
        (tmp_path / name).write_bytes(data)
    packed = tmp_path.parent / "packed.zip"
    packed.write_bytes(zipped(album()))
    np.testing.assert_array_equal(
        from_path(tmp_path, COLOUR).pixels, from_path(packed, COLOUR).pixels
    )


def test_what_systems_add_by_themselves_is_not_even_mentioned() -> None:
    junk = {"__MACOSX/._00.png": b"x", "a/.hidden/x.png": b"x", "a/Thumbs.db": b"x"}
    assert not take("album.zip", zipped(album() | junk)).skipped


def test_damaged_pictures_are_left_out_and_named() -> None:
    members = album(18)
    members["03.png"] = members["03.png"][:200]
    members["05.png"] = encoded(scribble(size=(7, 30)))
    found = take("album.zip", zipped(members))
    assert len(found.pixels) == 16
    reasons = {each.name: each.reason.say() for each in found.skipped}
    assert reasons["03.png"].startswith("no picture that can be read")
    assert reasons["05.png"] == "smaller than 8×8 pixels."


def test_progress_goes_from_file_to_file() -> None:
    told: list[float] = []
    from_files(list(album(20).items()), COLOUR, told.append)
    assert told == [(i + 1) / 20 for i in range(20)]


# ---------------------------------------------------------------------------------- arrays


def test_array_called_x_train_is_taken_before_others() -> None:
    wanted = pixels(20)
    found = take("set.npz", npz(a=np.zeros(3), x_train=wanted), GREY)
    np.testing.assert_array_equal(found.pixels[..., 0], wanted)


def test_first_array_is_taken_where_none_is_called_x_train() -> None:
    wanted = pixels(20, 32, 32, 3)
    found = take("set.npz", npz(pictures=wanted, labels=np.arange(20)), COLOUR)
    np.testing.assert_array_equal(found.pixels, wanted)


def test_arrays_are_cropped_resized_and_recoloured() -> None:
    grey = take("set.npz", npz(x=pixels(16, 20, 40)), COLOUR).pixels
    assert grey.shape == (16, 32, 32, 3)
    assert (np.ptp(grey, axis=-1) == 0).all()
    colour = take("set.npz", npz(x=pixels(16, 64, 64, 3)), GREY).pixels
    assert colour.shape == (16, 28, 28, 1)
    single = take("set.npz", npz(x=pixels(16, 28, 28, 1)), GREY).pixels
    np.testing.assert_array_equal(single, pixels(16, 28, 28, 1))


def test_small_archive_takes_no_more_memory_than_a_few_of_its_pictures() -> None:
    archive = npz(x=np.zeros((24, 2000, 2000), np.uint8))
    assert len(archive) < 200_000
    tracemalloc.start()
    take("set.npz", archive, GREY)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5 * 2000 * 2000


def test_array_in_fortran_s_order_is_the_same_array() -> None:
    wanted = pixels(20, 28, 28)
    found = take("set.npz", npz(x=np.asfortranarray(wanted)), GREY)
    np.testing.assert_array_equal(found.pixels[..., 0], wanted)


def test_pickled_array_is_refused_unread(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (tmp_path / "sprung").touch, ()

    assert "is object" in refusal("set.npz", npz(x=np.array([Trap()] * 20, dtype=object)))
    assert not (tmp_path / "sprung").exists()


def test_memory_is_asked_for_only_when_the_header_is_right() -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": (10**6, 10**4, 10**4)}
    message = refusal("set.npz", zipped({"x.npy": npy_header(header) + bytes(100)}))
    assert "is damaged" in message or "It must be uint8" in message


def npy_header(header: Any) -> bytes:
    text = repr(header).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


# ---------------------------------------------------------------------------- what is wrong


def test_upload_has_a_size() -> None:
    half = bytes(picture_files.MAX_BYTES // 2 + 1)
    with pytest.raises(GanError, match=r"have 50 MB; at most 50 MB"):
        from_files([("a.png", half), ("b.png", half)], COLOUR)


def test_sizes_on_disk_are_looked_at_before_anything_is_read(tmp_path: Path) -> None:
    with (tmp_path / "big.zip").open("wb") as file:
        file.truncate(10**12)  # takes no space
    with pytest.raises(GanError, match=r"have 1,000,000 MB"):
        from_path(tmp_path / "big.zip", COLOUR)
    for name, data in album().items():
        (tmp_path / name).write_bytes(data)
    [skipped] = from_path(tmp_path, COLOUR).skipped
    assert (skipped.name, skipped.reason.say()) == ("big.zip", "larger than 50 MB.")


def test_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(GanError, match=r"nothing cannot be read \(No such file"):
        from_path(tmp_path / "nothing", COLOUR)


@pytest.mark.parametrize("side", [0, 27, 64])
def test_other_sizes_are_refused(side: int) -> None:
    with pytest.raises(GanError, match=f"side = {side} is not allowed. Allowed: one of 28, 32"):
        Form(side, colour=True)


def test_too_few_and_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    too_few = "At least 16 pictures are needed, and only 15 can be used."
    assert refusal("a.zip", zipped(album(15))) == too_few
    assert refusal("a.npz", npz(x=pixels(15))) == too_few
    monkeypatch.setattr(picture_files, "MAX_PICTURES", 18)
    assert refusal("a.zip", zipped(album(20))) == "There are more than 18 pictures. Keep fewer."
    assert "more than 18 pictures" in refusal("a.npz", npz(x=pixels(19)))
    assert len(take("a.zip", zipped(album(18))).pixels) == 18


def test_first_file_that_was_left_out_explains_why_there_are_too_few() -> None:
    message = refusal("a.zip", zipped(album(3) | {"readme.txt": b"hello"}))
    assert message == (
        "At least 16 pictures are needed, and only 3 can be used. Files left out: 1. The first of "
        "them is readme.txt: no picture that can be read here (PNG, JPEG, WEBP, BMP, GIF)."
    )


def test_pixels_are_counted_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "MAX_PIXELS", 1000)
    assert "more than" in refusal("a.zip", zipped(album(16)))
    monkeypatch.setattr(picture_files, "MAX_PIXELS", 2000)
    monkeypatch.setattr(picture_files, "MAX_TOTAL_PIXELS", 16 * 40 * 48)
    assert len(take("a.zip", zipped(album(16))).pixels) == 16
    assert "too many pixels" in refusal("a.zip", zipped(album(17)))


def test_pixels_that_are_decoded_in_vain_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "MAX_TOTAL_PIXELS", 16 * 40 * 48)
    n_decoded = 0

    def squared(image: Image.Image, form: Form) -> np.ndarray:
        nonlocal n_decoded
        n_decoded += 1
        return original(image, form)

    original = picture_files._squared
    monkeypatch.setattr(picture_files, "_squared", squared)
    cut = {f"cut {name}": data[: len(data) // 2] for name, data in album(3).items()}
    assert "too many pixels" in refusal("a.zip", zipped(cut | album(16)))
    assert n_decoded == 16


def test_files_that_are_no_pictures_are_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "MAX_SKIPPED", 3)
    notes = {f"{i}.txt": b"no picture" for i in range(4)}
    assert len(take("a.zip", zipped(dict(list(notes.items())[:3]) | album(16))).skipped) == 3
    message = refusal("a.zip", zipped(notes | album(16)))
    assert message.startswith("More than 3 files cannot be used. The first of them is 0.txt: ")
    assert message.endswith("Keep only pictures.")


def test_archive_with_too_many_files_is_refused_before_it_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture_files, "MAX_MEMBERS", 20)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    many = many_entries(21)
    assert refusal("a.zip", many) == "a.zip holds more than 20 files. Keep only pictures in it."


def many_entries(n: int) -> bytes:
    """A zip's table of contents alone: n entries without a name, one after the other."""
    entry = b"PK\x01\x02" + bytes(42)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, n & 0xFFFF, n & 0xFFFF, 46 * n, 0, 0)
    return entry * n + end


def bomb(size: int) -> bytes:
    return zipped({"zeros.bmp": bytes(size)})


def test_archive_that_would_explode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "MAX_UNPACKED", 19_000_000)
    assert len(bomb(20_000_000)) < 50_000
    assert "would grow to more than 19 MB" in refusal("bomb.zip", bomb(20_000_000))


def test_plain_pictures_are_no_bomb() -> None:
    plain = np.zeros((3000, 28, 28), np.uint8)
    plain[:, 8:20, 8:20] = 255
    assert plain.nbytes > 100 * len(npz(x_train=plain))
    np.testing.assert_array_equal(take("plain.npz", npz(x_train=plain), GREY).pixels[..., 0], plain)


def test_archive_that_grows_in_sum_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_files, "MAX_UNPACKED", 50_000)
    assert "would grow to more than" in refusal("a.zip", zipped(album(16)))


def test_no_more_is_unpacked_than_an_entry_declares() -> None:
    """An entry that says it is small, and is not: its checksum tells, and it is left out."""
    data = understated({**album(16), "zz.bmp": bytes(30_000_000)})
    with little_memory():
        found = take("a.zip", data)
    assert len(found.pixels) == 16
    assert [each.name for each in found.skipped] == ["zz.bmp"]


def test_no_more_is_unpacked_than_an_array_s_header_needs() -> None:
    data = understated({"x.npy": b"\x93NUMPY\x02\x00" + b"\xff" * 4 + bytes(30_000_000)})
    with little_memory():
        assert "is damaged" in refusal("a.npz", data)


def understated(members: dict[str, bytes]) -> bytes:
    """A zip of which the last entry declares a size of 5,000 bytes."""
    data = bytearray(zipped(members))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 5000)
    return bytes(data)


@contextmanager
def little_memory() -> Iterator[None]:
    """No more than 10 MB are taken meanwhile."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "name",
    ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:\\evil.png", "..\\evil.png", "C:x.png"],
)
def test_entries_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    message = refusal("a.zip", zipped(album() | {name: b"x"}))
    assert message.startswith("a.zip has an entry that leads out of it (")


# ------------------------------------------------------------------------------ 200 of them


def huge_png(side: int) -> bytes:
    """A few bytes that claim to be a picture of side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def flagged(data: bytes, offset: int, value: int) -> bytes:
    """A zip with one byte changed in every header of an entry."""
    changed = bytearray(data)
    for signature, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset + shift] = value
            at = changed.find(signature, at + 4)
    return bytes(changed)


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in album().items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def malformed() -> Iterator[tuple[str, bytes]]:
    """Names and contents that must each be refused."""
    rng = np.random.default_rng(11)
    whole, arrays = zipped(album()), npz(x_train=pixels(20))
    for suffix in ("zip", "npz", "png", "jpg", "webp", "gif", "bmp", "exe", "svg"):
        yield f"empty.{suffix}", b""
        yield f"noise.{suffix}", rng.bytes(3000)
        yield f"text.{suffix}", b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 20
    for data in (whole, arrays):
        for _ in range(21):  # the table of contents stands at the end
            yield "cut.zip", data[: rng.integers(5, len(data) - 22)]
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF"):
        for _ in range(6):
            picture = encoded(scribble(int(rng.integers(1000))), kind)
            cut = picture[: rng.integers(1, len(picture) // 2)]
            yield f"{kind}.zip", zipped({f"{i}.{kind.lower()}": cut for i in range(20)})
        yield f"lone.{kind.lower()}", encoded(scribble(), kind)
        head = encoded(scribble(), kind)[:8]
        yield f"head.{kind}.zip", zipped({f"{i}": head + rng.bytes(2000) for i in range(20)})
    for side in (4500, 9000, 13_000, 20_000, 65_000):
        yield "huge.zip", zipped({f"{i}.png": huge_png(side) for i in range(20)})
    for name in ("../x.png", "a/../../x.png", "/x.png", "\\x.png", "c:\\x.png", "..\\x.png", ".."):
        yield "traversal.zip", zipped(album() | {name: b"x"})
    for size in (3_000_000, 30_000_000, 100_000_000):
        yield "bomb.zip", bomb(size)
        yield "bomb.npz", zipped({"x.npy": bytes(size)})
        yield "nested.zip", zipped({f"{i}.zip": bomb(size // 10) for i in range(20)})
    yield "many.zip", many_entries(picture_files.MAX_MEMBERS + 1)
    yield "nameless.zip", many_entries(30)
    yield "locked.zip", flagged(whole, 6, 1)
    for method in (1, 6, 9, 93, 97, 99):
        yield "method.zip", flagged(whole, 8, method)
    yield "bzip2.zip", zipped(album(), zipfile.ZIP_BZIP2)
    yield "lzma.zip", zipped(album(), zipfile.ZIP_LZMA)
    yield "pictures.tar.gz", tarred()
    yield "few.zip", zipped(album(15))
    yield "none.zip", zipped({})
    yield "folders.zip", zipped({"a/": b"", "b/": b""})
    yield "hidden.zip", zipped({f".{name}": data for name, data in album().items()})
    yield "texts.zip", zipped({f"{i}.png": b"text" for i in range(40)})
    yield "thin.zip", zipped({f"{i}.png": encoded(scribble(size=(3, 400))) for i in range(20)})
    yield "mixed.zip", zipped(album(10) | {"x_train.npy": b"x"})
    yield from malformed_arrays(rng)


def malformed_arrays(rng: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    for dtype in ("f4", "f8", "i1", "i2", "u2", "i8", "c8", "?", "U3", "S1", "M8[s]"):
        yield f"{dtype[0]}.npz", npz(x_train=np.zeros((20, 28, 28)).astype(dtype))
    yield "structured.npz", npz(x_train=np.zeros((20, 28, 28), "u1,u1"))
    yield "objects.npz", npz(x_train=np.array([{"a": 1}] * 20, dtype=object))
    for shape in (
        *((0, 28, 28), (15, 28, 28), (20, 784), (20,), (), (20, 28, 28, 2), (20, 28, 28, 4)),
        *(
            (20, 28, 28, 3, 1),
            (20, 3, 28, 28),
            (20, 7, 28),
            (20, 28, 7),
            (20, 28, 0),
            (20, 1, 1, 3),
        ),
    ):
        yield "shape.npz", npz(x_train=np.zeros(shape, np.uint8))
    good: dict[str, Any] = {"descr": "|u1", "fortran_order": False, "shape": (20, 28, 28)}
    body = pixels(20).tobytes()
    for change in (
        {"shape": (20, 28, 29)},
        {"shape": (19, 28, 28)},
        {"shape": (-20, 28, 28)},
        {"shape": (20.0, 28, 28)},
        {"shape": (10**9, 28, 28)},
        {"shape": (10**30, 28, 28)},
        {"shape": "(20, 28, 28)"},
        {"shape": [20, 28, 28]},
        {"descr": "|O"},
        {"descr": "nonsense"},
        {"descr": None},
        {"fortran_order": 7},
        {"extra": 1},
    ):
        yield "header.npz", zipped({"x_train.npy": npy_header(good | change) + body})
    for header in (b"", b"\x93NUMPY", b"\x93NUMPY\x09\x00", npy_header("__import__('os')")):
        yield "magic.npz", zipped({"x_train.npy": header + body})
    whole = npy_header(good) + body
    for _ in range(8):
        yield "short.npz", zipped({"x_train.npy": whole[: rng.integers(0, len(whole) - 1)]})
    yield "long.npz", zipped({"x_train.npy": whole + b"more"})


MALFORMED = list(malformed())


def test_there_are_many_malformed_files() -> None:
    assert len(MALFORMED) >= N_MALFORMED


@pytest.mark.parametrize(
    ("name", "data"), [pytest.param(*each, id=f"{i} {each[0]}") for i, each in enumerate(MALFORMED)]
)
@pytest.mark.parametrize("form", [COLOUR], ids=[""])
def test_malformed_file_is_refused_with_a_sentence_and_nothing_is_written(
    name: str, data: bytes, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    message = refusal(name, data, form)
    assert message.endswith((".", ")."))
    assert len(message) < 500
    json.dumps(message)  # no lone surrogates from names of files
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [lambda: zipped(album(24)), lambda: npz(x_train=pixels(24))])
def test_flipped_bits_are_an_error_or_do_no_harm(make: Callable[[], bytes]) -> None:
    whole = make()
    rng = np.random.default_rng(5)
    for _ in range(60):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 4):
            data[place] ^= 1 << int(rng.integers(8))
        try:
            found = take("set.zip", bytes(data))
        except GanError:
            continue
        assert found.pixels.shape[1:] == (32, 32, 3)
        assert len(found.pixels) >= 16
