"""Who is ahead, D or G, and what G learns and misses because of that."""

from __future__ import annotations

import numpy as np

from gan_core.diagnosis.advice import (
    Advice,
    advise,
    allowed_rate,
    instance_noise,
    packing,
    r1,
    smaller_steps,
    teach_d,
)
from gan_core.diagnosis.curves import LATEST, MEASUREMENTS, find_fall, latest, shown
from gan_core.diagnosis.finding import Finding, Severity
from gan_core.diagnosis.reading import NEAR_LOSS, Reading
from gan_core.text import N_, Text, number

# On the ring, runs that learn stay below 0.75; a D that learns 100 times as fast as G has 0.88.
WON = 0.85  # of the largest D(x) − D(G(z)) that pays: D is sure of itself and right
WON_LOSS = 0.11  # of the equilibrium's loss: what cross-entropy costs at that gap
FOOLED = 0.1  # how far D(G(z)) is then above what D says when it can only guess
FLAT = 0.05  # a slope of G's loss smaller than that teaches G next to nothing, as in the figure
FALL = 3  # modes lost; two come and go by chance


def d_wins(run: Reading) -> Finding | None:
    """D tells real from fake without fail; "vanishing" where G learns nothing from that."""
    if run.loss.gives_probability:
        # Twice what D says when it can only guess: 1, or with labels smoothed by s 1 − s.
        wins = run.gap > WON * 2 * run.even_answer
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
    advice: Advice
    if d_rate > 1.5 * g_rate:
        advice = advise(
            N_(
                "Set “{d_learning_rate}” to {d_learning_rate_value}, which is G's: a D that learns "
                "as slowly as G leaves it time to follow."
            ),
            {"d_learning_rate": allowed_rate(g_rate)},
        )
    elif not run.is_penalised:
        advice = r1(
            N_(
                "Choose “{penalty_value}” under “{penalty}”, with {penalty_weight_value} under "
                "“{penalty_weight}”: a D that may not be steep cannot be so sure."
            )
        )
    elif allowed_rate(d_rate / 4) < d_rate:
        advice = advise(
            N_("Set “{d_learning_rate}” to {d_learning_rate_value}, so that G can keep up."),
            {"d_learning_rate": allowed_rate(d_rate / 4)},
        )
    else:
        advice = instance_noise(run)
    title = Text(N_("The discriminator wins"))
    severity: Severity = "bad" if run.misses_half else "watch"
    return Finding("d_wins", severity, title, evidence, *advice)


def _vanishing(run: Reading, wins: bool, evidence: Text) -> Finding | None:
    """G's gradient is gone, by the loss's own slope or as measured.

    A small gradient alone is no trouble: in the equilibrium it is small too. So D must have won,
    or, where nobody can tell, G must not have found the data.
    """
    fallen = find_fall(run.g_gradient)
    g_slope = run.g_slope if run.loss.gives_probability else None
    lost = run.loss.equilibrium is None and (run.covers_little or not len(run.modes))
    if wins and g_slope is not None and g_slope < FLAT:
        reason = Text(
            N_(
                "{evidence} There G's loss is almost flat: its slope is {slope}, where 1 would be "
                "steep."
            ),
            {"evidence": evidence, "slope": shown(g_slope)},
        )
    elif (wins or lost) and fallen:
        reason = Text(
            N_("G's gradient, which tells it where to go, has shrunk from {early} to {now}."),
            {"early": shown(fallen[0]), "now": shown(fallen[1])},
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
        advise(
            N_(
                "Choose “{loss_value}” under “{loss}”: that loss is steepest where the generator "
                "is losing."
            ),
            {"loss": "non_saturating"},
        )
        if flat_by_itself and run.loss.name != "non_saturating"
        else instance_noise(run)
    )
    title = Text(N_("The generator hardly learns any more: its gradient vanishes"))
    return Finding("vanishing", "bad", title, reason, *advice)


def g_wins(run: Reading) -> Finding | None:
    """D takes fake for real, or does worse than one that gives every sample the same score.

    The first weights may score either above the other; that is no lead.
    """
    if run.loss.gives_probability:
        if not (run.median("d_fake") > run.even_answer + FOOLED and run.gap < 0):
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
        teach_d(run)
        if d_rate < g_rate or allowed_rate(g_rate / 4) == g_rate
        else advise(
            N_("Set “{g_learning_rate}” to {g_learning_rate_value}, so that D can catch up."),
            {"g_learning_rate": allowed_rate(g_rate / 4)},
        )
    )
    title = Text(N_("The generator is ahead: it fools the discriminator"))
    return Finding("g_wins", "watch", title, evidence, *advice)


def d_blind(run: Reading) -> Finding | None:
    """The curves are in balance, but because D knows nothing and not because G is good."""
    if not run.is_blind or run.lead_changes:
        return None
    return Finding(
        "d_blind",
        "bad",
        Text(N_("The discriminator only guesses, and the generator learns nothing from it")),
        Text(
            N_(
                "D answers alike to real samples ({d_real}) and generated ones ({d_fake}), yet G "
                "reaches only {covered} of the data's {n_modes} spots (median of the latest "
                "measurements)."
            ),
            {**run.coverage, **run.numbers},
        ),
        *teach_d(run),
    )


def collapsed(run: Reading) -> Finding | None:
    """G leaves out most modes for good, or has lost several; "missed" if it reaches none."""
    values = run.modes
    if len(values) < MEASUREMENTS or run.is_blind or run.lead_changes:
        return None
    now = latest(values)
    middles = np.median(np.lib.stride_tricks.sliding_window_view(values, LATEST), axis=1)
    best = int(middles.argmax())  # a lucky measurement does not make a best
    if run.misses_half:
        evidence = Text(
            N_(
                "G reaches {covered} of the data's {n_modes} spots (median of the latest "
                "measurements), and that number does not grow."
            ),
            run.coverage,
        )
    elif middles[best] - now >= max(FALL, (run.n_modes or 0) // 8):
        evidence = Text(
            N_("Around step {step}, G reached {best} of the data's spots; now it reaches {now}."),
            {
                "step": number(round(float(run.metrics["modes_covered"].steps[best + 1]))),
                "best": shown(float(middles[best])),
                "now": shown(now),
            },
        )
    else:
        return None
    if not now:
        title = Text(N_("The generator does not reach the data"))
        return Finding("missed", "bad", title, evidence, *smaller_steps(run))
    advice = (
        packing(run)
        if run.is_penalised
        else r1(
            N_(
                "Choose “{penalty_value}” under “{penalty}”, with {penalty_weight_value} under "
                "“{penalty_weight}”: it keeps D from chasing G from spot to spot."
            )
        )
    )
    title = Text(N_("Mode collapse: the generator leaves out part of the data"))
    return Finding("collapsed", "bad", title, evidence, *advice)
