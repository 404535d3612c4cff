"""Curves that move as they should not: to infinity, up and down, in jumps."""

from __future__ import annotations

import numpy as np

from gan_core.diagnosis.advice import calm, gradient_penalty, no_momentum, r1, smaller_steps
from gan_core.diagnosis.curves import block_medians, count_falls, find_wave, shown, trend
from gan_core.diagnosis.finding import Finding, Severity
from gan_core.diagnosis.prices import farthest_price
from gan_core.diagnosis.reading import JUMP, SWINGS, Reading
from gan_core.losses.doubts import has_no_bottom
from gan_core.text import N_, Text, number

HUGE = 100.0  # times what D's outputs of ±8 cost: no output that says anything is as large
GROWTH = 4.0  # times in the window: a loss that grows in proportion to the step reaches 1.5
DRIFT = 1.5  # times in the window: as fast as the step, in a D that nothing holds
SWING = 2  # modes in one rise or fall
MOMENTUM = 0.5  # what GANs are commonly trained with; more is the first suspect
SWELL = 0.1  # from crest to trough: of D(G(z)), or of D's loss in the equilibrium

_NAMES = {
    "d_loss": N_("D's loss"),
    "g_loss": N_("G's loss"),
    "d_real": N_("D's answer to real samples"),
    "d_fake": N_("D's answer to generated samples"),
    "d_penalty": N_("what D pays in addition"),
}


def diverged(run: Reading, steps: np.ndarray, finite: np.ndarray) -> Finding:
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
        *calm(run),
    )


def diverging(run: Reading) -> Finding | None:
    """Losses that grow by a factor again and again, or are absurdly large already."""
    size = np.maximum(np.abs(run.column("d_loss")), np.abs(run.column("g_loss")))  # (w,)
    blocks = block_medians(size)
    # What the farthest outputs cost that figures show; ten times that is still a D that is sure.
    far = farthest_price(run.loss)
    growth = float(np.exp(min(50.0, trend(np.log(np.maximum(blocks, 1e-30))))))
    now = float(blocks[-1])
    if now > HUGE * far:
        evidence = Text(
            N_(
                "The larger of the two losses is {now}. Even where D is very sure, this loss costs "
                "no more than {far}."
            ),
            {"now": shown(now), "far": shown(far)},
        )
    elif growth > GROWTH and now > far:
        evidence = Text(
            N_(
                "The larger of the two losses has grown {growth}-fold in the last {n_steps} steps, "
                "to {now}."
            ),
            {"growth": shown(growth), "now": shown(now), **run.numbers},
        )
    else:
        return None
    title = Text(N_("The losses run away"))
    return Finding("diverging", "bad", title, evidence, *calm(run))


def noisy(run: Reading) -> Finding | None:
    """D's loss jumps between records by as much as knowing and guessing differ."""
    jump = run.jump
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
            {"jump": shown(jump * (run.stake or 0.0)), **run.numbers},
        ),
        *smaller_steps(run),
    )


def oscillating(run: Reading) -> Finding | None:
    """A wave in D's loss or in its answers, or modes that come and go."""
    values = run.modes
    second_half = values[len(values) // 2 :]
    swing = max(SWING, (run.n_modes or 0) // 4)
    falls = count_falls(second_half, swing)
    sizes = {"d_loss": run.stake or abs(run.median("d_loss"))}
    if run.loss.gives_probability:
        sizes["d_fake"] = 1.0
    waves = {
        field: find_wave(run.steps, run.column(field), sizes[field] * SWELL) for field in sizes
    }
    field, wave = next(((name, wave) for name, wave in waves.items() if wave), ("", None))
    if wave:
        evidence = Text(
            N_(
                "{what} swings up and down by about {height}, once in {period} steps: {share} of "
                "its changes in the last {n_steps} steps are this one wave."
            ),
            {
                "what": Text(_NAMES[field]),
                "height": shown(wave.height),
                "period": number(round(wave.period)),
                "share": f"{wave.share:.0%}",
                **run.numbers,
            },
        )
    elif run.lead_changes:
        evidence = Text(
            N_(
                "{times} times in the last {n_steps} steps, D's loss fell by more than {stake} and "
                "rose again: now D is ahead, now G."
            ),
            {"times": str(run.swings), "stake": shown(run.stake or 0.0), **run.numbers},
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
        no_momentum(run)
        if run.is_penalised or run.config.beta_1 > MOMENTUM
        else r1(
            N_(
                "Choose “{penalty_value}” under “{penalty}”, with {penalty_weight_value} under "
                "“{penalty_weight}”: it brakes the chase, so that the game can come to rest."
            )
        )
    )
    title = Text(N_("The two players chase each other in circles"))
    severity: Severity = "bad" if run.lead_changes else "watch"
    return Finding("oscillating", severity, title, evidence, *advice)


def unbounded(run: Reading) -> Finding | None:
    """A loss that D can lower for ever, and a D that does."""
    if run.is_held or not has_no_bottom(run.loss):
        return None
    blocks = block_medians(run.column("d_loss"))
    growth = float(np.exp(min(50.0, trend(np.log(np.maximum(-blocks, 1e-30))))))
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
            {**run.numbers, "first": shown(blocks[0]), "last": shown(blocks[-1])},
        ),
        *gradient_penalty(),
    )
