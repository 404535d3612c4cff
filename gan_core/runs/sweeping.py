"""Starting a sweep: which settings can be swept, and a run for each of the values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gan_core.config import RunConfig, option_fields
from gan_core.runs.store import Store
from gan_core.runs.sweeps import Sweep
from gan_core.text import N_, GanError

FEWEST, MOST = 2, 12  # runs
# Runs of other data or another length could not be compared, and a pace changes nothing. How noisy
# or unbalanced the data are can be swept: what that does to a game is worth a sweep.
_NOT_SWEPT = {
    *("dataset", "network", "precision"),
    *("steps", "stop_when_flat", "patience", "head_start", "pace"),
}


def start_sweep(
    store: Store,
    config: RunConfig,
    field: str,
    values: Sequence[Any],
    *,
    name: Callable[[RunConfig], str] | None = None,
    owner: str | None = None,
) -> Sweep:
    """Queue a run of `config` with each of the values of `field`, all of them `owner`'s.

    `name` says what each is called; otherwise, they are called by what settings are called in code.

    Raises `GanError` before anything is queued: for a field that cannot be swept, for the first
    value that is not allowed, and for too few or too many different values.
    """
    configs = _swept(config, field, values)
    title = f"{config.dataset} · {field}"
    named = name or (lambda each: f"{title} = {getattr(each, field)}")
    runs = [store.create_run(each, named(each), owner=owner) for each in configs]
    return store.sweeps.add(title, field, runs)


def swept_fields(config: RunConfig) -> list[str]:
    """Fields that can be swept, of those that have an effect: numbers, switches and choices."""
    return [
        name
        for name in config.applicable_fields()
        if name not in _NOT_SWEPT and (name in RunConfig.choices or RunConfig.kind(name) is not str)
    ]


def _swept(config: RunConfig, field: str, values: Sequence[Any]) -> list[RunConfig]:
    if field not in swept_fields(config):
        raise GanError(
            N_("{field} cannot be swept here. These can: {names}."),
            field=field,
            names=", ".join(swept_fields(config)),
        )
    kept = config.model_dump(exclude_unset=True, exclude=option_fields(field))
    configs = [RunConfig.parse({**kept, field: value}) for value in values]
    different = {getattr(each, field): each for each in configs}
    if not FEWEST <= len(different) <= MOST:
        raise GanError(
            N_("A sweep has {fewest} to {most} different values; here are {n}."),
            fewest=FEWEST,
            most=MOST,
            n=len(different),
        )
    return list(different.values())
