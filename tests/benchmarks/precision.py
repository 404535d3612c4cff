"""bfloat16 beside float32: whether pictures get worse by it, over several seeds.

Both precisions train the same number of steps from the same seeds; what is measured is the Fréchet
distance on the digit classifier, n = 2000, from MNIST where it lies here, otherwise from the
bundled digits.

distances    network → precision → the distance for each seed
difference   network → mean over the seeds of (bfloat16 − float32), and its standard error
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from tests.benchmarks.images import Judge, digits

PRECISIONS = ("bfloat16", "float32")
SETTINGS = {"dcgan": {"network": "dcgan", "latent_dim": 100}, "dcgan_small": {}}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--steps", type=int, default=1000, help="of 64 pictures; %(default)s")
    parser.add_argument("--seeds", type=int, default=3, help="default: %(default)s")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Train every pair with both precisions."""
    distances = {
        network: {
            precision: [
                _distance(settings | {"precision": precision, "seed": seed}, arguments.steps)
                for seed in range(1, arguments.seeds + 1)
            ]
            for precision in PRECISIONS
        }
        for network, settings in SETTINGS.items()
    }
    return {
        "distances": distances,
        "difference": {network: difference(found) for network, found in distances.items()},
        "steps": arguments.steps,
        "data": digits(),
    }


def _distance(settings: dict[str, Any], steps: int) -> float:
    from gan_core.training.pool import real_samples
    from gan_core.training.trainer import Trainer

    config = RunConfig.parse({"dataset": digits(), "batch_size": 64, "steps": steps, **settings})
    trainer = Trainer(config, real_samples(config))
    while trainer.step < steps:
        trainer.run(steps - trainer.step)
    judge = Judge(trainer.x_real.numpy())
    return round(judge.distance(trainer.samples(judge.n)), 2)


def difference(distances: dict[str, list[float]]) -> dict[str, float]:
    """Of bfloat16 from float32, seed by seed: the mean and its standard error."""
    differences = np.subtract(distances["bfloat16"], distances["float32"])
    error = differences.std(ddof=1) / np.sqrt(len(differences)) if len(differences) > 1 else np.nan
    return {"mean": round(float(differences.mean()), 2), "standard_error": round(float(error), 2)}
