"""A run as one page: complete, of itself, and honest about how to train it again."""

from __future__ import annotations

import json
import re
import shlex
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from gan_core.__main__ import _config, _parser
from gan_core.config import RunConfig
from gan_core.export.report import report_html
from gan_core.presets import PRESETS, command
from gan_core.runs import frame
from gan_core.runs.answers import Answer, canonical
from gan_core.runs.claims import holder_name
from gan_core.runs.curve import Pyramid
from gan_core.runs.store import Store
from gan_core.text import GanError
from gan_core.training.records import RECORD_FIELDS


class Page(HTMLParser):
    """Collects what a page is made of; scripts count as one text each."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.resources: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(source)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self._in_script = tag == "script"
        self.resources += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        (self.scripts if self._in_script else self.texts).append(data)


def run_with_results(store: Store, settings: dict[str, Any]) -> str:
    """A run with eight records, a frame and its measures."""
    config, holder = RunConfig.parse(settings), holder_name()
    run_id = store.create_run(config, "<b>Mine & yours</b>", claimed_by=holder)
    dataset = config.items.dataset
    samples = np.full((frame.n_samples(dataset), *dataset.shape), 0.5, np.float32)
    records = np.arange(8 * len(RECORD_FIELDS), dtype=np.float32).reshape(8, -1)
    store.set_facts(run_id, holder, {"x_real": frame.real_channels(samples, dataset)})
    store.record.append(
        run_id,
        holder,
        step=8,
        points=Pyramid(len(RECORD_FIELDS)).add(records),
        images_per_second=1.0,
        frame=frame.encode(samples, {}, dataset, {}),
        measures={"modes_covered": 5.0},
    )
    store.checkpoints.save(run_id, holder, 8, b"weights")
    return run_id


@pytest.mark.parametrize(
    "settings", [{}, {"dataset": "ring", "network": "mlp", "penalty": "r1"}], ids=["digits", "ring"]
)
def test_page_has_every_setting_and_needs_nothing_else(
    store: Store, settings: dict[str, Any]
) -> None:
    run_id = run_with_results(store, settings)
    page = Page(report_html(store, run_id))
    assert set(store.run(run_id).config.applicable_fields()) <= set(page.texts)
    assert "<b>Mine & yours</b>" in "".join(page.texts), "a name is no markup"
    assert all(each.startswith("data:image/png;base64,") for each in page.resources)
    assert len(page.resources) == (2 if not settings else 0)
    assert sum("plotly.js v" in script for script in page.scripts) == 1
    d_losses = json.dumps([float(5 * step) for step in range(8)], separators=(",", ":"))
    assert any(d_losses in re.sub(r"\s", "", script) for script in page.scripts)
    assert "5" in page.texts, "the modes that were covered"


def test_settings_say_what_was_changed_and_when(store: Store) -> None:
    run_id, holder = run_with_results(store, {"dataset": "ring", "network": "mlp"}), holder_name()
    store.claims.take(run_id, holder, force=True)
    asked = (("loss", "least_squares"), ("g_learning_rate", 0.00005), ("loss", "hinge"))
    for change in asked:
        store.controls.request(run_id, "set", *change)
    for control, step in zip(store.controls.pending(run_id), (0, 5, 6), strict=True):
        store.controls.mark_applied(run_id, holder, control, step)
    page = Page(report_html(store, run_id))
    row = page.texts.index("Loss")
    assert page.texts[row + 1] == "Least squares → Hinge", "the first from the first step on"
    row = page.texts.index("Learning rate of G")
    assert page.texts[row + 1] == "0.0005 → 0.00005"
    assert "After step 5: Learning rate of G = 0.00005" in page.texts
    assert "After step 6: Loss = Hinge" in page.texts
    assert not any("After step 0" in text for text in page.texts)
    assert any("loss=least_squares" in text for text in page.texts), "in the command"
    assert any("Discriminator's score" in script for script in page.scripts)


def test_length_is_that_of_the_run_as_it_is_now(store: Store) -> None:
    run_id = run_with_results(store, {"steps": 8})
    holder = holder_name()
    store.claims.take(run_id, holder, force=True)
    store.set_status(run_id, holder, "finished")
    store.extend(run_id, 4)
    texts = "".join(Page(report_html(store, run_id)).texts)
    assert "step 8 of 12" in texts
    assert "After step 8: Steps = 12" in texts


def test_command_says_how_far_it_is_the_same_run(store: Store) -> None:
    run_id, holder = run_with_results(store, {"dataset": "ring", "network": "mlp"}), holder_name()
    store.claims.take(run_id, holder, force=True)

    def change(step: int, *asked: Any) -> str:
        """What the report says after this change."""
        store.controls.request(run_id, *asked)
        [control] = store.controls.pending(run_id)
        store.controls.mark_applied(run_id, holder, control, step)
        return "".join(Page(report_html(store, run_id)).texts)

    caveat = "this command gives the same run; it makes none of the changes above"
    assert caveat not in change(0, "set", "loss", "hinge"), "it stands in the command"
    assert caveat not in change(3, "set", "pace", 10), "it changes nothing"
    assert f"Up to step 5, {caveat}" in change(5, "turn_g")
    assert f"Up to step 5, {caveat}" in change(7, "set", "d_learning_rate", 0.01)


def test_measures_that_a_worker_found_stand_beside_their_floors(store: Store) -> None:
    run_id = run_with_results(store, {})
    question = {"topic": "measures", "run": run_id, "step": 8, "turns": 0}
    assert "1.25e+03" not in report_html(store, run_id)
    assert not store.answers.is_asked(question), "a report asks nothing"
    store.answers.ask(question)
    found = {"n": 898, "measures": {"frechet": [1250.0, 7.5]}}
    store.answers.answer(canonical(question), Answer(found))
    texts = Page(report_html(store, run_id)).texts
    row = texts.index("1.25e+03")
    assert "n = 898" in texts[row - 1]
    assert texts[row + 1] == "7.5"


@pytest.mark.parametrize(
    "settings",
    [
        *[preset.settings for preset in PRESETS.values()],
        {"dataset": "text", "network": "mlp", "text": "It's me", "seed": 7},
        {"dataset": "ring", "network": "mlp", "loss": "hinge", "weight_clip": 0.01},
        {"loss": "custom", "d_formula": "softplus(-real) + fake**2", "spectral_norm": True},
    ],
)
def test_command_trains_the_same_configuration(settings: dict[str, Any]) -> None:
    config = RunConfig.parse(settings)
    _, _, module, *arguments = shlex.split(command(config))
    assert module == "gan_core"
    assert _config(_parser().parse_args(arguments)).model_dump() == config.model_dump()


def test_a_run_that_is_not_there(store: Store) -> None:
    with pytest.raises(GanError, match="There is no run nobody"):
        report_html(store, "nobody")
