"""RunConfig: every hyperparameter once, with its title, help, bounds and unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from gan_core.datasets import DATASETS, Dataset
from gan_core.families import FAMILIES, Family
from gan_core.losses import LOSSES, Loss
from gan_core.networks import NETWORKS, Network
from gan_core.registry import Registry
from gan_core.text import N_, GanError, Text, number

PRECISIONS = ("auto", "float32", "bfloat16")

CHOICES: dict[str, Registry[Any] | tuple[str, ...]] = {
    "family": FAMILIES,
    "dataset": DATASETS,
    "network": NETWORKS,
    "loss": LOSSES,
    "precision": PRECISIONS,
}


@dataclass(frozen=True)
class Shown:
    """How a field is shown: on which scale, and whether it may change mid-run."""

    scale: Literal["linear", "log"] = "linear"
    live: bool = False


class RunConfig(BaseModel):
    """What a run is, together with nothing else: the same config gives the same run.

    Build it with `RunConfig.parse`, which raises `GanError` naming field, value and allowed range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str = Field("gan", title=N_("Family"), description=N_("Which players there are."))
    dataset: str = Field(
        "digits", title=N_("Data"), description=N_("What the discriminator is shown as real.")
    )
    network: str = Field(
        "dcgan_small",
        title=N_("Networks"),
        description=N_("How generator and discriminator are built."),
    )
    loss: str = Field(
        "non_saturating", title=N_("Loss"), description=N_("What the two players minimise.")
    )
    d_learning_rate: float = Field(
        5e-4,
        ge=1e-6,
        le=1.0,
        allow_inf_nan=False,
        title=N_("Learning rate of D"),
        description=N_("How far the discriminator moves in one step. It may change mid-run."),
    )
    g_learning_rate: float = Field(
        5e-4,
        ge=1e-6,
        le=1.0,
        allow_inf_nan=False,
        title=N_("Learning rate of G"),
        description=N_("How far the generator moves in one step. It may change mid-run."),
    )
    beta_1: float = Field(
        0.5,
        ge=0.0,
        le=0.99,
        allow_inf_nan=False,
        title=N_("Momentum (Adam's β₁)"),
        description=N_(
            "How long Adam remembers past gradients. GANs usually want it low: 0 to 0.5."
        ),
    )
    d_steps: int = Field(
        1,
        ge=1,
        le=10,
        title=N_("D steps per G step"),
        description=N_("How many times the discriminator learns before the generator does."),
    )
    batch_size: int = Field(
        32,
        ge=2,
        le=512,
        title=N_("Batch size"),
        description=N_("How many real samples, and as many generated ones, each step looks at."),
    )
    latent_dim: int = Field(
        64,
        ge=1,
        le=512,
        title=N_("Noise dimensions"),
        description=N_("How many random numbers z the generator turns into one sample."),
    )
    hidden_layers: int = Field(
        2,
        ge=0,
        le=5,
        title=N_("Hidden layers"),
        description=N_("In each of the two networks."),
    )
    hidden_units: int = Field(
        128,
        ge=1,
        le=512,
        title=N_("Units per hidden layer"),
        description=N_("In each of the two networks."),
    )
    steps: int = Field(
        2000,
        ge=1,
        le=1_000_000,
        title=N_("Steps"),
        description=N_("How many times the generator learns. One can stop earlier."),
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

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Validate `values` (numbers may come as strings, as from a shell or a URL).

        Raises `GanError` for the first value that is unknown, not a number or out of range, and for
        choices that do not go together.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            raise _explain(error.errors()[0]) from None

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for field in CHOICES:
            allowed = allowed_names(field)
            if getattr(self, field) not in allowed:
                raise _not_allowed(field, getattr(self, field), _one_of(allowed))
        return self

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
        for field in sorted(self.model_fields_set & network_fields() - set(network.options)):
            if getattr(self, field) != RunConfig.model_fields[field].default:
                raise GanError(
                    N_(
                        "{field} = {value} has no effect: network = {network} has fixed layers. "
                        "Leave it out."
                    ),
                    field=field,
                    value=getattr(self, field),
                    network=self.network,
                )
        return self

    def with_rate(self, field: str, value: Any) -> Self:
        """Return the config after a change mid-run; raises `GanError` for a field that cannot."""
        if not is_live(field):
            live = [name for name in RunConfig.model_fields if is_live(name)]
            raise GanError(
                N_("{field} cannot change while a run trains. These can: {live}."),
                field=field,
                live=", ".join(live),
            )
        return self.parse({**self.model_dump(exclude_unset=True), field: value})

    def applicable_fields(self) -> list[str]:
        """Names of the fields that have an effect with this network, in the order of a form."""
        idle = network_fields() - set(NETWORKS.get(self.network).options)
        return [name for name in RunConfig.model_fields if name not in idle]

    @property
    def items(self) -> Items:
        """The registered items that the config names."""
        return Items(
            family=FAMILIES.get(self.family),
            dataset=DATASETS.get(self.dataset),
            network=NETWORKS.get(self.network),
            loss=LOSSES.get(self.loss),
        )


@dataclass(frozen=True)
class Items:
    """What the names in a config stand for."""

    family: Family
    dataset: Dataset
    network: Network
    loss: Loss


_LOG = Shown(scale="log")
_SHOWN = {
    "d_learning_rate": Shown(scale="log", live=True),
    "g_learning_rate": Shown(scale="log", live=True),
    "batch_size": _LOG,
    "latent_dim": _LOG,
    "hidden_units": _LOG,
    "steps": _LOG,
}


def shown(field: str) -> Shown:
    """How to show `field`."""
    return _SHOWN.get(field, Shown())


def is_live(field: str) -> bool:
    """Whether `field` may change while a run trains."""
    return shown(field).live


def network_fields() -> set[str]:
    """Fields that only some networks have."""
    return {option for network in NETWORKS for option in network.options}


def allowed_names(field: str) -> list[str]:
    """The names that a field of choices accepts."""
    choices = CHOICES[field]
    return choices.names() if isinstance(choices, Registry) else list(choices)


def bounds(field: str) -> tuple[float, float]:
    """Smallest and largest allowed value of a numeric field, both included."""
    limits = {
        name: getattr(limit, name)
        for limit in RunConfig.model_fields[field].metadata
        for name in ("ge", "le")
        if hasattr(limit, name)
    }
    return limits["ge"], limits["le"]


def _one_of(names: Iterable[str]) -> Text:
    return Text(N_("one of {names}"), {"names": ", ".join(names)})


def _allowed(name: str, info: FieldInfo) -> Text:
    if name in CHOICES:
        return _one_of(allowed_names(name))
    low, high = bounds(name)
    whole = info.annotation is int
    template = (
        N_("a whole number from {low} to {high}") if whole else N_("a number from {low} to {high}")
    )
    return Text(template, {"low": number(low), "high": number(high)})


def _not_allowed(field: str, value: Any, allowed: Text) -> GanError:
    return GanError(
        N_("{field} = {value} is not allowed. Allowed: {allowed}."),
        field=field,
        value=str(value),
        allowed=allowed,
    )


def _explain(problem: Any) -> GanError:
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, GanError):
        return cause
    field = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return GanError(
            N_("There is no setting called {field}. There are: {names}."),
            field=field,
            names=", ".join(RunConfig.model_fields),
        )
    return _not_allowed(field, problem["input"], _allowed(field, RunConfig.model_fields[field]))
