"""The trainer: alternates the two players' turns, and steps their optimizers."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from gan_core.config import N_FOR_STATISTICS, OPTIMIZERS, RunConfig
from gan_core.families import DiscriminatorTurn, LatentCode
from gan_core.faults import Fault
from gan_core.losses import Loss
from gan_core.text import N_, GanError
from gan_core.training.augmentation import augmented
from gan_core.training.build import build_networks, logits_of, packed
from gan_core.training.device import Plan, pick
from gan_core.training.records import RECORD_FIELDS
from gan_core.training.tensorflow_ops import TENSORFLOW

# Streams of random numbers, told apart by the last part of their seed.
_REAL, _NOISE, _FIXED_NOISE, _BLUR_REAL, _BLUR_FAKE, _PENALTY, _KINDS = range(7)
_MAX_TURNS = 20  # of both players in one step

# Share of the learning rates that is left after a share of all steps, arXiv:1608.03983 for cosine.
_SCHEDULES: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "linear": lambda done: 1.0 - done,
    "cosine": lambda done: 0.5 * (1.0 + tf.cos(math.pi * done)),
}

Data = Sequence[tf.Tensor]  # real samples (n, *shape), and their classes (n, n_classes) if told


class Batches(NamedTuple):
    """What D is shown in a turn, and what G has made its part of."""

    x_real: tf.Tensor  # (batch, *shape)
    x_fake: tf.Tensor  # (batch, *shape)
    z: tf.Tensor  # (batch, latent_dim + n_told)
    classes: tf.Tensor | None  # (batch, n_classes) of both, where the players are told


# What may differ between two runs that share compiled code.
_FREE_FIELDS = {
    *("seed", "steps", "head_start", "pace", "precision", "stop_when_flat", "patience"),
    *("d_learning_rate", "g_learning_rate"),
}


def mould(config: RunConfig, plan: Plan) -> tuple[str, Plan]:
    """What compiled code depends on: a trainer can restart with any config of the same mould."""
    return config.model_dump_json(exclude=_FREE_FIELDS), plan


@dataclass(frozen=True)
class Suspended:
    """A run that a trainer has put aside for another one of the same mould."""

    config: RunConfig
    step: int
    x_real: tf.Tensor
    data: Data
    values: list[tf.Tensor]  # of all variables


class Trainer:
    """One run's networks and optimizers, and the game between them.

    Every random number is a function of (seed, step), and every step runs the same compiled code
    however steps are grouped into calls: that makes a run repeatable bit for bit on a CPU, and
    makes a run that continues from `state()` equal to one that never stopped.

    Args:
        config: the run. Its learning rates are the initial ones.
        x_real: float32 samples (n, *shape), an array or a tensor.
        plan: where to train; picked for this machine when left out.
        labels: the class of each of `x_real` (n,), where `config` is conditional.
    """

    def __init__(
        self, config: RunConfig, x_real: Any, plan: Plan | None = None, labels: Any = None
    ) -> None:
        self.plan = plan or pick(config)
        self._items = config.items
        self._start(config, x_real, labels)
        with tf.device(self.plan.device):
            self.generator, self.discriminator = build_networks(config, self.plan.dtype)
            self._d_optimizer = self._d_optimizer_of(config)
            self._g_optimizer = self._g_optimizer_of(config)
            # What a schedule starts from, as variables: runs that differ in it share compiled code.
            self._n_steps = tf.Variable(config.scheduled_steps, dtype=tf.float32)
            self._rates = tf.Variable([config.d_learning_rate, config.g_learning_rate])
            # Holds the averaged weights while samples are drawn.
            self._average = self._network_for_average() if config.ema_decay > 0 else None
        self._compile()
        self._compiled_sample = tf.function(self._generate, reduce_retracing=True)
        self.view: Any = None  # kept here by `gan_core.training.plane_view`, to go when this goes

    def restart(self, config: RunConfig, x_real: Any, labels: Any = None) -> None:
        """Begin another run of the same mould, as a new trainer would, without compiling again."""
        self._start(config, x_real, labels)
        used_networks = self.generator, self.discriminator
        for used, fresh in zip(used_networks, build_networks(config, self.plan.dtype), strict=True):
            for variable, initial in zip(used.variables, fresh.variables, strict=True):
                variable.assign(initial)
        for optimizer in (self._d_optimizer, self._g_optimizer):
            for variable in optimizer.variables:
                variable.assign(tf.zeros_like(variable))
        self._set_rates(config)

    def suspend(self) -> Suspended:
        """Put the run aside, so that the trainer can take up another one of its mould."""
        with tf.device(self.plan.device):
            values = self._read_all()
        return Suspended(self.config, self.step, self.x_real, self._data, values)

    def resume(self, suspended: Suspended) -> None:
        """Take up a run of this mould where it was put aside."""
        self.config, self.step = suspended.config, suspended.step
        self.x_real, self._data = suspended.x_real, suspended.data
        with tf.device(self.plan.device):
            self._seed = tf.constant(self.config.seed)
            self._write_all(suspended.values)

    def change(self, config: RunConfig) -> bool:
        """Go on with another config from the next step on; whether that compiles anew.

        The weights stay, and so does what an optimizer remembers, unless it is exchanged. Networks
        and data cannot change: see `live_fields`.
        """
        before, fault_before = self.config, self._items.fault
        self.config = config
        self._set_rates(config)
        if mould(before, self.plan) == mould(config, self.plan):
            return False
        self._items = config.items
        fault = self._items.fault
        with tf.device(self.plan.device):
            if config.d_optimizer != before.d_optimizer:
                self._d_optimizer = self._d_optimizer_of(config)
            if config.g_optimizer != before.g_optimizer or fault.frozen != fault_before.frozen:
                self._g_optimizer = self._g_optimizer_of(config)
            self._data = self._in_order(fault)
        self._compile()
        return True

    def _set_rates(self, config: RunConfig) -> None:
        self._n_steps.assign(config.scheduled_steps)
        self._rates.assign([config.d_learning_rate, config.g_learning_rate])
        self._d_optimizer.learning_rate = config.d_learning_rate
        self._g_optimizer.learning_rate = config.g_learning_rate

    def _network_for_average(self) -> keras.Model:
        """A generator whose batch norm knows the last batch in training alone."""
        network = build_networks(self.config, self.plan.dtype)[0]
        for layer in network.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = 0.0
        return network

    def _compile(self) -> None:
        self._compiled = tf.function(self._steps, jit_compile=self.plan.xla)
        self._compiled_learn_statistics = tf.function(self._learn_statistics)
        variables = [*self._variables(), self._n_steps, self._rates]
        self._read_all = tf.function(lambda: [tf.identity(variable) for variable in variables])
        self._write_all = tf.function(
            lambda values: [
                variable.assign(value) for variable, value in zip(variables, values, strict=True)
            ]
        )

    def _d_optimizer_of(self, config: RunConfig) -> keras.optimizers.Optimizer:
        return _optimizer(
            config.d_optimizer,
            self.discriminator.trainable_variables,
            config.d_learning_rate,
            config.beta_1,
        )

    def _g_optimizer_of(self, config: RunConfig) -> keras.optimizers.Optimizer:
        return _optimizer(
            config.g_optimizer,
            self._weights_of_g_turn,
            config.g_learning_rate,
            config.beta_1,
            config.ema_decay,
        )

    @property
    def _weights_of_g_turn(self) -> list[Any]:
        """What G's turn moves: G alone, because D is frozen, unless a fault forgets that."""
        thawed = [] if self._items.fault.frozen else self.discriminator.trainable_variables
        return [*self.generator.trainable_variables, *thawed]

    def _start(self, config: RunConfig, x_real: Any, labels: Any) -> None:
        self.config = config
        self.step = 0
        with tf.device(self.plan.device):
            self.x_real = tf.convert_to_tensor(x_real, tf.float32)  # (n, *shape)
            told = config.n_classes
            self._labels = [tf.one_hot(labels, told)] if told else []  # (n, n_classes)
            self._data = self._in_order(config.items.fault)
            self._seed = tf.constant(config.seed)

    def _in_order(self, fault: Fault) -> Data:
        """What a step draws from: the data in any order, or sorted where a fault sorts them."""
        data = [self.x_real, *self._labels]
        if not fault.sorting:
            return data
        rows = fault.sorting(self.x_real.numpy(), self._items.dataset)
        return [tf.gather(each, rows) for each in data]

    def run(self, n_steps: int) -> np.ndarray:
        """Take up to `n_steps` steps, at most `plan.steps_per_call`; return their records.

        Returns float32 (steps taken, 5): the columns of `RECORD_FIELDS`. A record may hold NaN or
        Inf when the game has diverged.
        """
        n_steps = min(n_steps, self.plan.steps_per_call)
        if not self._items.fault.whole_batches:
            n_steps = self._before_the_last_batch(n_steps)
        with tf.device(self.plan.device):
            records = self._compiled(
                self._data, self._seed, tf.constant(self.step), tf.constant(n_steps)
            )
        self.step += n_steps
        return records.numpy()[:n_steps]

    def _before_the_last_batch(self, n_steps: int) -> int:
        """How many of the steps come before the incomplete batch at the end of the data.

        At that batch itself, Keras refuses the labels, which always have `batch_size` rows; its
        words become a `GanError`.
        """
        n_batches, n_left = divmod(len(self.x_real), self.config.batch_size)
        left = n_batches // self.config.d_steps - self.step
        if not n_left or left > 0:
            return min(n_steps, left) if n_left else n_steps
        logits = self.discriminator(self.x_real[-n_left:])  # (n_left, 1)
        labels = tf.ones((self.config.batch_size, 1))
        try:
            keras.losses.binary_crossentropy(labels, logits, from_logits=True)
        except ValueError as error:
            raise GanError(
                N_("Batch {number} of the data has only {n} samples, and Keras stops: {error}"),
                number=n_batches + 1,
                n=n_left,
                error=str(error),
            ) from None
        raise AssertionError("Keras takes labels of another batch size")

    def take_turn(self, player: Literal["d", "g"], number: int) -> None:
        """Let one player alone learn once, between two steps; each turn has a `number` ≥ 0.

        Its rate is that of the step which comes next; after the last one, that of the last.
        """
        step = tf.constant(-1 - number)  # no step of a run has these random numbers
        with tf.device(self.plan.device):
            self._follow_schedule(tf.constant(min(self.step, self.config.steps - 1)))
            if player == "d":
                self._turn_of_d(self._data, self._seed, step)
            else:
                self._generator_learns(*self._batches(self._data, self._seed, step))

    def gradients(self) -> tuple[list[Any], list[Any]]:
        """G's and D's gradients, by their trainable variables, on the next step's first batch.

        Neither learns, but what the networks keep of each call moves on.
        """
        step = tf.constant(self.step)
        with tf.device(self.plan.device):
            batches, g_tape = self._batches(self._data, self._seed, step)
            penalty_seed = self._seed_of(self._seed, _PENALTY, step)
            with tf.GradientTape() as d_tape:
                turn, on_top = self.loss_of_d(batches, penalty_seed)
                total = turn.d_loss + on_top
            with g_tape:
                g_loss, on_top = self.loss_of_g(batches)
                g_total = g_loss + on_top
            return (
                g_tape.gradient(g_total, self.generator.trainable_variables),
                d_tape.gradient(total, self.discriminator.trainable_variables),
            )

    def samples(self, n_samples: int) -> np.ndarray:
        """Generate float32 samples (n, *shape) from noise that stays the same during a run."""
        return self.generated(self.fixed_noise(n_samples))

    def fixed_noise(self, n: int) -> tf.Tensor:
        """Noise z (n, latent_dim + n_told) that stays the same during a run.

        Where G is told of classes or kinds, they stand behind the noise and take turns.
        """
        n_told, told = self.config.n_told, None
        if n_told:
            told = tf.one_hot(tf.range(n) % n_told, n_told)
        return self._noise(n, self._seed_of(self._seed, _FIXED_NOISE, tf.constant(0)), told)

    def generated(self, z: tf.Tensor) -> np.ndarray:
        """What a reader sees of G for noise z (n, latent_dim + n_told): float32 (n, *shape).

        In inference mode, and with `ema_decay` from the running average of G's weights.
        """
        return self._compiled_sample(self.shown_generator(), z).numpy()

    def played(self, z: tf.Tensor) -> np.ndarray:
        """The same from G as it plays against D: an average of its weights takes no part."""
        return self._compiled_sample(self.generator, z).numpy()

    def shown_generator(self) -> keras.Model:
        """The generator whose samples a reader sees: with `ema_decay` the running average.

        Its batch norm has statistics of what the averaged weights make (the "standing statistics"
        of arXiv:1809.11096), as those that G has kept belong to other weights.
        """
        # Before G's first turn, or its first with an exchanged optimizer, there is no average yet.
        if not self._average or not int(self._g_optimizer.iterations):
            return self.generator
        for average, variable in zip(
            self._average.non_trainable_variables,
            self.generator.non_trainable_variables,
            strict=True,
        ):
            average.assign(variable)
        self._g_optimizer.finalize_variable_values(self._average.trainable_variables)
        if self._average.non_trainable_weights:
            self._compiled_learn_statistics(self._average, self.fixed_noise(N_FOR_STATISTICS))
        return self._average

    def state(self) -> dict[str, np.ndarray]:
        """Return everything that the next step depends on, as named arrays."""
        arrays = {f"variable_{i}": v.numpy() for i, v in enumerate(self._variables())}
        return {"step": np.asarray(self.step), **arrays}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Continue from what `state()` returned for the same config."""
        for i, variable in enumerate(self._variables()):
            variable.assign(state[f"variable_{i}"])
        self.step = int(state["step"])

    def _variables(self) -> list[Any]:
        """Weights, moving averages, dropout's random state, optimizers' memory and rates."""
        owners = (self.generator, self.discriminator, self._g_optimizer, self._d_optimizer)
        return [variable for owner in owners for variable in owner.variables]

    def _steps(
        self, data: Data, seed: tf.Tensor, first_step: tf.Tensor, n_steps: tf.Tensor
    ) -> tf.Tensor:
        """Run `n_steps` training steps in one call; records (steps_per_call, 5), the rest zero."""
        records = tf.zeros([self.plan.steps_per_call, len(RECORD_FIELDS)])
        i = tf.constant(0)
        # Not tf.range(n_steps): XLA would compile anew for every n_steps.
        while i < n_steps:
            record = self._train_step(data, seed, first_step + i)
            records = tf.tensor_scatter_nd_update(records, [[i]], record[tf.newaxis])
            i += 1
        return records

    def _train_step(self, data: Data, seed: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        """D learns `d_steps` times, then G `g_steps` times, first from the last generated batch."""
        self._follow_schedule(step)
        last = self.config.d_steps - 1
        # Many are a loop in the graph too: side by side, they would take twice as long to compile.
        for turn in tf.range(last) if last > 1 else range(last):
            self._turn_of_d(data, seed, step, turn)
        d_turn, on_top, batches, g_tape = self._turn_of_d(data, seed, step, last)
        for turn in range(self.config.g_steps):
            if turn:
                later = self.config.d_steps + turn - 1
                g_tape, z, x_fake = self._fake_batch(batches.classes, seed, step, later)
                batches = batches._replace(z=z, x_fake=x_fake)
            g_loss = self._generator_learns(batches, g_tape)
        return tf.stack([d_turn.d_loss, g_loss, d_turn.d_real, d_turn.d_fake, on_top])

    def _follow_schedule(self, step: tf.Tensor) -> None:
        """Set both learning rates for this step, where they do not stay the same."""
        if self.config.rate_schedule == "constant":
            return
        done = tf.cast(step, tf.float32) / self._n_steps
        d_rate, g_rate = tf.unstack(self._rates * _SCHEDULES[self.config.rate_schedule](done))
        self._d_optimizer.learning_rate.assign(d_rate)
        self._g_optimizer.learning_rate.assign(g_rate)

    def _turn_of_d(
        self, data: Data, seed: tf.Tensor, step: tf.Tensor, turn: int | tf.Tensor = 0
    ) -> tuple[DiscriminatorTurn, tf.Tensor, Batches, tf.GradientTape]:
        """One turn of D: what its loss was made of, what came on top, and what D was shown.

        Then the tape that has watched G make its part.
        """
        batches, g_tape = self._batches(data, seed, step, turn)
        penalty_seed = self._seed_of(seed, _PENALTY, step, turn)
        d_turn, on_top = self._discriminator_learns(batches, penalty_seed)
        return d_turn, on_top, batches, g_tape

    def _discriminator_learns(
        self, batches: Batches, seed: tf.Tensor
    ) -> tuple[DiscriminatorTurn, tf.Tensor]:
        """One step of D on both batches; what it was made of, and what came on top."""
        with tf.GradientTape() as tape:
            # x_fake was computed outside this tape, so D's turn cannot reach G.
            turn, on_top = self.loss_of_d(batches, seed)
            total = turn.d_loss + on_top
        _descend(self._d_optimizer, tape, total, self.discriminator.trainable_variables)
        if self.config.weight_clip:
            for weights in self.discriminator.trainable_variables:
                limit = self.config.weight_clip
                weights.assign(tf.clip_by_value(weights, -limit, limit))
        return turn, on_top

    def _generator_learns(self, batches: Batches, tape: tf.GradientTape) -> tf.Tensor:
        """One step of G, whose batch `tape` has watched being made; its loss in the game."""
        with tape:
            g_loss, on_top = self.loss_of_g(batches)
            total = g_loss + on_top
        _descend(self._g_optimizer, tape, total, self._weights_of_g_turn)
        return g_loss

    def loss_of_d(self, batches: Batches, seed: tf.Tensor) -> tuple[DiscriminatorTurn, tf.Tensor]:
        """D's turn with its loss in the game; and on top the weighted penalty, and the code."""
        family, penalty = self._items.family, self._items.penalty
        real_logits, fake_logits, unread = self._answers(batches)
        turn = family.discriminator_turn(real_logits, fake_logits, self.loss, TENSORFLOW)
        judge = functools.partial(self.judge, classes=batches.classes)
        measured = penalty.measure(judge, batches.x_real, batches.x_fake, seed, TENSORFLOW)
        return turn, tf.cast(self.config.penalty_weight * measured, tf.float32) + unread

    def loss_of_g(self, batches: Batches) -> tuple[tf.Tensor, tf.Tensor]:
        """G's loss in the game on these batches, as D is shown them; and on top the code."""
        real_logits, fake_logits, unread = self._answers(batches)
        family = self._items.family
        return family.generator_turn(real_logits, fake_logits, self.loss, TENSORFLOW), unread

    def _answers(self, batches: Batches) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """D's logits (batch,) for both batches, and what it cannot read of the code, weighted."""
        # Where G's loss ignores real_logits, TensorFlow prunes all of this call but what D keeps of
        # it, such as the averages of batch normalisation and the vectors of spectral normalisation.
        real_logits = self.judge(batches.x_real, batches.classes)
        answer = self.discriminator(batches.x_fake, training=True)
        fake_logits = logits_of(answer, batches.classes)
        return real_logits, fake_logits, self._unread(batches.z, answer)

    def _unread(self, z: tf.Tensor, answer: tf.Tensor) -> tf.Tensor:
        """What D's answer (batch, 1 + n_read) to G(z) lacks of the code in z, weighted."""
        unread, config = self._items.family.unread, self.config
        if not unread:
            return tf.constant(0.0)
        n_kinds, n_codes = config.n_kinds, config.n_codes
        code = LatentCode(
            kinds=z[:, config.latent_dim :] if n_kinds else None,
            numbers=z[:, :n_codes] if n_codes else None,
        )
        read = LatentCode(answer[:, 1 : 1 + n_kinds], answer[:, 1 + n_kinds :])
        return config.code_weight * unread(code, read, TENSORFLOW)

    @property
    def loss(self) -> Loss:
        """What the players minimise, as the run's fault reads it."""
        return self._items.fault.loss(self._items.loss)

    def _batches(
        self, data: Data, seed: tf.Tensor, step: tf.Tensor, turn: int | tf.Tensor = 0
    ) -> tuple[Batches, tf.GradientTape]:
        """What D is shown in a turn, and the tape that has watched G make its part of it."""
        x_real, classes = self._real_batch(data, seed, step, turn)
        g_tape, z, x_fake = self._fake_batch(classes, seed, step, turn)
        x_real = self.shown(x_real, self._seed_of(seed, _BLUR_REAL, step, turn))
        return Batches(x_real, x_fake, z, classes), g_tape

    def _fake_batch(
        self, classes: tf.Tensor | None, seed: tf.Tensor, step: tf.Tensor, turn: int | tf.Tensor
    ) -> tuple[tf.GradientTape, tf.Tensor, tf.Tensor]:
        """The tape that has watched a batch being made, its z, and the batch as D is shown it."""
        n, told = self.config.batch_size, classes
        if self._items.family.unread and self.config.n_kinds:
            kinds_seed = self._seed_of(seed, _KINDS, step, turn)
            kinds = tf.random.stateless_uniform([n], kinds_seed, 0, self.config.n_kinds, tf.int32)
            told = tf.one_hot(kinds, self.config.n_kinds)
        z = self._noise(n, self._seed_of(seed, _NOISE, step, turn), told)
        with tf.GradientTape() as tape:
            # Batch norm must see this batch, not its moving averages: only a fault says otherwise.
            x_fake = self.generator(z, training=self._items.fault.training)  # (batch, *shape)
            x_fake = self.shown(x_fake, self._seed_of(seed, _BLUR_FAKE, step, turn))
        return tape, z, x_fake

    def shown(self, x: tf.Tensor, seed: tf.Tensor | None = None) -> tf.Tensor:
        """Samples (batch, *shape) as D gets them: in packs; with a seed augmented and blurred."""
        x = tf.cast(x, tf.float32)
        if self.config.augmentation and seed is not None:
            x = augmented(x, seed)
        if self.config.instance_noise and seed is not None:  # arXiv:1610.04490
            x += self.config.instance_noise * tf.random.stateless_normal(x.shape, seed)
        return packed(x, self.config.packing)

    def judge(
        self, x: tf.Tensor, classes: tf.Tensor | None = None, *, training: bool = True
    ) -> tf.Tensor:
        """D's logits (batch,) for samples (batch, *shape).

        With `classes` (batch, n_classes), zeros and a one, D says how real the samples are as ones
        of these classes: the projection of arXiv:1802.05637, equation 4, whose vectors for the
        classes are columns of D's last layer.

        Unless `training`, D only answers: what it keeps of each call, such as the vectors of
        spectral normalisation, stays as it is.
        """
        return logits_of(self.discriminator(x, training=training), classes)

    def _generate(self, generator: keras.Model, z: tf.Tensor) -> tf.Tensor:
        """Samples in inference mode: batch norm with its moving averages, so z alone decides."""
        return generator(z, training=False)

    def _learn_statistics(self, average: keras.Model, z: tf.Tensor) -> None:
        """Have batch norm take the statistics of these samples, if G's own takes any."""
        average(z, training=self._items.fault.training)

    def _real_batch(
        self, data: Data, seed: tf.Tensor, step: tf.Tensor, turn: int | tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Real samples (batch, *shape) with replacement: independent draws, as in the theory.

        Their classes (batch, n_classes) too, where the players are told of them.
        """
        x_all, *told = data
        n, buffer = tf.shape(x_all)[0], self._items.fault.buffer
        rows = tf.random.stateless_uniform(
            [self.config.batch_size],
            self._seed_of(seed, _REAL, step, turn),
            maxval=buffer or n,
            dtype=tf.int32,
        )
        if buffer:  # moves through the data, batch by batch
            batch = step * self.config.d_steps + turn
            rows = (rows + batch % n * self.config.batch_size) % n
        x_real = self._items.fault.feed(tf.gather(x_all, rows))
        return x_real, tf.gather(told[0], rows) if told else None

    def _noise(self, n: int, seed: tf.Tensor, told: tf.Tensor | None = None) -> tf.Tensor:
        """Noise z (n, latent_dim), with what G is `told` (n, n_told) behind it if it is."""
        shape = [n, self.config.latent_dim]
        if self.config.noise == "uniform":
            z = tf.random.stateless_uniform(shape, seed, -1.0, 1.0)
        else:
            z = tf.random.stateless_normal(shape, seed)
        return z if told is None else tf.concat([z, told], axis=1)

    def _seed_of(
        self, seed: tf.Tensor, stream: int, step: tf.Tensor, turn: int | tf.Tensor = 0
    ) -> tf.Tensor:
        """Two numbers that no other stream, step or turn of this run has."""
        return tf.stack([seed * 16 + stream, step * _MAX_TURNS + turn])


def _optimizer(
    name: str, weights: list[Any], learning_rate: float, momentum: float, ema_decay: float = 0.0
) -> keras.optimizers.Optimizer:
    memory = {"beta_1" if name == "adam" else "momentum": momentum}
    optimizer = getattr(keras.optimizers, OPTIMIZERS[name])(
        learning_rate, use_ema=bool(ema_decay), ema_momentum=ema_decay, **memory
    )
    optimizer.build(weights)
    return optimizer


def _descend(
    optimizer: keras.optimizers.Optimizer,
    tape: tf.GradientTape,
    loss: tf.Tensor,
    weights: list[Any],
) -> None:
    """Move the weights once the loss is known.

    A bias has no gradient from a penalty on D's slope. Unless told to wait, TensorFlow's graph
    optimizer (2.21) may move that bias while the penalty has yet to read it.
    """
    gradients = tape.gradient(loss, weights)
    with tf.control_dependencies([loss]):
        optimizer.apply(gradients, weights)
