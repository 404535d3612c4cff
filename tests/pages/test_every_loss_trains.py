"""Every loss, penalty and constraint trains on the ring, chosen in the page as a visitor would."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.losses import LOSSES
from gan_core.losses.f_divergence import DIVERGENCES
from gan_core.penalties import PENALTIES
from gan_core.runs.job import execute
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS
from tests.page_visit import button, toasts, visit

STEPS = 60
TINY = {
    "preset": "ring_mlp",
    "g_hidden_layers": "1",  # what depends on the game is the same with one, and sooner compiled
    "d_hidden_layers": "1",
    "g_hidden_units": "16",
    "d_hidden_units": "16",
    "batch_size": "16",
    "steps": str(STEPS),
}
GAMES = (
    *({"loss": loss.name} for loss in LOSSES),
    *({"loss": "f_divergence", "divergence": name} for name in DIVERGENCES),
    *({"penalty": penalty.name} for penalty in PENALTIES),
    {"loss": "wasserstein", "weight_clip": "0.01", "d_steps": "5"},
    {"loss": "wasserstein", "penalty": "gradient_penalty", "penalty_weight": "10", "d_steps": "5"},
    {"loss": "relativistic", "penalty": "r1_r2"},
    {"loss": "hinge", "spectral_norm": "True"},
    {"loss": "minimax", "label_smoothing": "0.1"},
    {"loss": "custom", "d_formula": "square(real - 1) + square(fake)", "g_formula": "-fake"},
    {"instance_noise": "0.1", "packing": "2", "ema_decay": "0.9", "g_steps": "2"},
)


@pytest.mark.slow
@pytest.mark.parametrize("game", GAMES, ids=lambda game: "-".join(game.values()))
def test_the_ring_trains_with_what_is_chosen_in_the_page(
    store: Store, game: dict[str, str]
) -> None:
    app = visit("train", **TINY, **game)
    button(app, "Train").click().run()
    assert not app.exception
    assert toasts(app) == []
    [run] = store.runs()
    assert {name: str(getattr(run.config, name)) for name in game} == game | {
        name: str(float(value))
        for name, value in game.items()
        if isinstance(getattr(run.config, name), float)
    }
    assert execute(store.url, run.id) == "finished"
    _, points = store.record.curve(run.id, 0, len(RECORD_FIELDS))
    assert points.shape == (STEPS, len(RECORD_FIELDS))
    assert np.isfinite(points).all()
    losses = points[:, :2]
    assert (losses.std(axis=0) > 0).all(), "a player that never moves"
