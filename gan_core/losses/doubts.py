"""Why a loss may not train: what its values and slopes tell before anybody trains with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gan_core.losses import Loss
from gan_core.ops import NUMPY, Ops, Tensor
from gan_core.text import N_, Text

LIMIT = 8.0  # logits are looked at from −LIMIT to LIMIT, where figures draw
FAR = 200.0  # a logit that D reaches when it wins, and more than float32 can take in e^x

_LOGITS = np.linspace(-LIMIT, LIMIT, 33)
_REAL, _FAKE = np.meshgrid(_LOGITS, _LOGITS, indexing="ij")  # (33, 33) each
_NEIGHBOUR = np.array([0.0, 1.5])  # two samples in a batch, or x − mean(x) would always be 0
_STEP = 1e-4
_FLAT = 1e-7  # a slope that is only rounding

Player = Callable[[Tensor, Tensor, Ops], Tensor]


@dataclass(frozen=True)
class Doubt:
    """A reason why a loss may not train; without `is_fatal`, it may all the same."""

    text: Text
    is_fatal: bool = True


def doubts(loss: Loss) -> list[Doubt]:
    """What speaks against `loss`, worst first; empty for one that looks as a loss should.

    Looks at logits from −`LIMIT` to `LIMIT` and, for overflow and bounds, at a few beyond.
    """
    with np.errstate(all="ignore"):
        found = [*_undefined(loss), *_useless(loss), *_against_each_other(loss), *_extreme(loss)]
    return sorted(found, key=lambda doubt: not doubt.is_fatal)


def has_no_bottom(loss: Loss) -> bool:
    """Whether D can lower its loss for ever by growing steeper."""
    near, far = (_lowest(loss.discriminator, size) for size in (LIMIT, 1000 * LIMIT))
    return far < near - 1


def _lowest(player: Player, size: float) -> float:
    """The least loss where D's outputs are ±`size`, whatever is not a number left out."""
    with np.errstate(all="ignore"):
        values = [player(*logits, NUMPY) for logits in _corners(size, np.float64)]
    return float(np.fmin.reduce(values, initial=np.inf))


def slope(player: Player, side: str, real: Tensor, fake: Tensor) -> np.ndarray:
    """∂ loss / ∂ logit of the first sample of `side`, "real" or "fake", by central differences.

    Logits have shape (..., batch); the result has shape (...).
    """
    nudge = np.zeros(np.shape(real)[-1])
    nudge[0] = _STEP
    ends = [
        player(real + sign * nudge, fake, NUMPY)
        if side == "real"
        else player(real, fake + sign * nudge, NUMPY)
        for sign in (1, -1)
    ]
    return np.asarray((ends[0] - ends[1]) / (2 * _STEP))


def _players(loss: Loss) -> tuple[tuple[str, Player], tuple[str, Player]]:
    return ("D", loss.discriminator), ("G", loss.generator)


def _drawn(player: Player) -> np.ndarray:
    """The loss of one real and one fake sample, wherever figures draw: (33, 33)."""
    return np.asarray(player(_REAL[..., np.newaxis], _FAKE[..., np.newaxis], NUMPY))


def _undefined(loss: Loss) -> Iterator[Doubt]:
    """Values that are no finite numbers where figures draw."""
    for name, player in _players(loss):
        values = _drawn(player)
        bad = ~np.isfinite(values)
        if not bad.any():
            continue
        worst = np.isnan(values) if np.isnan(values).any() else bad
        nearest = np.argmin(np.where(worst, np.hypot(_REAL, _FAKE), np.inf))
        template = (
            N_(
                "{player}'s loss is not a number at real = {real}, fake = {fake}, and in {share} "
                "of the picture. log and sqrt take no negative numbers (logits often are "
                "negative; sigmoid(…) never is), and 0/0 is none."
            )
            if np.isnan(values).any()
            else N_(
                "{player}'s loss is infinite at real = {real}, fake = {fake}, and in {share} of "
                "the picture. Look for a division by 0, the log of 0, or an exp of something large."
            )
        )
        yield Doubt(
            Text(
                template,
                {
                    "player": name,
                    "real": _signed(_REAL.flat[nearest]),
                    "fake": _signed(_FAKE.flat[nearest]),
                    "share": f"{bad.mean():.0%}",
                },
            )
        )


def _useless(loss: Loss) -> Iterator[Doubt]:
    """Players whose loss has no slope with respect to what they can change."""
    batches = _REAL[..., np.newaxis] + _NEIGHBOUR, _FAKE[..., np.newaxis] - _NEIGHBOUR
    for player, side, lesson in (
        (
            loss.discriminator,
            "real",
            N_(
                "D's loss has no slope in real: D learns nothing from real samples, so it cannot "
                "tell G what they look like."
            ),
        ),
        (
            loss.discriminator,
            "fake",
            N_(
                "D's loss has no slope in fake: nothing stops D from calling everything real, and "
                "then it has nothing to tell G."
            ),
        ),
        (
            loss.generator,
            "fake",
            N_(
                "G's loss has no slope in fake. Its fakes are all that G can change, so G never "
                "learns."
            ),
        ),
    ):
        slopes = slope(player, side, *batches)
        if np.isfinite(slopes).any() and not _is_steep(slopes).any():
            yield Doubt(Text(lesson))


def _against_each_other(loss: Loss) -> Iterator[Doubt]:
    """A discriminator that does not part real from fake, or a generator that helps it.

    Both are asked where D cannot tell real from fake yet and gives them the same logits. Only a
    sign that is the same for all of these logits counts: least squares turn where D overshoots.
    """
    same = _LOGITS[:, np.newaxis] + _NEIGHBOUR  # (33, batch 2)
    on_real = slope(loss.discriminator, "real", same, same)
    on_fake = slope(loss.discriminator, "fake", same, same)
    parts = _sign(on_fake - on_real)  # 1: D lifts real above fake
    lifts = _sign(-slope(loss.generator, "fake", same, same))  # 1: G lifts its fakes
    if parts == 0 and _is_steep(on_real).any() and _is_steep(on_fake).any():
        yield Doubt(
            Text(N_("D's loss treats real and fake alike: D has no reason to tell them apart."))
        )
    elif parts == -1 and lifts == -1:
        yield Doubt(
            Text(
                N_(
                    "Upside down, but of one mind: this D gives fakes the higher scores, and G "
                    "takes that into account. It may train, with D's scores the wrong way round."
                )
            ),
            is_fatal=False,
        )
    elif parts == -1:
        yield Doubt(
            Text(
                N_(
                    "D's loss has the wrong sign: it falls when fakes score higher than real "
                    "samples."
                )
            )
        )
    elif parts == 1 and lifts == -1:
        yield Doubt(
            Text(
                N_(
                    "G's loss has the wrong sign: it falls when D gives its fakes lower scores, so "
                    "G learns to be caught."
                )
            )
        )


def _extreme(loss: Loss) -> Iterator[Doubt]:
    """What happens far outside of the picture, where D may go when nothing holds it."""
    for name, player in _players(loss):
        overflow = _overflow(player)
        if overflow and np.isfinite(_drawn(player)).all():
            yield Doubt(
                Text(
                    N_(
                        "At real = {real}, fake = {fake}, {player}'s loss is no finite 32-bit "
                        "number any more, and D may get that far when it wins. softplus stays "
                        "finite where exp and log(sigmoid(…)) do not."
                    ),
                    {"player": name, "real": _signed(overflow[0]), "fake": _signed(overflow[1])},
                ),
                is_fatal=False,
            )
    if has_no_bottom(loss):
        yield Doubt(
            Text(
                N_(
                    "D's loss has no lowest value: D can lower it for ever by growing steeper. Add "
                    "a gradient penalty when you train, or clip D's weights."
                )
            ),
            is_fatal=False,
        )


def _overflow(player: Player) -> tuple[float, float] | None:
    """Far logits, real and fake, at which the loss is not finite in the numbers that train."""
    for real, fake in _corners(FAR, np.float32):
        if not np.isfinite(player(real, fake, NUMPY)):
            return float(real[0]), float(fake[0])
    return None


def _corners(size: float, dtype: np.typing.DTypeLike) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of ±`size` for real and fake, each a batch of one."""
    ends: list[np.ndarray] = [np.array([end], dtype) for end in (-size, size)]
    return [(real, fake) for real in ends for fake in ends]


def _is_steep(slopes: np.ndarray) -> np.ndarray:
    return np.isfinite(slopes) & (np.abs(slopes) > _FLAT)


def _sign(slopes: np.ndarray) -> int | None:
    """The sign that all slopes share, 0 where all are flat, None where they disagree."""
    signs = set(np.sign(slopes[_is_steep(slopes)]).astype(int).tolist())
    return None if len(signs) > 1 else signs.pop() if signs else 0


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")
