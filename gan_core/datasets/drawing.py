"""Points of one's own: drawn by hand or read from a file, and held in a text that fits a link."""

from __future__ import annotations

import base64
import csv
import io
import math

import numpy as np

from gan_core.datasets import DATASETS
from gan_core.datasets.plane import Plane, fitted, plane_dataset, thinned
from gan_core.text import N_, GanError, quoted

EDGE = 1.25  # coordinates lie in [−EDGE, EDGE]
MAX_POINTS = 400  # 1067 characters: some programs cut links off at 2000
MAX_BYTES = 1_000_000
MAX_ROWS = 100_000
STD = 0.03
DELIMITERS = "\t;,"  # the comma last: it may also stand inside a number


def encode(points: np.ndarray) -> str:
    """Write points (n, 2) as text: base64url of a byte for each x and y, without padding.

    Coordinates beyond ±EDGE move to the edge; more than MAX_POINTS points are thinned evenly.
    """
    kept = np.clip(thinned(points, MAX_POINTS), -EDGE, EDGE)
    return _to_text(np.rint((kept + EDGE) / (2 * EDGE) * 255).astype(np.uint8).tobytes())


def decode(text: str) -> np.ndarray:
    """Read what `encode` wrote, as points (n, 2); raises `GanError` for any other text."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    n, rest = divmod(len(data), 2)
    # Python skips signs that do not belong; only what comes out again as it went in is right.
    if rest or not 1 <= n <= MAX_POINTS or _to_text(data) != text:
        raise GanError(
            N_(
                "points is not a drawing of 1 to {most} points."
                " Copy the whole link again, or draw anew."
            ),
            most=MAX_POINTS,
        )
    return np.frombuffer(data, np.uint8).reshape(n, 2) / 255 * (2 * EDGE) - EDGE


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_csv(data: bytes) -> np.ndarray:
    """Read the first two columns of a CSV file as at most MAX_POINTS points (n, 2).

    They are centred and scaled to fit [−1.2, 1.2]². Commas, semicolons or tabs separate columns;
    where the comma does not, it may be the decimal sign. A first row of names is skipped.
    """
    if len(data) > MAX_BYTES:
        raise GanError(
            N_("The file is larger than {most} MB. Keep a part of its rows."),
            most=MAX_BYTES // 1_000_000,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise GanError(N_("The file is not text. Save it as CSV in UTF-8.")) from None
    delimiter = next((sign for sign in DELIMITERS if sign in text.partition("\n")[0]), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise GanError(
            N_("Row {row} cannot be read as CSV ({error}). Save the file as CSV again."),
            row=reader.line_num,
            error=str(error),
        ) from None
    if rows and not any(math.isfinite(_number(cell, delimiter)) for cell in rows[0][1][:2]):
        rows = rows[1:]
    if not rows:
        raise GanError(N_("The file has no rows of numbers. Give it two columns, x and y."))
    if len(rows) > MAX_ROWS:
        raise GanError(N_("The file has more than {most} rows. Keep fewer."), most=f"{MAX_ROWS:,}")
    points = np.array([_point(row, line, delimiter) for line, row in rows])
    return fitted(thinned(points, MAX_POINTS))


def _point(row: list[str], line: int, delimiter: str) -> tuple[float, float]:
    if len(row) < 2:
        raise GanError(
            N_(
                "Row {row} has only one column. Give it two, x and y,"
                " with a comma, a semicolon or a tab between them."
            ),
            row=line,
        )
    x, y = (_number(cell, delimiter) for cell in row[:2])
    for cell, value in zip(row, (x, y), strict=False):
        if not math.isfinite(value):
            raise GanError(
                N_("Row {row} has {cell!r} where a finite number belongs. Correct or delete it."),
                row=line,
                cell=quoted(cell, 20),
            )
    return x, y


def _number(cell: str, delimiter: str) -> float:
    """The cell as a number, NaN where it is none."""
    try:
        return float(cell if delimiter == "," else cell.replace(",", "."))
    except ValueError:
        return math.nan


def _heart() -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return fitted(np.stack([16 * np.sin(t) ** 3, y], axis=1), half=1.1)


DEFAULT = encode(_heart())


def drawing(points: str = DEFAULT) -> Plane:
    """A spot around each point that `points` holds."""
    return Plane(decode(points), STD)


DATASETS.register(
    plane_dataset(
        "drawing",
        N_("Your own drawing"),
        N_("Points that you draw or bring in a file. Watch what the generator makes of gaps."),
        drawing,
        options=("points",),
        order=62,
    )
)
