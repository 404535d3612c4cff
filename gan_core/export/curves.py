"""What was written down of a run, as a table for other programs."""

from __future__ import annotations

import csv
import io

from gan_core.runs.curve import level_for
from gan_core.runs.store import Store
from gan_core.training.records import RECORD_FIELDS

MOST_ROWS = 100_000


def curves_csv(store: Store, run_id: str) -> str:
    """Losses, answers and penalty of each step, and what was measured at some, by step.

    Of a run of more than `MOST_ROWS` steps, a row has the means of 4, 16, … steps up to its own. A
    measure's column is empty where it was not taken. Raises `GanError` if there is no such run.
    """
    run = store.run(run_id)
    steps, records = store.record.curve(
        run_id, level_for(run.step, MOST_ROWS), len(RECORD_FIELDS)
    )  # (n,), (n, fields)
    rows: dict[int, dict[str, object]] = {
        step: dict(zip(RECORD_FIELDS, record, strict=True))
        for step, record in zip(steps.tolist(), records.tolist(), strict=True)
    }
    names: dict[str, None] = {}  # in the order in which they turn up
    for measured_at, measures in (store.record.measures(run_id), store.record.quality(run_id)):
        for name, values in measures.items():
            names[name] = None
            for step, value in zip(measured_at, values, strict=True):
                rows.setdefault(step, {})[name] = value
    text = io.StringIO()
    table = csv.DictWriter(text, ["step", *RECORD_FIELDS, *names])
    table.writeheader()
    table.writerows({"step": step} | rows[step] for step in sorted(rows))
    return text.getvalue()
