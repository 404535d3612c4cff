"""Files that somebody brings, turned into pictures to train on: checked first, never trusted.

It may be a folder or a zip of pictures, pictures one by one, or an .npz archive. Nothing is
unpacked to disk, and nothing is read that would need pickle. How much there may be is limited
before anything is decoded: files, bytes after unpacking, pixels.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, TYPE_CHECKING

import numpy as np

from gan_core.text import N_, GanError, Text, quoted

if TYPE_CHECKING:
    from PIL import Image

SIDES = (28, 32)
MIN_PICTURES, MAX_PICTURES = 16, 20_000
MAX_BYTES = 50_000_000  # of what is brought
MAX_MEMBERS = 50_000  # files in an archive, pictures or not
MAX_UNPACKED = 500_000_000  # bytes
MAX_HEADER = 12_000  # bytes of an .npy file before its data; NumPy takes no more than 10,000
MIN_SIDE = 8
MAX_PIXELS = 20_000_000  # of one picture
MAX_TOTAL_PIXELS = 1_000_000_000
MAX_SKIPPED = 1_000  # files that are no pictures, or none that can be used
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "BMP": "bmp", "GIF": "gif"}
_HIDDEN = ("__MACOSX", "Thumbs.db", "desktop.ini")  # what systems add by themselves
_CENTRAL_HEADER = b"PK\x01\x02"  # begins each entry in a zip's table of contents

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why."""

    name: str
    reason: Text


@dataclass(frozen=True)
class Found:
    """What was found: pictures, uint8 (n, side, side, 1 or 3), and what was left out."""

    pixels: np.ndarray
    skipped: Sequence[Skipped]


@dataclass(frozen=True)
class Form:
    """What pictures become: squares with `side` pixels on a side, in colour or grey."""

    side: int
    colour: bool

    def __post_init__(self) -> None:
        if self.side not in SIDES:
            raise GanError(
                N_("{field} = {value} is not allowed. Allowed: {allowed}."),
                field="side",
                value=self.side,
                allowed=Text(N_("one of {names}"), {"names": ", ".join(map(str, SIDES))}),
            )

    @property
    def mode(self) -> str:
        """Pillow's name for it."""
        return "RGB" if self.colour else "L"


@dataclass(frozen=True)
class _File:
    """A file whose content is read when it is its turn."""

    name: str
    size: int  # bytes
    read: Callable[[], bytes]


def from_files(
    files: Sequence[tuple[str, bytes]], form: Form, progress: Progress = lambda fraction: None
) -> Found:
    """Turn uploaded files, each with its name, into pictures.

    One zip or .npz, or any number of pictures. Raises `GanError` when they are too large, too few
    or too many, or when an archive is damaged or made to do harm.
    """
    _check_size(sum(len(data) for _, data in files))
    if len(files) == 1 and _is_archive(*files[0]):
        return _from_archive(*files[0], form, progress)
    read = [_File(name, len(data), partial(bytes, data)) for name, data in files]
    return _from_pictures(read, form, progress)


def _is_archive(name: str, data: bytes) -> bool:
    return name.lower().endswith((".zip", ".npz")) or zipfile.is_zipfile(io.BytesIO(data))


def from_path(path: Path, form: Form, progress: Progress = lambda fraction: None) -> Found:
    """Turn a folder with everything below it, a zip, an .npz or a picture into pictures.

    Raises `GanError` as `from_files` does, and when there is nothing to be read at `path`.
    """
    try:
        if path.is_dir():
            return _from_pictures(_files_below(path), form, progress)
        _check_size(path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise GanError(
            N_("{path} cannot be read ({reason}). Name a folder of pictures, a zip or an .npz."),
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    return from_files([(path.name, data)], form, progress)


def _check_size(n_bytes: int) -> None:
    if n_bytes > MAX_BYTES:
        raise GanError(
            N_("These files have {n} MB; at most {most} MB are taken. Make the pictures smaller."),
            n=f"{n_bytes / 1e6:,.0f}",
            most=MAX_BYTES // 1_000_000,
        )


def _files_below(folder: Path) -> list[_File]:
    found = []
    for place, folders, names in os.walk(folder):  # follows no links to folders
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            inside = path.relative_to(folder)
            if path.is_file() and not _is_hidden(inside.parts):
                found.append(_File(str(inside), path.stat().st_size, path.read_bytes))
    return found


def _is_hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(".") or part in _HIDDEN for part in parts)


# -------------------------------------------------------------------------------- archives


def _from_archive(name: str, data: bytes, form: Form, progress: Progress) -> Found:
    # Counted before the table of contents is read: a million entries would take half a gigabyte.
    if data.count(_CENTRAL_HEADER) > MAX_MEMBERS:
        raise GanError(
            N_("{name} holds more than {most} files. Keep only pictures in it."),
            name=name,
            most=f"{MAX_MEMBERS:,}",
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # whatever the parser stumbles over
        raise _damaged(name, error) from error
    with archive:
        # Folders end with a slash; an entry without a name, which nobody needs, breaks `is_dir`.
        members = [
            member
            for member in archive.infolist()
            if member.filename and not member.filename.endswith("/")
        ]
        for member in members:
            _check_member(name, member)
        _check_unpacked(name, members)
        arrays = [member for member in members if member.filename.endswith(".npy")]
        if arrays and len(arrays) == len(members):
            return _from_arrays(name, archive, arrays, form, progress)
        files = [
            _File(member.filename, member.file_size, partial(_unpacked, archive, member))
            for member in members
            if not _is_hidden(PurePosixPath(member.filename).parts)
        ]
        return _from_pictures(files, form, progress)


def _check_member(archive: str, member: zipfile.ZipInfo) -> None:
    """Refuse an archive whose entries no honest program writes, or that are not read here."""
    if member.flag_bits & 1:
        raise GanError(
            N_("{name} is locked with a password. Pack it again without one."), name=archive
        )
    path = PureWindowsPath(member.filename)  # knows drives, and both kinds of slashes
    if path.anchor or ".." in path.parts:
        raise GanError(
            N_("{name} has an entry that leads out of it ({entry}). Pack the pictures anew."),
            name=archive,
            entry=quoted(member.filename),
        )
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise GanError(
            N_("{name} is packed by a method that is not read here. Pack it as an ordinary zip."),
            name=archive,
        )


def _check_unpacked(archive: str, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse what would grow too much. No more than is declared here will be unpacked."""
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise GanError(
            N_("{name} would grow to more than {most} MB. Pack fewer or smaller pictures."),
            name=archive,
            most=MAX_UNPACKED // 1_000_000,
        )


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The content of an entry, up to the size that it declares."""
    with archive.open(member) as file:
        return file.read(member.file_size)  # `archive.read` would unpack all, and then cut it off


def _damaged(name: str, error: Exception) -> GanError:
    return GanError(
        N_("{name} is damaged or no archive ({reason}). Pack it again."),
        name=name,
        reason=_reason(error),
    )


def _reason(error: Exception) -> str:
    return quoted(str(error)) or type(error).__name__


# ---------------------------------------------------------------------------------- arrays


def _from_arrays(
    name: str,
    archive: zipfile.ZipFile,
    members: Sequence[zipfile.ZipInfo],
    form: Form,
    progress: Progress,
) -> Found:
    """Pictures from the array x_train of an .npz, or from its first array."""
    from PIL import Image

    member = next((each for each in members if each.filename == "x_train.npy"), members[0])
    pixels: list[np.ndarray] = []
    try:
        with archive.open(member) as file:
            head = io.BytesIO(file.read(MAX_HEADER))
            shape, by_column, dtype = array_header(head)
            if not _are_pictures(shape, dtype):
                raise GanError(
                    N_(
                        "{name}: the array {array} is {dtype} {shape}. It must be uint8 "
                        "(n, height, width) or (n, height, width, 3), each side at least {least}."
                    ),
                    name=name,
                    array=quoted(member.filename.removesuffix(".npy")),
                    dtype=quoted(str(dtype)),
                    shape=quoted(str(shape)),
                    least=MIN_SIDE,
                )
            _check_count(shape[0])
            file.seek(head.tell())
            for picture in _pictures_of(file, shape, by_column, member.file_size - head.tell()):
                pixels.append(_squared(Image.fromarray(picture), form))
                progress(len(pixels) / shape[0])
    except GanError:
        raise
    except Exception as error:  # whatever the parsers stumble over
        raise _damaged(name, error) from error
    return Found(np.stack(pixels), ())


def _pictures_of(
    file: IO[bytes], shape: tuple[int, ...], by_column: bool, n_bytes: int
) -> Iterator[np.ndarray]:
    """The pictures, (height, width) or (height, width, 3), of an array whose header was read.

    One after the other: all at once, a small archive would take a gigabyte. By column, each picture
    is spread over the whole array.
    """
    if n_bytes != int(np.prod(shape, dtype=object)):
        raise ValueError(f"{n_bytes} bytes for {shape}")
    one = shape[1:-1] if shape[3:] == (1,) else shape[1:]
    if by_column:
        _check_size(n_bytes)
        everything = np.frombuffer(file.read(n_bytes), np.uint8).reshape(shape, order="F")
        yield from (np.ascontiguousarray(each).reshape(one) for each in everything)
        return
    for _ in range(shape[0]):
        data = file.read(int(np.prod(one)))
        yield np.frombuffer(data, np.uint8).reshape(one)


def array_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order (true: by column) and type of the array in an .npy file, read up to there."""
    version = np.lib.format.read_magic(file)
    read_header = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    return read_header(file)


def _are_pictures(shape: tuple[int, ...], dtype: np.dtype) -> bool:
    return (
        dtype == np.uint8
        and (len(shape) == 3 or (len(shape) == 4 and shape[-1] in (1, 3)))
        and min(shape[1:3]) >= MIN_SIDE
        and shape[1] * shape[2] <= MAX_PIXELS
    )


# -------------------------------------------------------------------------------- pictures


def _from_pictures(files: Sequence[_File], form: Form, progress: Progress) -> Found:
    """Read files one after the other; those that are no pictures are left out."""
    pixels: list[np.ndarray] = []
    skipped: list[Skipped] = []
    total = 0
    for number, file in enumerate(files, start=1):
        try:
            with _opened(file) as image:
                total += image.width * image.height  # before they are decoded, be it in vain
                if total <= MAX_TOTAL_PIXELS:
                    pixels.append(_decoded(image, form))
        except GanError as error:
            skipped.append(Skipped(quoted(file.name), error.text))
        if total > MAX_TOTAL_PIXELS:
            raise GanError(
                N_("All pictures together have too many pixels. Make them smaller, or take fewer.")
            )
        if len(skipped) > MAX_SKIPPED:
            raise GanError(
                N_(
                    "More than {most} files cannot be used. The first of them is {name}: {reason} "
                    "Keep only pictures."
                ),
                most=f"{MAX_SKIPPED:,}",
                name=skipped[0].name,
                reason=skipped[0].reason,
            )
        if len(pixels) > MAX_PICTURES:
            break
        progress(number / len(files))
    _check_count(len(pixels), skipped)
    return Found(np.stack(pixels), skipped)


def _check_count(n: int, skipped: Sequence[Skipped] = ()) -> None:
    if n > MAX_PICTURES:
        raise GanError(
            N_("There are more than {most} pictures. Keep fewer."), most=f"{MAX_PICTURES:,}"
        )
    if n >= MIN_PICTURES:
        return
    if not skipped:
        raise GanError(
            N_("At least {least} pictures are needed, and only {n} can be used."),
            least=MIN_PICTURES,
            n=n,
        )
    raise GanError(
        N_(
            "At least {least} pictures are needed, and only {n} can be used. Files left out: "
            "{left_out}. The first of them is {name}: {reason}"
        ),
        n=n,
        least=MIN_PICTURES,
        left_out=len(skipped),
        name=skipped[0].name,
        reason=skipped[0].reason,
    )


@contextmanager
def _opened(file: _File) -> Iterator[Image.Image]:
    """A picture of which the header has been read; what goes wrong with it is a `GanError`."""
    from PIL import Image

    if file.size > MAX_BYTES:
        raise GanError(N_("larger than {most} MB."), most=MAX_BYTES // 1_000_000)
    try:
        with Image.open(io.BytesIO(file.read()), formats=list(FORMATS)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            if min(image.size) < MIN_SIDE:
                raise GanError(N_("smaller than {side}×{side} pixels."), side=MIN_SIDE)
            yield image
    except GanError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:  # damaged files make decoders raise whatever they stumble over
        raise GanError(
            N_("no picture that can be read here ({formats})."), formats=", ".join(FORMATS)
        ) from error


def _decoded(image: Image.Image, form: Form) -> np.ndarray:
    image.draft(form.mode, (2 * form.side, 2 * form.side))  # JPEG: decode no more than that
    return _squared(image, form)


def _too_large() -> GanError:
    return GanError(N_("more than {most} million pixels."), most=MAX_PIXELS // 1_000_000)


def _squared(image: Image.Image, form: Form) -> np.ndarray:
    """The middle of a picture, as a square of the wanted size: uint8 (side, side, channels)."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(image)  # cameras write which side is up
    if image.mode.startswith("I;16"):  # Pillow would cut off what is brighter than 255 of 65,535
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    square = ImageOps.fit(
        image.convert(form.mode), (form.side, form.side), Image.Resampling.LANCZOS
    )
    return np.asarray(square).reshape(form.side, form.side, -1)
