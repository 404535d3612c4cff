"""Take it home: what the page offers, and what it says where a run cannot be exported."""

from __future__ import annotations

import pytest

from gan_core.config import RunConfig
from gan_core.runs.answers import Answer, canonical
from gan_core.runs.claims import holder_name
from gan_core.runs.store import Store
from pages.parts import asking, exporting
from tests.page_visit import button, visit


def test_run_is_offered_as_script_and_notebook(store: Store) -> None:
    app = visit("train", run=store.create_run(RunConfig()))
    labels = [node.proto.label for node in app.get("download_button")]
    assert labels == ["Python script", "Jupyter notebook"]


def test_pictures_of_one_s_own_come_along_with_the_program(store: Store) -> None:
    app = visit("train", run=store.create_run(RunConfig(dataset="pictures")))
    assert not app.exception
    labels = [node.proto.label for node in app.get("download_button")]
    assert labels == ["Python script", "Jupyter notebook", "Its pictures (NPZ)"]
    assert any("pictures.npz" in each.value for each in app.caption)


def begun(store: Store, **settings: object) -> str:
    """A run of which there is something to take home."""
    holder = holder_name()
    run_id = store.create_run(RunConfig.parse(settings), claimed_by=holder)
    store.record.append(run_id, holder, step=1, points={}, images_per_second=None)
    store.checkpoints.save(run_id, holder, 1, b"weights")
    return run_id


def test_what_came_of_a_run_is_offered_once_it_has_begun(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "has_ffmpeg", lambda: True)
    for settings, offered in (({}, 6), ({"dataset": "ring", "network": "mlp"}, 3)):
        app = visit("train", run=begun(store, **settings))
        assert not app.exception
        labels = [node.proto.label for node in app.get("download_button")]
        pictures = ["Samples (PNG)", "Film (GIF)", "Film (MP4)"]
        results = ["Report (HTML)", "Curves (CSV)", "Samples (NPZ)", *pictures]
        assert labels == [*results[:offered], "Python script", "Jupyter notebook"]


def test_without_ffmpeg_it_says_what_to_do(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "has_ffmpeg", lambda: False)
    app = visit("train", run=begun(store))
    assert "Film (MP4)" not in [node.proto.label for node in app.get("download_button")]
    assert any("Install it, or take the GIF" in each.value for each in app.caption)


def test_weights_are_prepared_by_a_worker(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AT_ONCE_SECONDS", 0)
    run_id = begun(store, spectral_norm=True)
    app = visit("train", run=run_id)
    assert any("plain layers" in each.value for each in app.caption)
    button(app, "Prepare the weights (Keras)").click().run()
    question = {"topic": "weights", "run": run_id, "step": 1, "turns": 0}
    assert store.answers.next_unanswered() == canonical(question)
    store.answers.answer(canonical(question), Answer("UEs="))
    app.run()
    assert not app.exception
    labels = [node.proto.label for node in app.get("download_button")]
    assert "Weights (Keras)" in labels
    assert "TensorBoard logs" not in labels, "nobody has asked for them"


def test_run_that_cannot_be_exported_says_why(store: Store) -> None:
    app = visit("train", run=store.create_run(RunConfig(fault="sorted_data")))
    assert not app.exception
    assert not app.get("download_button")
    assert any("sorted\\_data" in info.value for info in app.info)


@pytest.mark.parametrize("mended", [True, False])
def test_settings_from_the_first_step_on_decide(store: Store, mended: bool) -> None:
    """What was changed before it is what the program contains."""
    faults = ["sorted_data", "none"]
    before, after = faults if mended else faults[::-1]
    run_id = store.branch(store.create_run(RunConfig(fault=before)), 0, "fault", after)
    app = visit("train", run=run_id)
    assert not app.exception
    labels = [node.proto.label for node in app.get("download_button")]
    assert labels == (["Python script", "Jupyter notebook"] if mended else [])
    assert any("sorted\\_data" in info.value for info in app.info) != mended


def test_fault_that_was_mended_on_the_way_is_in_no_program(store: Store) -> None:
    run_id, holder = store.create_run(RunConfig(fault="sorted_data")), holder_name()
    store.claims.take(run_id, holder)
    store.controls.request(run_id, "set", "fault", "none")
    [control] = store.controls.pending(run_id)
    store.controls.mark_applied(run_id, holder, control, 3)
    app = visit("train", run=run_id)
    assert not app.exception
    assert not app.get("download_button")
    assert any("sorted\\_data" in info.value for info in app.info)
