"""What holds over ten seeds: an ordering, as a table in Markdown.

packing    the ring's modes found by a plain GAN and by one whose D sees two samples at once, where
           D is far ahead of G

The cases of a claim share seeds, and with them data, noise and first weights of G.
tests/core/test_orderings.py asserts it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gan_core.config import RunConfig
from gan_core.metrics.mode_coverage import N_SAMPLES, high_quality, modes_covered
from gan_core.training.pool import borrowed_trainer
from gan_core.training.trainer import Trainer

N_SEEDS = 10

Figures = dict[str, dict[str, list[float]]]  # case → what was measured → a value for each seed

MODES, QUALITY = "modes covered", "% high quality"

# ------------------------------------------------------------------------------- packing

PLAIN, PACKED = "plain GAN", "packing 2"
_RING = {
    "dataset": "ring",
    "network": "mlp",
    "latent_dim": 2,
    "g_hidden_units": 32,
    "d_hidden_units": 32,
    "batch_size": 64,
    "d_learning_rate": 3e-3,
    "g_learning_rate": 1e-3,
    "d_steps": 5,
    "steps": 4000,
}


def packing_figures(seeds: Sequence[int]) -> Figures:
    """How runs on the ring end, by how many samples D sees at once."""
    figures: Figures = {}
    for case, packing in ((PLAIN, 1), (PACKED, 2)):
        ends = []
        for seed in seeds:
            config = RunConfig.parse(_RING | {"packing": packing, "seed": seed})
            with borrowed_trainer(config) as trainer:
                _train(trainer, config.steps)
                ends.append(_coverage(trainer))
        figures[case] = _by_measure(ends)
    return figures


# ------------------------------------------------------------------------------- in common

CLAIMS: Mapping[str, Callable[[Sequence[int]], Figures]] = {
    "packing": packing_figures,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--seeds", type=int, default=N_SEEDS, help="default: %(default)s")


def measure(arguments: argparse.Namespace) -> dict[str, Figures]:
    """Every claim's figures, from seed 0 on."""
    return {claim: figures(range(arguments.seeds)) for claim, figures in CLAIMS.items()}


def as_text(figures: Mapping[str, Figures]) -> str:
    """One table in Markdown: mean ± standard deviation over the seeds, and the extremes."""
    lines = [
        "| Claim | Case | Measured | Mean ± std | Least | Most |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for claim, cases in figures.items():
        for case, measured in cases.items():
            for what, values in measured.items():
                spread = f"{np.mean(values):.3g} ± {np.std(values):.2g}"
                extremes = f"{min(values):.3g} | {max(values):.3g}"
                lines.append(f"| {claim} | {case} | {what} | {spread} | {extremes} |")
    return "\n".join(lines)


def _train(trainer: Trainer, until: int) -> None:
    while trainer.step < until:
        trainer.run(until - trainer.step)


def _coverage(trainer: Trainer) -> dict[str, float]:
    points, dataset = trainer.samples(N_SAMPLES), trainer.config.items.dataset
    return {
        MODES: modes_covered(points, points, dataset),
        QUALITY: high_quality(points, points, dataset),
    }


def _by_measure(ends: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    return {what: [end[what] for end in ends] for what in ends[0]}
