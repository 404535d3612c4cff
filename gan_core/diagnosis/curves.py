"""What a curve does: how it moves, where it stands now, and whether a wave rules it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gan_core.text import number

SINGLY = 200  # last records that are looked at one by one, where the others are means
WINDOW = 50  # records that are looked at, or a third of them all where that is more
MEASUREMENTS = 5  # of a metric; fewer have no course
LATEST = 3  # measurements whose median counts as the value now: one alone may be chance
FALLEN = 100.0  # times: what is left of such a gradient is lost among the noise of batches
BLOCKS = 8
LEAST_BLOCK = 5  # records: of fewer, the median is a batch's chance

# A wave is a peak in the spectrum, and more: the spectrum of a random walk has one in every fourth
# window. That wave must go on, so the curve must resemble itself one period later and its mirror
# image half a period later, which one random walk in two hundred does.
POINTS = 512
PEAK = 0.3  # of the variance, in the highest point of the spectrum and its two neighbours
PERIODS = 4  # in the window: three turns of a random walk are no rare sight
ECHO = 0.4  # the least autocorrelation after a period, and minus the most after half a period

_DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Series(NamedTuple):
    """Values measured now and then: a metric, or the size of a gradient."""

    steps: np.ndarray  # (m,)
    values: np.ndarray  # (m,)


class Wave(NamedTuple):
    """A regular rise and fall."""

    height: float  # from crest to trough
    period: float  # in steps
    share: float  # of the variance


def find_wave(steps: np.ndarray, values: np.ndarray, least: float) -> Wave | None:
    """The one wave that rules a curve, if there is one that is at least `least` high."""
    duration = steps[-1] - steps[0]
    if len(values) < WINDOW or not duration > 0 or np.diff(steps).min() <= 0:
        return None
    scale = float(np.abs(values).max()) or 1.0
    # Means over equal stretches of steps: single values would turn fast noise into slow waves.
    middles = (values[1:] + values[:-1]) / (2 * scale)
    area = np.concatenate([[0.0], np.cumsum(middles * np.diff(steps))])
    edges = np.linspace(steps[0], steps[-1], POINTS + 1)
    curve = np.diff(np.interp(edges, steps, area)) * POINTS / duration  # (POINTS,)
    # Without its parabola: a curve that approaches its limit bends, and is no wave.
    time = np.linspace(-1, 1, POINTS)
    curve -= np.polynomial.Polynomial.fit(time, curve, 2)(time)
    power = np.square(np.abs(np.fft.rfft(curve * np.hanning(POINTS))))[1:]  # of 1, 2, … periods
    echo = np.correlate(curve, curve, "full")[POINTS - 1 :]  # (POINTS,)
    if not power.sum() > 0:
        return None
    n_periods = int(power.argmax()) + 1
    share = float(power[max(0, n_periods - 2) : n_periods + 1].sum() / power.sum())
    height = float(np.sqrt(8 * share) * curve.std()) * scale  # 2√2 σ for a sine
    if n_periods < PERIODS or share <= PEAK or height < least:
        return None
    period = round(POINTS / n_periods)
    after, opposite = (
        echo[lag] / echo[0] * POINTS / (POINTS - lag) for lag in (period, period // 2)
    )
    if after < ECHO or opposite > -ECHO:
        return None
    return Wave(height, float(duration) / n_periods, share)


def count_falls(values: np.ndarray, swing: float) -> int:
    """How often `values` fall by `swing` or more and rise by as much again."""
    n_falls, rising, turn = 0, True, values[0] if len(values) else 0.0
    for value in values:
        if rising and value <= turn - swing:
            rising, turn = False, value
        elif not rising and value >= turn + swing:
            rising, turn, n_falls = True, value, n_falls + 1
        turn = max(turn, value) if rising else min(turn, value)
    return n_falls


def find_fall(sizes: np.ndarray) -> tuple[float, float] | None:
    """The largest of the early gradients and the size now, if that is a tiny part of it."""
    if len(sizes) < MEASUREMENTS:
        return None
    early, now = float(sizes[: len(sizes) // 2].max()), latest(sizes)
    return (early, now) if early > 0 and now <= early / FALLEN else None


def usable(series: Series, least_step: float = 0.0) -> Series:
    """The finite values of `series`; none before it has reached `least_step`."""
    steps, values = (np.asarray(each, np.float64) for each in series)
    kept = np.isfinite(steps) & np.isfinite(values) & (steps.max(initial=0.0) >= least_step)
    return Series(steps[kept], np.clip(values[kept], -1e38, 1e38))


def latest(values: np.ndarray) -> float:
    """The value now."""
    return float(np.median(values[-LATEST:]))


def block_medians(values: np.ndarray, n_blocks: int = BLOCKS) -> np.ndarray:
    """Medians of so many stretches of `values`, in order."""
    return np.array([np.median(part) for part in np.array_split(values, n_blocks)])


def even_medians(values: np.ndarray) -> np.ndarray:
    """Medians of up to `WINDOW` stretches of `values`, in order, without the chance of batches."""
    return block_medians(values, max(1, min(WINDOW, len(values) // LEAST_BLOCK)))


def trend(blocks: np.ndarray) -> float:
    """How far `blocks` move from first to last, by the median slope of all pairs (Theil–Sen)."""
    i, j = np.triu_indices(len(blocks), 1)
    return float(np.median((blocks[j] - blocks[i]) / (j - i))) * (len(blocks) - 1)


def shown(value: float) -> str:
    """A number with three digits that count, as a reader writes it: 0.012, −3.5, 1.7 · 10¹⁰."""
    if value and not 1e-4 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.1e}".split("e")
        shown = f"{mantissa} · 10{str(int(exponent)).translate(_DIGITS)}"
    else:
        rounded = float(f"{value:.3g}")
        shown = number(int(rounded) if abs(rounded) >= 1000 else rounded)
    return shown.replace("-", "−")
