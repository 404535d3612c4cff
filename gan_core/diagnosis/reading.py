"""What can be read off the end of a run: typical values, and what D and G know of the data."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan_core.config import RunConfig
from gan_core.diagnosis.curves import (
    MEASUREMENTS,
    Series,
    count_falls,
    even_medians,
    latest,
    shown,
)
from gan_core.diagnosis.prices import price
from gan_core.losses import Loss
from gan_core.losses.doubts import slope
from gan_core.ops import NUMPY
from gan_core.text import number
from gan_core.training.records import RECORD_FIELDS

BLIND = 0.05  # of |D(x) − D(G(z))|, or of D's loss: what D knows is lost in a batch's chance
JUMP = 0.5  # of D's stake, from one record to the next
SWINGS = 3  # falls, each after a rise: one or two are no habit
FAST = 10.0  # times: a D that learns so much faster than G is not blind for want of learning
NEAR_LOSS = 0.15  # how far D's loss may be from the equilibrium's, for losses without probability


@dataclass(frozen=True)
class Reading:
    """What the rules look at: the window of records, all finite, and what was measured."""

    steps: np.ndarray  # (w,)
    records: np.ndarray  # (w, 5)
    one_by_one: np.ndarray  # (m, 5), where those are means
    loss: Loss
    metrics: Mapping[str, Series]
    config: RunConfig
    g_gradient: np.ndarray  # (m,)
    n_modes: int | None
    floors: Mapping[str, float]
    is_settled: bool

    @property
    def rates(self) -> tuple[float, float]:
        """The learning rates of D and G."""
        return self.config.d_learning_rate, self.config.g_learning_rate

    @property
    def d_lead(self) -> float:
        """How many times as fast as G D learns, by rates and by turns."""
        d_rate, g_rate = self.rates
        return d_rate * self.config.d_steps / (g_rate * self.config.g_steps)

    def column(self, field: str) -> np.ndarray:
        """One field of the records in the window, (w,)."""
        return self.records[:, RECORD_FIELDS.index(field)]

    def values(self, metric: str) -> np.ndarray:
        """What a metric measured, (m,)."""
        return self.metrics[metric].values if metric in self.metrics else np.empty(0)

    @property
    def modes(self) -> np.ndarray:
        """How many modes were covered, (m,)."""
        return self.values("modes_covered")

    @property
    def coverage(self) -> dict[str, str]:
        """What an evidence may quote of the modes."""
        return {"covered": shown(latest(self.modes)), "n_modes": str(self.n_modes)}

    def median(self, field: str) -> float:
        """The typical value of a field in the window."""
        return float(np.median(self.column(field)))

    @property
    def gap(self) -> float:
        """D(x) − D(G(z))."""
        return float(np.median(self.column("d_real") - self.column("d_fake")))

    @property
    def is_penalised(self) -> bool:
        """Whether D pays a penalty already."""
        return bool(self.config.items.penalty.formula)

    @property
    def is_held(self) -> bool:
        """Whether anything keeps D from growing ever steeper."""
        return self.is_penalised or self.config.weight_clip > 0 or self.config.spectral_norm

    @functools.cached_property
    def stake(self) -> float | None:
        """What counts as much in D's loss; None where nobody knows the equilibrium.

        The equilibrium's loss or, since that may be 0, what D gains by lifting real above fake by
        1.
        """
        equilibrium = self.loss.equilibrium
        if not equilibrium:
            return None
        real, fake = equilibrium.logit + 0.5, equilibrium.logit - 0.5
        gain = equilibrium.d_loss - price(self.loss, real, fake)[0]
        stake = float(np.nanmax(np.abs([equilibrium.d_loss, gain])))
        return stake if 0 < stake < np.inf else None

    @property
    def excess(self) -> float | None:
        """How far D's loss is above the equilibrium's, as a share of the stake."""
        if not self.loss.equilibrium or not self.stake:
            return None
        return (self.median("d_loss") - self.loss.equilibrium.d_loss) / self.stake

    @property
    def even_answer(self) -> float:
        """D(x) in the equilibrium, of a loss that gives probabilities: ½, or less by smoothing."""
        assert self.loss.equilibrium
        return float(self.loss.decision(self.loss.equilibrium.logit, NUMPY))

    @property
    def numbers(self) -> dict[str, str]:
        """What an evidence may quote."""
        equilibrium = self.loss.equilibrium
        return {
            **{field: shown(self.median(field)) for field in RECORD_FIELDS},
            "n_steps": number(round(max(0.0, self.steps[-1] - self.steps[0]))),
            "fair": shown(equilibrium.d_loss) if equilibrium else "",
        }

    @property
    def knows_nothing(self) -> bool:
        """Whether D answers real and generated samples alike."""
        if self.loss.gives_probability:
            return abs(self.gap) < BLIND
        return self.excess is not None and abs(self.excess) < BLIND

    @property
    def is_blind(self) -> bool:
        """Whether D has learned too little to tell G what it misses."""
        return self.knows_nothing and self.misses_half and self.d_lead < FAST

    @property
    def misses_half(self) -> bool:
        """Whether G reaches less than half of the modes, and no more than before."""
        values = self.modes
        if len(values) < MEASUREMENTS or not self.covers_little:
            return False
        third = len(values) // 3
        return bool(np.median(values[-third:]) <= np.median(values[-2 * third : -third]))

    @property
    def covers_little(self) -> bool:
        """Whether G reaches less than half of the modes now, growing or not; or one of two."""
        if not self.n_modes or not len(self.modes):
            return False
        now = latest(self.modes)
        return now < self.n_modes / 2 or now <= 1 < self.n_modes

    @property
    def jump(self) -> float:
        """How far D's loss typically moves from one record to the next, as a share of the stake."""
        d_loss = self.one_by_one[:, RECORD_FIELDS.index("d_loss")]
        moves = np.abs(np.diff(d_loss))
        return float(np.median(moves)) / (self.stake or np.inf) if moves.size else 0.0

    @functools.cached_property
    def swings(self) -> int:
        """How often D's loss fell by its whole stake and rose again; 0 where it only jumps."""
        if self.jump > JUMP:
            return 0
        return count_falls(even_medians(self.column("d_loss")), self.stake or np.inf)

    @property
    def lead_changes(self) -> bool:
        """Whether now D is ahead, now G, as a habit."""
        return self.swings >= SWINGS

    @property
    def g_slope(self) -> float:
        """|∂ L_G / ∂ output of D| at generated samples, where D answers as it does."""
        outputs = np.linspace(-40, 40, 1601)
        answers = self.loss.decision(outputs, NUMPY)
        real, fake = (
            np.full(1, np.interp(self.median(field), answers, outputs))
            for field in ("d_real", "d_fake")
        )
        with np.errstate(all="ignore"):
            return float(np.abs(slope(self.loss.generator, "fake", real, fake)))
