"""Answers about a run's networks: small, JSON-ready, repeatable, and refused with a sentence."""

from __future__ import annotations

import base64
import gc
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gan_core.config import RunConfig
from gan_core.runs import answering, seeing
from gan_core.runs.checkpoints import Moment
from gan_core.runs.claims import holder_name
from gan_core.runs.job import execute
from gan_core.runs.restored import MAX_KEPT, pair_of
from gan_core.runs.store import Store, open_store
from gan_core.runs.views import (
    MOST_DIRECTIONS,
    N_GUESS,
    N_READ,
    N_REAL,
    N_SAMPLES,
    N_WALK,
    REACH,
    noise,
    walk,
)
from gan_core.text import GanError
from gan_core.theory import latent
from gan_core.training import latent as latent_search
from gan_core.training.pool import real_samples
from tests.checkpointed import STEP, TINY, checkpointed_run

CONVOLUTIONAL = {"g_width": 0.2, "d_width": 0.2, "batch_size": 4}
LETTERS = {"a": 0, "b": 1, "c": 2}
QUESTIONS: dict[str, dict[str, Any]] = {
    "all": {"topic": "samples", "tool": "all"},
    "neighbours": {"topic": "samples", "tool": "neighbours", "a": 3, "radius": 0.5},
    "along": {"topic": "samples", "tool": "along", "a": 3},
    "moved": {"topic": "samples", "tool": "moved", "a": 3, "by": [1.0] + [0.0] * 4},
    "walks": {"topic": "samples", "tool": "walks", "a": 3, "b": 4},
    "sum": {"topic": "samples", "tool": "sum", **LETTERS},
    "directions": {"topic": "directions"},
    "code": {"topic": "code", "a": 3},
    "real": {"topic": "real"},
    "search": {"topic": "search", "of": "real", "row": 2},
    "search_generated": {"topic": "search", "of": "generated", "row": 2},
    "inside": {"topic": "inside", "of": "real", "row": 2},
    "inside_generated": {"topic": "inside", "of": "generated", "row": 2},
    "guess": {"topic": "guess"},
}
MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(f"sqlite:///{tmp_path_factory.mktemp('seen') / 'store.sqlite3'}")


@pytest.fixture(scope="module")
def run_id(shared: Store) -> str:
    return checkpointed_run(shared)


@pytest.fixture(scope="module")
def by_kind(shared: Store) -> str:
    return checkpointed_run(shared, family="infogan", latent_dim=4)


@pytest.fixture(scope="module")
def by_class(shared: Store) -> str:
    return checkpointed_run(shared, conditional=True)


def answer(store: Store, run_id: str, name: str, **about: Any) -> Any:
    asked = {**QUESTIONS[name], "seed": 1, "label": 0, **about}
    question = {"run": run_id, "step": STEP, "turns": 0, **asked}
    return answering.TOPICS[question["topic"]](question, store)


def pixels(found: Any) -> np.ndarray:
    """The pictures of an answer: uint8 (n, height, width)."""
    strip = Image.open(io.BytesIO(base64.b64decode(found["picture"].split(",")[1])))
    return np.stack(np.split(np.asarray(strip), found["n"], axis=1))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in QUESTIONS
        for kind in ("run_id", "by_class", "by_kind")
        if name != "code" or kind == "by_kind"  # others have none
    ],
)
def test_every_answer_is_small_and_can_be_stored(
    shared: Store, request: pytest.FixtureRequest, name: str, kind: str
) -> None:
    found = answer(shared, request.getfixturevalue(kind), name)
    stored = json.dumps(found, allow_nan=False)
    assert len(stored) < MOST_BYTES
    assert json.loads(stored) == found


def test_the_same_question_has_the_same_answer(shared: Store, run_id: str) -> None:
    assert answer(shared, run_id, "all") == answer(shared, run_id, "all")
    assert answer(shared, run_id, "all") != answer(shared, run_id, "all", seed=2)
    assert answer(shared, run_id, "guess", seed=1) != answer(shared, run_id, "guess", seed=2)


def test_networks_are_kept_at_hand(shared: Store, run_id: str) -> None:
    moment = Moment(run_id, STEP, 0)
    assert pair_of(shared, moment) is pair_of(shared, moment)


def test_directions_are_kept_as_long_as_their_networks(shared: Store) -> None:
    pair_of.cache_clear()
    gc.collect()
    held_by_others = len(seeing._known_directions)  # such as a page of an earlier test
    for number in range(MAX_KEPT + 2):
        answer(shared, checkpointed_run(shared, seed=number), "directions")
    gc.collect()
    assert len(seeing._known_directions) <= held_by_others + MAX_KEPT


@pytest.mark.parametrize("earlier", [(STEP - 1, 0), (STEP, 1)])
def test_networks_of_another_checkpoint_are_not_looked_at(
    shared: Store, run_id: str, earlier: tuple[int, int]
) -> None:
    question = Moment(run_id, *earlier).question("samples", tool="all", seed=1, label=0)
    with pytest.raises(GanError, match="has trained on since"):
        answering.TOPICS["samples"](question, shared)


def test_after_a_turn_of_one_player_others_are_looked_at(
    shared: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.job.WARM_SECONDS", 0.1)
    run_id, holder = checkpointed_run(shared), holder_name()
    before = shared.checkpoints.moment(run_id)
    logit = answer(shared, run_id, "inside_generated")["logit"]
    shared.claims.take(run_id, holder, force=True)
    shared.set_status(run_id, holder, "paused")
    shared.claims.release(run_id, holder)
    shared.controls.request(run_id, "turn_d")
    execute(shared.url, run_id)
    after = shared.checkpoints.moment(run_id)
    assert before
    assert after
    assert (after.step, after.turns) == (before.step, before.turns + 1)
    question = after.question("inside", of="generated", row=2, seed=1, label=0)
    assert answering.TOPICS["inside"](question, shared)["logit"] != logit


def beyond(z: np.ndarray) -> Any:
    """The share of numbers beyond −1 and 1, to four decimals."""
    return pytest.approx(float((abs(z) > 1).sum() / z.size), abs=1e-4)


def test_pictures_are_of_the_noise_that_the_page_knows(shared: Store, run_id: str) -> None:
    pair, z = pair_of(shared, Moment(run_id, STEP, 0)), noise(shared.run(run_id).config, 1)
    made = seeing._shown(pair.generate(z).numpy())
    assert answer(shared, run_id, "all") == {**made, "outside": beyond(z)}
    assert made["n"] == N_SAMPLES
    ways = np.concatenate(list(walk(z[3], z[4]).values()))
    shown = answer(shared, run_id, "walks")
    assert shown["n"] == 2 * N_WALK
    assert shown == {**seeing._shown(pair.generate(ways).numpy()), "outside": beyond(ways)}
    summed = pixels(answer(shared, run_id, "sum"))
    assert np.array_equal(summed[:3], pixels(made)[:3])
    expected = seeing._shown(pair.generate((z[0] - z[1] + z[2])[np.newaxis]).numpy())
    assert np.array_equal(summed[3], pixels(expected)[0])


def test_radius_decides_how_much_changes(shared: Store, run_id: str) -> None:
    near, far = (
        pixels(answer(shared, run_id, "neighbours", radius=radius)).astype(float).std(axis=0).mean()
        for radius in (0.1, 1.0)
    )
    still = pixels(answer(shared, run_id, "neighbours", radius=0))
    assert np.array_equal(still, still[[0] * N_SAMPLES])
    assert 0 < near < far


def test_directions_pass_through_the_sample_itself(shared: Store, run_id: str) -> None:
    strips = pixels(answer(shared, run_id, "along"))
    sample = pixels(answer(shared, run_id, "all"))[3]
    middle = len(REACH) // 2
    for number in range(MOST_DIRECTIONS):
        strip = strips[number * len(REACH) : (number + 1) * len(REACH)]
        assert np.abs(strip[middle].astype(int) - sample).max() <= 1
        assert not np.array_equal(strip[0], strip[-1])
    before, after = pixels(answer(shared, run_id, "moved"))
    assert np.abs(before.astype(int) - sample).max() <= 1
    assert np.abs(after.astype(int) - strips[REACH.tolist().index(1)]).max() <= 1
    shares = answer(shared, run_id, "directions")["shares"]
    assert sorted(shares, reverse=True) == shares
    assert len(shares) == MOST_DIRECTIONS


def test_noise_has_no_more_directions_than_dimensions(shared: Store, by_kind: str) -> None:
    shares = answer(shared, by_kind, "directions")["shares"]
    assert len(shares) == 4 < MOST_DIRECTIONS
    assert len(pixels(answer(shared, by_kind, "along"))) == 4 * len(REACH)


def test_search_for_a_generated_picture_is_a_check(shared: Store, run_id: str) -> None:
    found = answer(shared, run_id, "search_generated")
    assert np.array_equal(pixels(found)[0], pixels(answer(shared, run_id, "all"))[2])
    assert found["errors"] == sorted(found["errors"])
    assert found["path"][-1] == found["errors"][0] < 1e-3 < found["path"][0]
    assert 0 < found["off"] < 0.5
    of_real = answer(shared, run_id, "search")
    assert of_real["off"] is None
    assert np.array_equal(pixels(of_real)[0], pixels(answer(shared, run_id, "real"))[2])
    assert of_real["errors"][0] > found["errors"][0]


def test_inside_a_fully_connected_pair_there_are_weights(shared: Store, run_id: str) -> None:
    found = answer(shared, run_id, "inside")
    assert found["weights"]
    assert [found[player][0]["size"] for player in ("generator", "discriminator")] == [[8], [8]]
    assert np.shape(found["gradient"]) == (28, 28)


def test_inside_convolutions_there_are_maps(shared: Store) -> None:
    run_id = checkpointed_run(shared, like=CONVOLUTIONAL)
    found = answer(shared, run_id, "inside_generated")
    assert [stage["size"] for stage in found["discriminator"]] == [[14, 14, 6], [7, 7, 13]]
    assert [stage["size"] for stage in found["generator"]] == [[14, 14, 6], [28, 28, 1]]
    assert answer(shared, run_id, "inside")["generator"] == [], "nobody knows its noise"


def test_half_of_what_is_to_be_guessed_is_real(shared: Store, by_class: str) -> None:
    found = answer(shared, by_class, "guess")
    assert found["n"] == len(found["decision"]) == N_GUESS
    assert sum(found["real"]) == N_GUESS // 2
    assert len({picture.tobytes() for picture in pixels(found)}) == N_GUESS, "none comes twice"
    x_real = real_samples(shared.run(by_class).config).numpy()
    known = {picture.tobytes() for picture in pixels(seeing._shown(x_real))}
    assert [picture.tobytes() in known for picture in pixels(found)] == found["real"]
    sigmoid = 1 / (1 + np.exp(-np.array(found["logits"])))
    assert found["decision"] == pytest.approx(sigmoid.tolist(), rel=1e-2)


def test_numbers_that_are_none_can_be_stored(shared: Store) -> None:
    assert seeing._rounded(np.array([1 / 3, np.nan, np.inf])) == [0.3333, None, None]


# ------------------------------------------------------------------------------------ the code


def test_code_is_shown_kind_by_kind_and_number_by_number(shared: Store, by_kind: str) -> None:
    found = answer(shared, by_kind, "code", label=4)
    pair = pair_of(shared, Moment(by_kind, STEP, 0))
    z = noise(pair.config, 1)[QUESTIONS["code"]["a"]]
    a = pixels(answer(shared, by_kind, "all", label=4))[QUESTIONS["code"]["a"]]
    kinds, numbers = pixels(found["kinds"]), pixels(found["numbers"])
    np.testing.assert_array_equal(kinds[4], a)
    assert len({kind.tobytes() for kind in kinds}) == 10
    assert found["told"] == pytest.approx(z[:2].tolist(), abs=1e-3)
    for number in range(2):
        along = np.tile(z, (len(REACH), 1))
        along[:, number] = REACH
        made = pair.generate(pair.with_class(along.astype(np.float32), 4)).numpy()
        row = numbers[number * len(REACH) : (number + 1) * len(REACH)]
        np.testing.assert_array_equal(row, pixels(seeing._shown(made)))


def test_what_d_reads_is_in_its_last_layer_and_sorts_real_pictures(
    shared: Store, by_kind: str
) -> None:
    found = answer(shared, by_kind, "code")
    pair = pair_of(shared, Moment(by_kind, STEP, 0))
    z = noise(pair.config, 1)[[QUESTIONS["code"]["a"]]]
    [said] = pair.discriminator(pair.generate(pair.with_class(z, 0))).numpy()
    assert found["read"]["kind"] == said[1:11].argmax()
    assert found["read"]["sure"] == pytest.approx(
        np.exp(said[1:11].max()) / np.exp(said[1:11]).sum(), rel=1e-3
    )
    assert found["read"]["numbers"] == pytest.approx(said[11:].tolist(), rel=1e-3)
    assert len(found["real"]["kind"]) == found["real"]["n"] == N_READ
    assert found["real"]["kind"] == sorted(found["real"]["kind"])


def test_kinds_of_what_is_guessed_take_turns_and_a_search_begins_with_what_d_reads(
    shared: Store, by_kind: str
) -> None:
    found = answer(shared, by_kind, "guess")
    pair, half = pair_of(shared, Moment(by_kind, STEP, 0)), N_GUESS // 2
    z = latent.noise(half, pair.config.latent_dim, pair.config.noise, 1)
    made = pixels(seeing._shown(pair.generate(pair.with_class(z, np.arange(half))).numpy()))
    known = {picture.tobytes() for picture in made}
    are_made = [picture.tobytes() in known for picture in pixels(found)]
    assert are_made == [not is_real for is_real in found["real"]]
    pictures, _ = seeing._real(
        {"run": by_kind, "step": STEP, "turns": 0, "seed": 1}, shared, N_REAL
    )
    row = QUESTIONS["search"]["row"]
    label = int(pair.read(pictures[row : row + 1])[0].argmax())
    sought = latent_search.find_noise(pair, pictures[row], label, 1)
    assert answer(shared, by_kind, "search")["errors"][0] == pytest.approx(
        float(np.min(sought.errors[-1])), rel=1e-3
    )


@pytest.mark.parametrize("lacks", ["n_kinds", "n_codes"])
def test_half_a_code_is_shown_without_the_other_half(shared: Store, lacks: str) -> None:
    settings: dict[str, Any] = {"family": "infogan", "latent_dim": 4, lacks: 0}
    run = checkpointed_run(shared, **settings)
    found = answer(shared, run, "code")
    assert (found["kinds"] is None) == ("kind" not in found["read"]) == (lacks == "n_kinds")
    assert (found["numbers"] is None) == (lacks == "n_codes")


# ----------------------------------------------------------------------------- what is refused


def test_a_discriminator_that_reads_nothing_has_no_code(shared: Store, run_id: str) -> None:
    with pytest.raises(GanError, match="reads no code"):
        answer(shared, run_id, "code")


@pytest.mark.parametrize("name", QUESTIONS)
def test_points_are_refused(shared: Store, name: str) -> None:
    points = shared.create_run(RunConfig.parse({"dataset": "ring", "network": "mlp"}))
    with pytest.raises(GanError, match="makes points, not pictures"):
        answer(shared, points, name)


def test_a_run_without_a_checkpoint_is_refused(shared: Store) -> None:
    run_id, holder = shared.create_run(RunConfig.parse(TINY)), holder_name()
    with pytest.raises(GanError, match="has no checkpoint yet"):
        answer(shared, run_id, "all")
    shared.claims.take(run_id, holder)
    shared.set_status(run_id, holder, "diverged")
    with pytest.raises(GanError, match="ended before its first checkpoint"):
        answer(shared, run_id, "all")


def test_a_discriminator_of_packs_judges_no_single_picture(shared: Store) -> None:
    run_id = checkpointed_run(shared, packing=2)
    for name in ("inside", "guess"):
        with pytest.raises(GanError, match="judges packs of 2 pictures"):
            answer(shared, run_id, name)
    assert answer(shared, run_id, "all")["n"] == N_SAMPLES
    assert answer(shared, run_id, "search")["norm"] > 0, "which asks D nothing"


def test_answers_go_by_the_loss_that_d_was_trained_with(shared: Store, run_id: str) -> None:
    """Whatever loss it was changed to at that very step, after the checkpoint."""
    scored = checkpointed_run(shared, loss="wasserstein")
    for each, is_probability in ((run_id, True), (scored, False)):
        for name in ("guess", "inside"):
            assert answer(shared, each, name)["is_probability"] == is_probability
    seen, scores = answer(shared, run_id, "inside"), answer(shared, scored, "inside")
    assert seen["decision"] == pytest.approx(1 / (1 + np.exp(-seen["logit"])), rel=1e-2)
    assert scores["decision"] == scores["logit"]


def test_few_pictures_are_all_read(
    shared: Store, by_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = real_samples(shared.run(by_kind).config)[:20]
    monkeypatch.setattr("gan_core.training.pool.real_samples", lambda config: few)
    found = answer(shared, by_kind, "code")["real"]
    assert found["n"] == len(found["kind"]) == 20


def test_runs_with_checkpoints_are_told(shared: Store, run_id: str) -> None:
    assert shared.checkpoints.moments()[run_id] == Moment(run_id, STEP, 0)
    waiting = shared.create_run(RunConfig.parse(TINY))
    assert waiting not in shared.checkpoints.moments()


def test_real_pictures_are_those_of_the_seed(shared: Store, run_id: str) -> None:
    assert answer(shared, run_id, "real")["n"] == N_REAL
    assert answer(shared, run_id, "real") != answer(shared, run_id, "real", seed=9)


def test_generated_pictures_to_be_guessed_are_of_the_classes_of_the_real_ones(
    shared: Store, by_class: str
) -> None:
    """D judges both as ones of these classes, and G must have been told the same."""
    found, half = answer(shared, by_class, "guess"), N_GUESS // 2
    pair = pair_of(shared, Moment(by_class, STEP, 0))
    question = {"run": by_class, "step": STEP, "turns": 0, "seed": 1}
    _, labels = seeing._real(question, shared, half)
    z = latent.noise(half, pair.config.latent_dim, pair.config.noise, 1)
    made = pixels(seeing._shown(pair.generate(pair.with_class(z, labels)).numpy()))
    known = {picture.tobytes() for picture in made}
    are_made = [picture.tobytes() in known for picture in pixels(found)]
    assert are_made == [not is_real for is_real in found["real"]]


def test_neighbours_at_the_largest_radius_are_other_noise(shared: Store, run_id: str) -> None:
    """Else a sample would be among its own neighbours, but longer than the noise that it is of."""
    others = {each.tobytes() for each in pixels(answer(shared, run_id, "neighbours", radius=1.0))}
    assert not others & {each.tobytes() for each in pixels(answer(shared, run_id, "all"))}


def test_a_change_after_the_checkpoint_is_none_of_its_networks(shared: Store) -> None:
    changed = checkpointed_run(shared, "changed after its checkpoint")
    holder = holder_name()
    assert shared.claims.take(changed, holder, force=True)
    shared.set_status(changed, holder, "running")
    shared.controls.request(changed, "set", "loss", "wasserstein")
    [control] = shared.controls.pending(changed)
    shared.controls.mark_applied(changed, holder, control, STEP)
    assert shared.controls.config_now(changed).loss == "wasserstein"
    assert answer(shared, changed, "inside")["is_probability"]


@pytest.mark.parametrize("label", [0, 7])
def test_a_generated_picture_is_judged_as_one_of_its_class(
    shared: Store, by_class: str, label: int
) -> None:
    found = answer(shared, by_class, "inside_generated", label=label)
    pair, row = pair_of(shared, Moment(by_class, STEP, 0)), QUESTIONS["inside_generated"]["row"]
    z = noise(pair.config, 1)[row : row + 1]
    made = pair.generate(pair.with_class(z, label))
    as_each = pair.judge(np.repeat(made, 10, axis=0), np.arange(10)).numpy()
    assert found["logit"] == pytest.approx(as_each[label], rel=1e-3)
    assert as_each[0] != pytest.approx(as_each[7], rel=0.01), "classes do matter here"
