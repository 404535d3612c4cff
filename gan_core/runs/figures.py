"""The curves of a run as a figure, of the game that its players have played so far."""

from __future__ import annotations

from collections.abc import Sequence

from gan_core.config import RunConfig, option_fields
from gan_core.figures.curves import live_curves, plane_curves
from gan_core.figures.style import Figure
from gan_core.losses import Loss
from gan_core.runs.run import Run
from gan_core.runs.store import Store
from gan_core.text import N_, Translate


def run_curves(store: Store, run: Run, translate: Translate = str) -> Figure:
    """The figure that fits the run's data and all that was exchanged mid-run."""
    configs, dataset = store.controls.configs(run.id), run.config.items.dataset
    losses, on_top = _losses(configs), _on_top(configs, translate)
    if dataset.is_image:
        return live_curves(losses, on_top, dataset, translate)
    return plane_curves(losses, on_top, run.facts.get("floors", {}), translate)


def _on_top(configs: Sequence[RunConfig], _: Translate) -> str:
    """The name of what D has paid besides its loss; empty where that was nothing."""
    paid = {
        N_("Penalty"): any(config.items.penalty.formula for config in configs),
        N_("Code unread"): any(config.n_read for config in configs),
    }
    return " + ".join(_(name) for name, is_paid in paid.items() if is_paid)


def _losses(configs: Sequence[RunConfig]) -> list[Loss]:
    """What was minimised, one after the other: a loss with other options is another one."""
    fields = ("loss", *option_fields("loss"))
    different = {repr([getattr(each, field) for field in fields]): each for each in configs}
    return [config.items.loss for config in different.values()]
