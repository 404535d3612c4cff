"""Records the trainings of `gan_core.recordings` anew, a few seconds each:

python -m gan_core.training.recordings
"""

from __future__ import annotations

import numpy as np

from gan_core.config import RunConfig
from gan_core.metrics.mode_coverage import N_SAMPLES
from gan_core.recordings import EVERY, FIELDS, FILE, SETTINGS
from gan_core.training.pool import borrowed_trainer
from gan_core.training.records import RECORD_FIELDS


def record(config: RunConfig, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The curves of a run's first steps, and what its generator makes then.

    Returns float32 (n_steps / EVERY, 4), the columns `FIELDS`, and float32 (N_SAMPLES, 2).
    """
    parts = []
    with borrowed_trainer(config) as trainer:
        while trainer.step < n_steps:
            parts.append(trainer.run(n_steps - trainer.step))
        samples = trainer.samples(N_SAMPLES)
    columns = [RECORD_FIELDS.index(field) for field in FIELDS]
    points = np.concatenate(parts)[:, columns].reshape(-1, EVERY, len(FIELDS))
    return points.mean(axis=1), samples


def main() -> None:
    """Train all, and write the file that is shipped."""
    arrays = {}
    for name, settings in SETTINGS.items():
        config = RunConfig.parse(settings)
        curves, samples = record(config, config.steps)
        arrays[f"{name}_curves"] = curves
        arrays[f"{name}_samples"] = samples.astype(np.float16)  # to a twentieth of a spot's σ
    FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FILE, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
