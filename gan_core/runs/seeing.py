"""What workers answer about a run's networks at a checkpoint, for pages that look into them.

A question names the "run", and the "step" and the "turns" of its checkpoint (`Moment`), so that a
later one is asked anew; the "seed" of the noise; and the "label", a class, where the players are
told of classes. Pictures come back side by side, as one PNG in a data URI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from scipy.special import softmax

from gan_core.ops import NUMPY
from gan_core.runs.answers import Question
from gan_core.runs.checkpoints import Moment
from gan_core.runs.frame import picture
from gan_core.runs.restored import pair_of
from gan_core.runs.store import Store
from gan_core.runs.views import (
    N_GUESS,
    N_READ,
    N_REAL,
    REACH,
    code_reach,
    n_directions,
    noise,
    walk,
)
from gan_core.text import N_, GanError
from gan_core.theory import latent
from gan_core.theory.latent import Directions

if TYPE_CHECKING:
    from gan_core.training.pair import Pair

MAX_MAPS = 16  # feature maps of a stage

_known_directions: WeakKeyDictionary[Pair, dict[int, Directions]] = WeakKeyDictionary()


# ---------------------------------------------------------------------------- the space of noise


def samples(question: Question, store: Store) -> dict[str, Any]:
    """Pictures from noise that the question's "tool" makes; see `TOOLS`.

    "outside" is the share of that noise's numbers beyond −1 and 1.
    """
    pair = _pair(question, store)
    z = TOOLS[question["tool"]](pair, question)
    outside = round(latent.outside_the_cube(z), 4)
    return {"outside": outside, **_shown(_generated(pair, z, question))}


def _all(pair: Pair, question: Question) -> np.ndarray:
    return noise(pair.config, question["seed"])


def _neighbours(pair: Pair, question: Question) -> np.ndarray:
    """Sample "a" among others that lie within the "radius" of it."""
    fresh = noise(pair.config, question["seed"] + 1)
    return latent.around(_all(pair, question)[question["a"]], question["radius"], fresh)


def _along(pair: Pair, question: Question) -> np.ndarray:
    """From sample "a" along each direction by each of `REACH`, direction by direction."""
    found = _directions(pair, question["label"])
    by = np.kron(np.eye(len(found.steps)), REACH[:, np.newaxis])  # (directions · reach, directions)
    return found.moved(_all(pair, question)[question["a"]], by)


def _moved(pair: Pair, question: Question) -> np.ndarray:
    """Sample "a" before and after it was moved "by" so much along each direction."""
    found = _directions(pair, question["label"])
    by = np.array([question["by"]])[:, : len(found.steps)]
    return found.moved(_all(pair, question)[question["a"]], np.concatenate([0 * by, by]))


def _walks(pair: Pair, question: Question) -> np.ndarray:
    """From sample "a" to "b" straight on, then the same along the arc."""
    z = _all(pair, question)
    return np.concatenate([*walk(z[question["a"]], z[question["b"]]).values()])


def _sum(pair: Pair, question: Question) -> np.ndarray:
    """Samples "a", "b" and "c", and a − b + c."""
    z = _all(pair, question)
    a, b, c = (z[question[name]] for name in "abc")
    return np.stack([a, b, c, a - b + c])


TOOLS: dict[str, Callable[[Pair, Question], np.ndarray]] = {
    "all": _all,
    "neighbours": _neighbours,
    "along": _along,
    "moved": _moved,
    "walks": _walks,
    "sum": _sum,
}


def directions(question: Question, store: Store) -> dict[str, Any]:
    """The "shares" that the principal directions have of the variance of the activations."""
    shares = _directions(_pair(question, store), question["label"]).shares
    return {"shares": [round(float(share), 4) for share in shares]}


def _directions(pair: Pair, label: int) -> Directions:
    """The principal directions, worked out once as long as the pair is kept at hand."""
    from gan_core.training.latent import directions

    known = _known_directions.setdefault(pair, {})
    if label not in known:
        known[label] = directions(pair, label, n_directions(pair.config))
    return known[label]


def code(question: Question, store: Store) -> dict[str, Any]:
    """Sample "a" as each kind and along each number of the code, and what D reads.

    Returns the pictures of the "kinds" and of the "numbers", number by number, each where there
    are any; the numbers that G was "told", and what D "read" off the sample: "kind", how "sure" it
    is of that, and "numbers". Then up to `N_READ` "real" pictures, with the "kind" of each that D
    reads, and in the order of these.
    """
    pair = _pair(question, store)
    config, z = pair.config, _all(pair, question)[question["a"]]
    if not config.n_read:
        raise GanError(N_("The D of this run reads no code. Choose a run of the family InfoGAN."))
    n_kinds, n_codes, reach = config.n_kinds, config.n_codes, code_reach(config)
    as_kinds = pair.with_class(np.tile(z, (n_kinds, 1)), np.arange(n_kinds))
    along = np.tile(z, (n_codes, len(reach), 1))
    along[np.arange(n_codes), :, np.arange(n_codes)] = reach
    along = along.reshape(-1, len(z))  # (n_codes · reach, latent_dim), number by number
    x_real = _real(question, store, N_READ)[0]
    kinds = _kinds_read(pair, x_real)
    order = np.argsort(kinds, kind="stable")
    return {
        "kinds": _shown(pair.generate(as_kinds).numpy()) if n_kinds else None,
        "numbers": _shown(_generated(pair, along, question)) if n_codes else None,
        "told": _rounded(z[:n_codes]),
        "read": _read(pair, _generated(pair, z[np.newaxis], question)),
        "real": _shown(x_real[order]) | {"kind": kinds[order].tolist()},
    }


def _read(pair: Pair, x: np.ndarray) -> dict[str, Any]:
    """The code that D reads off one sample (1, *shape)."""
    [logits], [numbers] = pair.read(x)
    read = {"numbers": _rounded(numbers)}
    if not len(logits):
        return read
    return read | {"kind": int(logits.argmax()), "sure": _rounded(softmax(logits).max())}


def _kinds_read(pair: Pair, x: np.ndarray) -> np.ndarray:
    """The kinds (n,) that D reads off samples (n, *shape); 0 where there are none to read."""
    logits, _numbers = pair.read(x)
    return logits.argmax(axis=1) if logits.shape[1] else np.zeros(len(x), int)


def real(question: Question, store: Store) -> dict[str, Any]:
    """Real pictures to find the noise of, drawn by the seed."""
    return _shown(_real(question, store, N_REAL)[0])


def search(question: Question, store: Store) -> dict[str, Any]:
    """Look for noise from which G makes a picture: a "real" one, or a "generated" one as a check.

    "of" says which, and "row" the place of the picture among those of its kind.

    Returns the picture, and what G makes of the noise from each start, the best first, as
    "pictures"; "errors" (starts) in that order; the "path" (steps + 1) of the best; its "norm";
    and, of a generated picture, how far the best is "off" its noise, as a part of its length.
    """
    from gan_core.training.latent import find_noise

    pair, row, label = _pair(question, store), question["row"], question["label"]
    true = None
    if question["of"] == "real":
        pictures, labels = _real(question, store, N_REAL)
        told = _kinds_read(pair, pictures) if pair.config.n_read else labels
        x, label = pictures[row], int(told[row])
    else:
        true = _all(pair, question)[row]
        x = _generated(pair, true[np.newaxis], question)[0]
    found = find_noise(pair, x, label, question["seed"])
    order = np.argsort(np.nan_to_num(found.errors[-1], nan=np.inf))
    z = found.z[order]
    made = _generated(pair, z, {**question, "label": label})
    off = None if true is None else np.linalg.norm(z[0] - true) / np.linalg.norm(true)
    return _shown(np.concatenate([x[np.newaxis], made])) | {
        "errors": _rounded(found.errors[-1, order]),
        "path": _rounded(found.errors[:, order[0]]),
        "norm": _rounded(np.linalg.norm(z[0])),
        "off": _rounded(off),
    }


# ------------------------------------------------------------------------------ inside a network


def inside(question: Question, store: Store) -> dict[str, Any]:
    """What the stages of both networks make of a picture, and which pixels D looks at.

    The picture is "real" or "generated" ("of"), and "row" its place among those of its kind.

    Returns the picture; D's "logit", and what `_decided` has of it; its "gradient" (height, width),
    of the channel where it is largest; and for each of "generator" and "discriminator" a list of
    stages, each with "kind", "size" (height, width, channels) or (units,), and what `_shown` has of
    its maps. Fully connected networks have no maps: what is shown are weights, as "weights" says. G
    has no stages for a real picture, whose noise nobody knows.
    """
    from gan_core.training.inside import logit_gradient

    pair, row = _judging(question, store), question["row"]
    z = None
    if question["of"] == "real":
        pictures, labels = (each[row : row + 1] for each in _real(question, store, N_REAL))
    else:
        z = pair.with_class(_all(pair, question)[row : row + 1], question["label"])
        pictures, labels = pair.generate(z).numpy(), np.array([question["label"]])
    logits, slopes = logit_gradient(pair, pictures, labels)
    slopes = np.nan_to_num(slopes[0])
    strongest = np.abs(slopes).argmax(axis=-1)[..., np.newaxis]
    gradient = np.take_along_axis(slopes, strongest, axis=-1)[..., 0]  # (height, width)
    return _shown(pictures) | {
        "logit": _rounded(logits[0]),
        **_decided(pair, logits[0]),
        "gradient": [_rounded(line) for line in gradient],
        "weights": not pair.config.items.network.convolutional,
        **_stages(pair, pictures, z),
    }


def _stages(pair: Pair, x: np.ndarray, z: np.ndarray | None) -> dict[str, list[dict[str, Any]]]:
    from gan_core.training.inside import input_weights, output_weights, stage_outputs

    if not pair.config.items.network.convolutional:
        shape = pair.config.items.dataset.shape
        return {
            "generator": [_weights(output_weights(pair.generator, shape))],
            "discriminator": [_weights(input_weights(pair.discriminator, shape))],
        }
    seen = {"discriminator": stage_outputs(pair.discriminator, x)}
    if z is not None:
        seen["generator"] = stage_outputs(pair.generator, z)
    return {
        name: [
            {"kind": stage.kind} | _maps(stage.values[0].numpy())
            for stage in stages
            if len(stage.values.shape) == 4
        ]
        for name, stages in seen.items()
    } | ({} if z is not None else {"generator": []})


def _maps(values: np.ndarray) -> dict[str, Any]:
    """Feature maps (height, width, channels) of one stage, those that vary most."""
    maps = np.moveaxis(values, -1, 0)[..., np.newaxis]  # (channels, height, width, 1)
    return {"size": list(values.shape)} | _greys(maps, maps.std(axis=(1, 2, 3)))


def _weights(weights: np.ndarray) -> dict[str, Any]:
    """Weights (units, height, width, channels) of one layer, the strongest units'."""
    strengths = np.linalg.norm(weights.reshape(len(weights), -1), axis=1)
    return {"kind": "Dense", "size": [len(weights)]} | _greys(weights, strengths)


def _greys(maps: np.ndarray, importance: np.ndarray) -> dict[str, Any]:
    """The most important of these (n, height, width, channels): 0 is grey, one scale for all."""
    maps = maps[np.argsort(-importance, kind="stable")[:MAX_MAPS]]
    return _shown(maps / (np.abs(maps).max() or 1.0))


# --------------------------------------------------------------------------------- a game with D


def guess(question: Question, store: Store) -> dict[str, Any]:
    """Pictures to judge, as many real as generated ones, in an order that the seed decides.

    Returns the pictures, which of them are "real", D's "logits", and what `_decided` has of them.
    """
    pair = _judging(question, store)
    seed, half = question["seed"], N_GUESS // 2
    x_real, labels = _real(question, store, half)
    z = latent.noise(half, pair.config.latent_dim, pair.config.noise, seed)
    told = labels if pair.config.conditional else np.arange(half) % max(1, pair.config.n_told)
    x = np.concatenate([x_real, pair.generate(pair.with_class(z, told)).numpy()])
    order = np.random.default_rng(seed).permutation(len(x))
    logits = pair.judge(x, np.concatenate([labels, labels])).numpy()[order]
    return _shown(x[order]) | {
        "real": (order < half).tolist(),
        "logits": _rounded(logits),
        **_decided(pair, logits),
    }


# ---------------------------------------------------------------------------------------- helpers


def _decided(pair: Pair, logits: Any) -> dict[str, Any]:
    """D's "decision", of its logits' shape: D(x), or a score where it "is_probability" none.

    By the loss of that moment: what was changed since is none of it.
    """
    loss = pair.config.items.loss
    decision = _rounded(loss.decision(np.asarray(logits), NUMPY))
    return {"decision": decision, "is_probability": loss.gives_probability}


def _pair(question: Question, store: Store) -> Pair:
    run = store.run(question["run"])
    if not run.config.items.dataset.is_image:
        raise GanError(
            N_("Run {name} makes points, not pictures. Look at it in the playground."),
            name=run.name,
        )
    return pair_of(store, Moment(run.id, question["step"], question["turns"]))


def _judging(question: Question, store: Store) -> Pair:
    """A pair whose D judges single pictures."""
    pair = _pair(question, store)
    if pair.config.packing > 1:
        raise GanError(
            N_(
                "This run's D judges packs of {packing} pictures and cannot judge one alone. "
                "Choose a run with packing = 1."
            ),
            packing=pair.config.packing,
        )
    return pair


def _real(question: Question, store: Store, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Up to n real pictures (n, *shape), drawn by the seed, and their classes (n,), 0 if untold."""
    from gan_core.training.pool import real_labels, real_samples

    config = _pair(question, store).config
    x_real, labels = real_samples(config), real_labels(config)
    n = min(n, len(x_real))
    rows = np.random.default_rng(question["seed"]).choice(len(x_real), n, replace=False)
    pictures = np.stack([x_real[row].numpy() for row in rows])
    return pictures, np.zeros(n, int) if labels is None else labels[rows].astype(int)


def _generated(pair: Pair, z: np.ndarray, question: Mapping[str, Any]) -> np.ndarray:
    """What G makes of noise (n, latent_dim): (n, *shape)."""
    told = pair.with_class(z.astype(np.float32), question["label"])
    made: np.ndarray = pair.generate(told).numpy()
    return made


def _shown(pictures: np.ndarray) -> dict[str, Any]:
    """Pictures (n, height, width, channels) side by side, how many, and their shape."""
    height, width = pictures.shape[1:3]
    return {
        "picture": picture(pictures, per_row=len(pictures)),
        "n": len(pictures),
        "aspect": width / height,
    }


def _rounded(values: Any) -> Any:
    """Numbers with four digits, JSON-ready: what is not finite becomes None."""
    if values is None or np.ndim(values):
        return values if values is None else [_rounded(value) for value in values]
    return float(f"{values:.4g}") if np.isfinite(values) else None
