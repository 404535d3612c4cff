"""What holds over ten seeds: orderings, as a table in Markdown.

variety    the ring's modes found by a plain GAN, by one whose D sees two samples at once, and by an
           InfoGAN whose D reads one of eight kinds off each sample, where D is far ahead of G
recovery   a run that has collapsed goes on as it was, or with a penalty from then on
slope      real and generated samples on two parallel lines (example 1 of arXiv:1701.07875), G at
           rest: how hard a D that has learnt pulls the generated ones to the real line

The cases of a claim share seeds, and with them data, noise and first weights of G.
tests/core/test_orderings.py asserts the orderings.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.gallery import FAILURES
from gan_core.metrics.mode_coverage import N_SAMPLES, high_quality, modes_covered
from gan_core.metrics.sliced_wasserstein import sliced_wasserstein
from gan_core.training.plane_view import view_of
from gan_core.training.pool import borrowed_trainer, real_samples
from gan_core.training.trainer import Trainer

N_SEEDS = 10

Figures = dict[str, dict[str, list[float]]]  # case → what was measured → a value for each seed

MODES, QUALITY, DISTANCE = "modes covered", "% high quality", "sliced W₁"
PULL = "pull on generated samples"

# ------------------------------------------------------------------------------- variety

PLAIN, PACKED, READ = "plain GAN", "packing 2", "eight kinds to read"
_VARIETY: Mapping[str, Mapping[str, Any]] = {
    PLAIN: {},
    PACKED: {"packing": 2},
    READ: {"family": "infogan", "n_kinds": 8, "n_codes": 0},
}
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


def variety_figures(seeds: Sequence[int]) -> Figures:
    """How runs on the ring end, by what is done for variety."""
    figures: Figures = {}
    for case, settings in _VARIETY.items():
        ends = []
        for seed in seeds:
            config = RunConfig.parse({**_RING, **settings, "seed": seed})
            with borrowed_trainer(config) as trainer:
                _train(trainer, config.steps)
                ends.append(_coverage(trainer))
        figures[case] = _by_measure(ends)
    return figures


# ------------------------------------------------------------------------------ recovery

COLLAPSED_AT, GOES_ON_FOR = 2000, 6000  # steps
AS_IT_WAS, WITH_R1, WITH_PENALTY = "as it was", "R₁ from then on", "gradient penalty from then on"
_PENALTIES: Mapping[str, Mapping[str, Any]] = {
    AS_IT_WAS: {},
    WITH_R1: {"penalty": "r1", "penalty_weight": 0.03},
    WITH_PENALTY: {"penalty": "gradient_penalty", "penalty_weight": 0.03},
}


def recovery_figures(seeds: Sequence[int]) -> Figures:
    """How a collapsed run ends, by the penalty with which it goes on."""
    steps = COLLAPSED_AT + GOES_ON_FOR
    collapsed: dict[str, Any] = {**FAILURES["mode_collapse"].settings, "steps": steps}
    states = {}
    for seed in seeds:
        with borrowed_trainer(RunConfig.parse(collapsed | {"seed": seed})) as trainer:
            _train(trainer, COLLAPSED_AT)
            states[seed] = trainer.state()
    figures: Figures = {}
    for case, penalty in _PENALTIES.items():
        ends = []
        for seed in seeds:
            with borrowed_trainer(
                RunConfig.parse({**collapsed, **penalty, "seed": seed})
            ) as trainer:
                trainer.load_state(states[seed])  # weights, and what the optimisers remember
                _train(trainer, steps)
                ends.append(_coverage(trainer))
        figures[case] = _by_measure(ends)
    return figures


# --------------------------------------------------------------------------------- slope

DISTANCES = (0.25, 0.5, 1.0)
MINIMAX, WASSERSTEIN = "minimax", "Wasserstein"
PENALTY_WEIGHT = 10.0
_LINES = {
    "dataset": "line",  # any in the plane: the samples are `_real_line`
    "network": "mlp",
    "latent_dim": 1,
    "noise": "uniform",
    "g_hidden_layers": 0,  # G(z) = w·z + b: a line
    "g_optimizer": "sgd",
    "g_learning_rate": 1e-6,  # the least there is: G moves by less than a hundredth
    "d_hidden_units": 32,
    "d_learning_rate": 1e-3,
    "batch_size": 64,
    "steps": 2000,
}
_LOSSES: Mapping[str, Mapping[str, Any]] = {
    MINIMAX: {"loss": "minimax"},
    WASSERSTEIN: {
        "loss": "wasserstein",
        "penalty": "gradient_penalty",
        "penalty_weight": PENALTY_WEIGHT,
    },
}


def on_lines(case: str, distance: float) -> str:
    """The name of a loss at a distance."""
    return f"{case}, lines {distance:g} apart"


def slope_figures(seeds: Sequence[int]) -> Figures:
    """The mean of −∂L_G/∂x towards the real line when D has learned and G has not.

    In theory the JSD has slope 0, and W₁ slope 1. A gradient penalty of weight λ lets the latter
    grow to 1 + θ / 2λ for lines θ apart.
    """
    figures: Figures = {}
    for case, settings in _LOSSES.items():
        config = RunConfig.parse({**_LINES, **settings})
        trainer = Trainer(config, _real_line(0))
        for distance in DISTANCES:
            pulls = [_pull(trainer, distance, seed) for seed in seeds]
            figures[on_lines(case, distance)] = {PULL: pulls}
    return figures


def _pull(trainer: Trainer, distance: float, seed: int) -> float:
    real = _real_line(seed)
    trainer.restart(trainer.config.model_copy(update={"seed": seed}), real)
    # G(z) = (distance, z): the real line moved sideways.
    trainer.generator.set_weights([np.array([[0.0, 1.0]]), np.array([distance, 0.0])])
    _train(trainer, trainer.config.steps)
    arrows = view_of(trainer).look(real)["arrows"]  # (100, 2)
    return float(-arrows[:, 0].mean())


def _real_line(seed: int) -> np.ndarray:
    """Points (n, 2) on the vertical axis between −1 and 1."""
    along = np.random.default_rng(seed).uniform(-1, 1, size=20_000)
    return np.stack([np.zeros_like(along), along], axis=1).astype(np.float32)


# ------------------------------------------------------------------------------- in common

CLAIMS: Mapping[str, Callable[[Sequence[int]], Figures]] = {
    "variety": variety_figures,
    "recovery": recovery_figures,
    "slope": slope_figures,
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
    real = np.asarray(real_samples(trainer.config))[:N_SAMPLES]
    return {
        MODES: modes_covered(real, points, dataset),
        QUALITY: high_quality(real, points, dataset),
        DISTANCE: sliced_wasserstein(real, points, dataset),
    }


def _by_measure(ends: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    return {what: [end[what] for end in ends] for what in ends[0]}
