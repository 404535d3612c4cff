"""What a worker does with one run: train it, write down what happens, obey the controls."""

from __future__ import annotations

import contextlib
import logging
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_core.config import FULL_SPEED, NEVER, RunConfig
from gan_core.metrics import METRICS
from gan_core.runs import data, frame
from gan_core.runs.claims import Superseded, holder_name
from gan_core.runs.controls import Control, changed
from gan_core.runs.database import StoreError
from gan_core.runs.plane_frame import PlaneFrames
from gan_core.runs.plateau import Plateau
from gan_core.runs.run import CHANGES, TURNS, Run
from gan_core.runs.slots import share_of
from gan_core.runs.store import Store, open_store
from gan_core.text import N_, GanError, Text, number
from gan_core.training.checkpoint import pack, unpack
from gan_core.training.device import cpu_features
from gan_core.training.records import RECORD_FIELDS

if TYPE_CHECKING:
    from gan_core.training.trainer import Trainer

FLUSH_SECONDS = 0.2  # records and frames reach the store five times a second at most
SHORTEST_TURN = 0.05  # seconds of training, where others wait for their turns too
FRAME_SHARE = 0.01  # of the training time may go into pictures …
PLANE_FRAME_SHARE = 0.2  # and more where they are cheap and everything moves fast …
FRAME_CREDIT_SECONDS = 0.3  # … beyond this much at the start, when most is to be seen
QUALITY_SHARE = 0.02  # of the training time may go into measuring how good pictures are …
QUALITY_CREDIT_SECONDS = 0.1  # … beyond this much at the start, when they change fastest
QUALITY_SECONDS = 1.0  # between two such measurements at least
CHECKPOINT_SHARE = 0.01  # of the training time may go into checkpoints
CHECKPOINT_SECONDS = 5.0  # between checkpoints at least
WARM_SECONDS = 60.0  # how long a paused run keeps its slot when nobody waits for one
SHARE_SECONDS = 5.0  # how often a run that trains asks whether its worker is due to somebody else
ROOM_SECONDS = 1.0  # how often a paused run asks whether somebody waits for its slot
POLL_SECONDS = 0.02  # how often a paused run looks for controls at first …
LAZY_POLL_SECONDS = 0.2  # … and at last: many that rest shall not slow those that train …
POLL_SHARE = 0.1  # … so that a press waits for a tenth of the rest before it at most

log = logging.getLogger(__name__)


def execute(store_url: str, run_id: str, holder: str | None = None) -> str | None:
    """Train a run from its checkpoint, or from the start, until it ends, pauses or is taken away.

    Returns the run's status, or None when somebody else has the run. Whatever goes wrong becomes
    the run's status and message. Raises `StoreError` when the store is full or away: the run then
    has not ended, and goes on from its last checkpoint when it is given a worker again.
    """
    store, holder = open_store(store_url), holder or holder_name()
    if not store.claims.take(run_id, holder):
        return None
    try:
        run = store.run(run_id)
        try:
            ending = Job(store, run, holder).train()
        except (StoreError, Superseded):
            raise
        except GanError as error:
            ending = Ending("failed", error.text)
        except Exception as error:
            log.exception("Run %s failed", run_id)
            ending = Ending("failed", _unexpected(error))
        store.give_back(run_id, holder, ending.status, ending.message)
        return ending.status
    except Superseded:
        return None


def execute_for(engine: str, store_url: str, run_id: str) -> str | None:
    """`execute` in a process that the engine does not know, under a name that it does."""
    return execute(store_url, run_id, holder_name(engine))


@dataclass(frozen=True)
class Ending:
    """How a run left its worker."""

    status: str
    message: Text | None = None


@dataclass
class Budget:
    """Allows an activity when it is due and has taken less than its share of the time so far."""

    share: float
    every: float  # seconds
    credit: float = 0.0  # seconds
    spent: float = 0.0
    cost: float = 0.0  # of the last time: what the next will cost
    started: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)

    def is_due(self) -> bool:
        now = time.monotonic()
        affordable = self.spent + self.cost <= self.credit + self.share * (now - self.started)
        return affordable and now - self.last >= self.every

    def charge(self, began: float) -> None:
        """Count the time since `began` as spent on it."""
        self.last = time.monotonic()
        self.cost = self.last - began
        self.spent += self.cost


class Job:
    """One execution of one run."""

    def __init__(self, store: Store, run: Run, holder: str) -> None:
        self.store, self.run, self.holder = store, run, holder
        self.config = run.config
        self.dataset = self.config.items.dataset
        self.paused, self._paused_at = run.status == "paused", time.monotonic()
        self._asked_for_room_at = self._paused_at

    def train(self) -> Ending:
        """Bring the data here, borrow a trainer, and play until the end."""
        self._say_status(Text(N_("Loading the data …")))
        data.prepare(self.dataset, self.store, self._report_download)
        self._say_status(Text(N_("Building the networks …")))
        # Imported late: the engine imports this module too, and has no use for TensorFlow.
        from gan_core.training.pool import taken_seat

        with taken_seat(self.config, share_of(self.run)) as self.seat:
            self._prepare()
            try:
                return self._play()
            except StoreError:  # what it does not have is trained again, from the last checkpoint
                raise
            except GanError as error:  # keep everything up to here
                return self._leave(Ending("failed", error.text))

    def _play(self) -> Ending:
        """Alternate between training and looking at the controls."""
        self._begin_measuring()
        if self.paused:  # woken for a single step or a new setting
            self._say_status()
        while self._goes_on:
            ending = self._obey()
            if ending:
                return ending
            if self.paused:
                if self._should_make_room():
                    return self._leave(Ending("paused"))
                time.sleep(self._poll_seconds())
                continue
            if self._is_due_to_others():
                return self._leave(Ending("queued"))
            wait = self._next_at - time.monotonic()
            if wait > 0:  # slow motion
                time.sleep(min(wait, POLL_SECONDS))
                continue
            before, hurries = self.seat.step, self._hurries
            if not self._advance(self._steps_until_flush()):
                return self._diverged()
            if not hurries:
                self._keep_pace(self.seat.step - before)
            if self._plateau and self._plateau.is_reached and not self._replay:
                return self._leave(Ending("finished", _flat(self._plateau)))
        return self._leave(Ending("finished"))

    # ---------------------------------------------------------------- prepare

    def _prepare(self) -> None:
        from gan_core.training.pool import real_samples
        from gan_core.training.quality import quality_of

        self._all_real = real_samples(self.config)
        self._quality = quality_of(self.dataset, self._all_real)
        self._measured_step = -1
        self._per_row = frame.pictures_per_row(self.config.n_told)
        self._n_samples = frame.n_samples(self.dataset, self._per_row)
        self._x_real, self._other_real = self._draw_real()
        self._plateau: Plateau | None = None  # only once it is known where the run goes on from
        checkpoint = self.store.checkpoints.data(self.run.id)
        state = unpack(checkpoint) if checkpoint else {}
        changes = self.store.controls.changes(self.run.id)
        self._n_changes = int(state.pop("n_changes", 0))
        self._plane = None if self.dataset.is_image else PlaneFrames(self.config)
        for change in changes[: self._n_changes]:
            if change.action == "set":  # turns are in the weights
                self._set(change)
        self._n_turns = sum(change.action in TURNS for change in changes[: self._n_changes])
        self._replay = changes[self._n_changes :]
        if state:
            with self.seat.turn() as trainer:
                trainer.load_state(state)
        self._pyramid = self.store.record.rewind(
            self.run.id, self.holder, self.seat.step, len(RECORD_FIELDS)
        )
        self._recorded = self.seat.step
        self._real_channels = frame.real_channels(self._x_real, self.dataset)
        if self._plane:
            self._real_channels |= self._plane.constants()
        self._records: list[np.ndarray] = []
        self._rate: float | None = None
        self._speed: float | None = None  # steps per second of training alone
        self._framed_at = -1  # step of the last frame
        self._framed_points: np.ndarray | None = None
        self._begin_waiting()
        # The untrained generator, and what is real, before anything is compiled.
        self._flush(with_frame=True, also=self._real_channels)
        self._facts_are_due = True
        self._measure_quality()
        share = FRAME_SHARE if self.dataset.is_image else PLANE_FRAME_SHARE
        self._frames = Budget(share, FLUSH_SECONDS, FRAME_CREDIT_SECONDS)
        self._checkpoints = Budget(CHECKPOINT_SHARE, CHECKPOINT_SECONDS)
        self._measurements = Budget(QUALITY_SHARE, QUALITY_SECONDS, QUALITY_CREDIT_SECONDS)
        self._say_status(Text(N_("Compiling the training step …")))

    def _draw_real(self) -> tuple[np.ndarray, np.ndarray]:
        """Twice `n_samples` real samples, as far as there are so many, no two of them the same."""
        import tensorflow as tf

        n = len(self._all_real)
        rows = np.random.default_rng(self.config.seed).permutation(n)[: 2 * self._n_samples]
        real = tf.gather(self._all_real, rows).numpy()  # not all of them: that takes a second
        return real[: self._n_samples], real[self._n_samples :]

    def _begin_waiting(self) -> None:
        """Wait anew for the plateau that may end the run."""
        if self.config.stop_when_flat != NEVER and (self._quality or self._plane):
            begins_at = max(self.seat.step, self.config.head_start)
            noise, patience = self._noise_floor(), self.config.patience
            self._plateau = Plateau(self.config.stop_when_flat, noise, patience, begins_at)

    def _noise_floor(self) -> float:
        """What real samples measure against other real ones, of what may end the run early."""
        if self._quality:
            return self._quality.floor
        metric = METRICS.get(self.config.stop_when_flat)
        return metric.noise_floor(self._x_real, self._other_real, self.dataset)

    def _report_download(self, fraction: float) -> None:
        text = Text(N_("Downloading the data: {percent}%"), {"percent": round(100 * fraction)})
        # Deleted while it downloads is noticed soon after; a store that is busy may not be later.
        with contextlib.suppress(Superseded, GanError):
            self._say_status(text)

    def _say_status(self, message: Text | None = None) -> None:
        """A paused run that is woken stays paused, lest it train by itself when its worker dies."""
        status = "paused" if self.paused else "running"
        self.store.set_status(self.run.id, self.holder, status, message)

    def _facts(self) -> dict[str, Any]:
        """What was picked for this machine, and each metric's noise floor: real against real."""
        import keras
        import tensorflow as tf

        with self.seat.turn() as trainer:
            plan = trainer.plan
            weights = {
                "generator": trainer.generator.count_params(),
                "discriminator": trainer.discriminator.count_params(),
            }
        return {
            "plan": plan.to_json(),
            "cpu_features": cpu_features(),
            "versions": {"tensorflow": tf.__version__, "keras": keras.__version__},
            "weights": weights,
            "n_real": len(self._all_real),
            "floors": frame.floors(self._x_real, self._other_real, self.dataset)
            | ({"frechet": self._quality.floor} if self._quality else {}),
            "x_real": self._real_channels,
        }

    # ------------------------------------------------------------------ train

    def _begin_measuring(self) -> None:
        self._flushed_at, self._flushed_step = time.monotonic(), self.seat.step
        self._compiling = True
        self._next_at = 0.0

    @property
    def _is_slow(self) -> bool:
        """Whether there is time to show every step."""
        return self.config.pace * FLUSH_SECONDS < 1

    @property
    def _goes_on(self) -> bool:
        """Whether there are steps to take, or changes to replay, which may bring more of them."""
        return bool(self._replay) or self.seat.step < self.config.steps

    @property
    def _hurries(self) -> bool:
        """Whether it goes at full speed whatever its pace: through the past and the head start."""
        return self._is_past or self.seat.step < self.config.head_start

    @property
    def _is_past(self) -> bool:
        """Whether there are changes to be made again: where a branch's parent went on is none."""
        return any(change.field != "steps" for change in self._replay)

    def _keep_pace(self, n_steps: int) -> None:
        """Note when the next steps may be taken after these."""
        if self.config.pace < FULL_SPEED:
            self._next_at = max(self._next_at, time.monotonic() - FLUSH_SECONDS)
            self._next_at += n_steps / self.config.pace

    def _steps_until_flush(self) -> int:
        """As many steps as fit until the next flush at the speed of training alone.

        Where others keep this run from its turn, a flush is due before anything was trained: then
        enough steps for the rest, the controls and the flush, not to take most of the time.
        """
        if self._compiling or not self._speed:
            return 1
        if self.config.pace < FULL_SPEED and not self._hurries:
            return max(1, int(self.config.pace * FLUSH_SECONDS))
        left = self._flushed_at + FLUSH_SECONDS - time.monotonic()
        return math.ceil(max(left, SHORTEST_TURN) * self._speed)

    def _advance(self, n_steps: int) -> bool:
        """Take up to `n_steps` steps; False when the losses are no longer numbers."""
        if self._replay_what_is_due():
            return True
        changes_at = self._replay[0].applied_step if self._replay else None
        head_start = self.config.head_start
        begins_ahead = self.seat.step < head_start
        stops = [head_start if begins_ahead else self.config.steps, changes_at]
        last = min(stop for stop in stops if stop is not None)
        with self.seat.turn() as trainer:
            began = time.monotonic()
            records = trainer.run(min(n_steps, last - trainer.step))
            self._speed = len(records) / max(time.monotonic() - began, 1e-6)
        bad = np.flatnonzero(~np.isfinite(records).all(axis=1))
        good = records[: bad[0]] if bad.size else records
        self._records.append(good)
        self._recorded += len(good)
        if bad.size:
            return False
        if self._compiling:  # the first call's time says nothing about speed
            self._compiling = False
            self._flushed_at, self._flushed_step = time.monotonic(), self.seat.step
            if not begins_ahead:  # at once: somebody has just pressed a button
                self._flush(with_frame=True, also=self._real_channels)
            if self._facts_are_due:  # only now, because the noise floors take a while
                self._facts_are_due = False
                self.store.set_facts(self.run.id, self.holder, self._facts())
            self._say_status()
        elif self._is_slow and not begins_ahead and not self.paused:
            self._measure_rate()
            self._flush(with_frame=True)
        elif not self.paused and time.monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self._measure_rate()
            self._flush_within_budget()
        if begins_ahead and self.seat.step == head_start:
            self._flush(with_frame=True)  # what there is to see begins here
        if self._measurements.is_due():
            began = time.monotonic()
            self._measure_quality()
            self._measurements.charge(began)
        if self._checkpoints.is_due():
            self._save()
        return True

    def _replay_what_is_due(self) -> bool:
        """Change what changed after this very step in the past; whether there was anything."""
        before = self._n_changes
        while self._replay and (self._replay[0].applied_step or 0) <= self.seat.step:
            self._change(self._replay.pop(0))
        return self._n_changes > before

    def _measure_rate(self) -> None:
        """Steps times batch size per second since the last flush, smoothed."""
        now, step = time.monotonic(), self.seat.step
        seconds = now - self._flushed_at
        rate = (step - self._flushed_step) * self.config.batch_size / seconds
        self._rate = rate if not self._rate else 0.7 * self._rate + 0.3 * rate
        self._flushed_at, self._flushed_step = now, step

    def _flush_within_budget(self) -> None:
        if self.seat.step < self.config.head_start or not self._frames.is_due():
            self._flush(with_frame=False)
            return
        began = time.monotonic()
        self._flush(with_frame=True)
        self._frames.charge(began)

    def _flush(self, *, with_frame: bool, also: dict[str, Any] | None = None) -> None:
        """Write down the records so far and, if asked, a frame of this very step, but once."""
        records = np.concatenate(self._records) if self._records else None
        self._records = []
        is_new = with_frame and self._framed_at != self.seat.step
        picture, measures = self._frame(also or {}) if is_new else (None, None)
        self.store.record.append(
            self.run.id,
            self.holder,
            step=self._recorded,
            points=self._pyramid.add(records) if records is not None and len(records) else {},
            images_per_second=self._rate,
            frame=picture,
            measures=measures,
        )

    def _frame(self, also: dict[str, Any]) -> tuple[bytes, dict[str, float | None]]:
        """What is to be seen at this step, and what is measured on it."""
        with self.seat.turn() as trainer:
            x_fake = trainer.samples(self._n_samples)
            seen = self._look(trainer, x_fake) if self._plane else {}
        measures: dict[str, float | None] = dict(frame.measure(self._x_real, x_fake, self.dataset))
        if self._plane:
            self._framed_points = x_fake
            also = also | self._plane.channels(seen)
            measures |= self._plane.measures(seen)
        self._framed_at = self.seat.step
        if self._plateau:
            self._plateau.note(self.seat.step, measures)
        return frame.encode(x_fake, measures, self.dataset, also, self._per_row), measures

    def _look(self, trainer: Trainer, x_fake: np.ndarray) -> dict[str, Any]:
        from gan_core.training.plane_view import view_of

        return view_of(trainer).look(self._x_real, x_fake, self._one_step_earlier())

    def _one_step_earlier(self) -> np.ndarray | None:
        """The samples of the last frame, where steps are slow enough to be seen one by one."""
        is_seen = self.paused or self._is_slow
        is_next = self._framed_at == self.seat.step - 1
        return self._framed_points if is_seen and is_next else None

    def _measure_quality(self) -> None:
        """Write down how good the pictures of this very step are, where that can be measured."""
        if self._quality and self._measured_step < self.seat.step:
            self._measured_step = self.seat.step
            with self.seat.turn() as trainer:
                measured = self._quality.measure(trainer)
            if self._plateau:
                self._plateau.note(self.seat.step, measured)
            self.store.record.append_quality(self.run.id, self.holder, self.seat.step, measured)

    def _save(self, obeyed: Control | None = None) -> None:
        """Checkpoint, after what led to it: a checkpoint never speaks of steps not written."""
        began = time.monotonic()
        self._flush(with_frame=False)
        with self.seat.turn() as trainer:
            state = trainer.state()
        packed = pack({**state, "n_changes": np.asarray(self._n_changes)})
        self.store.checkpoints.save(self.run.id, self.holder, self.seat.step, packed, obeyed)
        self._checkpoints.charge(began)

    # ---------------------------------------------------------------- controls

    def _obey(self) -> Ending | None:
        """Do what was asked for since the last look."""
        for control in self.store.controls.pending(self.run.id):
            if control.action in CHANGES:
                self._replay_what_is_due()
                if self._is_past:  # it comes first: `Claims` wakes no paused run for it
                    continue
                if control.action != "set":
                    self._pause()
                    self._paused_at = time.monotonic()
                self._change(control)
            elif control.action == "step":
                if not self._take_one_step():
                    return self._diverged()
            elif control.action == "pause":
                self._pause()
            elif control.action == "resume" and self.paused:
                self.paused = False
                self._begin_measuring()
                self._say_status()
            elif control.action == "stop":  # unread until the end is written: see `give_back`
                return self._leave(Ending("stopped"))
            if control.action in ("step", *TURNS):
                self._flush(with_frame=True)
                self._save(control)  # what was seen stays, whatever becomes of the worker
            else:
                self.store.controls.mark_applied(self.run.id, self.holder, control, self.seat.step)
        return None

    def _change(self, control: Control) -> None:
        """Do what makes the run differ from its config, now or when it is replayed."""
        if control.action == "set":
            self._set(control)
            if control.field == "steps":  # it had ended here, which was seen, and went on
                self._flush(with_frame=True)
        else:
            with self.seat.turn() as trainer:
                # Numbered without other changes: a replica leaves those of the pace out.
                trainer.take_turn("d" if control.action == "turn_d" else "g", self._n_turns)
            self._n_turns += 1
            self._framed_at = -1  # its samples are others now
        self._n_changes += 1
        if control.field != "pace":
            self._begin_waiting()

    def _set(self, control: Control) -> None:
        self.config = changed(self.config, [control])
        self._next_at = 0.0  # whatever the pace was
        if self.seat.change(self.config):
            self._compiling = True
            self._plane = None if self.dataset.is_image else PlaneFrames(self.config)

    def _take_one_step(self) -> bool:
        """Take a step and rest; False when the losses are no longer numbers."""
        self._pause()
        self._paused_at = time.monotonic()
        before = self.seat.step
        while self.seat.step == before and self._goes_on:  # a change that is due comes first
            if not self._advance(1):
                return False
        return True

    def _pause(self) -> None:
        if self.paused:
            return
        self.paused, self._paused_at = True, time.monotonic()
        self._flush(with_frame=True)
        self._measure_quality()
        self._save()
        self._say_status()

    def _poll_seconds(self) -> float:
        idle = time.monotonic() - self._paused_at
        return min(max(POLL_SECONDS, POLL_SHARE * idle), LAZY_POLL_SECONDS)

    def _should_make_room(self) -> bool:
        now = time.monotonic()
        if now - self._paused_at > WARM_SECONDS:
            return True
        if now - max(self._paused_at, self._asked_for_room_at) < ROOM_SECONDS:
            return False
        self._asked_for_room_at = now
        return self.store.claims.someone_waits()

    def _is_due_to_others(self) -> bool:
        now = time.monotonic()
        if self._replay or now - self._asked_for_room_at < SHARE_SECONDS:
            return False
        self._asked_for_room_at = now
        return self.store.claims.should_make_room(self.run.id)

    # ------------------------------------------------------------------ ending

    def _leave(self, ending: Ending) -> Ending:
        self._flush(with_frame=True)
        self._measure_quality()
        self._save()
        return ending

    def _diverged(self) -> Ending:
        """Keep everything up to the last step whose losses were numbers."""
        self._flush(with_frame=False)
        return Ending(
            "diverged",
            Text(
                N_(
                    "After step {step} the losses were no longer numbers (NaN or infinite). "
                    "Try a learning rate ten times smaller (now D: {d}, G: {g})."
                ),
                {
                    "step": self._recorded,
                    "d": number(self.config.d_learning_rate),
                    "g": number(self.config.g_learning_rate),
                },
            ),
        )


def _flat(plateau: Plateau) -> Text:
    title = RunConfig.titles("stop_when_flat")[plateau.measure]
    return Text(
        N_(
            "Ended early: for {patience} steps, {measure} has not become better by more than its "
            "noise floor ({noise})."
        ),
        {
            "patience": number(plateau.patience),
            "measure": Text(title),
            "noise": f"{plateau.noise:.3g}",
        },
    )


def _unexpected(error: Exception) -> Text:
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return Text(N_("The computer ran out of memory. Try a smaller batch or smaller networks."))
    return Text(
        N_(
            "Training stopped by an error that should not happen ({reason}). "
            "The server's log has more."
        ),
        {"reason": f"{type(error).__name__}: {error}"[:300]},
    )
