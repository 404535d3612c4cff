"""A run as a program of its own: what it needs is Keras and TensorFlow, not this project.

The program is assembled in sections, so that it can be a script or a notebook. It takes the same
steps with the same random numbers as the run: `tests/core/test_export_script.py` compares losses.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gan_core.config import RunConfig, option_fields
from gan_core.export.data_code import DataCode, data_code
from gan_core.export.excerpt import Excerpt
from gan_core.export.loss_code import loss_code, penalty_code, unread_code
from gan_core.export.network_code import layers_code, network_code
from gan_core.export.training_code import (
    augmentation_code,
    batches_code,
    loop_code,
    optimizers_code,
    results_code,
    step_code,
    turns_code,
)
from gan_core.faults import NONE
from gan_core.runs.controls import Control, changed
from gan_core.runs.run import Run
from gan_core.runs.store import Store
from gan_core.text import N_, GanError, Text, Translate
from gan_core.training.records import RECORD_FIELDS

N_COMPARED = 10  # first steps whose losses the program compares with the run's
RATES = ("d_learning_rate", "g_learning_rate")
FOLLOWED = (*RATES, "steps")  # changes mid-run that the program makes too
MIXED = "mixed_bfloat16"


@dataclass(frozen=True)
class Section:
    """A part of the program with a title and a few sentences about it.

    `name` is its key; `formulas` are LaTeX, for where they can be shown.
    """

    name: str
    title: str
    prose: Sequence[str]
    code: str
    formulas: Sequence[str] = ()


@dataclass(frozen=True)
class Program:
    """A title, sentences that introduce the program, and its sections."""

    title: str
    introduction: Sequence[str]
    sections: Sequence[Section]


def program(store: Store, run_id: str, translate: Translate = str) -> Program:
    """Write a run as a program; prose is in the language of `translate`.

    Raises `GanError` when there is no such run, or when one of its settings cannot be exported.
    """
    run = store.run(run_id)
    config, later = store.controls.config_at(run_id, 0), changes_mid_run(store, run_id)
    _, records = store.record.curve(run_id, 0, len(RECORD_FIELDS), most=N_COMPARED)
    first_losses = [[float(f"{loss:.9g}") for loss in row[:2]] for row in records]
    return _program(run, config, later, first_losses, translate)


def changes_mid_run(store: Store, run_id: str) -> list[Control]:
    """What makes a run another one than its settings at the first step do; its pace does not."""
    return [
        change
        for change in store.controls.changes(run_id)
        if change.field != "pace" and (change.applied_step or change.action != "set")
    ]


def program_of(config: RunConfig, name: str, translate: Translate = str) -> Program:
    """Write settings as a program that nobody has run yet; raises `GanError` as `program` does."""
    untrained = Run("", name, config, "queued", None, 0, None, {}, 0.0)
    return _program(untrained, config, [], [], translate)


def refuse_what_cannot_be_exported(config: RunConfig) -> None:
    """Raise `GanError` that names the setting which a program of its own cannot have."""
    if config.fault != NONE:
        raise GanError(
            N_(
                "fault = {fault} is a mistake that was built in on purpose. A program to take home "
                "should be free of it: train without it to export the run."
            ),
            fault=config.fault,
        )
    items = ("family", "dataset", "network", "loss")
    known = _SETTINGS.union(*(option_fields(item) for item in items))
    for field in config.applicable_fields():
        value = getattr(config, field)
        if field not in known and value != config.default(field):
            raise GanError(
                N_(
                    "{field} = {value} cannot be written into a program of its own yet. Train "
                    "without it to export the run."
                ),
                field=field,
                value=value,
            )
    data_code(config)


# Fields that the sections below take care of, besides the options of families, data, networks and
# losses.
_SETTINGS = {
    "family",
    "dataset",
    "network",
    "loss",
    "penalty",
    "penalty_weight",
    "weight_clip",
    "spectral_norm",
    "instance_noise",
    "d_optimizer",
    "g_optimizer",
    "d_learning_rate",
    "g_learning_rate",
    "rate_schedule",
    "beta_1",
    "d_steps",
    "g_steps",
    "ema_decay",
    "batch_size",
    "packing",
    "latent_dim",
    "noise",
    "steps",
    "stop_when_flat",  # the program says where the run has ended
    "patience",
    "head_start",  # when and how fast one watches changes nothing
    "pace",
    "seed",
    "precision",
}


BATCH_NORM = "BatchNormalization"  # what Keras calls its layer
_ON_BATCH_NORM = Text(
    N_(
        "Batch normalisation is Keras' own here and rounds otherwise than the original's, so "
        "losses agree in fewer digits from step to step."
    )
)


def _program(
    run: Run,
    config: RunConfig,
    later: Sequence[Control],
    first_losses: list[list[float]],
    translate: Translate,
) -> Program:
    refuse_what_cannot_be_exported(config)
    _, items, data = translate, config.items, data_code(config)
    mixed, xla = _plan(run, config)
    rates, lengths = _rates(config, later), _lengths(config, later)
    planned = changed(config, later).steps
    steps = run.step if _has_ended_early(run, planned) else planned
    if steps < planned:  # its schedule goes on being that of the steps planned
        lengths = lengths or {0: config.scheduled_steps}
    networks = network_code(config, dtype=MIXED if mixed else "float32")
    own_layers = layers_code(networks)
    about_g, about_d = _about_classes(config, _)
    sections = [
        Section(
            "settings",
            _(N_("Settings")),
            [],
            _imports(config, data, own_layers) + "\n" + _settings(config, steps, mixed=mixed),
        ),
        Section(
            "data",
            _(N_("Data")),
            [_described(items.dataset.title, items.dataset.help, _)],
            _data(config, data),
        ),
        Section(
            "weights", _(N_("Initial weights")), _about_networks(config, _), _weights(own_layers)
        ),
        Section("generator", _(N_("Generator")), about_g, networks["generator"]),
        Section("discriminator", _(N_("Discriminator")), about_d, networks["discriminator"]),
        Section(
            "losses",
            _(N_("What the two players minimise")),
            [_described(items.loss.title, items.loss.help, _, items.loss.reference)],
            loss_code(config),
            [items.loss.discriminator_formula, items.loss.generator_formula],
        ),
        *_code(config, _),
        *_penalty(config, _),
        *_augmentation(config, _),
        Section(
            "batches",
            _(N_("Batches and noise")),
            [
                _(
                    N_(
                        "Two numbers fix each draw: one from SEED, the other from the step. So a "
                        "step has the same batch and the same noise whatever was drawn before."
                    )
                )
            ],
            batches_code(config),
        ),
        Section(
            "turns",
            _(N_("The two turns")),
            [_(N_("Each player moves its own weights only."))],
            optimizers_code(config) + "\n\n" + turns_code(config),
        ),
        Section("step", _(N_("One step")), [], step_code(config, xla=xla)),
        Section("loop", _(N_("Training")), [], loop_code(config, first_losses, rates, lengths)),
        Section(
            "results",
            _(N_("Results")),
            [_(N_("The losses of every step, samples from noise that stays the same, and G."))],
            results_code(config, batch_norm=BATCH_NORM in networks["generator"]),
        ),
    ]
    texts = _introduction(run, planned, data, later)
    if any(BATCH_NORM in code for code in networks.values()):
        texts.append(_ON_BATCH_NORM)
    introduction = [text.say(_) for text in texts]
    return Program(run.name, introduction, sections)


def _has_ended_early(run: Run, planned: int) -> bool:
    """Whether it took fewer steps than planned, and not because it failed or diverged."""
    return run.status in ("finished", "stopped") and 0 < run.step < planned


def _plan(run: Run, config: RunConfig) -> tuple[bool, bool]:
    """Whether the run computes in bfloat16, and whether XLA compiles it."""
    plan = run.facts.get("plan")
    if plan:
        return plan["dtype"] == MIXED, plan["xla"]
    return config.precision == "bfloat16", not config.items.network.convolutional


def _introduction(run: Run, planned: int, data: DataCode, later: Sequence[Control]) -> list[Text]:
    """What a reader must know before the program runs."""
    packages = ["tensorflow", "keras", "numpy", *data.packages]
    versions = run.facts.get("versions", {})
    pinned = " ".join(
        f"{name}=={versions[name]}" if name in versions else name for name in packages
    )
    sentences = [
        Text(N_("A GAN that was trained in GAN Dojo, as a program that does without it."))
        if run.id
        else Text(N_("A GAN as GAN Dojo trains it, as a program that does without it.")),
        Text(
            N_(
                "It takes the same steps with the same random numbers. On the same kind of machine "
                "with the same versions it finds the same losses; elsewhere they agree at first "
                "and then drift apart, as rounding differs."
            )
        ),
        Text(N_("Install: {command}"), {"command": f"pip install {pinned}"}),
    ]
    if data.file:
        sentences.append(
            Text(
                N_("Its data are a file of their own, to be laid beside this program: {file}."),
                {"file": data.file},
            )
        )
    if run.facts:
        plan = run.facts["plan"]
        sentences.append(
            Text(
                N_("The original was trained on {device} in {dtype}."),
                {"device": plan["device"], "dtype": plan["dtype"]},
            )
        )
    if _has_ended_early(run, planned):
        sentences.append(
            Text(
                N_(
                    "The original ended after {step} of {planned} steps. So does this program: "
                    "STEPS says how many it takes."
                ),
                {"step": f"{run.step:,}", "planned": f"{planned:,}"},
            )
        )
    elif not run.is_active and run.step < planned:
        sentences.append(
            Text(N_("The original ended after {step} steps."), {"step": f"{run.step:,}"})
        )
    return sentences + [_difference(change) for change in later if change.field not in FOLLOWED]


def _difference(change: Control) -> Text:
    """Says what was done mid-run that the program does not do."""
    step = f"{change.applied_step or 0:,}"
    if change.action == "set":
        return Text(
            N_(
                "NOT THE SAME from step {step} on: the original then went on with {field} = "
                "{value}. This program keeps what it began with."
            ),
            {"step": step, "field": change.field, "value": change.value},
        )
    return Text(
        N_(
            "NOT THE SAME from step {step} on: one player then took a turn alone, which this "
            "program leaves out."
        ),
        {"step": step},
    )


def _rates(config: RunConfig, later: Sequence[Control]) -> dict[int, tuple[float, float]]:
    """Steps after which a learning rate changed, with both rates from there on."""
    rates: dict[int, tuple[float, float]] = {}
    now = {name: getattr(config, name) for name in RATES}
    for change in later:
        if change.field in RATES:
            now[change.field] = change.value
            rates[change.applied_step or 0] = (now["d_learning_rate"], now["g_learning_rate"])
    return rates


def _lengths(config: RunConfig, later: Sequence[Control]) -> dict[int, int]:
    """Steps at which the run went on after an end, with its schedule's length from there on."""
    lengths: dict[int, int] = {}
    for change in later:
        if change.field == "steps":
            config = config.with_length(change.value)
            lengths[change.applied_step or 0] = config.scheduled_steps
    return lengths


# ------------------------------------------------------------------------------- sections


def _imports(config: RunConfig, data: DataCode, own_layers: Sequence[Excerpt]) -> str:
    """Import statements: Python's own first, then those of packages."""
    wanted = {"import keras", "import numpy as np", "import tensorflow as tf", *data.imports}
    wanted.add("from keras import layers")
    for each in own_layers:
        wanted |= each.imports
    if config.augmentation:
        wanted |= augmentation_code().imports
    groups: dict[int, list[str]] = defaultdict(list)
    for statement in _merged(wanted):
        package = statement.split()[1].partition(".")[0]
        group = 0 if package == "__future__" else 1 if package in sys.stdlib_module_names else 2
        groups[group].append(statement)
    return "\n\n".join("\n".join(groups[number]) for number in sorted(groups)) + "\n"


def _merged(statements: Iterable[str]) -> list[str]:
    """Statements in alphabetical order, those from one module as one."""
    names: dict[str, set[str]] = defaultdict(set)
    plain = []
    for statement in statements:
        origin, is_from, what = statement.partition(" import ")
        if is_from:
            names[origin] |= set(what.split(", "))
        else:
            plain.append(statement)
    merged = [f"{origin} import {', '.join(sorted(what))}" for origin, what in names.items()]
    return sorted(plain) + sorted(merged)


def _settings(config: RunConfig, steps: int, *, mixed: bool) -> str:
    """Constants that the sections use."""
    constants: Mapping[str, object] = {
        "SEED": config.seed,
        "STEPS": steps,
        "BATCH_SIZE": config.batch_size,
        "LATENT_DIM": config.latent_dim,
        "N_CLASSES": config.n_classes or None,
        "N_KINDS": (config.n_read and config.n_kinds) or None,
        "N_CODES": (config.n_read and config.n_codes) or None,
        "CODE_WEIGHT": config.code_weight if config.n_read else None,
        "D_LEARNING_RATE": config.d_learning_rate,
        "G_LEARNING_RATE": config.g_learning_rate,
        "BETA_1": config.beta_1,
        "PENALTY_WEIGHT": config.penalty_weight if config.items.penalty.formula else None,
        "D_STEPS": config.d_steps if max(config.d_steps, config.g_steps) > 1 else None,
        "G_STEPS": config.g_steps if config.g_steps > 1 else None,
        "EMA_DECAY": config.ema_decay or None,
        "PACKING": config.packing if config.packing > 1 else None,
        "INSTANCE_NOISE": config.instance_noise or None,
        "WEIGHT_CLIP": config.weight_clip or None,
    }
    lines = [f"{name} = {value!r}" for name, value in constants.items() if value is not None]
    if mixed:
        lines += ["", f'keras.config.set_dtype_policy("{MIXED}")']
    return "\n".join(lines) + "\n"


def _data(config: RunConfig, data: DataCode) -> str:
    code = f"{data.code.rstrip()}\nx_data = tf.constant(x_data)\n"
    if config.conditional:
        code += f"class_data = tf.one_hot({data.labels}, N_CLASSES)  # (n, N_CLASSES)\n"
    return code


def _about_networks(config: RunConfig, _: Translate) -> list[str]:
    network = config.items.network
    sentences = [
        _described(network.title, network.help, _),
        _(N_("Each layer has a seed of its own, so that SEED fixes all initial weights.")),
    ]
    if config.spectral_norm:
        sentences.append(_(N_("Spectral normalisation is that of arXiv:1802.05957.")))
    return sentences


def _described(title: str, text: str, _: Translate, reference: str = "") -> str:
    """What something is called, what it is, and where it is from."""
    sentence = _(N_("{title}: {text} {reference}"))
    return sentence.format(title=_(title), text=_(text), reference=reference).strip()


def _code(config: RunConfig, _: Translate) -> list[Section]:
    """The section on the code that D reads, where there is one."""
    family = config.items.family
    if not config.n_read:
        return []
    prose = _described(family.title, family.help, _, family.reference)
    title = _(N_("What both minimise in addition"))
    formula = rf"{family.formula}, \quad \lambda = {config.code_weight:g}"
    return [Section("code", title, [prose], unread_code(config), [formula])]


def _penalty(config: RunConfig, _: Translate) -> list[Section]:
    """The section on the penalty, where there is one."""
    penalty = config.items.penalty
    if not penalty.formula:
        return []
    prose = _described(penalty.title, penalty.help, _, penalty.reference)
    formula = rf"{penalty.formula}, \quad \lambda = {config.penalty_weight:g}"
    title = _(N_("What D pays in addition"))
    return [Section("penalty", title, [prose], penalty_code(config), [formula])]


def _augmentation(config: RunConfig, _: Translate) -> list[Section]:
    """The section on how pictures are changed before D sees them, where they are."""
    if not config.augmentation:
        return []
    field = RunConfig.model_fields["augmentation"]
    prose = _described(str(field.title), str(field.description), _, "arXiv:2006.10738")
    title = _(N_("How D sees pictures"))
    return [Section("augmentation", title, [prose], augmentation_code().code)]


def _about_classes(config: RunConfig, _: Translate) -> tuple[list[str], list[str]]:
    """What is to be said of G and of D where they are told of classes."""
    if not config.conditional:
        return [], []
    return (
        [_(N_("Behind its noise, G reads which class to draw: zeros and a one, arXiv:1411.1784."))],
        [
            _(
                N_(
                    "D ends in a number that holds for every class, and one more for each class, "
                    "which is added for its samples, arXiv:1802.05637."
                )
            )
        ],
    )


def _weights(own_layers: Sequence[Excerpt]) -> str:
    return "\n\n".join([_SEEDS, *(each.code for each in own_layers)])


_SEEDS = '''\
def layer_seed(number):
    """A seed that no other layer has."""
    return 1000 * SEED + number


def glorot(number):
    """Glorot's uniform initial weights of a layer."""
    return keras.initializers.GlorotUniform(seed=layer_seed(number))
'''
