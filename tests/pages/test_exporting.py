"""Take it home: what the page offers, and what it says where a run cannot be exported."""

from __future__ import annotations

from gan_core.config import RunConfig
from gan_core.runs.claims import holder_name
from gan_core.runs.store import Store
from tests.page_visit import visit


def test_run_is_offered_as_script_and_notebook(store: Store) -> None:
    app = visit("train", run=store.create_run(RunConfig()))
    labels = [node.proto.label for node in app.get("download_button")]
    assert labels == ["Python script", "Jupyter notebook"]


def test_what_came_of_a_run_is_offered_once_it_has_begun(store: Store) -> None:
    for settings, offered in (({}, 3), ({"dataset": "ring", "network": "mlp"}, 1)):
        holder = holder_name()
        run_id = store.create_run(RunConfig.parse(settings), claimed_by=holder)
        store.append(run_id, holder, step=1, points={}, images_per_second=None)
        app = visit("train", run=run_id)
        assert not app.exception
        labels = [node.proto.label for node in app.get("download_button")]
        results = ["Curves (CSV)", "Samples (PNG)", "Film (GIF)"][:offered]
        assert labels == [*results, "Python script", "Jupyter notebook"]


def test_run_that_cannot_be_exported_says_why(store: Store) -> None:
    app = visit("train", run=store.create_run(RunConfig(rate_schedule="cosine")))
    assert not app.exception
    assert not app.get("download_button")
    assert any("rate\\_schedule" in info.value for info in app.info)
