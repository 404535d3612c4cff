"""The diagnosis: reads a run's curves and says in words what it sees, and one thing to try.

Every rule looks at medians over the last third of a run, which single wild records cannot move. A
rule that needs a probability is asked only of losses that give one.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from gan_core.config import RunConfig
from gan_core.losses import Loss
from gan_core.losses.doubts import LIMIT, slope
from gan_core.ops import NUMPY
from gan_core.text import N_, Text, number
from gan_core.training.records import RECORD_FIELDS

FEWEST = 20  # records; before that, the curves show the initial weights and chance
WINDOW = 50  # records that are looked at, or a third of them all where that is more
SETTLED = 200  # records; every run begins in balance, because nobody knows anything yet
AVERAGES = 2  # times the memory of an average, after which 1/7 of it is G's first weights
MEASUREMENTS = 5  # of a metric; fewer have no course
LATEST = 3  # measurements whose median counts as the value now: one alone may be chance

# On the ring, runs that learn stay below 0.75; a D that learns 100 times as fast as G has 0.88.
WON = 0.85  # of D(x) − D(G(z)): D is sure of itself and right
WON_LOSS = 0.11  # of the equilibrium's loss: what cross-entropy costs at that gap
FOOLED = 0.6  # of D(G(z)): well above ½, which is what D says when it can only guess
BLIND = 0.05  # of |D(x) − D(G(z))|, or of D's loss: what D knows is lost in a batch's chance
NEAR = 0.15  # how far D(x) and D(G(z)) may be from ½ in balance
NEAR_LOSS = 0.15  # how far D's loss may be from the equilibrium's, for losses without probability
FLAT = 0.05  # a slope of G's loss smaller than that teaches G next to nothing, as in the figure
FALLEN = 100.0  # times: what is left of such a gradient is lost among the noise of batches
HUGE = 100.0  # times what D's outputs of ±8 cost: no output that says anything is as large
GROWTH = 4.0  # times in the window: a loss that grows in proportion to the step reaches 1.5
DRIFT = 1.5  # times in the window: as fast as the step, in a D that nothing holds
JUMP = 0.5  # of D's loss in the equilibrium, from one record to the next
FALL = 3  # modes lost; two come and go by chance
SWING = 2  # modes in one rise or fall
SWINGS = 3  # falls, each after a rise, in the second half of a run: one or two are no habit
TREND = 0.1  # of its size: a curve that stays within that in the window is level
FLOORS = 3.0  # times the noise floor: samples that anybody can tell from real ones

# A wave is a peak in the spectrum, and more: the spectrum of a random walk has one in every fourth
# window. That wave must go on, so the curve must resemble itself one period later and its mirror
# image half a period later, which one random walk in two hundred does.
POINTS = 512
PEAK = 0.3  # of the variance, in the highest point of the spectrum and its two neighbours
PERIODS = 4  # in the window: three turns of a random walk are no rare sight
ECHO = 0.4  # the least autocorrelation after a period, and minus the most after half a period
SWELL = 0.1  # from crest to trough: of D(G(z)), or of D's loss in the equilibrium

R1_WEIGHT = 0.1  # enough for points in the plane; a picture needs more
GRADIENT_PENALTY_WEIGHT = 1.0
NOISE = 0.1
D_STEPS = 5  # as the Wasserstein GAN's critic has
BLOCKS = 8

_NAMES = {
    "d_loss": N_("D's loss"),
    "g_loss": N_("G's loss"),
    "d_real": N_("D's answer to real samples"),
    "d_fake": N_("D's answer to generated samples"),
    "d_penalty": N_("the penalty"),
}
_DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

Severity = Literal["good", "watch", "bad"]
_ENDS = (("first", 0), ("last", -1))
_RANK: Mapping[Severity, int] = {"bad": 0, "watch": 1, "good": 2}


class Series(NamedTuple):
    """Values measured now and then: a metric, or the size of a gradient."""

    steps: np.ndarray  # (m,)
    values: np.ndarray  # (m,)


@dataclass(frozen=True)
class Finding:
    """One thing that the curves show, what it rests on, and what to try.

    Keys: "starting", "diverged", "diverging", "unbounded", "noisy", "vanishing", "d_wins",
    "g_wins", "d_blind", "collapsed", "missed", "oscillating", "balanced", "moving", "steady".
    `changes` is the advice as fields of a `RunConfig`, in the order in which to set them; empty
    for advice to wait or to look.
    """

    key: str
    severity: Severity
    title: Text
    evidence: Text
    advice: Text
    changes: Mapping[str, Any]


def diagnose(
    steps: np.ndarray,
    records: np.ndarray,
    loss: Loss,
    metrics: Mapping[str, Series],
    *,
    d_learning_rate: float,
    g_learning_rate: float,
    g_gradient: Series | None = None,
    n_modes: int | None = None,
    floors: Mapping[str, float] | None = None,
    ema_decay: float = 0.0,
) -> list[Finding]:
    """What the `records` (n, 5) after `steps` (n,) show, most important first; never empty.

    Records have the columns of `RECORD_FIELDS` and may be means over several steps. Of `metrics`,
    "modes_covered" and "sliced_wasserstein" are read; `floors` has what real samples score against
    others. `g_gradient` is the size of G's gradient. With `ema_decay` samples come from an average
    of G's weights; nothing is concluded from them while it still holds many of the first ones.
    """
    steps = np.asarray(steps, np.float64)
    records = np.asarray(records, np.float64).reshape(len(steps), len(RECORD_FIELDS))
    finite = np.asarray(np.isfinite(records).all(axis=1))  # (n,)
    # Records are float32, so this changes none; the differences of larger ones would overflow.
    records = np.where(np.isnan(records), np.nan, np.clip(records, -1e38, 1e38))
    averaged = AVERAGES / (1 - ema_decay) if ema_decay else 0.0
    n_seen = max(WINDOW, int(finite.sum()) // 3)
    run = _Run(
        steps=steps[finite][-n_seen:],
        records=records[finite][-n_seen:],
        loss=loss,
        metrics={name: _measured(series, averaged) for name, series in metrics.items()},
        rates=(d_learning_rate, g_learning_rate),
        g_gradient=_measured(g_gradient or Series(np.empty(0), np.empty(0))).values,
        n_modes=n_modes,
        floors=floors or {},
        is_settled=int(finite.sum()) >= SETTLED,
    )
    if len(finite) and not finite[-1]:
        return [_diverged(run, steps, finite)]
    if len(run.records) < FEWEST:
        return [_starting(run)]
    if diverging := _diverging(run):
        return [diverging]  # whatever else the curves show is a consequence
    rules = (_d_wins, _g_wins, _d_blind, _noisy, _collapsed, _oscillating, _unbounded)
    found = [finding for rule in rules if (finding := rule(run))]
    return sorted(found, key=lambda each: _RANK[each.severity]) or [_balanced(run) or _quiet(run)]


@dataclass(frozen=True)
class _Run:
    """What the rules look at: the window of records, all finite, and what was measured."""

    steps: np.ndarray  # (w,)
    records: np.ndarray  # (w, 5)
    loss: Loss
    metrics: Mapping[str, Series]
    rates: tuple[float, float]  # of D and G
    g_gradient: np.ndarray  # (m,)
    n_modes: int | None
    floors: Mapping[str, float]
    is_settled: bool

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
        return self.median("d_penalty") != 0

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
        gain = equilibrium.d_loss - _price(self.loss, real, fake)[0]
        stake = float(np.nanmax(np.abs([equilibrium.d_loss, gain])))
        return stake if 0 < stake < np.inf else None

    @property
    def excess(self) -> float | None:
        """How far D's loss is above the equilibrium's, as a share of the stake."""
        if not self.loss.equilibrium or not self.stake:
            return None
        return (self.median("d_loss") - self.loss.equilibrium.d_loss) / self.stake

    @property
    def numbers(self) -> dict[str, str]:
        """What an evidence may quote."""
        equilibrium = self.loss.equilibrium
        return {
            **{field: _shown(self.median(field)) for field in RECORD_FIELDS},
            "n_steps": number(round(max(0.0, self.steps[-1] - self.steps[0]))),
            "fair": _shown(equilibrium.d_loss) if equilibrium else "",
        }


def _starting(run: _Run) -> Finding:
    return Finding(
        "starting",
        "watch",
        Text(N_("Too early to say")),
        Text(
            N_("There are {n} records so far. With fewer than {fewest}, curves show only chance."),
            {"n": str(len(run.records)), "fewest": str(FEWEST)},
        ),
        Text(N_("Let it train on.")),
        {},
    )


def _diverged(run: _Run, steps: np.ndarray, finite: np.ndarray) -> Finding:
    """The last record is no number; all since the last that was are lost."""
    first = int(np.flatnonzero(finite)[-1]) + 1 if finite.any() else 0
    return Finding(
        "diverged",
        "bad",
        Text(N_("The run is lost: it has reached numbers that no computer can hold")),
        Text(
            N_(
                "From step {step} on, a loss or an answer of D is not a finite number. Weights "
                "that have become infinite never come back."
            ),
            {"step": number(round(float(steps[first])))},
        ),
        *_calm(run),
    )


def _diverging(run: _Run) -> Finding | None:
    """Losses that grow by a factor again and again, or are absurdly large already."""
    size = np.maximum(np.abs(run.column("d_loss")), np.abs(run.column("g_loss")))  # (w,)
    blocks = _blocks(size)
    # What the farthest outputs cost that figures show; ten times that is still a D that is sure.
    far = _far(run.loss)
    growth = float(np.exp(min(50.0, _change(np.log(np.maximum(blocks, 1e-30))))))
    now = float(blocks[-1])
    if now > HUGE * far:
        evidence = Text(
            N_(
                "The larger of the two losses is {now}. Even where D is very sure, this loss costs "
                "no more than {far}."
            ),
            {"now": _shown(now), "far": _shown(far)},
        )
    elif growth > GROWTH and now > far:
        evidence = Text(
            N_(
                "The larger of the two losses has grown {growth}-fold in the last {n_steps} steps, "
                "to {now}."
            ),
            {"growth": _shown(growth), "now": _shown(now), **run.numbers},
        )
    else:
        return None
    title = Text(N_("The losses run away"))
    return Finding("diverging", "bad", title, evidence, *_calm(run))


def _d_wins(run: _Run) -> Finding | None:
    """D tells real from fake without fail; "vanishing" where G learns nothing from that."""
    if run.loss.gives_probability:
        wins = run.gap > WON
        evidence = Text(
            N_(
                "D is right almost every time: it gives real samples D(x) = {d_real} and generated "
                "ones D(G(z)) = {d_fake}."
            ),
            run.numbers,
        )
    else:
        fair = run.loss.equilibrium.d_loss if run.loss.equilibrium else 0.0
        wins = fair > 0 and run.median("d_loss") < WON_LOSS * fair
        evidence = Text(
            N_(
                "D hardly makes a mistake: its loss is {d_loss}. It would be {fair} if D could not "
                "tell real from generated samples."
            ),
            run.numbers,
        )
    if vanishing := _vanishing(run, wins, evidence):
        return vanishing
    if not wins:
        return None
    d_rate, g_rate = run.rates
    advice: tuple[Text, Mapping[str, Any]]
    if d_rate > 1.5 * g_rate:
        advice = _advice(
            N_(
                "Set “{d_learning_rate}” to {d_learning_rate_value}, which is G's: a D that learns "
                "as slowly as G leaves it time to follow."
            ),
            {"d_learning_rate": _rate(g_rate)},
        )
    elif not run.is_penalised:
        advice = _r1(
            N_(
                "Choose “{penalty_value}” under “{penalty}”, with {penalty_weight_value} under "
                "“{penalty_weight}”: a D that may not be steep cannot be so sure."
            )
        )
    elif _rate(d_rate / 4) < d_rate:
        advice = _advice(
            N_(
                "Set “{d_learning_rate}” to {d_learning_rate_value}, a quarter of what it is, so "
                "that G can keep up."
            ),
            {"d_learning_rate": _rate(d_rate / 4)},
        )
    else:
        advice = _instance_noise()
    title = Text(N_("The discriminator wins"))
    severity: Severity = "bad" if _misses_half(run) else "watch"
    return Finding("d_wins", severity, title, evidence, *advice)


def _vanishing(run: _Run, wins: bool, evidence: Text) -> Finding | None:
    """G's gradient is gone, by the loss's own slope or as measured.

    A small gradient alone is no trouble: in the equilibrium it is small too. So D must have won,
    or, where nobody can tell, G must not have found the data.
    """
    fallen = _fallen(run.g_gradient)
    g_slope = _g_slope(run) if run.loss.gives_probability else None
    lost = run.loss.equilibrium is None and (_covers_little(run) or not len(run.modes))
    if wins and g_slope is not None and g_slope < FLAT:
        reason = Text(
            N_(
                "{evidence} There G's loss is almost flat: its slope is {slope}, where 1 would be "
                "steep."
            ),
            {"evidence": evidence, "slope": _shown(g_slope)},
        )
    elif (wins or lost) and fallen:
        reason = Text(
            N_("G's gradient, which tells it where to go, has shrunk from {early} to {now}."),
            {"early": _shown(fallen[0]), "now": _shown(fallen[1])},
        )
        if wins:
            reason = Text(
                N_("{evidence} {more}"),
                {"evidence": evidence, "more": reason},
            )
    else:
        return None
    flat_by_itself = g_slope is not None and g_slope < FLAT
    advice = (
        _advice(
            N_(
                "Choose “{loss_value}” under “{loss}”: that loss is steepest where the generator "
                "is losing."
            ),
            {"loss": "non_saturating"},
        )
        if flat_by_itself and run.loss.name != "non_saturating"
        else _instance_noise()
    )
    title = Text(N_("The generator hardly learns any more: its gradient vanishes"))
    return Finding("vanishing", "bad", title, reason, *advice)


def _g_wins(run: _Run) -> Finding | None:
    """D takes fake for real, or does worse than one that gives every sample the same score.

    The first weights may score either above the other; that is no lead.
    """
    if run.loss.gives_probability:
        if not (run.median("d_fake") > FOOLED and run.gap < 0):
            return None
        evidence = Text(
            N_(
                "D takes generated samples for real, D(G(z)) = {d_fake}, and trusts real ones "
                "less, D(x) = {d_real}."
            ),
            run.numbers,
        )
    else:
        if run.excess is None or run.excess <= NEAR_LOSS or run.gap >= 0 or not run.is_settled:
            return None
        evidence = Text(
            N_(
                "D's loss is {d_loss}. It would be only {fair} if D gave every sample the same "
                "score."
            ),
            run.numbers,
        )
    d_rate, g_rate = run.rates
    advice = (
        _teach_d(run)
        if d_rate < g_rate
        else _advice(
            N_(
                "Set “{g_learning_rate}” to {g_learning_rate_value}, a quarter of what it is, so "
                "that D can catch up."
            ),
            {"g_learning_rate": _rate(g_rate / 4)},
        )
    )
    title = Text(N_("The generator is ahead: it fools the discriminator"))
    return Finding("g_wins", "watch", title, evidence, *advice)


def _d_blind(run: _Run) -> Finding | None:
    """The curves are in balance, but because D knows nothing and not because G is good."""
    if not _knows_nothing(run) or not _misses_half(run):
        return None
    return Finding(
        "d_blind",
        "bad",
        Text(N_("The discriminator only guesses, and the generator learns nothing from it")),
        Text(
            N_(
                "D answers alike to real samples ({d_real}) and generated ones ({d_fake}), yet G "
                "reaches only {covered} of the data's {n_modes} spots."
            ),
            {"covered": _shown(_now(run.modes)), "n_modes": str(run.n_modes), **run.numbers},
        ),
        *_teach_d(run),
    )


def _noisy(run: _Run) -> Finding | None:
    """D's loss jumps between records by as much as knowing and guessing differ."""
    jump = _jump(run)
    if jump <= JUMP:
        return None
    return Finding(
        "noisy",
        "bad",
        Text(N_("The losses jump about: the steps are too large")),
        Text(
            N_(
                "From one record to the next, D's loss typically changes by {jump}. A D that only "
                "guesses would pay {fair} all the time."
            ),
            {"jump": _shown(jump * (run.stake or 0.0)), **run.numbers},
        ),
        *_smaller_steps(run),
    )


def _collapsed(run: _Run) -> Finding | None:
    """G leaves out most modes for good, or has lost several; "missed" if it reaches none."""
    values = run.modes
    if len(values) < MEASUREMENTS or (_knows_nothing(run) and _misses_half(run)):
        return None
    now = _now(values)
    middles = np.median(np.lib.stride_tricks.sliding_window_view(values, LATEST), axis=1)
    best = int(middles.argmax())  # a lucky measurement does not make a best
    if _misses_half(run):
        evidence = Text(
            N_("G reaches {covered} of the data's {n_modes} spots, and that number does not grow."),
            {"covered": _shown(now), "n_modes": str(run.n_modes)},
        )
    elif middles[best] - now >= max(FALL, (run.n_modes or 0) // 8):
        evidence = Text(
            N_("Around step {step}, G reached {best} of the data's spots; now it reaches {now}."),
            {
                "step": number(round(float(run.metrics["modes_covered"].steps[best + 1]))),
                "best": _shown(float(middles[best])),
                "now": _shown(now),
            },
        )
    else:
        return None
    if not now:
        title = Text(N_("The generator does not reach the data"))
        return Finding("missed", "bad", title, evidence, *_smaller_steps(run))
    advice = (
        _advice(
            N_(
                "Start again with {packing_value} under “{packing}”: a D that looks at several "
                "samples together notices that they are all alike."
            ),
            {"packing": 2},
        )
        if run.is_penalised
        else _r1(
            N_(
                "Choose “{penalty_value}” under “{penalty}”, with {penalty_weight_value} under "
                "“{penalty_weight}”: it keeps D from chasing G from spot to spot."
            )
        )
    )
    title = Text(N_("Mode collapse: the generator leaves out part of the data"))
    return Finding("collapsed", "bad", title, evidence, *advice)


def _oscillating(run: _Run) -> Finding | None:
    """A wave in D's loss or in its answers, or modes that come and go."""
    values = run.modes
    second_half = values[len(values) // 2 :]
    swing = max(SWING, (run.n_modes or 0) // 4)
    falls = _falls(second_half, swing)
    sizes = {"d_loss": run.stake or abs(run.median("d_loss"))}
    if run.loss.gives_probability:
        sizes["d_fake"] = 1.0
    waves = {field: _wave(run.steps, run.column(field), sizes[field] * SWELL) for field in sizes}
    field, wave = next(((name, wave) for name, wave in waves.items() if wave), ("", None))
    if wave:
        evidence = Text(
            N_(
                "{what} swings up and down by about {height}, once in {period} steps: {share} of "
                "its changes in the last {n_steps} steps are this one wave."
            ),
            {
                "what": Text(_NAMES[field]),
                "height": _shown(wave.height),
                "period": number(round(wave.period)),
                "share": f"{wave.share:.0%}",
                **run.numbers,
            },
        )
    elif falls >= SWINGS:
        evidence = Text(
            N_(
                "In the second half of the run, {falls} times G lost {swing} or more of the data's "
                "spots and found as many again."
            ),
            {"falls": str(falls), "swing": str(swing)},
        )
    else:
        return None
    advice = (
        _advice(
            N_(
                "Start again with {beta_1_value} under “{beta_1}”: memory of past gradients pushes "
                "both players beyond where they should stop."
            ),
            {"beta_1": 0.0},
        )
        if run.is_penalised
        else _r1(
            N_(
                "Choose “{penalty_value}” under “{penalty}”, with {penalty_weight_value} under "
                "“{penalty_weight}”: it brakes the chase, so that the game can come to rest."
            )
        )
    )
    title = Text(N_("The two players chase each other in circles"))
    return Finding("oscillating", "watch", title, evidence, *advice)


def _unbounded(run: _Run) -> Finding | None:
    """A loss that D can lower for ever, and a D that does."""
    if run.is_penalised or not _has_no_bottom(run.loss):
        return None
    blocks = _blocks(run.column("d_loss"))
    growth = float(np.exp(min(50.0, _change(np.log(np.maximum(-blocks, 1e-30))))))
    if blocks.max() >= 0 or growth <= DRIFT or -blocks[-1] <= JUMP * (run.stake or np.inf):
        return None
    return Finding(
        "unbounded",
        "watch",
        Text(N_("The discriminator's scores grow and grow: nothing holds them")),
        Text(
            N_(
                "In the last {n_steps} steps D's loss went from {first} to {last}. This loss has "
                "no lowest value, and D pays no penalty."
            ),
            {**run.numbers, "first": _shown(blocks[0]), "last": _shown(blocks[-1])},
        ),
        *_gradient_penalty(),
    )


def _balanced(run: _Run) -> Finding | None:
    """Near the equilibrium; whether that means good samples, the curves cannot tell."""
    if not run.is_settled or _covers_little(run):
        return None
    if run.loss.gives_probability:
        if max(abs(run.median("d_real") - 0.5), abs(run.median("d_fake") - 0.5)) >= NEAR:
            return None
        evidence = Text(
            N_(
                "D gives real samples D(x) = {d_real} and generated ones D(G(z)) = {d_fake}. Both "
                "are near ½: D can hardly tell them apart."
            ),
            run.numbers,
        )
    else:
        if run.excess is None or abs(run.excess) >= NEAR_LOSS:
            return None
        evidence = Text(
            N_(
                "D's loss is {d_loss}, near {fair}, which it is where D cannot tell real from "
                "generated samples."
            ),
            run.numbers,
        )
    distance, floor = run.values("sliced_wasserstein"), run.floors.get("sliced_wasserstein", 0.0)
    if len(distance) and np.isfinite(floor) and 0 < FLOORS * floor < _now(distance):
        advice = Text(
            N_(
                "Balance alone does not make samples good: the generated ones are {times} times as "
                "far from the data as other real samples would be. Let it train on."
            ),
            {"times": _shown(_now(distance) / floor)},
        )
    else:
        advice = Text(
            N_(
                "Look at the samples: balance alone does not make them good. Two weak players are "
                "in balance too."
            )
        )
    return Finding(
        "balanced", "good", Text(N_("The two players are in balance")), evidence, advice, {}
    )


def _quiet(run: _Run) -> Finding:
    """No rule has found anything."""
    blocks = {field: _blocks(run.column(field)) for field in ("d_loss", "g_loss")}
    moves = any(
        float(np.ptp(values)) > TREND * float(np.abs(values).max()) for values in blocks.values()
    )
    values = {
        **run.numbers,
        **{f"{field}_{at}": _shown(each[i]) for field, each in blocks.items() for at, i in _ENDS},
    }
    evidence = Text(
        N_(
            "In the last {n_steps} steps D's loss went from {d_loss_first} to {d_loss_last} and "
            "G's from {g_loss_first} to {g_loss_last}."
        ),
        values,
    )
    if _covers_little(run):
        evidence = Text(
            N_("{evidence} So far, G reaches {covered} of the data's {n_modes} spots."),
            {
                "evidence": evidence,
                "covered": _shown(_now(run.modes)),
                "n_modes": str(run.n_modes),
            },
        )
    if moves or _covers_little(run) or not run.is_settled:
        return Finding(
            "moving",
            "good",
            Text(N_("Still changing, and no trouble is to be seen")),
            evidence,
            Text(N_("Let it train on, and watch the samples.")),
            {},
        )
    return Finding(
        "steady",
        "good",
        Text(N_("The curves have become level, and no trouble is to be seen")),
        evidence,
        Text(
            N_(
                "Look at the samples: only they tell how good G is, and more steps may hardly "
                "change them."
            )
        ),
        {},
    )


def _teach_d(run: _Run) -> tuple[Text, Mapping[str, Any]]:
    """What makes D learn faster than G."""
    d_rate, g_rate = run.rates
    if d_rate < g_rate:
        return _advice(
            N_(
                "Set “{d_learning_rate}” to {d_learning_rate_value}, which is G's: a D that learns "
                "faster has more to teach."
            ),
            {"d_learning_rate": _rate(g_rate)},
        )
    return _advice(
        N_(
            "Set “{d_steps}” to {d_steps_value}: a D that learns more often before each turn of G "
            "has more to teach."
        ),
        {"d_steps": D_STEPS},
    )


def _smaller_steps(run: _Run) -> tuple[Text, Mapping[str, Any]]:
    d_rate, g_rate = run.rates
    return _advice(
        N_(
            "Start again with {d_learning_rate_value} under “{d_learning_rate}” and "
            "{g_learning_rate_value} under “{g_learning_rate}”, a tenth of what they are."
        ),
        {"d_learning_rate": _rate(d_rate / 10), "g_learning_rate": _rate(g_rate / 10)},
    )


def _calm(run: _Run) -> tuple[Text, Mapping[str, Any]]:
    """What keeps numbers finite: a bound on D where its loss has none, smaller steps elsewhere."""
    held = run.is_penalised if len(run.records) else False
    return _smaller_steps(run) if held or not _has_no_bottom(run.loss) else _gradient_penalty()


def _gradient_penalty() -> tuple[Text, Mapping[str, Any]]:
    return _advice(
        N_(
            "Start again with “{penalty_value}” under “{penalty}” and {penalty_weight_value} under "
            "“{penalty_weight}”: it keeps D from growing ever steeper."
        ),
        {"penalty": "gradient_penalty", "penalty_weight": GRADIENT_PENALTY_WEIGHT},
    )


def _instance_noise() -> tuple[Text, Mapping[str, Any]]:
    return _advice(
        N_(
            "Set “{instance_noise}” to {instance_noise_value}: blurred, real and generated samples "
            "overlap, and D can no longer be sure."
        ),
        {"instance_noise": NOISE},
    )


def _r1(template: str) -> tuple[Text, Mapping[str, Any]]:
    return _advice(template, {"penalty": "r1", "penalty_weight": R1_WEIGHT})


def _advice(template: str, changes: Mapping[str, Any]) -> tuple[Text, Mapping[str, Any]]:
    """The sentence, with each field's title under its name and its value under name + "_value"."""
    values: dict[str, Any] = {}
    for field, value in changes.items():
        values[field] = Text(str(RunConfig.model_fields[field].title))
        values[f"{field}_value"] = (
            Text(RunConfig.titles(field)[value]) if field in RunConfig.choices else number(value)
        )
    return Text(template, values), changes


def _rate(rate: float) -> float:
    """A learning rate within its bounds, with two digits that count."""
    low, high = RunConfig.bounds("d_learning_rate")
    return float(f"{min(max(rate, low), high):.2g}")


def _knows_nothing(run: _Run) -> bool:
    """Whether D answers real and generated samples alike."""
    if run.loss.gives_probability:
        return abs(run.gap) < BLIND
    return run.excess is not None and abs(run.excess) < BLIND


def _misses_half(run: _Run) -> bool:
    """Whether G reaches less than half of the modes, and no more than before."""
    values = run.modes
    if len(values) < MEASUREMENTS or not _covers_little(run):
        return False
    third = len(values) // 3
    return bool(np.median(values[-third:]) <= np.median(values[-2 * third : -third]))


def _covers_little(run: _Run) -> bool:
    """Whether G reaches less than half of the modes now, growing or not; or one of two."""
    if not run.n_modes or not len(run.modes):
        return False
    now = _now(run.modes)
    return now < run.n_modes / 2 or now <= 1 < run.n_modes


def _fallen(sizes: np.ndarray) -> tuple[float, float] | None:
    """The largest of the early gradients and the size now, if that is a tiny part of it."""
    if len(sizes) < MEASUREMENTS:
        return None
    early, now = float(sizes[: len(sizes) // 2].max()), _now(sizes)
    return (early, now) if early > 0 and now <= early / FALLEN else None


def _jump(run: _Run) -> float:
    """How far D's loss typically moves from one record to the next, as a share of the stake."""
    return float(np.median(np.abs(np.diff(run.column("d_loss"))))) / (run.stake or np.inf)


def _falls(values: np.ndarray, swing: float) -> int:
    """How often `values` fall by `swing` or more and rise by as much again."""
    n_falls, rising, turn = 0, True, values[0] if len(values) else 0.0
    for value in values:
        if rising and value <= turn - swing:
            rising, turn = False, value
        elif not rising and value >= turn + swing:
            rising, turn, n_falls = True, value, n_falls + 1
        turn = max(turn, value) if rising else min(turn, value)
    return n_falls


class _Wave(NamedTuple):
    height: float  # from crest to trough
    period: float  # in steps
    share: float  # of the variance


def _wave(steps: np.ndarray, values: np.ndarray, least: float) -> _Wave | None:
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
    return _Wave(height, float(duration) / n_periods, share)


def _price(loss: Loss, real: float, fake: float) -> tuple[float, float]:
    """What D and G pay for one real and one generated sample with these outputs of D."""
    with np.errstate(all="ignore"):
        d_loss, g_loss = (
            player(np.full(1, real), np.full(1, fake), NUMPY)
            for player in (loss.discriminator, loss.generator)
        )
    return float(d_loss), float(g_loss)


def _corners(loss: Loss, size: float) -> np.ndarray:
    """D's and G's losses where D's outputs are ±`size`, those that are finite."""
    ends = (-size, size)
    prices = np.array([_price(loss, real, fake) for real in ends for fake in ends])  # (4, 2)
    return prices[np.isfinite(prices).all(axis=1)]


def _far(loss: Loss) -> float:
    """The largest loss, of either player, where D's outputs are ±8."""
    return float(np.abs(_corners(loss, LIMIT)).max(initial=1.0))


def _has_no_bottom(loss: Loss) -> bool:
    """Whether D can lower its loss for ever by growing steeper."""
    near, far = (_corners(loss, size)[:, 0].min(initial=np.inf) for size in (LIMIT, 1000 * LIMIT))
    return bool(far < near - 1)


def _g_slope(run: _Run) -> float:
    """|∂ L_G / ∂ output of D| at generated samples, where D answers as it does."""
    outputs = np.linspace(-40, 40, 1601)
    answers = run.loss.decision(outputs, NUMPY)
    real, fake = (
        np.full(1, np.interp(run.median(field), answers, outputs)) for field in ("d_real", "d_fake")
    )
    with np.errstate(all="ignore"):
        return float(np.abs(slope(run.loss.generator, "fake", real, fake)))


def _measured(series: Series, least_step: float = 0.0) -> Series:
    """The finite values of `series`; none before it has reached `least_step`."""
    steps, values = (np.asarray(each, np.float64) for each in series)
    kept = np.isfinite(steps) & np.isfinite(values) & (steps.max(initial=0.0) >= least_step)
    return Series(steps[kept], np.clip(values[kept], -1e38, 1e38))


def _now(values: np.ndarray) -> float:
    return float(np.median(values[-LATEST:]))


def _blocks(values: np.ndarray) -> np.ndarray:
    """Medians of `BLOCKS` stretches of `values`, in order."""
    return np.array([np.median(part) for part in np.array_split(values, BLOCKS)])


def _change(blocks: np.ndarray) -> float:
    """How far `blocks` move from first to last, by the median slope of all pairs (Theil–Sen)."""
    i, j = np.triu_indices(len(blocks), 1)
    return float(np.median((blocks[j] - blocks[i]) / (j - i))) * (len(blocks) - 1)


def _shown(value: float) -> str:
    """A number with three digits that count, as a reader writes it: 0.012, −3.5, 1.7 · 10¹⁰."""
    if value and not 1e-4 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.1e}".split("e")
        shown = f"{mantissa} · 10{str(int(exponent)).translate(_DIGITS)}"
    else:
        rounded = float(f"{value:.3g}")
        shown = number(int(rounded) if abs(rounded) >= 1000 else rounded)
    return shown.replace("-", "−")
