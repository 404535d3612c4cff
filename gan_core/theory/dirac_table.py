"""How far from the equilibrium each method ends: a row as published beside the row computed.

Step 0.2, start θ = ψ = 1, 500 steps; the number is ‖(θ, ψ)‖ after the last. What the table leaves
open was found by computing: alternating is generator first, D×5 is five discriminator steps per
generator step, and penalties are γ/2 · ψ² and λ/2 · (|ψ| − g₀)². See `dirac_gan` for the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gan_core.text import N_
from gan_core.theory import dirac_gan
from gan_core.theory.dynamics import Point, Updates, trajectory
from gan_core.theory.games import Game
from gan_core.theory.verdict import Verdict, verdict

STEP = 0.2
START: Point = (1.0, 1.0)
N_STEPS = 500
COLUMNS = {
    "simultaneous": Updates("simultaneous", STEP),
    "alternating": Updates("alternating", STEP),
    "alternating_5": Updates("alternating", STEP, d_steps=5),
}

YES, NO, SLOWLY = N_("yes"), N_("no"), N_("only sublinearly")


@dataclass(frozen=True)
class PublishedRow:
    """One row as printed; "~" marks a figure that is given roughly, None one that is not given.

    `converges` speaks of infinitely small steps, `YES`, `NO` or `SLOWLY`: steps of finite length
    may do worse, as those of the non-saturating game do unless they alternate.
    """

    game: Game
    simultaneous: str
    alternating: str
    alternating_5: str | None
    converges: str

    def printed(self, column: str) -> str | None:
        """The figure in one of the `COLUMNS`."""
        figures = {
            "simultaneous": self.simultaneous,
            "alternating": self.alternating,
            "alternating_5": self.alternating_5,
        }
        return figures[column]


PUBLISHED = (
    PublishedRow(dirac_gan.minimax(), "3.10", "1.42", "1.85", NO),
    PublishedRow(dirac_gan.non_saturating(), "0.640", "0.284", "0.139", SLOWLY),
    PublishedRow(dirac_gan.wgan(clip=1.0), "1.00", "1.02", "0.917", NO),
    PublishedRow(dirac_gan.wgan_gp(penalty=0.7, target=1.0), "1.80", "1.22", "0.716", NO),
    PublishedRow(dirac_gan.r1(gamma=0.3), "2.6e-6", "2.3e-7", "9e-34", YES),
    PublishedRow(dirac_gan.r1(gamma=1.0), "9.5e-22", "7.5e-17", "5.1e-12", YES),
    PublishedRow(dirac_gan.non_saturating_r1(gamma=0.3), "2.2e-6", "1.5e-7", "4e-34", YES),
    PublishedRow(dirac_gan.consensus(weight=1.0), "~2e-10", "~1e-11", None, YES),
)


@dataclass(frozen=True)
class Cell:
    """One figure of the table, computed: the last distance, what became of the path, the print."""

    norm: float
    verdict: Verdict
    printed: str | None

    @property
    def agrees(self) -> bool | None:
        """Whether it is the printed figure; None where none is printed."""
        return None if self.printed is None else agrees(self.printed, self.norm)


@dataclass(frozen=True)
class ComputedRow:
    """One row of the table, computed: a cell for each of the `COLUMNS`."""

    published: PublishedRow
    cells: dict[str, Cell]


def computed_table() -> list[ComputedRow]:
    """Compute every row of `PUBLISHED`, in its order; takes about a tenth of a second."""
    return [ComputedRow(row, {name: _cell(row, name) for name in COLUMNS}) for row in PUBLISHED]


def _cell(row: PublishedRow, column: str) -> Cell:
    path = trajectory(row.game, START, N_STEPS, COLUMNS[column])
    return Cell(
        norm=float(math.hypot(*path[-1])),
        verdict=verdict(row.game, path, COLUMNS[column]),
        printed=row.printed(column),
    )


def agrees(printed: str, computed: float) -> bool:
    """Whether `computed` rounds to `printed`, to as many digits; "~" allows a factor of 2."""
    if printed.startswith("~"):
        return 0.5 <= computed / float(printed[1:]) <= 2
    mantissa = printed.lower().partition("e")[0]
    digits = len(mantissa.replace(".", "").lstrip("0"))
    return float(f"{computed:.{digits - 1}e}") == float(printed)
