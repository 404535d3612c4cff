"""The diagnosis: reads a run's curves and says in words what it sees, and one thing to try.

Every rule looks at medians over the last third of a run, which single wild records cannot move. A
rule that needs a probability is asked only of losses that give one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gan_core.config import RunConfig
from gan_core.diagnosis.curves import WINDOW, Series, usable
from gan_core.diagnosis.finding import Finding, Severity
from gan_core.diagnosis.motion import diverged, diverging, noisy, oscillating, unbounded
from gan_core.diagnosis.no_trouble import FEWEST, balanced, quiet, starting
from gan_core.diagnosis.players import collapsed, d_blind, d_wins, g_wins
from gan_core.diagnosis.reading import Reading
from gan_core.losses import Loss
from gan_core.training.records import RECORD_FIELDS

SETTLED = 200  # records; every run begins in balance, because nobody knows anything yet
AVERAGES = 2  # times the memory of an average, after which 1/7 of it is G's first weights

_RANK: Mapping[Severity, int] = {"bad": 0, "watch": 1, "good": 2}


def diagnose(
    steps: np.ndarray,
    records: np.ndarray,
    loss: Loss,
    metrics: Mapping[str, Series],
    *,
    config: RunConfig,
    one_by_one: np.ndarray | None = None,
    g_gradient: Series | None = None,
    n_modes: int | None = None,
    floors: Mapping[str, float] | None = None,
) -> list[Finding]:
    """What the `records` (n, 5) after `steps` (n,) show, most important first; never empty.

    Records have the columns of `RECORD_FIELDS`. Where they are means over several steps, the last
    of them stand in `one_by_one` (m, 5) too, for means do not jump about. Of `metrics`,
    "modes_covered" and "sliced_wasserstein" are read; `floors` has what real samples score against
    others. `g_gradient` is the size of G's gradient. `config` are the settings now, so that none is
    advised that is there already. With `ema_decay` samples come from an average of G's weights;
    nothing is concluded from them while it still holds many of the first ones.
    """
    steps = np.asarray(steps, np.float64)
    records = np.asarray(records, np.float64).reshape(len(steps), len(RECORD_FIELDS))
    finite = np.asarray(np.isfinite(records).all(axis=1))  # (n,)
    # Records are float32, so this changes none; the differences of larger ones would overflow.
    records = np.where(np.isnan(records), np.nan, np.clip(records, -1e38, 1e38))
    memory = 1 / (1 - config.ema_decay) if config.ema_decay else 0.0  # in turns of G
    averaged = AVERAGES * memory / config.g_steps
    n_seen = max(WINDOW, int(finite.sum()) // 3)
    seen = records[finite][-n_seen:]
    run = Reading(
        steps=steps[finite][-n_seen:],
        records=seen,
        one_by_one=seen if one_by_one is None else _finite(one_by_one),
        loss=loss,
        metrics={name: usable(series, averaged) for name, series in metrics.items()},
        config=config,
        g_gradient=usable(g_gradient or Series(np.empty(0), np.empty(0))).values,
        n_modes=n_modes,
        floors=floors or {},
        is_settled=int(finite.sum()) >= SETTLED,
    )
    if len(finite) and not finite[-1]:
        return [diverged(run, steps, finite)]
    if len(run.records) < FEWEST:
        return [starting(run)]
    if running_away := diverging(run):
        return [running_away]  # whatever else the curves show is a consequence
    rules = (d_wins, g_wins, d_blind, noisy, collapsed, oscillating, unbounded)
    found = [finding for rule in rules if (finding := rule(run))]
    return sorted(found, key=lambda each: _RANK[each.severity]) or [balanced(run) or quiet(run)]


def _finite(records: np.ndarray) -> np.ndarray:
    """Those of the records (m, 5) that are numbers, in float64."""
    records = np.asarray(records, np.float64)
    return records[np.isfinite(records).all(axis=1)]
