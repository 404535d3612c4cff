"""RunConfig: every hyperparameter once, with its title, help, bounds and unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gan_core.datasets import DATASETS, Dataset
from gan_core.datasets.drawing import DEFAULT as A_DRAWING
from gan_core.datasets.pictures import EXAMPLE, MAX_KEY_LENGTH
from gan_core.datasets.text import DEFAULT as A_WORD
from gan_core.datasets.text import MAX_LENGTH as LONGEST_WORD
from gan_core.expression import MAX_LENGTH
from gan_core.families import FAMILIES, Family
from gan_core.faults import FAULTS, NONE, Fault
from gan_core.image_measures import MEASURES, is_digits
from gan_core.losses import LOSSES, Loss
from gan_core.losses.f_divergence import DIVERGENCES
from gan_core.metrics import METRICS
from gan_core.networks import NETWORKS, NORMS, USUAL, Network
from gan_core.networks.mlp import ACTIVATIONS
from gan_core.penalties import PENALTIES, Penalty
from gan_core.registry import Registry
from gan_core.settings import Choices, Settings, Shown
from gan_core.text import N_, GanError, Text

PRECISIONS = {
    "auto": N_("chosen for this machine"),
    "float32": "float32",
    "bfloat16": "bfloat16",
}

FULL_SPEED = 10_000.0  # steps per second, and more
SLOW_MOTION = 0.2  # steps per second: time to say what happens in a step
OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}  # as in keras.optimizers
SCHEDULES = {
    "constant": N_("constant"),
    "linear": N_("linear, down to 0"),
    "cosine": N_("cosine, down to 0"),
}
N_FOR_STATISTICS = 256  # samples that give an averaged G the statistics of its batch norm
NEVER = "never"
_LIVE_QUALITY = MEASURES.get("frechet")
# Measures whose plateau may end a run: all that are taken beside training and better when lower.
PLATEAUS = {
    NEVER: N_("never"),
    **{metric.name: metric.title for metric in METRICS if metric.better == "lower"},
    _LIVE_QUALITY.name: _LIVE_QUALITY.title,
}
NOISES = {"gaussian": N_("Gaussian"), "uniform": N_("uniform, from −1 to 1")}

LearningRate = Annotated[
    float, Field(ge=1e-6, le=1.0, allow_inf_nan=False), Shown("log", live=True)
]
Target = Annotated[float, Field(ge=-2.0, le=2.0, allow_inf_nan=False), Shown(step=0.1, live=True)]
Formula = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH), Shown(live=True)]
Name = Annotated[str, Shown(live=True)]  # of something that may be exchanged mid-run
Layers = Annotated[int, Field(ge=0, le=5)]
Units = Annotated[int, Field(ge=1, le=512), Shown("log")]
Width = Annotated[float, Field(ge=0.2, le=2.0, allow_inf_nan=False), Shown("log")]
ExtraConvs = Annotated[int, Field(ge=0, le=3)]


class RunConfig(Settings):
    """What a run is, together with nothing else: the same config gives the same run.

    With `stop_when_flat` its steps are the same, but not which is the last: it ends by what was
    measured, and the clock decides how often that is.

    Build it with `RunConfig.parse`, which raises `GanError` naming field, value and allowed range.
    """

    choices: ClassVar[Mapping[str, Choices]] = {
        "family": FAMILIES,
        "dataset": DATASETS,
        "network": NETWORKS,
        "g_norm": NORMS,
        "d_norm": NORMS,
        "activation": ACTIVATIONS,
        "noise": NOISES,
        "d_optimizer": OPTIMIZERS,
        "g_optimizer": OPTIMIZERS,
        "rate_schedule": SCHEDULES,
        "loss": LOSSES,
        "divergence": {name: divergence.title for name, divergence in DIVERGENCES.items()},
        "penalty": PENALTIES,
        "stop_when_flat": PLATEAUS,
        "precision": PRECISIONS,
        "fault": FAULTS,
    }

    family: str = Field(
        "gan",
        title=N_("Family"),
        description=N_("Whether D only judges, or also reads off a sample what G was told."),
    )
    dataset: str = Field(
        "digits", title=N_("Data"), description=N_("What the discriminator is shown as real.")
    )
    data_noise: float = Field(
        0.0,
        ge=0.0,
        le=0.5,
        allow_inf_nan=False,
        title=N_("Noise on the data"),
        description=N_("Standard deviation of what is added to every point. 0: none."),
    )
    balance: Annotated[float, Shown(step=0.05)] = Field(
        0.5,
        ge=0.05,
        le=0.95,
        allow_inf_nan=False,
        title=N_("Balance of the groups"),
        description=N_("The share of points in the first half of the groups. 0.5: all alike."),
    )
    text: str = Field(
        A_WORD,
        min_length=1,
        max_length=LONGEST_WORD,
        title=N_("Word"),
        description=N_("Up to 12 letters whose ink is the data."),
    )
    points: str = Field(
        A_DRAWING,
        min_length=1,
        max_length=1100,
        title=N_("Drawn points"),
        description=N_("The drawing as text, short enough for a link to hold it."),
    )
    pictures: str = Field(
        EXAMPLE,
        min_length=1,
        max_length=MAX_KEY_LENGTH,
        title=N_("Pictures"),
        description=N_("The name that your pictures get when you bring them; it tells them apart."),
    )
    augmentation: bool = Field(
        False,
        title=N_("Augmentation"),
        description=N_(
            "D sees every picture, real or generated, moved, tinted and cut, and so does not learn "
            "a small set by heart."
        ),
    )
    conditional: bool = Field(
        False,
        title=N_("Conditional: by class"),
        description=N_(
            "G is told which class to draw, and D which class it should be. Among the samples, the "
            "classes take turns."
        ),
    )
    n_kinds: int = Field(
        10,
        ge=0,
        le=10,
        title=N_("Kinds"),
        description=N_(
            "G is given one of this many kinds, and D must tell which. Among the samples, the "
            "kinds take turns. 0: none."
        ),
    )
    n_codes: int = Field(
        2,
        ge=0,
        le=5,
        title=N_("Numbers of the code"),
        description=N_("This many of G's noise numbers D must read off the sample. 0: none."),
    )
    code_weight: Annotated[float, Shown("log")] = Field(
        1.0,
        ge=0.01,
        le=100.0,
        allow_inf_nan=False,
        title=N_("Weight of the code"),
        description=N_("How much it counts for both players that D reads kind and numbers."),
    )
    network: str = Field(
        "dcgan_small",
        title=N_("Networks"),
        description=N_("How generator and discriminator are built."),
    )
    loss: Name = Field(
        "non_saturating", title=N_("Loss"), description=N_("What the two players minimise.")
    )
    label_smoothing: Annotated[float, Shown(step=0.05, live=True)] = Field(
        0.0,
        ge=0.0,
        le=0.5,
        allow_inf_nan=False,
        title=N_("Label smoothing"),
        description=N_("How far below 1 D's target for real samples is."),
    )
    fake_target: Target = Field(
        0.0, title=N_("D's target for fake"), description=N_("The score D should give to fakes.")
    )
    real_target: Target = Field(
        1.0, title=N_("D's target for real"), description=N_("The score D should give to real.")
    )
    generator_target: Target = Field(
        1.0, title=N_("G's target"), description=N_("The score G wants D to give to its samples.")
    )
    divergence: Name = Field(
        "kl",
        title=N_("Divergence"),
        description=N_(
            "The difference between densities that D estimates. G's loss goes down with another "
            "one: with “Kullback–Leibler”, near the best D, with the reverse one."
        ),
    )
    d_formula: Formula = Field(
        "softplus(-real) + softplus(fake)",
        title=N_("D's loss"),
        description=N_("In terms of the logits `real` and `fake`, averaged over the batch."),
    )
    g_formula: Formula = Field(
        "softplus(-fake)",
        title=N_("G's loss"),
        description=N_("In terms of the logits `real` and `fake`, averaged over the batch."),
    )
    penalty: Name = Field(
        "none",
        title=N_("Penalty on D"),
        description=N_("What keeps the discriminator from growing steep."),
    )
    penalty_weight: Annotated[float, Shown("log", live=True)] = Field(
        1.0,
        ge=0.001,
        le=1000.0,
        allow_inf_nan=False,
        title=N_("Weight of the penalty"),
        description=N_("How much the penalty counts in D's loss. For pictures, papers take 10."),
    )
    weight_clip: Annotated[float, Shown(live=True)] = Field(
        0.0,
        ge=0.0,
        le=1.0,
        allow_inf_nan=False,
        title=N_("Clip D's weights at ±"),
        description=N_("After each step of D, weights beyond this are cut back. 0: no clipping."),
    )
    spectral_norm: bool = Field(
        False,
        title=N_("Spectral normalisation"),
        description=N_(
            "Divides each layer of D by its largest stretch, so that D does not grow very steep."
        ),
    )
    instance_noise: Annotated[float, Shown(live=True)] = Field(
        0.0,
        ge=0.0,
        le=1.0,
        allow_inf_nan=False,
        title=N_("Instance noise"),
        description=N_(
            "Standard deviation of the noise added to all that D sees, real and fake. 0: none."
        ),
    )
    d_optimizer: Name = Field(
        "adam",
        title=N_("Optimiser of D"),
        description=N_("How a gradient becomes a step. Adam and RMSprop scale it, SGD does not."),
    )
    g_optimizer: Name = Field(
        "adam",
        title=N_("Optimiser of G"),
        description=N_("How a gradient becomes a step. Adam and RMSprop scale it, SGD does not."),
    )
    d_learning_rate: LearningRate = Field(
        5e-4,
        title=N_("Learning rate of D"),
        description=N_("How far the discriminator moves in one step. It may change mid-run."),
    )
    g_learning_rate: LearningRate = Field(
        5e-4,
        title=N_("Learning rate of G"),
        description=N_("How far the generator moves in one step. It may change mid-run."),
    )
    rate_schedule: str = Field(
        "constant",
        title=N_("Schedule of the learning rates"),
        description=N_(
            "How both rates go on from what is set. A rate that falls towards 0 until the last "
            "step lets the game come to rest."
        ),
    )
    beta_1: float = Field(
        0.5,
        ge=0.0,
        le=0.99,
        allow_inf_nan=False,
        title=N_("Momentum (Adam's β₁)"),
        description=N_(
            "How long the optimisers remember past gradients. GANs usually want it low: 0 to 0.5."
        ),
    )
    d_steps: Annotated[int, Shown(live=True)] = Field(
        1,
        ge=1,
        le=10,
        title=N_("Turns of D per step"),
        description=N_("How many times the discriminator learns in one step, before G does."),
    )
    g_steps: Annotated[int, Shown(live=True)] = Field(
        1,
        ge=1,
        le=10,
        title=N_("Turns of G per step"),
        description=N_("How many times the generator learns in one step, after D."),
    )
    ema_decay: Annotated[float, Shown(step=0.001)] = Field(
        0.0,
        ge=0.0,
        le=0.999,
        allow_inf_nan=False,
        title=N_("Averaging of G (EMA)"),
        description=N_(
            "Samples come from a running average of G's weights that keeps this much at each "
            "turn of G. 0: no average."
        ),
    )
    batch_size: Annotated[int, Shown("log")] = Field(
        32,
        ge=2,
        le=512,
        title=N_("Batch size"),
        description=N_(
            "How many real samples, and as many generated ones, each turn of D looks at."
        ),
    )
    packing: int = Field(
        1,
        ge=1,
        le=8,
        title=N_("Samples D sees at once"),
        description=N_("PacGAN: D judges packs of samples, so that it notices missing variety."),
    )
    latent_dim: Annotated[int, Shown("log")] = Field(
        64,
        ge=1,
        le=512,
        title=N_("Noise dimensions"),
        description=N_("How many random numbers z the generator turns into one sample."),
    )
    noise: str = Field(
        "gaussian",
        title=N_("Noise"),
        description=N_("How the random numbers z are distributed."),
    )
    d_hidden_layers: Layers = Field(
        2, title=N_("Hidden layers of D"), description=N_("Between its input and its answer.")
    )
    d_hidden_units: Units = Field(
        128, title=N_("Units per hidden layer of D"), description=N_("More can bend more.")
    )
    g_hidden_layers: Layers = Field(
        2, title=N_("Hidden layers of G"), description=N_("Between the noise and the sample.")
    )
    g_hidden_units: Units = Field(
        128, title=N_("Units per hidden layer of G"), description=N_("More can bend more.")
    )
    g_width: Width = Field(
        1.0,
        title=N_("Width of G"),
        description=N_("How many filters the convolutions have: 1 as usual, 2 twice as many."),
    )
    d_width: Width = Field(
        1.0,
        title=N_("Width of D"),
        description=N_("How many filters the convolutions have: 1 as usual, 2 twice as many."),
    )
    g_extra_convs: ExtraConvs = Field(
        0,
        title=N_("Extra convolutions of G"),
        description=N_(
            "This many more of 3×3 at each size of the picture inside the network: deeper."
        ),
    )
    d_extra_convs: ExtraConvs = Field(
        0,
        title=N_("Extra convolutions of D"),
        description=N_(
            "This many more of 3×3 at each size of the picture inside the network: deeper."
        ),
    )
    g_norm: str = Field(
        USUAL,
        title=N_("Normalisation of G"),
        description=N_("Keeps values in range. Usual: batch in a DCGAN, none in an MLP."),
    )
    d_norm: str = Field(
        USUAL,
        title=N_("Normalisation of D"),
        description=N_(
            "Usual is none. With a gradient penalty take layer, not batch: the penalty is for each "
            "sample alone."
        ),
    )
    activation: str = Field(
        "leaky_relu",
        title=N_("Activation"),
        description=N_("What each hidden unit does with the sum of its inputs."),
    )
    steps: Annotated[int, Shown("log")] = Field(
        2000,
        ge=1,
        le=1_000_000,
        title=N_("Steps"),
        description=N_("How many rounds of the game. One can stop earlier."),
    )
    stop_when_flat: str = Field(
        NEVER,
        title=N_("Ends early when flat"),
        description=N_(
            "The run ends by itself once this measure gets no better than before by more than its "
            "noise floor."
        ),
    )
    patience: int = Field(
        2000,
        ge=10,
        le=1_000_000,
        title=N_("Patience"),
        description=N_("For this many steps a measure may stay flat before the run ends early."),
    )
    head_start: int = Field(
        0,
        ge=0,
        le=100_000,
        title=N_("Trained beforehand"),
        description=N_("This many steps are taken at full speed before there is something to see."),
    )
    pace: Annotated[float, Shown("log", live=True)] = Field(
        FULL_SPEED,
        ge=0.1,
        le=FULL_SPEED,
        allow_inf_nan=False,
        title=N_("Steps per second at most"),
        description=N_("For slow motion; the result is the same. At its end: as fast as it can."),
    )
    seed: int = Field(
        1,
        ge=0,
        le=2_000_000,
        title=N_("Seed"),
        description=N_("Fixes every random number: the same seed gives the same run."),
    )
    precision: str = Field(
        "auto",
        title=N_("Precision"),
        description=N_("bfloat16 is faster where the processor computes in it; auto checks that."),
    )
    fault: Name = Field(
        NONE,
        title=N_("Fault"),
        description=N_("A mistake that is built in on purpose, to see what comes of it."),
    )
    _planned: int = 0  # the most steps that the run was to take before it went on after an end

    @model_validator(mode="after")
    def _choices_go_together(self) -> Self:
        network, dataset = NETWORKS.get(self.network), DATASETS.get(self.dataset)
        if not network.fits(dataset.shape):
            raise GanError(
                N_(
                    "network = {network} needs pictures, and dataset = {dataset} has points. "
                    "Choose network = mlp."
                ),
                network=self.network,
                dataset=self.dataset,
            )
        if self.batch_size % self.packing:
            raise GanError(
                N_(
                    "packing = {packing} does not divide batch_size = {batch_size}. Choose a batch "
                    "size that is a multiple of it."
                ),
                packing=self.packing,
                batch_size=self.batch_size,
            )
        if self.d_norm == "batch" and self.batch_size == self.packing and not network.convolutional:
            raise GanError(
                N_(
                    "batch_size = {batch_size} is a single pack of packing = {packing}, of which "
                    "d_norm = batch leaves zeros: D would be blind. Choose a larger batch size, or "
                    "d_norm = layer."
                ),
                batch_size=self.batch_size,
                packing=self.packing,
            )
        if self.head_start and self.head_start >= self.steps:
            raise GanError(
                N_("head_start = {head_start} is not less than steps = {steps}. Raise steps."),
                head_start=self.head_start,
                steps=self.steps,
            )
        return self

    @model_validator(mode="after")
    def _plateau_can_be_seen(self) -> Self:
        measured = plateaus(DATASETS.get(self.dataset))
        if self.stop_when_flat not in measured:
            raise GanError(
                N_(
                    "stop_when_flat = {measure} is not measured with dataset = {dataset}. Choose "
                    "one of: {names}."
                ),
                measure=self.stop_when_flat,
                dataset=self.dataset,
                names=", ".join(measured),
            )
        return self

    @model_validator(mode="after")
    def _packs_are_of_no_class(self) -> Self:
        if self.conditional and self.packing > 1:
            raise GanError(
                N_(
                    "packing = {packing} does not go with conditional: a pack would hold several "
                    "classes. Choose packing = 1."
                ),
                packing=self.packing,
            )
        return self

    @model_validator(mode="after")
    def _there_is_a_code_to_read(self) -> Self:
        if not self._has_code:
            return self
        if self.conditional or self.packing > 1:
            raise GanError(
                N_(
                    "family = {family} needs conditional = False and packing = 1: nobody tells the "
                    "players of classes, and D reads the code of one sample."
                ),
                family=self.family,
            )
        if self.n_kinds == 1 or not self.n_kinds + self.n_codes:
            raise GanError(
                N_(
                    "n_kinds = {n_kinds} does not go with n_codes = {n_codes}: one kind, or no "
                    "code at all, gives D nothing to read. Choose n_kinds from 2 on, or "
                    "n_kinds = 0 and n_codes from 1 on."
                ),
                n_kinds=self.n_kinds,
                n_codes=self.n_codes,
            )
        if self.n_codes > self.latent_dim:
            raise GanError(
                N_(
                    "n_codes = {n_codes} is more than latent_dim = {latent_dim}: numbers of the "
                    "code are numbers of the noise. Choose fewer, or more noise dimensions."
                ),
                n_codes=self.n_codes,
                latent_dim=self.latent_dim,
            )
        return self

    @model_validator(mode="after")
    def _the_fault_can_happen(self) -> Self:
        fault = FAULTS.get(self.fault)
        if not fault.fits(self, DATASETS.get(self.dataset)):
            raise GanError(
                N_("fault = {fault} needs other settings: {needs}."),
                fault=self.fault,
                needs=Text(fault.needs),
            )
        return self

    @model_validator(mode="after")
    def _idle_fields_are_left_alone(self) -> Self:
        for field in self.names():
            owner = _OWNERS.get(field)
            if field not in self.model_fields_set or self._applies(field) or not owner:
                continue
            if getattr(self, field) != self.default(field):
                raise GanError(
                    N_("{field} = {value} has no effect with {owner} = {name}. Leave it out."),
                    field=field,
                    value=getattr(self, field),
                    owner=owner,
                    name=getattr(self, owner),
                )
        return self

    @model_validator(mode="after")
    def _items_can_be_made(self) -> Self:
        LOSSES.get(self.loss).configured(self)
        DATASETS.get(self.dataset).configured(self)
        return self

    def with_change(self, field: str, value: Any) -> Self:
        """Return the config after a change mid-run; raises `GanError` for a field that cannot.

        The options of an exchanged loss or penalty go with it.
        """
        if field == "fault" and any(FAULTS.get(each).activation for each in (self.fault, value)):
            raise GanError(
                N_("fault = {old} cannot become {new} while a run trains: networks stay as built."),
                old=self.fault,
                new=value,
            )
        if field not in live_fields():
            raise GanError(
                N_("{field} cannot change while a run trains. These can: {live}."),
                field=field,
                live=", ".join(live_fields()),
            )
        kept = self.model_dump(exclude_unset=True, exclude=option_fields(field))
        after = self.parse({**kept, field: value})
        after._planned = self._planned
        return after

    def with_length(self, steps: int) -> Self:
        """Return the config of a run that goes on after its end until it has taken `steps`.

        Where it had ended early and even now goes no further than planned, its schedule stays.
        """
        after = self.parse(self.model_dump(exclude_unset=True) | {"steps": steps})
        if self.scheduled_steps > steps:  # else it is a run that was so long from the start
            after._planned = self.scheduled_steps
        return after

    @property
    def scheduled_steps(self) -> int:
        """Over how many steps the schedule of the learning rates is spread."""
        return max(self.steps, self._planned)

    def applicable_fields(self) -> list[str]:
        """Names of the fields that have an effect with these choices, in the order of a form."""
        return [name for name in self.names() if self._applies(name)]

    def _applies(self, field: str) -> bool:
        if field == "fault":  # nobody is asked about faults: a run has one or says nothing of it
            return self.fault != NONE
        owner = _OWNERS.get(field)
        return owner is None or field in _ITEMS[owner].get(getattr(self, owner)).options

    @property
    def n_classes(self) -> int:
        """How many classes the players are told of; 0 where they are told of none."""
        return DATASETS.get(self.dataset).n_classes if self.conditional else 0

    @property
    def n_told(self) -> int:
        """How many numbers stand behind G's noise, zeros and a one: a class, or a kind."""
        return self.n_classes or (self.n_kinds if self._has_code else 0)

    @property
    def n_read(self) -> int:
        """How many numbers D reads off a sample besides how real it is: the code's."""
        return self.n_kinds + self.n_codes if self._has_code else 0

    @property
    def _has_code(self) -> bool:
        return FAMILIES.get(self.family).unread is not None

    @property
    def items(self) -> Items:
        """The registered items that the config names, the loss with its options."""
        return Items(
            family=FAMILIES.get(self.family),
            dataset=DATASETS.get(self.dataset).configured(self),
            network=NETWORKS.get(self.network),
            loss=LOSSES.get(self.loss).configured(self),
            penalty=PENALTIES.get(self.penalty),
            fault=FAULTS.get(self.fault),
        )

    def network_options(self, player: Literal["g", "d"]) -> dict[str, Any]:
        """What shapes one player's network: options of both, and its own without their prefix."""
        own, other = ("g_", "d_") if player == "g" else ("d_", "g_")
        names = [name for name in self.items.network.options if not name.startswith(other)]
        options = {name.removeprefix(own): getattr(self, name) for name in names}
        activation = self.items.fault.activation
        return options | ({"activation": activation} if activation else {})


@dataclass(frozen=True)
class Items:
    """What the names in a config stand for."""

    family: Family
    dataset: Dataset
    network: Network
    loss: Loss
    penalty: Penalty
    fault: Fault


# Fields that only some items have, such as a loss, each with the field that names those items.
_ITEMS: dict[str, Registry[Any]] = {
    "family": FAMILIES,
    "dataset": DATASETS,
    "network": NETWORKS,
    "loss": LOSSES,
    "penalty": PENALTIES,
}
_OWNERS = {
    option: owner
    for owner, registry in _ITEMS.items()
    for item in registry
    for option in item.options
}


def option_fields(owner: str) -> set[str]:
    """Fields that only some items have which `owner` may name: a registry's, such as "loss"."""
    return {option for option, its_owner in _OWNERS.items() if its_owner == owner}


def plateaus(dataset: Dataset) -> list[str]:
    """What `stop_when_flat` may name with a dataset: the measures that are taken of it."""
    applies = {metric.name: metric.applies(dataset) for metric in METRICS}
    applies |= {NEVER: True, _LIVE_QUALITY.name: is_digits(dataset)}
    return [name for name in PLATEAUS if applies[name]]


def live_fields() -> list[str]:
    """Fields that may change while a run trains."""
    return [name for name in RunConfig.names() if RunConfig.shown(name).live]
