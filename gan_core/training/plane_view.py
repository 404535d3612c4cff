"""What is to be seen of a run in the plane: D's surface, G's warped noise, the slopes G follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from gan_core.plane import noise_lattice, surface_points
from gan_core.training.trainer import Batches, Trainer, mould

N_ARROWS = 100
PENALTY_SEED = (0, 0)  # where between real and generated samples a penalty looks, at each look
N_LOOKED_AT = 480  # generated samples whose slopes are taken: packs of up to 8 fit


def view_of(trainer: Trainer) -> PlaneView:
    """The view of a trainer, made once for all runs of its mould."""
    made_for = mould(trainer.config, trainer.plan)
    if trainer.view is None or trainer.view.made_for != made_for:
        trainer.view = PlaneView(trainer, made_for)
    return trainer.view


class PlaneView:
    """Looks at one run of points in the plane; a look changes nothing."""

    def __init__(self, trainer: Trainer, made_for: object) -> None:
        self.made_for = made_for
        self._trainer = trainer
        self._points = tf.constant(surface_points(trainer.config.items.dataset.extent))
        self._lattice = noise_lattice(trainer.config)
        self._sizes = tf.function(self._take_sizes, reduce_retracing=True)
        self._arrows_at = tf.function(self._take_arrows, reduce_retracing=True)
        self._surface = tf.function(self._judge_alone, reduce_retracing=True)

    def look(
        self,
        x_real: np.ndarray,
        x_fake: np.ndarray | None = None,
        earlier: np.ndarray | None = None,
    ) -> dict[str, Any]:
        """What is to be seen now, with `x_real` (m, 2) as D's real samples.

        `x_fake` (n, 2) are the samples from `fixed_noise(n)` that a reader sees, drawn when left
        out; `earlier` are those of an earlier look.

        Returns arrays: "surface" (SURFACE², D's logits), "manifold" (points of the lattice, 2) if
        there is one, "x_played" (n, 2: the samples of G as it plays, which `x_fake` are unless the
        reader sees an average), "arrows" (N_ARROWS, 2: −∂L_G/∂x at the first of `x_fake`, each as
        if its pack were alone, D being in training as where G learns), and the numbers "d_gradient"
        and "g_gradient": the norms of each player's gradient over all its weights, D's with its
        penalty. With `earlier`, "followed" has the arrows there: one step later D has learned and G
        has followed just these.
        """
        trainer = self._trainer
        n = N_LOOKED_AT // trainer.config.packing * trainer.config.packing
        real = tf.constant(np.resize(x_real, (n, 2)))
        z = trainer.fixed_noise(n)
        if x_fake is None:
            x_fake = trainer.samples(n)
        x_played = x_fake
        if trainer.config.ema_decay:
            x_played = trainer.played(trainer.fixed_noise(len(x_fake)))
        d_gradient, g_gradient = self._sizes(real, z)
        seen = {
            "surface": self._surface(self._points).numpy(),
            "x_played": x_played,
            "arrows": self._arrows_at(real, tf.constant(x_fake[:n]), z).numpy()[:N_ARROWS],
            "d_gradient": float(d_gradient),
            "g_gradient": float(g_gradient),
        }
        if earlier is not None:
            followed = self._arrows_at(real, tf.constant(earlier[:n]), z)
            seen["followed"] = followed.numpy()[:N_ARROWS]
        if self._lattice is not None:
            seen["manifold"] = trainer.generated(tf.constant(self._lattice))
        return seen

    def _judge_alone(self, x: tf.Tensor) -> tf.Tensor:
        """D's logits (n,) for points (n, 2); where D judges packs, for packs of the same point."""
        packing = self._trainer.config.packing
        return self._trainer.judge(tf.tile(x, [1, packing]), training=False)

    def _take_sizes(self, x_real: tf.Tensor, z: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The norms of D's and of G's gradient."""
        trainer = self._trainer
        training = trainer.config.items.fault.training
        x_real = trainer.shown(x_real)
        with _remembered(trainer), tf.GradientTape(persistent=True) as tape:
            shown = trainer.shown(trainer.generator(z, training=training))
            g_loss, on_top = trainer.loss_of_g(Batches(x_real, shown, z, None))
            g_total = g_loss + on_top
            batches = Batches(x_real, tf.stop_gradient(shown), z, None)
            turn, on_top = trainer.loss_of_d(batches, tf.constant(PENALTY_SEED))
            d_total = turn.d_loss + on_top
        d_weights = trainer.discriminator.trainable_variables
        g_weights = trainer.generator.trainable_variables
        return (
            tf.linalg.global_norm(tape.gradient(d_total, d_weights)),
            tf.linalg.global_norm(tape.gradient(g_total, g_weights)),
        )

    def _take_arrows(self, x_real: tf.Tensor, x_fake: tf.Tensor, z: tf.Tensor) -> tf.Tensor:
        """−∂L_G/∂x at each of the samples (n, 2), as if its pack were alone.

        The loss is a mean over all packs.
        """
        trainer = self._trainer
        real = trainer.shown(x_real)
        with _remembered(trainer), tf.GradientTape() as tape:
            tape.watch(x_fake)
            shown = trainer.shown(x_fake)
            g_loss, on_top = trainer.loss_of_g(Batches(real, shown, z, None))
            g_total = g_loss + on_top
        n_packs = len(x_fake) // trainer.config.packing
        return -n_packs * tape.gradient(g_total, x_fake)


@contextmanager
def _remembered(trainer: Trainer) -> Iterator[None]:
    """Put back what the networks keep of each call, such as the averages of batch norm."""
    memory = [
        *trainer.generator.non_trainable_variables,
        *trainer.discriminator.non_trainable_variables,
    ]
    before = [tf.identity(variable) for variable in memory]
    yield
    for variable, value in zip(memory, before, strict=True):
        variable.assign(value)
