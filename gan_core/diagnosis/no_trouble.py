"""What there is to say where no rule finds any trouble."""

from __future__ import annotations

import numpy as np

from gan_core.diagnosis.curves import block_medians, latest, shown
from gan_core.diagnosis.finding import Finding
from gan_core.diagnosis.reading import NEAR_LOSS, Reading
from gan_core.text import N_, Text

FEWEST = 20  # records; before that, the curves show the initial weights and chance
NEAR = 0.15  # how far D(x) and D(G(z)) may be from the equilibrium's in balance
TREND = 0.1  # of its size: a curve that stays within that in the window is level
FLOORS = 3.0  # times the noise floor: samples that anybody can tell from real ones

_ENDS = (("first", 0), ("last", -1))


def starting(run: Reading) -> Finding:
    """There are too few records."""
    return Finding(
        "starting",
        "watch",
        Text(N_("Too early to say")),
        Text(
            N_("Records so far: {n}. With fewer than {fewest}, curves show only chance."),
            {"n": str(len(run.records)), "fewest": str(FEWEST)},
        ),
        Text(N_("Let it train on.")),
        {},
    )


def balanced(run: Reading) -> Finding | None:
    """Near the equilibrium; whether that means good samples, the curves cannot tell."""
    if not run.is_settled or run.covers_little:
        return None
    if run.loss.gives_probability:
        answers = run.median("d_real"), run.median("d_fake")
        even = run.even_answer
        if max(abs(answer - even) for answer in answers) >= NEAR:
            return None
        evidence = Text(
            N_(
                "D gives real samples D(x) = {d_real} and generated ones D(G(z)) = {d_fake}. Both "
                "are near {even}: D can hardly tell them apart."
            ),
            {**run.numbers, "even": "½" if np.isclose(even, 0.5) else shown(even)},
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
    if len(distance) and np.isfinite(floor) and 0 < FLOORS * floor < latest(distance):
        advice = Text(
            N_(
                "Balance alone does not make samples good: the generated ones are {times} times as "
                "far from the data as other real samples would be. Let it train on."
            ),
            {"times": shown(latest(distance) / floor)},
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


def quiet(run: Reading) -> Finding:
    """No rule has found anything."""
    blocks = {field: block_medians(run.column(field)) for field in ("d_loss", "g_loss")}
    moves = any(
        float(np.ptp(values)) > TREND * float(np.abs(values).max()) for values in blocks.values()
    )
    values = {
        **run.numbers,
        **{f"{field}_{at}": shown(each[i]) for field, each in blocks.items() for at, i in _ENDS},
    }
    evidence = Text(
        N_(
            "In the last {n_steps} steps D's loss went from {d_loss_first} to {d_loss_last} and "
            "G's from {g_loss_first} to {g_loss_last}."
        ),
        values,
    )
    if run.covers_little:
        evidence = Text(
            N_(
                "{evidence} So far, G reaches {covered} of the data's {n_modes} spots (median of "
                "the latest measurements)."
            ),
            {"evidence": evidence, **run.coverage},
        )
    if moves or run.covers_little or not run.is_settled:
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
